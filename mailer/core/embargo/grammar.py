"""From a printed line to its parts: clocks, dates, weekdays, zones, and what was not understood.

Nothing is dropped that could matter: what is neither read nor known to say nothing is `Unknown`.
The patterns are walked token by token, so that no input costs more than a short look ahead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from mailer.core.embargo import words
from mailer.core.embargo.clock import Clock, clock, midnight, noon
from mailer.core.embargo.places import (
    LONGEST,
    Meaning,
    Places,
    meanings,
    months,
    weekdays,
    zone_names,
)
from mailer.core.embargo.tokens import END, Token, clean, tokenise
from mailer.core.embargo.words import Abbreviation


@dataclass(frozen=True, slots=True)
class Days:
    """The dates that were printed, as (year or None, month, day): several where it is unclear."""

    options: tuple[tuple[int | None, int, int], ...]
    doubt: str = ""
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week; Monday is 0."""

    number: int


@dataclass(frozen=True, slots=True)
class Relative:
    """A word such as "tomorrow": so many days after the day it is read."""

    word: str
    days: int


@dataclass(frozen=True, slots=True)
class Shift:
    """The words "next day", "day before": said of one of several clocks."""

    days: int


@dataclass(frozen=True, slots=True)
class Offset:
    """A printed offset from UTC, east positive (ISO 8601; the opposite of Etc/GMT names)."""

    east: timedelta


@dataclass(frozen=True, slots=True)
class Zone:
    """Words that name a zone, and what they mean."""

    text: str
    meaning: Meaning | Offset


@dataclass(frozen=True, slots=True)
class Local:
    """The words "local time", which do not say where."""


@dataclass(frozen=True, slots=True)
class Immediate:
    """The words "for immediate release", or a denial of them."""

    denied: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood. `matters`: it may change the instant wherever in the line it stands."""

    text: str
    matters: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that looks like a time or a date and cannot be one."""

    reason: str


Part = Clock | Days | Weekday | Relative | Shift | Zone | Local | Immediate | Unknown | Broken

_Read = tuple[Part | None, int] | None
_T = TypeVar("_T")
_ORDINALS = words.folded("st nd rd th er e o a го ого te ste")
_OF = words.folded("of de del du d من the do la") | frozenset(".,-/'")
_YEARS = range(1990, 2200)
_JOINS = frozenset({"/", "-", "or", "ou", "o", "oder"})


def parse(line: str, language: str) -> tuple[Part, ...]:
    """The parts of a line, in the order of the line; `language` where the line does not tell."""
    return _Parser(tokenise(clean(line)), language).parts()


