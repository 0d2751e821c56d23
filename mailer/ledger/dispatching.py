"""The life of a dispatch in the ledger: started at its instant, found overdue, settled after a
stop, and what becomes of an advance copy that can no longer go.

Every function works inside the caller's write transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from mailer.core import states
from mailer.core.model import NOTICES, Contact, DispatchKind
from mailer.core.outcome import Outcome, Phase
from mailer.core.plan import release_instant
from mailer.core.states import DeliveryEvent, DeliveryState, DispatchEvent, DispatchState
from mailer.ledger import approvals, changes, holds, plans, store
from mailer.ledger.store import move, table
from mailer.ledger.tables import AttemptRow, DeliveryRow, DispatchRow, RunRow, VersionRow


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the run should say aloud: of what ("advance to wires"; may be empty), and what."""

    subject: str
    text: str


def subject(session: Session, row: DispatchRow) -> str:
    """A dispatch in words: "HW 12/2026, advance to wires"."""
    reference = session.get_one(VersionRow, row.version_id).content["reference"]
    return f"{reference}, {row.kind} to {row.audience}"


def told(counts: Mapping[DeliveryState, int]) -> str:
    """Counted states in words: "7 accepted, 1 in doubt"."""
    words = (f"{number} {state.replace('_', ' ')}" for state, number in counts.items())
    return ", ".join(words) or "nobody was left to send to"


def settle_interrupted(session: Session, now: datetime, *, same_boot: bool) -> list[Notice]:
    """Deliveries that were in hand when a run ended without ending: in doubt, or given back.

    After a kill, only those whose text had begun are in doubt. If the machine itself has stopped
    (not `same_boot`), what was last recorded may be lost, so that all that was claimed may have
    gone; the claim itself is never lost (`flight`).
    """
    interrupted = session.exec(
        select_rows(DeliveryRow).where(DeliveryRow.state == DeliveryState.SENDING)
    ).all()
    doubtful = 0
    for row in interrupted:
        begun = session.exec(
            select_rows(AttemptRow)
            .where(AttemptRow.delivery_id == row.id)
            .where(col(AttemptRow.ended_at).is_(None))
        ).first()
        if begun is None and not same_boot:
            begun = _may_have_begun(session, row, now)
        dispatch = session.get_one(DispatchRow, row.dispatch_id)
        event = DeliveryEvent.DOUBT if begun else DeliveryEvent.RETURN
        if not begun and dispatch.state == DispatchState.CANCELLED:
            event = DeliveryEvent.CANCEL
        row.state = states.after(states.DELIVERY, DeliveryState(row.state), event)
        row.changed_at = now
        if begun:
            doubtful += 1
            row.attempts = begun.number
            row.reason = _STOPPED if same_boot else _MACHINE_STOPPED
            begun.ended_at, begun.outcome = now, Outcome.IN_DOUBT
            begun.reply = row.reason
            session.add(begun)
        session.add(row)
        if event is DeliveryEvent.CANCEL:
            session.flush()
            settle_change(session, row, dispatch, now)
    text = "the last run was stopped before the relay's answer was recorded; see: mailer log"
    return (
        [Notice("", f"copies in doubt: {doubtful}: {text} --status in_doubt")] if doubtful else []
    )


_STOPPED = "the program was stopped after the text had begun and before an answer was recorded"
_MACHINE_STOPPED = (
    "the machine stopped while it was in hand, and what was recorded last may be lost"
)


def _may_have_begun(session: Session, row: DeliveryRow, now: datetime) -> AttemptRow:
    """The attempt that a claimed copy may have had; there is no record of it."""
    run = session.execute(select(func.max(AttemptRow.run_id))).scalar()
    return AttemptRow(
        delivery_id=row.id,
        number=row.attempts + 1,
        run_id=run or session.execute(select(func.min(RunRow.id))).scalar() or 0,
        began_at=now,
        relay="",
        phase=Phase.TEXT_BEGUN,
    )


def find_overdue(session: Session, now: datetime, late_grace: timedelta) -> list[Notice]:
    """Dispatches that were half sent when nobody was there for longer than the grace."""
    sending = session.exec(
        select_rows(DispatchRow).where(DispatchRow.state == DispatchState.SENDING)
    ).all()
    notices = []
    for row in sending:
        waiting_since = session.execute(
            select(func.min(func.coalesce(DeliveryRow.next_attempt_at, row.started_at)))
            .where(col(DeliveryRow.dispatch_id) == row.id, store.UNACCEPTED)
            .where(col(DeliveryRow.state).in_(states.UNSENT))
        ).scalar()
        if waiting_since is not None and now - _aware(waiting_since, now) > late_grace:
            reason = f"copies waited through a stop longer than the late grace of {late_grace}"
            move(row, DispatchEvent.MISS, reason)
            session.add(row)
            notices.append(
                Notice(subject(session, row), f"overdue: {reason}; approve it again or cancel it")
            )
    return notices


