"""Dates and datelines as press documents print them. Pure rules; a date is never guessed.

Month names come from CLDR (through Babel) in the eight languages, with the Arabic names of the
Levant and the Maghreb and the German of Austria.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from babel import Locale

from mailer.intake.vocabulary import DATE_LABEL

_LOCALES = ("en", "fr", "es", "de", "pt", "it", "ru", "de_AT", "ar", "ar_LB", "ar_DZ", "ar_MA")


def _month_names() -> dict[str, int]:
    names = {"sept": 9}
    for tag in _LOCALES:
        for context in Locale.parse(tag).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in context[width].items():
                    names.setdefault(name.casefold().strip("."), number)
    return names


MONTHS = _month_names()
"""Month names, whole and abbreviated, in lower case → 1 to 12."""

_MONTH = "|".join(
    re.escape(name).replace(r"\ ", r"\s+") for name in sorted(MONTHS, key=len, reverse=True)
)
_WRITTEN = re.compile(
    rf"(?<![\w/])(?<!\d\.)(?:"
    rf"(?P<d>\d{{1,2}})\s?(?:st|nd|rd|th|er|º|ª|°|\.)?\s*(?:of\s+|de\s+|di\s+)?(?P<m>{_MONTH})\.?"
    rf"(?:\s*[/(]\s*(?:{_MONTH})\)?)?,?\s*(?:del?\s+|of\s+)?(?P<y>\d{{4}})"
    rf"|(?P<m2>{_MONTH})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}})"
    rf"|(?P<y3>\d{{4}})[-/.](?P<m3>\d{{2}})[-/.](?P<d3>\d{{2}})"
    rf"|(?P<a>\d{{1,2}})(?P<sep>[/.-])(?P<b>\d{{1,2}})(?P=sep)(?P<y4>\d{{4}})"
    rf")(?![\w/]|\.\d)",
    re.IGNORECASE,
)
MONTH_FOLLOWS = re.compile(rf"\s*(?:{_MONTH})\b", re.IGNORECASE)
"""Tells "8. Oktober" from the eighth item of a list."""

_WEEKDAYS = {
    name.casefold().strip(".")
    for tag in _LOCALES
    for context in Locale.parse(tag).days.values()
    for width in ("wide", "abbreviated")
    for name in context[width].values()
}
_AROUND_A_DATE = {
    *_WEEKDAYS,
    "the",
    "on",
    "le",
    "of",
    "dated",
    "vom",
    "от",
    "du",
    "del",
    "el",
    "il",
    "den",
    "am",
    "em",
    "a",
    "г",
    "года",
    "م",
}
_IN_A_PLACE = frozenset(["of", "and", "de", "la", "upon", "sur", "am", "an", "der", "del", "do"])
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b\d{4}\s*(?:hrs|hours|gmt|utc)\b", re.IGNORECASE)
_ZONE = re.compile(r"\b(?:GMT|UTC|BST|CET|CEST|EST|EDT|[ap]\.?m\.?|hrs|hours|Uhr)\b")


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date and where it stands in its line; `value` is None where it can be read two ways."""

    value: date | None
    printed: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Dateline:
    """ "LONDON, 8 October 2013": the place and date before the dash, and where the text goes on."""

    printed: str
    found: FoundDate | None
    text_starts: int


def dates_in(text: str) -> Iterator[FoundDate]:
    """Every date printed with a four-digit year; "08/10/2013" is found, with no value."""
    for match in _WRITTEN.finditer(text):
        try:
            value = _value(match)
        except ValueError:
            continue
        yield FoundDate(value, match[0], match.start(), match.end())


def _value(match: re.Match[str]) -> date | None:
    if match["d"]:
        return date(int(match["y"]), _month(match["m"]), int(match["d"]))
    if match["d2"]:
        return date(int(match["y2"]), _month(match["m2"]), int(match["d2"]))
    if match["d3"]:
        return date(int(match["y3"]), int(match["m3"]), int(match["d3"]))
    first, second, year = int(match["a"]), int(match["b"]), int(match["y4"])
    if first == second:
        return date(year, first, second)
    if first > 12 or second > 12:
        return date(year, min(first, second), max(first, second))
    date(year, first, second)
    return None


