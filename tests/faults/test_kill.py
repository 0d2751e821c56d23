"""`kill -9` in the middle of sending, again and again: nobody twice, nobody lost.

A life is one ledger with one dispatch. Its `mailer run` is killed ten times, at seeded moments of
the talk with the relay or before it, and each time started again; then it is left to finish. The
relay lives on and keeps its own record. KILLS=500 (`make kill-test`) kills more often; SEED=…
kills otherwise.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from queue import SimpleQueue
from random import Random

import pytest
from processes import Child, Nursery, nursery, relay_environ
from script import Act, Point
from scripted import Relay, running
from support import open_office
from telling import Offices, account, read_copies

KILLS = int(os.environ.get("KILLS", "100"))
SEED = int(os.environ.get("SEED", "2027"))
KILLS_A_LIFE = 10
CONNECTIONS = 4
NAMES = tuple(f"n{i}" for i in range(400))
"""More than are sent between ten kills, however fast it goes: else there is nothing to kill."""
TALK = (Point.MAIL, Point.RCPT, Point.DATA, Point.TEXT, Point.DOT)
IDLE = 0.1
"""How many of the kills come by the clock, most of them before the first turn of talk."""
SOON = 40
"""A kill comes at most so many turns of talk after the start: ten kills leave some unsent."""


class Killer:
    """Counts the turns of the relay's talk and strikes at the one it is set to."""

    def __init__(self) -> None:
        self._left = 0
        self._delay = 0.0
        self._strike: Callable[[], None] = lambda: None
        self.struck = threading.Event()
        self.struck.set()

    def set(self, turns: int, delay: float, strike: Callable[[], None]) -> None:
        self._strike, self._delay = strike, delay
        self.struck.clear()
        self._left = turns

    def disarm(self) -> None:
        self._left = 0

    def __call__(self, point: Point, rcpt: str, connection: int) -> Act | None:
        if point in TALK and self._left > 0:
            self._left -= 1
            if self._left == 0:
                if self._delay:
                    asyncio.get_running_loop().call_later(self._delay, self._now)
                else:
                    self._now()
        return None

    def _now(self) -> None:
        self._strike()
        self.struck.set()


@pytest.fixture(scope="module")
def children() -> Iterator[Nursery]:
    with nursery() as one:
        yield one


def doubts(said: str) -> int:
    """How many copies a run found in doubt when it started."""
    found = re.search(r"copies in doubt: (\d+)", said)
    return int(found[1]) if found else 0


def one_life(random: Random, kills: int, offices: Offices, children: Nursery) -> None:
    killer = Killer()
    relay = Relay(killer, pipelining=True)
    config = offices.make(*NAMES, at=datetime.now(UTC))
    with running(relay):
        environ = relay_environ(relay.port, connections=CONNECTIONS)
        found: list[int] = []
        for _ in range(kills):
            if random.random() < IDLE:
                child = children.start(config, environ, "run", "--no-console")
                time.sleep(random.uniform(0, 0.5))
                child.kill()
            else:
                # Set before the start, so that no turn of the talk goes uncounted.
                started: SimpleQueue[Child] = SimpleQueue()
                delay = random.choice((0.0, random.uniform(0, 0.002)))
                killer.set(random.randint(1, SOON), delay, partial(_kill_next, started))
                child = children.start(config, environ, "run", "--no-console")
                started.put(child)
                if not killer.struck.wait(20):  # it has nothing left to say
                    killer.disarm()
                    child.kill()
            status, said = child.wait()
            assert status == -signal.SIGKILL, said
            found.append(doubts(said))
        last = children.start(config, environ, "run", "--once")
        status, said = last.wait()
        found.append(doubts(said))
        assert status in (0, 3), said
    # Each start finds what the kill before it left; some were killed before they could say it.
    assert max(found) <= CONNECTIONS
    with open_office(config, 1, lambda: datetime.now(UTC)) as app:
        copies = read_copies(app)
    account(relay, copies)
    states = [copy.state for copy in copies.values()]
    assert len(states) == len(NAMES)
    assert set(states) <= {"accepted", "in_doubt"}
    assert sum(found) <= states.count("in_doubt") <= CONNECTIONS * kills


def _kill_next(started: SimpleQueue[Child]) -> None:
    started.get(timeout=10).kill()


LIVES = [
    (life, min(KILLS_A_LIFE, KILLS - life * KILLS_A_LIFE))
    for life in range(-(-KILLS // KILLS_A_LIFE))
]


@pytest.mark.parametrize(("life", "kills"), LIVES, ids=[f"life {life}" for life, _ in LIVES])
def test_killed_at_any_moment_nobody_gets_two_and_nobody_is_lost(
    life: int, kills: int, offices: Offices, children: Nursery
) -> None:
    seed = SEED * 1000 + life
    print(f"seed {seed}")
    one_life(Random(seed), kills, offices, children)