class _Parser:
    """Each rule looks at the tokens from `at` on: a part and where it ends, or None."""

    def __init__(self, tokens: tuple[Token, ...], language: str) -> None:
        self.tokens = tokens
        self.spans: list[tuple[Part, int, int]] = []
        self.shouting = all(t.text == t.text.upper() for t in tokens if t.kind == "word")
        self.languages = _languages(tokens) or frozenset({language})
        self.iso = False

    def parts(self) -> tuple[Part, ...]:
        rules = (self.days, self.clock, self.offset, self.zone, self.phrase, self.weekday)
        at = 0
        while at < len(self.tokens):
            part, end = next(
                (read for rule in rules if (read := rule(at)) is not None), self.rest(at)
            )
            if part is not None:
                self.spans.append((part, at, end))
            at = end
        return self._seasons_paired()

    # --- looking ---------------------------------------------------------------------------

    def peek(self, at: int) -> Token:
        return self.tokens[at] if 0 <= at < len(self.tokens) else END

    def number(self, at: int) -> int | None:
        """A number of one or two digits."""
        token = self.peek(at)
        return int(token.text) if token.kind == "num" and len(token.text) <= 2 else None

    def marked(self, at: int, marks: str) -> bool:
        token = self.peek(at)
        return token.kind == "mark" and token.text in marks

    def after_clock(self, at: int) -> bool:
        return bool(self.spans) and self.spans[-1][2] == at and isinstance(self.spans[-1][0], Clock)

    def named(self, at: int, table: Mapping[str, _T]) -> tuple[_T, int] | None:
        """The longest name of the table that starts here, marks within it aside."""
        spelt, found, end = "", None, at
        for _ in range(LONGEST + 2):
            while end > at and self.marked(end, "-'’ʼ.,[]()") and self.peek(end + 1).kind == "word":
                end += 1
            if self.peek(end).kind != "word":
                break
            spelt = f"{spelt} {self.peek(end).fold}".lstrip()
            end += 1
            if spelt in table:
                found = table[spelt], end
        return found

    # --- dates -----------------------------------------------------------------------------

    def days(self, at: int) -> _Read:
        return self._numeric(at) or self._basic(at) or self._day_month(at) or self._month_day(at)

    def _numeric(self, at: int) -> _Read:
        first, sep, second, third = (self.peek(at + k) for k in (0, 1, 2, 4))
        if first.kind != "num" or second.kind != "num" or not self.marked(at + 1, "-/."):
            return None
        spaced = not (sep.glued and second.glued)
        if self.peek(at + 3).text != sep.text or third.kind != "num":
            return self._day_slash_month(at, spaced)
        a, b, c = int(first.text), int(second.text), int(third.text)
        shape = tuple(map(len, (first.text, second.text, third.text)))
        if spaced and not (sep.text == "." and shape[2] == 4) or max(shape) > 4 or shape[1] > 2:
            return None
        text = f"{first.text}{sep.text}{second.text}{sep.text}{third.text}"
        if shape[0] == 4 and shape[2] <= 2:
            self.iso = self.iso or sep.text == "-"
            skip = int(self.peek(at + 5).fold == "t" and self.peek(at + 6).kind == "num")
            return self._dated(text, ((a, b, c),), at + 5 + skip)
        if shape[0] <= 2 and shape[2] == 4:
            return self._dated(text, ((c, b, a), (c, a, b)), at + 5)
        if shape[0] == shape[2] == 2 and sep.text != ":":
            orders = ((2000 + c, b, a), (2000 + c, a, b), (2000 + a, b, c))
            return self._dated(text, orders, at + 5, unsure=True)
        return None

    def _day_slash_month(self, at: int, spaced: bool) -> _Read:
        """ "9/10" and "9.10. 2026"-like dates without a year."""
        a, b = self.number(at), self.number(at + 2)
        if a is None or b is None or spaced or self.peek(at + 1).text == "-":
            return None
        text = f"{a}{self.peek(at + 1).text}{b}"
        if self.peek(at + 1).text == "/":
            return self._dated(text, ((None, b, a), (None, a, b)), at + 3)
        if self.marked(at + 3, ".") and self.peek(at + 4).kind == "num" and 1 <= b <= 12:
            return self._dated(text + ".", ((None, b, a),), at + 4)
        return None

    def _basic(self, at: int) -> _Read:
        """ISO 8601 basic format: 20131008, usually with T and a time."""
        text = self.peek(at).text
        if self.peek(at).kind != "num" or len(text) != 8:
            return None
        self.iso = True
        skip = int(self.peek(at + 1).fold == "t" and self.peek(at + 2).kind == "num")
        order = (int(text[:4]), int(text[4:6]), int(text[6:]))
        return self._dated(text, (order,), at + 1 + skip)

    def _day_month(self, at: int) -> _Read:
        day = self.number(at)
        if day is None:
            return None
        end = self._fillers(self._ordinal(at + 1))
        month = self.named(end, months())
        if month is None:
            return None
        (number, _), end = month
        year, end = self._year(end)
        return self._dated(f"{day} {_MONTH[number]}", ((year, number, day),), end)

    def _month_day(self, at: int) -> _Read:
        """ "March 3, 2026", and "2026 March 3"."""
        year: int | None = None
        start = at
        if self.peek(at).kind == "num" and len(self.peek(at).text) == 4:
            year, start = int(self.peek(at).text), self._fillers(at + 1)
            if year not in _YEARS:
                return None
        month = self.named(start, months())
        if month is None:
            return None
        (number, _), end = month
        end = self._fillers(end)
        day = self.number(end)
        if day is None or self._is_clock(end) or (self._is_weekday(at) and self._day_month(end)):
            return None
        end = self._ordinal(end + 1)
        if year is None:
            year, end = self._year(end)
        return self._dated(f"{day} {_MONTH[number]}", ((year, number, day),), end)

    def _dated(
        self,
        text: str,
        orders: tuple[tuple[int | None, int, int], ...],
        end: int,
        unsure: bool = False,
    ) -> _Read:
        options = tuple(dict.fromkeys(order for order in orders if _possible(order)))
        if not options:
            return Broken(f"there is no such date as {text}"), end
        doubt = f"{text} may be read as more than one date" if len(options) > 1 or unsure else ""
        return Days(options, doubt, unsure), end

    def _ordinal(self, at: int) -> int:
        if self.marked(at, "-") and self.peek(at + 1).fold in _ORDINALS:
            return at + 2
        return at + 1 if self.peek(at).glued and self.peek(at).fold in _ORDINALS else at

    def _fillers(self, at: int) -> int:
        for _ in range(3):
            if self.peek(at).fold not in _OF:
                break
            at += 1
        return at

    def _year(self, at: int) -> tuple[int | None, int]:
        """A year after a day and month; a number that could as well be an hour is not one."""
        end = self._fillers(at)
        token = self.peek(end)
        if token.kind != "num" or self._is_clock(end):
            return None, at
        if len(token.text) == 4 and int(token.text) in _YEARS:
            return int(token.text), end + 1
        if len(token.text) == 2 and int(token.text) > 24:
            return 2000 + int(token.text), end + 1
        return None, at

    def _is_clock(self, at: int) -> bool:
        mark = self.peek(at + 1)
        if mark.text in (":", ".") and mark.glued and self.peek(at + 2).glued:
            return self.peek(at + 2).kind == "num"
        return mark.fold in words.HOUR_MARKS or self.named(at + 1, words.MERIDIEMS) is not None

    # --- clocks ----------------------------------------------------------------------------

    def clock(self, at: int) -> _Read:
        if self.peek(at).kind == "num":
            return self._colon(at) or self._hours(at) or self._compact(at) or self._bare(at)
        for names, made in ((words.NOONS, noon), (words.MIDNIGHTS, midnight)):
            named = self.named(at, names)
            if named is not None:
                return made(), named[1]
        return None

    def _colon(self, at: int) -> _Read:
        hour, minute, sep = self.number(at), self.number(at + 2), self.peek(at + 1)
        after = self.peek(at + 2)
        if hour is None or minute is None or sep.text not in (":", "."):
            return None
        if not sep.glued or not after.glued or len(after.text) != 2:
            return None
        time, end = timedelta(hours=hour, minutes=minute), at + 3
        if self.peek(end).text == sep.text and self.peek(end + 1).glued:
            second = self.number(end + 1)
            if second is not None and len(self.peek(end + 1).text) == 2:
                if second > 59:
                    return Broken(f"{hour:02d}:{minute:02d}:{second} is not a time of day"), end + 2
                time, end = time + timedelta(seconds=second), end + 2
                if self.marked(end, ".,") and self.peek(end + 1).glued:
                    fraction = self.peek(end + 1)
                    if fraction.kind == "num" and self.peek(end).glued:
                        micro = int(fraction.text[:6].ljust(6, "0"))
                        time, end = time + timedelta(microseconds=micro), end + 2
        if minute > 59:
            return Broken(f"{hour:02d}:{minute} is not a time of day"), end
        return self._halved(time, end, either=len(self.peek(at).text) == 1 and not self.iso)

    def _hours(self, at: int) -> _Read:
        """ "18h30", "18 Uhr 30", "18 horas", "6 o'clock", "6 pm"."""
        hour, end = self.number(at), at + 1
        if hour is None:
            return None
        if [self.peek(end + k).fold for k in range(3)] == ["o", "'", "clock"]:
            return self._halved(timedelta(hours=hour), end + 3, either=True)
        if self.peek(end).fold not in words.HOUR_MARKS:
            if self._half(end)[0]:
                return self._halved(timedelta(hours=hour), end)
            return None
        end += 1
        end += int(self.marked(end, "."))
        minute = self.number(end)
        if minute is None or len(self.peek(end).text) != 2 or self.days(end) is not None:
            return self._halved(timedelta(hours=hour), end)
        if minute > 59:
            return Broken(f"{hour}h{minute} is not a time of day"), end + 1
        return self._halved(timedelta(hours=hour, minutes=minute), end + 1)

    def _compact(self, at: int) -> _Read:
        """ "0001 hrs", "2301Z", "0930"; and "930 hrs" and "630 am", which say that they are."""
        text, end = self.peek(at).text, at + 1
        said = self.peek(end).fold in words.HOUR_MARKS or bool(self._half(end)[0])
        if len(text) == 6 and self.iso and self.peek(at - 1).fold == "t":
            second = int(text[4:])
        elif len(text) == 4 or (len(text) == 3 and said):
            second = 0
            text = text.zfill(4)
        else:
            return None
        hour, minute = int(text[:2]), int(text[2:4])
        if minute > 59 or hour > 24 or second > 59:
            return (Broken(f"{text} is not a time of day"), end) if said else None
        read = self._halved(timedelta(hours=hour, minutes=minute, seconds=second), end)
        if read and isinstance(read[0], Clock) and 2000 <= int(text) <= 2059 and not said:
            return Clock(read[0].readings, f"{text} may be a year", unsure=True), read[1]
        return read

    def _bare(self, at: int) -> _Read:
        """ "10 GMT": an hour, most likely, but a person must say so."""
        hour = self.number(at)
        if hour is None or hour > 24 or self.zone(at + 1) is None:
            return None
        read = clock(timedelta(hours=hour), "", either=True)
        if isinstance(read, str):
            return None
        return Clock(read.readings, f"{hour} is an hour without its minutes", unsure=True), at + 1

    def _halved(self, time: timedelta, end: int, either: bool = False) -> _Read:
        """The clock with whatever says its half of the day, or that it counts to twenty-four."""
        half, end = self._half(end)
        if not half and self.peek(end).fold in words.HOUR_MARKS:
            half, end = self._half(end + 1)
            either = False
        end += int(self.peek(end).fold in words.MINUTE_MARKS)
        sure = self.languages <= words.TWENTY_FOUR
        read = clock(time, half, either=either and not sure)
        return (Broken(read), end) if isinstance(read, str) else (read, end)

    def _half(self, at: int) -> tuple[str, int]:
        named = self.named(at, words.MERIDIEMS)
        if named is None or (self.peek(at).fold == "am" and self.languages == {"de"}):
            return "", at
        return named

    # --- zones -----------------------------------------------------------------------------

    def offset(self, at: int) -> _Read:
        """ "UTC+05:30", "GMT-5", and after a clock "+0200", "-05:00"."""
        based = self.peek(at).fold in ("utc", "gmt", "гмт", "ut")
        sign = at + int(based)
        token, digits = self.peek(sign), self.peek(sign + 1)
        if token.text not in ("+", "-", "–") or digits.kind != "num" or not digits.glued:
            return None
        if not based and not self.after_clock(at):
            return None
        length = len(digits.text)
        parts, end = [int(digits.text)], sign + 2
        if length in (3, 4, 6):
            text = digits.text.zfill(4)
            parts = [int(text[k : k + 2]) for k in range(0, len(text), 2)]
        while len(parts) < 3 and self.marked(end, ":") and self.number(end + 1) is not None:
            parts.append(self.number(end + 1) or 0)
            end += 2
        if not based and token.text != "+":
            # "10:00-11:00" and "10:00 - 3 March" are no offsets; "10:00 -05:00" is one.
            apart = not token.glued and len(parts) > 1
            if token.text != "-" or not (apart or (self.iso and token.glued)):
                return None
        if length == 5 or length > 6 or (based and self.days(sign + 1) is not None):
            return None
        size = sum((timedelta(seconds=p * 60 ** (2 - k)) for k, p in enumerate(parts)), timedelta())
        text = "".join(t.text for t in self.tokens[at:end])
        if size >= timedelta(hours=16) or any(p > 59 for p in parts[1:]):
            return Broken(f"{text} is not an offset from UTC"), end
        return Zone(text, Offset(size if token.text == "+" else -size)), end

    def zone(self, at: int) -> _Read:
        token = self.peek(at)
        if token.kind == "iana":
            name = zone_names()[token.text.lower()]
            return Zone(name, Places((name,))), at + 1
        if token.kind != "word":
            return None
        named = self.named(at, meanings())
        if named is not None and (named[1] > at + 1 or self._proper(at)):
            return Zone(self._said(at, named[1]), named[0]), named[1]
        if token.fold in words.ABBREVIATIONS and self._abbreviates(at):
            return Zone(token.text, words.ABBREVIATIONS[token.fold]), at + 1
        if token.fold in words.GENERIC and self._abbreviates(at):
            return Zone(token.text, Places((words.GENERIC[token.fold],))), at + 1
        return None

    def _proper(self, at: int) -> bool:
        """Whether a word is written as a name, or said to have a time: "london time"."""
        token = self.peek(at)
        if token.fold in months() or token.fold in words.NOISE:
            return False
        return token.text[0] != token.text[0].lower() or not token.text[0].isascii() or (
            self.peek(at + 1).fold in ("time", "zeit")
        )

    def _abbreviates(self, at: int) -> bool:
        token = self.peek(at)
        if token.text == token.text.upper() and not self.shouting:
            return True
        if token.fold not in words.WORDLIKE:
            return token.fold not in words.GENERIC or token.fold == "uk" or self.shouting
        placed = self.after_clock(at) or self.marked(at - 1, "/(")
        return placed and (self.shouting or "en" in self.languages)

    def _said(self, start: int, end: int) -> str:
        return " ".join(t.text for t in self.tokens[start:end])

    def _seasons_paired(self) -> tuple[Part, ...]:
        """ "CET/CEST" names both seasons of one place: its own time, whatever the season."""
        parts: list[Part] = []
        end = -1
        for part, start, stop in self.spans:
            last = parts[-1] if parts else None
            joined = end + 1 == start and self.peek(end).fold in _JOINS
            place = _common_place(last, part) if joined else None
            if place is not None and isinstance(last, Zone) and isinstance(part, Zone):
                parts[-1] = Zone(f"{last.text}/{part.text}", Places((place,)))
            else:
                parts.append(part)
            end = stop
        return tuple(parts)

    # --- the rest --------------------------------------------------------------------------

    def phrase(self, at: int) -> _Read:
        token = self.peek(at)
        shift = self.named(at, words.SHIFTS)
        if shift is not None:
            return Shift(shift[0]), shift[1]
        relative = self.named(at, words.RELATIVE)
        if relative is not None:
            return Relative(self._said(at, relative[1]), relative[0]), relative[1]
        if token.fold in words.LOCAL:
            return Local(), at + 1
        if token.fold in words.IMMEDIATE:
            return Immediate(any(t.fold in words.NEGATIONS for t in self.tokens[:at])), at + 1
        return None

    def weekday(self, at: int) -> _Read:
        named = self.named(at, weekdays())
        return (Weekday(named[0][0]), named[1]) if named and self._is_weekday(at) else None

    def _is_weekday(self, at: int) -> bool:
        token = self.peek(at)
        after = at + 1
        while self.marked(after, ".,"):
            after += 1
        numbered = self.peek(after).kind == "num"
        if token.fold in words.GERMAN_DAYS:
            return numbered and self.marked(at + 1, ".") and token.text[0].isupper()
        return token.fold in weekdays_first() and (
            numbered or token.fold not in words.AMBIGUOUS_DAYS
        )

    def rest(self, at: int) -> tuple[Part | None, int]:
        """What no rule reads: nothing, where the tables know it says nothing."""
        token = self.peek(at)
        if token.kind == "mark":
            return (Unknown(token.text, True) if token.text in "?~±≈" else None), at + 1
        if token.kind == "word" and token.fold in words.NOISE:
            return None, at + 1
        capitals = 3 <= len(token.text) <= 5 and token.text.isupper() and token.text[-1] == "T"
        zonelike = capitals and not self.shouting
        matters = token.kind == "num" or token.fold in words.MATTERS or zonelike
        return Unknown(token.text, matters), at + 1


