"""What journalists wish, in the ledger. Every function works inside the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlmodel import Session, col, select

from mailer.core.wishes import Wish
from mailer.ledger.tables import WishRow


def every(session: Session) -> dict[str, Wish]:
    """What everyone who chose something wishes now, by case-folded address."""
    rows = session.exec(select(WishRow).order_by(col(WishRow.id)))
    return {row.email_key: wish_of(row) for row in rows}


def of(session: Session, email: str) -> Wish | None:
    """What one journalist wishes now."""
    theirs = select(WishRow).where(WishRow.email_key == email.casefold())
    row = session.exec(theirs.order_by(col(WishRow.id).desc())).first()
    return wish_of(row) if row else None


@dataclass(frozen=True, slots=True)
class Chosen:
    """One time that a journalist chose: `wish` is what was new then, `at` is UTC."""

    at: datetime
    wish: Wish
    source: str


def latest(session: Session) -> list[Chosen]:
    """All that everyone who chose something wishes now, the oldest choice first."""
    rows = session.exec(select(WishRow).order_by(col(WishRow.id)))
    newest = {row.email_key: row for row in rows}
    rows_in_force = sorted(newest.values(), key=lambda row: row.id)
    return [Chosen(row.at, wish_of(row), row.source) for row in rows_in_force]


def history(session: Session, email: str) -> list[Chosen]:
    """All the times that one journalist chose something, the newest first."""
    theirs = select(WishRow).where(WishRow.email_key == email.casefold())
    told: list[Chosen] = []
    before: Wish | None = None
    for row in session.exec(theirs.order_by(col(WishRow.id))):
        wish = wish_of(row)
        told.append(Chosen(row.at, wish.since(before), row.source))
        before = wish
    return told[::-1]


def add(session: Session, wish: Wish, source: str, now: datetime) -> bool:
    """Record a wish, over what the same journalist wished before; False if nothing of it is new."""
    earlier = of(session, wish.email)
    whole = wish.over(earlier) if earlier else wish
    if earlier is not None and not whole.since(earlier).words:
        return False
    session.add(
        WishRow(
            email=whole.email,
            email_key=whole.email.casefold(),
            name=whole.name,
            outlet=whole.outlet,
            language=whole.language,
            timezone=whole.timezone,
            audiences=dict(whole.audiences),
            at=now,
            source=source,
        )
    )
    return True


def wish_of(row: WishRow) -> Wish:
    """What a row says."""
    return Wish(
        row.email,
        row.name,
        row.outlet,
        row.language,
        row.timezone,
        MappingProxyType(dict(row.audiences)),
    )
