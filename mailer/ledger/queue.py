"""The run's side of the ledger: its lease, what falls due, what is done, and what must stop.

The ledger is the schedule: what is due is a query. What becomes of each copy is `flight`'s.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from mailer.core import states
from mailer.core.states import DeliveryEvent, DeliveryState, DispatchEvent, DispatchState
from mailer.ledger import audit, holds, restored, store
from mailer.ledger.database import Database
from mailer.ledger.dispatching import (
    Notice,
    change_all,
    find_overdue,
    settle_interrupted,
    start,
    subject,
    told,
    tried_from,
)
from mailer.ledger.flight import Flight
from mailer.ledger.lease import boot
from mailer.ledger.store import move, table
from mailer.ledger.tables import (
    DeliveryRow,
    DispatchRow,
    RunRow,
    VersionRow,
)

_LIVING = (DispatchState.APPROVED, DispatchState.SENDING)


class Queue:
    """One run's hold on the ledger. All instants are aware and in UTC."""

    def __init__(self, database: Database, give_up_after: timedelta) -> None:
        self._database = database
        self._give_up_after = give_up_after
        self._run = 0

    # --- the run ------------------------------------------------------------------------------

    def start_run(self, now: datetime, late_grace: timedelta) -> list[Notice]:
        """Begin a run, and settle what an earlier one left when it was stopped or killed."""
        with self._database.write() as session:
            last_seen = session.execute(select(func.max(col(RunRow.seen_at)))).scalar()
            before = session.exec(select_rows(RunRow).order_by(col(RunRow.id).desc())).first()
            here = boot()
            run = RunRow(
                host=socket.gethostname(), pid=os.getpid(), boot=here, started_at=now, seen_at=now
            )
            session.add(run)
            session.flush()
            self._run = run.id
            same_boot = before is None or (before.boot == here != "")
            notices = settle_interrupted(session, now, same_boot=same_boot)
            if last_seen is not None and now - last_seen > late_grace:
                notices += find_overdue(session, now, late_grace)
            return _on_hold(session) + notices

    def flight(self) -> Flight:
        """The copies that this run takes in hand. Only after `start_run`."""
        return Flight(self._database, self._run, self._give_up_after)

    def seen(self, now: datetime) -> None:
        """Note that the run lives, and how far it has come."""
        self._set_run(seen_at=now)

    def end_run(self, now: datetime) -> None:
        """Note that the run ended in good order."""
        self._set_run(seen_at=now, ended_at=now)

    def _set_run(self, **values: datetime) -> None:
        with self._database.write() as session:
            come = restored.come(session)
            session.execute(
                update(table(RunRow)).where(col(RunRow.id) == self._run).values(**values)
            )
        restored.note(self._database.path, come)

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
                .where(col(DeliveryRow.state).in_(states.UNSENT), store.UNACCEPTED)
                .where(col(DeliveryRow.next_attempt_at) > now)
            ).scalar()
            return min((at for at in (instant, retry) if at is not None), default=None)

    def close_done(self, now: datetime) -> list[Notice]:
        """Give up what was tried for too long, and finish dispatches with nothing left to send."""
        with self._database.write() as session:
            sending = session.exec(
                select_rows(DispatchRow).where(DispatchRow.state == DispatchState.SENDING)
            ).all()
            notices = [notice for row in sending for notice in self._close(session, row, now)]
            come = restored.come(session) if notices else 0
        if notices:
            restored.note(self._database.path, come)
        return notices

    def _close(self, session: Session, row: DispatchRow, now: datetime) -> list[Notice]:
        given_up = row.started_at is not None and now >= tried_from(row) + self._give_up_after
        if given_up and not holds.stops(session, row):
            change_all(
                session, row, DeliveryEvent.EXPIRE, f"not sent in {self._give_up_after}", now
            )
        left = (
            select(col(DeliveryRow.id))
            .where(col(DeliveryRow.dispatch_id) == row.id, store.UNACCEPTED)
            .where(col(DeliveryRow.state).in_((*states.UNSENT, DeliveryState.SENDING)))
        )
        if session.execute(left.limit(1)).first():
            return []
        move(row, DispatchEvent.FINISH)
        row.ended_at = now
        session.add(row)
        counts = store.count_states(session, row.id)
        return [Notice(subject(session, row), f"done: {told(counts)}")]

    def left_over(self) -> list[Notice]:
        """What waits for a person, or is begun and not done: a notice for each, and each hold."""
        stopped = (DispatchState.HELD, DispatchState.OVERDUE, DispatchState.SENDING)
        with self._database.read() as session:
            rows = session.exec(select_rows(DispatchRow).order_by(col(DispatchRow.id))).all()
            counted = [(row, store.count_states(session, row.id)) for row in rows]
            return _on_hold(session) + [
                Notice(subject(session, row), f"{row.state}: {told(counts)}")
                for row, counts in counted
                if row.state in stopped or DeliveryState.IN_DOUBT in counts
            ]

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


def _on_hold(session: Session) -> list[Notice]:
    return [
        Notice(
            one.what,
            f"on hold since {one.at:%Y-%m-%d %H:%M:%S} UTC by {one.by}: {one.reason}; "
            f"to let it go on: {one.ended_by}",
        )
        for one in holds.told(session)
    ]
