"""What the command line prints, as an officer sees it: in a narrow terminal, in the office's zone,
in any locale, and with the next step in it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from commandline import REF, Office, at
from support import LIFT

import mailer
from mailer import present
from mailer.core.model import Embargo
from mailer.desk import PlanRow, PlanView
from mailer.ledger import SCHEMA

BEFORE = LIFT - timedelta(days=3)


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Office:
    return Office(tmp_path, monkeypatch, capsys)


def _terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """What is printed from now on goes to a terminal so wide."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", "40")
    monkeypatch.delenv("NO_COLOR", raising=False)


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_narrow_terminal_never_cuts_a_word(
    office: Office, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    with at(BEFORE):
        office.queued()
        _terminal(monkeypatch, columns)
        plan = _plain(office.done("plan", REF).out)
        show = _plain(office.done("show", REF).out)
        timeline = _plain(office.done("timeline", REF).out)
    for shown in (plan, show, timeline):
        for whole in ("national", "advance", "release", "Tue 9 Feb 2027 00:01"):
            assert whole in shown.replace("2027-02-09 00:01", "Tue 9 Feb 2027 00:01")
        assert "…" not in shown
    assert plan.count("planned") == show.count("planned") == 3


def test_a_wide_terminal_has_a_table(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with at(BEFORE):
        office.queued()
        _terminal(monkeypatch, 140)
        head = _plain(office.done("plan", REF).out).splitlines()[3]
    assert head.split()[:3] == ["audience", "dispatch", "UTC"]


def test_show_tells_instants_in_the_offices_zone(office: Office) -> None:
    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(text.replace("Europe/London", "Asia/Tokyo"), encoding="utf-8")
    with at(BEFORE):
        office.queued()
        shown = office.done("show", REF).out
    assert "at (Asia/Tokyo)" in shown
    assert "2027-02-09 09:01:00 UTC+09:00" in shown


def test_a_moved_plan_shows_what_is_to_go_and_counts_the_rest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    old, new = Embargo(LIFT, "Europe/London"), Embargo(LIFT + timedelta(days=1), "Europe/London")
    rows = (
        PlanRow("wires", "advance", BEFORE, "UTC", 1, "done", embargo=old),
        PlanRow("wires", "release", LIFT, "UTC", 1, "cancelled", "rescheduled by chief", old),
        PlanRow("wires", "release", new.instant, "UTC", 1, "planned", embargo=new),
    )
    present.plan(PlanView(REF, "Tides", "statement", 1, new, "Europe/London", rows, ()))
    said = capsys.readouterr().out
    assert said.count("release") == 1
    assert "rescheduled" not in said
    assert said.count("embargoed until") == 1
    assert "embargoed until Wednesday, 10 February 2027, 00:01" in said
    assert f'2 dispatches are done or cancelled: mailer show "{REF}"' in said


def test_a_plan_with_nothing_left_shows_what_became_of_it(office: Office) -> None:
    with at(BEFORE):
        office.queued()
        office.done("cancel", REF)
        said = office.done("plan", REF).out
    assert "nothing of it is left to go" in said
    assert "embargoed until" not in said
    assert "release to national: cancelled by" in said


@pytest.mark.parametrize("which", [REF, "--all"])
def test_a_hold_says_the_command_that_ends_it(office: Office, which: str) -> None:
    with at(BEFORE):
        office.queued()
        told = office.done("hold", which).out
        shown = office.done("show", REF).out
        command = told.partition("To let it go on: mailer ")[2].strip()
        assert shown.count(f"to let it go on: mailer {command}") == 1
        office.done(*shlex.split(command.replace("NAME", "chief")))
        assert "ON HOLD" not in office.done("show", REF).out


def test_where_nothing_waits_for_a_yes_nothing_is_checked(office: Office) -> None:
    with at(BEFORE):
        office.queued()
        office.done("cancel", REF)
        said = office("approve", REF, "--by", "chief")
    assert (said.status, said.out) == (1, "")
    [line] = said.faults
    assert "nothing waits for approval (3 cancelled)" in line


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_a_letter_is_never_a_traceback(
    office: Office, encoding: str, tmp_path: Path
) -> None:
    office.folder.joinpath("lists", "wires.csv").write_text(
        "email,name\nana@wire.example,Ana Ł\n", "utf-8"
    )
    with at(BEFORE):
        office.queued()
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    for command in (("log",), ("timeline", REF), ("plan", REF)):
        ran = subprocess.run(
            [sys.executable, "-m", "mailer", "--config", str(office.config), *command],
            env=environment,
            capture_output=True,
            check=True,
        )
        assert ran.stderr == b""
        if command == ("log",):
            assert rb"Ana \u0141" in ran.stdout


# --- what a question is refused for, so that "nothing" is never the answer to another -------------


def test_the_log_of_an_advisory_that_is_not_there_is_never_empty(office: Office) -> None:
    with at(BEFORE):
        office.queued()
    for form in ((), ("--csv",), ("--json",)):
        said = office("log", "--advisory", REF[:-1], *form)
        assert (said.status, said.out) == (1, "")
        assert "mailer show" in said.faults[0]


def test_the_log_of_an_audience_that_is_not_there_names_those_that_are(office: Office) -> None:
    said = office("log", "--audience", "wiress")
    assert said.status == 1
    assert "wires, national" in said.faults[0]


def test_an_hour_typed_without_an_offset_is_the_offices(office: Office) -> None:
    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(text.replace("Europe/London", "Asia/Tokyo"), encoding="utf-8")
    with at("2027-02-06T03:30:00Z"):  # 12:30 in Tokyo
        office.queued()
        assert "nobody" not in office.done("log", "--since", "2027-02-06T12:00").out
        assert "@wire.example" in office.done("log", "--since", "2027-02-06T12:00").out
        assert "Nothing" in office.done("log", "--since", "2027-02-06T13:00").out
        assert "Nothing" in office.done("log", "--until", "2027-02-06T12:00").out


def test_a_wrong_time_says_how_to_write_one(office: Office) -> None:
    said = office("log", "--since", "2w")
    assert said.status == 2
    assert "2027-02-09T00:01" in said.err
    assert '"2h"' in said.err


# --- what is taken where a document says nothing --------------------------------------------------


def test_what_a_document_lacks_is_told_with_what_is_taken(office: Office) -> None:
    office.edit('organisation = "Lantern Coast Trust"\n', "")
    with at(BEFORE):
        said = office.queue().out
    assert "line 0" not in said
    assert "! advisory.md: no organisation found; taken: Lantern Coast Trust" in said


@pytest.mark.parametrize(
    ("what", "never"),
    [
        (
            "mailer.cli",
            {"sqlalchemy", "pydantic", "jinja2", "fastapi", "aiosmtplib", "mailer.desk"},
        ),
        ("mailer.app", {"openpyxl", "pypdf", "mammoth", "mailer.intake.documents", "dkim"}),
    ],
)
def test_no_command_loads_what_it_does_not_need(what: str, never: set[str]) -> None:
    code = f"import sys, mailer.cli, {what}; print(*{never} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_the_version_is_told_without_an_office(office: Office) -> None:
    said = office.bare("--version")
    assert (said.status, said.err) == (0, "")
    assert said.out == f"mailer {mailer.__version__}, ledger schema {SCHEMA}\n"
