"""Any order of what people, clocks, relays and kills can do; and what must hold whatever they do.

The desk, the ledger, the sender, the session and the gate are the real ones, on a real SQLite
file and a real socket; the relay does what is drawn (machine_relay), and the clock is injected. A
process is killed where it can write: its ledger takes nothing more (machine_office). What is
early, who holds what and who must be told is judged by a reckoning of its own (machine_model).
"""

from __future__ import annotations

import asyncio
import gc
import os
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from machine_deeds import AT_THE_LAST_MOMENT, DEEDS, PARTS, STARTS, Start
from machine_model import ADVANCE, Copy, Model
from machine_office import AUDIENCES, House, Killed, Life
from machine_relay import Deed, Part, Relay, Text
from sqlalchemy import select
from sqlmodel import col
from stories import REF
from support import ADVISORY, LIFT, FakeClock

from mailer.app import runner
from mailer.core.errors import IllegalTransitionError, MailerError
from mailer.core.states import DeliveryEvent
from mailer.ledger.store import table
from mailer.ledger.tables import DeliveryRow, DispatchRow, VersionRow

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "2000"))
"""How many lives are tried. `make hunt` tries more."""

SEED = int(os.environ.get("MACHINE_SEED", "20270209"))
"""Where the drawing begins: the same lives at every run, unless another is given."""

PARTS_OF_IT = 4
"""The lives are tried in so many parts, each from a seed of its own: for as many processes."""

HOUR = timedelta(hours=1)
START = LIFT - 72 * HOUR
COPIES = (
    select(
        col(DeliveryRow.message_id),
        col(DeliveryRow.email),
        col(DispatchRow.kind),
        col(VersionRow.number),
        col(DeliveryRow.state),
    )
    .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
    .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
)
"""What `mailer log` would tell, asked a hundred times as fast."""