def _aware(value: datetime | str, now: datetime) -> datetime:
    """SQLite gives a coalesced instant back as text without a zone; all are UTC."""
    parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=now.tzinfo)


def start(session: Session, row: DispatchRow, now: datetime, late_grace: timedelta) -> Notice:
    """Start a dispatch whose instant has come, unless it comes too late or is not what it was."""
    advisory_id = session.get_one(VersionRow, row.version_id).advisory_id
    resumed = holds.last_release(session, advisory_id) or row.instant
    late = now - max(row.instant, row.approved_at or row.instant, resumed)
    lifted = row.embargo_instant is not None and row.embargo_instant <= now
    if row.kind in (DispatchKind.INVITATION, DispatchKind.ADVANCE) and lifted:
        return _too_late_for_advance(session, row, now)
    changed = approvals.changed_since(session, row)
    if changed:
        return _stop(session, row, DispatchEvent.HOLD, f"changed since approved: {changed}")
    if late > late_grace:
        reason = f"found {_rough(late)} late, more than the late grace of {late_grace}"
        return _stop(session, row, DispatchEvent.MISS, reason)
    move(row, DispatchEvent.START)
    row.started_at = now
    session.add(row)
    session.flush()
    if row.kind == DispatchKind.RELEASE:
        _adopt_unsent_advance(session, row, now)
    waiting = store.count_states(session, row.id).get(DeliveryState.PENDING, 0)
    return Notice(subject(session, row), f"started; to send: {waiting}")


def _stop(session: Session, row: DispatchRow, event: DispatchEvent, reason: str) -> Notice:
    move(row, event, reason)
    session.add(row)
    return Notice(subject(session, row), f"{row.state}: {reason}; approve it again or cancel it")


def _rough(span: timedelta) -> str:
    return str(timedelta(seconds=round(span.total_seconds())))


def _too_late_for_advance(session: Session, row: DispatchRow, now: datetime) -> Notice:
    """The lift came first: nobody wants an embargoed copy of what is public."""
    reason = "the embargo lifted before it could go; its contacts get the release"
    add_to_releases(session, _unsent(session, row), row, now)
    change_all(session, row, DeliveryEvent.CANCEL, reason, now)
    move(row, DispatchEvent.CANCEL, reason)
    row.ended_at = now
    session.add(row)
    return Notice(subject(session, row), f"cancelled: {reason}")


def _adopt_unsent_advance(session: Session, release: DispatchRow, now: datetime) -> None:
    """Whoever still waits for an advance copy when their release starts gets the release."""
    advance = session.exec(of_one_plan(release, DispatchKind.ADVANCE)).first()
    if advance is None or advance.state == DispatchState.CANCELLED:
        return
    reason = "the embargo lifted before it could go; its contact gets the release"
    add_to_releases(session, _unsent(session, advance), advance, now)
    change_all(session, advance, DeliveryEvent.CANCEL, reason, now)
    if (DispatchState(advance.state), DispatchEvent.CANCEL) in states.DISPATCH:
        if advance.state == DispatchState.SENDING:
            return  # copies may be in flight; it is done when they are
        move(advance, DispatchEvent.CANCEL, "the embargo lifted before it could go")
        advance.ended_at = now
        session.add(advance)


def tried_from(row: DispatchRow) -> datetime:
    """From when it counts how long a copy has been tried; some of a notice waits for the lift."""
    began = row.started_at or row.instant
    if row.kind in NOTICES and row.embargo_instant is not None:
        return max(began, row.embargo_instant)
    return began


def of_one_plan(row: DispatchRow, kind: DispatchKind) -> Any:
    """The dispatches of a kind that were planned together with this one, earliest first."""
    return (
        select_rows(DispatchRow)
        .where(DispatchRow.version_id == row.version_id)
        .where(DispatchRow.audience == row.audience)
        .where(DispatchRow.kind == kind)
        .where(DispatchRow.planned_at == row.planned_at)
        .order_by(col(DispatchRow.instant))
    )


def add_to_releases(
    session: Session, rows: Sequence[DeliveryRow], advance: DispatchRow, now: datetime
) -> None:
    """Plan the release for contacts of an advance dispatch, each in the wave of their own zone.

    Who was invited has been in it all the time, or is in the advance dispatch now.
    """
    if advance.kind == DispatchKind.INVITATION:
        return
    releases = [
        release
        for release in session.exec(of_one_plan(advance, DispatchKind.RELEASE)).all()
        if release.state != DispatchState.CANCELLED
    ]
    for row in rows:
        _add(session, row, _wave(releases, store.contact_of(row)), now)


