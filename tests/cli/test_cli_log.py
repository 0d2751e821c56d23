"""The command line after a run: log in every form, show, resolve, and what a relay's reply does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from commandline import REF, Office, Said, at, is_inert
from support import LIFT, ROOT, Sink

HOSTILE_REPLY = "550 5.7.1 <img src=x onerror=alert(1)> \x1b[2J\x1b]0;owned\x07 =1+1 \u202e"


@pytest.fixture
def office(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    sink: Sink,
) -> Iterator[Office]:
    monkeypatch.setenv("MAILER__RELAY__PORT", str(sink.port))
    monkeypatch.setenv("MAILER__RELAY__COMMAND_TIMEOUT", "5s")
    with at(LIFT - timedelta(days=3)):
        yield Office(tmp_path / "office", monkeypatch, capsys)


def told(said: Said) -> list[str]:
    return [row["email"].partition("@")[0] for row in said.json]


# --- run --------------------------------------------------------------------------------------


def test_run_once_sends_and_says_what_became_of_it(office: Office, sink: Sink) -> None:
    office.approved("--immediate")
    said = office.done("run", "--once")
    assert len(sink.taken) == 4
    assert "release to national: done: 2 accepted" in said.out
    assert office.done("run", "--once").out == ""
    assert len(sink.taken) == 4


def test_run_once_before_anything_is_due_sends_nothing(office: Office, sink: Sink) -> None:
    office.approved()
    assert office.done("run", "--once").out == ""
    assert sink.taken == []


def test_run_once_that_leaves_something_to_decide_is_exit_status_3(
    office: Office, sink: Sink
) -> None:
    sink.answer = lambda command, rcpt: (
        "drop" if (command, rcpt) == ("DATA", "cy@daily.example") else None
    )
    office.approved("--immediate", to="national")
    said = office("run", "--once")
    assert (said.status, said.err) == (3, "")
    assert "in doubt" in said.out


# --- log --------------------------------------------------------------------------------------


def rejected_and_deferred(command: str, rcpt: str) -> str | None:
    if command == "RCPT":
        return {"cy@daily.example": HOSTILE_REPLY, "bo@wire.example": "451 4.2.0 later"}.get(rcpt)
    return None


@pytest.fixture
def sent(office: Office, sink: Sink) -> Office:
    """One accepted each, one rejected with a hostile reply, one deferred, one left out."""
    national = office.folder / "lists" / "national.csv"
    national.write_text(national.read_text() + "ana@wire.example,Ana Lind,Nordwire\n")
    office.approved("--immediate")
    sink.answer = rejected_and_deferred
    office("run", "--once")
    return office


def test_the_log_as_data_holds_everything_of_each_attempt(sent: Office, sink: Sink) -> None:
    entries = {(e["email"], e["state"]): e for e in sent.done("log", "--json").json}
    assert set(entries) == {
        ("ana@wire.example", "accepted"),
        ("di@daily.example", "accepted"),
        ("cy@daily.example", "rejected"),
        ("bo@wire.example", "deferred"),
        ("ana@wire.example", "left_out"),
    }
    accepted = entries["di@daily.example", "accepted"]
    assert (accepted["reference"], accepted["version"]) == (REF, 1)
    assert (accepted["audience"], accepted["kind"]) == ("national", "release")
    assert (accepted["code"], accepted["enhanced"]) == (250, "2.0.0")
    assert accepted["relay"] == f"127.0.0.1:{sink.port}"
    assert accepted["tls_version"] == ""
    assert accepted["attempts"] == 1
    assert accepted["milliseconds"] >= 0
    assert accepted["began_at"] <= accepted["ended_at"] <= accepted["at"]
    assert accepted["at"].endswith("Z")
    (taken,) = [one for one in sink.taken if one.rcpt_to == "di@daily.example"]
    assert taken.message["Message-ID"] == accepted["message_id"]
    deferred = entries["bo@wire.example", "deferred"]
    assert deferred["next_attempt_at"] > deferred["at"]
    assert (deferred["code"], deferred["reply"]) == (451, "later")
    rejected = entries["cy@daily.example", "rejected"]
    assert (rejected["code"], rejected["enhanced"]) == (550, "5.7.1")
    assert "<img src=x onerror=alert(1)>" in rejected["reply"]
    left_out = entries["ana@wire.example", "left_out"]
    assert left_out["reason"] == "already in wires"
    assert left_out["code"] is None


def test_the_log_as_csv_opens_and_no_cell_is_a_formula(sent: Office) -> None:
    said = sent.done("log", "--csv")
    data = sent.done("log", "--json").json
    assert len(said.rows) == len(data) == 5
    for row, entry in zip(said.rows, data, strict=True):
        assert list(row) == list(entry)
        assert row["email"] == entry["email"]
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert is_inert(cell)


@pytest.mark.parametrize(
    "start",
    [
        *("=", "+", "-", "@", "\t=", "\r=", " ="),
        # A spreadsheet set to Japanese or Chinese reads these as formulas, too (OWASP).
        *(wide for wide in "＝＋－＠"),
    ],
)
def test_no_name_or_outlet_becomes_a_formula(office: Office, start: str) -> None:
    (office.folder / "lists" / "national.csv").write_bytes(
        f'email,name,outlet\ncy@daily.example,"{start}HYPERLINK(0)","{start}1+1"\n'.encode()
    )
    office.queued("--immediate", to="national")
    (row,) = office.done("log", "--csv").rows
    assert "HYPERLINK" in row["name"]
    assert "1+1" in row["outlet"]
    for cell in (row["name"], row["outlet"]):
        assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠"))


def test_a_hostile_reply_is_inert_wherever_it_is_shown(sent: Office) -> None:
    for command in (("log",), ("log", "--json"), ("log", "--csv"), ("show", REF), ("show",)):
        said = sent.done(*command)
        assert is_inert(said.out.replace("\n", "").replace("\r", "")), command
    assert "<img src=x onerror=alert(1)>" in sent.done("log").out


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (("--status", "accepted"), ["ana", "di"]),
        (("--status", "left_out"), ["ana"]),
        (("--status", "in_doubt"), []),
        (("--audience", "wires"), ["ana", "bo"]),
        (("--audience", "national"), ["ana", "cy", "di"]),
        (("--contact", "THE DAILY"), ["cy", "di"]),
        (("--contact", "Quist"), ["bo"]),
        (("--contact", "@wire.example"), ["ana", "ana", "bo"]),
        (("--contact", "%"), []),
        (("--contact", "_"), []),
        (("--contact", "' OR 1=1 --"), []),
        (("--advisory", "lct  2027/004"), ["ana", "ana", "bo", "cy", "di"]),
        (("--since", "1h"), ["ana", "ana", "bo", "cy", "di"]),
        (("--since", "3600s"), ["ana", "ana", "bo", "cy", "di"]),
        (("--since", "2d", "--status", "rejected"), ["cy"]),
        (("--since", "2027-02-05T23:59:00Z"), ["ana", "ana", "bo", "cy", "di"]),
        (("--since", "2027-02-06T00:59:00+01:00"), ["ana", "ana", "bo", "cy", "di"]),
        (("--since", "2027-02-07"), []),
        (("--since", "2027-02-06T12:00:00-11:00"), []),
        (("--contact", "daily", "--status", "accepted", "--audience", "national"), ["di"]),
        (("--contact", "daily", "--audience", "wires"), []),
        (("--advisory", REF, "--status", "left_out", "--audience", "wires"), []),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, tuple) else "",
)
def test_each_filter_keeps_what_agrees_with_it(
    sent: Office, wanted: tuple[str, ...], expected: list[str]
) -> None:
    said = sent.done("log", *wanted, "--json")
    assert sorted(told(said)) == expected
    lines = sent.done("log", *wanted).out.splitlines()
    assert len(lines) == max(len(expected), 1)
    assert len(sent.done("log", *wanted, "--csv").rows) == len(expected)


def test_the_log_is_told_in_the_order_it_happened(sent: Office) -> None:
    moments = [entry["at"] for entry in sent.done("log", "--json").json]
    assert all(earlier <= later for earlier, later in pairwise(moments))


@pytest.mark.parametrize(
    "since", ["999999d", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_since_beyond_all_dates_is_an_answer_or_a_refusal(office: Office, since: str) -> None:
    said = office("log", "--since", since)
    assert said.status in (0, 1, 2)


@pytest.mark.parametrize("forms", [("--json", "--csv"), ("--csv", "--follow")])
def test_two_forms_at_once_are_wrong_usage(office: Office, forms: tuple[str, ...]) -> None:
    assert office("log", *forms).status == 2


# --- show and resolve -------------------------------------------------------------------------


def test_show_counts_every_copy_in_exactly_one_state(sent: Office) -> None:
    rows = sent.done("show", REF, "--json").json
    assert [(row["audience"], row["kind"], row["counts"]) for row in rows] == [
        ("wires", "release", {"accepted": 1, "deferred": 1}),
        ("national", "release", {"accepted": 1, "rejected": 1}),
    ]
    for row in rows:
        assert row["planned"] == sum(row["counts"].values()) == 2
    assert sent.done("show", "--json").json == rows
    assert "chief: approve" in sent.done("show", REF).out


def in_doubt(office: Office, sink: Sink) -> None:
    office.approved("--immediate", to="national")
    sink.answer = lambda command, rcpt: "drop" if command == "DATA" else None
    assert office("run", "--once").status == 3
    sink.answer = lambda command, rcpt: None


def test_a_person_settles_what_is_in_doubt_one_by_one_or_all(office: Office, sink: Sink) -> None:
    in_doubt(office, sink)
    nobody = office("resolve", REF, "--as", "resend", "--by", "c", "--contact", "x@daily.example")
    assert (nobody.status, len(nobody.faults)) == (1, 1)
    said = office.done(
        "resolve", REF, "--as", "accepted", "--by", "chi\x1bef", "--contact", "CY@daily.example"
    )
    assert "1 copy" in said.out
    office.done("resolve", REF.lower(), "--as", "resend", "--by", "chief", "--all")
    office.done("run", "--once")
    entries = {entry["email"]: entry for entry in office.done("log", "--json").json}
    assert {entry["state"] for entry in entries.values()} == {"accepted"}
    assert "says chi" in entries["cy@daily.example"]["reason"]
    assert sink.rcpts == ["di@daily.example"]
    assert sink.taken[0].message["Message-ID"] == entries["di@daily.example"]["message_id"]
    assert is_inert(office.done("log").out.replace("\n", ""))


def test_cancel_tells_of_what_has_left_already(office: Office, sink: Sink) -> None:
    in_doubt(office, sink)
    office.done("resolve", REF, "--as", "resend", "--by", "chief", "--contact", "cy@daily.example")
    said = office.done("cancel", REF)
    assert "1 copy will not go" in said.out
    assert "Left already, or may have: 1 copy" in said.out
    assert f'mailer log --advisory "{REF}"' in said.out


# --- the real process -------------------------------------------------------------------------


def start(office: Office, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mailer", "--config", str(office.config), *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_follow_shows_a_later_change_once_and_ends_at_ctrl_c(office: Office, sink: Sink) -> None:
    office.approved("--immediate", to="national")
    following = start(office, "log", "--follow", "--json")
    try:
        assert following.stdout is not None
        first = [following.stdout.readline() for _ in range(2)]
        assert all('"pending"' in line for line in first)
        office.done("run", "--once")
        second = [following.stdout.readline() for _ in range(2)]
        assert all('"accepted"' in line for line in second)
        time.sleep(2.2)  # two more looks, that must tell nothing anew
    finally:
        following.send_signal(signal.SIGINT)
        rest, err = following.communicate(timeout=60)
    assert rest == ""
    assert "Traceback" not in err
    assert following.returncode != 1


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)], ids=["lines", "json", "csv"])
def test_a_reader_that_goes_away_causes_no_traceback(office: Office, form: tuple[str]) -> None:
    rows = "".join(f"n{i}@daily.example,Name {i},The Daily\n" for i in range(1500))
    (office.folder / "lists" / "national.csv").write_text("email,name,outlet\n" + rows)
    office.queued("--immediate", to="national")
    process = start(office, "log", *form)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    assert err == ""


def test_a_reader_that_goes_away_is_no_fault(office: Office) -> None:
    rows = "".join(f"n{i}@daily.example,Name {i},The Daily\n" for i in range(1500))
    (office.folder / "lists" / "national.csv").write_text("email,name,outlet\n" + rows)
    office.queued("--immediate", to="national")
    process = start(office, "log")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.communicate(timeout=60)
    assert process.returncode == 0
