"""What catches the eye in a text: placeholders, weekdays that do not fit, images without words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import cache, lru_cache
from urllib.parse import unquote

from mailer.core.embargo import words
from mailer.core.embargo.clock import spoken
from mailer.core.embargo.grammar_days import DayGrammar
from mailer.core.embargo.parts import Days, Part, Weekday
from mailer.core.embargo.places import weekdays
from mailer.core.embargo.tokens import clean, tokenise
from mailer.core.embargo.words import fold
from mailer.core.preflight.finding import Finding, Piece, fewest, line_of, plain

LONGEST_HEADLINE = 120
"""Characters; a longer headline is cut in most inboxes and wires."""

NEAR = timedelta(days=150)
"""A date without its year is that nearest the version's own date, if it is as near as this."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def look(piece: Piece, written: date, attached: Collection[str] = ()) -> Iterator[Finding]:
    """Every finding in one text of a version that is dated `written`. All of them warn.

    `attached` are the names of the version's files.
    """
    yield from fewest(_placeholders(piece))
    yield from fewest(_weekdays(piece, written))
    yield from fewest(_images(piece))
    yield from fewest(_pictures(piece, attached))
    length = len(" ".join(piece.text.split()))
    if piece.where.startswith("headline") and length > LONGEST_HEADLINE:
        said = f"The headline has {length} characters; keep it to {LONGEST_HEADLINE}."
        yield Finding("long-headline", False, piece.where, 1, said)


# --- placeholders -----------------------------------------------------------------------------

_PLACEHOLDER = re.compile(
    r"^[ ]{0,3}_(?:[ \t]*_){2,}[ \t]*$"  # a thematic break, passed over
    r"|(?P<found>(?<!\w)(?:[Tt][Bb][CcDd]|(?:TK)+|x{3,})(?!\w)"
    r"|(?<!\w)(?P<roman>X{2,})(?!\w)"
    r"|\[\s{0,3}(?i:insert|insér|einfügen|inseri|вставить|أدخل)"
    r"|\[\s{0,3}(?i:name|names|date|time|place|venue|title|number|amount|quote|link|url|phone"
    r"|e-?mail|organi[sz]ation|city|country|nom|nombre|nome|datum|fecha|data|имя|дата|x+)"
    r"\s{0,3}\](?![(\[:])"
    r"|(?<!\w)(?i:lorem\s{1,3}ipsum)(?!\w)"
    r"|\?{2,}(?!\w)"
    r"|(?:\\_){3,}|(?<![\w.!?,;:”\"'’)*])_{3,}(?!\w))",
    re.MULTILINE,
)

_NUMBERED = words.folded(
    "century centuries siecle siecles siglo siglos seculo seculos secolo secoli век века веке веков"
    " jahrhundert article articles articulo artigo articolo artikel chapter chapitre capitulo"
    " kapitel part partie parte teil title titre titulo titolo titel volume vol book section annex"
    " annexe anexo anhang appendix schedule protocol bowl congress congreso olympiad olympic"
    " olympics games edition edicion session assembly summit anniversary chromosome chromosomes"
    " глава часть статья том съезд القرن"
)
"""Beside one of these, XX is twenty (or a chromosome), and nothing left out."""

_ROMAN = re.compile(r"[IVXLCM]*[IVLCM][IVXLCM]*")
_BEFORE = re.compile(r"(\w{1,30})\W{1,3}(?:\w{1,3}\W{1,3})?$")
_LAST = re.compile(r"(\w{1,30})\W{1,3}$")
_NEXT = re.compile(r"\W{1,3}(\w{1,30})")
_AFTER = re.compile(r"\W{1,3}\w{1,3}\W{1,3}(\w{1,30})")


def _placeholders(piece: Piece) -> Iterator[Finding]:
    line = line_of(piece.text)
    for match in _PLACEHOLDER.finditer(piece.text):
        if match["found"] is None or (match["roman"] and _is_numeral(piece.text, match)):
            continue
        shown = plain(match["found"].strip()).replace("\\", "")
        said = f"“{shown}” is left in; something was still to be filled in or confirmed."
        at = match.start("found")
        yield Finding("placeholder", False, piece.where, line(at), said)


def _is_numeral(text: str, match: re.Match[str]) -> bool:
    before, after = (
        text[max(0, match.start() - 40) : match.start()],
        text[match.end() : match.end() + 40],
    )
    found = (_BEFORE.search(before), _LAST.search(before), _NEXT.match(after), _AFTER.match(after))
    beside = [near[1] for near in found if near]
    return any(fold(word) in _NUMBERED or _ROMAN.fullmatch(word) for word in beside)


# --- weekdays ---------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_]+")
_NEXT_BLOCK = re.compile(r"\n[ \t>]*(?:\n|[-*+•][ \t])")
_RANGE = re.compile(r"\W{1,3}(?:[^\W\d_]{1,5}\W{1,3})?")
"""What joins two weekdays ("Monday to Friday"): the date that follows is not that of the second."""
_BETWEEN = words.folded(
    "the le el il o den dem am dia giorno jour du de del of on em в на от من يوم"
)
_BETWEEN_MARKS = frozenset(",.()*_–—-")
_REACH = 80
"""Characters; a weekday and its date are not further apart."""


