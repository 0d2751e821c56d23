"""`mailer token`: shown once, on standard output alone; listed and revoked."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from commandline import Office


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Office:
    one = Office(tmp_path, monkeypatch, capsys)
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse battery\n"))
    one("user", "add", "ines", "--role", "officer")
    return one


def test_a_token_is_shown_once_and_revoked(office: Office) -> None:
    made = office("token", "add", "ines", "--name", "screen", "--role", "staff", "--by", "chief")
    assert made.status == 0
    token = made.out.strip()
    assert made.out == f"{token}\n"
    assert token.startswith("mailer_")
    assert "it is not shown again" in made.err
    listed = office.done("token", "list")
    assert "ines  staff  screen  lives, never used" in listed.out
    (row,) = office.done("token", "list", "--json").json
    assert token not in listed.out + str(row)
    assert office.done("token", "revoke", row["id"]).out == "revoked token 1 of ines\n"
    assert "revoked" in office.done("token", "list").out
    again = office("token", "revoke", row["id"])
    assert again.status == 1
    assert "no token 1 that lives" in again.faults[0]


def test_a_token_that_cannot_be_is_refused(office: Office) -> None:
    for words in (
        ("nobody", "--name", "x", "--role", "staff"),
        ("ines", "--name", "x", "--role", "approver"),
        ("ines", "--name", "", "--role", "staff"),
    ):
        refused = office("token", "add", *words)
        assert (refused.status, refused.out) == (1, "")
        assert refused.faults
