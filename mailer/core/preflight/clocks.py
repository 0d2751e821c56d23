"""The weeks in which clocks change: where the usual hour is not the hour of the embargo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailer.core.embargo.places import zone_names
from mailer.core.embargo.zones import name
from mailer.core.model import Audience, Contact, Embargo
from mailer.core.preflight.finding import Finding, listed, plain

SELDOM = 60
"""A difference between two zones that holds on fewer days of the year than this is unusual."""

BESIDE = timedelta(hours=2)
"""An embargo this near a clock change is worth a second look."""

_HALF_YEAR = 182
_YEARS = range(1971, 9990)


def known(zone: str) -> str:
    """A zone as tzdata spells it; empty if there is no such zone."""
    return zone_names().get(zone.lower(), "")


def look(
    embargo: Embargo, audiences: Mapping[Audience, tuple[Contact, ...]], office_zone: str
) -> Iterator[Finding]:
    """What the clocks of the office, and of these audiences and their contacts, do that day."""
    office = known(office_zone) or "UTC"
    instant = embargo.instant.astimezone(UTC)
    if instant.year not in _YEARS:
        return
    there: dict[str, list[str]] = {}
    for audience, contacts in audiences.items():
        for zone in dict.fromkeys((audience.timezone, *(c.timezone for c in contacts))):
            names = there.setdefault(known(zone), [])
            if plain(audience.name) not in names:
                names.append(plain(audience.name))
    there.pop("", None)
    yield from _unusual(instant, there, office)
    zones = dict.fromkeys((office, known(embargo.zone) or office, *there))
    changing = [zone for zone in zones if _changes(zone, instant)]
    if changing:
        places = listed([name(zone) for zone in changing])
        said = f"The clocks change in {places} within two hours of the embargo; check its hour."
        yield Finding("clock-change", False, "embargo", 0, said)


def _unusual(instant: datetime, there: dict[str, list[str]], office: str) -> Iterator[Finding]:
    by_shift: dict[timedelta, list[str]] = {}
    for zone in there:
        shift = _shift(zone, office, instant)
        if shift:
            by_shift.setdefault(shift, []).append(zone)
    for shift, zones in sorted(by_shift.items()):
        audiences = list(dict.fromkeys(a for zone in zones for a in there[zone]))
        here = instant.astimezone(ZoneInfo(office))
        shown = [f"{instant.astimezone(ZoneInfo(z)):%H:%M} in {name(z)}" for z in sorted(zones)]
        said = (
            f"At the embargo, {here:%H:%M} in {name(office)}, it is {listed(shown)}"
            f" ({listed(audiences)}): {_hours(abs(shift))}"
            f" {'later' if shift > timedelta() else 'earlier'} than usual there, because clocks"
            " change on different days; check every time in the text."
        )
        yield Finding("clock-change", False, "embargo", 0, said)


@lru_cache(maxsize=4096)
def _shift(zone: str, office: str, instant: datetime) -> timedelta:
    """How far the difference between two zones is, at an instant, from the nearest usual one."""
    one, other = ZoneInfo(zone), ZoneInfo(office)
    days: Counter[timedelta] = Counter()
    for day in range(-_HALF_YEAR, _HALF_YEAR + 1):
        days[_apart(one, other, instant + timedelta(days=day))] += 1
    apart = _apart(one, other, instant)
    if days[apart] >= SELDOM:
        return timedelta()
    usual = [difference for difference, count in days.items() if count >= SELDOM]
    return min((apart - u for u in usual), key=lambda d: (abs(d), d), default=timedelta())


def _apart(one: ZoneInfo, other: ZoneInfo, instant: datetime) -> timedelta:
    return _offset(one, instant) - _offset(other, instant)


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _changes(zone: str, instant: datetime) -> bool:
    there = ZoneInfo(zone)
    return len({_offset(there, instant + k * BESIDE) for k in (-1, 0, 1)}) > 1


def _hours(shift: timedelta) -> str:
    minutes = round(shift / timedelta(minutes=1))
    if minutes % 60:
        return f"{minutes} minutes"
    return "an hour" if minutes == 60 else f"{minutes // 60} hours"
