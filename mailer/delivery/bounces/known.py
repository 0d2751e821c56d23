"""What flufl.bounce knows of old servers' notices, kept to what cannot do harm.

It knows servers that hardly run any more by their exact words. Its answer is asked for last, and
taken only where the address stands in the notice and is not the sender's.
"""

from __future__ import annotations

import email
import logging
import re

from flufl.bounce import all_failures

from mailer.core.notification import Action, Permanence, Recipient

MOST_OCTETS = 50_000
MOST_BOUNDARIES = 40
LONGEST_LINE = 500
"""Its patterns take time that grows with the square of a line's length."""

_SENDERS_RE = re.compile(
    rb"\b(?:from|reply-to|return-path|sender|errors-to)[: <]{1,3}[^\n@]{0,40}?"
    rb"([^\s<>@:]{1,64}@[\w.-]{1,250})"
)
"""Whoever a line calls the sender, however broken the header that it stood in."""

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)


def recipients(raw: bytes, ours: set[str]) -> list[Recipient]:
    """Those it finds, but for `ours` (case-folded)."""
    raw = raw[:MOST_OCTETS]
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        return []  # the parser that it needs goes as deep as it is led
    lines = raw.replace(b"\0", b" ").split(b"\n")
    text = b"\n".join(line[:LONGEST_LINE] for line in lines)
    try:
        delayed, failed = all_failures(email.message_from_bytes(text))
    except Exception:
        return []  # whatever it stumbles over is a message that it does not know
    found = [(one, Action.FAILED, Permanence.PERMANENT) for one in sorted(failed)]
    found += [(one, Action.DELAYED, Permanence.TEMPORARY) for one in sorted(delayed - failed)]
    there = text.lower()
    ours = ours | {one.decode("ascii", "replace") for one in _SENDERS_RE.findall(there)}
    return [
        Recipient(octets.decode("ascii", "replace"), action, permanence)
        for octets, action, permanence in found
        if b"@" in octets
        and octets.lower() in there
        and octets.decode("ascii", "replace").casefold() not in ours
    ]
