"""Opening a session with a relay: the connection, its greeting, EHLO, TLS, AUTH.

Promises: TLS when it was asked for or no session at all; and no session with a relay whose replies
are not SMTP, or that says what nobody asked for. What a refusal means, core.outcome decides.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from mailer.config import Relay
from mailer.core.outcome import Reply, Step
from mailer.delivery.smtp import Session, Unavailable, describe
from mailer.delivery.wire import LONGEST_LINE, REPLY_LINE, take_over

_FAULTS = (aiosmtplib.SMTPException, OSError, ValueError, UnicodeError)
"""What aiosmtplib and the socket below it raise when a session will not open."""
_NOT_SMTP = -1
"""aiosmtplib's own code for what is not a reply."""


async def connect(relay: Relay) -> Session | Unavailable:
    """Open a session as the configuration has it: greeting, EHLO, TLS, AUTH.

    Never goes on in plaintext when `relay.tls` asks for TLS, whatever the relay says. All that
    follows the greeting has one `command_timeout` together.
    """
    client = _Client(
        hostname=relay.host,
        port=relay.port,
        local_hostname=relay.helo_name or None,
        timeout=relay.command_timeout.total_seconds(),
        use_tls=relay.tls == "tls",
        start_tls=False,  # done below, step by step, so that a refusal is told from a fault
        tls_context=ssl.create_default_context() if relay.tls != "none" else None,
    )
    step = Step.CONNECT
    try:
        try:
            await client.connect(timeout=relay.connect_timeout.total_seconds())
        except aiosmtplib.SMTPConnectResponseError as error:
            return _refused(client, Step.BANNER, error)
        async with asyncio.timeout(relay.command_timeout.total_seconds()):
            step = Step.EHLO
            await _hello(client, relay)
            if relay.tls == "starttls":
                step = Step.STARTTLS
                await client.starttls()
                step = Step.EHLO
                await _hello(client, relay)
            if relay.username:
                step = Step.AUTH
                await _login(client, relay)
    except aiosmtplib.SMTPResponseException as error:
        return _refused(client, step, error)
    except _FAULTS as error:
        _drop(client)
        if isinstance(error.__cause__ or error, ssl.SSLError):
            step = Step.STARTTLS
        return Unavailable(step, None, describe(error))
    if client.transport is None or client.transport.is_closing():
        _drop(client)
        return Unavailable(step, None, "the relay closed the connection")
    tls = client.transport.get_extra_info("ssl_object")
    extensions = dict(client.esmtp_extensions)
    wire = take_over(client.transport)
    return Session(wire, relay, extensions, tls.version() if tls else "")


async def _hello(client: aiosmtplib.SMTP, relay: Relay) -> None:
    """EHLO, and HELO for a relay that has none — unless TLS or AUTH needs what EHLO tells."""
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError as error:
        if error.code < 500 or relay.tls == "starttls" or relay.username:
            raise
        await client.helo()


async def _login(client: aiosmtplib.SMTP, relay: Relay) -> None:
    """AUTH by the plainest way the relay offers; TLS hides it, and only PLAIN's no is final.

    RFC 4954 §6: 504 says that a mechanism is not known, and another may be.
    """
    ways = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
    refusal: aiosmtplib.SMTPException | None = None
    for name, way in ways.items():
        if name in client.server_auth_methods:
            try:
                await way(relay.username, relay.secret())
                return
            except aiosmtplib.SMTPAuthenticationError as error:
                if error.code != 504:
                    raise
                refusal = error
    raise refusal or aiosmtplib.SMTPException("the relay offers no login that we know")


def _refused(
    client: aiosmtplib.SMTP, step: Step, error: aiosmtplib.SMTPResponseException
) -> Unavailable:
    _drop(client)
    reply = Reply.parse(error.code, error.message) if error.code > 0 else None
    return Unavailable(step, reply, " ".join(error.message.split()))


def _drop(client: aiosmtplib.SMTP) -> None:
    """Close at once: a farewell of TLS would wait for a peer that has refused us already."""
    transport = client.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    client.close()


class _Client(aiosmtplib.SMTP):
    """aiosmtplib's client, with replies that are read strictly."""

    async def _create_connection(self, timeout: float | None) -> aiosmtplib.SMTPResponse:
        """As the one it stands for, for a host and a port, but with our protocol."""
        loop = asyncio.get_running_loop()
        protocol = _Strictly(loop=loop, connection_lost_callback=self._on_connection_lost)
        secure: dict[str, Any] = {}
        if self.use_tls:
            secure = {"ssl": self.tls_context, "ssl_handshake_timeout": timeout}
        async with asyncio.timeout(timeout):
            self.transport, _ = await loop.create_connection(
                lambda: protocol, self.hostname or "", self.port or 0, **secure
            )
            self.protocol = protocol
            try:
                banner = await protocol.read_response()
            except aiosmtplib.SMTPResponseException as error:
                raise aiosmtplib.SMTPConnectResponseError(error.code, error.message) from error
        if banner.code != 220:
            raise aiosmtplib.SMTPConnectResponseError(banner.code, banner.message)
        return banner


class _Strictly(SMTPProtocol):
    """Replies as RFC 5321 §4.2 has them, one for each command; anything else ends the session.

    aiosmtplib takes the last of several codes for the reply's, and what stands behind a reply for
    the answer to the next command.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._rest = b""
        self._code = b""

    def data_received(self, data: bytes) -> None:
        """Octets from the relay, looked at before aiosmtplib does."""
        wrong = self._wrong_with(data)
        if not wrong:
            return super().data_received(data)
        waiter = self._response_waiter
        if waiter is not None and not waiter.done():
            fault = aiosmtplib.SMTPResponseException(_NOT_SMTP, wrong)
            self._set_response_exception(waiter, fault)
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        return None

    def _wrong_with(self, data: bytes) -> str:
        """What is wrong with this, in words; empty if it can be a part of the reply expected."""
        waiter = self._response_waiter
        over = waiter is None or waiter.done() or not self._response_pending
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            match = REPLY_LINE.fullmatch(line.removesuffix(b"\r"))
            if over:
                return "the relay said something that nobody asked for"
            if match is None or len(line) > LONGEST_LINE or (match[3] and not match[2]):
                return "the relay's reply is not SMTP"
            if self._code and match[1] != self._code:
                return "the relay's reply has two codes"
            over = match[2] != b"-"
            self._code = b"" if over else match[1]
        if over and self._rest:
            return "the relay said something that nobody asked for"
        return ""
