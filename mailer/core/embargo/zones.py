"""A local time in a zone that words name: the instants it may be, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mailer.core.embargo.clock import spoken
from mailer.core.embargo.parts import Offset, Zone
from mailer.core.embargo.places import Places, city
from mailer.core.embargo.zone_words import Abbreviation, Use


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a local time: the instant (UTC), the zone, and the words for both.

    Of several readings of one instant, that of the higher `rank` names the zone best. `wrong` is
    said where the words mean another season than the reading has; `literal` is them at their word,
    and is itself only where that is doubtful.
    """

    utc: datetime
    zone: str
    local: datetime
    called: str
    rank: int
    wrong: str = ""
    literal: datetime | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """The readings of a local time in a zone. `wrong` is said of words that do not fit that day."""

    readings: tuple[Reading, ...]
    doubt: str = ""
    wrong: str = ""


def instants(local: datetime, zone: str) -> tuple[datetime, ...]:
    """The instants (UTC, ascending) at which clocks in `zone` show `local`: none, one or two."""
    there = ZoneInfo(zone)
    both = {local.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(u for u in both if u.astimezone(there).replace(tzinfo=None) == local))


def name(zone: str) -> str:
    """A zone as the reasons call it: its city, else its IANA name."""
    return city(zone, "en") or {"Etc/GMT": "GMT"}.get(zone, zone)


def meant(zone: Zone, local: datetime, office_zone: str) -> Meant:
    """What `local` (naive) in the named zone may be. Never without a reading."""
    match zone.meaning:
        case Offset(east):
            fixed = _fixed(east)
            return Meant((Reading(_utc(local, east), fixed, local, zone.text, 0),))
        case Places(zones):
            several = [_place(z, local, zone.text if len(zones) == 1 else name(z)) for z in zones]
            doubt = next((m.doubt for m in several if m.doubt), "")
            if len({r.utc for m in several for r in m.readings}) > 1 and not doubt:
                doubt = f"{zone.text} has more than one time zone"
            return Meant(tuple(r for m in several for r in m.readings), doubt)
        case Abbreviation():
            return _abbreviation(zone, zone.meaning, local, office_zone)


def _utc(local: datetime, east: timedelta) -> datetime:
    return (local - east).replace(tzinfo=UTC)


def _fixed(east: timedelta) -> str:
    hours, rest = divmod(east, timedelta(hours=1))
    if rest or not hours or not -12 <= hours <= 14:
        return "UTC"
    return f"Etc/GMT{-hours:+d}"


def _place(zone: str, local: datetime, called: str) -> Meant:
    there = ZoneInfo(zone)
    found = instants(local, zone)
    if len(found) == 1:
        return Meant((Reading(found[0], zone, local, called, 2),))
    what = "comes twice" if found else "does not exist"
    turn = "back" if found else "forward"
    both = sorted({local.replace(tzinfo=there, fold=k).astimezone(UTC) for k in (0, 1)})
    readings = tuple(
        Reading(u, zone, u.astimezone(there).replace(tzinfo=None), _season(u, zone), 2)
        for u in both
    )
    doubt = f"{local:%H:%M} {what} in {name(zone)} on {spoken(local)}, when the clocks go {turn}"
    return Meant(readings, doubt)


def _season(utc: datetime, zone: str) -> str:
    """What clocks are on: "EDT", or the place and offset where the zone has no abbreviation."""
    local = utc.astimezone(ZoneInfo(zone))
    short = local.tzname() or ""
    return short if short.isalpha() else f"{name(zone)} (UTC{local:%z})"


def _abbreviation(zone: Zone, meaning: Abbreviation, local: datetime, office_zone: str) -> Meant:
    first = meaning.first + tuple(u for u in meaning.near if _area(u[0]) == _area(office_zone))
    if len(first) == 1 and _in_force(first[0], local):
        return Meant((_literal(first[0], local, zone.text),))
    uses = tuple(dict.fromkeys(first + meaning.other))
    called = zone.text if len(uses) == 1 else f"{zone.text} ({{}})"
    readings = [_literal(u, local, called.format(name(u[0]))) for u in uses]
    off = [u for u in first if not _in_force(u, local)]
    if len(first) > 1:
        unfit = {_literal(u, local, "").utc for u in off}
        readings = [replace(r, literal=r.utc) if r.utc in unfit else r for r in readings]
    wrong = ""
    for place, minutes in off:
        now_on = _season(_approximately(local, place), place)
        wrong = f"{zone.text} is printed, but {name(place)} is on {now_on} that day"
        literal = _utc(local, timedelta(minutes=minutes))
        actual = _place(place, local, now_on).readings
        known = {x.utc for x in readings}
        readings += [
            replace(r, wrong=wrong, literal=literal, rank=0 if r.utc in known else r.rank)
            for r in actual
        ]
    several = f"{zone.text} is used in {_listed(name(u[0]) for u in uses)}"
    wrong = wrong if len(first) == 1 else ""
    doubt = "; ".join(said for said in (wrong, several if len(uses) > 1 else "") if said)
    return Meant(tuple(readings), doubt, wrong)


def _area(zone: str) -> str:
    """Australia's zones share abbreviations; elsewhere it is the very zone that counts."""
    return "Australia" if zone.startswith("Australia/") else zone


def _literal(use: Use, local: datetime, called: str) -> Reading:
    """The abbreviation at its word; its place names the zone only while it is on that offset."""
    place, minutes = use
    east = timedelta(minutes=minutes)
    zone = place if _in_force(use, local) else _fixed(east)
    return Reading(_utc(local, east), zone, local, called, 1)


def _in_force(use: Use, local: datetime) -> bool:
    zone, minutes = use
    utc = _utc(local, timedelta(minutes=minutes))
    return utc.astimezone(ZoneInfo(zone)).utcoffset() == timedelta(minutes=minutes)


def _approximately(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _listed(names: Iterable[str]) -> str:
    *most, last = list(dict.fromkeys(names))
    return f"{', '.join(most)} and {last}" if most else last
