"""The log: entry by entry, as a table, as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

from rich.text import Text

from mailer.core.inert import inert, inert_cell
from mailer.core.states import DeliveryState, DispatchState
from mailer.present.screen import stamp, styled, when_exactly

if TYPE_CHECKING:
    from mailer.ledger.log.entries import Entry

_INSTANTS = ("at", "next_attempt_at", "began_at", "ended_at", "planned_for")
_WAITS: dict[str, str] = {
    DispatchState.PLANNED: "waits for approval",
    DispatchState.HELD: "held",
    DispatchState.OVERDUE: "overdue: a person decides",
}


@cache
def _columns() -> tuple[str, ...]:
    from mailer.ledger.log.entries import Entry

    return (*(field.name for field in fields(Entry)), "milliseconds")


def entry_json(entry: Entry) -> dict[str, Any]:
    """A log entry for scripts: instants in UTC, how long the attempt took in milliseconds."""
    row = {name: getattr(entry, name) for name in _columns()}
    for name in _INSTANTS:
        row[name] = stamp(row[name])
    return row


def log_table(entries: Iterable[Entry]) -> Iterator[list[str | int | None]]:
    """The log as a spreadsheet's rows, its head first: no cell is a formula or acts on anything."""
    yield list(_columns())
    for entry in entries:
        row = entry_json(entry).values()
        yield [inert_cell(cell) if isinstance(cell, str) else cell for cell in row]


def log_csv(entries: Iterable[Entry]) -> None:
    """The log as CSV on standard output, safe to open in a spreadsheet."""
    csv.writer(sys.stdout).writerows(log_table(entries))


def log_line(entry: Entry, zone: str) -> Text:
    """One entry as a line: when, who, what became of it, and how the relay answered."""
    who = inert(f"{entry.name} <{entry.email}>" if entry.name else entry.email)
    outlet = f", {inert(entry.outlet)}" if entry.outlet else ""
    line = Text(f"{when_exactly(entry.at, zone)}  {inert(entry.reference)}  ")
    line.append(f"{entry.kind} to {entry.audience}  {who}{outlet}  ".lstrip())
    line.append(styled(entry.state))
    if entry.evidence:  # whoever asks whether they got it must not miss that it bounced
        line.append(", then ").append(styled(entry.evidence))
    said = _said(entry, zone)
    return line.append(f"  {said}") if said else line


def waits_for(entry: Entry) -> str:
    """What a copy that has not gone waits for besides its instant; empty: for nothing."""
    return _WAITS.get(entry.dispatch, "")


def _said(entry: Entry, zone: str) -> str:
    reply = " ".join(filter(None, (str(entry.code or ""), entry.enhanced, inert(entry.reply))))
    through = f"through {entry.relay}" if entry.relay else ""
    parts = [reply, inert(entry.reason), f"{through} {entry.tls_version}".strip()]
    if entry.next_attempt_at is not None:
        parts.append(f"next attempt {entry.next_attempt_at:%H:%M:%S} UTC")
    if entry.state == DeliveryState.PENDING and entry.planned_for is not None:
        parts += [f"planned for {when_exactly(entry.planned_for, zone)}", waits_for(entry)]
    return "; ".join(part for part in parts if part)
