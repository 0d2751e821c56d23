"""A relay on a loopback socket that does in each transaction what a script says.

It answers, refuses, drops the line and has the mailer killed at any point of a transaction, and
lets people act in the middle of it. What it sees it tells to a `Witness`, who judges.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

POINTS = ("MAIL", "RCPT", "DATA", "354", "text")
"""Where people can act: when a command has come and before its answer ("DATA": before the 354),
right after the 354, and when the text has come and nothing has answered it yet."""

REPLIES = (
    *("250",) * 6,
    *("451 RCPT", "550 RCPT", "451 DATA", "550 MAIL"),
    *("451 dot", "550 dot", "drop RCPT", "drop DATA", "drop 354", "drop text", "drop dot"),
    *("kill RCPT", "kill DATA", "kill 354", "kill text", "kill dot", "kill answer"),
    "unavailable",
)
"""What a relay makes of a transaction. A kill is of the mailer; the line goes with it."""

Deed = tuple[str | int | None, ...]


@dataclass(frozen=True)
class Part:
    """One transaction's script: how it ends, and what a person does in the middle of it."""

    reply: str = "250"
    point: str = ""
    deed: Deed = ()


@dataclass
class Text:
    """A message as it came over the wire."""

    who: str
    content: bytes

    @property
    def message_id(self) -> str:
        """The Message-ID, angle brackets and all."""
        (found,) = re.findall(
            rb"(?m)^Message-ID:\s*(<[^>]+>)", self.content.partition(b"\n\r\n")[0]
        )
        return found.decode()

    @property
    def kind(self) -> str:
        """The kind of dispatch, as the machine's own templates say it."""
        return str(re.search(rb"KIND-([a-z ]+)-", self.content)[1].decode())  # type: ignore[index]

    @property
    def versions(self) -> list[int]:
        """Which versions' words are in it."""
        return sorted({int(n) for n in re.findall(rb"TEXT(\d+)X", self.content)})

    def embargoed_until(self, lift: datetime) -> bool:
        """Whether it says that it is embargoed, until then and no other instant."""
        words = self.content.replace(b"=\r\n", b"").decode()
        said = set(re.findall(r"(\d+) \w+ 2027, (\d\d:\d\d)", words))
        return "EMBARGOED" in words and said == {(f"{lift.day}", f"{lift:%H:%M}")}


class Witness(Protocol):
    """Who is told what the relay sees."""

    def act_on(self, deed: Deed, who: str) -> None:
        """A person does something now, while a copy to `who` is handed over."""

    def kill(self) -> None:
        """The mailer is killed now."""

    def mark(self) -> int:
        """A moment, to be given back to `begun`."""

    def begun(self, text: Text, since: int, until: int) -> None:
        """A text came that was begun between two moments."""

    def ended(self, text: Text, reply: str) -> None:
        """What becomes of a text that came."""

    def may_have_begun(self, who: str) -> None:
        """The line was lost between the 354 and the text."""

    def refused(self, who: str, code: str) -> None:
        """A recipient was refused, before or after the text."""


class Relay:
    """The server: started once, played anew for each run."""

    def __init__(self) -> None:
        self.port = 0
        self.parts: list[Part] = []
        self.pipelining = False
        self.dead = False
        self.faults: list[BaseException] = []
        self.wires: set[Wire] = set()
        self.witness: Witness

    async def start(self) -> None:
        """Listen on a loopback port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Wire(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more."""
        await self.hang_up()
        self._server.close()

    def play(self, witness: Witness, parts: list[Part], *, pipelining: bool) -> None:
        """Be ready for a run."""
        self.witness, self.parts, self.pipelining = witness, list(parts), pipelining
        self.dead, self.faults = False, []

    async def hang_up(self) -> None:
        """Read what was written before the end, and close every line."""
        for _ in range(3):
            await asyncio.sleep(0)
        for wire in list(self.wires):
            wire.transport.abort()
        while self.wires:
            await asyncio.sleep(0)


