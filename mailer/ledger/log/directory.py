"""Everybody who stands in the log, once: what a search by name, address or outlet looks through.

It is made when somebody searches and not when a list is planned, so that neither planning nor
sending pays for it. Looking through it costs about 15 ms for 100,000 people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, col

from mailer.core.log_filter import folded
from mailer.ledger.store import table
from mailer.ledger.tables import DeliveryRow, DirectoryMarkRow, DirectoryRow, LeftOutRow

ROWS_AT_ONCE = 50_000
"""Rows of the log that one `missing` reads; some 2 µs each."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Who stands in the next rows of the log and not in the directory, and how far these go."""

    people: frozenset[tuple[str, str, str]]
    delivery_id: int
    left_out_id: int


def missing(session: Session) -> Missing | None:
    """The next of them, for `add`; None if all of the log has been looked at."""
    mark = session.get(DirectoryMarkRow, 1) or DirectoryMarkRow()
    found: set[tuple[str, str, str]] = set()
    ends = []
    for row, after in ((DeliveryRow, mark.delivery_id), (LeftOutRow, mark.left_out_id)):
        c = table(row).c
        last = session.execute(select(func.max(c.id))).scalar() or 0
        ends.append(max(after, min(last, after + ROWS_AT_ONCE)))
        known = exists().where(*_same(c)).correlate(table(row))
        people = select(c.email_key, c.name, c.outlet).distinct()
        if ends[-1] > after:
            rows = session.execute(people.where(c.id > after, c.id <= ends[-1], ~known))
            found.update((key, name, outlet) for key, name, outlet in rows)
    if ends == [mark.delivery_id, mark.left_out_id]:
        return None
    return Missing(frozenset(found), *ends)


def add(session: Session, some: Missing) -> None:
    """Take them in, in a write transaction; whoever is there by now is left as they are."""
    if some.people:
        session.execute(
            insert(table(DirectoryRow)).on_conflict_do_nothing(),
            [
                {
                    "email_key": key,
                    "name": name,
                    "outlet": outlet,
                    "words": folded(f"{key}\n{name}\n{outlet}"),
                    "outlet_words": folded(outlet),
                }
                for key, name, outlet in some.people
            ],
        )
    mark = session.get(DirectoryMarkRow, 1) or DirectoryMarkRow(id=1)
    mark.delivery_id = max(mark.delivery_id, some.delivery_id)
    mark.left_out_id = max(mark.left_out_id, some.left_out_id)
    session.add(mark)


def _same(c: Any) -> list[ColumnElement[bool]]:
    """What holds of the directory's row of a row's contact (its columns are `c`)."""
    return [
        col(DirectoryRow.email_key) == c.email_key,
        col(DirectoryRow.name) == c.name,
        col(DirectoryRow.outlet) == c.outlet,
    ]


def size(session: Session) -> int:
    """How many there are in it."""
    return session.execute(select(func.max(col(DirectoryRow.id)))).scalar() or 0


def agrees(anywhere: Iterable[str], in_outlet: Iterable[str]) -> list[ColumnElement[bool]]:
    """What holds of a directory row with all these words, the second ones in its outlet."""
    words, outlet_words = col(DirectoryRow.words), col(DirectoryRow.outlet_words)
    return [
        *(words.contains(word, autoescape=True) for word in anywhere),
        *(outlet_words.contains(word, autoescape=True) for word in in_outlet),
    ]


def is_one(c: Any, anywhere: Iterable[str], in_outlet: Iterable[str]) -> ColumnElement[bool]:
    """What holds of a row (its columns are `c`) whose contact has all these words."""
    return exists().where(*_same(c), *agrees(anywhere, in_outlet))


def find(
    session: Session, anywhere: Sequence[str], in_outlet: Sequence[str], limit: int
) -> list[str]:
    """The addresses (`email_key`) of up to `limit` people with all these words."""
    found = select(col(DirectoryRow.email_key)).where(*agrees(anywhere, in_outlet)).distinct()
    return list(session.execute(found.limit(limit)).scalars())
