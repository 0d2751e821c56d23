"""Saying an embargo: one line that nobody can misread, in any zone and language."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_location

_UNIVERSAL = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Zulu"})


def say(instant: datetime, zone: str, language: str) -> str:
    """An instant as one unmistakable line: weekday, date, 24-hour time, place and UTC offset.

    `instant` is aware; `zone` is an IANA name; `language` one of `model.LANGUAGES`.
    """
    locale = Locale.parse("en_GB" if language == "en" else language)
    local = instant.astimezone(ZoneInfo(zone))
    day = format_date(local, "full", locale=locale)
    offset = utc_offset(local)
    if zone in _UNIVERSAL:
        return f"{day}, {local:%H:%M} ({offset})"
    place = get_timezone_location(zone, locale=locale, return_city=True)
    return f"{day}, {local:%H:%M} ({place}, {offset})"


def utc_offset(local: datetime) -> str:
    """An aware datetime's offset as "UTC+05:30"."""
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
