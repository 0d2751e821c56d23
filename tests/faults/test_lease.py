"""A `mailer run` that was frozen: another takes over when its lease is out, and it sends no more.

Real processes and signals. The lease is fifteen seconds of the ledger's `seen_at`; a test makes it
older by SQL rather than wait for it.
"""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from processes import Child, Nursery, nursery, relay_environ
from script import Act, Point
from scripted import Relay, running
from support import open_office
from telling import Copy, Offices, account, read_copies

NAMES = tuple(f"n{i}" for i in range(30))
CONNECTIONS = 2
FREEZE_AT, THAW_AT = 8, 6


class Freezer:
    """Freezes a process at the nth turn of one point; thaws it some turns later, if it is to.

    It is not frozen while it holds SQLite's write lock: then nobody can do anything, and nothing
    is sent. Until the freezer lets go of it here, the relay answers nobody.
    """

    def __init__(self, point: Point, ledger: Path, *, thaw_at: int = 0) -> None:
        self._point, self._ledger = point, ledger
        self._left = FREEZE_AT
        self._thaw = thaw_at
        self._connections = 0
        self._of_the_frozen = 0
        self.process: Child | None = None
        self.frozen = threading.Event()

    def __call__(self, point: Point, rcpt: str, connection: int) -> Act | None:
        self._connections = max(self._connections, connection + 1)
        if point is self._point:
            self._turn(connection)
        return None

    def _turn(self, connection: int) -> None:
        if not self.frozen.is_set():
            self._left -= 1
            if self._left == 0:
                self._freeze()
                self._of_the_frozen = self._connections
                self.frozen.set()
        elif self._thaw and connection >= self._of_the_frozen:
            self._thaw -= 1
            if self._thaw == 0 and self.process:
                self.process.signal(signal.SIGCONT)

    def _freeze(self) -> None:
        assert self.process is not None
        for _ in range(200):
            self.process.signal(signal.SIGSTOP)
            time.sleep(0.02)
            if self._unlocked():
                return
            self.process.signal(signal.SIGCONT)
            time.sleep(0.005)
        raise AssertionError("it never let go of the write lock")

    def _unlocked(self) -> bool:
        with closing(sqlite3.connect(self._ledger, timeout=0)) as ledger:
            try:
                ledger.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            return True


def age_the_lease(ledger: Path) -> None:
    """As if the run had not been seen for a minute."""
    with closing(sqlite3.connect(ledger)) as connection, connection:
        connection.execute("UPDATE run SET seen_at = datetime(seen_at, '-60 seconds') || '.000000'")


@dataclass
class Scene:
    """A run that is frozen in the middle of sending, and a way to start another."""

    first: Child
    relay: Relay
    config: Path
    environ: dict[str, str]
    others: Nursery

    def another(self) -> tuple[int, str]:
        """`mailer run --once` beside it: how it ended and what it said."""
        return self.others.start(self.config, self.environ, "run", "--once").wait()

    @property
    def ledger(self) -> Path:
        return self.config.parent / "mailer.db"


Freeze = Callable[..., AbstractContextManager[Scene]]


@pytest.fixture(scope="module")
def nurseries() -> Iterator[tuple[Nursery, Nursery]]:
    with nursery() as one, nursery() as other:
        yield one, other


@pytest.fixture
def freeze(offices: Offices, nurseries: tuple[Nursery, Nursery]) -> Freeze:
    @contextmanager
    def scene(point: Point, thaw_at: int = 0) -> Iterator[Scene]:
        config = offices.make(*NAMES, at=datetime.now(UTC))
        freezer = Freezer(point, config.parent / "mailer.db", thaw_at=thaw_at)
        with running(Relay(freezer)) as relay:
            environ = relay_environ(relay.port, connections=CONNECTIONS)
            freezer.process = first = nurseries[0].start(config, environ, "run", "--no-console")
            try:
                assert freezer.frozen.wait(60), first.out.read_text()
                yield Scene(first, relay, config, environ, nurseries[1])
            finally:
                first.kill()
                first.wait()

    return scene


def copies_of(config: Path) -> dict[str, Copy]:
    with open_office(config, 1, lambda: datetime.now(UTC)) as app:
        return read_copies(app)


def ends_by_itself(first: Child) -> None:
    for _ in range(300):
        if "taken over" in first.out.read_text():
            break
        time.sleep(0.1)
    else:
        raise AssertionError(first.out.read_text())
    status, said = first.wait()
    assert status == 1, said
    assert len([line for line in said.splitlines() if "taken over" in line]) == 1, said
    assert "Traceback" not in said


def nobody_twice_nobody_lost(scene: Scene) -> None:
    copies = copies_of(scene.config)
    account(scene.relay, copies)
    states = [copy.state for copy in copies.values()]
    assert len(states) == len(NAMES)
    assert set(states) <= {"accepted", "in_doubt"}
    assert states.count("in_doubt") <= CONNECTIONS


@pytest.mark.parametrize("moment", [Point.MAIL, Point.RCPT, Point.DATA, Point.DOT])
def test_never_sent_by_the_thawed_what_another_has_taken(moment: Point, freeze: Freeze) -> None:
    with freeze(moment) as scene:
        age_the_lease(scene.ledger)
        status, said = scene.another()
        assert status in (0, 3), said
        assert "taken over" in said or "takes over" in said
        before = scene.relay.may_have
        scene.first.signal(signal.SIGCONT)
        ends_by_itself(scene.first)
    nobody_twice_nobody_lost(scene)
    # Frozen between "text begun" and its text: the other has left that copy in doubt, to a person.
    late = set(scene.relay.may_have) - set(before)
    in_doubt = {c.key for c in copies_of(scene.config).values() if c.state == "in_doubt"}
    assert late <= in_doubt, "sent by the one that was frozen"


@pytest.mark.parametrize("moment", [Point.RCPT, Point.DATA, Point.DOT])
def test_never_twice_when_it_thaws_while_the_other_is_sending(
    moment: Point, freeze: Freeze
) -> None:
    with freeze(moment, THAW_AT) as scene:
        age_the_lease(scene.ledger)
        status, said = scene.another()
        assert status in (0, 3), said
        ends_by_itself(scene.first)
    nobody_twice_nobody_lost(scene)


def test_never_taken_over_while_the_lease_holds(freeze: Freeze) -> None:
    with freeze(Point.RCPT) as scene:
        greeted = scene.relay.verbs().count("EHLO")
        status, said = scene.another()
        assert status == 1
        assert said.count("\n") == 1
        assert "another `mailer run` is using this ledger" in said
        # What the frozen one had sent before may still be read; the other never called.
        assert scene.relay.verbs().count("EHLO") == greeted
        # Thawed within its lease, it goes on as if nothing had been.
        scene.first.signal(signal.SIGCONT)
        for _ in range(300):
            if "done" in scene.first.out.read_text():
                break
            time.sleep(0.1)
        scene.first.signal(signal.SIGTERM)
        status, said = scene.first.wait()
        assert status == 0, said
    copies = copies_of(scene.config)
    account(scene.relay, copies)
    assert {copy.state for copy in copies.values()} == {"accepted"}
