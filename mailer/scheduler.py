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
from mailer.core.errors import FencedError, LedgerBusyError, LedgerError
from mailer.delivery.sender import Sender
from mailer.ledger.dispatching import Notice
from mailer.ledger.flight import Flight
from mailer.ledger.queue import Queue

TICK = timedelta(seconds=1)
SEEN_EVERY = timedelta(seconds=5)
WARMED_EVERY = timedelta(seconds=5)
LONG_LOOK = timedelta(seconds=5)
"""How long a look at the ledger may take before a person is told."""
STOP_WITHIN = timedelta(seconds=8)
"""How long copies in flight have to come to an end once the run was told to stop."""
LOOK_WITHIN = timedelta(seconds=1)
"""How long, before that, a look at the ledger has."""

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
        sender: Callable[[Flight], Sender],
        now: Clock,
        say: Callable[[str], None],
        *,
        late_grace: timedelta,
        warm: timedelta,
        check_clock: bool,
        read: Callable[[], Reading] | None = None,
    ) -> None:
        self._queue = queue
        self._make_sender = sender
        self._now = now
        self._say = say
        self._late_grace = late_grace
        self._warm = warm
        self._check_clock = check_clock
        self._read = read or partial(read_clocks, now)
        self._reading: Reading | None = None
        self._stop = asyncio.Event()
        self._flight: Flight | None = None
        self._sender: Sender | None = None
        self._sending: asyncio.Task[None] | None = None
        self._warming: asyncio.Task[None] | None = None
        self._warmed_at: datetime | None = None
        self._told = False
        self._seen_at = now()
        self._fault: BaseException | None = None
        self._idle = asyncio.Event()
        self._idle.set()
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
            await self._finish_tick()
            self._scheduler.shutdown(wait=False)
            await self._finish_sending()
            await self._end()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
        if self._fault is not None:
            raise self._fault

    async def run_once(self) -> bool:
        """Do all that is due now and end; False if what is left needs a person or the relay."""
        said = await self._begin()
        try:
            doubt = await self._start_due()
            await self._at_work.send_due()
            await self._close_done()
            left = await asyncio.to_thread(self._queue.left_over)
            self._tell([notice for notice in left if notice not in said])
            return not (left or doubt) and self._at_work.closed_until is None
        finally:
            await self._end()

    def stop(self, *, quietly: bool = False) -> None:
        """Begin no other copy, finish those in flight, and end."""
        if not (quietly or self._stop.is_set()):
            self._say("stopping: finishing the copies in flight")
        if self._sender is not None:
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
            max_instances=2,  # the tick that arms this one may not be over when it begins
        )

    async def _on_tick(self) -> None:
        if self._stop.is_set() or not self._idle.is_set():
            return
        self._idle.clear()
        self._ticked = asyncio.get_running_loop().time()
        try:
            pause = await self._tick()
        except FencedError as error:
            self._fail(error)
        except LedgerError as error:
            # It may pass: a full disk is emptied, a lock let go. Nothing is sent meanwhile.
            # While copies are being sent, it is the sender that says so.
            if self._sending is None or self._sending.done():
                self._tell_once(f"{error}; trying on")
            pause = TICK
        except Exception as error:
            self._fail(error)
        except asyncio.CancelledError:
            # The scheduler cancels a tick that is under way when the run ends, and would log it.
            if not self._stop.is_set():
                raise
        else:
            self._told = False
        finally:
            self._idle.set()
        if not self._stop.is_set():
            self._ticked = asyncio.get_running_loop().time()
            self._arm(pause)

    async def _keep_ticking(self) -> None:
        """Until told to stop: arm a tick where none came for a while by the steady clock."""
        loop = asyncio.get_running_loop()
        self._ticked = loop.time()
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), TICK.total_seconds())
            late = loop.time() - self._ticked
            if not self._idle.is_set():  # beside one that takes long, none would begin
                if late > LONG_LOOK.total_seconds():
                    self._tell_once(
                        "the ledger is waited for: another process may be writing to it; "
                        "what is due goes as soon as that ends"
                    )
            elif late > 2 * TICK.total_seconds():
                self._arm(timedelta())

    # --- a tick -------------------------------------------------------------------------------

    async def _begin(self) -> list[Notice]:
        notices = await asyncio.to_thread(self._queue.start_run, self._now(), self._late_grace)
        self._flight = self._queue.flight()
        self._sender = self._make_sender(self._flight)
        self._tell(notices)
        return notices

    @property
    def _at_work(self) -> Sender:
        if self._sender is None:
            raise RuntimeError("the run has not begun")
        return self._sender

    async def _tick(self) -> timedelta:
        """Look once; how long to wait before the next look."""
        await self._start_due()
        self._set_sending()
        await self._close_done()
        await self._show_life()
        now = self._now()
        self._look_ahead(now)
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
        else:
            self._at_work.look_again()

    async def _send_and_close(self) -> None:
        try:
            await self._at_work.send_due()
            with contextlib.suppress(LedgerError):  # the next tick does it
                await self._close_done()
        except* Exception as group:
            self._fail(_first(group))

    def _look_ahead(self, now: datetime) -> None:
        """Before a lift, get connections and texts ready; without one, let idle sessions go."""
        if self._warming is not None and not self._warming.done():
            return
        if self._flight is None or (self._sending is not None and not self._sending.done()):
            return
        try:
            soon = self._flight.upcoming(now, self._warm)
        except LedgerBusyError:
            return  # the next tick looks again; this one must not be late for it
        cold = self._warmed_at is None or abs(now - self._warmed_at) >= WARMED_EVERY
        if soon and cold:
            self._warmed_at = now
            self._warming = asyncio.create_task(self._at_work.warm(soon))
        elif not soon:
            self._warming = asyncio.create_task(self._at_work.close())

    async def _show_life(self) -> None:
        now = self._now()
        if abs(now - self._seen_at) >= SEEN_EVERY:
            await asyncio.to_thread(self._queue.seen, now)
            self._seen_at = now

    # --- the end ------------------------------------------------------------------------------

    async def _finish_tick(self) -> None:
        """A look at the ledger comes to its end: cut off, it would be told as a fault."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), LOOK_WITHIN.total_seconds())

    async def _finish_sending(self) -> None:
        self._at_work.stop()
        for task in (self._warming, self._sending):
            if task is None or task.done():
                continue
            _, late = await asyncio.wait([task], timeout=STOP_WITHIN.total_seconds())
            for one in late:
                one.cancel()
                await asyncio.wait([one])

    async def _end(self) -> None:
        await self._at_work.close()
        if self._flight is not None:
            self._flight.close()
        # A run that cannot say that it ended is one that was stopped: the next one settles it.
        with contextlib.suppress(LedgerError):
            await asyncio.to_thread(self._queue.end_run, self._now())

    def _tell_once(self, text: str) -> None:
        if not self._told:
            self._told = True
            self._say(text)

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
