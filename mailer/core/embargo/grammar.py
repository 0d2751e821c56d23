"""From a printed line to its parts: clocks, dates, weekdays, zones, and what was not understood.

Nothing is dropped that could matter: what is neither read nor known to say nothing is `Unknown`.
The patterns are walked token by token, so that no input costs more than a short look ahead.
"""

from __future__ import annotations

from mailer.core.embargo import words, zone_words
from mailer.core.embargo.clock import Clock
from mailer.core.embargo.grammar_clocks import ClockGrammar
from mailer.core.embargo.parts import (
    Immediate,
    Local,
    Opening,
    Part,
    Read,
    Relative,
    Shift,
    Unembargoed,
    Unknown,
    Weekday,
)
from mailer.core.embargo.tokens import clean, tokenise

_ON = words.HOURS_FOLLOW | words.folded("on at am um the le el il los a al au la o den dem в")
_OR = words.folded("or ou o oder или")
_BE = words.folded("be is to etre est werden wird")
_FROM = words.folded("from effective ab vom desde partir des dal dalle с من")
_WITH = words.folded("as a gilt with effect strict النشر")
_COMPARE = "?~±≈+<≤≥≠¬^"
_FORBID = words.OPENINGS | words.FORBIDS | words.folded("hold confidential")


def parse(line: str, language: str) -> tuple[Part, ...]:
    """The parts of a line, in the order of the line; `language` where the line does not tell."""
    return _Parser(tokenise(clean(line)), language).parts()


