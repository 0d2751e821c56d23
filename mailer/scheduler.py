"""Ticks over what the ledger says is due. The only reader of the clock.

The ledger is the schedule: APScheduler only says "look now", once a second and once more exactly
at the next instant the ledger knows of. A tick never waits for the sending it sets going.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from mailer.delivery.sender import Sender
from mailer.ledger.dispatching import Notice
from mailer.ledger.queue import Queue

TICK = timedelta(seconds=1)
SEEN_EVERY = timedelta(seconds=5)
STOP_WITHIN = timedelta(seconds=8)
"""How long copies in flight have to come to an end once the run was told to stop."""


class Clock(Protocol):
    """Tells the time: an aware datetime in UTC."""

    def __call__(self) -> datetime:
        """The present instant."""


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class Runner:
    """One `mailer run`: starts what is due, lets the sender send it, until it is told to stop."""

    def __init__(
        self,
        queue: Queue,
        sender: Sender,
        now: Clock,
        late_grace: timedelta,
        say: Callable[[str], None],
    ) -> None:
        self._queue = queue
        self._sender = sender
        self._now = now
        self._late_grace = late_grace
        self._say = say
        self._stop = asyncio.Event()
        self._ticking = asyncio.Lock()
        self._sending: asyncio.Task[None] | None = None
        self._seen_at = now()
        self._fault: BaseException | None = None
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            # A tick that comes late is still wanted, and one is enough.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    async def run(self) -> None:
        """Run until SIGINT, SIGTERM or `stop`; finish what is in flight; raise what failed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        await self._begin()
        self._scheduler.add_job(self._tick, IntervalTrigger(seconds=int(TICK.total_seconds())))
        self._scheduler.start()
        try:
            await self._tick()
            await self._stop.wait()
        finally:
            self._scheduler.shutdown(wait=False)
            await self._finish_sending()
            await asyncio.to_thread(self._queue.end_run, self._now())
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
        if self._fault is not None:
            raise self._fault

    async def run_once(self) -> bool:
        """Do all that is due now and end; False if what is left needs a person or the relay."""
        await self._begin()
        try:
            await self._start_due()
            await self._sender.send_due()
            await self._close_done()
            left = await asyncio.to_thread(self._queue.left_over)
            self._tell(left)
        finally:
            await asyncio.to_thread(self._queue.end_run, self._now())
        return not left and self._sender.closed_until is None

    def stop(self, *, quietly: bool = False) -> None:
        """Begin no other copy, finish those in flight, and end."""
        if not (quietly or self._stop.is_set()):
            self._say("stopping: finishing the copies in flight")
        self._sender.stop()
        self._stop.set()

    # --- a tick -------------------------------------------------------------------------------

    async def _begin(self) -> None:
        now = self._now()
        self._tell(await asyncio.to_thread(self._queue.start_run, now, self._late_grace))

    async def _tick(self) -> None:
        if self._stop.is_set():
            return
        try:
            async with self._ticking:
                await self._start_due()
                self._set_sending()
                await self._close_done()
                await self._show_life()
                await self._wake_at_next_instant()
        except Exception as error:
            self._fail(error)

    async def _start_due(self) -> None:
        now = self._now()
        self._tell(await asyncio.to_thread(self._queue.start_due, now, self._late_grace))

    async def _close_done(self) -> None:
        self._tell(await asyncio.to_thread(self._queue.close_done, self._now()))

    def _set_sending(self) -> None:
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_and_close())

    async def _send_and_close(self) -> None:
        try:
            await self._sender.send_due()
            await self._close_done()
        except* Exception as group:
            self._fail(_first(group))

    async def _show_life(self) -> None:
        now = self._now()
        if abs(now - self._seen_at) >= SEEN_EVERY:
            await asyncio.to_thread(self._queue.seen, now)
            self._seen_at = now

    async def _wake_at_next_instant(self) -> None:
        now = self._now()
        at = await asyncio.to_thread(self._queue.next_instant, now)
        if at is not None and at - now < 2 * TICK:
            self._scheduler.add_job(
                self._tick, DateTrigger(at), id="next instant", replace_existing=True
            )

    # --- the end ------------------------------------------------------------------------------

    async def _finish_sending(self) -> None:
        self._sender.stop()
        if self._sending is None or self._sending.done():
            return
        _, late = await asyncio.wait([self._sending], timeout=STOP_WITHIN.total_seconds())
        for task in late:
            task.cancel()
            await asyncio.wait([task])

    def _fail(self, error: BaseException) -> None:
        self._fault = self._fault or error
        self.stop()

    def _tell(self, notices: list[Notice]) -> None:
        for notice in notices:
            self._say(f"{notice.subject}: {notice.text}" if notice.subject else notice.text)


def _first(error: BaseException) -> BaseException:
    """The first fault of a group: what a person should hear of."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
