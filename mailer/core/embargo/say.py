"""Saying an embargo: one line that nobody can misread, in any zone and language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from mailer.core.embargo.places import city, locale

_GREENWICH = frozenset({"Etc/GMT", "Etc/Greenwich", "GMT", "Greenwich"})


def say(instant: datetime, zone: str, language: str) -> str:
    """An instant as one unmistakable line: weekday, date, 24-hour time, place and UTC offset.

    `instant` is aware; `zone` is an IANA name; `language` one of `model.LANGUAGES`. `read` gives
    the same instant back, to the second, whatever the zone of the office that reads.
    """
    local = instant.astimezone(ZoneInfo(zone))
    day = " ".join(format_date(local, "full", locale=locale(language)).split())
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    comma = "،" if language == "ar" else ","
    place, offset = place_of(zone, language), utc_offset(local)
    return f"{day}{comma} {clock} ({f'{place}{comma} {offset}' if place else offset})"


def place_of(zone: str, language: str) -> str:
    """What an IANA zone is called: its city, "GMT", or nothing."""
    return "GMT" if zone in _GREENWICH else city(zone, language)


def say_both(instant: datetime, zone: str, reader_zone: str, language: str) -> str:
    """The embargo's own line and, where the reader's clock shows another time, the reader's.

    Both are as `say` puts them, joined by " = ". An empty `reader_zone` is nobody's.
    """
    own = say(instant, zone, language)
    if not reader_zone or _offset(instant, zone) == _offset(instant, reader_zone):
        return own
    return f"{own} = {say(instant, reader_zone, language)}"


def say_around(instant: datetime, zones: Iterable[str], now: datetime) -> str:
    """An instant in UTC, on the clocks of these IANA zones, and how far off it is, in English.

    "Wednesday 9 October 2013, 00:01 UTC — that is 01:01 in London, 05:01 in Baku; 14 h 20 min from
    now". A clock on another day says which.
    """
    utc = instant.astimezone(UTC)
    clocks: dict[str, str] = {}
    for zone in zones:
        local, place = instant.astimezone(ZoneInfo(zone)), city(zone, "en")
        if place:
            day = "" if local.date() == utc.date() else f" on {local:%A}"
            clocks.setdefault(place, f"{_clock(local)} in {place}{day}")
    there = f" — that is {', '.join(clocks.values())}" if clocks else ""
    return f"{utc:%A} {utc.day} {utc:%B %Y}, {_clock(utc)} UTC{there}; {_far(instant - now)}"


def _clock(local: datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def _far(span: timedelta) -> str:
    seconds = abs(round(span.total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if n]
    said = " ".join(parts[:2]) or f"{seconds} s"
    return f"{said} from now" if span > timedelta() else f"{said} ago"


def _offset(instant: datetime, zone: str) -> timedelta | None:
    return instant.astimezone(ZoneInfo(zone)).utcoffset()


def utc_offset(local: datetime) -> str:
    """An aware datetime's offset as "UTC+05:30"; with seconds where history had them."""
    seconds = round((local.utcoffset() or timedelta()).total_seconds())
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    text = f"UTC{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text
