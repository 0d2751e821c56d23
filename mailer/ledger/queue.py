"""The sender's side of the ledger: what is due, who has claimed it, and what became of it.

The ledger is the schedule: what is due is a query. A claim is a conditional change of state in a
transaction, and so is every result; between the two, "text begun" is made durable before the
first byte of a text, so that a kill leaves in doubt only what really is.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, insert, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from mailer.core import states
from mailer.core.embargo import Clearance, Consent, Copy, Refusal
from mailer.core.job import Job, Result
from mailer.core.model import DispatchKind, Embargo
from mailer.core.outcome import Phase, Reply
from mailer.core.states import DeliveryEvent, DeliveryState, DispatchEvent, DispatchState
from mailer.ledger import audit, holds, log, store
from mailer.ledger.database import Database
from mailer.ledger.dispatching import (
    Notice,
    add_to_releases,
    change_all,
    find_overdue,
    settle_change,
    settle_interrupted,
    start,
    subject,
    told,
)
from mailer.ledger.store import contact_of, move, table
from mailer.ledger.tables import (
    AcceptanceRow,
    AdvisoryRow,
    AttemptRow,
    DeliveryRow,
    DispatchRow,
    RelayFaultRow,
    RunRow,
    SuppressionRow,
    VersionRow,
)

_LIVING = (DispatchState.APPROVED, DispatchState.SENDING)


class Queue:
    """One run's hold on the ledger. All instants are aware and in UTC."""

    def __init__(self, database: Database, relay: str, give_up_after: timedelta) -> None:
        self._database = database
        self._relay = relay
        self._give_up_after = give_up_after
        self._run = 0

    # --- the run ------------------------------------------------------------------------------

    def start_run(self, now: datetime, late_grace: timedelta) -> list[Notice]:
        """Begin a run, and settle what an earlier one left when it was stopped or killed."""
        with self._database.write() as session:
            last_seen = session.execute(select(func.max(col(RunRow.seen_at)))).scalar()
            run = RunRow(host=socket.gethostname(), pid=os.getpid(), started_at=now, seen_at=now)
            session.add(run)
            session.flush()
            self._run = run.id or 0
            notices = settle_interrupted(session, now)
            if last_seen is not None and now - last_seen > late_grace:
                notices += find_overdue(session, now, late_grace)
            return _on_hold(session) + notices

    def seen(self, now: datetime) -> None:
        """Note that the run lives."""
        self._set_run(seen_at=now)

    def end_run(self, now: datetime) -> None:
        """Note that the run ended in good order."""
        self._set_run(seen_at=now, ended_at=now)

    def _set_run(self, **values: datetime) -> None:
        with self._database.write() as session:
            session.execute(
                update(table(RunRow)).where(col(RunRow.id) == self._run).values(**values)
            )

    # --- dispatches ---------------------------------------------------------------------------

    def start_due(self, now: datetime, late_grace: timedelta) -> list[Notice]:
        """Start every approved dispatch whose instant has come; too late ones become overdue."""
        with self._database.write() as session:
            due = session.exec(
                select_rows(DispatchRow)
                .join(VersionRow)
                .where(DispatchRow.state == DispatchState.APPROVED)
                .where(DispatchRow.instant <= now)
                .where(~holds.bears_on_dispatch())
                .order_by(col(DispatchRow.instant), col(DispatchRow.id))
            ).all()
            return [start(session, row, now, late_grace) for row in due]

    def next_instant(self, now: datetime) -> datetime | None:
        """When the next thing falls due after `now`: a dispatch's instant or a retry."""
        with self._database.read() as session:
            instant = session.execute(
                select(func.min(col(DispatchRow.instant)))
                .where(col(DispatchRow.state) == DispatchState.APPROVED)
                .where(col(DispatchRow.instant) > now)
            ).scalar()
            retry = session.execute(
                select(func.min(col(DeliveryRow.next_attempt_at)))
                .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
                .where(col(DispatchRow.state) == DispatchState.SENDING)
                .where(col(DeliveryRow.state).in_(states.UNSENT))
                .where(col(DeliveryRow.next_attempt_at) > now)
            ).scalar()
            return min((at for at in (instant, retry) if at is not None), default=None)

    def close_done(self, now: datetime) -> list[Notice]:
        """Give up what was tried for too long, and finish dispatches with nothing left to send."""
        with self._database.write() as session:
            sending = session.exec(
                select_rows(DispatchRow).where(DispatchRow.state == DispatchState.SENDING)
            ).all()
            return [notice for row in sending for notice in self._close(session, row, now)]

    def _close(self, session: Session, row: DispatchRow, now: datetime) -> list[Notice]:
        given_up = row.started_at is not None and now >= row.started_at + self._give_up_after
        if given_up and not holds.stops(session, row):
            change_all(
                session, row, DeliveryEvent.EXPIRE, f"not sent in {self._give_up_after}", now
            )
        left = session.execute(
            select(func.count())
            .select_from(DeliveryRow)
            .where(col(DeliveryRow.dispatch_id) == row.id)
            .where(col(DeliveryRow.state).in_((*states.UNSENT, DeliveryState.SENDING)))
        ).scalar()
        if left:
            return []
        move(row, DispatchEvent.FINISH)
        row.ended_at = now
        session.add(row)
        counts = store.count_states(session, row.id or 0)
        return [Notice(subject(session, row), f"done: {told(counts)}")]

    def left_over(self) -> list[Notice]:
        """What waits for a person, or is begun and not done: a notice for each, and each hold."""
        stopped = (DispatchState.HELD, DispatchState.OVERDUE, DispatchState.SENDING)
        with self._database.read() as session:
            rows = session.exec(select_rows(DispatchRow).order_by(col(DispatchRow.id))).all()
            counted = [(row, store.count_states(session, row.id or 0)) for row in rows]
            return _on_hold(session) + [
                Notice(subject(session, row), f"{row.state}: {told(counts)}")
                for row, counts in counted
                if row.state in stopped or DeliveryState.IN_DOUBT in counts
            ]

    def hold(self, dispatch: int, reason: str) -> None:
        """Stop a dispatch because every copy of it would fail the same way; a person decides."""
        with self._database.write() as session:
            row = session.get_one(DispatchRow, dispatch)
            if row.state in _LIVING:
                move(row, DispatchEvent.HOLD, reason)
                session.add(row)

    # --- deliveries ---------------------------------------------------------------------------

    def claim(self, limit: int, now: datetime) -> list[Job]:
        """Claim up to `limit` deliveries that are due, oldest instant first."""
        with self._database.write() as session:
            rows = session.exec(
                select_rows(DeliveryRow, DispatchRow)
                .join(DispatchRow)
                .join(VersionRow)
                .where(DispatchRow.state == DispatchState.SENDING)
                .where(~holds.bears_on_dispatch())
                .where(col(DeliveryRow.state).in_(states.sources(states.DELIVERY, _CLAIM)))
                .where(
                    or_(
                        col(DeliveryRow.next_attempt_at).is_(None),
                        col(DeliveryRow.next_attempt_at) <= now,
                    )
                )
                .order_by(col(DispatchRow.instant), col(DeliveryRow.id))
                .limit(limit)
                .with_for_update(of=table(DeliveryRow), skip_locked=True)
            ).all()
            session.execute(
                update(table(DeliveryRow))
                .where(col(DeliveryRow.id).in_([delivery.id for delivery, _ in rows]))
                .values(state=DeliveryState.SENDING)
            )
            return [self._job(session, delivery, dispatch) for delivery, dispatch in rows]

    def _job(self, session: Session, delivery: DeliveryRow, dispatch: DispatchRow) -> Job:
        copy, consent, embargo = _standing(session, delivery, dispatch)
        started = dispatch.started_at or dispatch.instant
        return Job(
            delivery=delivery.id or 0,
            dispatch=dispatch.id or 0,
            subject=subject(session, dispatch),
            contact=replace(contact_of(delivery), embargo_accepted=consent.embargo_accepted),
            message_id=delivery.message_id,
            attempts=delivery.attempts,
            date=started,
            give_up_at=started + self._give_up_after,
            copy=copy,
            consent=consent,
            embargo=embargo,
        )

    def begin_text(
        self,
        job: Job,
        tls_version: str,
        began_at: datetime,
        decide: Callable[[Copy, Consent, Embargo | None], Clearance | Refusal],
    ) -> Clearance | Refusal:
        """Ask the gate with what the ledger says now and, if it clears, record "text begun".

        One transaction: a cancel or a hold either comes before it, and the text does not go, or
        after it, and the copy counts as one that may have gone.
        """
        with self._database.write() as session:
            delivery = session.get_one(DeliveryRow, job.delivery)
            dispatch = session.get_one(DispatchRow, job.dispatch)
            answer = decide(*_standing(session, delivery, dispatch))
            if isinstance(answer, Clearance):
                session.execute(
                    insert(table(AttemptRow)).values(
                        delivery_id=job.delivery,
                        number=job.attempts + 1,
                        run_id=self._run,
                        began_at=began_at,
                        relay=self._relay,
                        tls_version=tls_version,
                        phase=Phase.TEXT_BEGUN,
                        outcome="",
                        enhanced="",
                        reply="",
                    )
                )
            return answer

    def finish(self, job: Job, result: Result, now: datetime) -> DeliveryState:
        """Record what became of a claimed delivery; returns the state it is in now."""
        with self._database.write() as session:
            row = session.get_one(DeliveryRow, job.delivery)
            dispatch = session.get_one(DispatchRow, job.dispatch)
            state = states.after(states.DELIVERY, DeliveryState(row.state), result.event)
            if state in states.UNSENT and dispatch.state == DispatchState.CANCELLED:
                state = states.after(states.DELIVERY, state, DeliveryEvent.CANCEL)
            row.state = state
            row.reason = result.reason
            row.next_attempt_at = result.next_attempt_at
            if state != DeliveryState.PENDING:
                # A copy that was only claimed and given back has no news to tell.
                row.changed_at = now
            if result.attempt is not None:
                row.attempts = job.attempts + 1
                self._save_attempt(session, job, result)
            session.add(row)
            session.flush()
            if dispatch.state == DispatchState.CANCELLED and state in NEVER_HAD:
                settle_change(session, row, dispatch, now)
            return state

    def move_to_release(self, job: Job, reason: str, now: datetime) -> None:
        """An advance copy that can no longer go: its contact gets the release instead."""
        with self._database.write() as session:
            row = session.get_one(DeliveryRow, job.delivery)
            dispatch = session.get_one(DispatchRow, job.dispatch)
            row.state = states.after(
                states.DELIVERY, DeliveryState(row.state), DeliveryEvent.CANCEL
            )
            row.reason, row.changed_at = reason, now
            session.add(row)
            add_to_releases(session, [row], dispatch, now)

    def _save_attempt(self, session: Session, job: Job, result: Result) -> None:
        attempt = result.attempt
        if attempt is None:
            return
        reply = attempt.reply or Reply(0)
        values = {
            "ended_at": attempt.ended_at,
            "phase": attempt.phase.value,
            "outcome": attempt.outcome,
            "code": reply.code or None,
            "enhanced": reply.enhanced,
            "reply": reply.text or attempt.error,
        }
        number = job.attempts + 1
        open_one = update(table(AttemptRow)).where(
            col(AttemptRow.delivery_id) == job.delivery, col(AttemptRow.number) == number
        )
        if session.execute(open_one.values(**values)).rowcount:  # type: ignore[attr-defined]
            return
        session.execute(
            insert(table(AttemptRow)).values(
                delivery_id=job.delivery,
                number=number,
                run_id=self._run,
                began_at=attempt.began_at,
                relay=attempt.relay,
                tls_version=attempt.tls_version,
                **values,
            )
        )

    def hold_embargoed(self, reason: str, now: datetime) -> None:
        """Stop all that is under an embargo, until a person says `resume`."""
        with self._database.write() as session:
            if any(hold.embargoed_only for hold in holds.active(session)):
                return
            audit.append(
                session,
                at=now,
                actor="mailer run",
                action="hold",
                subject="everything embargoed",
                detail={"reason": reason},
            )
            holds.place(
                session,
                advisory_id=None,
                reason=reason,
                by="mailer run",
                now=now,
                embargoed_only=True,
            )

    def relay_fault(
        self, step: str, reply: Reply | None, error: str, now: datetime, retry_at: datetime
    ) -> None:
        """Record that the relay would not open a session."""
        with self._database.write() as session:
            session.add(
                RelayFaultRow(
                    run_id=self._run,
                    at=now,
                    relay=self._relay,
                    step=step,
                    code=reply.code if reply else None,
                    enhanced=reply.enhanced if reply else "",
                    reply=reply.text if reply else error,
                    retry_at=retry_at,
                )
            )


