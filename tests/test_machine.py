"""Any order of what people, clocks, relays and kills can do; and what must hold whatever they do.

The desk, the ledger, the sender and the gate are the real ones, on a real SQLite file. The relay
is a fake at the level of a session, so that it can refuse, drop and be killed at any moment; the
clock is injected. What is early, and who holds what, is judged by this file's own model.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event
from stories import REF
from support import ADVISORY, LIFT, FakeClock, make_office

from mailer.app import App, Composer, open_app
from mailer.config import Relay
from mailer.core.embargo import Clearance, Refusal
from mailer.core.errors import MailerError
from mailer.core.outcome import Phase, Reply, Step
from mailer.core.states import DeliveryEvent
from mailer.delivery.sender import Sender
from mailer.delivery.smtp import Handed, Session, Unavailable
from mailer.ledger import log
from mailer.ledger.queue import Queue
from mailer.scheduler import Runner

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "0"))
"""How many lives to try at random (`make hunt`); 0: the same 200 at every run, for the suite."""

HOUR = timedelta(hours=1)
ACCEPTED = {"ana@wire.example"}
WIRES = "email,name,embargo_accepted\nana@wire.example,Ana,yes\nbo@wire.example,Bo,no\n"
NATIONAL = "email,name\ncy@daily.example,Cy\n"
LISTED = {
    "wires": {"ana@wire.example", "bo@wire.example"},
    "national": {"cy@daily.example"},
}

TOOK = ("250", "drop after", "kill after")
"""What the relay does with a copy when the text has reached it."""

BEGUN = (*TOOK, "451 after", "550 after", "drop in the text", "kill in the text")
OUTCOMES = (*BEGUN, "451", "550", "drop before", "kill before", "unavailable")


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class MortalQueue(Queue):
    """The ledger as a process sees it until it is killed; afterwards it writes nothing."""

    alive = True

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if callable(found) and not name.startswith("_") and not super().__getattribute__("alive"):
            raise Killed
        return found


class FakeSession(Session):
    """A session whose relay is played by the machine."""

    usable = True  # type: ignore[assignment]

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.tls_version = ""

    async def hand_over(
        self,
        clearance: Clearance,
        message: Any,
        begin_text: Callable[[], Awaitable[Clearance | Refusal]],
    ) -> Handed | Refusal:
        assert clearance.email == message.rcpt_to
        machine, outcome = self._machine, self._machine.next_outcome()
        if outcome == "kill before":
            machine.die()
        if outcome in ("451", "550"):
            return Handed(Step.RCPT, Phase.SENDER_GIVEN, Reply(int(outcome)))
        if outcome == "drop before":
            return Handed(Step.DATA, Phase.RECIPIENT_GIVEN, None, "dropped")
        last_word = await begin_text()
        if isinstance(last_word, Refusal):
            return last_word
        if outcome in TOOK:
            machine.takes(message)
        if outcome not in ("451 after", "550 after"):
            machine.may_hold(message)
        if outcome.startswith("kill"):
            machine.die()
        if outcome.startswith("drop"):
            return Handed(Step.DOT, Phase.DOT_SENT, None, "dropped")
        return Handed(Step.DOT, Phase.ANSWERED, Reply(int(outcome[:3])))

    async def quit(self) -> None:
        """The relay is polite."""

    def abort(self) -> None:
        """The relay does not mind."""


class Machine(RuleBasedStateMachine):
    """One advisory's life, in any order."""

    folder: Path
    numbers = itertools.count()

    @initialize(
        to=st.sampled_from([("wires",), ("wires", "national")]),
        hours=st.none() | st.integers(1, 60),
        approved=st.booleans(),
    )
    def open_the_office(
        self,
        to: tuple[str, ...] = ("wires",),
        hours: int | None = None,
        approved: bool = False,
    ) -> None:
        self.clock = FakeClock(LIFT - 72 * HOUR)
        number = next(self.numbers)
        self.ledger = self.folder / f"{number}.db"
        shutil.copy(self.folder / "empty.db", self.ledger)
        self.document = self.folder / "advisory.md"
        self.text = 0
        self.write()
        self.app: App = office(self.folder, self.ledger.name, self.clock)
        event.listen(
            self.app.database._engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA synchronous = OFF"),
        )
        self.outcomes: list[str] = []
        self.queue: MortalQueue | None = None
        # The model.
        self.lift: datetime | None = None
        self.newest = -1
        self.listed: set[str] = set()
        self.held = self.withdrawn = self.cancelled = False
        self.ids: Counter[str] = Counter()
        self.resent: set[str] = set()
        self.had: dict[str, set[int]] = {}
        self.holders: set[str] = set()
        self.killed_to: set[str] = set()
        self.holders_at_kill: set[str] = set()
        self.suppressed: set[str] = set()
        self.latest = self.clock()
        self.queue_it(to, hours)
        if approved:
            self.approve()

    def write(self) -> None:
        body = f"TEXT{self.text}X. Four in ten of the gauges failed."
        head, _, _ = ADVISORY.partition("Four in ten of the tide")
        self.document.write_text(head + body, encoding="utf-8")

    # --- the relay ----------------------------------------------------------------------------

    def next_outcome(self) -> str:
        return self.outcomes.pop(0) if self.outcomes else "250"

    def die(self) -> None:
        assert self.queue is not None
        self.queue.alive = False
        raise Killed

    def takes(self, message: Any) -> None:
        """The relay has a whole message. Everything that must never be is looked for here."""
        now, content, who = self.clock(), message.data, message.rcpt_to
        head = content.partition(b"\r\n\r\n")[0].decode()
        (message_id,) = (ln for ln in head.split("\r\n") if ln.startswith("Message-ID:"))
        self.ids[message_id] += 1
        by_word = message_id.partition(":")[2].strip() in self.resent
        assert self.ids[message_id] == 1 or by_word, "a copy of a dispatch went twice"
        assert not self.held, "something left while everything was on hold"
        assert who not in self.suppressed, "a suppressed address was written to"
        marks = [n for n in range(self.text + 1) if f"TEXT{n}X".encode() in content]
        assert not (self.withdrawn and marks), "a text left after it was withdrawn"
        if self.withdrawn:
            self.killed_to.add(who)
            return
        if self.lift is not None and now < self.lift:
            assert who in ACCEPTED, "an embargoed text went to one who had not accepted"
            assert b"EMBARGOED" in content, "an embargoed copy went out unmarked"
        if marks:
            assert marks == [self.newest], "an old text went out after a correction"
            had = self.had.setdefault(who, set())
            assert self.newest not in had or by_word, "a version went twice"
            self.had[who].add(self.newest)

    def may_hold(self, message: Any) -> None:
        if b"TEXT" in message.data:
            self.holders.add(message.rcpt_to)

    async def connect(self, relay: Relay) -> Session | Unavailable:
        if self.outcomes and self.outcomes[0] == "unavailable":
            self.outcomes.pop(0)
            return Unavailable(Step.CONNECT, None, "nobody there")
        return FakeSession(self)

    # --- what happens -------------------------------------------------------------------------

    @rule(outcomes=st.lists(st.sampled_from(OUTCOMES), max_size=4))
    def run(self, outcomes: list[str]) -> None:
        """A `mailer run --once`, started after whatever the last one came to."""
        self.outcomes = list(outcomes)
        relay = self.app.config.relay

        async def once() -> None:
            self.queue = MortalQueue(self.app.database, "fake", relay.give_up_after)
            sender = Sender(
                ledger=self.queue,
                compose=Composer(self.app.database, self.app.config.office),
                connect=self.connect,
                relay=relay,
                now=self.clock,
                random=Random(0),
                say=note,
            )
            worker = Runner(
                self.queue,
                sender,
                self.clock,
                self.app.config.embargo.late_grace,
                note,
                check_clock=False,
            )
            await worker.run_once()

        try:
            asyncio.run(once())
        except Killed:
            pass
        except BaseExceptionGroup as group:
            others = group.split(Killed)[1]
            if others is not None:
                raise others.exceptions[0] from None
        if self.queue is not None:
            self.queue.alive = False

    @rule(
        to=st.sampled_from([("wires",), ("wires", "national")]),
        hours=st.none() | st.integers(1, 60),
    )
    def queue_it(self, to: tuple[str, ...], hours: int | None) -> None:
        if self.newest >= 0 and not self.cancelled:
            return
        lift = self.clock() + hours * HOUR if hours is not None else None
        with suppress(MailerError):
            proposal = self.app.desk.propose(
                self.document,
                embargo_line=lift.isoformat() if lift else None,
                immediate=lift is None,
                audiences=to,
                now=self.clock(),
            )
            self.app.desk.queue(proposal, by="officer", now=self.clock())
            self.lift, self.newest, self.cancelled = lift, self.text, False
            self.listed = set().union(*(LISTED[name] for name in to))

    @rule()
    def approve(self) -> None:
        with suppress(MailerError):
            self.app.desk.approve(REF, by="chief", now=self.clock())

    @rule()
    def all_goes_well(self) -> None:
        """The next instant comes, and a relay that takes everything."""
        self.clock.at = max(self.clock.at, self.lift or self.clock.at)
        self.latest = max(self.latest, self.clock.at)
        self.run([])

    @rule()
    def resend_what_is_in_doubt(self) -> None:
        """A person says that what is in doubt did not arrive: one more copy is no fault."""
        with self.app.database.read() as session:
            doubtful = [e.message_id for e in log.entries(session, log.Filter(state="in_doubt"))]
        with suppress(MailerError):
            self.app.desk.resolve(
                REF, contact=None, event=DeliveryEvent.RESEND, by="chief", now=self.clock()
            )
            self.resent |= set(doubtful)

    @rule()
    def correct(self) -> None:
        self.text += 1
        self.write()
        with suppress(MailerError):
            self.app.desk.correct(self.document, note="changed", by="officer", now=self.clock())
            self.newest = self.text

    @rule(hours=st.integers(1, 60))
    def reschedule(self, hours: int) -> None:
        lift = self.clock() + hours * HOUR
        with suppress(MailerError):
            self.app.desk.reschedule(
                REF, embargo_line=lift.isoformat(), by="officer", now=self.clock()
            )
            self.lift = lift

    @rule()
    def lift_it(self) -> None:
        with suppress(MailerError):
            self.app.desk.lift(REF, by="chief", now=self.clock())
            self.lift = self.clock()

    @rule(everything=st.booleans())
    def hold(self, everything: bool) -> None:
        with suppress(MailerError):
            which = None if everything else REF
            self.app.desk.hold(which, reason="", by="officer", now=self.clock())
            self.held = True

    @rule()
    def resume(self) -> None:
        for which in (None, REF):
            with suppress(MailerError):
                self.app.desk.resume(which, by="chief", now=self.clock())
        self.held = False

    @rule()
    def withdraw(self) -> None:
        with suppress(MailerError):
            self.app.desk.withdraw(REF, note="", by="chief", now=self.clock())
            if not self.withdrawn:
                self.holders_at_kill = set(self.holders)
            self.withdrawn = True

    @rule()
    def cancel(self) -> None:
        with suppress(MailerError):
            self.app.desk.cancel(REF, by="officer", now=self.clock())
            self.cancelled = True

    @rule(who=st.sampled_from(["bo@wire.example", "cy@daily.example"]))
    def suppress_one(self, who: str) -> None:
        self.app.desk.suppress(who, reason="asked", by="officer", now=self.clock())
        self.suppressed.add(who)

    @rule(minutes=st.sampled_from([1, 10, 60, 600, 1500, 3000]))
    def time_passes(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)
        self.latest = max(self.latest, self.clock())

    @rule(minutes=st.sampled_from([1, 60, 600]))
    def the_clock_jumps_back(self, minutes: int) -> None:
        self.clock.move(minutes=-minutes)

    # --- what must hold -----------------------------------------------------------------------

    @invariant()
    def every_copy_is_in_one_state_and_none_is_gone(self) -> None:
        if not hasattr(self, "app"):
            return
        with self.app.database.read() as session:
            for row in log.progress(session):
                assert set(row.counts) <= set(log.STATES)
                assert sum(row.counts.values()) == row.planned

    def teardown(self) -> None:
        if not hasattr(self, "app"):
            return
        try:
            self._to_the_end()
        finally:
            self.app.database.close()
            for path in self.folder.glob(f"{self.ledger.name}*"):
                path.unlink()

    def _to_the_end(self) -> None:
        """With a relay that answers and people who say yes, everything comes to an end."""
        self.resume()
        for step in range(12):
            self.approve()
            self.run([])
            if self._all_ended():
                break
            self.clock.move(minutes=31)
            if step == 5:
                # Whatever was planned before the clock was set back is due by then.
                self.clock.at = max(self.clock.at, self.latest, self.lift or self.latest)
        if self.withdrawn:
            missed = self.holders_at_kill - self.killed_to - self._stuck()
            assert not missed, f"holders were not told of the withdrawal: {missed}"
            told = self.killed_to - self.holders_at_kill
            assert not told, f"told of a withdrawal without holding anything: {told}"
        elif self.newest >= 0 and not self.cancelled:
            got = {who for who, versions in self.had.items() if self.newest in versions}
            lost = self.listed - got - self.suppressed - self._stuck()
            assert not lost, f"never got the newest text, and nothing says why: {lost}"

    def _all_ended(self) -> bool:
        with self.app.database.read() as session:
            return all(row.state in ("done", "cancelled") for row in log.progress(session))

    def _stuck(self) -> set[str]:
        """Whose latest copy ended otherwise, and the ledger says how; or who is suppressed."""
        with self.app.database.read() as session:
            entries = list(log.entries(session, log.Filter()))
        ended = ("in_doubt", "rejected", "expired", "suppressed")
        return {entry.email for entry in entries if entry.state in ended} | self.suppressed


def office(folder: Path, ledger: str, now: Callable[[], datetime]) -> App:
    environ = {
        "MAILER__DATABASE__URL": f"sqlite:///{ledger}",
        "MAILER__RELAY__CONNECTIONS": "1",
        "MAILER__EMBARGO__CHECK_CLOCK": "false",
    }
    return open_app(folder / "config.toml", environ, upgrade=True, now=now)


def test_whatever_people_clocks_relays_and_kills_do(tmp_path: Path) -> None:
    make_office(tmp_path, wires=WIRES, national=NATIONAL)
    office(tmp_path, "empty.db", FakeClock(LIFT)).database.close()
    Machine.folder = tmp_path
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES or 200,
            derandomize=not EXAMPLES,
            stateful_step_count=12,
            deadline=None,
            print_blob=True,
        ),
    )
