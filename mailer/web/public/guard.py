"""What every request to the public pages passes, and what every answer says to the browser.

There is no cookie and no session: the token in the address is all there is, so no other site can
borrow anything of a journalist's. Answers to a token take `Floors`, or twice that, or three times,
whatever had to be looked up or written meanwhile: nobody learns from the time whether a token is
known, on a machine that is busy as little as on one that is not. A fault is answered here too, so
that its page has what every answer has.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailer.config import Public
from mailer.scheduler import Clock
from mailer.web.guard import Guard, named_host, network_of

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""No script runs, whoever wrote it."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

STYLE = "/style.css"
"""Where the one stylesheet is: the same for everybody, at once, and kept."""

WINDOW = timedelta(minutes=1)
MOST_ADDRESSES = 50_000
TICK_S = 0.002
"""More than the event loop's timers are late by."""
BODY_WITHIN_S = 10
"""Seconds in which a request's body must have come."""
LONGEST_ADDRESS = 64
"""Characters of a network address: a proxy may pass on whatever somebody wrote."""


@dataclass(frozen=True, slots=True)
class Floors:
    """What an answer takes, in seconds, or a multiple of it: one that only looks, or may write."""

    looking: float = 0.05
    writing: float = 0.3


class Rate:
    """At most so many requests a minute from one address; of IPv6, from one network (/64)."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: dict[str, deque[datetime]] = {}

    def allows(self, address: str, now: datetime) -> bool:
        """Whether one more request may come from there; if so, it is counted."""
        if len(self._seen) >= MOST_ADDRESSES:
            self._seen = {
                key: times for key, times in self._seen.items() if now - times[-1] < WINDOW
            }
            if len(self._seen) >= MOST_ADDRESSES:
                self._seen = {}  # so many at once are no readers; memory is not theirs to fill
        times = self._seen.setdefault(network_of(address), deque())
        while times and not timedelta() <= now - times[0] < WINDOW:
            times.popleft()
        if len(times) >= self._limit:
            return False
        times.append(now)
        return True


class PublicGuard(Guard):
    """What the public pages refuse before they look at a token; and when each is answered."""

    def __init__(
        self,
        app: ASGIApp,
        config: Public,
        now: Clock,
        floors: Floors,
        fault: Callable[[Request], Response],
    ) -> None:
        super().__init__(app, config, HEADERS, fault)
        self._now = now
        self._floors = floors
        self._rate = Rate(config.requests_a_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same, with an answer that takes a multiple of its floor."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        began = time.monotonic()
        floor = self._floors.writing if scope["method"] == "POST" else self._floors.looking

        async def send_in_time(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"] != STYLE:
                await _exactly(_until_next(floor, time.monotonic() - began))
            await send(message)

        await super().__call__(scope, _in_time(receive), send_in_time)

    def _may_be_kept(self, path: str, status: int) -> bool:
        return path == STYLE and status == HTTPStatus.OK

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        if named_host(Headers(scope=scope)) not in self._names:
            return PlainTextResponse("This is not the address of these pages.\n", 421)
        if not self._rate.allows(client(Request(scope)), self._now()):
            wait = str(int(WINDOW.total_seconds()))
            said = "Too many requests from your network. Please try again in a minute.\n"
            return PlainTextResponse(said, 429, {"Retry-After": wait})
        return None


def client(request: Request) -> str:
    """The network address that a request comes from, as far as it is known."""
    return request.client.host[:LONGEST_ADDRESS] if request.client else "unknown"


def _until_next(floor: float, spent: float) -> float:
    """Seconds until the time that an answer has taken is the next multiple of its floor."""
    return -spent % floor if floor else 0.0


async def _exactly(seconds: float) -> None:
    """Sleep that long and not up to a millisecond longer.

    Event loops count whole milliseconds from the moment they are asked, so that the fraction of the
    last one would tell when that was: what had been looked up or written until then.
    """
    until = time.monotonic() + seconds
    await asyncio.sleep(seconds - TICK_S)
    while time.monotonic() < until:
        await asyncio.sleep(0)


def _in_time(receive: Receive) -> Receive:
    """The same for a body that comes in time; of any other, as if its sender had gone."""
    until = asyncio.get_running_loop().time() + BODY_WITHIN_S
    more = True

    async def receive_in_time() -> Message:
        nonlocal more
        if not more:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        more = message.get("more_body", False)
        return message

    return receive_in_time
