"""What a change of text or embargo finds in the ledger: who holds a copy, and who still waits.

A change is made in one transaction: what waits is cancelled and planned anew, and exactly those
who hold, or may hold, a copy get a notice. Every function works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from mailer.core import states
from mailer.core.model import Audience, Contact, Dispatch, DispatchKind, Embargo
from mailer.core.outcome import Outcome
from mailer.core.states import DeliveryState, DispatchState
from mailer.ledger import store
from mailer.ledger.store import table
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
    sending = col(DeliveryRow.state) == DeliveryState.SENDING
    flying = and_(sending, store.UNACCEPTED, _text_begun())
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
    return _grouped(session, advisory_id, _still_to_get(), kinds)


def affected(session: Session, advisory_id: int) -> tuple[dict[str, str], dict[str, str]]:
    """Who holds a text, or may, and who still waits for a first one: address → audience.

    The people of `holders` and `waiting`, without the work of making contacts of them.
    """
    columns = (DeliveryRow.email_key, DispatchRow.audience)
    holding, waits = (
        dict(session.execute(_about(advisory_id, which, TEXTS, *columns)).all())
        for which in (_has_or_may_have(), _still_to_get())
    )
    return holding, {key: name for key, name in waits.items() if key not in holding}


def _still_to_get() -> ColumnElement[bool]:
    still = or_(
        col(DeliveryRow.state).in_(states.UNSENT),
        and_(col(DeliveryRow.state) == DeliveryState.SENDING, ~_text_begun()),
    )
    alive = col(DispatchRow.state).not_in((DispatchState.CANCELLED, DispatchState.DONE))
    return and_(still, alive)


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


def _about(
    advisory_id: int, which: ColumnElement[bool], kinds: Iterable[DispatchKind], *columns: Any
) -> Any:
    """These columns of an advisory's deliveries of which that is true, the oldest first."""
    return (
        select_columns(*columns)
        .select_from(table(DeliveryRow))
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .where(col(VersionRow.advisory_id) == advisory_id)
        .where(col(DispatchRow.kind).in_(list(kinds)))
        .where(which)
        .order_by(col(DeliveryRow.id))
    )


def _grouped(
    session: Session, advisory_id: int, which: ColumnElement[bool], kinds: Iterable[DispatchKind]
) -> list[Group]:
    columns = (DeliveryRow.email_key, DeliveryRow.dispatch_id, *store.contact_columns())
    latest = {
        key: (dispatch, contact)
        for key, dispatch, *contact in session.execute(_about(advisory_id, which, kinds, *columns))
    }
    rows = {row.id: row for row in store.dispatches(session, advisory_id)}
    grouped: dict[str, tuple[DispatchRow, list[Contact]]] = {}
    for dispatch, contact in latest.values():
        row = rows[dispatch]
        group = grouped.setdefault(row.audience, (row, []))
        group[1].append(store.contact_from(*contact))
    return [
        Group(store.dispatch_of(row).audience, store.dispatch_of(row), tuple(contacts))
        for row, contacts in grouped.values()
    ]


def cancel_waiting(session: Session, advisory_id: int, reason: str, now: datetime) -> int:
    """Cancel every dispatch that is not ended, and the copies in it that have not left."""
    ended = (DispatchState.CANCELLED, DispatchState.DONE)
    going = [row for row in store.dispatches(session, advisory_id) if row.state not in ended]
    return sum(store.cancel(session, row, reason, now) for row in going)
