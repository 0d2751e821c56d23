"""A relay that plays a script: right up to a point, and there as wrong as it is told to be.

It speaks SMTP with PIPELINING (RFC 2920), STARTTLS and AUTH, in a thread of its own, and keeps the
record that a test compares with the ledger: every transaction with what came of its text, every
command line and whether it came in the clear, and whatever a client must not do (`violations`).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from script import Act, Point, Script, as_usual

TRICKLE_S = 0.03
"""Between two pieces of a reply that trickles: well below any deadline of the tests."""


@dataclass
class Transaction:
    """What one MAIL led to. `text` is all that came after 354, up to the dot; `answer` is what was
    said to the dot."""

    connection: int
    secure: bool
    mail_from: str
    rcpt: str = ""
    rcpt_taken: bool = False
    go: bool = False
    text: bytes = b""
    dot: bool = False
    answer: bytes = b""

    @property
    def copy(self) -> tuple[str, str]:
        """Message-ID and recipient."""
        found = re.search(rb"(?im)^message-id:\s*(\S+)", self.text)
        return (found[1].decode() if found else "", self.rcpt)

    @property
    def accepted(self) -> bool:
        """The relay has said a clear 2yz to the dot."""
        return self.rcpt_taken and self.dot and bool(re.match(_CLEAR % b"2", self.answer))

    @property
    def refused(self) -> bool:
        """The relay has said a clear 4yz or 5yz to the dot."""
        return self.dot and bool(re.match(_CLEAR % b"[45]", self.answer))


_CLEAR = rb"(%s\d\d)(?:-[^\r\n]*\r?\n\1)*(?: [^\r\n]*)?\r?\n"


@dataclass
class Heard:
    """A command line, and how it came."""

    connection: int
    secure: bool
    line: bytes


@dataclass
class Relay:
    """The scripted relay and its record. Start it with `running(...)`."""

    script: Script = as_usual
    pipelining: bool = True
    offers: tuple[str, ...] = ("SIZE 10240000", "8BITMIME")
    tls: ssl.SSLContext | None = None
    tls_at_once: bool = False
    manner: Literal["each", "together", "drip"] = "each"
    """Replies as they are ready; held until the input runs out; or octet by octet."""
    port: int = 0
    connections: int = 0
    transactions: list[Transaction] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> Counter[tuple[str, str]]:
        """How often each (Message-ID, recipient) was answered with a clear 2yz."""
        return Counter(one.copy for one in self.transactions if one.accepted)

    @property
    def may_have(self) -> Counter[tuple[str, str]]:
        """How often each (Message-ID, recipient) came whole and was not clearly refused."""
        whole = (one for one in self.transactions if one.rcpt_taken and one.dot)
        return Counter(one.copy for one in whole if not one.refused)

    def texts_for(self, who: str) -> bytes:
        """All that came after a 354 for one local part."""
        mine = (one for one in self.transactions if one.rcpt.partition("@")[0] == who)
        return b"".join(one.text for one in mine)

    def verbs(self, *, secure: bool | None = None) -> list[str]:
        """The commands that came, upper case, in order; only those in TLS or in the clear."""
        wanted = (one for one in self.heard if secure in (None, one.secure))
        return [one.line.split(b" ")[0].upper().decode("latin-1") for one in wanted]


class _OverError(Exception):
    """The script has ended this connection."""


class _Talk:
    """One connection."""

    def __init__(
        self, relay: Relay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._relay, self._reader, self._writer = relay, reader, writer
        self._number = relay.connections
        relay.connections += 1
        self._secure = relay.tls_at_once
        self._input = b""
        self._output = b""
        self._now: Transaction | None = None
        self._pipelining = False

    async def serve(self) -> None:
        with contextlib.suppress(_OverError, OSError, EOFError):
            await self._answer(Point.BANNER, b"220 relay.example ESMTP\r\n")
            while True:
                await self._command(await self._line())

    # --- in and out -------------------------------------------------------------------------

    async def _read(self) -> None:
        """More input; held replies go out first, for the client is waiting for them."""
        await self._flush()
        got = await self._reader.read(65536)
        if not got:
            raise EOFError
        self._input += got

    async def _line(self) -> bytes:
        while b"\n" not in self._input:
            await self._read()
        line, _, self._input = self._input.partition(b"\n")
        line = line.removesuffix(b"\r")
        self._relay.heard.append(Heard(self._number, self._secure, line))
        return line

    async def _flush(self) -> None:
        if self._relay.manner == "drip":
            for at in range(len(self._output)):
                self._writer.write(self._output[at : at + 1])
                await asyncio.sleep(0)
        else:
            self._writer.write(self._output)
        self._output = b""
        await self._writer.drain()

    async def _answer(self, point: Point, usual: bytes, rcpt: str = "") -> bytes:
        """Say what the script has for this point, or the usual; returns what was said."""
        act = self._relay.script(point, rcpt, self._number) or Act(None)
        return await self._perform(usual if act.say is None else act.say, act, point)

    async def _perform(self, said: bytes, act: Act, point: Point) -> bytes:
        if point is Point.DOT and self._now is not None:
            # Before it is said: whoever is killed by the answer must find it in the record.
            self._now.answer = said
        if act.slowly:
            await self._flush()
            await asyncio.sleep(act.slowly)
        self._output += said
        if act.then == "go on":
            if self._relay.manner != "together":
                await self._flush()
            return said
        await self._flush()
        match act.then:
            case "close":
                self._writer.close()
            case "reset":
                made = self._writer.get_extra_info("socket")
                made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._writer.transport.abort()
            case "hang":
                rest = await self._reader.read(-1)
                if point is Point.DATA and said.startswith(b"354") and self._now is not None:
                    self._now.go, self._now.text = True, rest
                else:
                    self._relay.heard.append(Heard(self._number, self._secure, rest))
            case "trickle":
                while True:
                    self._writer.write(said or b"x")
                    await self._writer.drain()
                    await asyncio.sleep(TRICKLE_S)
        raise _OverError

    # --- commands ---------------------------------------------------------------------------

    async def _command(self, line: bytes) -> None:
        verb, _, argument = line.partition(b" ")
        name = verb.upper().decode("latin-1")
        self._watch(name)
        match name:
            case "EHLO":
                self._now = None
                self._pipelining = self._relay.pipelining
                await self._answer(Point.EHLO, self._greeting())
            case "HELO":
                await self._answer(Point.HELO, b"250 relay.example\r\n")
            case "STARTTLS":
                await self._start_tls()
            case "AUTH":
                await self._auth(argument)
            case "MAIL":
                await self._mail(argument)
            case "RCPT":
                await self._rcpt(argument)
            case "DATA":
                await self._data()
            case "RSET":
                self._now = None
                await self._answer(Point.RSET, b"250 2.0.0 ok\r\n")
            case "QUIT":
                await self._answer(Point.QUIT, b"221 2.0.0 bye\r\n")
                raise _OverError
            case _:
                self._wrong(f"no such command: {line[:60]!r}")
                await self._say(b"500 5.5.2 what?\r\n")

    def _watch(self, name: str) -> None:
        """RFC 2920 §3.1: who may send before the answer has come, and after which command."""
        if self._input and not self._pipelining:
            self._wrong(f"sent on after {name} where PIPELINING is not offered")
        elif self._input and name in ("EHLO", "DATA", "STARTTLS", "AUTH", "QUIT"):
            self._wrong(f"sent on after {name} before its answer")

    def _wrong(self, what: str) -> None:
        self._relay.violations.append(what)

    async def _say(self, said: bytes) -> None:
        await self._perform(said, Act(said), Point.RSET)

    def _greeting(self) -> bytes:
        words = ["relay.example", *self._relay.offers]
        if self._pipelining:
            words.append("PIPELINING")
        if self._secure:
            words = [word for word in words if word != "STARTTLS"]
        lines = [f"250-{word}\r\n" for word in words[:-1]] + [f"250 {words[-1]}\r\n"]
        return "".join(lines).encode()

    async def _start_tls(self) -> None:
        said = await self._answer(Point.STARTTLS, b"220 2.0.0 go ahead\r\n")
        if said.startswith(b"220") and self._relay.tls is not None:
            await self._flush()
            await self._writer.start_tls(self._relay.tls)
            self._secure = True
            self._pipelining = False

    async def _auth(self, argument: bytes) -> None:
        asked = {b"PLAIN": [b""], b"LOGIN": [b"VXNlcm5hbWU6", b"UGFzc3dvcmQ6"]}
        way, _, given = argument.partition(b" ")
        for question in [] if given else asked.get(way.upper(), []):
            await self._say(b"334 " + question + b"\r\n")
            await self._line()
        await self._answer(Point.AUTH, b"235 2.7.0 welcome\r\n")

    # --- a transaction ------------------------------------------------------------------------

    async def _mail(self, argument: bytes) -> None:
        if self._now is not None:
            self._wrong("MAIL within a transaction")
        said = await self._answer(Point.MAIL, b"250 2.1.0 ok\r\n")
        if said.startswith(b"2"):
            self._now = Transaction(self._number, self._secure, _path(argument))
            self._relay.transactions.append(self._now)

    async def _rcpt(self, argument: bytes) -> None:
        if self._now is None:
            return await self._say(b"503 5.5.1 MAIL first\r\n")
        rcpt = self._now.rcpt = _path(argument)
        said = await self._answer(Point.RCPT, b"250 2.1.5 ok\r\n", rcpt)
        self._now.rcpt_taken = said.startswith(b"2")
        return None

    async def _data(self) -> None:
        now = self._now
        if now is None:
            return await self._say(b"503 5.5.1 MAIL first\r\n")
        usual = b"354 go on\r\n" if now.rcpt_taken else b"554 5.5.1 no valid recipients\r\n"
        said = await self._answer(Point.DATA, usual, now.rcpt)
        if said.startswith(b"354"):
            now.go = True
            await self._text(now)
            usual = b"250 2.0.0 taken\r\n" if now.rcpt_taken else b"554 5.5.1 no recipients\r\n"
            await self._answer(Point.DOT, usual, now.rcpt)
            self._now = None
        return None

    async def _text(self, now: Transaction) -> None:
        act = self._relay.script(Point.TEXT, now.rcpt, self._number)
        try:
            while act is not None and len(self._input) < act.after:
                await self._read()
            if act is not None:
                await self._perform(act.say or b"", act, Point.TEXT)
            while (end := _end(self._input)) is None:
                await self._read()
        except BaseException:
            now.text = self._input
            raise
        now.text, self._input = self._input[:end], self._input[end:]
        now.dot = True
        if self._input and not self._pipelining:
            self._wrong("sent on after the text where PIPELINING is not offered")


def _end(text: bytes) -> int | None:
    """Where the text ends, after its dot; None: not yet."""
    if text.startswith(b".\r\n"):
        return 3
    at = text.find(b"\r\n.\r\n")
    return None if at < 0 else at + 5


def _path(argument: bytes) -> str:
    found = re.search(rb"<([^>]*)>", argument)
    return found[1].decode() if found else ""


@contextmanager
def running(relay: Relay) -> Iterator[Relay]:
    """Serve on a loopback port, in a thread, for as long as the block lasts."""
    loop = asyncio.new_event_loop()
    started = threading.Event()
    stop = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await _Talk(relay, reader, writer).serve()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def main() -> None:
        at_once = relay.tls if relay.tls_at_once else None
        server = await asyncio.start_server(serve, "127.0.0.1", relay.port, ssl=at_once)
        relay.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()
        open_ones = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)

    def work() -> None:
        asyncio.set_event_loop(loop)
        # A handshake that fails is what some scripts are about, and no news.
        loop.set_exception_handler(lambda *_: None)
        loop.run_until_complete(main())
        loop.close()

    thread = threading.Thread(target=work, name="scripted relay")
    thread.start()
    started.wait()
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
