"""A listener on this machine that the mail server hands messages to (LMTP, RFC 2033).

One recipient a transaction: the server is told to come again for the next, so that every answer
is about one message, and 250 is said only once it is in the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

HOST = "127.0.0.1"
PATIENCE_S = 300


class Handler:
    """Answers for each message. `take` blocks and is called in a thread; if it raises, `fault` is
    told, and the server is asked to try again later."""

    def __init__(self, take: Callable[[bytes], None], fault: Callable[[Exception], None]) -> None:
        self._take = take
        self._fault = fault

    async def handle_RCPT(  # noqa: N802
        self, _server: LMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient, whoever it is: the mail server knows who is ours."""
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: LMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take it, with the envelope written above it as a last server does (RFC 5321 §4.4)."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        head = f"Return-Path: <{_line(envelope.mail_from)}>\r\n"
        head += f"Delivered-To: {_line(envelope.rcpt_tos[0])}\r\n"
        try:
            await asyncio.to_thread(self._take, head.encode("utf-8", "replace") + content)
        except Exception as error:
            self._fault(error)
            return "451 4.3.0 Not recorded; try again later"
        return "250 2.0.0 Recorded"


class _Listener(LMTP):
    # A server on the way may have let longer lines through than RFC 5321 allows; a bounce that is
    # refused because of them is lost.
    line_length_limit = 1 << 20


async def listen(port: int, handler: Handler, most: int) -> asyncio.Server:
    """Listen on a port of this machine; OSError. Messages above `most` octets are refused."""

    def one() -> _Listener:
        arguments: dict[str, Any] = {"data_size_limit": most, "enable_SMTPUTF8": True}
        arguments |= {"ident": "mailer", "hostname": "localhost", "timeout": PATIENCE_S}
        return _Listener(handler, loop=asyncio.get_running_loop(), **arguments)

    return await asyncio.get_running_loop().create_server(one, HOST, port)


def _line(path: str | None) -> str:
    return "".join(c for c in path or "" if c.isprintable() and c not in "<>")
