"""Which days a printed date may mean: the missing year, the weekday that contradicts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from mailer.core.embargo.clock import spoken
from mailer.core.embargo.parts import Days, Relative

_DAY = timedelta(days=1)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Spec:
    """All that a line says of one day."""

    days: tuple[Days, ...] = ()
    weekdays: frozenset[int] = frozenset()
    relatives: tuple[Relative, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it names a day of a month."""
        return bool(self.days)

    @property
    def yearless(self) -> bool:
        """Whether the year is for us to find, with no weekday to confirm it."""
        return not self.weekdays and any(o[0] is None for d in self.days for o in d.options)


@dataclass(frozen=True, slots=True)
class Possible:
    """The days that are meant, ascending; `unsure`: even a single one must be asked about."""

    options: tuple[date, ...]
    doubts: tuple[str, ...] = ()
    unsure: bool = False


def possible(spec: Spec, floor: date, today: date, beside: date | None = None) -> Possible:
    """The days a spec may mean.

    `floor` is the earliest day that is not over anywhere, `today` the office's; `beside` is a day
    given elsewhere in the line, from which a missing year or date follows.
    """
    if spec.days:
        found = _written(spec, floor, beside)
    elif spec.relatives:
        found = Possible(())
    elif spec.weekdays:
        found = _weekday_only(spec.weekdays, floor, beside)
    else:
        return Possible((today, today + _DAY), ("no date is given",), unsure=True)
    return _with_relatives(spec, found, today) if spec.relatives else found


def _written(spec: Spec, floor: date, beside: date | None) -> Possible:
    years = [o for days in spec.days for o in days.options if o[0] is not None]
    if beside is None and years:
        year, month, day = years[0]
        beside = date(year or 0, month, day)
    choices = [_expanded(days, floor, beside) for days in spec.days]
    shared = set(choices[0]).intersection(*choices[1:])
    doubts = [days.doubt for days in spec.days if days.doubt]
    unsure = any(days.unsure for days in spec.days)
    differ = not shared
    if differ:
        shared = {day for choice in choices for day in choice}
        doubts.append("the dates given differ")
    options = sorted(shared)
    yearless = spec.yearless and beside is None
    if spec.weekdays:
        fitting = [d for d in options if spec.weekdays == {d.weekday()}]
        if not fitting:
            return _contradicted(options, spec.weekdays, floor, doubts)
        # The weekday settles which is the day and which the month, not which of two dates is meant.
        unsure = unsure and len(fitting) > 1
        options = fitting
    elif yearless:
        doubts.append("no year is given")
        unsure = True
    return Possible(tuple(options), tuple(doubts), unsure or differ)


def _expanded(days: Days, floor: date, beside: date | None) -> list[date]:
    found: list[date] = []
    for year, month, day in days.options:
        if year is not None:
            found.append(date(year, month, day))
            continue
        around = range(floor.year, floor.year + 9)
        if beside is not None:
            around = range(beside.year - 1, beside.year + 2)
        dates = [d for y in around if (d := _date(y, month, day)) is not None]
        if beside is not None:
            found += [min(dates, key=lambda d: abs(d - beside))] if dates else []
        else:
            found.append(next(d for d in dates if d >= floor))
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _contradicted(
    options: list[date], weekdays: frozenset[int], floor: date, doubts: list[str]
) -> Possible:
    said = " and ".join(_WEEKDAYS[w] for w in sorted(weekdays))
    written = ", ".join(f"{spoken(d)} is a {_WEEKDAYS[d.weekday()]}" for d in options)
    near = {
        d + k * _DAY for d in options for k in range(-3, 4) if (d + k * _DAY).weekday() in weekdays
    }
    doubt = f"{written}, not a {said}"
    every = {d for d in near | set(options) if d >= floor} or set(options)
    return Possible(tuple(sorted(every)), (*doubts, doubt), unsure=True)


def _weekday_only(weekdays: frozenset[int], floor: date, beside: date | None) -> Possible:
    if beside is not None:
        near = [d for k in (-1, 0, 1) if {(d := beside + k * _DAY).weekday()} == weekdays]
        if near:
            return Possible(tuple(near))
    days = [floor + k * _DAY for k in range(14)]
    options = tuple(d for d in days if d.weekday() in weekdays)
    return Possible(options, ("a weekday is given, but no date",), unsure=True)


def _with_relatives(spec: Spec, found: Possible, today: date) -> Possible:
    said = {today + r.days * _DAY: r.word for r in spec.relatives}
    if found.options and set(found.options) == set(said):
        return found
    word = next(iter(said.values()))
    doubt = f"“{word}” means another day each day it is read"
    options = tuple(sorted({*found.options, *said}))
    return Possible(options, (*found.doubts, doubt), unsure=True)
