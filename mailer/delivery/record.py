"""Group commit: what all sessions have to say in two turns of the loop, in one transaction.

While somebody else is writing, or the ledger cannot be used at all (disk full, read-only, gone),
everything waits here, in its order, and no text begins; the reason is said once, and it goes on by
itself when it can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from mailer.core.embargo import Clearance, Refusal
from mailer.core.errors import FencedError, LedgerBusyError, LedgerError
from mailer.core.job import Begin, End, Entry, Job, RelayFault

BUSY_PAUSE = 0.002
BROKEN_PAUSE = 1.0
"""Seconds until the ledger is tried again: while another writes, and when it cannot be used."""
SAID_AFTER = 5.0
"""Seconds for which another may write before a person is told."""


class Ledger(Protocol):
    """What the sender needs of the ledger; `ledger.flight.Flight` is it. All instants in UTC."""

    def claim(self, limit: int, now: datetime) -> list[Job]:
        """Claim deliveries that are due."""

    def commit(self, entries: Sequence[Entry], now: datetime) -> list[Clearance | Refusal]:
        """Record all of it in one transaction; the gate's answer to each Begin."""

    def sync(self) -> None:
        """Return when all that was committed survives a power cut. From any thread."""


class Record:
    """The one writer. Made in the event loop that it is used in."""

    def __init__(
        self, ledger: Ledger, now: Callable[[], datetime], say: Callable[[str], None]
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._say = say
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Entry] = []
        self._askers: list[asyncio.Future[Clearance | Refusal]] = []
        self._flushing: asyncio.Handle | None = None
        self._settled = asyncio.Event()
        self._settled.set()
        self._busy_since: float | None = None
        self._told = False
        self._fault: BaseException | None = None

    def begin(self, begin: Begin) -> Awaitable[Clearance | Refusal]:
        """Ask the gate, and make "text begun" durable if it clears: known once it is written."""
        self._raise_fault()
        asker: asyncio.Future[Clearance | Refusal] = self._loop.create_future()
        self._askers.append(asker)
        self._add(begin)
        return asker

    def end(self, end: End) -> None:
        """Record what became of a copy, at the latest with the next text of its session."""
        self._add(end)

    def fault(self, fault: RelayFault) -> None:
        """Record that a relay would not have us."""
        self._add(fault)

    async def claim(self, limit: int) -> list[Job]:
        """Claim what is due, and make the claim survive a power cut; waits for the ledger."""
        jobs: list[Job] = []
        while True:
            self._raise_fault()
            try:
                # What is claimed stays so while it cannot be synced; another claim would leave it.
                jobs = jobs or self._ledger.claim(limit, self._now())
                if jobs:
                    await asyncio.to_thread(self._ledger.sync)
            except LedgerError as error:
                await asyncio.sleep(self._pause(error))
            else:
                self._works()
                return jobs

    async def settled(self) -> None:
        """Return when everything is recorded. Raises what keeps it from ever being so."""
        await self._settled.wait()
        self._raise_fault()

    def close(self) -> None:
        """One last try to record what waits, without waiting; what is not stays in hand."""
        if self._waiting and self._fault is None:
            self._flush()
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None

    # --- the one transaction ------------------------------------------------------------------

    def _add(self, entry: Entry) -> None:
        if self._fault is not None:
            return  # nothing more is written: it stays in hand, and the next run settles it
        self._waiting.append(entry)
        self._settled.clear()
        if self._flushing is None:
            self._flushing = self._loop.call_soon(self._flush_soon)

    def _flush_soon(self) -> None:
        """After the next turn too: the replies that have come meanwhile are of the same commit."""
        self._flushing = self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = None
        self._askers_gone()
        entries, self._waiting = self._waiting, []
        askers, self._askers = self._askers, []
        try:
            answers = self._ledger.commit(entries, self._now()) if entries else []
        except LedgerError as error:
            self._waiting = entries
            self._askers = askers
            if isinstance(error, FencedError):
                return self._fail(error)
            self._flushing = self._loop.call_later(self._pause(error), self._flush)
            return None
        except BaseException as error:
            self._askers = askers
            return self._fail(error)
        self._works()
        for asker, answer in zip(askers, answers, strict=True):
            if not asker.done():
                asker.set_result(answer)
        if not self._waiting:
            self._settled.set()
        return None

    def _askers_gone(self) -> None:
        """Sessions that were closed while they asked: their texts do not begin."""
        if not any(asker.done() for asker in self._askers):
            return
        begins = [entry for entry in self._waiting if isinstance(entry, Begin)]
        gone = {
            id(begin) for begin, asker in zip(begins, self._askers, strict=True) if asker.done()
        }
        self._waiting = [entry for entry in self._waiting if id(entry) not in gone]
        self._askers = [asker for asker in self._askers if not asker.done()]

    # --- when it cannot be used ---------------------------------------------------------------

    def _pause(self, error: LedgerError) -> float:
        """How long to wait after this; says why, once."""
        if isinstance(error, FencedError):
            self._fail(error)
            raise error
        moment = self._loop.time()
        if self._busy_since is None:
            self._busy_since = moment
        busy = isinstance(error, LedgerBusyError)
        if not self._told and not (busy and moment - self._busy_since < SAID_AFTER):
            self._told = True
            self._say(f"NOT RECORDING: {error}. Nothing is sent until it is; it goes on by itself.")
        return BUSY_PAUSE if busy and not self._told else BROKEN_PAUSE

    def _works(self) -> None:
        if self._told:
            self._say("the ledger can be used again; sending goes on")
        self._busy_since, self._told = None, False

    def _fail(self, error: BaseException) -> None:
        self._fault = error
        for asker in self._askers:
            if not asker.done():
                asker.set_exception(error)
        self._askers, self._waiting = [], []
        self._settled.set()

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault
