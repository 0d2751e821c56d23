"""The power is cut in the middle of sending: nobody twice, nobody lost, little in doubt.

What a power cut leaves is what was synced, and of what was written after that anything at all. So
the run is stopped at a commit and its files are copied as they are at that moment. Of the
write-ahead log, what was synced by then is kept; what follows is cut off at any octet, or has holes
of a disk's sectors. On each such copy the machine boots anew, and a run goes on to the end.

When something was synced is taken from the calls that sync, and from SQLite's own documentation: a
commit with synchronous=FULL, and a checkpoint, have synced the log when they return.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st
from scripted import Relay
from sqlmodel import Session
from telling import QUICK, Offices, account, at_work, repeated, together

from mailer.core.embargo import Clearance, Refusal
from mailer.core.job import Entry
from mailer.delivery import sender
from mailer.ledger import flight
from mailer.ledger.database import Database
from mailer.ledger.flight import Flight

NAMES = tuple(f"n{i}" for i in range(48))
CONNECTIONS = 2
CLAIMED = 8
LEFT_BEHIND = CLAIMED + CLAIMED // 2 + 2 * CONNECTIONS
"""One claim, what was left of the one before it when it was made, and what the sessions had."""

SECTOR = 512
HEADER, FRAME_HEADER = 32, 24


class PowerCutError(Exception):
    """All that comes after it never was."""


@dataclass(frozen=True)
class Left:
    """The files at the moment of the cut, and how much of the log is sure to be on the disk."""

    ledger: bytes
    log: bytes
    synced: int


@dataclass(frozen=True)
class Loss:
    """What becomes of the log beyond its synced part: how much is kept, and its holes."""

    kept: float
    holes: float
    seed: int

    def of(self, left: Left) -> bytes:
        sure, rest = left.log[: left.synced], bytearray(left.log[left.synced :])
        del rest[round(len(rest) * self.kept) :]
        random = Random(self.seed)
        for at in range(0, len(rest), SECTOR):
            if random.random() < self.holes:
                rest[at : at + SECTOR] = bytes(len(rest[at : at + SECTOR]))
        return sure + bytes(rest)


LOSSES = st.builds(
    Loss,
    kept=st.one_of(st.just(0.0), st.just(1.0), st.floats(0, 1)),
    holes=st.sampled_from([0.0, 0.0, 0.02, 0.5]),
    seed=st.integers(0, 1000),
)


def commits(log: bytes) -> list[int]:
    """Where each transaction of a write-ahead log ends (sqlite.org/fileformat2.html, section 4)."""
    if len(log) < HEADER:
        return [0]
    (page,) = struct.unpack_from(">I", log, 8)
    salts = log[16:24]
    ends, at = [HEADER], HEADER
    while log[at + 8 : at + 16] == salts and at + FRAME_HEADER + page <= len(log):
        (closes,) = struct.unpack_from(">I", log, at + 4)
        at += FRAME_HEADER + page
        if closes:
            ends.append(at)
    return ends


class Disk:
    """Knows what of the log is synced, and cuts the power at one commit of the sender's."""

    def __init__(self, ledger: Path, cut_at: int, *, before: bool) -> None:
        self._ledger = ledger
        self._log = ledger.with_name(f"{ledger.name}-wal")
        self._generation = b""
        self._synced = 0
        self._copying = False
        self._commits = 0
        self._cut_at = cut_at
        self._before = before
        self.left: Left | None = None

    def _read(self) -> bytes:
        return self._log.read_bytes() if self._log.exists() else b""

    def _is_synced(self, generation: bytes, upto: int) -> None:
        if generation != self._generation or upto > self._synced:
            self._generation, self._synced = generation, upto

    def _cut(self) -> None:
        log = self._read()
        # A log that was begun anew has its head synced, and the ledger has all that was in it.
        synced = self._synced if log[:HEADER] == self._generation else min(HEADER, len(log))
        self.left = Left(self._ledger.read_bytes(), log[: commits(log)[-1]], synced)
        raise PowerCutError

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Watch all that this process does to its ledger."""
        disk, sync, write = self, Database.sync, Database.write
        checkpoint, commit = Database.checkpoint, Flight.commit

        def syncing(database: Database) -> None:
            log = disk._read()
            sync(database)
            disk._is_synced(log[:HEADER], commits(log)[-1])

        @contextmanager
        def writing(database: Database, **more: Any) -> Iterator[Session]:
            with write(database, **more) as session:
                yield session
                there = commits(disk._read())[-1]
            log = disk._read()
            ours = [end for end in commits(log) if end > there] or commits(log)
            disk._is_synced(log[:HEADER], ours[0])

        def copying(database: Database, *connection: Any) -> None:
            disk._copying = True
            checkpoint(database, *connection)
            log = disk._read()
            disk._is_synced(log[:HEADER], commits(log)[-1])
            disk._copying = False

        def committing(
            one: Flight, entries: Sequence[Entry], now: Any
        ) -> list[Clearance | Refusal]:
            if disk.left is not None:
                raise PowerCutError
            disk._commits += 1
            due = disk._commits >= disk._cut_at and not disk._copying
            if due and disk._before:
                disk._cut()
            answers = commit(one, entries, now)
            if due:
                disk._cut()
            return answers

        with (
            mock.patch.object(Database, "sync", syncing),
            mock.patch.object(Database, "write", writing),
            mock.patch.object(Database, "checkpoint", copying),
            mock.patch.object(Flight, "commit", committing),
        ):
            yield


def another_boot() -> AbstractContextManager[Any]:
    return mock.patch("mailer.ledger.queue.boot", return_value="the boot after the power cut")


def left_by(
    offices: Offices, relay: Relay, cut_at: int, *, before: bool
) -> tuple[Path, Left | None]:
    """Send until the power is cut; the office's configuration, and what is left of its ledger."""
    path = offices.make(*NAMES)
    with at_work(path, relay, connections=CONNECTIONS, **QUICK) as story:
        disk = Disk(story.app.config.database.path, cut_at, before=before)
        with disk.at_work():
            try:
                story.send()
            except* PowerCutError:
                pass
    return path, disk.left


