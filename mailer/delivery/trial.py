"""One test copy to one person of the office: a session of its own, and a gate of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailer.config import Relay
from mailer.core.embargo import Clearance, Refusal
from mailer.delivery import opening
from mailer.delivery.smtp import Envelope, Unavailable


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the relay took it, and what was said, in one line."""

    taken: bool
    said: str


async def hand_over(
    relay: Relay, message: Envelope, gate: Callable[[], Clearance | Refusal]
) -> Answer:
    """Hand a test copy to the relay, once. `gate` is asked before anything and before the text."""
    clearance = gate()
    if isinstance(clearance, Refusal):
        return Answer(False, clearance.reason)
    session = await opening.connect(relay)
    if isinstance(session, Unavailable):
        return Answer(False, str(session))

    async def last_word() -> Clearance | Refusal:
        return gate()

    try:
        handed = await session.hand_over(clearance, message, last_word)
    finally:
        await session.quit()
    if isinstance(handed, Refusal):
        return Answer(False, handed.reason)
    if handed.reply is None:
        return Answer(False, handed.error)
    return Answer(handed.reply.code // 100 == 2, f"{handed.reply.code} {handed.reply.text}")
