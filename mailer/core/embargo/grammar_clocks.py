"""Times of day, from tokens to parts."""

from __future__ import annotations

from datetime import timedelta

from mailer.core.embargo import words
from mailer.core.embargo.clock import Clock, clock, midnight, noon, shown
from mailer.core.embargo.grammar_zones import ZoneGrammar
from mailer.core.embargo.parts import Broken, Days, Part, Read, Relative, Unknown
from mailer.core.embargo.words import fold

_NOON = timedelta(hours=12)
_A_YEAR = " may be a year"
_AND = words.folded("y e")


class ClockGrammar(ZoneGrammar):
    """The rules of clocks."""

    def clock(self, at: int) -> Read:
        """ "00:01", "18h30", "6 pm", "noon", "las seis de la tarde"."""
        if self.peek(at).kind == "num":
            if self.stuck(at):
                return None
            return self._colon(at) or self._hours(at) or self._compact(at) or self._bare(at)
        spelt = self.named(at, words.SPELT_HOURS)
        if spelt and (self.peek(at - 1).fold in words.HOURS_FOLLOW or self._half(spelt[1])[0]):
            return self._halved(timedelta(hours=spelt[0]), spelt[1], spelt=True)
        for names, made in ((words.NOONS, noon), (words.MIDNIGHTS, midnight)):
            named = self.named(at, names)
            if named is not None:
                return made(), named[1]
        return None

    def _colon(self, at: int) -> Read:
        hour, minute, sep = self.number(at), self.number(at + 2), self.peek(at + 1)
        after = self.peek(at + 2)
        if hour is None or minute is None or sep.text not in (":", ".") or len(after.text) != 2:
            return None
        if not sep.glued or not after.glued:
            read = clock(timedelta(hours=hour, minutes=minute), "", either=True)
            if sep.text != ":" or minute > 59 or isinstance(read, str):
                return None
            return Clock(read.readings, f"“{hour} : {after.text}” may be no time", True), at + 3
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

    def _hours(self, at: int) -> Read:
        """ "18h30", "18 Uhr 30", "18 horas", "6 o'clock", "6 pm"."""
        hour, end = self.number(at), at + 1
        if hour is None:
            return None
        if [self.peek(end + k).fold for k in range(3)] == ["o", "'", "clock"]:
            return self._halved(timedelta(hours=hour), end + 3, either=True)
        if self.peek(end).fold not in words.HOUR_MARKS or self.zone(end) is not None:
            led = self.peek(at - 1).fold in words.HOURS_FOLLOW
            if led or self._half(end)[0] or self.named(end, words.HALVES):
                return self._halved(timedelta(hours=hour), end, either=led)
            return None
        end += 1
        end += int(self.marked(end, "."))
        minute = self.number(end)
        if minute is None or len(self.peek(end).text) != 2 or self.days(end) is not None:
            return self._halved(timedelta(hours=hour), end)
        if minute > 59:
            return Broken(f"{hour}h{minute} is not a time of day"), end + 1
        return self._halved(timedelta(hours=hour, minutes=minute), end + 1)

    def _compact(self, at: int) -> Read:
        """ "0001 hrs", "2301Z", "0930"; and "930 hrs" and "630 am", which say that they are."""
        text, end = self.peek(at).text, at + 1
        marked = self.peek(end).fold in words.HOUR_MARKS and not self._is_clock(end + 1)
        said = marked or bool(self._half(end)[0])
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
            return Clock(read[0].readings, f"{text}{_A_YEAR}", unsure=True), read[1]
        return read

    def _bare(self, at: int) -> Read:
        """ "10 GMT": an hour, most likely, but a person must say so."""
        hour = self.number(at)
        if hour is None or hour > 24 or self.zone(at + 1) is None:
            return None
        before = at - 1
        while self.peek(before + 1).glued and self.peek(before).kind != "num":
            before -= 1
        dated = bool(self.spans) and isinstance(self.spans[-1][0], Days)
        marked = before - int(self.marked(before, ":;,.-–'’"))
        if not (dated and self.spans[-1][2] > marked) and self.peek(marked).kind == "num":
            return None  # of "10;00 GMT", the 00 is no hour
        read = clock(timedelta(hours=hour), "", either=True)
        if isinstance(read, str):
            return None
        return Clock(read.readings, f"{hour} is an hour without its minutes", unsure=True), at + 1

    def _halved(self, time: timedelta, end: int, either: bool = False, spelt: bool = False) -> Read:
        """The clock with whatever says its half of the day, or that it counts to twenty-four."""
        if not time % timedelta(hours=1) and (more := self.named(end, words.HALVES)):
            time, end = time + timedelta(minutes=30), more[1]
        counted = self.peek(end + 1).kind == "num" or self.named(end + 1, words.SPELT_HOURS)
        if self.peek(end).fold in _AND and counted:  # "las 10 y 10"
            return self.altered(end, end + 2)
        half, end = self._half(end)
        if not half and self.peek(end).fold in words.HOUR_MARKS and self.zone(end) is None:
            half, end = self._half(end + 1)
            end += int(not half and self.marked(end, "."))
            either = False
        end += int(self.peek(end).fold in words.MINUTE_MARKS)
        either = either and not self.languages <= words.TWENTY_FOUR
        read = clock(time, half, either=either or spelt)
        return (Broken(read), end) if isinstance(read, str) else (read, end)

    def _half(self, at: int) -> tuple[str, int]:
        named = self.named(at, words.MERIDIEMS)
        if named is None or (self.peek(at).fold == "am" and self.languages == {"de"}):
            return "", at
        return named

    def years_unread(self) -> None:
        """ "2026" is no time where the line has another: a year whose date was not understood."""
        clocks = [part for part, _, _ in self.spans if isinstance(part, Clock)]
        if any(part.unsure is False for part in clocks):
            for nth, (part, start, end) in enumerate(self.spans):
                if isinstance(part, Clock) and part.doubt.endswith(_A_YEAR):
                    self.spans[nth] = Unknown(self.said(start, end), True), start, end

    def evenings(self) -> None:
        """ "Tonight, 10:30" is half past ten in the evening, or no evening at all."""
        said = [fold(part.word) for part, _, _ in self.spans if isinstance(part, Relative)]
        for nth, (part, start, end) in enumerate(self.spans):
            if not isinstance(part, Clock) or not words.LATER.intersection(said):
                continue
            if max(part.readings) < _NOON:
                both = (*part.readings, *(time + _NOON for time in part.readings))
                doubt = f"{shown(part.readings[0])} may be a.m. or p.m."
                self.spans[nth] = Clock(both, doubt, unsure=True), start, end

    def altered(self, at: int, end: int) -> tuple[Part, int]:
        """Words that make another time of the one that is printed."""
        text = self.said(at, end)
        return Broken(f"“{text}” alters the time in a way that is not read here"), end