class Wire(asyncio.Protocol):
    """One connection."""

    transport: asyncio.Transport

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.buffer = b""
        self._over()

    def _over(self) -> None:
        self.part = Part()
        self.who = ""
        self.in_text = False
        self.since: int | None = None
        self.until: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.relay.wires.add(self)
        parts = self.relay.parts
        if parts and parts[0].reply == "unavailable":
            del parts[0]
            self._say("421 4.3.2 nobody there")
            self.transport.close()
            return
        self._say("220 relay.example ready")

    def connection_lost(self, exc: Exception | None) -> None:
        self.relay.wires.discard(self)
        if self.in_text:
            self.relay.witness.may_have_begun(self.who)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        try:
            while not self.transport.is_closing() and (
                self._text() if self.in_text else self._command()
            ):
                pass
        except Exception as fault:
            # asyncio would only log it.
            self.relay.faults.append(fault)
            self.transport.abort()

    def _say(self, line: str) -> None:
        self.transport.write(f"{line}\r\n".encode())

    # --- commands -----------------------------------------------------------------------------

    def _command(self) -> bool:
        line, found, rest = self.buffer.partition(b"\r\n")
        if not found:
            return False
        self.buffer = rest
        verb, _, argument = line.decode().partition(" ")
        if self.relay.dead:
            self.transport.close()
            return False
        steps: dict[str, Callable[[str], None]] = {
            "EHLO": self._ehlo,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
        }
        if verb == "QUIT":
            self._say("221 bye")
            self.transport.close()
        elif verb in steps:
            steps[verb](argument)
        else:
            self._say("250 ok")
        return True

    def _ehlo(self, _: str) -> None:
        self._say("250-relay.example" + ("\r\n250-PIPELINING" if self.relay.pipelining else ""))
        self._say("250 8BITMIME")

    def _mail(self, _: str) -> None:
        self._over()
        if self.relay.parts:
            self.part = self.relay.parts.pop(0)
        if self.part.reply == "unavailable":  # too late for that
            self.part = replace(self.part, reply="250")
        self._reach("MAIL", "250 2.1.0 ok")

    def _rcpt(self, argument: str) -> None:
        if self.part.reply == "550 MAIL":
            self._say("503 5.5.1 no sender")
            return
        self.who = argument[argument.index("<") + 1 : argument.index(">")]
        self._reach("RCPT", "250 2.1.5 ok")

    def _data(self, _: str) -> None:
        if self.part.reply in ("550 MAIL", "451 RCPT", "550 RCPT"):
            self._say("503 5.5.1 nobody to send it to")
            return
        if not self._reach("DATA", "354 go on"):
            return
        self.in_text = True
        self.since = self.relay.witness.mark()
        self._reach("354", "")

    def _reach(self, point: str, answer: str) -> bool:
        """A point of the transaction is reached; whether it goes on as it should."""
        if self.part.point == point and not self.relay.dead:
            self.relay.witness.act_on(self.part.deed, self.who)
        word, _, where = self.part.reply.partition(" ")
        if where != point:
            if answer:
                self._say(answer)
            return True
        if word == "kill":
            self._kill()
        elif word == "drop":
            self.transport.close()
        else:
            if self.who:
                self.relay.witness.refused(self.who, word)
            self._say(f"{word} {word[0]}.0.0 not now")
        return False

    def _kill(self) -> None:
        self.relay.dead = True
        self.relay.witness.kill()
        self.transport.close()

    # --- the text -----------------------------------------------------------------------------

    def _text(self) -> bool:
        if not self.buffer:
            return False
        if self.until is None:
            self.until = self.relay.witness.mark()
        content, found, rest = self.buffer.partition(b"\r\n.\r\n")
        if not found:
            if self.relay.dead:
                self.transport.close()  # no more of it comes
            return False
        self.buffer, self.in_text = rest, False
        self._whole(Text(self.who, content))
        return True

    def _whole(self, text: Text) -> None:
        """The dot has come. Of a kill or a drop in the text, pretend that it had not."""
        assert self.since is not None
        assert self.until is not None
        witness, reply = self.relay.witness, self.part.reply
        witness.begun(text, self.since, self.until)
        if self.part.point == "text" and not self.relay.dead:
            witness.act_on(self.part.deed, self.who)
        if self.relay.dead:
            reply = "drop dot"
        witness.ended(text, reply)
        if reply.startswith("kill"):
            if reply == "kill answer":
                self._say("250 2.0.0 taken")
            self._kill()
        elif reply.startswith("drop"):
            self.transport.close()
        elif reply.endswith("dot"):
            witness.refused(text.who, reply[:3])
            self._say(f"{reply[:3]} {reply[0]}.0.0 not this")
        else:
            self._say("250 2.0.0 taken")
        self._over()
