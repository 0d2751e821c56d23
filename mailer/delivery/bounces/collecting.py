"""Taking what comes back from all the places that are configured, until told to end.

A fault in one place is said once, and again when it is another one; it stops no other place, and
what was not recorded stays where it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mailer.config.bounces import Bounces
from mailer.core.errors import MailerError
from mailer.delivery.bounces import imap, lmtp, maildir

Take = Callable[[bytes, str], None]
"""Takes one message from a source, by its name: returns once it is recorded, or raises."""


class Collector:
    """Looks into the places of `[bounces]`, forwards what waits to be, and lets go of what is old.

    `take`, `forward` and `let_go` block; each is called in a thread, one at a time. `most` is how
    many octets of a message are taken.
    """

    def __init__(
        self,
        config: Bounces,
        take: Take,
        forward: Callable[[], None],
        let_go: Callable[[], None],
        say: Callable[[str], None],
        *,
        most: int,
    ) -> None:
        self._config = config
        self._take = take
        self._forward = forward
        self._let_go = let_go
        self._say = say
        self._most = most
        self._faults: dict[str, str] = {}
        self._server: asyncio.Server | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Take what there is, and what comes, until `stop`."""
        try:
            while not stop.is_set():
                await self._listen()
                await self.once()
                try:
                    async with asyncio.timeout(self._config.every.total_seconds()):
                        await stop.wait()
                except TimeoutError:
                    continue
        finally:
            if self._server is not None:
                self._server.close()

    async def once(self) -> bool:
        """Look into each place once, and do what is due; whether nothing went wrong."""
        if folder := self._config.maildir:
            await self._try("maildir", lambda take: maildir.look(folder, take, self._most))
        if self._config.imap_host:
            await self._try("imap", lambda take: imap.look(self._config, take, self._most))
        await self._try("forwarding", lambda _: self._forward())
        await self._try("letting go", lambda _: self._let_go())
        return not self._faults

    async def _try(self, name: str, look: Callable[[Callable[[bytes], None]], object]) -> None:
        try:
            await asyncio.to_thread(look, lambda content: self._take(content, name))
        except Exception as error:
            self._fault(name, error)
        else:
            self._works(name)

    async def _listen(self) -> None:
        """Have the listener, if it is wanted and not there yet."""
        port = self._config.lmtp_port
        if not port or self._server is not None:
            return
        handler = lmtp.Handler(self._take_lmtp, lambda error: self._fault("lmtp", error))
        try:
            self._server = await lmtp.listen(port, handler, self._most)
        except OSError as error:
            self._fault("lmtp", error)
        else:
            self._works("lmtp")
            self._say(f"bounces: lmtp: listening on {lmtp.HOST}:{port}")

    def _take_lmtp(self, content: bytes) -> None:
        self._take(content, "lmtp")
        self._works("lmtp")

    def _fault(self, name: str, error: Exception) -> None:
        known = isinstance(error, (MailerError, OSError))
        said = str(error) if known else f"{type(error).__name__}: {error}"
        if self._faults.get(name) != said:
            self._say(f"bounces: {name}: {said}; trying on, nothing is lost")
        self._faults[name] = said

    def _works(self, name: str) -> None:
        if self._faults.pop(name, None) is not None:
            self._say(f"bounces: {name}: works again")
