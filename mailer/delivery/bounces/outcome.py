"""What a notice in a server's own words says of one address: failed or late, for good or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from mailer.core.notification import Action, Permanence, Recipient
from mailer.delivery.bounces import codes, phrases
from mailer.delivery.bounces.quoted import Notice

MOST_WORDS = 8_000
LONGEST_DIAGNOSTIC = 400
MOST_PLACES = 4
BLOCK = 12
"""Lines after an address that may say what became of it."""

_BLANKS_RE = re.compile(r"\s+")
_BUT_RE = re.compile(r"\b(?:but(?! no)|however|reject|refus|bounce|fail|unable|block)", re.I)
_ENDS_RE = re.compile(r"[.。!?]")


def running(notice: Notice) -> str:
    """A notice's words in one line."""
    return _BLANKS_RE.sub(" ", " ".join(notice.lines)[: 2 * MOST_WORDS])[:MOST_WORDS]


def says_so(text: str) -> bool:
    """Whether a text says that something failed or is late."""
    text = _BLANKS_RE.sub(" ", text)
    return bool(phrases.FAILED.search(text) or phrases.DELAYED.search(text))


def arrived(line: str) -> bool:
    """Whether a line says that a message arrived, and nothing else."""
    line = line[:600]
    if not phrases.ARRIVED.search(line) or codes.basic_class(line):
        return False
    doubt = phrases.NOT_DELIVERED.search(line) or phrases.DELAYED.search(line)
    return not (doubt or _BUT_RE.search(line)) or phrases.NEARLY.search(line) is not None


def _action(subject: str, whole: str) -> Action:
    fine = arrived(subject) or phrases.NEARLY.search(whole)
    if fine and not (phrases.NOT_DELIVERED.search(whole) or codes.basic_class(whole)):
        return Action.DELIVERED
    if phrases.SURELY_DELAYED.search(subject):
        return Action.DELAYED
    now = ".".join(one for one in _ENDS_RE.split(whole) if not phrases.NOTIFIED.search(one))
    if phrases.DELAYED.search(whole) and not phrases.FINAL.search(now):
        surely = phrases.SURELY_DELAYED.search(whole)
        if surely or not phrases.PERMANENT.search(whole):
            return Action.DELAYED
    return Action.FAILED


def block(notice: Notice, at: Sequence[int], others: set[int]) -> list[str]:
    """The lines about one address: those it stands in (`at`), and what follows before the next
    one's (`others`)."""
    lines: list[str] = []
    for start in at[:MOST_PLACES]:
        for number in range(start, min(start + BLOCK, len(notice.lines))):
            if number != start and number in others:
                break
            lines.append(notice.lines[number])
    return lines


@dataclass(frozen=True, slots=True)
class Whole:
    """What a notice says as a whole."""

    subject: str
    text: str
    action: Action
    known: bool
    """Whether it says in words of our tables that something failed."""
    permanent: bool
    """Whether it calls the failure a permanent one."""


def whole(subject: str, text: str) -> Whole:
    """A notice's subject and running text, judged once."""
    said = f"{subject} . {text}"
    known = phrases.FAILED.search(said) is not None
    permanent = phrases.PERMANENT.search(text) is not None
    return Whole(subject, text, _action(subject, said), known, permanent)


def judged(
    address: str, action: Action, block: list[str], whole: Whole, *, alone: bool
) -> Recipient:
    """What became of one address, by the lines about it, and by the whole text if it is `alone`.

    Codes are believed before words; what is said in words that nobody here knows is not final.
    """
    text = whole.text
    own = "\n".join(block)
    status = codes.enhanced(own) or (codes.enhanced(text) if alone else "")
    digit = status[:1] or codes.basic_class(own) or (codes.basic_class(text) if alone else "")
    permanence = Permanence.PERMANENT
    said = _BLANKS_RE.sub(" ", own)
    if alone and not (phrases.FAILED.search(said) or phrases.PASSING.search(said)):
        said = text
    passing = not (digit or whole.permanent) and phrases.PASSING.search(said)
    if action is not Action.FAILED or digit == "4" or passing or not (digit or whole.known):
        permanence = Permanence.TEMPORARY
    return Recipient(address, action, permanence, status, _diagnostic(block))


def _diagnostic(block: list[str]) -> str:
    """The lines that say most: from one with a code, else with a reason, else the first."""
    lines = [" ".join(line.split()).lstrip("<> ") for line in block]
    for fits in (
        lambda line: codes.enhanced(line) or codes.basic_class(line),
        lambda line: phrases.FAILED.search(line) or phrases.PASSING.search(line),
        bool,
    ):
        for at, line in enumerate(lines):
            if fits(line[:600]):
                rest = takewhile(bool, lines[at : at + 4])
                return " ".join(rest)[:LONGEST_DIAGNOSTIC]
    return ""
