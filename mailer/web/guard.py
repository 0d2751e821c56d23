"""What every request passes, and what every answer says to the browser: of the console, and of all.

A request for another host's name is refused (DNS rebinding, poisoned links); so is one that
changes something and was not sent by a page of ours (CSRF), which the browser itself tells by
Sec-Fetch-Site and Origin; so is a body that is too large. An answer runs no script but ours.
"""

from __future__ import annotations

import ipaddress
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailer.config import Console, Listener

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""The Content-Security-Policy of a page that sets no other."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What an answer says unless it says otherwise itself."""

_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.ASCII)


class Guard(ABC):
    """ASGI middleware, outermost of all. A fault is answered here, so that it has the headers."""

    def __init__(
        self,
        app: ASGIApp,
        config: Listener,
        headers: Mapping[str, str],
        fault: Callable[[Request], Response],
    ) -> None:
        self._app = app
        self._fault = fault
        self._names = config.names
        self._headers = dict(headers)
        self._secure = config.secure
        if self._secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    @abstractmethod
    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """The answer to a request that goes no further."""

    @abstractmethod
    def _may_be_kept(self, path: str, status: int) -> bool:
        """Whether a browser may keep an answer; else it is told not to."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on and add what the answer has to say."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if not self._may_be_kept(scope["path"], message["status"]):
                    headers["Cache-Control"] = "no-store"
                if self._secure:
                    message["headers"] = list(map(_secured, message["headers"]))
                begun = True
            await send(message)

        try:
            await (self._refusal(scope) or self._app)(scope, receive, send_with_headers)
        except Exception:
            if not begun:
                await self._fault(Request(scope))(scope, receive, send_with_headers)
            raise  # for the log


class ConsoleGuard(Guard):
    """What the console refuses before it looks at who asks."""

    def __init__(self, app: ASGIApp, config: Console, fault: Callable[[Request], Response]) -> None:
        super().__init__(app, config, HEADERS, fault)
        self._own = _origin(config.base_url) if config.base_url else ""

    def _may_be_kept(self, path: str, status: int) -> bool:  # noqa: ARG002
        return path.startswith("/static/")

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if named_host(headers) not in self._names:
            said = "This is not the address of the console; see [console] base_url.\n"
            return PlainTextResponse(said, 421)
        if scope["method"] not in SAFE and not self._is_ours(scope, headers, headers["host"]):
            said = "This was not sent by a page of the console, and was not done.\n"
            return PlainTextResponse(said, 403)
        return None

    def _is_ours(self, scope: Scope, headers: Headers, host: str) -> bool:
        """Whether the browser says that a page of ours sent it. One that says nothing is not."""
        if scope["path"].startswith("/api/"):
            return True  # it looks at no cookie; and no browser adds a token by itself
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site == "same-origin"
        return origin in {self._own, f"{scope['scheme']}://{host}"} - {""}


def named_host(headers: Headers) -> str:
    """The host that a request is for, in lower case; "" if it names none, or more than one."""
    hosts = headers.getlist("host")
    found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    return found["name"].strip("[]").lower() if found else ""


def network_of(address: str) -> str:
    """Whose address it is: one IPv6 subscriber has a whole /64 of them (RFC 6177)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6:
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _secured(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """No cookie of a site with TLS ever goes over a line without."""
    name, value = header
    plain = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return (name, value + b"; Secure") if plain else header


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
