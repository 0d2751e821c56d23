"""Who was invited to accept an embargo, and what acceptance gives them: their advance copy.

Every function works inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from mailer.core import states
from mailer.core.embargo import Clearance, Consent, clear
from mailer.core.model import NOTICES, Contact, Dispatch, DispatchKind, Version
from mailer.core.states import DeliveryEvent, DeliveryState, DispatchState
from mailer.ledger import changes, consent, store
from mailer.ledger.dispatching import of_one_plan, reinstate, reopen
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
    """Give a contact who has accepted the embargo their embargoed copies; returns how many.

    What waits for them in a release goes to the advance dispatch of the same plan, and goes out
    when that is due, at once if it has been; so does a notice that waits for the lift. It is for
    those who were invited, or had a place in an advance dispatch of the advisory before they took
    their acceptance back: that invitation, or that plan, was approved, and covers it.
    """
    said = consent.acceptance_of(session, email)
    if said is None or not said.accepted:
        return 0
    key = email.casefold()
    waiting = session.exec(
        _embargoed(key, now)
        .where(DispatchRow.kind == DispatchKind.RELEASE)
        .where(DeliveryRow.state == DeliveryState.PENDING)
        .where(col(VersionRow.advisory_id).in_(_admitted_to(key)))
    ).all()
    notices = session.exec(
        _embargoed(key, now)
        .where(col(DispatchRow.kind).in_(NOTICES))
        .where(DeliveryRow.state == DeliveryState.PENDING)
        .where(DeliveryRow.next_attempt_at == DispatchRow.embargo_instant)
    ).all()
    for row, _ in notices:
        row.reason, row.next_attempt_at, row.changed_at = "", None, now
        session.add(row)
    return len(notices) + sum(_move(session, row, release, now) for row, release in waiting)


def _embargoed(key: str, now: datetime) -> Any:
    """A contact's copies in what is not ended and still under an embargo."""
    return (
        select(DeliveryRow, DispatchRow)
        .join(DispatchRow, col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(VersionRow, col(VersionRow.id) == col(DispatchRow.version_id))
        .where(DeliveryRow.email_key == key)
        .where(col(DispatchRow.state).not_in(_ENDED))
        .where(col(DispatchRow.embargo_instant) > now)
    )


def _admitted_to(key: str) -> Any:
    """The advisories that a contact may have in advance, once they have accepted."""
    return (
        select(VersionRow.advisory_id)
        .join(DispatchRow, col(DispatchRow.version_id) == col(VersionRow.id))
        .join(DeliveryRow, col(DeliveryRow.dispatch_id) == col(DispatchRow.id))
        .where(DeliveryRow.email_key == key)
        .where(col(DispatchRow.kind).in_((DispatchKind.INVITATION, DispatchKind.ADVANCE)))
    )


def _move(session: Session, row: DeliveryRow, release: DispatchRow, now: datetime) -> bool:
    """Give a copy that waits in a release to the advance dispatch; the one there comes back."""
    advance = session.exec(of_one_plan(release, DispatchKind.ADVANCE)).first()
    if advance is None or advance.state == DispatchState.CANCELLED:
        return False
    there = session.exec(
        select(DeliveryRow).where(
            DeliveryRow.dispatch_id == advance.id, DeliveryRow.email_key == row.email_key
        )
    ).first()
    if there is None:
        row.dispatch_id, row.changed_at = advance.id, now
    elif there.state == DeliveryState.CANCELLED:
        reinstate(session, there, now)
        row.state = states.after(states.DELIVERY, DeliveryState(row.state), DeliveryEvent.CANCEL)
        row.reason, row.changed_at = "the contact has accepted the embargo again", now
    else:
        return False
    session.add(row)
    reopen(session, advance, now)
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
        delivery=row.id,
        email=row.email,
        kind=kind,
        state=state,
        requires_acceptance=True,
        carries_notice=True,  # the page begins and ends with it
    )
    answer = clear(copy, _consent(session, row), facts.embargo, now)
    if not isinstance(answer, Clearance):
        return None
    version = store.load_version(session, newest.id)
    told = replace(store.dispatch_of(dispatch), kind=kind, note="", earlier=None)
    return version, told, store.contact_of(row)


def _consent(session: Session, row: DeliveryRow) -> Consent:
    said = consent.acceptance_of(session, row.email)
    accepted = said.accepted if said else row.embargo_accepted
    return Consent(row.email, consent.is_suppressed(session, row.email), accepted)
