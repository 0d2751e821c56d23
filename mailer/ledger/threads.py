"""What a contact had before of an item: the messages that a notice of it answers to."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from mailer.core.states import DeliveryState
from mailer.ledger.store import table
from mailer.ledger.tables import DeliveryRow, DispatchRow, VersionRow

MOST = 20
"""Messages that one refers to at most: the first, and those nearest to it (RFC 5322 §3.6.4)."""
_MAY_HAVE = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)


def earlier(session: Session, dispatch: int, email: str) -> tuple[str, ...]:
    """The Message-IDs of what this address has, or may have, of a dispatch's item; oldest first."""
    advisory = (
        select(col(VersionRow.advisory_id))
        .join(table(DispatchRow), col(DispatchRow.version_id) == col(VersionRow.id))
        .where(col(DispatchRow.id) == dispatch)
        .scalar_subquery()
    )
    found = session.execute(
        select(col(DeliveryRow.message_id))
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .where(col(DeliveryRow.email_key) == email.casefold())
        .where(col(DeliveryRow.state).in_(_MAY_HAVE))
        .where(col(DeliveryRow.dispatch_id) != dispatch)
        .where(col(VersionRow.advisory_id) == advisory)
        .order_by(col(DeliveryRow.id))
    )
    every = tuple(found.scalars())
    return every if len(every) <= MOST else (every[0], *every[1 - MOST :])
