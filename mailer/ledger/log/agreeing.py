"""The log in stretches, and which rows of a stretch agree with a filter.

A stretch is the copies of one dispatch, or those left out of one version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, literal_column, or_, select, text
from sqlmodel import col

from mailer.core.log_filter import LEFT_OUT, LogFilter, sought
from mailer.ledger.log import directory
from mailer.ledger.store import table
from mailer.ledger.tables import (
    FAILED,
    ODD,
    AttemptRow,
    DeliveryRow,
    LeftOutRow,
)

AT_ONCE = 500
"""Numbers in one IN."""

COPY, NOT_SENT = "d", "l"
"""The two kinds of entry, as its key begins."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The copies of one dispatch (COPY), or those left out of one version (NOT_SENT).

    `at` is when it started or was planned; `named`: the text looked for is in its reference or
    headline; `ids`: only these of its rows can agree (None: any); `odd`: only odd states can.
    """

    kind: str
    id: int
    at: datetime
    reference: str
    audience: str
    headline: str = ""
    named: bool = False
    ids: tuple[int, ...] | None = None
    odd: bool = False


def columns(kind: str) -> tuple[Any, ...]:
    """What `conditions` look at, under one name each, of copies or of those left out."""
    c = of_row(kind).c
    if kind == COPY:
        odd: Any = literal_column(ODD).label("odd")
        return (c.id, c.state, c.changed_at, c.email_key, c.name, c.outlet, odd)
    state: Any = literal_column(f"'{LEFT_OUT}'").label("state")
    return (c.id, state, c.at.label("changed_at"), c.email_key, c.name, c.outlet)


def rows(stretch: Stretch, what: Sequence[Any], ids: Sequence[int] | None = None) -> Any:
    """A query for all the rows of a stretch that may agree, or for those of `ids`."""
    row, number = of_row(stretch.kind), of_row(stretch.kind).c.id
    if stretch.kind == COPY:
        query = select(*what).where(row.c.dispatch_id == stretch.id)
        query = query.where(text(ODD)) if stretch.odd else query
    else:
        query = select(*what).where(row.c.version_id == stretch.id)
        query = query.where(row.c.audience == stretch.audience) if stretch.audience else query
    return query if ids is None else query.where(number.in_(ids))


def queries(stretch: Stretch, wanted: LogFilter) -> Iterator[tuple[Any, Any]]:
    """Queries for the rows of a stretch that agree, and their columns: one, or one a chunk."""
    parts: Iterable[Sequence[int] | None] = (None,)
    if stretch.ids is not None:
        parts = chunks(stretch.ids)
    for ids in parts:
        inner = rows(stretch, columns(stretch.kind), ids).subquery()
        yield select(inner).where(*conditions(inner.c, stretch, wanted)), inner.c


def of_row(kind: str) -> Table:
    """The table that a kind of entry stands in."""
    return table(DeliveryRow if kind == COPY else LeftOutRow)


def conditions(c: Any, stretch: Stretch, wanted: LogFilter) -> list[ColumnElement[bool]]:
    """What holds of every row (its columns are `c`) of a stretch that agrees."""
    sent = stretch.kind == COPY
    found: list[ColumnElement[bool]] = []
    states = states_of_copies(wanted)
    if states and sent:
        found.append(c.state.in_(states))
    if wanted.since:
        found.append(c.changed_at >= wanted.since)
    if wanted.until:
        found.append(c.changed_at < wanted.until)
    if wanted.code:
        found.append(latest_code(c).between(*codes(wanted.code)))
    contact, outlet = sought(wanted.contact), sought(wanted.outlet)
    if contact or outlet:
        found.append(directory.is_one(c, contact, outlet))
    if wanted.text and not stretch.named:
        person = directory.is_one(c, sought(wanted.text), ())
        failed = and_(col(AttemptRow.delivery_id) == c.id, text(FAILED), said(wanted.text))
        not_taken = and_(c.odd, exists().where(failed)) if sent else None
        found.append(person if not_taken is None else or_(person, not_taken))
    return found


def probes(wanted: LogFilter) -> bool:
    """Whether `conditions` look something up for each row."""
    return bool(wanted.code or wanted.contact or wanted.outlet or wanted.text)


def codes(code: str) -> tuple[int, int]:
    """The first and the last code that are meant by "550" or "5xx"."""
    return int(code.replace("x", "0")), int(code.replace("x", "9"))


def latest_code(c: Any) -> Any:
    """The code of the latest answer to a copy (its columns are `c`)."""
    latest = select(col(AttemptRow.code)).where(col(AttemptRow.delivery_id) == c.id)
    return latest.order_by(col(AttemptRow.number).desc()).limit(1).scalar_subquery()


def said(wanted: str) -> ColumnElement[bool]:
    """What holds of an attempt whose answer has all these words."""
    reply = col(AttemptRow.reply)
    # SQLite's LIKE is without regard to case by itself, in what an SMTP reply is written in.
    return and_(*(reply.contains(word, autoescape=True) for word in wanted.split()))


def states_of_copies(wanted: LogFilter) -> tuple[str, ...]:
    """The states wanted that a copy can be in; none: any."""
    return tuple(state for state in wanted.states if state != LEFT_OUT)


def chunks(numbers: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """As many at once as one IN takes well."""
    return (numbers[n : n + AT_ONCE] for n in range(0, len(numbers), AT_ONCE))
