"""What the command line prints: plans, logs and findings, as tables for people or data for scripts.

Everything that came from outside is made inert first. Times are said in the office's zone beside
UTC, never without a zone.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailer.core.embargo import say, utc_offset
from mailer.core.inert import inert, inert_cell, inert_json, inert_lines
from mailer.core.model import Draft, Embargo, Progress
from mailer.core.preflight import Finding
from mailer.desk import Change, PlanRow, PlanView
from mailer.intake.contacts import ListReport
from mailer.ledger.audit import AuditEntry
from mailer.ledger.holds import Hold
from mailer.ledger.log.entries import Entry
from mailer.ledger.outlook import RelayFault

WIDE = 160
"""Columns where the output is not a terminal, so that a log file or a pipe is not cut."""

STYLES = {
    "accepted": "green",
    "done": "green",
    "approved": "cyan",
    "sending": "cyan",
    "pending": "cyan",
    "deferred": "yellow",
    "planned": "yellow",
    "proposed": "yellow",
    "held": "bold yellow",
    "overdue": "bold red",
    "in_doubt": "bold red",
    "rejected": "red",
    "expired": "red",
    "cancelled": "dim",
    "suppressed": "dim",
    "left_out": "dim",
}


class _Screen(Console):
    """A console whose reader may go away: `mailer log | head` is no fault."""

    def on_broken_pipe(self) -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0)


def console(*, stderr: bool = False) -> Console:
    """Where output goes; wide unless a terminal says otherwise."""
    screen = _Screen(stderr=stderr, highlight=False, emoji=False, markup=False)
    if not screen.is_terminal:
        screen.width = WIDE
    return screen


def when(instant: datetime, zone: str) -> str:
    """An instant as people read it in tables: "Tue 9 Feb 2027 00:01 UTC+00:00"."""
    local = instant.astimezone(ZoneInfo(zone))
    offset = "UTC" if zone == "UTC" else utc_offset(local)
    seconds = ":%S" if local.second else ""
    return local.strftime(f"%a {local.day} %b %Y %H:%M{seconds} ") + offset


def stamp(instant: datetime | None) -> str | None:
    """An instant for scripts: ISO 8601 in UTC."""
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def print_json(value: Any) -> None:
    """JSON on standard output."""
    print(inert_json(value))


def count(number: int, one: str, more: str) -> str:
    """A number of things: "1 copy", "2 copies"."""
    return f"{number} {one if number == 1 else more}"


def table_of(*columns: str) -> Table:
    """A table with these columns, left-aligned."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=False)
    for column in columns:
        table.add_column(column, overflow="fold", justify="left")
    return table


def show_table(screen: Console, table: Table) -> None:
    """A table. Where the terminal is too narrow, each row is lines of its own: no word is cut."""
    if screen.measure(table, options=screen.options.update(max_width=WIDE)).maximum <= screen.width:
        screen.print(table)
        return
    names = [str(column.header) for column in table.columns]
    wide = max(map(len, names))
    for number, row in enumerate(zip(*(column.cells for column in table.columns), strict=True)):
        if number:
            screen.print()
        for name, cell in zip(names, row, strict=True):
            line = Text.assemble(
                (f"{name:{wide}}  ", "dim"), cell if isinstance(cell, Text) else str(cell)
            )
            screen.print(line, soft_wrap=True)


def _state(state: str) -> Text:
    return Text(state.replace("_", " "), style=STYLES.get(state, ""))


# --- plans ------------------------------------------------------------------------------------


def plan(view: PlanView) -> None:
    """A plan: each dispatch and its instant in three zones, and each contact left out.

    Where something is still to go, what is done or cancelled is only counted.
    """
    screen = console()
    to_go = [row for row in view.rows if row.state not in _OVER]
    rows = to_go or view.rows
    embargo = _embargoes(rows) if to_go else "nothing of it is left to go"
    screen.print(Text(f"{inert(view.reference)}  {inert(view.headline)}", style="bold"))
    screen.print(f"{view.kind}, version {view.version}, {embargo}", soft_wrap=True)
    screen.print()
    table = table_of(
        "audience", "dispatch", "UTC", f"office ({view.office_zone})", "audience's zone"
    )
    table.add_column("contacts", justify="right")
    table.add_column("state")
    for row in rows:
        theirs = f"{when(row.instant, row.zone)} ({row.zone})"
        if row.zone == view.office_zone:
            theirs = "the same"
        table.add_row(
            row.audience,
            row.kind,
            when(row.instant, "UTC"),
            when(row.instant, view.office_zone),
            theirs,
            str(row.contacts),
            _state(row.state),
        )
    show_table(screen, table)
    _reasons(rows)
    if over := len(view.rows) - len(rows):
        done = count(over, "dispatch is", "dispatches are")
        said = f'{done} done or cancelled: mailer show "{inert(view.reference)}"'
        screen.print(said, soft_wrap=True)
    if view.left_out:
        screen.print(f"\nLeft out ({len(view.left_out)}):")
        for one in view.left_out:
            who = " ".join(filter(None, (one.contact.name, f"<{one.contact.email}>")))
            outlet = f", {inert(one.contact.outlet)}" if one.contact.outlet else ""
            text = f"  {one.audience}: {inert(who)}{outlet}: {inert(one.reason)}"
            screen.print(text, soft_wrap=True)
    for note in view.notes:
        screen.print(f"! {inert(note)}", style="yellow", soft_wrap=True)