_CLAIM = DeliveryEvent.CLAIM
NEVER_HAD = (DeliveryState.CANCELLED, DeliveryState.REJECTED, DeliveryState.EXPIRED)


def _on_hold(session: Session) -> list[Notice]:
    return [
        Notice(one.what, f"on hold since {one.at:%Y-%m-%d %H:%M:%S} UTC by {one.by}: {one.reason}")
        for one in log.holds(session)
    ]


def _standing(
    session: Session, delivery: DeliveryRow, dispatch: DispatchRow
) -> tuple[Copy, Consent, Embargo | None]:
    """What the ledger says at this moment of a copy, its contact and its embargo."""
    key = delivery.email_key
    suppressed = session.execute(
        select(col(SuppressionRow.id))
        .where(col(SuppressionRow.email_key) == key, col(SuppressionRow.released_at).is_(None))
        .limit(1)
    ).first()
    answered = session.execute(
        select(col(AcceptanceRow.accepted))
        .where(col(AcceptanceRow.email_key) == key)
        .order_by(col(AcceptanceRow.id).desc())
        .limit(1)
    ).scalar()
    version = session.get_one(VersionRow, dispatch.version_id)
    newest = select(func.max(col(VersionRow.number))).where(
        col(VersionRow.advisory_id) == version.advisory_id
    )
    withdrawn = session.get_one(AdvisoryRow, version.advisory_id).withdrawn_at is not None
    copy = Copy(
        delivery=delivery.id or 0,
        email=delivery.email,
        kind=DispatchKind(dispatch.kind),
        state=DispatchState(dispatch.state),
        approved=dispatch.approved_at is not None,
        instant=dispatch.instant,
        requires_acceptance=dispatch.settings["requires_acceptance"],
        carries_notice=False,
        current=session.execute(newest).scalar() == version.number,
        withdrawn=withdrawn,
        held=holds.stops(session, dispatch),
    )
    accepted = delivery.embargo_accepted if answered is None else answered
    consent = Consent(delivery.email, suppressed is not None, accepted)
    embargo = None
    if dispatch.embargo_instant is not None:
        embargo = Embargo(dispatch.embargo_instant, dispatch.embargo_zone)
    return copy, consent, embargo
