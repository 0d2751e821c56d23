"""Dates and weekdays, in either order and all our languages, from tokens to parts."""

from __future__ import annotations

from datetime import date
from functools import cache

from mailer.core.embargo import words
from mailer.core.embargo.clock import MONTHS
from mailer.core.embargo.parts import Broken, Days, Read, Weekday
from mailer.core.embargo.places import months, weekdays
from mailer.core.embargo.scan import Scanner
from mailer.core.embargo.tokens import Token

_ORDINALS = words.folded("st nd rd th er e o a го ого te ste")
_LETTERS = frozenset("oae")
_OF = words.folded("of de del du d من the do la di day") | frozenset(".,-/'")
_YEARS = range(1990, 2200)


class DayGrammar(Scanner):
    """The rules of days. `iso` is set once a date was written as ISO 8601 writes it.

    In `prose`, as where a time with a colon stands beside it, four digits after a date are its
    year; alone in an embargo line they may be an hour.
    """

    def __init__(self, tokens: tuple[Token, ...], *, prose: bool = False) -> None:
        super().__init__(tokens)
        self.iso = False
        inner = zip(tokens, tokens[1:], tokens[2:], strict=False)
        self._years = prose or any(
            (a.kind, b.text, c.kind, c.glued) == ("num", ":", "num", True) for a, b, c in inner
        )

    def stuck(self, at: int) -> bool:
        """Whether a number is stuck to a word, as in "l0:00": one of its digits may be a letter."""
        token, before = self.peek(at), self.peek(at - 1)
        if token.kind != "num" or not token.glued:
            return False
        if before.kind == "word":
            return not (self.iso and before.fold == "t")
        return before.text == "|" and not before.glued

    def days(self, at: int) -> Read:
        """A date, with its year or without."""
        if self.stuck(at):
            return None
        return self._numeric(at) or self._basic(at) or self._day_month(at) or self._month_day(at)

    def _numeric(self, at: int) -> Read:
        first, sep, second, third = (self.peek(at + k) for k in (0, 1, 2, 4))
        if first.kind != "num" or second.kind != "num" or not self.marked(at + 1, "-/."):
            return None
        spaced = not (sep.glued and second.glued)
        if self.peek(at + 3).text != sep.text or third.kind != "num":
            return self._day_slash_month(at, spaced)
        a, b, c = int(first.text), int(second.text), int(third.text)
        shape = tuple(map(len, (first.text, second.text, third.text)))
        if (spaced and not (sep.text == "." and shape[2] == 4)) or max(shape) > 4 or shape[1] > 2:
            return None
        text = f"{first.text}{sep.text}{second.text}{sep.text}{third.text}"
        if shape[0] == 4 and shape[2] <= 2:
            self.iso = self.iso or sep.text == "-"
            skip = int(self.peek(at + 5).fold == "t" and self.peek(at + 6).kind == "num")
            return self._dated(text, ((a, b, c),), at + 5 + skip)
        if shape[0] <= 2 and shape[2] == 4:
            return self._dated(text, ((c, b, a), (c, a, b)), at + 5)
        if shape[0] <= 2 and shape[2] == 2 and third.glued and not self._is_clock(at + 4):
            orders = [(2000 + c, b, a), (2000 + c, a, b)]
            orders += [(2000 + a, b, c)] if shape[0] == 2 else []
            if sep.text != "." or any(map(_possible, orders)):  # else "10.00.00" is a time
                return self._dated(text, tuple(orders), at + 5, unsure=True)
        apart = not third.glued or self._is_clock(at + 4)
        return self._day_slash_month(at, spaced) if apart else None

    def _day_slash_month(self, at: int, spaced: bool) -> Read:
        """ "9/10" and "9.10. 2026"-like dates without a year."""
        a, b = self.number(at), self.number(at + 2)
        if a is None or b is None or spaced or self.peek(at + 1).text == "-":
            return None
        text = f"{a}{self.peek(at + 1).text}{b}"
        if self.peek(at + 1).text == "/" and self.named(at + 3, months()) is None:
            return self._dated(text, ((None, b, a), (None, a, b)), at + 3)
        if self.marked(at + 3, ".") and self.peek(at + 4).kind == "num" and 1 <= b <= 12:
            return self._dated(text + ".", ((None, b, a),), at + 4)
        return None

    def _basic(self, at: int) -> Read:
        """ISO 8601 basic format: 20131008, usually with T and a time."""
        text = self.peek(at).text
        if self.peek(at).kind != "num" or len(text) != 8:
            return None
        self.iso = True
        skip = int(self.peek(at + 1).fold == "t" and self.peek(at + 2).kind == "num")
        order = (int(text[:4]), int(text[4:6]), int(text[6:]))
        return self._dated(text, (order,), at + 1 + skip)

    def _day_month(self, at: int) -> Read:
        day, end = self._day(at)
        if day is None:
            return None
        end = self._fillers(end)
        month = self.named(end, months())
        if month is None:
            return None
        (number, languages), end = month
        if "en" in languages and self.peek(at + 1).fold in _LETTERS:
            return None  # of "1O March", the O is a nought
        second = self.named(end + 1, months()) if self.marked(end, "/") else None
        if second is not None and second[0][0] == number:  # "آذار/مارس", as the UN writes it
            end = second[1]
        year, end = self._year(end)
        text = f"{day} {MONTHS[number - 1]} {year or ''}".rstrip()
        return self._dated(text, ((year, number, day),), end)

    def _month_day(self, at: int) -> Read:
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
        start = end
        day, end = self._day(start)
        if day is None or self._is_clock(start):
            return None
        if self._is_weekday(at) and self._day_month(start):
            return None
        if year is None:
            year, end = self._year(end)
        text = f"{day} {MONTHS[number - 1]} {year or ''}".rstrip()
        return self._dated(text, ((year, number, day),), end)

    def _dated(
        self,
        text: str,
        orders: tuple[tuple[int | None, int, int], ...],
        end: int,
        unsure: bool = False,
    ) -> Read:
        options = tuple(dict.fromkeys(order for order in orders if _possible(order)))
        if not options:
            return Broken(f"there is no such date as {text}"), end
        doubt = f"{text} may be read as more than one date" if len(options) > 1 or unsure else ""
        return Days(options, doubt, unsure), end

    def _day(self, at: int) -> tuple[int | None, int]:
        """The day of a month in digits or written out, and where it ends."""
        day = self.number(at)
        if day is not None:
            return day, self._ordinal(at + 1)
        return self.named(at, words.ORDINALS) or (None, at)

    def _ordinal(self, at: int) -> int:
        at += int(self.marked(at, "°"))
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
        text = self.peek(at).text
        if self.peek(at).kind == "num" and mark.fold in words.HOUR_MARKS:
            # "2026 h 10.00" has the h of its hour; "3.3.26 heure de Paris" has the hour of Paris.
            return (len(text) > 2 or int(text) <= 24) and not self._is_clock(at + 2)
        past_or_far = "2000" <= text < "2024" or "2100" <= text < "2360"
        if len(text) == 4 and past_or_far and text[2] < "6":
            return not self._years  # "3 April, 2130 GMT"
        if mark.fold in ("am", "pm"):
            return True
        if self.number(at) is None or int(text) > 24:
            return False  # "11/09/26 midday"
        alone = self.named(at + 1, words.NOONS) or self.named(at + 1, words.MIDNIGHTS)
        return self.named(at + 1, words.MERIDIEMS) is not None and (text == "12" or not alone)

    def weekday(self, at: int) -> Read:
        """A day of the week, where the word cannot be another."""
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
        return token.fold in _weekday_starts() and (
            numbered or token.fold not in words.AMBIGUOUS_DAYS
        )


@cache
def _weekday_starts() -> frozenset[str]:
    """The first words of the names of weekdays."""
    return frozenset(name.split()[0] for name in weekdays())


def _possible(order: tuple[int | None, int, int]) -> bool:
    year, month, day = order
    try:
        return date(2000 if year is None else year, month, day).year in _YEARS
    except ValueError:
        return False
