"""Whether a text says the embargo that is set: each statement of one in it, read and compared.

Press offices issue reports on arms embargoes too, so that the word alone is no statement. What
counts is a phrase that press offices use, or the word at the head of a line, with a time after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from mailer.core.embargo import Ask, Instant, Reject, read, say
from mailer.core.embargo.clock import Clock
from mailer.core.embargo.grammar import parse
from mailer.core.embargo.parts import (
    Broken,
    Days,
    Immediate,
    Part,
    Relative,
    Unknown,
    Weekday,
    Zone,
)
from mailer.core.embargo.places import months, weekdays
from mailer.core.embargo.words import HOUR_MARKS, fold
from mailer.core.model import Embargo
from mailer.core.preflight.clocks import known
from mailer.core.preflight.finding import Finding, Piece, fewest, line_of, listed, plain

MOST_READ = 100
"""Statements read in one text; with more of them it is no advisory, and it is refused."""

_LONGEST = 400
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)

_STATEMENT = re.compile(
    r"(?<!\w)(?:(?P<firm>embargoed|embargad[oa]s?|embargu[ée]e?s?|(?:sende)?sperrfrist"
    r"|(?:under|sous|bajo|sotto|sob|под|unter)\s{1,3}(?:\w{1,20}\s{1,3}){0,2}(?:embargo|эмбарго)"
    r"|(?:not\s{1,3}for|(?:not\s{1,3}to|(?:must|may|should|shall)\s{1,3}not)\s{1,3}be|no)\s{1,3}"
    r"(?:\w{1,20}\s{1,3}){0,2}?(?:publi\w{1,9}|release|broadcast|use|air|transmission|reporting)"
    r"\s{1,3}(?:\w{1,20}\s{1,3}){0,4}?(?:before|until|till)"
    r"|ne\s{1,3}pas\s{1,3}(?:\w{1,20}\s{1,3}){1,3}?avant"
    r"|no\s{1,3}(?:publicar|difundir)\s{1,3}(?:\w{1,20}\s{1,3}){0,2}?(?:antes|hasta)"
    r"|non\s{1,3}(?:pubblicare|diffondere)\s{1,3}prima"
    r"|n[ãa]o\s{1,3}(?:publicar|divulgar)\s{1,3}antes"
    r"|nicht\s{1,3}(?:zur\s{1,3})?veröffentlich\w{1,5}\s{1,3}vor"
    r"|не\s{1,3}(?:публиковать|для\s{1,3}публикации)\s{1,3}(?:до|ранее|раньше)"
    r"|(?:محظور|محظورة|يحظر|حظر)\s{1,3}(?:(?:ال)?نشر|حتى)"
    r"|(?:لا\s{1,3}ينشر|غير\s{1,3}للنشر)\s{1,3}قبل)"
    r"|embargo|эмбарго|الحظر)(?!\w)",
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
_UNTIL = re.compile(r"before|until|till|avant|antes|hasta|prima|vor|до|ран|قبل|حتى", re.IGNORECASE)
_BOUNDARY = re.compile(r"[.!?؟](?=[\"”»)\]*_]{0,4}(?:\s|$))|\n")
_SHORT = re.compile(r"(\w{1,12})$")
_BLANK = re.compile(r"\n[ \t]*\n")

_IMMEDIATE = re.compile(
    r"^[ \t>*_#\"“\[(-]{0,20}"
    r"(?P<found>(?:for[ \t]{1,3})?immediate[ \t]{1,3}(?:release|publication|use|broadcast)"
    r"|(?:pour[ \t]{1,3})?(?:diffusion|publication)[ \t]{1,3}immédiate"
    r"|(?:para[ \t]{1,3})?(?:su[ \t]{1,3})?(?:publicación|difusión|divulgación)[ \t]{1,3}inmediata"
    r"|zur[ \t]{1,3}sofortigen[ \t]{1,3}(?:veröffentlichung|freigabe)"
    r"|(?:para[ \t]{1,3})?(?:divulgação|publicação)[ \t]{1,3}imediata"
    r"|(?:per[ \t]{1,3})?(?:pubblicazione|diffusione)[ \t]{1,3}immediata"
    r"|для[ \t]{1,3}немедленно(?:го|й)[ \t]{1,3}(?:публикации|распространения)"
    r"|للنشر[ \t]{1,3}(?:الفوري|فورا|فورًا))"
    r"(?=[ \t*_\])\"”]{0,10}(?:$|[:.,;|/–—-]|\d))",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the text is held against: the embargoes (None: immediate), and who reads it when."""

    embargoes: tuple[Embargo | None, ...]
    office_zone: str
    now: datetime

    @property
    def instants(self) -> frozenset[datetime]:
        """The instants (UTC) that the text may say."""
        return frozenset(e.instant for e in self.embargoes if e is not None)

    @property
    def anchor(self) -> datetime:
        """The moment the text is read as of: after the lift, its own line is not yet past."""
        return max(_LONG_AGO, min([self.now, *self.instants]))

    @property
    def set_for(self) -> str:
        """The embargoes in words."""
        said = {
            "it is for immediate release"
            if e is None
            else f"the embargo is {plain(say(e.instant, known(e.zone) or 'UTC', 'en'))}": None
            for e in self.embargoes
        }
        return listed(list(said))


