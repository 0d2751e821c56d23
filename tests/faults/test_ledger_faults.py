"""A ledger that cannot be written: nothing leaves unrecorded, it is said once, and sending resumes.

The same `run` lives through it. Locked by another connection, full, read-only, an I/O error: each
made in the middle of sending by real means, and ended again.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest
from script import Act, Play, Plays, Point
from scripted import Relay
from sqlalchemy import Connection, Engine, event
from sqlmodel import Session
from support import LIFT, FakeClock
from telling import Offices, Story

from mailer.app import run, runner
from mailer.ledger import database
from mailer.ledger.database import Database

NAMES = tuple(f"n{n}" for n in range(300))
CONNECTIONS = 2
Hot = tuple[sqlite3.Cursor, Callable[[], Session]]
_HOT_WRITE = Database.hot_write


class GoingClock(FakeClock):
    """Starts at the lift, and goes on as time does."""

    def __init__(self) -> None:
        super().__init__(LIFT)
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self._began)


@contextmanager
def locked(ledger: Path) -> Iterator[None]:
    """Another program holds the write lock."""
    with closing(sqlite3.connect(ledger, timeout=60, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


@contextmanager
def pragma(bad: str, good: str) -> Iterator[None]:
    """Every transaction that begins meanwhile meets it; every later one is well again."""
    state = {"now": bad}

    def begins(connection: Connection) -> None:
        # Past SQLAlchemy, which would begin again.
        sqlite = connection.connection.dbapi_connection
        assert isinstance(sqlite, sqlite3.Connection)
        sqlite.execute(f"PRAGMA {state['now']}").close()

    def hot_write(self: Database, connection: Connection) -> AbstractContextManager[Hot]:
        begins(connection)
        return _HOT_WRITE(self, connection)

    event.listen(Engine, "begin", begins)
    _AFTERWARDS.callback(event.remove, Engine, "begin", begins)
    _AFTERWARDS.enter_context(patch.object(Database, "hot_write", hot_write))
    try:
        yield
    finally:
        # The connections live on, so they must be told; the listeners go with the test.
        state["now"] = good


def read_only(ledger: Path) -> AbstractContextManager[None]:
    return pragma("query_only = 1", "query_only = 0")


def full(ledger: Path) -> AbstractContextManager[None]:
    # No page more than there are: the file system has no room.
    return pragma("max_page_count = 1", "max_page_count = 4000000")


@contextmanager
def failing_disk(ledger: Path) -> Iterator[None]:
    """No file of this process may grow: SQLite's write fails as on a disk that is broken."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


Fault = Callable[[Path], AbstractContextManager[None]]


_AFTERWARDS = ExitStack()


@pytest.fixture(autouse=True)
def no_listener_is_left() -> Iterator[None]:
    with _AFTERWARDS:
        yield


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked ledger is a fault after a second, not after sixty. Ask for it before the story."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 1)


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to that")


def all_told(story: Story) -> bool:
    states = {copy.state for copy in story.copies.values()}
    return states <= {"accepted", "in_doubt"}


def text_seen(relay: Relay) -> set[str]:
    return {one.rcpt.partition("@")[0] for one in relay.transactions if one.text}


def nothing_unrecorded(story: Story) -> None:
    copies = story.copies
    assert all(copies[who].tries for who in text_seen(story.relay)), "a text left unrecorded"


async def live_through(story: Story, fault: Fault, told: Callable[[], bool]) -> None:
    """Run; have the fault once some have gone; end it when `told`; and run to the end."""
    worker = runner(story.app, story.said.append, random=Random(1))
    running = asyncio.create_task(worker.run())
    relay = story.relay
    try:
        await until(lambda: running.done() or len(relay.accepted) >= 5)
        with fault(story.app.config.database.path):
            await until(lambda: running.done() or told())
            assert not running.done(), "the run has ended"
            nothing_unrecorded(story)
            there = len(relay.transactions)
            await asyncio.sleep(0.3)
            assert len(text_seen(relay)) < len(NAMES)
            assert len(relay.transactions) <= there + CONNECTIONS, "sending goes on"
            nothing_unrecorded(story)
        await until(lambda: running.done() or all_told(story))
        assert not running.done(), "the run has ended"
    finally:
        worker.stop(quietly=True)
        ended = await asyncio.gather(running, return_exceptions=True)
    assert ended == [None], "the run ended with a fault"


def sees_it_through(story: Story, fault: Fault, told: Callable[[], bool]) -> None:
    run(live_through(story, fault, told))
    story.account()
    states = [copy.state for copy in story.copies.values()]
    assert len(states) == len(NAMES)
    assert set(states) <= {"accepted", "in_doubt"}
    # What was answered while it could not be written down may be in doubt, and no more.
    assert states.count("in_doubt") <= CONNECTIONS


def unhurried() -> Relay:
    """A relay slow enough for something to happen before it has them all."""
    return Relay(Plays(Play(Point.DOT, Act(None, slowly=0.01))))


@pytest.fixture
def story(offices: Offices) -> Iterator[Story]:
    with offices.open(unhurried(), NAMES, clock=GoingClock(), connections=CONNECTIONS) as one:
        yield one


def test_nothing_leaves_while_another_holds_the_ledger_and_sending_resumes_by_itself(
    story: Story,
) -> None:
    since: list[float] = []

    def long_enough() -> bool:
        since.append(time.monotonic())
        return since[-1] - since[0] > 0.5

    sees_it_through(story, locked, long_enough)
    assert {copy.state for copy in story.copies.values()} == {"accepted"}


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (locked, "locked"),
        (read_only, "readonly"),
        (full, "full"),
        (failing_disk, "disk I/O error"),
    ],
)
@pytest.mark.usefixtures("impatient")
def test_the_run_lives_through_it_and_nothing_leaves_unrecorded(
    fault: Fault, word: str, story: Story
) -> None:
    def told() -> bool:
        return any(word in line for line in story.said)

    sees_it_through(story, fault, told)
    assert len([line for line in story.said if word in line]) == 1, "said once"