def _weekdays(piece: Piece, written: date) -> Iterator[Finding]:
    text = unicodedata.normalize("NFC", piece.text)
    line = line_of(text)
    last = 0
    for word in _WORD.finditer(text):
        if len(word[0]) > 20 or not _starts_weekday(word[0]):
            continue
        ranged = last and _RANGE.fullmatch(text, last, word.start())
        last = word.end()
        found = None if ranged else _date_after(text, word) or _date_before(text, word)
        wrong = found and _wrong(*found, written)
        if wrong:
            said = f"“{plain(word[0])}” does not fit its date: {wrong}."
            yield Finding("weekday", False, piece.where, line(word.start()), said)


@lru_cache(maxsize=4096)
def _starts_weekday(word: str) -> bool:
    return fold(word) in _weekday_starts()


@cache
def _weekday_starts() -> frozenset[str]:
    return frozenset(name.split()[0] for name in weekdays())


def _date_after(text: str, word: re.Match[str]) -> tuple[int, Days] | None:
    """ "Tuesday 9 October 2013", "вторник, 9 октября": the weekday and its date."""
    window = _cut(text[word.start() : word.start() + _REACH])
    return _read_after(_NEXT_BLOCK.split(window, 1)[0]) if _has_digit(window) else None


@lru_cache(maxsize=1024)
def _read_after(window: str) -> tuple[int, Days] | None:
    grammar = DayGrammar(tokenise(clean(window)), prose=True)
    weekday = grammar.weekday(0)
    if weekday is None or not isinstance(weekday[0], Weekday):
        return None
    number, at = weekday[0].number, weekday[1]
    for _ in range(5):
        days = grammar.days(at)
        if days is not None:
            dated = _dated_part(grammar, days[0], at, days[1])
            return (number, dated) if dated else None
        token = grammar.peek(at)
        if token.fold not in _BETWEEN and token.text not in _BETWEEN_MARKS:
            return None
        at += 1
    return None


def _date_before(text: str, word: re.Match[str]) -> tuple[int, Days] | None:
    """ "9 October 2013 (Tuesday)", "9 октября 2013 года, вторник"."""
    window = text[max(0, word.start() - _REACH) : word.start()]
    ending = window.rstrip()[-1:]
    after = text[word.end() : word.end() + 1]
    if ending not in ("(", ",") or (after and after not in "),.;:\n") or not _has_digit(window):
        return None
    known = weekdays().get(fold(word[0]))
    window = _NEXT_BLOCK.split(window)[-1]
    if known is None or len(window) == _REACH:
        window = window.split(None, 1)[-1]
    days = _read_before(window.rstrip(" \t\n,("))
    return (known[0], days) if known is not None and days is not None else None


@lru_cache(maxsize=1024)
def _read_before(window: str) -> Days | None:
    grammar = DayGrammar(tokenise(clean(window)), prose=True)
    count = len(grammar.tokens)
    trailing = words.folded("года год г ano año jahr") | {".", ","}
    while count and grammar.peek(count - 1).fold in trailing:
        count -= 1
    for at in range(count):
        days = grammar.days(at)
        if days is not None and days[1] >= count:
            return _dated_part(grammar, days[0], at, days[1])
    return None


def _dated_part(grammar: DayGrammar, days: Part | None, at: int, end: int) -> Days | None:
    """The date, if it is one to hold someone to: "24/7" is not, nor is one of long ago."""
    if not isinstance(days, Days):
        return None
    if all(year is not None for year, _, _ in days.options):
        return days
    slashed = any(token.text == "/" for token in grammar.tokens[at:end])
    after = (grammar.peek(end), grammar.peek(end + 1))
    long_ago = any(token.kind == "num" and len(token.text) == 4 for token in after)
    return None if slashed or long_ago else days


def _wrong(weekday: int, days: Days, written: date) -> str:
    """Why no reading of the date falls on that weekday; empty where one does, or may."""
    found: list[date] = []
    for year, month, day in days.options:
        meant = _dated(year, month, day, written)
        if meant is None or meant.weekday() == weekday:
            return ""
        found.append(meant)
    return ", and ".join(f"{spoken(d)} is a {_WEEKDAYS[d.weekday()]}" for d in found)


def _dated(year: int | None, month: int, day: int, written: date) -> date | None:
    years = [year] if year is not None else [written.year + k for k in (-1, 0, 1)]
    found = [date(y, month, day) for y in years if _exists(y, month, day)]
    if year is None:
        found = [d for d in found if abs(d - written) <= NEAR]
    return found[0] if len(found) == 1 else None


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _has_digit(window: str) -> bool:
    return any(char.isdigit() for char in window)


def _cut(window: str) -> str:
    """A window that ends with a whole word."""
    return window.rsplit(None, 1)[0] if len(window) == _REACH and " " in window else window


# --- images -----------------------------------------------------------------------------------

_IMAGE = re.compile(r"!\[[^\[\]]*\]\([ \t]*(?:<([^<>\n]{1,500})>|([^\s()<>]{1,500}))")
_BARE_IMAGE = re.compile(r"!\[\s*\](?=[(\[])")


def _images(piece: Piece) -> Iterator[Finding]:
    line = line_of(piece.text)
    for match in _BARE_IMAGE.finditer(piece.text):
        said = "An image has no alternative text; write what it shows between its brackets."
        yield Finding("no-alt-text", False, piece.where, line(match.start()), said)


def _pictures(piece: Piece, attached: Collection[str]) -> Iterator[Finding]:
    line = line_of(piece.text)
    for match in _IMAGE.finditer(piece.text):
        name = unquote(match[1] or match[2])
        if name not in attached:
            said = (
                f"The image {plain(name, 80)} is no attachment, so that only its words are shown;"
                " attach it."
            )
            yield Finding("not-attached", False, piece.where, line(match.start()), said)
