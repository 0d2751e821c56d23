"""Whatever happens, in whatever order: every copy is in one state, and nobody gets two or none."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from ledger_sample import DAY, GRACE, LIFT, NOW, Filled, answer, fill, new_queue

from mailer.core.embargo import Clearance
from mailer.core.embargo.gate import RefusalCode
from mailer.core.job import Job, Result
from mailer.core.states import DeliveryEvent, DeliveryState, DispatchState
from mailer.ledger.database import open_ledger

D, E, S = DeliveryState, DeliveryEvent, DispatchState
LIVING = (S.APPROVED, S.SENDING, S.HELD, S.OVERDUE, S.PLANNED)
SUPPRESSED = "d0@daily.example"


class QueueMachine(RuleBasedStateMachine):
    """One advisory through claims, answers, decisions and kills; `hand` is what a run holds."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = open_ledger(Path(self.folder.name) / "ledger.db", now=NOW)
        self.filled: Filled = fill(self.database)
        self.everyone = {row.email for row in self.filled.rows()}
        self.filled.queue.start_run(NOW, GRACE)
        self.now: datetime = LIFT - 2 * DAY
        self.hand: dict[int, Job] = {}
        self.begun: set[int] = set()
        self.sent: Counter[str] = Counter()
        self.resent: Counter[str] = Counter()
        self.accepted: set[int] = set()
        self.cancelled = False

    def teardown(self) -> None:
        try:
            self.run_to_the_end()
        finally:
            self.database.close()
            self.folder.cleanup()

    # --- what may happen ----------------------------------------------------------------------

    @initialize(approved=st.sampled_from([True, True, True, False]))
    def a_plan_and_mostly_a_yes(self, approved: bool) -> None:
        if approved:
            self.filled.approve(self.now)

    @rule(minutes=st.sampled_from([1, 10, 20, 60, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.now < LIFT)
    @rule()
    def the_next_instant_comes(self) -> None:
        self.now = LIFT - DAY if self.now < LIFT - DAY else LIFT

    @rule()
    def a_person_approves(self) -> None:
        self.filled.approve(self.now)

    @rule(limit=st.integers(0, 4), other=st.booleans())
    def a_tick(self, limit: int, other: bool) -> None:
        self.look()
        queue = new_queue(self.database) if other else self.filled.queue
        for job in queue.claim(limit, self.now):
            assert job.delivery not in self.hand
            assert job.copy.state is S.SENDING
            assert self.now >= job.copy.instant
            self.hand[job.delivery] = job

    def look(self) -> None:
        self.filled.queue.start_due(self.now, GRACE)
        self.filled.queue.close_done(self.now)

    @precondition(lambda self: set(self.hand) - self.begun)
    @rule()
    def a_text_begins(self) -> None:
        job = self.hand[min(set(self.hand) - self.begun)]
        said = self.filled.begin(job, self.now)
        if isinstance(said, Clearance):
            assert not self.cancelled
            assert self.now >= LIFT or job.copy.kind == "advance"
            assert job.contact.email != SUPPRESSED or not self.suppressed
            self.begun.add(job.delivery)
            self.sent[job.contact.email] += 1
            return
        if said.code is RefusalCode.LIFTED:
            self.filled.queue.move_to_release(job, said.reason, self.now)
        else:
            event = E.SUPPRESS if said.code is RefusalCode.SUPPRESSED else E.RETURN
            self.filled.queue.finish(job, Result(event, said.reason), self.now)
        del self.hand[job.delivery]

    @precondition(lambda self: self.begun)
    @rule(event=st.sampled_from([E.ACCEPT, E.DEFER, E.REJECT, E.DOUBT, E.EXPIRE]))
    def an_answer(self, event: DeliveryEvent) -> None:
        delivery = min(self.begun)
        job = self.hand.pop(delivery)
        self.begun.remove(delivery)
        again = self.now + timedelta(minutes=10) if event is E.DEFER else None
        self.filled.queue.finish(job, answer(event, self.now, again), self.now)
        if event in (E.DEFER, E.REJECT, E.EXPIRE):
            self.sent[job.contact.email] -= 1
        if event is E.ACCEPT:
            self.accepted.add(delivery)

    @precondition(lambda self: set(self.hand) - self.begun)
    @rule()
    def a_copy_is_given_back(self) -> None:
        job = self.hand.pop(min(set(self.hand) - self.begun))
        self.filled.queue.finish(job, Result(E.RETURN), self.now)

    @precondition(lambda self: self.hand)
    @rule()
    def a_dispatch_is_held(self) -> None:
        self.filled.queue.hold(next(iter(self.hand.values())).dispatch, "sender refused")

    @precondition(lambda self: not self.suppressed)
    @rule()
    def a_contact_is_suppressed(self) -> None:
        self.filled.suppress(SUPPRESSED, self.now)
        self.suppressed = True

    suppressed = False

    @precondition(lambda self: not self.cancelled and self.now > LIFT)
    @rule()
    def a_person_cancels(self) -> None:
        self.filled.cancel(self.now)
        self.cancelled = True

    @rule()
    def a_kill_and_a_new_run(self) -> None:
        self.filled.queue = new_queue(self.database)
        self.filled.queue.start_run(self.now, GRACE)
        states = self.filled.states()
        for delivery in self.hand:
            waits = D.CANCELLED if self.cancelled else D.PENDING
            assert states[delivery] == (D.IN_DOUBT if delivery in self.begun else waits)
        self.hand.clear()
        self.begun.clear()

    @precondition(lambda self: not self.cancelled and D.IN_DOUBT in self.filled.states().values())
    @rule()
    def a_person_says_resend(self) -> None:
        row = next(row for row in self.filled.rows() if row.state == D.IN_DOUBT)
        self.filled.resend(row.id or 0, self.now)
        self.resent[row.email] += 1

    # --- what always holds --------------------------------------------------------------------

    @invariant()
    def what_is_sending_is_what_a_run_holds(self) -> None:
        sending = {one for one, state in self.filled.states().items() if state == D.SENDING}
        assert sending == set(self.hand)

    @invariant()
    def an_attempt_is_open_exactly_while_its_text_is_under_way(self) -> None:
        assert sorted(self.filled.open_attempts()) == sorted(self.begun)

    @invariant()
    def accepted_is_for_ever(self) -> None:
        states = self.filled.states()
        assert {states[one] for one in self.accepted} <= {D.ACCEPTED}

    @invariant()
    def nobody_is_lost_and_nobody_has_two_copies_to_come(self) -> None:
        rows = self.filled.rows()
        assert {row.email for row in rows} == self.everyone
        waiting = Counter(r.email for r in rows if r.state in (D.PENDING, D.DEFERRED, D.SENDING))
        assert not waiting or max(waiting.values()) == 1
        for email, number in self.sent.items():
            assert number <= 1 + self.resent[email], email

    @invariant()
    def nothing_waits_in_a_dispatch_that_has_ended(self) -> None:
        ended = {d.id for d in self.filled.dispatches() if d.state not in LIVING}
        left = [
            row.email
            for row in self.filled.rows()
            if row.dispatch_id in ended and row.state in (D.PENDING, D.DEFERRED)
        ]
        assert left == []

    # --- the end ------------------------------------------------------------------------------

    def run_to_the_end(self) -> None:
        """With a relay that takes everything, every copy comes to an end within two days."""
        for delivery, job in list(self.hand.items()):
            event = answer(E.ACCEPT, self.now) if delivery in self.begun else Result(E.RETURN)
            self.filled.queue.finish(job, event, self.now)
        self.hand.clear()
        self.begun.clear()
        self.now = max(self.now, LIFT)
        for _ in range(12):
            self.filled.approve(self.now)
            self.look()
            for job in self.filled.queue.claim(100, self.now):
                said = self.filled.begin(job, self.now)
                if isinstance(said, Clearance):
                    result = answer(E.ACCEPT, self.now)
                elif said.code is RefusalCode.SUPPRESSED:
                    result = Result(E.SUPPRESS, said.reason)
                elif said.code is RefusalCode.LIFTED:
                    self.filled.queue.move_to_release(job, said.reason, self.now)
                    continue
                else:
                    result = Result(E.RETURN)
                self.filled.queue.finish(job, result, self.now)
            self.now += timedelta(minutes=11)
        waiting = (D.PENDING, D.DEFERRED, D.SENDING)
        assert [row.email for row in self.filled.rows() if row.state in waiting] == []
        assert set(self.filled.dispatch_states()) <= {S.DONE, S.CANCELLED}
        if not self.cancelled:
            ends = Counter(r.email for r in self.filled.rows() if r.state != D.CANCELLED)
            assert set(ends) == self.everyone


QueueMachine.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestQueueMachine = QueueMachine.TestCase
