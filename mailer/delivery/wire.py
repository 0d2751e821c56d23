"""The bytes of an open SMTP session: commands out in one write, replies in, in their order.

aiosmtplib opens a session, secures it and logs in; then this protocol takes the transport over,
because aiosmtplib waits for each reply before it sends the next command. Here several commands may
be on their way (RFC 2920), and whatever comes that was not asked for, or is not SMTP, is a fault:
from then on nothing on this line can be believed.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from functools import lru_cache
from itertools import islice
from typing import cast

from mailer.core.outcome import Reply

LONGEST_LINE = 8192
LONGEST_REPLY = 4 * LONGEST_LINE
"""Octets. RFC 5321 §4.5.3.1.5 allows 512 a line; some relays say more, none says this much."""

LONGEST_KEPT = 512
"""Octets of replies that are remembered as they were read."""

REPLY_LINE = re.compile(rb"([1-5][0-9][0-9])([ -]?)(.*)", re.DOTALL)


class WireError(Exception):
    """The line is of no more use: closed, silent for too long, or not speaking SMTP."""


class Wire(asyncio.Protocol):
    """One connection. `put` says how many replies a write asks for; `reply` gives the next one."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._rest = b""
        self._code = b""
        self._said: list[bytes] = []
        self._replies: deque[Reply] = deque()
        self._owed = 0
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._patience = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._fault: WireError | None = None
        self._garbled = False
        self._closed = False
        transport.set_protocol(self)

    @property
    def usable(self) -> bool:
        """Whether nothing has gone wrong, and no reply has come that nobody asked for."""
        return not (self._fault or self._closed or len(self._replies) > self._owed)

    @property
    def owed(self) -> int:
        """How many replies are still to be read, come or not."""
        return self._owed

    def put(self, replies: int, *data: bytes) -> None:
        """Write in one go, and expect so many replies. Raises WireError if it is not usable."""
        if not self.usable:
            raise self._fault or WireError("the relay said something that nobody asked for")
        self._owed += replies
        self._transport.writelines(data)

    async def reply(self, timeout: float) -> Reply:
        """The next reply, whole, within `timeout` seconds however it trickles in.

        Raises WireError for a line that closed, for silence, and for what is not SMTP.
        """
        if not self._replies:
            if self._fault is not None:
                raise self._fault
            if self._closed:
                raise WireError("the connection is closed")
            self._waiter = self._loop.create_future()
            self._expect_within(timeout)
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._next()

    def at_hand(self) -> Reply | None:
        """The next reply if it has come already. Raises WireError for what nobody asked for."""
        return self._next() if self._replies else None

    def _next(self) -> Reply:
        reply = self._replies.popleft()
        self._owed -= 1
        if len(self._replies) > self._owed or (self._garbled and not self._owed):
            raise self._broken("the relay said something that nobody asked for")
        return reply

    def waiting(self, most: int) -> tuple[Reply, ...]:
        """The next replies, so many at most, that have come and were not read yet."""
        return tuple(islice(self._replies, most))

    def abort(self) -> None:
        """Close at once: what is not yet written never will be."""
        if not self._closed:
            self._closed = True
            self._unset_alarm()
            self._transport.abort()

    def _expect_within(self, timeout: float) -> None:
        """An alarm for every reply would cost more than the reply: one is set again if it must."""
        self._patience = timeout
        self._deadline = self._loop.time() + timeout
        if self._alarm is None or self._alarm.when() > self._deadline:
            self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_at(self._deadline, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._waiter is None:
            return
        if self._loop.time() < self._deadline:
            self._set_alarm()
        else:
            self._broken(f"no answer within {round(self._patience, 1):g} s")

    def _unset_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _broken(self, what: str, cause: Exception | None = None) -> WireError:
        if self._fault is None:
            self._fault = WireError(what)
            self._fault.__cause__ = cause
        if self._waiter is not None and not self._waiter.done():
            # What was said before it broke still counts.
            if self._replies:
                self._waiter.set_result(None)
            else:
                self._waiter.set_exception(self._fault)
        return self._fault

    # --- what asyncio calls -------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Octets from the relay: whole replies are kept in their order."""
        if self._fault is not None:
            return None
        known = None if self._rest or self._code else _known(data)
        if known is not None:
            self._replies += known
        elif not self._read_all(data):
            return self._garble()
        if self._replies and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        return None

    def _garble(self) -> None:
        self._garbled = True
        self._broken("the relay's reply is not SMTP")

    def _read_all(self, data: bytes) -> bool:
        *lines, self._rest = (self._rest + data).split(b"\n")
        return (
            all(self._read(line.removesuffix(b"\r")) for line in lines)
            and len(self._rest) <= LONGEST_LINE
        )

    def _read(self, line: bytes) -> bool:
        """Take one line of a reply (RFC 5321 §4.2); False if it cannot be one."""
        match = REPLY_LINE.fullmatch(line)
        if match is None or len(line) > LONGEST_LINE:
            return False
        code, more, text = match.groups()
        if self._code and code != self._code:
            return False
        if not more and text:
            return False
        self._code = code
        self._said.append(text)
        if more == b"-":
            return sum(map(len, self._said)) <= LONGEST_REPLY
        self._replies.append(_reply(code, b"\n".join(self._said)))
        self._code, self._said = b"", []
        return True

    def eof_received(self) -> None:
        """The relay has nothing more to say; the transport closes itself."""
        self._broken("the relay closed the connection")

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone; replies that came before can still be read."""
        self._closed = True
        self._unset_alarm()
        self._broken("the relay closed the connection", exc)


@lru_cache(maxsize=256)
def _known(data: bytes) -> tuple[Reply, ...] | None:
    """The replies that this is, each one whole line, or None: most of it a relay says often."""
    *lines, rest = data.split(b"\r\n")
    if rest or len(data) > LONGEST_KEPT or data.count(b"\n") > len(lines):
        return None
    matches = [REPLY_LINE.fullmatch(line) for line in lines]
    whole = [match for match in matches if match is not None and match[2] == b" "]
    return tuple(_reply(one[1], one[3]) for one in whole) if len(whole) == len(lines) else None


def _reply(code: bytes, said: bytes) -> Reply:
    text = said.strip().decode(errors="replace").replace("\0", "\ufffd")
    return Reply.parse(int(code), text)


def take_over(transport: asyncio.BaseTransport) -> Wire:
    """The wire of a transport that has been opened and secured. Call in its event loop."""
    return Wire(cast(asyncio.Transport, transport))
