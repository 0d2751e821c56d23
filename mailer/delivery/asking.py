"""Asking a relay whether it would take our mail, and how large. Nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mailer.config import Relay
from mailer.core.errors import MailerError
from mailer.core.inert import inert
from mailer.delivery import opening
from mailer.delivery.smtp import Unavailable


async def try_relay(relay: Relay, fallback: int, *, within_s: float | None = None) -> str:
    """Connect, encrypt and log in as configured; what came of it, in words.

    `fallback` is which [[relay.fallback]] it is, 0 for [relay]. MailerError if it will not have
    us, or says nothing for `within_s` seconds.
    """
    try:
        async with asyncio.timeout(within_s):
            session = await opening.connect(relay)
            if not isinstance(session, Unavailable):
                await session.quit()
    except TimeoutError:
        raise MailerError(f"relay {relay.address}: no answer in {within_s:g} s") from None
    if isinstance(session, Unavailable):
        section = f"relay.fallback[{fallback}]" if fallback else "relay"
        raise MailerError(
            f"relay {relay.address}: {inert(str(session))}; check {section}.host, port, tls, "
            "username and password"
        )
    login = f"logged in as {relay.username}" if relay.username else "no login"
    return f"{relay.address}: {session.tls_version or 'no TLS'}, {login}: it would take our mail"


async def size_taken(relays: Sequence[Relay]) -> int | None:
    """The least that any of them says it takes, 0: no limit; None if no relay is to be had."""
    sizes = [size for size in await asyncio.gather(*map(_size_at, relays)) if size is not None]
    return min(filter(None, sizes), default=0) if sizes else None


async def _size_at(relay: Relay) -> int | None:
    session = await opening.connect(relay)
    if isinstance(session, Unavailable):
        return None
    await session.quit()
    return session.size
