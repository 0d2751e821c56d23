"""How advisories stand: their copies counted, holds, deeds, what kept the relay from us."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from mailer.core.inert import inert
from mailer.core.model import Progress
from mailer.present.screen import (
    STYLES,
    console,
    count,
    plain,
    reasons,
    show_table,
    styled,
    table_of,
    when_exactly,
)

if TYPE_CHECKING:
    from mailer.ledger.audit import AuditEntry
    from mailer.ledger.holds import Hold
    from mailer.ledger.outlook import RelayFault


def progress(rows: Sequence[Progress], zone: str) -> None:
    """Each advisory's dispatches, and how many of its copies are in each state."""
    for reference in dict.fromkeys(row.reference for row in rows):
        console().print(Text(inert(reference), style="bold"))
        table = table_of("audience", "dispatch", f"at ({zone})", "state", "copies")
        for row in rows:
            if row.reference == reference:
                at = when_exactly(row.instant, zone)
                table.add_row(row.audience, row.kind, at, styled(row.state), _copies(row.counts))
        show_table(console(), table)
        reasons(row for row in rows if row.reference == reference)
        print()


def _copies(counts: Mapping[str, int]) -> Text:
    """How many copies are in each state: "13 accepted, 1 rejected", "none"."""
    said = [
        Text(f"{counts[state]} ").append(styled(state)) for state in STYLES if counts.get(state)
    ]
    return Text(", ").join(said or [Text("none", style="dim")])


def progress_json(row: Progress) -> dict[str, Any]:
    """A dispatch's progress for scripts."""
    return {**plain(row), "planned": row.planned}


def holds(rows: Iterable[Hold], zone: str) -> None:
    """What is on hold, since when, by whom and why, and what lets it go on."""
    for one in rows:
        why = f": {inert(one.reason)}" if one.reason else ""
        said = f"ON HOLD: {inert(one.what)}, since {when_exactly(one.at, zone)} by {inert(one.by)}"
        said += f"{why}; to let it go on: {inert(one.ended_by)}"
        console().print(said, style="bold red", soft_wrap=True)


def deeds(rows: Iterable[AuditEntry], zone: str) -> None:
    """Who did what with an advisory."""
    for deed in rows:
        console().print(f"{when_exactly(deed.at, zone)}  {inert(deed.actor)}: {deed.action}")


def relay_faults(rows: Sequence[RelayFault], zone: str) -> None:
    """What kept the relay from us; the last few of them."""
    if not rows:
        return
    console().print(f"\nThe relay was not available {count(len(rows), 'time', 'times')}; the last:")
    for fault in rows[-3:]:
        console().print(f"  {when_exactly(fault.at, zone)}  {fault.step}: {inert(fault.said)}")