class Machine(RuleBasedStateMachine):
    """One advisory's life, in any order. The house and the relay are the same for all lives."""

    house: ClassVar[House]
    relay: ClassVar[Relay]
    clock: ClassVar[FakeClock]
    loop: ClassVar[asyncio.Runner]
    failed = False

    @initialize(
        to=st.sampled_from([("wires",), ("wires", "national"), ("wires", "national")]),
        hours=st.sampled_from([None, 30, 30, 60]),
        runs=st.sampled_from(STARTS),
    )
    def open_the_office(self, to: tuple[str, ...], hours: int | None, runs: Start) -> None:
        """A life begins with a plan; mostly approved; often with copies out already."""
        self.app = self.house.app
        self.text = 0
        self.write()

        def make() -> Model:
            self.clock.at = START
            self.model = Model(START)
            self.queue_for(to, hours)
            for parts in runs or ():
                if not parts:
                    self.act(("approve",))
                else:
                    self.run("next", list(parts), 1, False)
            return self.model

        self.model = self.house.begin_as(f"{'-'.join(to)}-{hours}-{STARTS.index(runs)}", make)
        self.clock.at = self.model.now.now

    def write(self) -> None:
        body = f"TEXT{self.text}X. Four in ten of the gauges failed."
        head, _, _ = ADVISORY.partition("Four in ten of the tide")
        self.house.document.write_text(head + body, encoding="utf-8")

    # --- what the relay sees ------------------------------------------------------------------

    def mark(self) -> int:
        return len(self.model.history) - 1

    def kill(self) -> None:
        self.life.alive = False
        self.model.was_killed()
        self.running.cancel()

    def begun(self, text: Text, since: int, until: int) -> None:
        note(f"  the relay has {text.kind} {text.versions} to {text.who}")
        self.model.begun(text, since, until)

    def ended(self, text: Text, reply: str) -> None:
        note(f"  and then: {reply}")
        self.model.ended(text, reply)

    def act_on(self, deed: Deed, who: str) -> None:
        if "" not in deed:
            self.act(deed)
        elif who:
            self.act((deed[0], who))

    def may_have_begun(self, who: str) -> None:
        self.model.maybe.add(who)

    def refused(self, who: str, code: str) -> None:
        note(f"  {code} for {who}")
        if code.startswith("5"):
            self.model.refused.add(who)

    # --- a run --------------------------------------------------------------------------------

    @rule(
        when=st.sampled_from(["now", "soon", "next", "next"]),
        parts=st.lists(PARTS, max_size=3),
        connections=st.sampled_from([1, 1, 1, 2]),
        pipelining=st.booleans(),
    )
    def run(self, when: str, parts: list[Part], connections: int, pipelining: bool) -> None:
        """A `mailer run --once`, started after whatever the last one came to."""
        self.wait_for(when)
        self.model.killed = False
        self.relay.play(self, parts, pipelining=pipelining)
        whole = self.house.apps[connections - 1]
        self.life = Life(self.app.database)
        try:
            self.loop.run(self.one_run(replace(whole, database=self.life)))
        finally:
            self.life.end()
        self.model.run_ended()
        if self.relay.faults:
            self.failed = True
            raise self.relay.faults[0]
        self.look()

    @rule(parts=st.lists(PARTS, min_size=1, max_size=3))
    def run_at_the_next_instant(self, parts: list[Part]) -> None:
        """A run when there is something to do, with a relay that gives trouble."""
        self.run("next", parts, 1, False)

    @rule(deed=st.sampled_from(AT_THE_LAST_MOMENT), point=st.sampled_from(("MAIL", "RCPT", "DATA")))
    def run_while_something_changes(self, deed: Deed, point: str) -> None:
        """A run at the next instant, with a change between a copy's claim and its text."""
        self.act(("approve",))
        self.run("next", [Part("250", point, deed)], 1, False)

    async def one_run(self, app: Any) -> None:
        self.running = asyncio.ensure_future(runner(app, note, Random(0)).run_once())
        try:
            await self.running
        except BaseException as fault:
            if not self.model.killed or not _of_a_kill(fault):
                raise
        finally:
            await self.relay.hang_up()

    def wait_for(self, when: str) -> None:
        """Until a minute from now, or until the next instant at which something is to leave."""
        if when == "soon":
            self.move_clock(timedelta(minutes=1))
        if when == "next":
            lifts = [at for at in self.model.now.lift.values() if at is not None]
            to_come = [at for lift in lifts for at in (lift - ADVANCE, lift) if at > self.clock.at]
            self.move_clock(min(to_come, default=self.clock.at) - self.clock.at)

    def move_clock(self, span: timedelta) -> None:
        self.clock.at += span
        self.model.change(now=self.clock.at)

    # --- what people do -----------------------------------------------------------------------

    @rule(deed=st.sampled_from(DEEDS))
    def somebody_acts(self, deed: Deed) -> None:
        """A deed between two runs."""
        self.act(deed)
        self.look()

    @rule(first=st.sampled_from(DEEDS), event=st.sampled_from(["resend", None, None]))
    def somebody_acts_and_the_chief_says_yes(self, first: Deed, event: str | None) -> None:
        """A deed, and whatever it takes to let it go on."""
        self.act(first)
        if event:
            self.act(("resolve", event))
        self.act(("approve",))
        self.look()

    def act(self, deed: Deed) -> None:
        """One deed; what the desk refuses has not happened."""
        name, *details = deed
        note(f"  {deed}")
        try:
            getattr(self, f"do_{name}")(*details)
        except IllegalTransitionError:
            raise
        except MailerError as error:
            note(f"  refused: {error}")

    def do_clock(self, minutes: int) -> None:
        self.move_clock(timedelta(minutes=minutes))

    def do_queue(self, name: str, hours: int | None) -> None:
        if name in self.model.now.lift and not self.model.now.stopped:
            return
        self.queue_for((name,), hours)

    def queue_for(self, to: tuple[str, ...], hours: int | None) -> None:
        lift = self.clock() + hours * HOUR if hours is not None else None
        proposal = self.app.desk.propose(
            self.house.document,
            embargo_line=lift.isoformat() if lift else None,
            immediate=lift is None,
            audiences=to,
            now=self.clock(),
        )
        self.app.desk.queue(proposal, by="officer", now=self.clock())
        planned: dict[str, set[str]] = {}
        for one in proposal.plan.dispatches:
            people = planned.setdefault(one.dispatch.audience.name, set())
            people |= {contact.email for contact in one.contacts}
        self.model.queued(self.text, lift, planned)

    def do_approve(self) -> None:
        self.app.desk.approve(REF, by="chief", now=self.clock())
        self.model.approved()

    def do_resolve(self, event: str) -> None:
        doubtful = [copy for copy in self.copies() if copy.state == "in_doubt"]
        word = DeliveryEvent(event)
        self.app.desk.resolve(REF, contact=None, event=word, by="chief", now=self.clock())
        self.model.resolved(word, doubtful)

    def do_correct(self) -> None:
        self.text += 1
        self.write()
        self.app.desk.correct(self.house.document, note="changed", by="officer", now=self.clock())
        self.model.corrected(self.text)
        newest = max(copy.version for copy in self.copies())
        old = [copy for copy in self.waiting() if copy.version < newest]
        assert not old, f"corrected, and copies of the old text still wait: {old}"

    def do_reschedule(self, hours: int, name: str | None) -> None:
        lift = self.clock() + hours * HOUR
        which = [name] if name else []
        moved = self.model.now.embargoed() & set(which or AUDIENCES)
        self.app.desk.reschedule(
            REF, embargo_line=lift.isoformat(), audiences=which, by="officer", now=self.clock()
        )
        self.model.moved(moved, lift, approved=False)

    def do_lift(self) -> None:
        moved = self.model.now.embargoed()
        self.app.desk.lift(REF, by="chief", now=self.clock())
        self.model.moved(moved, self.clock(), approved=True)

    def do_hold(self, which: str | None) -> None:
        self.app.desk.hold(which, reason="", by="officer", now=self.clock())
        self.model.change(held=self.model.now.held | {which or "all"})

    def do_resume(self) -> None:
        for which in (None, REF):
            with suppress(MailerError):
                self.app.desk.resume(which, by="chief", now=self.clock())
                self.model.change(held=self.model.now.held - {which or "all"})

    def do_withdraw(self) -> None:
        self.app.desk.withdraw(REF, note="", by="chief", now=self.clock())
        self.model.withdrew()
        left = [copy for copy in self.waiting() if copy.kind != "withdrawal"]
        assert not left, f"withdrawn, and copies still wait: {left}"

    def do_cancel(self) -> None:
        self.app.desk.cancel(REF, by="officer", now=self.clock())
        self.model.cancelled()

    def do_suppress(self, who: str) -> None:
        self.app.desk.suppress(who, reason="asked", by="officer", now=self.clock())
        self.model.change(suppressed=self.model.now.suppressed | {who})

    def do_accept(self, who: str) -> None:
        self.app.desk.record_acceptance(
            who, accepted=True, source="telephone", by="officer", now=self.clock()
        )
        self.model.change(accepted=self.model.now.accepted | {who})

    def do_unaccept(self, who: str) -> None:
        self.app.desk.record_acceptance(
            who, accepted=False, source="telephone", by="officer", now=self.clock()
        )
        self.model.change(accepted=self.model.now.accepted - {who})

    # --- what must hold -----------------------------------------------------------------------

    def copies(self) -> list[Copy]:
        with self.app.database.read() as session:
            return [Copy(*row) for row in session.execute(COPIES)]

    def waiting(self) -> list[Copy]:
        return [copy for copy in self.copies() if copy.state in ("pending", "deferred")]

    def look(self) -> set[str]:
        """After each step: every copy is in the state that it must be in, and none is gone."""
        copies = self.copies()
        self.model.ledger_agrees(copies)
        return {copy.state for copy in copies}

    def teardown(self) -> None:
        """With a relay that answers and people who say yes, everything comes to an end."""
        if self.failed or not hasattr(self, "model"):
            return
        note("to the end")
        self.act(("resume",))
        lifts = [at for at in self.model.now.lift.values() if at is not None]
        # Whatever was planned before the clock was set back is due then, and a retry soon after.
        self.move_clock(max([self.model.latest, *lifts]) - self.clock.at)
        for _ in range(6):
            self.act(("approve",))
            self.run("now", [], 1, False)
            if not self.look() & {"pending", "deferred", "sending"}:
                break
            self.move_clock(timedelta(minutes=31))
        self.model.all_is_told(self.copies())


