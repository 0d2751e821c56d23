"""What a check finds, and the texts of a version that it looks at."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from mailer.core.model import Version

CODES: dict[str, str] = {
    "template": "a template does not render: a variable is undefined, or something must be there",
    "no-contact": "nobody is named whom a journalist could telephone or write to",
    "no-notice": "a copy that needs the embargo notice does not begin and end with it",
    "invitation-tells": "an invitation says the headline, which those who get it may not know yet",
    "embargo-contradicted": "the text says another embargo than the one that is set",
    "empty-audience": "an audience has no contacts, so that nobody would get it",
    "too-large": "an attachment or a message is larger than the relay takes (RFC 1870)",
    "clipped": "a message is so long that some mail programs show only its beginning",
    "link-nowhere": "a link has no address that anyone could follow",
    "quote-unclosed": "a quotation is opened and never closed",
    "bracket-unclosed": "a bracket is opened and never closed",
    "placeholder": "something was still to be filled in: TBC, XX, [insert …]",
    "weekday": "a day of the week does not fit the date beside it",
    "no-telephone": "the contact block has no telephone number",
    "no-reader": "a contact's address is one that nobody reads: no-reply@, postmaster@",
    "long-headline": "the headline is longer than 120 characters",
    "no-alt-text": "an image has no words for those who cannot see it",
    "not-attached": "an image in the text is no attachment, and only its words are shown",
    "several-audiences": "someone is in several audiences",
    "not-verified": "an address was not verified for a year, or never",
    "clock-change": "the embargo is beside a clock change, or clocks differ by another hour then",
}
"""Every code of a finding, and what it means. The codes are stable.

Warnings from reading the text keep their own code, which may be another (intake's table has them).
"""

MOST = 10
"""Findings of one code in one text; after so many, one more says that there are others."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend (`blocks`) or to look at. `message` is one plain sentence.

    `where` is what was looked at ("headline", "text (fr)", "advance to wires"); `line` is 1-based
    in that text, 0 where lines say nothing. Both strings hold printable characters only.
    """

    code: str
    blocks: bool
    where: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a version: its name as findings give it, its language, its words."""

    where: str
    language: str
    text: str


def pieces(version: Version) -> Iterator[Piece]:
    """Every text of every edition, the original's first; those that say nothing are left out."""
    for nth, edition in enumerate(version.editions):
        suffix = f" ({plain(edition.language, 20)})" if nth else ""
        parts = {
            "headline": edition.headline,
            "subhead": edition.subhead,
            "dateline": edition.dateline,
            "text": edition.body,
            "notes": edition.notes,
        }
        for name, text in parts.items():
            if text.strip():
                yield Piece(f"{name}{suffix}", edition.language, text)


def plain(text: str, limit: int = 300) -> str:
    """Text for a message: printable characters only, on one line, at most `limit` of them."""
    shown = "".join(c if c.isprintable() else " " for c in text[: 4 * limit])
    flat = " ".join(shown.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


SHOWN = 3
"""How many of a list of names are said."""


def listed(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    if len(names) > SHOWN:
        return f"{', '.join(names[:SHOWN])} and {len(names) - SHOWN} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def line_of(text: str) -> Callable[[int], int]:
    """From a position in this text to its 1-based line."""
    breaks = [at for at, char in enumerate(text) if char == "\n"]
    return lambda at: bisect_left(breaks, at) + 1


def fewest(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The first `MOST` of findings of one code in one text, and whether there are more."""
    yield from islice(findings, MOST)
    more = next(findings, None)
    if more is not None:
        said = f"There is more of the kind from line {more.line} on; the first {MOST} are named."
        yield Finding(more.code, more.blocks, more.where, more.line, said)
