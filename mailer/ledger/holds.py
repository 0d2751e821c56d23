"""Holds: nothing goes until further notice, of one advisory or of all. The gate asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import Session, col, select

from mailer.ledger.store import reference_key, table
from mailer.ledger.tables import AdvisoryRow, DispatchRow, HoldRow, VersionRow


def active(session: Session, advisory_id: int | None = None) -> list[HoldRow]:
    """The holds in force: on an advisory or on all; without an advisory, those on all alone."""
    return list(session.exec(select(HoldRow).where(_in_force(advisory_id))))


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold in force: on what ("everything", "everything embargoed", a reference), and why.

    `reference` is empty where it is on all.
    """

    at: datetime
    what: str
    by: str
    reason: str
    reference: str

    @property
    def ended_by(self) -> str:
        """The command that ends it."""
        which = f'"{self.reference}"' if self.reference else "--all"
        return f"mailer resume {which} --by NAME"


def told(session: Session, reference: str = "") -> list[Hold]:
    """The holds in force that bear on an advisory, or on anything."""
    query = (
        select(HoldRow, col(AdvisoryRow.reference))
        .outerjoin(table(AdvisoryRow), col(AdvisoryRow.id) == col(HoldRow.advisory_id))
        .where(col(HoldRow.released_at).is_(None))
        .order_by(col(HoldRow.id))
    )
    if reference:
        key = reference_key(reference)
        on_all = col(HoldRow.advisory_id).is_(None)
        query = query.where(or_(on_all, col(AdvisoryRow.reference_key) == key))
    everything = {True: "everything embargoed", False: "everything"}
    return [
        Hold(row.at, named or everything[row.embargoed_only], row.by, row.reason, named or "")
        for row, named in session.execute(query)
    ]


def stops(session: Session, row: DispatchRow) -> bool:
    """Whether some hold stops a dispatch at this moment."""
    advisory_id = session.get_one(VersionRow, row.version_id).advisory_id
    embargoed = row.embargo_instant is not None
    return any(embargoed or not hold.embargoed_only for hold in active(session, advisory_id))


def place(
    session: Session,
    *,
    advisory_id: int | None,
    reason: str,
    by: str,
    now: datetime,
    embargoed_only: bool = False,
) -> None:
    """Stop an advisory, or all (`advisory_id` None), from the moment this is committed."""
    session.add(
        HoldRow(
            advisory_id=advisory_id, embargoed_only=embargoed_only, reason=reason, at=now, by=by
        )
    )


def release(session: Session, advisory_id: int | None, by: str, now: datetime) -> int:
    """End the holds on an advisory, or those on all; returns how many there were."""
    which = col(HoldRow.advisory_id) == advisory_id
    standing = select(HoldRow).where(col(HoldRow.released_at).is_(None), which)
    rows = session.exec(standing).all()
    for row in rows:
        row.released_at, row.released_by = now, by
        session.add(row)
    return len(rows)


def last_release(session: Session, advisory_id: int) -> datetime | None:
    """When a hold that bore on an advisory was last ended: lateness counts from there."""
    ended = (
        select(HoldRow.released_at)
        .where(col(HoldRow.released_at).is_not(None))
        .where(or_(col(HoldRow.advisory_id) == advisory_id, col(HoldRow.advisory_id).is_(None)))
        .order_by(col(HoldRow.released_at).desc())
    )
    return session.exec(ended.limit(1)).first()


def bears_on_dispatch() -> ColumnElement[bool]:
    """A condition on the dispatch and version of a query: some hold stops it."""
    advisory = or_(
        col(HoldRow.advisory_id).is_(None), col(HoldRow.advisory_id) == col(VersionRow.advisory_id)
    )
    embargoed = or_(
        col(HoldRow.embargoed_only).is_(False), col(DispatchRow.embargo_instant).is_not(None)
    )
    return exists().where(and_(col(HoldRow.released_at).is_(None), advisory, embargoed))


def _in_force(advisory_id: int | None) -> Any:
    on_all = col(HoldRow.advisory_id).is_(None)
    which = on_all if advisory_id is None else or_(on_all, col(HoldRow.advisory_id) == advisory_id)
    return and_(col(HoldRow.released_at).is_(None), which)