def _wave(releases: Sequence[DispatchRow], contact: Contact) -> DispatchRow | None:
    """The release whose instant is that of a contact's own zone, else the next, else the last."""
    for release in releases:
        planned = store.dispatch_of(release)
        lift = planned.embargo.instant if planned.embargo else planned.instant
        if planned.instant >= release_instant(planned.audience, contact, lift):
            return release
    return releases[-1] if releases else None


def _add(session: Session, row: DeliveryRow, release: DispatchRow | None, now: datetime) -> None:
    if release is None:
        return
    there = session.exec(
        select_rows(DeliveryRow)
        .where(DeliveryRow.dispatch_id == release.id)
        .where(DeliveryRow.email_key == row.email_key)
    ).first()
    if there is not None and there.state != DeliveryState.CANCELLED:
        return
    reopen(session, release, now)
    if there is not None:
        reinstate(session, there, now)
        return
    domain = row.message_id.rstrip(">").rpartition("@")[2]
    contacts = [store.contact_of(row)]
    plans.add_deliveries(session, release.id, contacts, domain=domain, now=now)


def reopen(session: Session, row: DispatchRow, now: datetime) -> None:
    """Let a dispatch that is done go on, because it has one more copy."""
    if row.state == DispatchState.DONE:
        move(row, DispatchEvent.REOPEN)
        row.approved_at, row.ended_at = now, None
        session.add(row)


def reinstate(session: Session, row: DeliveryRow, now: datetime) -> None:
    """Let a cancelled copy go after all; a retry keeps its Message-ID."""
    row.state = states.after(states.DELIVERY, DeliveryState(row.state), DeliveryEvent.REINSTATE)
    row.reason, row.next_attempt_at, row.changed_at = "", None, now
    session.add(row)


def settle_change(session: Session, row: DeliveryRow, dispatch: DispatchRow, now: datetime) -> None:
    """A copy that was in flight when its dispatch was changed, and did not arrive after all.

    A contact who holds nothing else needs no notice of a text they never had; unless the relay
    refused them, they get what replaces it.
    """
    advisory_id = session.get_one(VersionRow, dispatch.version_id).advisory_id
    if any(row.email_key == key for key in changes.holding(session, advisory_id)):
        return
    later = [
        one
        for one in store.dispatches(session, advisory_id)
        if (one.id) > (dispatch.id) and one.state != DispatchState.CANCELLED
    ]
    for notice in (one for one in later if one.kind in NOTICES):
        session.execute(
            update(table(DeliveryRow))
            .where(col(DeliveryRow.dispatch_id) == notice.id)
            .where(col(DeliveryRow.email_key) == row.email_key)
            .where(col(DeliveryRow.state).in_(states.UNSENT))
            .values(state=DeliveryState.CANCELLED, reason="never had a copy", changed_at=now)
        )
    if row.state == DeliveryState.CANCELLED and not _has_place(session, later, row.email_key):
        same = [one for one in later if one.audience == dispatch.audience]
        releases = [one for one in same if one.kind == DispatchKind.RELEASE]
        _add(session, row, _wave(releases, store.contact_of(row)), now)


def _has_place(session: Session, rows: Sequence[DispatchRow], email_key: str) -> bool:
    """Whether a text is already planned for a contact in one of these dispatches."""
    texts = [row.id for row in rows if row.kind in changes.TEXTS]
    planned = (
        select(col(DeliveryRow.id))
        .where(col(DeliveryRow.dispatch_id).in_(texts), col(DeliveryRow.email_key) == email_key)
        .where(col(DeliveryRow.state) != DeliveryState.CANCELLED)
    )
    return session.execute(planned.limit(1)).first() is not None


def _unsent(session: Session, row: DispatchRow) -> list[DeliveryRow]:
    waiting = (
        select_rows(DeliveryRow)
        .where(DeliveryRow.dispatch_id == row.id, store.UNACCEPTED)
        .where(col(DeliveryRow.state).in_(states.UNSENT))
    )
    return list(session.exec(waiting))


def change_all(
    session: Session, row: DispatchRow, event: DeliveryEvent, reason: str, now: datetime
) -> None:
    """Let `event` happen to every delivery of a dispatch that is still to be sent."""
    for state in states.UNSENT:
        session.execute(
            update(table(DeliveryRow))
            .where(col(DeliveryRow.dispatch_id) == row.id, store.UNACCEPTED)
            .where(col(DeliveryRow.state) == state)
            .values(
                state=states.after(states.DELIVERY, state, event),
                reason=reason,
                changed_at=now,
                next_attempt_at=None,
            )
        )
