"""Everybody who stands in the log, once: what a search by name, address or outlet looks through.

It is made when somebody searches and not when a list is planned, so that neither planning nor
sending pays for it. Looking through it costs about 15 ms for 100,000 people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, col

from mailer.core.log_filter import folded
from mailer.ledger.store import table
from mailer.ledger.tables import DeliveryRow, DirectoryMarkRow, DirectoryRow, LeftOutRow

ROWS_AT_ONCE = 5_000
"""Rows of the log that one `catch_up` reads: it holds the write lock for some 20 ms."""


def is_behind(session: Session) -> bool:
    """Whether somebody stands in the log who is not in the directory yet."""
    mark = session.get(DirectoryMarkRow, 1) or DirectoryMarkRow()
    return mark.delivery_id < _last(session, DeliveryRow) or mark.left_out_id < _last(
        session, LeftOutRow
    )


def _last(session: Session, row: type[DeliveryRow] | type[LeftOutRow]) -> int:
    return session.execute(select(func.max(col(row.id)))).scalar() or 0


def catch_up(session: Session) -> None:
    """Add those of the next rows of the log, in a write transaction; again while it `is_behind`."""
    mark = session.get(DirectoryMarkRow, 1) or DirectoryMarkRow(id=1)
    mark.delivery_id = _add(session, DeliveryRow, mark.delivery_id)
    mark.left_out_id = _add(session, LeftOutRow, mark.left_out_id)
    session.add(mark)


def _add(session: Session, row: type[DeliveryRow] | type[LeftOutRow], after: int) -> int:
    """Add the people of the next rows; returns the last row that was read."""
    rows = session.execute(
        select(col(row.id), col(row.email_key), col(row.name), col(row.outlet))
        .where(col(row.id) > after)
        .order_by(col(row.id))
        .limit(ROWS_AT_ONCE)
    ).all()
    people = {(key, name, outlet) for _, key, name, outlet in rows}
    if people:
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
                for key, name, outlet in people
            ],
        )
    return rows[-1][0] if rows else after


def agrees(anywhere: Iterable[str], in_outlet: Iterable[str]) -> list[ColumnElement[bool]]:
    """What holds of a directory row with all these words, the second ones in its outlet."""
    words, outlet_words = col(DirectoryRow.words), col(DirectoryRow.outlet_words)
    return [
        *(words.contains(word, autoescape=True) for word in anywhere),
        *(outlet_words.contains(word, autoescape=True) for word in in_outlet),
    ]


def is_one(c: Any, anywhere: Iterable[str], in_outlet: Iterable[str]) -> ColumnElement[bool]:
    """What holds of a row (its columns are `c`) whose contact has all these words."""
    same = and_(
        col(DirectoryRow.email_key) == c.email_key,
        col(DirectoryRow.name) == c.name,
        col(DirectoryRow.outlet) == c.outlet,
    )
    return exists().where(same, *agrees(anywhere, in_outlet))


def find(
    session: Session, anywhere: Sequence[str], in_outlet: Sequence[str], limit: int
) -> list[str]:
    """The addresses (`email_key`) of up to `limit` people with all these words."""
    found = select(col(DirectoryRow.email_key)).where(*agrees(anywhere, in_outlet)).distinct()
    return list(session.execute(found.limit(limit)).scalars())
