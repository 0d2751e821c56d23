"""One SMTP session with the relay, on aiosmtplib, that always knows which phase it is in.

Promises: TLS when it was asked for or no session at all; no byte of a text without a Clearance
given after the relay's 354; and for every transaction, how far it came and what was answered. A
line that drops after the text has begun is told apart from one that drops before, because only
the first leaves a copy in doubt. Nothing here decides what a reply means: core.outcome does.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import aiosmtplib

from mailer.config import Relay
from mailer.core.embargo import Clearance, Refusal
from mailer.core.outcome import Phase, Reply, Step

_FAULTS = (aiosmtplib.SMTPException, OSError, ValueError, UnicodeError)
"""What aiosmtplib and the socket below it raise when a session goes wrong."""


class Envelope(Protocol):
    """What a transaction needs of a message: RFC 5321 paths, and the bytes for the wire."""

    @property
    def mail_from(self) -> str:
        """The reverse-path."""

    @property
    def rcpt_to(self) -> str:
        """The one forward-path."""

    @property
    def data(self) -> bytes:
        """The message dot-stuffed, with <CRLF>.<CRLF> at its end (RFC 5321 §4.5.2)."""

    @property
    def size(self) -> int:
        """Its octets without either (RFC 1870)."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The relay would not have us: at which step, and what it said, or what went wrong."""

    step: Step
    reply: Reply | None
    error: str

    def __str__(self) -> str:
        said = f"{self.reply.code} {self.reply.text}" if self.reply else self.error
        return f"{self.step}: {said}"


@dataclass(frozen=True, slots=True)
class Handed:
    """How one transaction went. `reply` is None where none came that was SMTP; then `error`."""

    step: Step
    phase: Phase
    reply: Reply | None
    error: str = ""


class Session:
    """An open, secured and authenticated session. Made by `connect`; one transaction at a time."""

    def __init__(self, client: aiosmtplib.SMTP, relay: Relay, tls_version: str) -> None:
        self._client = client
        self._relay = relay
        self.tls_version = tls_version

    @property
    def size(self) -> int:
        """The largest message that the relay takes, in octets; 0: it names no limit (RFC 1870)."""
        limit = self._client.esmtp_extensions.get("size", "")
        return int(limit) if limit.isdecimal() else 0

    @property
    def usable(self) -> bool:
        """Whether another transaction can be tried on it."""
        return self._client.is_connected

    async def hand_over(
        self,
        clearance: Clearance,
        message: Envelope,
        begin_text: Callable[[], Awaitable[Clearance | Refusal]],
    ) -> Handed | Refusal:
        """Hand one message to the relay.

        `begin_text` is asked after the relay's 354 and right before the first byte of the text:
        it makes "text begun" durable and gives the last clearance. If it refuses, the session is
        closed without a byte of the text, which RFC 5321 §4.1.1.10 obliges the relay to discard.
        """
        if clearance.email != message.rcpt_to:
            raise ValueError("the clearance is for another address than the message")
        unfit = self._unfit(message)
        if unfit is not None:
            return unfit
        refused = await self._envelope(message)
        if refused is not None:
            return refused
        last_word = await begin_text()
        if isinstance(last_word, Refusal):
            self.abort()
            return last_word
        if last_word.email != message.rcpt_to:
            self.abort()
            raise ValueError("the clearance is for another address than the message")
        return await self._text(message.data)

    def _unfit(self, message: Envelope) -> Handed | None:
        """What the relay has told us it will not take is refused before a byte is sent."""
        if 0 < self.size < message.size:
            said = f"not sent: {message.size} octets, the relay takes {self.size} (SIZE)"
            return Handed(Step.MAIL, Phase.SECURED, Reply(552, said, "5.3.4"))
        if self._needs_smtputf8(message) and not self._client.supports_extension("smtputf8"):
            said = "not sent: the address is not ASCII and the relay has no SMTPUTF8"
            return Handed(Step.RCPT, Phase.SECURED, Reply(553, said, "5.6.7"))
        return None

    async def _envelope(self, message: Envelope) -> Handed | None:
        utf8 = self._needs_smtputf8(message)
        sender = f"FROM:<{message.mail_from}>".encode()
        options = [b"SMTPUTF8"] if utf8 else []
        if self._client.supports_extension("size"):
            options.append(b"SIZE=%d" % message.size)
        steps = (
            (Step.MAIL, "2", Phase.SECURED, (b"MAIL", sender, *options)),
            (Step.RCPT, "2", Phase.SENDER_GIVEN, (b"RCPT", f"TO:<{message.rcpt_to}>".encode())),
            (Step.DATA, "354", Phase.RECIPIENT_GIVEN, (b"DATA",)),
        )
        for step, wanted, phase, command in steps:
            try:
                response = await self._client.execute_command(*command)
            except _FAULTS as error:
                self.abort()
                return Handed(step, phase, None, describe(error))
            reply = Reply.parse(response.code, response.message)
            if not str(reply.code).startswith(wanted):
                await self._start_over()
                return Handed(step, phase, reply)
        return None

    async def _text(self, data: bytes) -> Handed:
        protocol = self._client.protocol
        if protocol is None:
            return Handed(Step.TEXT, Phase.TEXT_BEGUN, None, "the connection was lost")
        phase = Phase.TEXT_BEGUN
        try:
            protocol.write(data)
            phase = Phase.DOT_SENT
            timeout = self._relay.data_timeout.total_seconds()
            response = await protocol.read_response(timeout=timeout)
        except _FAULTS as error:
            self.abort()
            said = f"the relay did not answer after the text ({describe(error)})"
            return Handed(Step.DOT, phase, None, said)
        if response.code == 421:
            self.abort()
        return Handed(Step.DOT, Phase.ANSWERED, Reply.parse(response.code, response.message))

    async def _start_over(self) -> None:
        """Clear the transaction; a session that cannot even do that is given up."""
        try:
            if (await self._client.execute_command(b"RSET")).code != 250:
                self.abort()
        except _FAULTS:
            self.abort()

    def _needs_smtputf8(self, message: Envelope) -> bool:
        return not (message.mail_from.isascii() and message.rcpt_to.isascii())

    async def quit(self) -> None:
        """Say QUIT and close; however it goes, what was answered before stands."""
        try:
            await self._client.execute_command(b"QUIT", timeout=5)
        except _FAULTS:
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        """Close the connection at once."""
        self._client.close()


async def connect(relay: Relay) -> Session | Unavailable:
    """Open a session as the configuration has it: greeting, EHLO, TLS, AUTH.

    Never goes on in plaintext when `relay.tls` asks for TLS, whatever the relay says.
    """
    client = aiosmtplib.SMTP(
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
        client.close()
        if isinstance(error.__cause__ or error, ssl.SSLError):
            step = Step.STARTTLS
        return Unavailable(step, None, describe(error))
    tls = client.get_transport_info("ssl_object")
    return Session(client, relay, tls.version() if tls else "")


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
    client.close()
    reply = Reply.parse(error.code, error.message) if error.code > 0 else None
    return Unavailable(step, reply, describe(error))


def describe(error: BaseException) -> str:
    """A fault in one line, in the system's words where it has some ("Connection refused")."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    said = ""
    if isinstance(cause, OSError) and cause.errno and not isinstance(cause, ssl.SSLError):
        # A resolver's codes are negative and have words of their own; asyncio's words for the
        # system's codes name only the address.
        said = os.strerror(cause.errno) if cause.errno > 0 else str(cause.strerror)
    return said or " ".join(str(cause).split()) or type(cause).__name__
