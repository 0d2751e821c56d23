"""Where a text says an embargo of its own: a phrase that press offices use, with a time after it.

Press offices issue reports on arms embargoes too, so that the word alone says none. What counts is
a phrase that only they use, the word at the head of a line, or a line that says nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mailer.core.embargo import words
from mailer.core.embargo.clock import Clock
from mailer.core.embargo.grammar import parse
from mailer.core.embargo.parts import (
    Broken,
    Days,
    Immediate,
    Part,
    Relative,
    Unembargoed,
    Unknown,
    Weekday,
    Zone,
)
from mailer.core.embargo.places import months, weekdays
from mailer.core.embargo.tokens import clean, tokenise
from mailer.core.embargo.words import HOUR_MARKS, fold

MOST_READ = 100
"""Statements looked for in one text; a text with more of them is no advisory."""

_LONGEST = 400
_LONGEST_LINE = 200

_STATEMENT = re.compile(
    r"(?<!\w)(?:(?P<firm>em[abrg]{3,5}o['’]?e?d|e\s?m\s?b\s?a\s?r\s?g\s?o\s?e\s?d|embargad[oa]s?|embargu[ée]e?s?|(?:sende)?sperrfrist"
    r"|(?:under|sous|bajo|sotto|sob|под|unter)\s{1,3}(?:\w{1,20}\s{1,3}){0,2}(?:embargo|эмбарго)"
    r"|(?:not\s{1,3}for|(?:not\s{1,3}to|(?:must|may|should|shall)\s{1,3}not)\s{1,3}be|no"
    r"|(?:do\s{1,3}not|don['’]t))\s{1,3}"
    r"(?:\w{1,20}\s{1,3}){0,2}?(?:publi\w{1,9}|release|broadcast|use|air|transmission|reporting)"
    r"(?:\W{1,3}\w{1,20}){0,7}?\s{1,3}(?:before|until|till)"
    r"|ne\s{1,3}pas\s{1,3}(?:\w{1,20}\s{1,3}){1,3}?avant"
    r"|(?:diffusion|publication)\s{1,3}(?:interdite\s{1,3}avant|autorisée\s{1,3}à\s{1,3}partir)"
    r"|(?:no|prohibid[oa])\s{1,3}(?:su\s{1,3})?(?:publica\w{1,4}|difu\w{1,5})\s{1,3}"
    r"(?:\w{1,20}\s{1,3}){0,2}?(?:antes|hasta)"
    r"|non\s{1,3}(?:pubblicare|diffondere)\s{1,3}prima"
    r"|n[ãa]o\s{1,3}(?:publicar|divulgar)\s{1,3}antes|divulgação\s{1,3}autorizada\s{1,3}a\s{1,3}partir"
    r"|nicht\s{1,3}(?:zur\s{1,3})?veröffentlich\w{1,5}\s{1,3}vor"
    r"|zur\s{1,3}veröffentlichung\s{1,3}(?:frei|freigegeben)\s{1,3}ab"
    r"|не\s{1,3}(?:публиковать|для\s{1,3}публикации)\s{1,3}(?:до|ранее|раньше)"
    r"|(?:محظور|محظورة|ي\u064f?حظر|حظر|ممنوع|ي\u064f?منع)\s{1,3}"
    r"(?:(?:ال)?نشر(?:\s{1,3}(?:\w{1,20}\s{1,3}){0,3}?قبل)?|حتى)"
    r"|(?:لا\s{1,3}ي\u064f?نشر|غير\s{1,3}للنشر)\s{1,3}قبل|تحت\s{1,3}الحظر)"
    r"|em[abrg]{3,5}o|e\s?m\s?b\s?a\s?r\s?g\s?o|эмбарго|الحظر)(?!\w)",
    re.IGNORECASE,
)
_GOODS = re.compile(
    r"\b(?:arms|weapons?|trade|oil|gas|grain|food|fuel|export|import|economic|military|timber"
    r"|diamonds?|technology|un|eu|us)\s{1,3}$",
    re.IGNORECASE,
)
_HEAD = re.compile(r"(?:^|\n)[\s>*_#|\-–—•+\[(\"“«]{0,20}(?:\w{1,12}(?:\s{1,3}|['’]))?$")
_LEADS = re.compile(
    r"[\s*_\])\"”]{0,5}(?:[:|–—-]|(?:un)?till?\b|hasta|jusqu|bis\b|fino|at[ée]\b|до\b|حتى|lifts?\b"
    r"|ends?\b|expires?\b|date|time)",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"before|until|till|avant|antes|hasta|prima|vor|до|ран|قبل|حتى|partir|ab\b", re.IGNORECASE
)
_BOUNDARY = re.compile(r"[.!?؟](?=[\"”»)\]*_]{0,4}(?:\s|$))|\n")
_SHORT = re.compile(r"(\w{1,12})$")
_UNTIL_EVENT = re.compile(
    r"(?:embargoed[\s*]{1,5}(?:un)?till?\s|embargad[oa]s?\s{1,3}(?:hasta|até)\s|sperrfrist\s?:).{3,60}",
    re.IGNORECASE | re.DOTALL,
)
"""An embargo may end with an event, which says no time: "embargoed until delivery"."""
_BLANK = re.compile(r"\n[ \t]*\n")
_LINE = re.compile(
    r"^[ \t>*_#|+•–-]{0,20}(?P<words>[^\n]*?[0-9\u0660-\u0669][^\n]*)$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Said:
    """Words that say an embargo, and where they begin; none: there was more than could be read."""

    at: int
    words: str


def said_in(text: str, language: str) -> Iterator[Said]:
    """Every statement of an embargo in a text, of which `language` is the language.

    Takes time in proportion to the text's length; after `MOST_READ` places it gives up and says so.
    """
    read: dict[str, str] = {}
    lines: set[int] = set()
    for match in _STATEMENT.finditer(text):
        span = text[match.start() : match.start() + _LONGEST]
        if not _may_state(text, match):
            continue
        if span not in read:
            if len(read) >= MOST_READ:
                yield Said(match.start(), "")
                return
            read[span] = _stated(span, match, language)
        if read[span]:
            lines.add(text.rfind("\n", 0, match.start()))
            yield Said(match.start(), read[span])
    for found in _LINE.finditer(text):
        if text.rfind("\n", 0, found.start() + 1) in lines:
            continue
        for at, alone in _sentences(found["words"]):
            if announces(alone, language):
                yield Said(found.start("words") + at, alone)


def _sentences(line: str) -> Iterator[tuple[int, str]]:
    """A line's sentences, each with where it begins; the line itself where it is one."""
    start = 0
    for end in (*(boundary.end() for boundary in _boundaries(line)), len(line)):
        alone = line[start:end].strip()
        if alone:
            yield line.index(alone, start), alone
        start = end


