"""A line of the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailer.ledger.log.entries import Entry
from mailer.present import log_line


@pytest.mark.parametrize(
    ("kind", "state", "evidence", "line"),
    [
        ("release", "accepted", "bounced", "release to wires  a@b.example  accepted, then bounced"),
        ("release", "accepted", "", "release to wires  a@b.example  accepted"),
        ("", "left_out", "", "to wires  a@b.example  left out"),
    ],
)
def test_a_copy_that_bounced_is_never_only_accepted(
    kind: str, state: str, evidence: str, line: str
) -> None:
    at = datetime(2027, 2, 9, tzinfo=UTC)
    copy = Entry("d1", at, "HW 1", 1, "wires", kind, "a@b.example", "", "", state, "")
    told = log_line(replace(copy, evidence=evidence), "UTC")
    assert told.plain == f"2027-02-09 00:00:00 UTC+00:00  HW 1  {line}"
