"""Whose copy a link stands in, and what the ledger says of that copy now.

Every function works inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from mailer.core import links
from mailer.core.links import Purpose
from mailer.core.model import Contact
from mailer.ledger import store
from mailer.ledger.tables import DeliveryRow, DispatchRow, VersionRow


@dataclass(frozen=True, slots=True)
class Linked:
    """A copy whose link somebody shows: whose it is, and of what ("HW 12/2026, release to wires").

    `advisory` is the id of the advisory; `dispatch` the row of the copy's own dispatch.
    """

    delivery: int
    contact: Contact
    subject: str
    advisory: int
    dispatch: DispatchRow


def find(session: Session, purpose: Purpose, token: str, now: datetime) -> Linked | None:
    """The copy that a token belongs to, if there is one and its link still works at `now`."""
    return _found(session, DeliveryRow.link == links.sought(purpose, token), purpose, now)


def of_delivery(session: Session, delivery: int, purpose: Purpose, now: datetime) -> Linked | None:
    """The copy of this number, while a link of its own for this purpose would still work."""
    return _found(session, DeliveryRow.id == delivery, purpose, now)


def _found(
    session: Session, condition: ColumnElement[bool] | bool, purpose: Purpose, now: datetime
) -> Linked | None:
    row = session.exec(
        select(DeliveryRow, DispatchRow, VersionRow)
        .join(DispatchRow, col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(VersionRow, col(VersionRow.id) == col(DispatchRow.version_id))
        .where(condition)
    ).first()
    if row is None:
        return None
    delivery, dispatch, version = row
    if not links.works(purpose, dispatch.instant, dispatch.embargo_instant, now):
        return None
    return Linked(
        delivery=delivery.id,
        contact=store.contact_of(delivery),
        subject=f"{version.content['reference']}, {dispatch.kind} to {dispatch.audience}",
        advisory=version.advisory_id,
        dispatch=dispatch,
    )