def _boundaries(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Every end of a line or a sentence."""
    for boundary in _BOUNDARY.finditer(text, start):
        last = _SHORT.search(text[max(0, boundary.start() - 12) : boundary.start()])
        if boundary[0] != "." or not last or not _abbreviates(last[1]):
            yield boundary


# --- a line of its own ------------------------------------------------------------------------

_USE = re.compile(
    r"em[abrg]{3,5}o|sperrfrist|эмбарго|الحظر|محظور|publi|releas|broadcast|\buse\b|confidential"
    r"|wraps|diffus|difus|difund|divulga"
    r"|pubblica|diffond|veröffentlich|\bfrei|gesperrt|публик|распростран|نشر",
    re.IGNORECASE,
)
_FIRST = words.folded(
    "for to hold not no do don please under confidential release released publication use"
    " publish published broadcast pour a ne diffusion publication publie no para difusion"
    " prohibida publicado divulgacao publicacao nao per non da pubblicazione diffusione zur frei"
    " publicacion freigabe nicht veroffentlichung veroffentlicht gesperrt не для публикация للنشر"
    " النشر لا"
)


def announces(line: str, language: str = "en") -> bool:
    """Whether a line says from when a text may be used, and nothing else.

    "The report will be published on 9 March" is a sentence of the text; "To be published on 9
    March" and "Publication: 9 March, 10:00" are announcements.
    """
    if len(line) > _LONGEST_LINE or not _USE.search(line):
        return False
    spelt = [token.fold for token in tokenise(clean(line)) if token.kind == "word"]
    if not spelt or not (spelt[0] in _FIRST or words.OPENINGS & frozenset(spelt)):
        return False
    parts = parse(line, language)
    if any(isinstance(part, Unknown | Broken | Immediate | Unembargoed) for part in parts):
        return False
    return any(when(parts))


# --- a statement in a text --------------------------------------------------------------------


def _may_state(text: str, match: re.Match[str]) -> bool:
    """Whether the words around leave it open that this is an embargo of news."""
    if match["firm"]:
        return True
    if _GOODS.search(text[max(0, match.start() - 20) : match.start()]):
        return False
    return _at_head(text, match) or _LEADS.match(text, match.end()) is not None


def _at_head(text: str, match: re.Match[str]) -> bool:
    start = max(0, match.start() - 60)
    before = text[start : match.start()]
    return _HEAD.search(before if start else "\n" + before) is not None


def _stated(span: str, match: re.Match[str], language: str) -> str:
    """The words that say an embargo; empty where they say none."""
    length = match.end() - match.start()
    head = _at_head(match.string, match)
    label = head and len(match[0].split()) == 1
    said = _statement(span, length, language, label)
    return said if _states(said, length, bool(match["firm"]), head, language) else ""


def _statement(span: str, length: int, language: str, label: bool) -> str:
    """The words up to the end of the line or sentence, or some lines on until they say when.

    The time that a label such as "EMBARGO" announces may stand in the next paragraph.
    """
    first, partly = "", ""
    for end in _ends(span, length):
        said = span[:end].rstrip()
        first = first or said
        clock, day = when(parse(said[length:], language))
        if clock and day:
            return said
        if clock or day:
            partly = partly or said
        if _BLANK.match(span, end) and (partly or not label):
            break
    return partly or first


def _ends(span: str, length: int) -> Iterator[int]:
    """Where the statement may end: up to three line ends, and the end of the sentence."""
    for nth, boundary in enumerate(_boundaries(span, length), start=1):
        yield boundary.start()
        if boundary[0] not in "\n!" or nth == 3:
            return
    yield len(span)


@lru_cache(maxsize=1024)
def _abbreviates(word: str) -> bool:
    """Whether a full stop after this is not the end of a sentence: "9.", "a.m.", "Feb."."""
    key = fold(word)
    return len(word) <= 2 or key in months() or key in weekdays() or key in HOUR_MARKS


def when(parts: tuple[Part, ...]) -> tuple[bool, bool]:
    """Whether a time of day is said (a number that may be a year is none), and a day."""
    clock = any(isinstance(p, Clock) and not p.unsure for p in parts)
    return clock, any(isinstance(p, Days | Weekday | Relative) for p in parts)


def _states(said: str, length: int, firm: bool, head: bool, language: str) -> bool:
    """Whether this says until when news is embargoed, and not something of an embargo of goods."""
    whole, parts = parse(said, language), parse(said[length:], language)
    clock, day = when(parts)
    leads = _LEADS.match(said, length) is not None
    if not clock and not day:
        immediate = any(isinstance(part, Immediate) for part in parts)
        event = _UNTIL_EVENT.fullmatch(said) and not any(isinstance(p, Unembargoed) for p in whole)
        return bool(event) or (immediate and leads and _straight(parts, (Unknown,)))
    if firm:
        led = leads or _UNTIL.search(said, 0, length) is not None
        return led or _straight(parts, (Unknown,))
    if not _straight(parts, (Unknown, Zone)):
        return False
    return (clock and (day or leads)) or (day and leads and head)


def _straight(parts: tuple[Part, ...], others: tuple[type, ...]) -> bool:
    """Whether a time or a day comes before any part of these types."""
    for part in parts:
        if isinstance(part, Clock | Days | Weekday | Relative | Immediate):
            return True
        if isinstance(part, others):
            return False
    return True
