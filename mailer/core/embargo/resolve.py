"""From a line's parts to an answer: the one instant that the words force, or a question.

Every statement of the line is read in every way it may be meant. What all statements agree on is
the answer if it is a single instant and nothing in the line leaves a doubt; else a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailer.core.embargo.answer import Ask, Instant, Reject
from mailer.core.embargo.clock import Clock, shown, spoken
from mailer.core.embargo.dates import Spec, possible
from mailer.core.embargo.grammar import parse
from mailer.core.embargo.parts import (
    Broken,
    Days,
    Immediate,
    Local,
    Offset,
    Opening,
    Part,
    Relative,
    Unembargoed,
    Unknown,
    Weekday,
    Zone,
)
from mailer.core.embargo.places import Places, zone_names
from mailer.core.embargo.say import say
from mailer.core.embargo.statements import Statement, grouped
from mailer.core.embargo.words import UNTIL, fold
from mailer.core.embargo.zone_words import Abbreviation
from mailer.core.embargo.zones import Reading, meant, name
from mailer.core.errors import ConfigError

LONGEST_LINE = 500
"""Characters; an embargo line is one sentence."""

FAR_AHEAD = timedelta(days=731)
"""An embargo further off than two years is asked about."""

_DAY = timedelta(days=1)
_WHOLE_DAY = Clock((timedelta(0), _DAY))
_EXAMPLE = "write it like “00:01 GMT, Tuesday 3 March 2026”"


def read(
    line: str, *, office_zone: str, now: datetime, language: str = "en"
) -> Instant | Ask | Reject:
    """What an embargo line says: one instant, a question for a person, or a rejection.

    `office_zone` (IANA) is only ever offered, never assumed; `now` is aware; `language` is what
    the line is in where its own words do not tell. "For immediate release" is an Instant with
    `immediate` set. Raises ConfigError for an unknown `office_zone`, and nothing for any line.
    """
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime")
    if office_zone.lower() not in zone_names():
        raise ConfigError(
            f"office zone: {office_zone!r} is not an IANA time zone; write one like Europe/London"
        )
    office = zone_names()[office_zone.lower()]
    if len(line) > LONGEST_LINE:
        return Reject(
            f"the embargo line has {len(line)} characters, more than {LONGEST_LINE};"
            " give only the sentence with its date and time"
        )
    parts = parse(line, language)
    for part in parts:
        if isinstance(part, Broken):
            return Reject(f"{part.reason}; {_EXAMPLE}")
    return _Line(line, parts, office, now.astimezone(UTC)).answer()


@dataclass
class _Found:
    """The readings so far, and what is against believing a single one."""

    readings: dict[datetime, Reading] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unsure: bool = False

    def add(self, readings: Iterable[Reading]) -> None:
        for reading in readings:
            known = self.readings.get(reading.utc)
            if known is None or known.rank < reading.rank:
                self.readings[reading.utc] = reading

    def doubt(self, doubts: Iterable[str], unsure: bool) -> None:
        for doubt in doubts:
            if doubt and doubt not in self.doubts:
                self.doubts.append(doubt)
        self.unsure = self.unsure or unsure


class _Line:
    def __init__(self, line: str, parts: tuple[Part, ...], office: str, now: datetime) -> None:
        self.line, self.parts, self.office, self.now = line, parts, office, now
        self.today = now.astimezone(ZoneInfo(office)).date()

    def answer(self) -> Instant | Ask | Reject:
        when = [p for p in self.parts if isinstance(p, Clock | Days | Weekday | Relative)]
        free = next((p.text for p in self.parts if isinstance(p, Unembargoed)), "")
        immediate = [p for p in self.parts if isinstance(p, Immediate)]
        unknown = self._unknown()
        if immediate and not any(p.denied for p in immediate) and self._is_for_today(when):
            if not unknown:
                said = ("for immediate release",)
                return Instant(self.now, self.office, said, immediate=True)
            reason = f"it says “immediate”, but {_listed(unknown)} not understood beside it"
            return Ask((self.now,), self.now, f"{reason}: now is {self.now:%H:%M} UTC")
        if not when and free:
            return Reject(
                f"“{free}” says that nothing waits; if that is meant, write “For immediate"
                " release”",
                none=True,
            )
        if not when:
            denied = "it is not for immediate release, but " if immediate else ""
            event = " (an event alone, such as a speech, is no time)" if self._ends_open() else ""
            return Reject(f"{denied}no date and time found in {self._quoted()}{event}; {_EXAMPLE}")
        if unknown and self._undated(when, unknown):
            return Reject(f"no date that is understood: {_listed(unknown)} not; {_EXAMPLE}")
        found = self._resolved(floor=(self.now - _DAY / 2).date())
        if immediate and not all(p.denied for p in immediate):
            found.doubt(["it also says “immediate”"], unsure=True)
        if free:
            found.doubt([f"it also says “{free}”"], unsure=True)
        if unknown:
            found.doubt([f"{_listed(unknown)} not understood in this line"], unsure=True)
        return self._judged(found)

    def _ends_open(self) -> bool:
        return any(fold(word) in UNTIL for word in re.findall(r"[^\W\d_]+", self.line))

    def _undated(self, when: Sequence[Part], unknown: Sequence[Unknown]) -> bool:
        """Whether what was not understood may be the date: any that is offered would mislead."""
        if any(isinstance(part, Days) for part in when):
            return False
        dated = any(isinstance(part, Weekday | Relative) for part in when)
        return not dated or any(part.text.isdigit() and len(part.text) > 2 for part in unknown)

    def _unknown(self) -> list[Unknown]:
        """What was not understood, but for plain words of a headline.

        A headline stands before the embargo, or after "For immediate release:".
        """
        found: list[Unknown] = []
        started = immediate = headline = False
        for part in self.parts:
            started = started or isinstance(part, Clock | Days | Weekday | Relative)
            headline = headline or (immediate and isinstance(part, Opening))
            immediate = immediate or isinstance(part, Immediate)
            if isinstance(part, Unknown):
                if part.matters or not headline:
                    found.append(part)
            elif isinstance(part, Opening) and not started:
                found = [unknown for unknown in found if unknown.matters]
        return found

    def _is_for_today(self, when: Sequence[Part]) -> bool:
        """Whether nothing in a line for immediate release speaks of another day or of a time."""
        if not when:
            return True
        if any(isinstance(part, Clock) for part in when):
            return False
        spec = grouped(self.parts).shared or Spec()
        days = possible(spec, self.today, self.today).options
        return days == (self.today,)

    # --- statements ------------------------------------------------------------------------

    def _resolved(self, floor: date) -> _Found:
        group = grouped(self.parts)
        found = _Found()
        shared = group.shared
        if shared is not None:
            days = possible(shared, floor, self.today)
            found.doubt(days.doubts, days.unsure)
            options = days.options
            if group.lone_shift:
                said = "it is not clear which day “next day” or “day before” means"
                found.doubt([said], unsure=True)
                options += tuple(day + group.lone_shift * _DAY for day in options)
            self._agreed(found, group.statements, [options] * len(group.statements))
        else:
            each = self._days_of_each(found, group.statements, floor)
            self._agreed(found, group.statements, each)
        found.doubt([group.doubt], unsure=bool(group.doubt))
        past = not any(utc >= self.now for utc in found.readings)
        again = floor < self.today + 2 * _DAY
        if past and again and shared is not None and shared.yearless:
            return self._resolved(floor=self.today + 2 * _DAY)
        return found

    def _days_of_each(
        self, found: _Found, statements: Sequence[Statement], floor: date
    ) -> list[tuple[date, ...]]:
        """Each statement's own days; a year that one of them lacks is the other's."""
        specs = [spec for s in statements for spec in s.specs]
        dated = [s for s in specs if any(o[0] is not None for d in s.days for o in d.options)]
        beside: date | None = None
        if dated:
            beside = possible(dated[0], floor, self.today).options[0]
        chosen: list[tuple[date, ...]] = []
        for statement in statements:
            days = [possible(spec, floor, self.today, beside) for spec in statement.specs]
            for one in days:
                found.doubt(one.doubts, one.unsure)
            chosen.append(tuple(sorted({day for one in days for day in one.options})))
        return chosen

    def _agreed(
        self, found: _Found, statements: Sequence[Statement], days: Sequence[tuple[date, ...]]
    ) -> None:
        """Fill in the readings that every statement allows, or all of them if they disagree."""
        shifts = [s.shift for s in statements]
        ways = [self._ways(found, s, d, s.shift) for s, d in zip(statements, days, strict=True)]
        shared = _shared(ways)
        if shared:
            found.add(reading for way in ways for reading in way if reading.utc in shared)
            best = [r for r in ways[0] if r.utc in shared]
            for reading in best:
                found.readings[reading.utc] = max(
                    (r for r in best if r.utc == reading.utc), key=lambda r: r.rank
                )
            return
        found.unsure = True
        if not any(shifts):
            # The printed day may be that of any of the clocks; the others are then a day off.
            for nth, own in enumerate(ways):
                others = [
                    [r for k in (-1, 0, 1) for r in self._ways(_Found(), s, d, k)]
                    for m, (s, d) in enumerate(zip(statements, days, strict=True))
                    if m != nth
                ]
                shared = _shared([own, *others])
                found.add(r for r in own if r.utc in shared)
            if found.readings:
                found.doubt(["the day may be that of either time"], unsure=True)
                return
        found.add(reading for way in ways for reading in way)
        found.doubt(["the times given do not agree"], unsure=True)

    def _ways(
        self, found: _Found, statement: Statement, days: Iterable[date], shift: int
    ) -> list[Reading]:
        """Every reading of one statement; what is wrong with it goes to `found`."""
        clock = statement.clock or _WHOLE_DAY
        found.doubt([clock.doubt], clock.unsure)
        if statement.clock is None:
            found.doubt(["no time is given"], unsure=True)
        zones = statement.zones
        own = (Zone(name(self.office), Places((self.office,))),)
        several = [zones]
        if zones and all(zone.aside for zone in zones):
            said = " and ".join(dict.fromkeys(zone.text for zone in zones))
            found.doubt([f"“{said}” may not say whose time it is"], unsure=True)
            several.append(own)
        if not zones:
            local = any(isinstance(part, Local) for part in self.parts)
            where = "“local time” does not say where" if local else "no time zone is given"
            found.doubt([f"{where} (the office is on {name(self.office)} time)"], unsure=True)
            several = [own]
        ways: list[Reading] = []
        for day in days:
            midnight = datetime.combine(day + shift * _DAY, time())
            for reading in clock.readings:
                for each in several:
                    ways += self._in_zones(found, each, midnight + reading)
        return ways

    def _in_zones(self, found: _Found, zones: Sequence[Zone], local: datetime) -> Iterable[Reading]:
        each = [meant(zone, local, self.office) for zone in zones]
        shared = _shared([list(m.readings) for m in each])
        wrong = [one for one in each if one.wrong]
        offset = any(isinstance(zone.meaning, Offset) for zone in zones)
        word = _shared([[r for r in m.readings if r.literal is None] for m in each])
        placed = any(isinstance(zone.meaning, Places | Offset) for zone in zones)
        if word and placed and len(zones) > 1:
            shared, wrong = word, []
        elif len(zones) > 1 and not wrong and not offset:
            # "CST" beside Chicago in summer: the season's own time, or the word's.
            for r in [r for m in each for r in m.readings if r.wrong and r.utc in shared]:
                shared |= {r.literal or r.utc}
                found.doubt([r.wrong], unsure=True)
        if wrong and not offset:
            # A place beside "EST" in summer does not tell which of the two was meant.
            shared = shared.union(*({r.utc for r in one.readings} for one in wrong))
        if not shared:
            said = " and ".join(dict.fromkeys(zone.text for zone in zones))
            found.doubt([f"{said} are not on the same time"], unsure=True)
        for one in each:
            found.doubt([one.doubt], unsure=False)
            if one.wrong:
                found.wrong.append(one.wrong)
        return [r for m in each for r in m.readings if not shared or r.utc in shared]

    # --- the answer ------------------------------------------------------------------------

    def _judged(self, found: _Found) -> Instant | Ask | Reject:
        ahead = sorted(utc for utc in found.readings if utc >= self.now)
        if not ahead:
            latest = found.readings[max(found.readings)]
            return Reject(
                f"that was {_ago(self.now - latest.utc)} ago:"
                f" {say(latest.utc, latest.zone, 'en')} is already past; give a later time",
                past=True,
            )
        last = found.readings[ahead[-1]]
        if len(found.readings) == 1 and not found.unsure:
            if last.utc - self.now <= FAR_AHEAD:
                return Instant(last.utc, last.zone, tuple(self._warnings(found, last)))
            found.doubt(["that is more than two years ahead"], unsure=True)
        labels = _labels([found.readings[utc] for utc in ahead])
        if len(ahead) < len(found.readings):
            labels += " (any other reading is already past)"
        doubts = "; ".join(found.doubts) or "this may be read in more than one way"
        return Ask(tuple(ahead), ahead[-1], f"{doubts}: {labels}")

    def _warnings(self, found: _Found, chosen: Reading) -> Iterable[str]:
        for wrong in dict.fromkeys(found.wrong):
            yield f"{wrong}; what else is given makes it {chosen.utc:%H:%M} UTC"
        zones = [p.meaning for p in self.parts if isinstance(p, Zone)]
        greenwich = any(isinstance(z, Abbreviation) and z.first[0][0] == "Etc/GMT" for z in zones)
        london = chosen.utc.astimezone(ZoneInfo("Europe/London"))
        if greenwich and london.utcoffset() and len(zones) == 1:
            yield (
                f"GMT is printed, but London is on BST that day: {chosen.utc:%H:%M} GMT"
                f" is {london:%H:%M} in London"
            )

    def _quoted(self) -> str:
        plain = "".join(c if c.isprintable() else " " for c in self.line).strip()
        return f"“{plain[:80]}…”" if len(plain) > 80 else f"“{plain}”"


def _shared(ways: Sequence[Sequence[Reading]]) -> set[datetime]:
    """The instants that all of these allow."""
    each = [{reading.utc for reading in way} for way in ways]
    return each[0].intersection(*each[1:])


def _labels(readings: Sequence[Reading]) -> str:
    """Each reading in its own words and in UTC; the days too, unless they are all the same."""
    days = {r.local.date() for r in readings} | {r.utc.date() for r in readings}
    said: list[str] = []
    for r in readings:
        clock = shown(r.local - datetime.combine(r.local.date(), time()))
        day, utc_day = "", ""
        if len(days) > 1 or len(readings) == 1:
            day = f" on {spoken(r.local)}"
            utc_day = f" on {spoken(r.utc)}" if r.utc.date() != r.local.date() else ""
        said.append(f"{clock} {r.called}{day} is {r.utc:%H:%M} UTC{utc_day}")
    more = f", and {len(said) - 6} more" if len(said) > 6 else ""
    return ", ".join(said[:6]) + more


def _listed(unknown: Sequence[Unknown]) -> str:
    words = ", ".join(f"“{part.text}”" for part in unknown[:4])
    return f"{words} {'is' if len(unknown) == 1 else 'are'}"


def _ago(gap: timedelta) -> str:
    minutes = gap // timedelta(minutes=1)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days >= 2:
        return f"{days} days"
    hours += 24 * days
    counted = ((hours, "hour"), (minutes, "minute"))
    said = " ".join(f"{n} {unit}{'s' * (n > 1)}" for n, unit in counted if n)
    return said or "less than a minute"
