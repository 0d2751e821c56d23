"""Zones and offsets from UTC, from tokens to parts; and which of a line's places has a clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mailer.core.embargo import words, zone_words
from mailer.core.embargo.clock import Clock
from mailer.core.embargo.grammar_days import DayGrammar
from mailer.core.embargo.parts import (
    Broken,
    Days,
    Offset,
    Opening,
    Part,
    Read,
    Relative,
    Weekday,
    Zone,
)
from mailer.core.embargo.places import Places, key, meanings, months, zone_names
from mailer.core.embargo.scan import languages
from mailer.core.embargo.tokens import Token
from mailer.core.embargo.zone_words import Abbreviation

_BASES = {
    **dict.fromkeys(("utc", "gmt", "гмт", "ut"), timedelta()),
    **dict.fromkeys(("msk", "мск"), timedelta(hours=3)),
}
_JOINS = frozenset({"/", "-", "or", "ou", "o", "oder"})


class ZoneGrammar(DayGrammar):
    """The rules of zones. `spans` are the parts found so far, each with where it is."""

    def __init__(self, tokens: tuple[Token, ...], language: str) -> None:
        super().__init__(tokens)
        self.spans: list[tuple[Part, int, int]] = []
        self.shouting = all(t.text == t.text.upper() for t in tokens if t.kind == "word")
        self.whispering = all(t.text == t.text.lower() for t in tokens)
        self.languages = languages(tokens) or frozenset({language})

    def after_clock(self, at: int) -> bool:
        """Whether a clock ends there."""
        return self.after(at, Clock)

    def after(self, at: int, *kinds: type) -> bool:
        """Whether a part of one of these kinds ends there."""
        return bool(self.spans) and self.spans[-1][2] == at and isinstance(self.spans[-1][0], kinds)

    def offset(self, at: int) -> Read:
        """ "UTC+05:30", "GMT-5", "мск+2", and after a clock "+0200", "-05:00"."""
        base = _BASES.get(self.peek(at).fold)
        based = base is not None
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
        if self.peek(end).glued and self.peek(end).kind == "word" and not self._hour_more(end):
            return None
        size = sum((timedelta(seconds=p * 60 ** (2 - k)) for k, p in enumerate(parts)), timedelta())
        text = "".join(t.text for t in self.tokens[at:end])
        if self._hour_more(end):
            return Broken(f"“{text} {self.peek(end).text}” may be a zone or another time"), end
        if size >= timedelta(hours=16) or any(p > 59 for p in parts[1:]):
            return Broken(f"{text} is not an offset from UTC"), end
        east = size if token.text == "+" else -size
        return Zone(text, Offset(east + (base or timedelta()))), end

    def _hour_more(self, at: int) -> bool:
        """ "GMT +1 hour", but for "GMT+1 heure de Paris"."""
        unit = self.peek(at).fold
        named = unit in zone_words.TIME_WORDS and self.peek(at + 1).kind == "word"
        return unit in words.HOUR_MARKS | words.DURATIONS and not named

    def zone(self, at: int) -> Read:
        """ "Europe/Paris", "London", "CET"."""
        token = self.peek(at)
        if token.kind == "iana":
            name = zone_names()[token.text.lower()]
            return Zone(name, Places((name,))), at + 1
        if token.kind != "word":
            return None
        named = self.named(at, meanings())
        if named is not None and (named[1] > at + 1 or self._proper(at)):
            return Zone(self.said(at, named[1]), named[0]), named[1]
        if token.fold in zone_words.ABBREVIATIONS and self._abbreviates(at):
            return Zone(token.text, zone_words.ABBREVIATIONS[token.fold]), at + 1
        if token.fold in zone_words.GENERIC and self._abbreviates(at):
            return Zone(token.text, Places((zone_words.GENERIC[token.fold],))), at + 1
        return None

    def _proper(self, at: int) -> bool:
        """Whether a word is written as a name, or has a time: "london time", "ora italiana"."""
        token = self.peek(at)
        if token.fold in months() or token.fold in words.NOISE:
            return False
        first = token.text[0]
        if first != first.lower() or first == first.upper():
            return True
        before = at - int(self.marked(at - 1, "(") or self.peek(at - 1).fold == "по")
        if self.after(before, Clock, Days) and (before < at or self.whispering):
            return True
        near = [self.peek(k).fold for k in (at - 3, at - 2, at - 1, at + 1)]
        return any(word in zone_words.TIME_WORDS for word in near)

    def _abbreviates(self, at: int) -> bool:
        token = self.peek(at)
        if token.text == token.text.upper() and not self.shouting:
            return True
        if not self.shouting and token.fold in zone_words.WORDLIKE - zone_words.WRITTEN_SMALL:
            return False
        if token.fold not in zone_words.WORDLIKE:
            return token.fold not in zone_words.GENERIC or token.fold == "uk" or self.shouting
        placed = self.after(at, Clock, Days) or self.marked(at - 1, "/(")
        return placed and (self.shouting or "en" in self.languages)

    def places_aside(self) -> None:
        """Mark the places that a headline or an addressee may have for itself.

        "Report on Syria: embargoed until …" and "… for UK media" say nothing of a clock.
        """
        headline = 0
        for part, at, _ in self.spans:
            if isinstance(part, Clock | Days | Weekday | Relative):
                break
            if isinstance(part, Opening):
                named = [i for i, (p, _, _) in enumerate(self.spans) if not isinstance(p, Zone)]
                alone = self.peek(at).text == ":" and self.spans[named[0]][0] is part
                headline = headline if alone else at
        for nth, (part, start, end) in enumerate(self.spans):
            if not isinstance(part, Zone) or not isinstance(part.meaning, Places):
                continue
            beside = [self.peek(k).fold for k in (start - 3, start - 2, start - 1, end)]
            if any(word in zone_words.TIME_WORDS for word in beside):
                continue
            taken = self.peek(end).fold in zone_words.ADJOINED
            if end <= headline or taken or key(part.text) in zone_words.HOMONYMS:
                self.spans[nth] = replace(part, aside=True), start, end

    def seasons_paired(self) -> tuple[Part, ...]:
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
