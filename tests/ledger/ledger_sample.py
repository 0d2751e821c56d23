"""A ledger with one advisory in it, for the tests of the queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import col, select

from mailer.core import plan as planning
from mailer.core import states
from mailer.core.embargo import Clearance, Refusal
from mailer.core.job import Attempt, Begin, End, Job, Result
from mailer.core.model import Audience, Contact, Edition, Embargo, Version
from mailer.core.outcome import Phase, Reply
from mailer.core.states import DeliveryEvent, DeliveryState, DispatchEvent, DispatchState
from mailer.ledger import approvals, consent, plans, store
from mailer.ledger.database import Database
from mailer.ledger.flight import Flight
from mailer.ledger.queue import Queue
from mailer.ledger.tables import AdvisoryRow, AttemptRow, DeliveryRow, DispatchRow

DAY = timedelta(hours=24)
GRACE = timedelta(minutes=15)
LIFT = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
NOW = LIFT - 3 * DAY
RELAY = "127.0.0.1:25"


class Run(Queue):
    """A run's queue and the copies it has in hand, as one."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, give_up_after=DAY)
        self.in_hand: Flight | None = None

    @property
    def hands(self) -> Flight:
        if self.in_hand is None:
            self.in_hand = self.flight()
        return self.in_hand

    def claim(self, limit: int, now: datetime) -> list[Job]:
        return self.hands.claim(limit, now)

    def finish(self, job: Job, result: Result, now: datetime) -> None:
        self.hands.commit([End(job, result)], now)

    def begin(self, job: Job, now: datetime) -> Clearance | Refusal:
        """Ask the gate as the sender does, with a copy that carries its notice."""
        (answer,) = self.hands.commit([Begin(job, now, RELAY, "", carries_notice=True)], now)
        return answer


def new_queue(database: Database) -> Run:
    return Run(database)


def answer(event: DeliveryEvent, now: datetime, again: datetime | None = None) -> Result:
    """What the relay's answer makes of a copy."""
    codes = {DeliveryEvent.ACCEPT: 250, DeliveryEvent.DEFER: 451, DeliveryEvent.REJECT: 550}
    reply = Reply(codes[event], "", "said so") if event in codes else None
    outcome = {DeliveryEvent.DOUBT: "in doubt"}.get(event, str(event))
    phase = Phase.ANSWERED if reply else Phase.DOT_SENT
    attempt = Attempt(now, now, RELAY, "", phase, outcome, reply)
    return Result(event, next_attempt_at=again, attempt=attempt)


@dataclass
class Filled:
    """An advisory to wires (advance and release) and national, planned and not approved."""

    database: Database
    queue: Run

    def rows(self) -> list[DeliveryRow]:
        with self.database.read() as session:
            return list(session.exec(select(DeliveryRow).order_by(col(DeliveryRow.id))))

    def dispatches(self) -> list[DispatchRow]:
        with self.database.read() as session:
            return list(session.exec(select(DispatchRow).order_by(col(DispatchRow.id))))

    def states(self) -> dict[int, DeliveryState]:
        return {row.id or 0: DeliveryState(row.state) for row in self.rows()}

    def dispatch_states(self) -> list[DispatchState]:
        return [DispatchState(row.state) for row in self.dispatches()]

    def open_attempts(self) -> list[int]:
        with self.database.read() as session:
            unended = select(AttemptRow.delivery_id).where(col(AttemptRow.ended_at).is_(None))
            return list(session.exec(unended))

    def attempts_of(self, delivery: int) -> list[int]:
        with self.database.read() as session:
            of_it = select(AttemptRow.number).where(AttemptRow.delivery_id == delivery)
            return list(session.exec(of_it.order_by(col(AttemptRow.number))))

    def approve(self, now: datetime) -> None:
        self._each(DispatchEvent.APPROVE, now)

    def cancel(self, now: datetime) -> None:
        self._each(DispatchEvent.CANCEL, now)

    def _each(self, event: DispatchEvent, now: datetime) -> None:
        allowed = states.sources(states.DISPATCH, event)
        with self.database.write() as session:
            for row in session.exec(select(DispatchRow)).all():
                if row.state not in allowed:
                    continue
                if event is DispatchEvent.APPROVE:
                    approvals.add(session, row, "chief", now)
                    store.approve(session, row, "chief", now)
                else:
                    store.cancel(session, row, "cancelled by chief", now)

    def withdraw(self, now: datetime) -> None:
        with self.database.write() as session:
            row = session.exec(select(AdvisoryRow)).one()
            row.withdrawn_at = now
            session.add(row)

    def suppress(self, email: str, now: datetime) -> None:
        with self.database.write() as session:
            consent.suppress(session, email, "asked to", "officer", now)

    def resend(self, delivery: int, now: datetime) -> None:
        with self.database.write() as session:
            row = session.get_one(DeliveryRow, delivery)
            row.state = states.after(
                states.DELIVERY, DeliveryState(row.state), DeliveryEvent.RESEND
            )
            session.add(row)
            store.reopen(session, [row.dispatch_id], "chief", now)

    def begin(self, job: Job, now: datetime) -> Clearance | Refusal:
        return self.queue.begin(job, now)


def fill(database: Database, people: int = 2) -> Filled:
    """A ledger with `people` in each of two audiences; of the wires, one accepted the embargo."""
    wires = Audience("wires", "wires", "en", "Press <press@l.example>", advance=DAY)
    national = Audience("national", "national", "en", "Press <press@l.example>")
    listed = [Contact("ana@wire.example", embargo_accepted=True)]
    listed += [Contact(f"w{i}@wire.example") for i in range(1, people)]
    daily = [Contact(f"d{i}@daily.example") for i in range(people)]
    version = Version(
        "LCT 2027/004", 1, "Trust", "statement", date(2027, 2, 9), (Edition("en", "H", "B"),), ()
    )
    embargoed = Embargo(LIFT, "Europe/London")
    with database.write() as session:
        store.save_templates(session, "t", {})
        row = store.save_version(session, version, "officer", NOW)
        plan = planning.make(
            version.content_hash,
            "t",
            embargoed,
            [(wires, listed), (national, daily)],
            plans.standing(session, None),
            NOW,
        )
        plans.save_plan(session, row.id or 0, plan, domain="l.example", by="officer", now=NOW)
    return Filled(database, new_queue(database))


def started(filled: Filled, at: datetime = LIFT) -> Filled:
    """Everything approved, and started at `at`."""
    filled.approve(NOW)
    filled.queue.start_run(NOW, GRACE)
    filled.queue.start_due(at, GRACE)
    return filled
