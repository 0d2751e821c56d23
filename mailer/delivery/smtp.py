"""One SMTP session with the relay that always knows which phase it is in.

Promises: TLS when it was asked for or no session at all; no byte of a text without a Clearance
given after the relay's 354; and for every transaction, how far it came and what was answered. A
line that drops after the text has begun is told apart from one that drops before, because only
the first leaves a copy in doubt. Nothing here decides what a reply means: core.outcome does.

`opening` opens the session. Where the relay offers PIPELINING (RFC 2920), MAIL, RCPT and DATA go
in one write, and those of the next message go in one write with the text before them. The text
itself always waits for its 354. BDAT (RFC 3030) is not used: it would send a text before the relay
has said that it knows the recipient, and leave more in doubt when the line drops.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from mailer.config import Relay
from mailer.core.embargo import Clearance, Refusal
from mailer.core.outcome import Phase, Reply, Step
from mailer.delivery import notify
from mailer.delivery.wire import Wire, WireError

_CONTROL_RE = re.compile(rb"[\x00-\x20\x7f]")
_COMMANDS = (Step.MAIL, Step.RCPT, Step.DATA)
_REACHED = {
    Step.MAIL: Phase.SECURED,
    Step.RCPT: Phase.SENDER_GIVEN,
    Step.DATA: Phase.RECIPIENT_GIVEN,
}


class Envelope(Protocol):
    """What a transaction needs of a message: RFC 5321 paths, and the text as DATA carries it."""

    @property
    def mail_from(self) -> str:
        """The reverse-path."""

    @property
    def rcpt_to(self) -> str:
        """The one forward-path."""

    @property
    def size(self) -> int:
        """Octets of the message, as RFC 1870 counts them: not dot-stuffed."""

    @property
    def data(self) -> bytes:
        """The message, dot-stuffed, with the final dot (RFC 5321 §4.5.2)."""

    @property
    def envid(self) -> str:
        """What a notification shall call it (RFC 3461 §4.4), or nothing."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The relay would not have us: at which step, and what it said, or what went wrong."""

    step: Step
    reply: Reply | None
    error: str

    def __str__(self) -> str:
        said = f"{self.reply.code} {self.reply.text}" if self.reply else self.error
        return f"{self.step}: {said}"


class Handed(NamedTuple):
    """How one transaction went. `reply` is None where none came that was SMTP; then `error`."""

    step: Step
    phase: Phase
    reply: Reply | None
    error: str = ""

    @property
    def over(self) -> bool:
        """Whether the relay ended the session with its answer, or instead of one."""
        return self.reply is None or self.reply.code == 421


LastWord = Callable[[], Awaitable[Clearance | Refusal]]
Following = Callable[[], tuple[Clearance, Envelope] | None]


def nothing_follows() -> None:
    """No message is to ride along with the text before it."""