class _Parser(ClockGrammar):
    """Each rule looks at the tokens from `at` on: a part and where it ends, or None."""

    def parts(self) -> tuple[Part, ...]:
        rules = (
            self.counted, self.days, self.clock, self.offset, self.zone, self.unembargoed,
            self.turned, self.phrase,
            self.weekday,
        )  # fmt: skip
        at = 0
        while at < len(self.tokens):
            part, end = next(
                (read for rule in rules if (read := rule(at)) is not None), self.rest(at)
            )
            if part is not None:
                self.spans.append((part, at, end))
            at = end
        self.years_unread()
        self.evenings()
        self.places_aside()
        return self.seasons_paired()

    def counted(self, at: int) -> Read:
        """ "an hour before", "a day after": no candidate could be honest."""
        at += int(self.number(at) is not None)
        token, after = self.peek(at), self.peek(at + 1)
        western = token.fold in words.DURATIONS and after.fold in words.SIDES
        arabic = token.fold in words.ARABIC_SIDES and after.fold in words.ARABIC_DURATIONS
        if arabic and after.fold == "يوم":
            arabic = self.peek(at + 2).fold == "من"
        shifted = self.named(at, words.SHIFTS) and any(
            isinstance(p, Clock) for p, _, _ in self.spans
        )
        if shifted or not (western or arabic):
            return None
        return self.altered(at, at + 2)

    def unembargoed(self, at: int) -> Read:
        """ "no embargo", "embargo: none"."""
        token, end = self.peek(at), at + 1
        if token.fold in words.NO_EMBARGO:
            while self.peek(end).fold in words.BETWEEN or self.marked(end, "'’"):
                end += 1
            if self.peek(end).fold in words.OPENINGS:
                return Unembargoed(self.said(at, end + 1)), end + 1
        if token.fold in words.OPENINGS:
            end += int(self.marked(end, ":-–"))
            none = self.peek(end)
            if none.fold in words.NONE and self.peek(end + 1).kind != "word":
                return Unembargoed(f"{token.text}: {none.text}"), end + 1
        return None

    def turned(self, at: int) -> Read:
        """A word that makes of what is printed another thing than when an embargo ends."""
        word = self.peek(at).fold
        before = [token.fold for token in self.tokens[:at]]
        last = before[-1] if before else ""
        denied = any(w in words.NEGATIONS for w in before)
        forbidden = denied or any(w in _FORBID for w in before)
        turns = (
            self._denies(at),
            word in words.BEFORE and (last in _OR or not forbidden),
            word in words.BEFORE and last in words.LIFTS and not denied,
            word in words.UNTIL
            and not forbidden
            and any(w in words.USES for w in before)
            and self._time_follows(at + 1),
            word == "after" and last not in words.UNTIL and denied,
            word in words.SIDES and self.after(at, Weekday) and self._day_follows(at + 1),
            self._starts(at),
            word == "only" and last in words.MEDIA,
        )
        return (Unknown(self.peek(at).text, True), at + 1) if any(turns) else None

    def _denies(self, at: int) -> bool:
        """A "not" of a time, of a lift, or of a use that no "before" or "until" ends."""
        token = self.peek(at)
        if token.fold not in words.NEGATIONS or self.named(at, words.PLAIN):
            return False
        if token.fold == "no" and self.languages == {"pt"}:
            return False  # "no dia 3"
        if self._time_follows(at + 1) or self.zone(self._past(at + 1)) is not None:
            return True
        follows = at + 1
        while self.peek(follows).fold in _BE:
            follows += 1
        until = self.peek(follows + 1).fold in words.UNTIL | words.BEFORE
        if self.peek(follows).fold in words.LIFTS and not until:
            return True
        said = {t.fold for t in self.tokens}
        if said & words.OPENINGS:
            return (
                self.peek(at - 1).fold in words.OPENINGS and self.peek(follows).fold in words.UNTIL
            )
        return not said & (words.UNTIL | words.BEFORE | words.IMMEDIATE)

    def _starts(self, at: int) -> bool:
        """The "from" of "embargo from 10:00", at which it does not end."""
        here = at - 1
        if self.peek(at).fold not in _FROM and not self._as_of(at):
            return False
        while self.peek(here).fold in _WITH:
            here -= 1
        return self.peek(here).fold in words.OPENINGS

    def _as_of(self, at: int) -> bool:
        return self.peek(at).fold == "of" and self.peek(at - 1).fold == "as"

    def _past(self, at: int) -> int:
        while self.peek(at).fold in _ON or self.marked(at, "-'’"):
            at += 1
        return at

    def _day_follows(self, at: int) -> bool:
        return self.days(self._past(at)) is not None

    def _time_follows(self, at: int) -> bool:
        at = self._past(at)
        read = (rule(at) for rule in (self.clock, self.days, self.weekday))
        return any(read) or self.named(at, words.RELATIVE) is not None

    def phrase(self, at: int) -> Read:
        token = self.peek(at)
        shift = self.named(at, words.SHIFTS)
        if shift is not None:
            return Shift(shift[0]), shift[1]
        plain = self.named(at, words.PLAIN)
        if plain is not None:
            return None, plain[1]
        halved = self.named(at, words.HALVES)
        if halved is not None:
            return self.altered(at, halved[1])
        if token.fold in words.OPENINGS or token.text == ":":
            return Opening(), at + 1
        relative = self.named(at, words.RELATIVE)
        if relative is not None:
            return Relative(self.said(at, relative[1]), relative[0]), relative[1]
        if token.fold in zone_words.LOCAL:
            return Local(), at + 1
        if token.fold in words.IMMEDIATE:
            return Immediate(any(t.fold in words.NEGATIONS for t in self.tokens[:at])), at + 1
        return None

    def _of_the_embargo(self, at: int) -> bool:
        """Whether a word is said of the embargo that follows it: "the usual embargo", "DRAFT:"."""
        word, end = self.peek(at), at + 1
        while self.peek(end).kind == "word" and self.peek(end).fold not in words.OPENINGS:
            end += 1
        joined = self.peek(end).kind == "word"
        if word.fold not in words.SPENT:
            return joined and word.text[0] == word.text[0].lower()
        while self.peek(end).kind == "mark" and self.peek(end).text != ":":
            end += 1
        return self.peek(end).fold in words.OPENINGS or self.peek(end).text == ":"

    def rest(self, at: int) -> tuple[Part | None, int]:
        """What no rule reads: nothing, where the tables know it says nothing."""
        token = self.peek(at)
        if token.kind == "mark":
            return (Unknown(token.text, True) if token.text in _COMPARE else None), at + 1
        stuck = self.peek(at - 1).kind == "num" or self.marked(at - 1, "+-–:./")
        digit = token.fold in ("o", "l", "i") and token.glued and stuck
        zonelike = token.fold in zone_words.WORDLIKE and token.text.isupper()
        doubtful = digit or (zonelike and "en" in self.languages)
        if token.kind == "word" and token.fold in words.NOISE | words.FORBIDS and not doubtful:
            return None, at + 1
        if token.fold in words.ALTERS:
            return self.altered(at, at + 1)
        capitals = 3 <= len(token.text) <= 5 and token.text.isupper() and token.text[-1] == "T"
        zonelike = zonelike or (capitals and not self.shouting)
        matters = token.kind == "num" or token.fold in words.MATTERS or zonelike or digit
        matters = matters or self._of_the_embargo(at)
        return Unknown(token.text, matters), at + 1