def _of_a_kill(fault: BaseException) -> bool:
    """Whether nothing but the kill went wrong."""
    if isinstance(fault, BaseExceptionGroup):
        return all(_of_a_kill(one) for one in fault.exceptions)
    return isinstance(fault, Killed | asyncio.CancelledError)


def _unless_of_a_kill(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody waited for is nobody's fault if it was killed."""
    if not isinstance(context.get("exception"), Killed):
        loop.default_exception_handler(context)


@pytest.mark.parametrize("part", range(PARTS_OF_IT))
def test_whatever_people_clocks_relays_and_kills_do(part: int, tmp_path: Path) -> None:
    lives = -(-EXAMPLES // PARTS_OF_IT)
    print(f"{lives} lives: MACHINE_EXAMPLES={EXAMPLES} MACHINE_SEED={SEED}, part {part}")
    Machine.clock = FakeClock(START)
    Machine.relay = Relay()
    with asyncio.Runner() as Machine.loop:
        Machine.loop.get_loop().set_exception_handler(_unless_of_a_kill)
        Machine.loop.run(Machine.relay.start())
        Machine.house = House(tmp_path, Machine.relay.port, Machine.clock)
        gc.collect()
        gc.freeze()
        try:
            run_state_machine_as_test(
                seed(SEED + part)(Machine),
                settings=settings(
                    max_examples=lives,
                    stateful_step_count=4,
                    deadline=None,
                    database=None,
                    print_blob=True,
                ),
            )
        finally:
            Machine.house.close()
            Machine.loop.run(Machine.relay.stop())
            gc.unfreeze()
