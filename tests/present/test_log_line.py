"""A line of the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailer.ledger.log.entries import Entry
from mailer.present import log_line


def test_a_copy_that_has_not_gone_says_when_it_goes_and_what_it_waits_for() -> None:
    at = datetime(2027, 2, 9, tzinfo=UTC)
    copy = Entry("d1", at, "HW 1", 1, "wires", "release", "a@b.example", "", "", "pending", "")
    lift = at + timedelta(hours=9)
    for dispatch, waits in (
        ("planned", "; waits for approval"),
        ("approved", ""),
        ("held", "; held"),
    ):
        told = log_line(replace(copy, planned_for=lift, dispatch=dispatch), "Europe/Paris").plain
        assert told.endswith(f"pending  planned for 2027-02-09 10:00:00 UTC+01:00{waits}")


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