_OVER = ("done", "cancelled")


def _embargoes(rows: Iterable[PlanRow]) -> str:
    """The embargo in words; where audiences have their own, each with its own.

    Of an audience whose embargo was moved, that of its latest dispatch.
    """
    by_embargo: dict[Embargo | None, list[str]] = {}
    for audience, embargo in {row.audience: row.embargo for row in rows}.items():
        by_embargo.setdefault(embargo, []).append(audience)
    said = {
        embargo: f"embargoed until {say(embargo.instant, embargo.zone, 'en')}"
        if embargo
        else "for immediate release"
        for embargo in by_embargo
    }
    if len(said) == 1:
        return next(iter(said.values()))
    return "; ".join(f"{', '.join(by_embargo[e])}: {words}" for e, words in said.items())


def _reasons(rows: Iterable[PlanRow | Progress]) -> None:
    """Why dispatches stand as they do, each reason once."""
    told = (f"{row.kind} to {row.audience}: {inert(row.reason)}" for row in rows if row.reason)
    for line in dict.fromkeys(told):
        console().print(line, style="yellow", soft_wrap=True)


def findings(found: Sequence[Finding]) -> None:
    """What a check found: what blocks, and what a person should look at."""
    for one in found:
        line = f", line {one.line}" if one.line else ""
        what, style = ("BLOCKS", "bold red") if one.blocks else ("look", "yellow")
        text = f"{what:7}{inert(one.where)}{line}: {inert(one.message)}"
        console().print(text, style=style, soft_wrap=True)
    blocks = sum(one.blocks for one in found)
    looks = count(len(found) - blocks, "thing", "things")
    print(f"{count(blocks, 'fault blocks', 'faults block')} approval, {looks} to look at.")


def plan_json(view: PlanView) -> dict[str, Any]:
    """A plan for scripts."""
    return {
        "reference": view.reference,
        "headline": view.headline,
        "kind": view.kind,
        "version": view.version,
        "embargo": stamp(view.embargo.instant) if view.embargo else None,
        "embargo_zone": view.embargo.zone if view.embargo else None,
        "dispatches": [
            {
                **asdict(row),
                "instant": stamp(row.instant),
                "embargo": stamp(row.embargo.instant) if row.embargo else None,
            }
            for row in view.rows
        ],
        "left_out": [
            {
                "audience": one.audience,
                "email": one.contact.email,
                "name": one.contact.name,
                "outlet": one.contact.outlet,
                "reason": one.reason,
            }
            for one in view.left_out
        ],
        "warnings": list(view.notes),
    }


def change(done: Change, reference: str) -> None:
    """What a change did, and what it waits for."""
    copies = count(done.cancelled, "copy", "copies")
    print(f"\nStopped: {copies} of the old plan that had not left.")
    print(f"To be told: {count(done.notified, 'holder', 'holders')} of a copy.")
    print(f"Needed no notice: {done.unaware}, who had nothing of it yet.")
    if done.going and done.notified:
        print("Approved with it; `mailer run` sends what is due.")
    elif not done.going and (done.notified or done.unaware):
        print(f'Nothing of it goes before: mailer approve "{inert(reference)}" --by NAME')


# --- the log ----------------------------------------------------------------------------------

_COLUMNS = (*(field.name for field in fields(Entry)), "milliseconds")
_INSTANTS = ("at", "next_attempt_at", "began_at", "ended_at")


def entry_json(entry: Entry) -> dict[str, Any]:
    """A log entry for scripts: instants in UTC, how long the attempt took in milliseconds."""
    row = {name: getattr(entry, name) for name in _COLUMNS}
    for name in _INSTANTS:
        row[name] = stamp(row[name])
    return row


