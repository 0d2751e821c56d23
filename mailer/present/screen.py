"""The screen: where output goes, and how instants, counts, states and tables look on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailer.core.embargo import utc_offset
from mailer.core.inert import inert, inert_json
from mailer.core.model import Progress

if TYPE_CHECKING:
    from mailer.desk import PlanRow

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
    "bounced": "red",
    "complained": "red",
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


def console() -> Console:
    """Where output goes; wide unless a terminal says otherwise."""
    screen = _Screen(highlight=False, emoji=False, markup=False)
    if not screen.is_terminal:
        screen.width = WIDE
    return screen


def when(instant: datetime, zone: str) -> str:
    """An instant as people read it in tables: "Tue 9 Feb 2027 00:01 UTC+00:00"."""
    local = instant.astimezone(ZoneInfo(zone))
    offset = "UTC" if zone == "UTC" else utc_offset(local)
    seconds = ":%S" if local.second else ""
    return local.strftime(f"%a {local.day} %b %Y %H:%M{seconds} ") + offset


def when_exactly(instant: datetime, zone: str) -> str:
    """An instant to the second, as the log tells it: "2027-02-09 00:01:00 UTC+00:00"."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M:%S} {utc_offset(local)}"


def stamp(instant: datetime | None) -> str | None:
    """An instant for scripts: ISO 8601 in UTC."""
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plain(value: Any) -> Any:
    """A value of the desk for scripts: a dataclass by its fields, instants in UTC."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (tuple, list, frozenset)):
        return [plain(one) for one in value]
    if hasattr(value, "items"):
        return {key: plain(one) for key, one in value.items()}
    return value


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


def styled(state: str) -> Text:
    """A state in words, in its colour."""
    return Text(state.replace("_", " "), style=STYLES.get(state, ""))


def reasons(rows: Iterable[PlanRow | Progress]) -> None:
    """Why dispatches stand as they do, each reason once."""
    told = (f"{row.kind} to {row.audience}: {inert(row.reason)}" for row in rows if row.reason)
    for line in dict.fromkeys(told):
        console().print(line, style="yellow", soft_wrap=True)
