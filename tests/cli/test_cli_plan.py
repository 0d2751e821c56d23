"""The command line over a kept plan: preview, approve, cancel, withdraw, resolve."""

from __future__ import annotations

import email
import email.policy
import html
import io
import sys
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from commandline import REF, Office, at, is_inert
from support import LIFT, Sink


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Office]:
    with at(LIFT - timedelta(days=3)):
        yield Office(tmp_path / "office", monkeypatch, capsys)


# --- preview ----------------------------------------------------------------------------------


def test_the_preview_files_parse_and_agree(office: Office, sink: Sink) -> None:
    office.queued()
    out = office.folder / "out" / "deeper"
    said = office.done("preview", REF, "--audience", "wires", "--out", out)
    assert sorted(said.out.split()) == sorted(str(path) for path in out.iterdir())
    assert sorted(path.suffix for path in out.iterdir()) == sorted([".eml", ".txt", ".html"] * 2)
    for path in out.glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        assert message.defects == []
        bodies = (message.get_body((kind,)) for kind in ("plain", "html"))
        plain, page = (body.get_content() for body in bodies if body is not None)
        written = path.with_suffix(".txt").read_text(encoding="utf-8")
        assert plain.split() == written.split()
        shown = path.with_suffix(".html").read_text(encoding="utf-8")
        assert page.split() == shown.split()
        for text in (plain, html.unescape(page)):
            assert REF in text
            assert "press@lantern.example" in text
            assert "Four in ten of the tide gauges" in text
        advance = "-advance-" in path.name
        assert str(message["Subject"]).startswith("EMBARGOED") == advance
    assert sink.taken == []


def test_the_preview_of_one_contact_is_theirs(office: Office) -> None:
    office.queued()
    out = office.folder / "out"
    office.done("preview", REF, "--audience", "national", "--contact", "DI@Daily.example",
                "--out", out)  # fmt: skip
    (path,) = out.glob("*.eml")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert str(message["To"]).endswith("<di@daily.example>")
    assert b"cy@daily.example" not in path.read_bytes()


@pytest.mark.parametrize(
    ("audience", "contact", "says"),
    [
        ("national", "nobody@daily.example", "nobody@daily.example gets no copy in national"),
        ("regional", None, 'not planned for audience "regional"; it is for wires'),
        ("national", "", "gets no copy"),
        ("\x1b[2J", None, "not planned for audience"),
    ],
)
def test_a_preview_of_nobody_is_refused_and_writes_nothing(
    office: Office, audience: str, contact: str | None, says: str
) -> None:
    office.queued(to="wires" if audience != "national" else "national")
    out = office.folder / "out"
    asked = ("--contact", contact) if contact is not None else ()
    said = office("preview", REF, "--audience", audience, *asked, "--out", out)
    (fault,) = said.faults
    assert (said.status, said.out) == (1, "")
    assert says in fault
    assert is_inert(fault)
    assert not out.exists()


@pytest.mark.parametrize("taken", ["a file", "no folder to write in"])
def test_a_preview_that_cannot_be_written_is_one_line(office: Office, taken: str) -> None:
    office.queued()
    out = office.config if taken == "a file" else Path("/proc/none/out")
    said = office("preview", REF, "--audience", "wires", "--out", out)
    assert said.status == 1
    assert len(said.faults) == 1


# --- yes and no -------------------------------------------------------------------------------


def test_approve_says_what_goes_and_once_only(office: Office) -> None:
    office.queued()
    said = office.done("approve", REF, "--by", "chi\x1b[1mef")
    assert "3 dispatches" in said.out
    assert is_inert(said.out.replace("\n", ""))
    again = office("approve", REF, "--by", "chief")
    assert again.status == 1
    assert "nothing waits for approval" in again.faults[0]


@pytest.mark.parametrize("by", ["", "  ", "\t\n"])
def test_nobody_in_particular_cannot_approve(office: Office, by: str) -> None:
    office.queued()
    assert office("approve", REF, "--by", by).status in (1, 2)
    states = {row["state"] for row in office.done("plan", REF, "--json").json["dispatches"]}
    assert states == {"planned"}


def test_two_people_must_approve_and_nobody_is_not_one(office: Office) -> None:
    text = office.config.read_text()
    office.config.write_text(text.replace("[embargo]\n", "[embargo]\napprovals = 2\n"))
    office.queued()
    office.done("approve", REF, "--by", "op")
    assert office("approve", REF, "--by", " OP ").status == 1
    office("approve", REF, "--by", "")
    states = {row["state"] for row in office.done("plan", REF, "--json").json["dispatches"]}
    assert states == {"planned"}


def test_withdrawn_before_anything_left_asks_for_no_approval(office: Office) -> None:
    office.approved()
    said = office.done("withdraw", REF, "--by", "chief")
    assert "4 copies" in said.out
    assert office("approve", REF, "--by", "chief").status == 1
    assert "mailer approve" not in said.out


@pytest.mark.parametrize(
    ("deed", "would"),
    [
        ("lift", "would send 4 copies at once"),
        ("withdraw", "still waiting for it, will get nothing"),
    ],
)
def test_what_cannot_be_undone_is_never_done_at_a_terminal_without_a_yes(
    office: Office, monkeypatch: pytest.MonkeyPatch, deed: str, would: str
) -> None:
    def answered(word: str, *options: str) -> tuple[int, set[str]]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(word))
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        said = office(deed, REF, "--by", "chief", *options)
        assert REF in said.out
        assert would in said.out
        return said.status, {row["state"] for row in office.done("show", REF, "--json").json}

    office.queued()
    assert answered("n\n") == (1, {"planned"})
    status, states = answered("", "--yes")
    assert status == 0
    assert "planned" not in states


def test_cancel_stops_all_and_tells_how_many(office: Office) -> None:
    office.approved()
    said = office.done("cancel", REF)
    assert "4 copies will not go" in said.out
    assert "Left already" not in said.out
    again = office("cancel", REF)
    assert again.status == 1
    assert "nothing is left to cancel" in again.faults[0]
    assert {row["state"] for row in office.done("show", REF, "--json").json} == {"cancelled"}


def test_cancelled_and_queued_again_shows_the_new_plan(office: Office) -> None:
    office.approved()
    office.done("cancel", REF)
    office.queued("--embargo", "2027-02-10T00:01:00Z")
    plan = office.done("plan", REF, "--json").json
    assert plan["embargo"] == "2027-02-10T00:01:00.000Z"
    assert {row["state"] for row in plan["dispatches"]} == {"planned"}


def test_resolve_where_nothing_is_in_doubt_is_refused(office: Office) -> None:
    office.approved()
    for who in (("--all",), ("--contact", "cy@daily.example")):
        said = office("resolve", REF, "--as", "accepted", "--by", "chief", *who)
        assert said.status == 1
        assert "is in doubt" in said.faults[0]