def log_table(entries: Iterable[Entry]) -> Iterator[list[str | int | None]]:
    """The log as a spreadsheet's rows, its head first: no cell is a formula or acts on anything."""
    yield list(_COLUMNS)
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
    line.append(f"{entry.kind or '-'} to {entry.audience}  {who}{outlet}  ")
    line.append(_state(entry.state))
    said = _said(entry)
    return line.append(f"  {said}") if said else line


def when_exactly(instant: datetime, zone: str) -> str:
    """An instant to the second, as the log tells it: "2027-02-09 00:01:00 UTC+00:00"."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M:%S} {utc_offset(local)}"


def _said(entry: Entry) -> str:
    reply = " ".join(filter(None, (str(entry.code or ""), entry.enhanced, inert(entry.reply))))
    through = f"through {entry.relay}" if entry.relay else ""
    parts = [reply, inert(entry.reason), f"{through} {entry.tls_version}".strip()]
    if entry.next_attempt_at is not None:
        parts.append(f"next attempt {entry.next_attempt_at:%H:%M:%S} UTC")
    return "; ".join(part for part in parts if part)


# --- what an advisory has come to -------------------------------------------------------------


def progress(rows: Sequence[Progress], zone: str) -> None:
    """Each advisory's dispatches, and how many of its copies are in each state."""
    for reference in dict.fromkeys(row.reference for row in rows):
        console().print(Text(inert(reference), style="bold"))
        table = table_of("audience", "dispatch", f"at ({zone})", "state", "copies")
        for row in rows:
            if row.reference == reference:
                at = when_exactly(row.instant, zone)
                table.add_row(row.audience, row.kind, at, _state(row.state), _copies(row.counts))
        show_table(console(), table)
        _reasons(row for row in rows if row.reference == reference)
        print()


def _copies(counts: Mapping[str, int]) -> Text:
    """How many copies are in each state: "13 accepted, 1 rejected"."""
    said = [
        Text(f"{counts[state]} ").append(_state(state)) for state in STYLES if counts.get(state)
    ]
    return Text(", ").join(said)


def progress_json(row: Progress) -> dict[str, Any]:
    """A dispatch's progress for scripts."""
    return {**asdict(row), "instant": stamp(row.instant), "planned": row.planned}


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


# --- documents --------------------------------------------------------------------------------


def draft(found: Draft) -> None:
    """What was read of a document: field by field, its text, and what to look at."""
    for name in ("organisation", "kind", "date", "reference", "headline", "subhead", "dateline"):
        print(f"{name + ':':14}{inert(str(getattr(found, name) or '(not found)'))}")
    print(f"{'language:':14}{found.language or '(not found)'}")
    print(f"{'embargo:':14}{inert(found.embargo_line) or '(none printed)'}")
    for contact in found.contacts:
        phones = [f"{p.number} ({p.label})" if p.label else p.number for p in contact.phones]
        parts = (contact.name, contact.role, contact.organisation, contact.email, *phones)
        print(f"{'contact:':14}{inert(', '.join(part for part in parts if part))}")
    for link in found.links:
        print(f"{'link:':14}line {link.line}: {inert(link.text)}: {inert(link.url)}")
    for name in found.attachments:
        print(f"{'attachment:':14}{inert(name)}")
    for edition in found.editions:
        print(f"{'edition:':14}{edition.language}: {inert(edition.headline)}")
    print(f"\n{inert_lines(found.body) or '(no text found)'}")
    if found.notes:
        print(f"\nNotes to editors\n\n{inert_lines(found.notes)}")
    if found.warnings:
        print()
    for warning in found.warnings:
        line = f"line {warning.line}: " if warning.line else ""
        print(f"! {line}{inert(warning.message)}")


# --- lists ------------------------------------------------------------------------------------


def lists(reports: Iterable[ListReport]) -> None:
    """Each list, and each row a person should look at."""
    screen = console()
    for report in reports:
        said = count(len(report.contacts), "contact", "contacts")
        refused = count(report.refused, "row", "rows")
        notes = count(len(report.findings) - report.refused, "note", "notes")
        screen.print(f"{inert(report.file)}: {said}, {refused} refused, {notes}", soft_wrap=True)
        for found in report.findings:
            what = "refused" if found.refused else "note"
            value = f" ({found.value})" if found.value else ""
            place = f"row {found.row}" + (f", {found.column}" if found.column else "")
            style = "red" if found.refused else "yellow"
            text = f"  {place}: {what}: {inert(found.message)}{value}"
            screen.print(text, style=style, soft_wrap=True)