_MONTH = [
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
]  # fmt: skip


def weekdays_first() -> frozenset[str]:
    """The first words of the names of weekdays."""
    return frozenset(name.split()[0] for name in weekdays())


def _languages(tokens: tuple[Token, ...]) -> frozenset[str]:
    """The languages that a line's months, weekdays and commonest words are written in."""
    hinted = {words.HINTS[token.fold] for token in tokens if token.fold in words.HINTS}
    shared = frozenset(hinted)
    for token in tokens:
        for table in (months(), weekdays()):
            known = table.get(token.fold, (0, frozenset[str]()))[1]
            shared = (shared & known or shared) if shared else known
    return shared


def _possible(order: tuple[int | None, int, int]) -> bool:
    year, month, day = order
    try:
        return date(2000 if year is None else year, month, day).year in _YEARS
    except ValueError:
        return False


def _common_place(one: Part | None, other: Part) -> str | None:
    if not isinstance(one, Zone) or not isinstance(other, Zone):
        return None
    if not isinstance(one.meaning, Abbreviation) or not isinstance(other.meaning, Abbreviation):
        return None
    if {one.text.lower(), other.text.lower()} == {"gmt", "bst"}:
        return "Europe/London"
    for zone, minutes in one.meaning.first:
        for same, others in other.meaning.first:
            if zone == same and minutes != others:
                return zone
    return None
