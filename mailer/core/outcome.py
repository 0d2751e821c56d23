"""What an SMTP reply, or its absence, means for a copy; and when to try again.

One table of (step, reply) → ruling. A reply is looked up by its whole code, then by its first
digit, then as "none": the line dropped, timed out, or answered what is not SMTP. The basic code
decides, never the enhanced one (RFC 3463 is commentary; RFC 5321 §4.2 is the protocol).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple


class Step(StrEnum):
    """What we were waiting for."""

    CONNECT = "connect"
    BANNER = "banner"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    SIZE = "size"
    """The size of a message, declared with MAIL (RFC 1870) or known to be too large before it."""
    RCPT = "rcpt"
    DATA = "data"
    TEXT = "text"
    DOT = "dot"


class Phase(StrEnum):
    """How far a transaction had come, as the ledger keeps it."""

    SECURED = "secured"
    SENDER_GIVEN = "sender given"
    RECIPIENT_GIVEN = "recipient given"
    TEXT_BEGUN = "text begun"
    DOT_SENT = "dot sent"
    ANSWERED = "answered"


class Outcome(StrEnum):
    """What becomes of the copy."""

    ACCEPTED = "accepted"
    RETRY = "retry"
    PERMANENT = "permanent"
    IN_DOUBT = "in doubt"
    CIRCUIT_OPEN = "circuit open"
    """The relay as a whole is unfit; no journalist's attempt is consumed."""


class Reply(NamedTuple):
    """An SMTP reply: three-digit code, enhanced status if any (RFC 3463), and the text."""

    code: int
    text: str = ""
    enhanced: str = ""

    @classmethod
    def parse(cls, code: int, text: str) -> Reply:
        """Split the enhanced status off the text's head, where its class agrees in form."""
        match = _ENHANCED.match(text) if text[1:2] == "." else None
        return cls(code, text[match.end() :] if match else text, match[1] if match else "")


_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Ruling:
    """An outcome. `person`: only a person can mend it. `hold`: the fault is ours and every copy of
    the dispatch would meet it, so the whole dispatch stops."""

    outcome: Outcome
    person: bool = False
    hold: bool = False


_ACCEPTED = Ruling(Outcome.ACCEPTED)
_RETRY = Ruling(Outcome.RETRY)
_PERMANENT = Ruling(Outcome.PERMANENT)
_DOUBT = Ruling(Outcome.IN_DOUBT)
_HOLD = Ruling(Outcome.RETRY, hold=True)
_CIRCUIT = Ruling(Outcome.CIRCUIT_OPEN)
_CIRCUIT_PERSON = Ruling(Outcome.CIRCUIT_OPEN, person=True)

RULINGS: Mapping[tuple[Step, str], Ruling] = {
    (Step.CONNECT, "none"): _CIRCUIT,
    (Step.BANNER, "4"): _CIRCUIT,
    (Step.BANNER, "5"): _CIRCUIT_PERSON,
    (Step.BANNER, "none"): _CIRCUIT,
    (Step.EHLO, "none"): _CIRCUIT,
    # Whatever STARTTLS answers but 220, we do not go on in plaintext.
    (Step.STARTTLS, "none"): _CIRCUIT_PERSON,
    (Step.AUTH, "4"): _CIRCUIT,
    (Step.AUTH, "5"): _CIRCUIT_PERSON,
    (Step.AUTH, "none"): _CIRCUIT,
    # A refused sender is our fault, not the journalist's: nothing of the dispatch can go.
    (Step.MAIL, "5"): _HOLD,
    (Step.MAIL, "none"): _RETRY,
    (Step.SIZE, "none"): _PERMANENT,
    (Step.RCPT, "4"): _RETRY,
    # RFC 5321 §4.5.3.1.10: 552 to RCPT means "too many recipients" and is to be read as 452.
    (Step.RCPT, "552"): _RETRY,
    # RFC 4954 §6: 530 asks us to log in (RFC 3207 §4: for TLS). Many relays say so at RCPT only.
    (Step.RCPT, "530"): _HOLD,
    (Step.RCPT, "5"): _PERMANENT,
    (Step.RCPT, "none"): _RETRY,
    (Step.DATA, "4"): _RETRY,
    (Step.DATA, "530"): _HOLD,
    (Step.DATA, "5"): _PERMANENT,
    (Step.DATA, "none"): _RETRY,
    (Step.TEXT, "none"): _DOUBT,
    (Step.DOT, "2"): _ACCEPTED,
    (Step.DOT, "4"): _RETRY,
    (Step.DOT, "530"): _HOLD,
    (Step.DOT, "5"): _PERMANENT,
    (Step.DOT, "none"): _DOUBT,
}
"""Codes without an entry of their own are read as "none" of their step."""


