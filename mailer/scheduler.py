"""Ticks over what the ledger says is due. The only reader of the clocks.

The ledger is the schedule: a tick looks at it once a second, and once more exactly at the next
instant the ledger knows of. A tick never waits for the sending it sets going. Each tick first
judges the clock, and starts what is due at the very instant that was judged: nothing embargoed is
started by a clock in doubt.

APScheduler says when to look. It waits by the wall clock, so a tick is a job of its own, armed
anew each time (an interval would count up a million missed runs when the clock jumps a month), and
a steady clock watches that the ticks go on when the wall clock is set back.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from mailer.core import clockwatch
from mailer.core.clockwatch import Doubt, Reading
from mailer.delivery.sender import Sender
from mailer.ledger.dispatching import Notice
from mailer.ledger.queue import Queue

TICK = timedelta(seconds=1)
SEEN_EVERY = timedelta(seconds=5)
STOP_WITHIN = timedelta(seconds=8)
"""How long copies in flight have to come to an end once the run was told to stop."""

# The steady clock must go on while the machine sleeps, as the wall clock does; else every waking
# would look like a jump forward. Linux's CLOCK_MONOTONIC and Python's time.monotonic() stop then;
# macOS has no CLOCK_BOOTTIME, but its CLOCK_MONOTONIC_RAW goes on.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC_RAW)
_TOGETHER = 0.1
_TIME_ERROR = 5


class Clock(Protocol):
    """Tells the time: an aware datetime in UTC."""

    def __call__(self) -> datetime:
        """The present instant."""


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def read_clocks(now: Clock) -> Reading:
    """The wall clock that `now` is, the steady clock and the kernel's word, at one moment."""
    while True:
        began = time.clock_gettime(_STEADY)
        wall = now()
        ended = time.clock_gettime(_STEADY)
        # If we were kept waiting in between, the two would not be of one moment.
        if ended - began < _TOGETHER:
            return Reading(wall, ended, kernel_synchronised())


def kernel_synchronised() -> bool | None:
    """Whether the kernel holds its clock for synchronised; None where it cannot say.

    adjtimex(2) with no modes changes nothing and needs no right; it returns TIME_ERROR while
    STA_UNSYNC is set. Only Linux has it.
    """
    try:
        adjtimex = ctypes.CDLL(None).adjtimex
    except (AttributeError, OSError):
        return None
    timex = (ctypes.c_long * 64)()  # all zero, and larger than any kernel's struct timex
    state = adjtimex(timex)
    return None if state < 0 else bool(state != _TIME_ERROR)


class Runner:
    """One `mailer run`: starts what is due, lets the sender send it, until it is told to stop."""

    def __init__(
        self,
        queue: Queue,
        sender: Sender,
        now: Clock,
        late_grace: timedelta,
        say: Callable[[str], None],
        *,
        check_clock: bool,
        read: Callable[[], Reading] | None = None,
    ) -> None:
        self._queue = queue
        self._sender = sender
        self._now = now
        self._late_grace = late_grace
        self._say = say
        self._check_clock = check_clock
        self._read = read or partial(read_clocks, now)
        self._reading: Reading | None = None
        self._stop = asyncio.Event()
        self._sending: asyncio.Task[None] | None = None
        self._seen_at = now()
        self._fault: BaseException | None = None
        self._ticking = False
        self._ticked = 0.0
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    async def run(self) -> None:
        """Run until SIGINT, SIGTERM or `stop`; finish what is in flight; raise what failed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        await self._begin()
        self._scheduler.start()
        self._arm(timedelta())
        try:
            await self._keep_ticking()
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
        said = await self._begin()
        try:
            doubt = await self._start_due()
            await self._sender.send_due()
            await self._close_done()
            left = await asyncio.to_thread(self._queue.left_over)
            self._tell([notice for notice in left if notice not in said])
        finally:
            await asyncio.to_thread(self._queue.end_run, self._now())
        return not (left or doubt) and self._sender.closed_until is None

    def stop(self, *, quietly: bool = False) -> None:
        """Begin no other copy, finish those in flight, and end."""
        if not (quietly or self._stop.is_set()):
            self._say("stopping: finishing the copies in flight")
        self._sender.stop()
        self._stop.set()

    # --- ticking ------------------------------------------------------------------------------

    def _arm(self, pause: timedelta) -> None:
        """One tick after a pause. A tick that comes late is still wanted."""
        self._scheduler.add_job(
            self._on_tick,
            DateTrigger(utc_now() + pause),
            id="tick",
            replace_existing=True,
            misfire_grace_time=None,
        )

    async def _on_tick(self) -> None:
        if self._ticking or self._stop.is_set():
            return
        self._ticking = True
        try:
            pause = await self._tick()
        except Exception as error:
            self._fail(error)
        else:
            self._ticked = asyncio.get_running_loop().time()
            self._arm(pause)
        finally:
            self._ticking = False

    async def _keep_ticking(self) -> None:
        """Until told to stop: arm a tick where none came for a while by the steady clock."""
        loop = asyncio.get_running_loop()
        self._ticked = loop.time()
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), TICK.total_seconds())
            if loop.time() - self._ticked > 2 * TICK.total_seconds():
                self._arm(timedelta())

    # --- a tick -------------------------------------------------------------------------------

    async def _begin(self) -> list[Notice]:
        notices = await asyncio.to_thread(self._queue.start_run, self._now(), self._late_grace)
        self._tell(notices)
        return notices

    async def _tick(self) -> timedelta:
        """Look once; how long to wait before the next look."""
        await self._start_due()
        self._set_sending()
        await self._close_done()
        await self._show_life()
        now = self._now()
        at = await asyncio.to_thread(self._queue.next_instant, now)
        return TICK if at is None else min(TICK, at - now)

    async def _start_due(self) -> Doubt | None:
        before, self._reading = self._reading, self._read()
        doubt = clockwatch.judge(before, self._reading, check_synchronised=self._check_clock)
        now = self._reading.wall
        if doubt is not None:
            await asyncio.to_thread(self._queue.hold_embargoed, doubt.reason, now)
            self._say(
                f"CLOCK NOT TRUSTED: {doubt.reason}. Embargoed sending is stopped. "
                "When the clock is right: mailer resume --all --by NAME"
            )
        self._tell(await asyncio.to_thread(self._queue.start_due, now, self._late_grace))
        return doubt

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
