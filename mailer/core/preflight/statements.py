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
from mailer.core.embargo.parts import Broken, Days, Part, Relative, Unknown, Weekday, Zone
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
    r"|(?:not|no)\s{1,3}(?:\w{1,20}\s{1,3}){1,6}?(?:before|until|till)"
    r"|ne\s{1,3}pas\s{1,3}(?:\w{1,20}\s{1,3}){1,3}?avant"
    r"|no\s{1,3}(?:publicar|difundir)\s{1,3}(?:\w{1,20}\s{1,3}){0,2}?(?:antes|hasta)"
    r"|non\s{1,3}(?:pubblicare|diffondere)\s{1,3}prima"
    r"|n[ãa]o\s{1,3}(?:publicar|divulgar)\s{1,3}antes"
    r"|nicht\s{1,3}vor|nicht\s{1,3}(?:zur\s{1,3})?veröffentlich\w{1,5}\s{1,3}vor"
    r"|не\s{1,3}(?:публиковать|для\s{1,3}публикации)\s{1,3}(?:до|ранее|раньше)"
    r"|(?:محظور|محظورة|يحظر|حظر)\s{1,3}(?:ال)?نشر|محظور|محظورة|(?:لا\s{1,3}ينشر|غير\s{1,3}للنشر)\s{1,3}قبل)"
    r"|embargo|эмбарго|الحظر)(?!\w)",
    re.IGNORECASE,
)
_PUBLISHING = re.compile(
    r"publi|releas|broadcast|use|print|air|report|transmi|diffus|veröff|pubbl|divul|difun|публ|نشر"
    r"|embarg|эмбарго|sperr|محظور",
    re.IGNORECASE,
)
"""One of these is in every firm statement: "not before noon" alone may be of a rally."""

_HEAD = re.compile(r"(?:^|\n)[\s>*_#\-–—•+\[(\"“«]{0,20}(?:\w{1,12}(?:\s{1,3}|['’])){0,2}$")
_LEADS = re.compile(
    r"[\s*_\])\"”]{0,5}(?:[:–—-]|(?:un)?till?\b|hasta|jusqu|bis\b|fino|at[ée]\b|до\b|حتى|lifts?\b"
    r"|ends?\b|expires?\b|date|time)",
    re.IGNORECASE,
)
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
    said = f"It says “{plain(shown, 120)}”, but {setting.set_for}; correct whichever is wrong."
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
            length = match.end() - match.start()
            judged[span] = _contradicts(span, length, match, piece.language, setting)
        if judged[span]:
            yield _finding(piece, line(match.start()), judged[span], setting)


def _may_state(text: str, match: re.Match[str]) -> bool:
    """Whether the words around leave it open that this is an embargo of news."""
    if match["firm"]:
        return bool(_PUBLISHING.search(match["firm"]))
    return _at_head(text, match) or _LEADS.match(text, match.end()) is not None


def _at_head(text: str, match: re.Match[str]) -> bool:
    start = max(0, match.start() - 60)
    before = text[start : match.start()]
    return _HEAD.search(before if start else "\n" + before) is not None


def _contradicts(
    span: str, length: int, match: re.Match[str], language: str, setting: Setting
) -> str:
    """The words that say another embargo; empty where they say none, or that which is set."""
    words = _statement(span, length, language)
    if not words or not _states(words, length, match, language):
        return ""
    answer = _read(words, language, setting)
    match answer:
        case Instant(immediate=True):
            agrees = None in setting.embargoes
        case Instant(utc):
            agrees = utc in setting.instants
        case Ask(candidates):
            agrees = not setting.instants.isdisjoint(candidates)
        case Reject():
            agrees = True
    return "" if agrees else words


def _statement(span: str, length: int, language: str) -> str:
    """The words up to the end of the sentence or line, or a little on if they do not say when."""
    best, started = "", False
    for end in _ends(span, length):
        words = span[:end].rstrip()
        parts = parse(words[length:], language)
        clock, day = _says(parts)
        if clock and day:
            return words if not started or span[len(best) : len(best) + 1] == "\n" else best
        if (clock or day) and not started:
            best, started = words, True
        elif not best:
            best = words
        if started and _BLANK.match(span, end):
            break
    return best


def _ends(span: str, length: int) -> Iterator[int]:
    """Where the sentence may end: after a full stop that ends one, at a line's end. Few of them."""
    found = 0
    for boundary in _BOUNDARY.finditer(span, length):
        if boundary[0] == ".":
            last = _SHORT.search(span[max(0, boundary.start() - 12) : boundary.start()])
            if last and _abbreviates(last[1]):
                continue
        yield boundary.start()
        found += 1
        if found == 4:
            return
    if found == 0:
        yield len(span)


@lru_cache(maxsize=1024)
def _abbreviates(word: str) -> bool:
    """Whether a full stop after this is not the end of a sentence: "9.", "a.m.", "Feb."."""
    short = len(word) <= 2
    plain_word = fold(word)
    return short or plain_word in months() or plain_word in weekdays() or plain_word in HOUR_MARKS


def _says(parts: tuple[Part, ...]) -> tuple[bool, bool]:
    """Whether a time of day is said (a number that may be a year is none), and a day."""
    clock = any(isinstance(p, Clock) and not p.unsure for p in parts)
    return clock, any(isinstance(p, Days | Weekday | Relative) for p in parts)


def _states(words: str, length: int, match: re.Match[str], language: str) -> bool:
    """Whether this says until when news is embargoed, and not something of an embargo of goods."""
    parts = parse(words[length:], language)
    clock, day = _says(parts)
    leads = _LEADS.match(words, length) is not None
    if match["firm"]:
        led = leads or bool(re.search(r"before|until|till|avant|antes|prima|vor", match["firm"]))
        return (clock or day) and (led or _straight(parts, (Unknown,)))
    if not _straight(parts, (Unknown, Zone)):
        return False
    return (clock and (day or leads)) or (day and leads and _at_head(match.string, match))


def _straight(parts: tuple[Part, ...], others: tuple[type, ...]) -> bool:
    """Whether a time or a day comes before any part of these types."""
    for part in parts:
        if isinstance(part, Clock | Days | Weekday | Relative):
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
    if isinstance(answer, Reject) and days and all(o[0] for d in days for o in d.options):
        # A day that was already over is another day: last year's line, left in.
        answer = read(words, office_zone=office, now=_LONG_AGO, language=language)
    return answer
