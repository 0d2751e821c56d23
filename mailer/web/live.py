"""One look at the ledger a second for all who watch, however many they are.

While somebody watches, one task looks, in a thread; every watcher gets the same `Look`. Nobody
watching: nobody looks. A page that is loaded takes the look there is, if it is not a second old.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from fastapi import Request

from mailer.core.errors import MailerError
from mailer.core.outlook import Outlook, Sample, rate
from mailer.ledger.outlook import Counts

EVERY_S = 1.0
AT_MOST = 200
"""How many may watch at once."""

_SAMPLES = 32


@dataclass(frozen=True, slots=True)
class Look:
    """The desk as it was seen, and how many copies of each dispatch are accepted in a second.

    `shown` keeps what was made of it for one reader, for the next one of the same role.
    """

    outlook: Outlook
    rates: Mapping[int, float]
    shown: dict[object, str] = field(default_factory=dict, compare=False)


class TooManyError(MailerError):
    """More than AT_MOST watch already."""


class Live:
    """What is seen of one office. `look_at` is asked in a thread, and never twice at once."""

    def __init__(self, look_at: Callable[[Counts], Outlook], every_s: float = EVERY_S) -> None:
        self._look_at = look_at
        self._every_s = every_s
        self._counts = Counts()
        self._samples: dict[int, deque[Sample]] = {}
        self._lock = threading.Lock()
        self._last: Look | None = None
        self._last_at = 0.0
        self._watchers = 0
        self._task: asyncio.Task[None] | None = None
        self._news: asyncio.Future[Look] | None = None

    def look(self, *, fresh: bool = False) -> Look:
        """The desk now, or less than a second ago; `fresh` insists on now. From any thread."""
        with self._lock:
            old = time.monotonic() - self._last_at >= self._every_s
            if self._last is None or old or fresh:
                outlook = self._look_at(self._counts)
                self._last = Look(outlook, self._rates(outlook))
                self._last_at = time.monotonic()
            return self._last

    async def watch(self) -> AsyncGenerator[Look | None]:
        """Every look from now on, the present one first; None: the ledger could not be read.

        Whoever is slow misses looks, and gets none twice. Raises TooManyError.
        """
        if self._watchers >= AT_MOST:
            raise TooManyError(f"{AT_MOST} are watching already; close a few windows")
        self._watchers += 1
        try:
            news = self._next()
            if self._task is None:
                self._task = asyncio.create_task(self._keep_looking())
            with contextlib.suppress(MailerError):
                yield await asyncio.to_thread(self.look)
            while True:
                try:
                    seen: Look | None = await asyncio.shield(news)
                except MailerError:
                    seen = None
                news = self._next()
                yield seen
        finally:
            self._watchers -= 1
            if not self._watchers and self._task is not None:
                self._task.cancel()
                self._task, self._news = None, None

    def _next(self) -> asyncio.Future[Look]:
        if self._news is None:
            self._news = asyncio.get_running_loop().create_future()
        return self._news

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            news, self._news = self._next(), None
            try:
                news.set_result(await asyncio.to_thread(self.look, fresh=True))
            except MailerError as error:
                news.set_exception(error)
                news.exception()  # nobody may be waiting for it

    def _rates(self, outlook: Outlook) -> dict[int, float]:
        going = {one.dispatch: one for one in outlook.going}
        self._samples = {key: kept for key, kept in self._samples.items() if key in going}
        found: dict[int, float] = {}
        for key, one in going.items():
            kept = self._samples.setdefault(key, deque(maxlen=_SAMPLES))
            if not kept or kept[-1].at != one.counted_at:
                kept.append(Sample(one.counted_at, one.tally.accepted))
            now = rate(kept)
            if now is not None and one.state == "sending":
                found[key] = now
        return found


def live(request: Request) -> Live:
    """The one of the console, who looks for everybody."""
    return cast(Live, request.app.state.live)
