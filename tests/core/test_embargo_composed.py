"""Lines composed of parts of known meaning, in every order: the instant meant, or a question."""

from datetime import UTC, date, datetime, time
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date

from mailer.core.embargo import Ask, Instant, read
from mailer.core.model import LANGUAGES

NOW = datetime(2026, 2, 20, 9, tzinfo=UTC)
DAYS = (date(2026, 3, 3), date(2026, 9, 11))
TIMES = (time(0, 1), time(21, 30))

# What stands before, what gives the time ({h}, {m}, {t} of twelve hours), and the zone of each.
LINES = {
    "en": ("Embargoed until", "{h:02}:{m:02}|{t}.{m:02} {half}|{h:02}{m:02} hrs", "Tokyo time"),
    "fr": ("Sous embargo jusqu'au", "{h} h {m:02}|{h}h{m:02}|{h:02}:{m:02}", "heure de Genève"),
    "es": ("Embargado hasta", "las {h}.{m:02} horas|las {h:02}:{m:02} h", "hora de Madrid"),
    "de": ("Sperrfrist:", "{h}.{m:02} Uhr|{h} Uhr {m:02}|{h:02}:{m:02}", "Berliner Zeit"),
    "pt": ("Embargo até", "às {h}h{m:02}|{h:02}:{m:02} horas", "(horário de Brasília)"),
    "it": ("Embargo fino a", "alle ore {h}.{m:02}|ore {h:02}:{m:02}", "(ora italiana)"),
    "ru": ("Эмбарго до", "{h:02}:{m:02}|{h} часов {m:02} минут", "по самарскому времени"),
    "ar": ("محظور النشر حتى", "الساعة {h:02}:{m:02}|{h:02}.{m:02}", "بتوقيت القاهرة"),
}
ZONES = {
    "en": "Asia/Tokyo", "fr": "Europe/Zurich", "es": "Europe/Madrid", "de": "Europe/Berlin",
    "pt": "America/Sao_Paulo", "it": "Europe/Rome", "ru": "Europe/Samara", "ar": "Africa/Cairo",
}  # fmt: skip
ORDERS = ("{o} {c} {z} {d}", "{o} {d}, {c} {z}", "[{o} {d} – {c}, {z}]")


def dates(day: date, language: str) -> set[str]:
    words = {format_date(day, width, locale=language) for width in ("full", "long", "medium")}
    return {w.replace("\xa0", " ") for w in words} | {f"{day:%d/%m/%y}", f"{day:%Y-%m-%d}"}


def lines(language: str):
    """Every composition and the instant it means."""
    opening, clocks, zone = LINES[language]
    for day, at, clock, order in product(DAYS, TIMES, clocks.split("|"), ORDERS):
        half = "a.m." if at.hour < 12 else "p.m."
        said = clock.format(h=at.hour, m=at.minute, t=at.hour % 12 or 12, half=half)
        meant = datetime.combine(day, at, ZoneInfo(ZONES[language])).astimezone(UTC)
        for written in dates(day, language):
            yield order.format(o=opening, c=said, z=zone, d=written), meant


@pytest.mark.parametrize("language", LANGUAGES)
def test_never_another_instant_than_was_composed(language: str) -> None:
    read_at_once = 0
    for plain, meant in lines(language):
        for line in (plain, plain.upper().replace(" ", "\u202f")):
            got = read(line, office_zone="Asia/Kolkata", now=NOW, language=language)
            assert isinstance(got, Instant | Ask), (line, got)
            assert meant == got.utc if isinstance(got, Instant) else meant in got.candidates, line
            read_at_once += isinstance(got, Instant)
    assert read_at_once > 50
