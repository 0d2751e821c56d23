"""Who was invited to accept an embargo, and what acceptance gives them: their advance copy.

Every function works inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from mailer.core import states
from mailer.core.embargo import Clearance, Consent, clear
from mailer.core.model import Contact, Dispatch, DispatchKind, Version
from mailer.core.states import DeliveryState, DispatchEvent, DispatchState
from mailer.ledger import changes, consent, store
from mailer.ledger.dispatching import of_one_plan
from mailer.ledger.facts import facts_of
from mailer.ledger.linked import Linked
from mailer.ledger.tables import DeliveryRow, DispatchRow, VersionRow

_ENDED = (DispatchState.CANCELLED, DispatchState.DONE)
_DUE = (DispatchState.APPROVED, DispatchState.SENDING, DispatchState.DONE)


def invited(session: Session, advisory_id: int) -> tuple[str, frozenset[str]]:
    """The officer's words in an advisory's newest invitations, and who has, or may have, one."""
    rows = [
        row for row in store.dispatches(session, advisory_id) if row.kind == DispatchKind.INVITATION
    ]
    having = session.exec(
        select(DeliveryRow.email_key)
        .where(col(DeliveryRow.dispatch_id).in_([row.id for row in rows]))
        .where(col(DeliveryRow.state).in_(states.HAS_OR_MAY_HAVE))
    )
    return (rows[-1].note if rows else ""), frozenset(having)


def let_in(session: Session, email: str, now: datetime) -> int:
    """Give an invited contact who has accepted their advance copies; returns how many.

    What waits for them in a release goes to the advance dispatch of the same plan, and goes out
    when that is due, at once if it has been. The approval of an invitation covers whoever accepts.
    """
    key = email.casefold()
    advisories = (
        select(VersionRow.advisory_id)
        .join(DispatchRow, col(DispatchRow.version_id) == col(VersionRow.id))
        .join(DeliveryRow, col(DeliveryRow.dispatch_id) == col(DispatchRow.id))
        .where(DispatchRow.kind == DispatchKind.INVITATION, DeliveryRow.email_key == key)
    )
    waiting = session.exec(
        select(DeliveryRow, DispatchRow)
        .join(DispatchRow, col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(VersionRow, col(VersionRow.id) == col(DispatchRow.version_id))
        .where(DeliveryRow.email_key == key, DeliveryRow.state == DeliveryState.PENDING)
        .where(DispatchRow.kind == DispatchKind.RELEASE)
        .where(col(DispatchRow.state).not_in(_ENDED))
        .where(col(DispatchRow.embargo_instant) > now)
        .where(col(VersionRow.advisory_id).in_(advisories))
    ).all()
    return sum(_move(session, row, release, now) for row, release in waiting)


def _move(session: Session, row: DeliveryRow, release: DispatchRow, now: datetime) -> bool:
    advance = session.exec(of_one_plan(release, DispatchKind.ADVANCE)).first()
    if advance is None or advance.state == DispatchState.CANCELLED:
        return False
    there = select(DeliveryRow.id).where(
        DeliveryRow.dispatch_id == advance.id, DeliveryRow.email_key == row.email_key
    )
    if session.exec(there).first() is not None:
        return False
    row.dispatch_id, row.changed_at = advance.id or 0, now
    session.add(row)
    if advance.state == DispatchState.DONE:
        store.move(advance, DispatchEvent.REOPEN)
        advance.approved_at, advance.ended_at = now, None
        session.add(advance)
    return True


def text_for(
    session: Session, found: Linked, now: datetime
) -> tuple[Version, Dispatch, Contact] | None:
    """What a contact with this link may read now, as a dispatch that says how it is to be marked.

    The gate says so, as for a copy by mail: nothing before their own acceptance, nothing that is
    held, withdrawn, replaced, not approved or not due.
    """
    newest = store.versions(session, found.advisory)[-1]
    key = found.contact.email.casefold()
    theirs = session.exec(
        select(DeliveryRow, DispatchRow)
        .join(DispatchRow, col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .where(DispatchRow.version_id == newest.id, DeliveryRow.email_key == key)
        .where(col(DispatchRow.kind).in_(changes.TEXTS))
        .where(col(DeliveryRow.state).in_(states.HAS_OR_WILL_HAVE))
        .order_by(col(DeliveryRow.id).desc())
    ).first()
    if theirs is None:
        return None
    row, dispatch = theirs
    facts = facts_of(session, dispatch)
    embargoed = facts.embargo is not None and now < facts.embargo.instant
    kind = DispatchKind.ADVANCE if embargoed else DispatchKind.RELEASE
    state = DispatchState.SENDING if facts.copy.state in _DUE else facts.copy.state
    copy = facts.copy._replace(
        delivery=row.id or 0,
        email=row.email,
        kind=kind,
        state=state,
        requires_acceptance=True,
        carries_notice=True,  # the page begins and ends with it
    )
    answer = clear(copy, _consent(session, row), facts.embargo, now)
    if not isinstance(answer, Clearance):
        return None
    version = store.load_version(session, newest.id or 0)
    told = replace(store.dispatch_of(dispatch), kind=kind, note="", earlier=None)
    return version, told, store.contact_of(row)


def _consent(session: Session, row: DeliveryRow) -> Consent:
    said = consent.acceptance_of(session, row.email)
    accepted = said.accepted if said else row.embargo_accepted
    return Consent(row.email, consent.is_suppressed(session, row.email), accepted)
