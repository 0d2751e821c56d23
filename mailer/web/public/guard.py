"""What every request to the public pages passes, and what every answer says to the browser.

There is no cookie and no session: the token in the address is all there is, so no other site can
borrow anything of a journalist's. Answers to a token take `Floors`, or twice that, or three times,
whatever had to be looked up or written meanwhile: nobody learns from the time whether a token is
known, on a machine that is busy as little as on one that is not. A fault is answered here too, so
that its page has what every answer has.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailer.config import Public
from mailer.scheduler import Clock
from mailer.web.guard import named_host

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
        times = self._seen.setdefault(_network(address), deque())
        while times and not timedelta() <= now - times[0] < WINDOW:
            times.popleft()
        if len(times) >= self._limit:
            return False
        times.append(now)
        return True


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((found, 64), strict=False))


class Guard:
    """ASGI middleware, outermost of all."""

    def __init__(
        self, app: ASGIApp, config: Public, now: Clock, floors: Floors, fault: ASGIApp
    ) -> None:
        self._app = app
        self._fault = fault
        self._names = config.names
        self._now = now
        self._floors = floors
        self._rate = Rate(config.requests_a_minute)
        self._headers = dict(HEADERS)
        if config.secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on, and add what the answer has to say."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        began = time.monotonic()
        style = scope["path"] == "/style.css"
        floor = self._floors.writing if scope["method"] == "POST" else self._floors.looking

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if not (style and message["status"] == HTTPStatus.OK):
                    headers["Cache-Control"] = "no-store"
                if not style:
                    await _exactly(_until_next(floor, time.monotonic() - began))
                started = True
            await send(message)

        try:
            await (self._refusal(scope) or self._app)(scope, _in_time(receive), send_with_headers)
        except Exception:
            if not started:
                await self._fault(scope, receive, send_with_headers)
            raise  # to the server, which tells of it

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