def look(piece: Piece, setting: Setting) -> Iterator[Finding]:
    """Every statement in one text that is not the embargo of any audience. All of them block."""
    if not setting.embargoes:
        return
    yield from fewest(_immediate(piece, setting))
    yield from fewest(_contradictions(piece, setting))


def _immediate(piece: Piece, setting: Setting) -> Iterator[Finding]:
    if None in setting.embargoes:
        return
    line = line_of(piece.text)
    for match in _IMMEDIATE.finditer(piece.text):
        yield _finding(piece, line(match.start("found")), match["found"], setting)


def _finding(piece: Piece, line: int, shown: str, setting: Setting) -> Finding:
    words = plain(shown.replace("*", ""), 120)
    said = f"It says “{words}”, but {setting.set_for}; correct whichever is wrong."
    return Finding("embargo-contradicted", True, piece.where, line, said)


def _contradictions(piece: Piece, setting: Setting) -> Iterator[Finding]:
    text, line = piece.text, line_of(piece.text)
    judged: dict[str, str] = {}
    for match in _STATEMENT.finditer(text):
        span = text[match.start() : match.start() + _LONGEST]
        if not _may_state(text, match):
            continue
        if span not in judged:
            if len(judged) >= MOST_READ:
                said = (
                    f"It speaks of an embargo more than {MOST_READ} times, and only so many were"
                    " compared with the one that is set; say it once."
                )
                yield Finding("embargo-contradicted", True, piece.where, line(match.start()), said)
                return
            judged[span] = _contradicts(span, match, piece.language, setting)
        if judged[span]:
            yield _finding(piece, line(match.start()), judged[span], setting)


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


def _contradicts(span: str, match: re.Match[str], language: str, setting: Setting) -> str:
    """The words that say another embargo; empty where they say none, or that which is set."""
    length = match.end() - match.start()
    head = _at_head(match.string, match)
    label = head and len(match[0].split()) == 1
    words = _statement(span, length, language, label)
    if not _states(words, length, bool(match["firm"]), head, language):
        return ""
    match _read(words, language, setting):
        case Instant(immediate=True):
            agrees = None in setting.embargoes
        case Instant(utc):
            agrees = utc in setting.instants
        case Ask(candidates):
            agrees = not setting.instants.isdisjoint(candidates)
        case Reject(past=past):
            # What cannot be read at all may still be an embargo of what is to go at once.
            agrees = past or None not in setting.embargoes
    return "" if agrees else words


def _statement(span: str, length: int, language: str, label: bool) -> str:
    """The words up to the end of the line or sentence, or some lines on until they say when.

    The time that a label such as "EMBARGO" announces may stand in the next paragraph.
    """
    first, partly = "", ""
    for end in _ends(span, length):
        words = span[:end].rstrip()
        first = first or words
        clock, day = _says(parse(words[length:], language))
        if clock and day:
            return words
        if clock or day:
            partly = partly or words
        if _BLANK.match(span, end) and (partly or not label):
            break
    return partly or first


def _ends(span: str, length: int) -> Iterator[int]:
    """Where the statement may end: up to three line ends, and the end of the sentence."""
    lines = 0
    for boundary in _BOUNDARY.finditer(span, length):
        at = boundary.start()
        last = _SHORT.search(span[max(0, at - 12) : at])
        if boundary[0] == "." and last and _abbreviates(last[1]):
            continue
        yield at
        lines += 1
        if boundary[0] != "\n" or lines == 3:
            return
    yield len(span)


@lru_cache(maxsize=1024)
def _abbreviates(word: str) -> bool:
    """Whether a full stop after this is not the end of a sentence: "9.", "a.m.", "Feb."."""
    key = fold(word)
    return len(word) <= 2 or key in months() or key in weekdays() or key in HOUR_MARKS


def _says(parts: tuple[Part, ...]) -> tuple[bool, bool]:
    """Whether a time of day is said (a number that may be a year is none), and a day."""
    clock = any(isinstance(p, Clock) and not p.unsure for p in parts)
    return clock, any(isinstance(p, Days | Weekday | Relative) for p in parts)


def _states(words: str, length: int, firm: bool, head: bool, language: str) -> bool:
    """Whether this says until when news is embargoed, and not something of an embargo of goods."""
    parts = parse(words[length:], language)
    clock, day = _says(parts)
    leads = _LEADS.match(words, length) is not None
    if not clock and not day:
        immediate = any(isinstance(part, Immediate) for part in parts)
        return immediate and leads and _straight(parts, (Unknown,))
    if firm:
        led = leads or _UNTIL.search(words, 0, length) is not None
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


def _read(words: str, language: str, setting: Setting) -> Instant | Ask | Reject:
    """What the words say. What follows the statement and cannot be read is dropped word by word."""
    office = known(setting.office_zone) or "UTC"
    for _ in range(40):
        parts = parse(words, language)
        if not any(isinstance(part, Broken) for part in parts) or not all(_says(parts)):
            break
        words = words.rsplit(None, 1)[0]
    answer = read(words, office_zone=office, now=setting.anchor, language=language)
    days = [part for part in parse(words, language) if isinstance(part, Days)]
    dated = days and all(year for part in days for year, _, _ in part.options)
    if isinstance(answer, Reject) and dated and None not in setting.embargoes:
        # A day that is over is another day too: last year's line, left in.
        answer = read(words, office_zone=office, now=_LONG_AGO, language=language)
    return answer
