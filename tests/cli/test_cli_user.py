"""`mailer user`: as typed, and what it refuses."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from commandline import Office, Said, is_inert

from mailer.cli import people

PASSWORD = "correct horse battery"


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Office:
    return Office(tmp_path, monkeypatch, capsys)


def typed(monkeypatch: pytest.MonkeyPatch, text: str = PASSWORD + "\n") -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def add(office: Office, monkeypatch: pytest.MonkeyPatch, *words: str) -> Said:
    typed(monkeypatch)
    return office("user", "add", *words)


def test_a_user_is_added_listed_changed_and_removed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = add(
        office, monkeypatch, "ines", "--role", "officer", "--name", "Inês D", "--zone", "UTC"
    )
    assert (said.status, said.out) == (0, "added ines, officer\n")
    assert office.done("user", "list").out == "ines  officer  Inês D  UTC\n"
    office.done("user", "role", "INES", "--role", "approver")
    typed(monkeypatch, "several quite plain words\n")
    office.done("user", "password", "ines")
    (row,) = office.done("user", "list", "--json").json
    assert row == {
        "login": "ines",
        "name": "Inês D",
        "email": "",
        "role": "approver",
        "zone": "UTC",
    }
    office.done("user", "remove", "ines")
    assert "no users" in office.done("user", "list").out
    deeds = [row["action"] for row in office.done("audit", "list", "--json").json]
    assert deeds == ["add user", "change role", "change password", "remove user"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "add", "ines", "--role", "staff"), "there is a user"),
        (("user", "add", "two words", "--role", "staff"), "without spaces"),
        (("user", "add", "x", "--role", "staff", "--zone", "Mars"), "is not a time zone"),
        (("user", "password", "nobody"), "no user"),
        (("user", "role", "nobody", "--role", "staff"), "no user"),
        (("user", "remove", "no\x1b[2Jbody"), "no user"),
    ],
)
def test_what_is_refused_is_one_line(
    office: Office, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    add(office, monkeypatch, "ines", "--role", "staff")
    typed(monkeypatch)
    refused = office(*words)
    assert refused.status == 1
    (line,) = refused.faults
    assert said in line
    assert is_inert(line)


@pytest.mark.parametrize("text", ["", "\n", "short\n", "ines\n", "aaaaaaaaaaaaaaa\n"])
def test_a_password_that_is_none_or_easily_guessed_is_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    typed(monkeypatch, text)
    refused = office("user", "add", "ines", "--role", "staff")
    assert refused.status == 1
    assert "password" in refused.faults[0]
    assert office.done("user", "list", "--json").json == []


def test_a_password_is_never_an_argument() -> None:
    import typer

    from mailer.cli import cli

    group = typer.main.get_command(cli).commands["user"]  # type: ignore[attr-defined]
    for command in group.commands.values():
        assert "password" not in {parameter.name for parameter in command.params}


def test_at_a_terminal_the_password_is_asked_for_twice_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda text, **how: asked.update(how) or PASSWORD)
    assert people._password() == PASSWORD
    assert asked == {"hide_input": True, "confirmation_prompt": True}
