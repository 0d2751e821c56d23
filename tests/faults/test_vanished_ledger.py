"""A ledger that is not where it was: its folder moved, its volume gone, another file in its place.

The system lets a process go on writing to a file that was deleted or moved. What is recorded there
is lost, so that no text may begin; the reason is said once, and sending goes on by itself once the
same file is there again.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from telling import Offices, Story
from test_ledger_faults import (
    CONNECTIONS,
    NAMES,
    Fault,
    GoingClock,
    sees_it_through,
    text_seen,
    unhurried,
    until,
)

from mailer import scheduler
from mailer.app import runner
from mailer.core.errors import LedgerError

GONE = "the ledger is not there any more"
OTHER = "another file has taken the ledger's place"


def away(path: Path) -> Path:
    return path.with_name(f"{path.name}.away")


@contextmanager
def renamed(ledger: Path) -> Iterator[None]:
    """Its folder has another name for a while."""
    folder = ledger.parent
    folder.rename(away(folder))
    try:
        yield
    finally:
        away(folder).rename(folder)


@contextmanager
def unmounted(ledger: Path) -> Iterator[None]:
    """An empty folder in place of its own, as when a volume is taken away."""
    with renamed(ledger):
        ledger.parent.mkdir()
        try:
            yield
            assert list(ledger.parent.iterdir()) == [], "something was made in the ledger's place"
        finally:
            ledger.parent.rmdir()


@contextmanager
def deleted(ledger: Path) -> Iterator[None]:
    """Its name is gone; another name keeps the file itself."""
    os.link(ledger, away(ledger))
    ledger.unlink()
    try:
        yield
        assert not ledger.exists(), "something was made in the ledger's place"
    finally:
        os.link(away(ledger), ledger)


@contextmanager
def log_deleted(ledger: Path) -> Iterator[None]:
    """Only its write-ahead log is gone."""
    with deleted(ledger.with_name(f"{ledger.name}-wal")):
        yield


@contextmanager
def replaced(ledger: Path) -> Iterator[None]:
    """A copy of it, of this moment, stands in its place."""
    ledger.rename(away(ledger))
    shutil.copy(away(ledger), ledger)
    try:
        yield
    finally:
        away(ledger).rename(ledger)


@pytest.fixture
def story(offices: Offices) -> Iterator[Story]:
    with offices.open(unhurried(), NAMES, clock=GoingClock(), connections=CONNECTIONS) as one:
        yield one


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (renamed, GONE),
        (unmounted, GONE),
        (deleted, GONE),
        (log_deleted, GONE),
        (replaced, OTHER),
    ],
)
def test_never_a_text_while_the_ledger_is_not_where_it_was(
    fault: Fault, word: str, story: Story
) -> None:
    sees_it_through(story, fault, lambda: any(word in line for line in story.said))
    assert len([line for line in story.said if word in line]) == 1, "said once"
    assert {copy.state for copy in story.copies.values()} == {"accepted"}


def test_never_a_decision_taken_down_in_a_file_that_is_gone(story: Story) -> None:
    with deleted(story.app.config.database.path):
        with pytest.raises(LedgerError, match=GONE):
            story.app.desk.hold(None, reason="?", by="chief", now=story.clock())
    story.send()
    assert {copy.state for copy in story.copies.values()} == {"accepted"}


def test_a_run_whose_ledger_never_comes_back_can_be_stopped_and_has_sent_nothing_more(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "STOP_WITHIN", timedelta(seconds=0.5))

    async def stopped_meanwhile() -> None:
        worker = runner(story.app, story.said.append, random=Random(1))
        running = asyncio.create_task(worker.run())
        await until(lambda: running.done() or len(story.relay.accepted) >= 5)
        with deleted(story.app.config.database.path):
            await until(lambda: running.done() or any(GONE in line for line in story.said))
            worker.stop(quietly=True)
            await running

    asyncio.run(stopped_meanwhile())
    copies = story.copies
    assert all(copies[who].tries for who in text_seen(story.relay)), "a text left unrecorded"
    assert len(story.relay.accepted) < len(NAMES)
    story.send()
    story.account()
    assert {copy.state for copy in story.copies.values()} <= {"accepted", "in_doubt"}
