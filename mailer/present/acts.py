"""What an act would do, to how many people and when, in sentences. Numbers come from the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailer.core.model import DispatchKind
from mailer.core.timeline import Timeline
from mailer.present.screen import count
from mailer.present.timelines import prospects

if TYPE_CHECKING:
    from mailer.desk import Approval, Change, PlanRow
    from mailer.ledger.advisories import Affected

_KINDS = {
    DispatchKind.INVITATION: "invitation to accept the embargo",
    DispatchKind.ADVANCE: "advance copy",
    DispatchKind.RELEASE: "release",
    DispatchKind.CORRECTION: "correction to its holders",
    DispatchKind.WITHDRAWAL: "notice of withdrawal to its holders",
    DispatchKind.EMBARGO_CHANGE: "notice of the new embargo to its holders",
}


def kind(row: PlanRow) -> str:
    """What a dispatch is."""
    return _KINDS[DispatchKind(row.kind)]


def utc(instant: datetime, zone: str) -> str:
    """An instant in UTC beside the reader's own; empty where both clocks show the same."""
    at = instant.astimezone(UTC)
    if not instant.astimezone(ZoneInfo(zone)).utcoffset():
        return ""
    return f"{at:%a} {at.day} {at:%b %Y}, {at:%H:%M:%S} UTC".replace(":00 UTC", " UTC")


def people(by_audience: Mapping[str, int]) -> str:
    """So many people, of which audiences: "9 people (wires 7, national 2)"."""
    if not by_audience:
        return "nobody"
    each = ", ".join(f"{name} {number}" for name, number in by_audience.items())
    return f"{count(sum(by_audience.values()), 'person', 'people')} ({each})"


def hold(found: Timeline) -> str:
    """What a hold would do."""
    return f"Nothing more of it goes until an approver resumes it. {prospects(found)[0]}"


def lift(found: Timeline) -> str:
    """What a lift would do."""
    return f"{prospects(found)[1]} You approve it by lifting it. It cannot be taken back."


def withdraw(affected: Affected) -> str:
    """What a withdrawal would do."""
    waits = "Nobody waits for it any more."
    if affected.waiters:
        waits = f"{_capital(people(affected.waiting))}, still waiting for it, will get nothing."
    told = "Nobody holds a copy and would have to be told."
    if affected.holders:
        told = f"{_capital(people(affected.holding))} with a copy, or maybe one, are told at once."
    return f"{told} {waits} It cannot be undone."


def cancel(affected: Affected) -> str:
    """What a cancellation would do."""
    stopped = "Whatever has not left will not go"
    if affected.waiters:
        stopped += f": {people(affected.waiting)} will get nothing"
    left = "No copy has left."
    if affected.holders:
        left = (
            f"{_capital(people(affected.holding))} with a copy, or maybe one, are not told: "
            "withdraw it instead to tell them."
        )
    return f"{stopped}. {left}"


def reschedule(affected: Affected, told: int, audiences: str) -> str:
    """What moving the embargo would do."""
    hears = "Nobody holds an embargoed copy and would have to be told."
    if told:
        holders = count(told, "holder", "holders")
        hears = f"{holders} of an embargoed copy: told of the new instant at once."
    waits = count(affected.waiters, "person", "people")
    return (
        f"Nothing goes at the old instant any more, to {audiences}. {hears} {waits} still waiting: "
        "now for the new instant. All of it goes only once it is approved."
    )


def correct(affected: Affected) -> str:
    """What a correction would do."""
    gets = "Nobody holds a copy yet."
    if affected.holders:
        gets = f"The correction goes to {people(affected.holding)} with a copy, or maybe one."
    if affected.waiters:
        gets += f" The new text goes instead of the old to {people(affected.waiting)} waiting."
    return f"{gets} All of it goes only once it is approved."


# --- what was done ------------------------------------------------------------------------------


def changed(done: Change) -> str:
    """What a change did."""
    said = [
        f"{count(done.cancelled, 'copy', 'copies')} that had not left were cancelled.",
        f"{count(done.notified, 'holder', 'holders')} to be told.",
    ]
    if not done.going and (done.notified or done.unaware):
        said.append("It waits for approval.")
    return " ".join(said)


def approved(done: Approval) -> str:
    """What a yes did."""
    if done.waiting:
        more = count(done.missing, "more person", "more people")
        return f"Recorded. It goes once {more} approved it."
    return f"Approved: {count(done.approved, 'dispatch goes', 'dispatches go')} at the times below."


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