class Session:
    """An open, secured and authenticated session. `opening` makes it; one transaction at a time."""

    def __init__(
        self, wire: Wire, relay: Relay, extensions: dict[str, str], tls_version: str
    ) -> None:
        self._wire = wire
        self._relay = relay
        self._piped = "pipelining" in extensions
        self._notify: notify.Notify = relay.notify if "dsn" in extensions else "never"
        limit = extensions.get("size", "")
        self.size = int(limit) if limit.isdecimal() else 0
        """The largest message that the relay takes, in octets; 0: it names no limit (RFC 1870)."""
        self._sized, self._utf8 = "size" in extensions, "smtputf8" in extensions
        self._time = asyncio.get_running_loop().time
        self._wait = relay.command_timeout.total_seconds()
        self._in_all = relay.envelope_timeout.total_seconds()
        self._for_text = relay.data_timeout.total_seconds()
        self._until = 0.0
        self._offered: Envelope | None = None
        self.tls_version = tls_version
        self.in_text = False
        """Whether a text has begun that the relay has not answered for."""
        self.carried = False
        """Whether the relay has answered for a text."""

    @property
    def relay(self) -> Relay:
        """The relay it was opened with."""
        return self._relay

    @property
    def usable(self) -> bool:
        """Whether another transaction can be tried on it."""
        return self._wire.usable

    @property
    def engaged(self) -> bool:
        """Whether an envelope is on its way: the next copy on it can only be that one's."""
        return self._offered is not None

    async def hand_over(
        self,
        clearance: Clearance,
        message: Envelope,
        begin_text: LastWord,
        following: Following = nothing_follows,
    ) -> Handed | Refusal:
        """Hand one message to the relay.

        `begin_text` is asked after the relay's 354 and right before the first byte of the text:
        it makes "text begun" durable and gives the last clearance. If it refuses, the session is
        closed without a byte of the text, which RFC 5321 §4.1.1.10 obliges the relay to discard.
        Then `following` may give the next message: where the relay allows it, its envelope goes
        in one write with this text, and it must be the next that is handed over.
        """
        if not self.engaged and (unfit := self._unfit(message)) is not None:
            return unfit
        self._until = self._time() + self._in_all
        refused = await self._envelope(clearance, message)
        if refused is not None:
            return refused
        last_word = await begin_text()
        if isinstance(last_word, Refusal):
            self.abort()
            return last_word
        return await self._text(last_word, message, following)

    def _unfit(self, message: Envelope) -> Handed | None:
        """What the relay has told us it will not take is refused before a byte is sent."""
        if 0 < self.size < message.size:
            said = f"not sent: {message.size} octets, the relay takes {self.size} (SIZE)"
            return Handed(Step.SIZE, Phase.SECURED, Reply(552, said, "5.3.4"))
        if not self._utf8 and self._needs_smtputf8(message):
            said = "not sent: the address is not ASCII and the relay has no SMTPUTF8"
            return Handed(Step.RCPT, Phase.SECURED, Reply(553, said, "5.6.7"))
        return None

    # --- the envelope -------------------------------------------------------------------------

    async def _envelope(self, clearance: Clearance, message: Envelope) -> Handed | None:
        """MAIL, RCPT and DATA; None once the relay has said 354 to all three."""
        offered, self._offered = self._offered, None
        if offered is not None and offered is not message:
            raise ValueError("another message's envelope is on its way")
        commands = () if offered else self._commands(clearance, message)
        refusal: Handed | None = None
        step, go = Step.MAIL, False
        at_hand = self._wire.at_hand
        try:
            if self._piped and commands:
                self._wire.put(len(commands), *commands)
            for number, step in enumerate(_COMMANDS):
                if not self._piped:
                    self._wire.put(1, commands[number])
                reply = at_hand() or await self._wire.reply(self._patience())
                go = reply.code == 354
                good = go if step is Step.DATA else reply.code // 100 == 2
                if not good and refusal is None:
                    refusal = Handed(self._refused_at(step, reply), _REACHED[step], reply)
                    if not self._piped:
                        break
            if refusal is not None:
                await self._start_over(go=go, refusal=refusal)
        except WireError as error:
            self.abort()
            return refusal or Handed(step, _REACHED[step], None, describe(error))
        return refusal

    def _commands(self, clearance: Clearance, message: Envelope) -> tuple[bytes, bytes, bytes]:
        if clearance.email != message.rcpt_to:
            raise ValueError("the clearance is for another address than the message")
        sender, recipient = message.mail_from.encode(), message.rcpt_to.encode()
        if _CONTROL_RE.search(sender + recipient):
            raise ValueError("an address holds a space or a control character")
        size = b" SIZE=%d" % message.size if self._sized else b""
        utf8 = b" SMTPUTF8" if self._needs_smtputf8(message) else b""
        named = notify.of_mail(message.envid, self._notify)
        wanted = notify.of_rcpt(recipient, self._notify)
        return (
            b"MAIL FROM:<%s>%s%s%s\r\n" % (sender, utf8, size, named),
            b"RCPT TO:<%s>%s\r\n" % (recipient, wanted),
            b"DATA\r\n",
        )

    async def _start_over(self, *, go: bool, refusal: Handed) -> None:
        """Clear the transaction; a session that cannot even do that is given up."""
        if refusal.reply is not None and refusal.reply.code == 421:
            return self.abort()
        if refusal.step is Step.DATA and refusal.reply and refusal.reply.code < 400:
            return self.abort()  # it answers what nobody can have asked
        if go:
            # RFC 2920 §3.1: it waits for a text although it took no recipient; it gets none.
            self._wire.put(1, b".\r\n")
            await self._wire.reply(self._patience())
        self._wire.put(1, b"RSET\r\n")
        if (await self._wire.reply(self._patience())).code != 250:
            self.abort()
        return None

    def _refused_at(self, step: Step, reply: Reply) -> Step:
        """RFC 1870 §6.1: 552 to a MAIL that declared a size is of the message, not of us."""
        sized = step is Step.MAIL and reply.code == 552 and self._sized
        return Step.SIZE if sized else step

    def _patience(self) -> float:
        """Seconds for the next reply of an envelope; raises WireError when there are none left."""
        left = self._until - self._time()
        if left <= 0:
            raise WireError(f"not done within {self._in_all:g} s")
        return min(self._wait, left)

    def _needs_smtputf8(self, message: Envelope) -> bool:
        return not (message.mail_from.isascii() and message.rcpt_to.isascii())

    # --- the text -----------------------------------------------------------------------------

    async def _text(self, clearance: Clearance, message: Envelope, following: Following) -> Handed:
        if clearance.email != message.rcpt_to:
            self.abort()
            raise ValueError("the clearance is for another address than the message")
        late = self._time() > self._until
        if late or not self._wire.usable:
            # Nothing of the text has left, and nothing will.
            self.abort()
            what = f"not begun within {self._in_all:g} s" if late else "the line was lost"
            return Handed(Step.DATA, Phase.TEXT_BEGUN, None, f"{what}, before the text")
        commands: tuple[bytes, ...] = ()
        rides = following() if self._piped else None
        if rides is not None and self._unfit(rides[1]) is None:
            self._offered = rides[1]
            commands = self._commands(*rides)
        phase = Phase.TEXT_BEGUN
        try:
            self.in_text = True
            self._wire.put(1 + len(commands), message.data, *commands)
            phase = Phase.DOT_SENT
            reply = await self._wire.reply(self._for_text)
            if not self._makes_sense(reply):
                raise WireError("the relay's answers do not fit what it was asked")
            self.in_text, self.carried = False, True
        except WireError as error:
            self.abort()
            said = f"the relay did not answer after the text ({describe(error)})"
            return Handed(Step.DOT, phase, None, said)
        if reply.code == 421:
            self.abort()
        if not self._piped:
            # If it hung up with its answer, let us see that before another copy is tried on it.
            await asyncio.sleep(0)
        return Handed(Step.DOT, Phase.ANSWERED, reply)

    def _makes_sense(self, reply: Reply) -> bool:
        """Whether this can be the answer to a text, and those behind it answers to MAIL and RCPT.

        A relay that once says a word too many is one answer ahead ever after: then the one that
        seems to be for the text is for something else.
        """
        for answer in (reply, *self._wire.waiting(len(_COMMANDS) - 1)):
            if answer.code // 100 == 3:
                return False
        return True

    # --- the end ------------------------------------------------------------------------------

    async def still_there(self) -> bool:
        """Ask the relay to keep an idle session open (NOOP); False if it has not."""
        try:
            self._wire.put(1, b"NOOP\r\n")
            if (await self._wire.reply(self._wait)).code != 250:
                self.abort()
        except WireError:
            self.abort()
        return self.usable

    async def quit(self) -> None:
        """Say QUIT and close; however it goes, what was answered before stands."""
        try:
            if not self._wire.owed:
                self._wire.put(1, b"QUIT\r\n")
                await self._wire.reply(min(self._wait, 5))
        except WireError:
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        """Close the connection at once."""
        self._wire.abort()


def describe(error: BaseException) -> str:
    """A fault in one line, in the system's words where it has some ("Connection refused")."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    said = ""
    if isinstance(cause, OSError) and cause.errno and not isinstance(cause, ssl.SSLError):
        # A resolver's codes are negative and have words of their own; asyncio's words for the
        # system's codes name only the address.
        said = os.strerror(cause.errno) if cause.errno > 0 else str(cause.strerror)
    bare = "it took too long" if isinstance(cause, TimeoutError) else type(cause).__name__
    return said or " ".join(str(cause).split()) or bare
