"""Parts for the machine of tests/test_machine.py: a relay and a death that it scripts, an office.

The relay is a fake at the level of a session: it shows each text to a judge at the moment the gate
let it go, answers as it is told, and lets something happen in the middle of a transaction. A death
stops a run at any beat: nothing more is written to the ledger, as after `kill -9`.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event
from sqlmodel import Session as LedgerSession
from support import ADVISORY, CONFIG, LIFT, FakeClock, make_office

from mailer import config as configuration
from mailer.app import Composer
from mailer.config import Relay
from mailer.core.clockwatch import Reading
from mailer.core.embargo import Clearance, Refusal
from mailer.core.outcome import Phase, Reply, Step
from mailer.delivery.sender import Sender
from mailer.delivery.smtp import Envelope, Handed, Session, Unavailable
from mailer.desk import Desk
from mailer.ledger.database import Database, open_ledger
from mailer.ledger.queue import Queue
from mailer.scheduler import Runner

START = LIFT.replace(day=6, minute=0)

WIRES = "email,embargo_accepted\nana@wire.example,yes\nbo@wire.example,no\n"
NATIONAL = "email\nbo@wire.example\ncy@daily.example\n"

# Every example renders some hundred copies, so the templates are as small as the rules allow.
_WORDS = (
    "KIND {{ dispatch_kind }} REF {{ reference }}\n{{ mark }} {{ headline }} {{ body }} {{ note }}"
)
_TXT = "{{ notice|join('\n') }}\n\n" + _WORDS + "\n\n{{ notice|join('\n') }}\n"
_HTML = (
    "<p>{{ notice|join('<br>'|safe) }}</p><p>"
    + _WORDS
    + "</p><p>{{ notice|join('<br>'|safe) }}</p>"
)
_SUBJECT = "{% if short_notice %}{{ short_notice }}: {% endif %}{{ mark }} {{ reference }}"


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Death:
    """Comes at the given beat of a run (None: never), and then at every other."""

    beats: int | None = None
    dead: bool = False

    def beat(self) -> None:
        if self.beats is not None:
            self.dead = self.dead or self.beats == 0
            self.beats -= 1
        if self.dead:
            raise Killed


class MortalDatabase(Database):
    """A ledger as a process has it that may be killed before and after each commit."""

    def __init__(self, ledger: Database, death: Death) -> None:
        self.path, self._ledger, self._death = ledger.path, ledger, death

    @contextmanager
    def write(self) -> Iterator[LedgerSession]:
        with self._ledger.write() as session:
            yield session
            self._death.beat()
        self._death.beat()

    @contextmanager
    def read(self) -> Iterator[LedgerSession]:
        with self._ledger.read() as session:
            yield session


@dataclass(frozen=True)
class Answer:
    """How the relay takes one copy. `taken`: it has the text, whatever it says (or does not)."""

    step: Step
    code: int | None
    taken: bool = False


ACCEPTED = Answer(Step.DOT, 250, taken=True)
ANSWERS = (
    ACCEPTED,
    Answer(Step.MAIL, 451),
    Answer(Step.MAIL, 550),
    Answer(Step.RCPT, 451),
    Answer(Step.RCPT, 550),
    Answer(Step.RCPT, None),
    Answer(Step.DATA, 451),
    Answer(Step.DOT, 451),
    Answer(Step.DOT, 554),
    Answer(Step.DOT, None, taken=True),
    Answer(Step.DOT, None),
)


@dataclass
class Script:
    """What befalls one run. `meanwhile` happens at a moment of the n-th transaction (from 0)."""

    answers: list[Answer] = field(default_factory=list)
    refusals: int = 0
    at: tuple[int, str] = (-1, "")
    meanwhile: Callable[[], None] = lambda: None


class FakeRelay:
    """Sessions that do as the script says. `judge` sees each text as it leaves, `take` if taken."""

    def __init__(
        self,
        script: Script,
        death: Death,
        judge: Callable[[Envelope], None],
        take: Callable[[Envelope], None],
    ) -> None:
        self.script, self.death, self.judge, self.take = script, death, judge, take
        self.transactions = -1

    async def connect(self, relay: Relay) -> Session | Unavailable:
        if self.script.refusals > 0:
            self.script.refusals -= 1
            return Unavailable(Step.CONNECT, None, "connection refused")
        return FakeSession(self)

    def next_answer(self) -> Answer:
        self.transactions += 1
        return self.script.answers.pop(0) if self.script.answers else ACCEPTED

    def pause(self, moment: str) -> None:
        """The process may die here, and a person may act."""
        self.death.beat()
        if (self.transactions, moment) == self.script.at:
            self.script.meanwhile()


class FakeSession(Session):
    """One session of the fake relay."""

    def __init__(self, relay: FakeRelay) -> None:
        self._relay_ = relay
        self.tls_version = "TLSv1.3"
        self._open = True

    @property
    def usable(self) -> bool:
        return self._open

    def abort(self) -> None:
        self._open = False

    async def quit(self) -> None:
        self._open = False

    async def hand_over(
        self,
        clearance: Clearance,
        message: Envelope,
        begin_text: Callable[[], Awaitable[Clearance | Refusal]],
    ) -> Handed | Refusal:
        relay, answer = self._relay_, self._relay_.next_answer()
        self._open = answer.code is not None
        reply = Reply(answer.code, "so it says") if answer.code else None
        relay.pause("before the text")
        if answer.step is not Step.DOT:
            return Handed(answer.step, Phase.SECURED, reply, "" if reply else "the line dropped")
        last_word = await begin_text()
        if isinstance(last_word, Refusal):
            self._open = False
            return last_word
        relay.judge(message)
        relay.pause("in the text")
        if answer.taken:
            relay.take(message)
        relay.pause("after the text")
        phase = Phase.ANSWERED if reply else Phase.DOT_SENT
        return Handed(Step.DOT, phase, reply, "" if reply else "the line dropped")


class Clocks(FakeClock):
    """The wall clock, which may jump, and the steady one, which only goes on."""

    steady = 0.0

    def pass_by(self, seconds: float) -> None:
        self.move(seconds=seconds)
        self.steady += seconds

    def read(self) -> Reading:
        return Reading(self.at, self.steady, synchronised=True)


class Newsroom:
    """One office for all examples: its folder, its ledger, its event loop."""

    def __init__(self, folder: Path) -> None:
        config = CONFIG.format(root="{root}").replace("{root}/templates", "templates")
        config = config.replace("connections = 2", "connections = 1")
        path = make_office(folder, config=config, wires=WIRES, national=NATIONAL)
        for name, text in _templates():
            (folder / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "templates" / name).write_text(text)
        self.config = configuration.load(path, {})
        self.document = folder / "advisory.md"
        self._empty = folder / "empty.sqlite"
        self.ledger = open_ledger(self.config.database.path, now=START, upgrade=True)
        self.ledger.close()
        shutil.copy(self.ledger.path, self._empty)
        event.listen(self.ledger._engine, "connect", _hasty)
        self.desk = Desk(self.config, self.ledger)
        self._loop = asyncio.Runner()

    def close(self) -> None:
        self.ledger.close()
        self._loop.close()

    def empty(self) -> None:
        """A ledger as new. The engine stays, and with it the statements it has compiled."""
        self.ledger.close()
        for suffix in ("-wal", "-shm"):
            Path(f"{self.ledger.path}{suffix}").unlink(missing_ok=True)
        shutil.copy(self._empty, self.ledger.path)

    def write(self, reference: str, text: int) -> None:
        """Edit the document."""
        words = ADVISORY.replace("LCT 2027/004", reference).replace(
            "Four in ten", f"text-{text} is"
        )
        self.document.write_text(words)

    def process(self, clocks: Clocks, death: Death, relay: FakeRelay) -> Runner:
        """A `mailer run` that has just been started."""

        async def made() -> Runner:
            mortal = MortalDatabase(self.ledger, death)
            rules, where = self.config.embargo, self.config.relay
            queue = Queue(mortal, "relay.example:25", where.give_up_after)
            composer = Composer(mortal, self.config.office)
            sender = Sender(
                queue, composer, relay.connect, where, clocks, Random(1), lambda said: None
            )
            return Runner(
                queue, sender, clocks, rules.late_grace, lambda said: None,
                check_clock=True, read=clocks.read,
            )  # fmt: skip

        return self._loop.run(made())

    def run(self, process: Runner, death: Death) -> None:
        """Let a process do all that is due; if it dies of it, that is no fault."""
        try:
            self._loop.run(_once(process))
        except BaseException:
            if not death.dead:
                raise


async def _once(process: Runner) -> None:
    await process.run_once()


def _hasty(connection: sqlite3.Connection, _: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def _templates() -> Iterator[tuple[str, str]]:
    for audience in ("wires", "national"):
        yield f"{audience}/style.css", ""
    yield "_base/subject.txt", _SUBJECT
    for kind in ("advisory", "embargo_change", "withdrawal"):
        yield f"_base/{kind}.txt", _TXT
        yield f"_base/{kind}.html", _HTML
