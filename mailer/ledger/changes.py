"""What a change of text or embargo finds in the ledger: who holds a copy, and who still waits.

A change is made in one transaction: what waits is cancelled and planned anew, and exactly those
who hold, or may hold, a copy get a notice. Every function works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import Session, col, select

from mailer.core import states
from mailer.core.model import Audience, Contact, Dispatch, DispatchKind, Embargo
from mailer.core.outcome import Outcome
from mailer.core.states import DeliveryState, DispatchState
from mailer.ledger import store
from mailer.ledger.tables import AttemptRow, DeliveryRow, DispatchRow, VersionRow

TEXTS = (DispatchKind.ADVANCE, DispatchKind.RELEASE, DispatchKind.CORRECTION)
"""The kinds that carry an advisory's text."""


@dataclass(frozen=True, slots=True)
class Group:
    """Contacts of one audience, with the audience as it was when they were planned."""

    audience: Audience
    dispatch: Dispatch
    contacts: tuple[Contact, ...]


def holders(
    session: Session, advisory_id: int, *, kinds: Iterable[DispatchKind] = TEXTS
) -> list[Group]:
    """Who holds, or may hold, a copy of one of these kinds: each contact once, by audience."""
    return _grouped(session, advisory_id, _has_or_may_have(), kinds)


def holding(session: Session, advisory_id: int) -> set[str]:
    """The case-folded addresses of everyone who holds, or may hold, a text of an advisory."""
    groups = holders(session, advisory_id)
    return {contact.email.casefold() for group in groups for contact in group.contacts}


def in_flight(session: Session, advisory_id: int) -> list[Group]:
    """Who holds a copy only if the relay takes the one that is being handed over now."""
    flying = and_(col(DeliveryRow.state) == DeliveryState.SENDING, _text_begun())
    return _grouped(session, advisory_id, flying, TEXTS)


def embargo_now(session: Session, advisory_id: int, audience: str) -> Embargo | None:
    """The embargo that an audience is under: that of the latest plan for it."""
    rows = [row for row in store.dispatches(session, advisory_id) if row.audience == audience]
    return store.dispatch_of(rows[-1]).embargo if rows else None


def untold(session: Session, advisory_id: int, groups: Iterable[Group]) -> list[Group]:
    """Those of these holders to whom no withdrawal is sent or planned yet."""
    told = set(
        session.exec(
            select(DeliveryRow.email_key)
            .join(DispatchRow)
            .join(VersionRow)
            .where(VersionRow.advisory_id == advisory_id)
            .where(DispatchRow.kind == DispatchKind.WITHDRAWAL)
            .where(DeliveryRow.state != DeliveryState.CANCELLED)
        )
    )
    left = [
        Group(
            g.audience, g.dispatch, tuple(c for c in g.contacts if c.email.casefold() not in told)
        )
        for g in groups
    ]
    return [group for group in left if group.contacts]


def waiting(
    session: Session, advisory_id: int, *, kinds: Iterable[DispatchKind] = TEXTS
) -> list[Group]:
    """Who is still to get a text of an advisory: each contact once, by audience.

    Copies that are claimed but whose text has not begun count as waiting: the gate will refuse
    them once their dispatch is cancelled.
    """
    still = or_(
        col(DeliveryRow.state).in_(states.UNSENT),
        and_(col(DeliveryRow.state) == DeliveryState.SENDING, ~_text_begun()),
    )
    alive = col(DispatchRow.state).not_in((DispatchState.CANCELLED, DispatchState.DONE))
    return _grouped(session, advisory_id, and_(still, alive), kinds)


def _has_or_may_have() -> ColumnElement[bool]:
    return or_(
        col(DeliveryRow.state).in_((DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)),
        and_(col(DeliveryRow.state) == DeliveryState.SENDING, _text_begun()),
        # Once in doubt, a copy to be sent again may have arrived the first time, until a person
        # says that it was rejected.
        and_(
            _was_in_doubt(),
            ~and_(
                col(DeliveryRow.state) == DeliveryState.REJECTED,
                _was_in_doubt(col(AttemptRow.number) == col(DeliveryRow.attempts)),
            ),
        ),
    )


def _was_in_doubt(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        and_(
            col(AttemptRow.delivery_id) == col(DeliveryRow.id),
            col(AttemptRow.outcome) == Outcome.IN_DOUBT,
            *more,
        )
    )


def _text_begun() -> ColumnElement[bool]:
    return exists().where(
        and_(
            col(AttemptRow.delivery_id) == col(DeliveryRow.id),
            col(AttemptRow.ended_at).is_(None),
        )
    )


def _grouped(
    session: Session, advisory_id: int, which: object, kinds: Iterable[DispatchKind]
) -> list[Group]:
    rows = session.exec(
        select(DeliveryRow, DispatchRow)
        .join(DispatchRow)
        .join(VersionRow)
        .where(VersionRow.advisory_id == advisory_id)
        .where(col(DispatchRow.kind).in_(list(kinds)))
        .where(which)  # type: ignore[arg-type]
        .order_by(col(DeliveryRow.id))
    ).all()
    latest: dict[str, tuple[DeliveryRow, DispatchRow]] = {}
    for delivery, dispatch in rows:
        latest[delivery.email_key] = (delivery, dispatch)
    grouped: dict[str, tuple[DispatchRow, list[Contact]]] = {}
    for delivery, dispatch in latest.values():
        group = grouped.setdefault(dispatch.audience, (dispatch, []))
        group[1].append(store.contact_of(delivery))
    return [
        Group(store.dispatch_of(row).audience, store.dispatch_of(row), tuple(contacts))
        for row, contacts in grouped.values()
    ]


def cancel_waiting(session: Session, advisory_id: int, reason: str, now: datetime) -> int:
    """Cancel every dispatch that is not ended, and the copies in it that have not left."""
    ended = (DispatchState.CANCELLED, DispatchState.DONE)
    going = [row for row in store.dispatches(session, advisory_id) if row.state not in ended]
    return sum(store.cancel(session, row, reason, now) for row in going)
