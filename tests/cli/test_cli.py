"""The command line: exit statuses, one line a fault, and what the looking commands print."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from commandline import ADVISORY_LINE, REF, Office, at, is_inert
from support import LIFT, Sink, closed_port

from mailer.core.errors import MailerError


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Office]:
    with at(LIFT - timedelta(days=3)):
        yield Office(tmp_path / "office", monkeypatch, capsys)


def test_a_wrong_choice_is_told_in_plain_words(office: Office) -> None:
    said = office("user", "add", "ines", "--role", "chief")
    assert said.status == 2
    assert "Invalid value for '--role': 'chief' is not one of 'staff'" in said.err


# --- the ledger --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", [("show",), ("log",), ("hold", "--all"), ("audit", "list"), ("consent", "list")]
)
def test_a_ledger_that_is_not_there_is_never_one_in_which_nothing_was_sent(
    office: Office, command: list[str]
) -> None:
    for file in office.folder.glob("mailer.db*"):
        file.unlink()
    said = office(*command)
    assert (said.status, said.out) == (1, "")
    assert "there is no ledger there" in said.faults[0]
    assert not list(office.folder.glob("mailer.db*"))


def test_a_new_ledger_is_said_and_one_that_is_gone_is_never_made_anew(office: Office) -> None:
    ledger, key = office.folder / "mailer.db", office.folder / "mailer.db.link-key"
    ledger.unlink()
    assert "the ledger is gone" in office.queue().faults[0]
    key.unlink()
    assert f"New ledger: {ledger}" in office.queue().err


# --- faults are one line each -----------------------------------------------------------------

UNKNOWN = [
    ("plan", "LCT 1/1"),
    ("preview", "LCT 1/1", "--audience", "wires", "--out", "out"),
    ("approve", "LCT 1/1", "--by", "chief"),
    ("cancel", "LCT 1/1"),
    ("show", "LCT 1/1"),
    ("resolve", "LCT 1/1", "--as", "resend", "--by", "chief", "--all"),
    ("hold", "LCT 1/1"),
    ("resume", "LCT 1/1", "--by", "chief"),
    ("lift", "LCT 1/1", "--by", "chief"),
    ("withdraw", "LCT 1/1", "--by", "chief"),
    ("reschedule", "LCT 1/1", "--embargo", "2027-02-10T00:01:00Z"),
]


@pytest.mark.parametrize("command", UNKNOWN, ids=lambda command: command[0])
def test_an_unknown_reference_is_named_and_refused(office: Office, command: list[str]) -> None:
    said = office(*command)
    (fault,) = said.faults
    assert (said.status, said.out) == (1, "")
    assert 'no advisory "LCT 1/1"' in fault
    assert "mailer show" in fault
    assert not Path("out").exists()


@pytest.mark.parametrize("command", UNKNOWN, ids=lambda command: command[0])
def test_a_hostile_reference_does_not_reach_the_terminal(
    office: Office, command: list[str]
) -> None:
    said = office(command[0], "x\x1b[2J\u202e\x07y", *command[2:])
    (fault,) = said.faults
    assert said.status == 1
    assert r"x\x1b[2J\u202e\x07y" in fault
    assert is_inert(said.err)


@pytest.mark.parametrize("broken", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028"])
def test_a_fault_never_forges_a_second_line(office: Office, broken: str) -> None:
    said = office("show", f"x{broken}sent to everybody")
    (fault,) = said.faults
    assert "sent to everybody" in fault


@pytest.mark.parametrize(
    "command",
    [
        ("queue", "advisory.md", "--immediate", "--embargo", ADVISORY_LINE, "--to", "wires"),
        ("queue", "advisory.md", "--immediate", "--to", "wires", "--embargo-for", "wires"),
        ("queue",),
        ("approve", REF),
        ("resolve", REF, "--as", "resend", "--by", "x"),
        ("resolve", REF, "--as", "resend", "--by", "x", "--all", "--contact", "a@b.example"),
        ("resolve", REF, "--as", "sent", "--by", "x", "--all"),
        ("log", "--status", "delivered"),
        ("log", "--since", "yesterday"),
        ("log", "--since", "-1h"),
        ("hold",),
        ("hold", REF, "--all"),
        ("embargo", "9 February 2027 00:01 GMT", "--now", "today"),
        ("nonsense",),
        ("show", "--nonsense"),
    ],
    ids=lambda command: " ".join(command)[:40],
)
def test_wrong_usage_is_exit_status_2(office: Office, command: list[str]) -> None:
    said = office(*command)
    assert said.status == 2
    assert "Traceback" not in said.err
    assert "Usage: " in said.err
    assert office.known() == []


def test_debug_shows_the_traceback_that_is_else_hidden(office: Office) -> None:
    with pytest.raises(MailerError, match="no advisory"):
        office("--debug", "plan", "LCT 1/1")
    assert office("plan", "LCT 1/1").status == 1


def test_without_a_configuration_the_next_step_is_said(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(office.folder.parent)
    said = office.bare("show")
    (fault,) = said.faults
    assert said.status == 1
    assert "config.toml: no such file" in fault
    assert "mailer init" in fault


def test_every_fault_of_a_configuration_is_a_line_of_its_own(office: Office) -> None:
    text = office.config.read_text().replace('host = "127.0.0.1"', 'hots = "relay"\nport2 = 3')
    office.config.write_text(text)
    said = office("config", "check", "--offline")
    assert said.status == 1
    assert len(said.faults) >= 2
    assert all("config.toml" in fault for fault in said.faults)
    assert any("hots" in fault for fault in said.faults)
    assert any("port2" in fault for fault in said.faults)


@pytest.mark.parametrize(
    "command",
    [("show", "{}"), ("log", "--contact", "{}"), ("log", "--advisory", "{}"),
     ("hold", "--all", "--by", "{}"), ("consent", "suppress", "a@b.example", "--reason", "{}",
      "--by", "op")],
    ids=" ".join,
)  # fmt: skip
def test_what_is_not_utf8_is_refused_in_one_line(office: Office, command: list[str]) -> None:
    said = office(*(word.format("Jos\udce9") for word in command))
    assert said.status in (0, 1, 2)
    assert "Traceback" not in said.err


# --- setting up -------------------------------------------------------------------------------


def test_init_lays_out_an_office_that_passes_its_own_check(office: Office, tmp_path: Path) -> None:
    new = tmp_path / "new"
    said = office.bare("init", new)
    assert said.status == 0
    assert "mailer config check" in said.out
    for printed in said.out.splitlines()[:-1]:
        assert Path(printed).is_file()
    assert office.bare("--config", new / "config.toml", "config", "check", "--offline").status == 0
    assert office.bare("--config", new / "config.toml", "lists", "check").status == 0
    document = new / "advisory.md"
    queue = ("queue", document, "--immediate", "--to", "wires,national,broadcast,arabic")
    assert office.bare("--config", new / "config.toml", *queue).status == 0


def test_init_refuses_a_folder_with_a_config_and_writes_nothing(
    office: Office, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "config.toml").write_text("mine")
    said = office.bare("init", taken)
    (fault,) = said.faults
    assert (said.status, said.out) == (1, "")
    assert "nothing is overwritten" in fault
    assert [path.name for path in taken.iterdir()] == ["config.toml"]
    assert (taken / "config.toml").read_text() == "mine"


def relay_is(monkeypatch: pytest.MonkeyPatch, **keys: object) -> None:
    for key, value in keys.items():
        monkeypatch.setenv(f"MAILER__RELAY__{key.upper()}", str(value))


def test_config_check_asks_the_relay_and_sends_nothing(
    office: Office, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay_is(monkeypatch, port=sink.port)
    said = office.done("config", "check")
    assert "it would take our mail" in said.out
    assert "no TLS" in said.out
    assert sink.taken == []


def test_config_check_asks_every_relay_and_names_those_that_will_not_have_us(
    office: Office, monkeypatch: pytest.MonkeyPatch, sink: Sink
) -> None:
    relay_is(monkeypatch, port=sink.port)
    gone = closed_port()
    second = f'[[relay.fallback]]\nhost = "127.0.0.1"\nport = {gone}\ntls = "none"\n\n[[audience]]'
    text = office.config.read_text("utf-8")
    office.config.write_text(text.replace("[[audience]]", second, 1), "utf-8")
    said = office("config", "check")
    assert f"127.0.0.1:{sink.port}: no TLS, no login: it would take our mail" in said.out
    assert said.status == 1
    (fault,) = said.faults
    assert f"relay 127.0.0.1:{gone}: connect: Connection refused" in fault
    assert "check relay.fallback[1].host, port, tls" in fault


def test_config_check_offline_does_not_connect(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay_is(monkeypatch, port=closed_port())
    assert "2 audiences" in office.done("config", "check", "--offline").out


def test_config_check_says_that_nobody_answers(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = closed_port()
    relay_is(monkeypatch, port=port)
    said = office("config", "check")
    (fault,) = said.faults
    assert said.status == 1
    assert f"relay 127.0.0.1:{port}: connect" in fault
    assert "check relay.host" in fault


def test_config_check_never_shows_the_password(
    office: Office, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay_is(monkeypatch, port=sink.port, username="office", password="hunter2-hunter2")
    said = office("config", "check")
    assert said.status == 1
    assert said.faults
    assert "hunter2" not in said.out + said.err


@pytest.mark.parametrize("kind", ["missing", "a folder", "empty"])
def test_a_wrong_password_file_is_named(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    secret = tmp_path / "secret"
    if kind == "a folder":
        secret.mkdir()
    elif kind == "empty":
        secret.write_text("\n")
        secret.chmod(stat.S_IRUSR)
    relay_is(monkeypatch, username="office", password_file=secret)
    said = office("config", "check", "--offline")
    assert said.status == 1
    assert any("password_file" in fault.lower() for fault in said.faults)


# --- reading ----------------------------------------------------------------------------------


def test_read_says_what_was_found_as_data(office: Office) -> None:
    found = office.done("read", office.document, "--json").json
    keys = "organisation kind date reference headline subhead dateline language body notes"
    assert {*keys.split(), "embargo_line", "contacts", "links", "attachments", "warnings"} <= set(
        found
    )
    assert (found["reference"], found["date"], found["kind"]) == (
        REF,
        "2027-02-09",
        "press release",
    )
    (contact,) = found["contacts"]
    assert contact["phones"] == [{"number": "+442079460123", "label": "office"}]


def test_read_keeps_hostile_text_off_the_terminal(office: Office) -> None:
    office.edit("Four in ten harbour", r"\u001b[2J\u202eFour in ten {{ 7*7 }} harbour")
    plain = office.done("read", office.document)
    assert not set("\x1b\u202e") & set(plain.out)
    assert "{{ 7*7 }}" in plain.out
    data = office.done("read", office.document, "--json")
    assert not set("\x1b\u202e") & set(data.out)


@pytest.mark.parametrize("name", ["missing.md", "missing.pdf", "folder.md"])
def test_a_document_that_cannot_be_read_is_named(office: Office, name: str) -> None:
    (office.folder / "folder.md").mkdir()
    said = office("read", office.folder / name)
    (fault,) = said.faults
    assert said.status == 1
    assert name in fault


def test_an_embargo_line_is_an_instant_a_question_or_a_refusal(office: Office) -> None:
    said = office.done("embargo", "00:01 GMT, 9 February 2027", "--json").json
    assert said["utc"] == "2027-02-09T00:01:00Z"
    question = office("embargo", "00:01 GMT, 04/03/2027")
    assert question.status == 3
    assert "2027-03-04T00:01" in question.out
    assert "2027-04-03T00:01" in question.out
    assert office("embargo", "soon").status == 1
    assert office("embargo", "soon", "--json").json


@pytest.mark.parametrize("hostile", ["\x1b[2J9 February", "\u202e00:01 GMT", "\x00", "9" * 5000])
def test_a_hostile_embargo_line_is_refused_and_inert(office: Office, hostile: str) -> None:
    said = office("embargo", hostile)
    assert said.status in (1, 3)
    assert not set("\x1b\u202e\x00") & set(said.out + said.err)
    assert office("embargo", hostile, "--json").json


@pytest.mark.parametrize("now", ["0001-01-01", "9999-12-31T23:59:59"])
def test_an_embargo_read_as_of_any_instant_is_answered_or_refused(office: Office, now: str) -> None:
    said = office("embargo", "00:01 GMT, 9 February 2027", "--now", now)
    assert said.status in (0, 1, 2, 3)


# --- lists ------------------------------------------------------------------------------------


def test_lists_check_counts_names_and_refuses(office: Office) -> None:
    wires = office.folder / "lists" / "wires.csv"
    wires.write_text("email,name\nana@wire.example,Ana\nnot an address,=cmd()|' '!A0\n")
    said = office("lists", "check")
    assert said.status == 1
    assert "row 3" in said.out
    assert "1 contact, 1 row refused" in said.out
    reports = office("lists", "check", "--json")
    assert reports.status == 1
    by_file = {Path(report["file"]).name: report for report in reports.json}
    assert by_file["national.csv"]["refused"] == 0
    assert (by_file["wires.csv"]["contacts"], by_file["wires.csv"]["refused"]) == (1, 1)
    (found,) = [f for f in by_file["wires.csv"]["findings"] if f["refused"]]
    assert found["row"] == 3
    assert office("lists", "check", office.folder / "lists" / "national.csv").status == 0


def test_lists_check_of_a_missing_file_is_one_line(office: Office) -> None:
    said = office("lists", "check", office.folder / "lists" / "none.csv")
    (fault,) = said.faults
    assert said.status == 1
    assert "none.csv: no such file" in fault


# --- consent ----------------------------------------------------------------------------------


def test_consent_is_recorded_shown_and_ended(office: Office) -> None:
    office.done("consent", "suppress", "CY@daily.example", "--reason", "asked to", "--by", "op")
    office.done("consent", "accept", "bo@wire.example", "--source", "email of 3 May", "--by", "op")
    listed = office.done("consent", "list", "--json").json
    (suppressed,), (answered,) = listed["suppressed"], listed["embargo"]
    assert suppressed["email"].casefold() == "cy@daily.example"
    assert (suppressed["reason"], suppressed["by"]) == ("asked to", "op")
    assert suppressed["at"].endswith("Z")
    assert (answered["email"], answered["accepted"]) == ("bo@wire.example", True)
    assert "email of 3 May" in answered["source"]
    office.done("consent", "revoke", "bo@wire.example", "--source", "phone", "--by", "op")
    said = office.done("consent", "list")
    assert "suppressed by op: asked to" in said.out
    assert "withdrew the acceptance" in said.out
    office.done("consent", "unsuppress", "cy@DAILY.example", "--by", "op")
    assert office.done("consent", "list", "--json").json["suppressed"] == []
    again = office("consent", "unsuppress", "cy@daily.example", "--by", "op")
    assert (again.status, len(again.faults)) == (1, 1)


def test_a_suppressed_contact_is_left_out_of_the_next_plan_with_the_reason(office: Office) -> None:
    office.done("consent", "suppress", "CY@Daily.Example", "--reason", "asked to", "--by", "op")
    office.queued()
    left_out = office.done("plan", REF, "--json").json["left_out"]
    assert [one["email"] for one in left_out] == ["cy@daily.example"]
    assert "asked to" in left_out[0]["reason"]


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b.example\nBcc: c@d.example", "a b@c.example", "<a@b.example>"]
)
@pytest.mark.parametrize("deed", ["suppress", "unsuppress", "accept", "revoke"])
def test_consent_of_no_address_is_refused_and_not_recorded(
    office: Office, deed: str, address: str
) -> None:
    more = {"suppress": ("--reason", "x"), "unsuppress": ()}.get(deed, ("--source", "x"))
    said = office("consent", deed, address, *more, "--by", "op")
    assert (said.status, said.out) == (1, "")
    assert len(said.faults) == 1
    told = office.done("consent", "list", "--json").json
    assert told == {"suppressed": [], "embargo": [], "wishes": []}


@pytest.mark.parametrize("deed", ["suppress", "accept", "revoke"])
def test_consent_is_never_recorded_without_how_we_know_and_who_says_so(
    office: Office, deed: str
) -> None:
    why = "--reason" if deed == "suppress" else "--source"
    for source, by in (("", "op"), (" ", "op"), ("email", ""), ("email", " ")):
        said = office("consent", deed, "cy@daily.example", why, source, "--by", by)
        assert said.status in (1, 2)
    told = office.done("consent", "list", "--json").json
    assert told == {"suppressed": [], "embargo": [], "wishes": []}


def test_hostile_consent_is_inert(office: Office) -> None:
    reason, by = "\x1b]0;owned\x07=1+1\u202e", "op\rroot"
    office.done("consent", "suppress", "cy@daily.example", "--reason", reason, "--by", by)
    for said in (office.done("consent", "list"), office.done("consent", "list", "--json")):
        assert not set("\x1b\x07\u202e\r") & set(said.out)
    (kept,) = office.done("consent", "list", "--json").json["suppressed"]
    assert (kept["reason"], kept["by"]) == (reason, by)


# --- the environment --------------------------------------------------------------------------


def test_the_configuration_may_be_named_by_the_environment(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_CONFIG", os.fspath(office.config))
    assert office.bare("show", "--json").json == []