def boots_again(path: Path, left: Left, loss: Loss, before: Relay, number: int) -> None:
    """On a copy of the office with what is left: run to the end, and compare the accounts."""
    here = path.parent.with_name(f"{path.parent.name}-booted-{number}")
    shutil.copytree(path.parent, here, ignore=shutil.ignore_patterns("*.db*"))
    (here / "mailer.db").write_bytes(left.ledger)
    (here / "mailer.db-wal").write_bytes(loss.of(left))
    after = Relay()
    try:
        with another_boot(), at_work(here / path.name, after, connections=CONNECTIONS) as story:
            story.send()
            copies = story.copies
            account(together(before, after), copies)
    finally:
        shutil.rmtree(here)
    assert set(copies) == set(NAMES)
    states = [copy.state for copy in copies.values()]
    assert set(states) <= {"accepted", "in_doubt"}
    event(f"in doubt: {states.count('in_doubt') // 4 * 4} and more")
    assert states.count("in_doubt") <= LEFT_BEHIND
    assert not repeated(together(before, after).may_have)


@settings(max_examples=12, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    cut_at=st.integers(1, 60),
    before=st.booleans(),
    pipelining=st.booleans(),
    losses=st.lists(LOSSES, min_size=2, max_size=5),
    long_log=st.sampled_from([flight.LONG_LOG, 100_000]),
)
def test_never_twice_and_never_lost_after_a_power_cut(
    offices: Offices,
    cut_at: int,
    before: bool,
    pipelining: bool,
    losses: list[Loss],
    long_log: int,
) -> None:
    relay = Relay(pipelining=pipelining)
    with (
        mock.patch.object(sender, "CLAIMED", CLAIMED),
        mock.patch.object(flight, "LONG_LOG", long_log),
    ):
        path, left = left_by(offices, relay, cut_at, before=before)
        if left is None:  # it was done before
            return
        for number, loss in enumerate(losses):
            boots_again(path, left, loss, relay, number)