def rule(step: Step, reply: Reply | None) -> Ruling:
    """What `reply` to `step` means; None: there was no answer that is SMTP."""
    return _of_code(step, None if reply is None else reply.code)


@cache
def _of_code(step: Step, code: int | None) -> Ruling:
    for pattern in (str(code), str(code)[:1]):
        if (step, pattern) in RULINGS:
            return RULINGS[step, pattern]
    return RULINGS[step, "none"]


FIRST_RETRY = timedelta(seconds=30)
URGENT_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(minutes=30)
SHORTEST_RETRY = timedelta(seconds=5)
GREYLISTED = timedelta(minutes=5)
URGENT_TRIES = 12
"""So many tries, 5 minutes apart at most, are made in about the first hour: news does not keep."""
LONGEST_ASKED = timedelta(hours=4)
LONGEST_PAUSE = timedelta(seconds=60)

_GREYLIST_RE = re.compile(r"gr[ae]y-?list", re.IGNORECASE)
_ASKED_RE = re.compile(
    r"\b(?:in|after|for|within)\s+(?:(\d{1,2}):(\d\d):(\d\d)|(\d{1,5})\s*(s|m|h)[a-z]*)\b",
    re.IGNORECASE,
)


def retry_at(
    attempts: int,
    now: datetime,
    give_up_at: datetime,
    jitter: float,
    reply: Reply | None = None,
) -> datetime | None:
    """When to try a copy again after `attempts` (≥ 1) deferrals; None: it has expired.

    Exponential with full jitter (`jitter` in [0, 1)), so that ten thousand deferred copies do not
    come back as one wave: dense in the first hour, then half-hourly. A relay that greylists, or
    says how long to wait, is not asked before.
    """
    asked = asked_wait(reply)
    tries = min(attempts - 1, 16)
    longest = min(
        FIRST_RETRY * 2**tries, URGENT_RETRY if attempts <= URGENT_TRIES else LONGEST_RETRY
    )
    wait = max(SHORTEST_RETRY, longest * jitter) if asked is None else asked + FIRST_RETRY * jitter
    return now + wait if now + wait < give_up_at else None


def asked_wait(reply: Reply | None) -> timedelta | None:
    """How long a deferral asks to be left alone, in its own words; None if it does not say.

    "try again in 300 seconds", "retry after 00:05:00"; greylisting without a time is 5 minutes.
    """
    if reply is None:
        return None
    found = _ASKED_RE.search(reply.text)
    if found is None:
        return GREYLISTED if _GREYLIST_RE.search(reply.text) else None
    if found[4]:
        wait = timedelta(seconds=int(found[4]) * {"s": 1, "m": 60, "h": 3600}[found[5].lower()])
    else:
        wait = timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3]))
    return min(wait, LONGEST_ASKED)


def pause(failures: int, jitter: float) -> timedelta:
    """How long to leave a relay alone after `failures` (≥ 1) failed connections in a row."""
    longest = min(timedelta(seconds=1 << min(failures - 1, 10)), LONGEST_PAUSE)
    return longest * (1 - jitter / 2)