def _month(name: str) -> int:
    return MONTHS[re.sub(r"\s+", " ", name.casefold())]


def has_date(text: str) -> bool:
    """Whether a date with its year stands anywhere in a text."""
    return next(dates_in(text), None) is not None


def only_date(text: str) -> FoundDate | None:
    """The date of a line that holds nothing else (a label, a weekday, a time and its zone may)."""
    unlabelled = DATE_LABEL.sub("", text)
    found = next(dates_in(unlabelled), None)
    if found is None:
        return None
    around = unlabelled[: found.start] + " " + unlabelled[found.end :]
    around = _ZONE.sub(" ", _TIME.sub(" ", around))
    words = re.findall(r"[^\W_]+", around.casefold())
    return found if all(word in _AROUND_A_DATE for word in words) else None


_PLACE = r"[^\W\d_][\w .,'’/()-]{1,60}?"
_DASH = re.compile(
    r"\s*—\s*|\s+(?:[–―-]{1,2})\s+|\)\s*[–:]\s*|\s*:\s+|\.[-–—]\s+"
    r"|(?<=\d{4})\.\s+(?=[„“\"«»]?[^\W\d_a-z])"
)


def dateline_of(text: str) -> Dateline | None:
    """The dateline a paragraph begins with, or None. It has a date, or is a place in capitals."""
    head = text[:140]
    for dash in _DASH.finditer(head):
        closing = head[dash.start() : dash.start() + 1] == ")"
        before = head[: dash.start() + closing].strip()
        found = next(dates_in(before), None)
        shouted = not found and head[dash.end() :].isupper()  # "MEDIA ADVISORY – NOT FOR USE"
        if not shouted and _is_place(before, found, head[dash.start() : dash.end()]):
            return Dateline(_bare(before), found, dash.end())
    return None


def _bare(before: str) -> str:
    whole = before.startswith("(") and before.endswith(")") and before.count("(") == 1
    return before[1:-1].strip() if whole else re.sub(r"(?<=\d)\.$", "", before)


def _is_place(before: str, found: FoundDate | None, dash: str) -> bool:
    if found:
        if ":" in before[: found.start]:
            return False  # "Date: 3 March 2026"
        place = re.findall(r"[^\W\d_]+", before[: found.start])
        names = [word for word in place if word.casefold() not in _AROUND_A_DATE | _IN_A_PLACE]
        after = re.findall(r"\w+", before[found.end :])
        return 0 < len(names) <= 6 and len(after) <= 1 and not any(n[0].islower() for n in names)
    if ":" in dash:
        return False
    words = re.findall(r"[^\W\d_]+", before)
    # "BOULDER CREEK, Calif.": of a state after the place, news agencies write small letters.
    capitals = before.partition(", ")[0].isupper() and len(before) > 2
    return capitals and 0 < len(words) <= 6 and not re.search(r"[\d!?;]", before)


_PLACE_AND_DATE = re.compile(rf"^\(?(?P<place>{_PLACE})[,\s(–—-]+$")


def place_and_date(text: str) -> Dateline | None:
    """A masthead line such as "Geneva, 8 October 2013": a place, a comma, and a date."""
    found = next(dates_in(text), None)
    if (
        found is None
        or re.search(r"\w", text[found.end :])
        or re.search(r"\d", text[: found.start])
    ):
        return None
    words = re.findall(r"[^\W\d_]+", text[: found.start])
    place = [word for word in words if word.casefold() not in _AROUND_A_DATE]
    match = _PLACE_AND_DATE.match(text[: found.start])
    if not match or not 0 < len(place) <= 4 or place[0][0].islower():
        return None
    return Dateline(_bare(text.strip(" .")), found, len(text))
