"""Saying an instant: one line that reads back as the same instant, wherever it is read."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.core.embargo import Instant, read, say, say_around, say_both, utc_offset
from mailer.core.model import LANGUAGES

LIFT = datetime(2013, 10, 8, 23, 1, tzinfo=UTC)
ZONES = sorted(available_timezones() - {"localtime"})
INSTANTS = st.integers(
    int(datetime(1990, 1, 3, tzinfo=UTC).timestamp()),
    int(datetime(2199, 12, 29, tzinfo=UTC).timestamp()),
).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
READING_OFFICE = "Pacific/Chatham"


def read_back(line: str, instant: datetime) -> object:
    """What another office, of another zone and language, reads a month before."""
    got = read(line, office_zone=READING_OFFICE, now=instant - timedelta(days=30))
    return got.utc if isinstance(got, Instant) and not got.warnings else got


@pytest.mark.parametrize(
    ("zone", "language", "line"),
    [
        ("Europe/London", "en", "Wednesday, 9 October 2013, 00:01 (London, UTC+01:00)"),
        ("America/New_York", "en", "Tuesday, 8 October 2013, 19:01 (New York, UTC-04:00)"),
        ("Asia/Kolkata", "en", "Wednesday, 9 October 2013, 04:31 (Kolkata, UTC+05:30)"),
        ("Etc/GMT", "en", "Tuesday, 8 October 2013, 23:01 (GMT, UTC+00:00)"),
        ("UTC", "en", "Tuesday, 8 October 2013, 23:01 (UTC+00:00)"),
        ("Etc/GMT+5", "en", "Tuesday, 8 October 2013, 18:01 (UTC-05:00)"),
        ("EST5EDT", "en", "Tuesday, 8 October 2013, 19:01 (New York, UTC-04:00)"),
        ("Europe/London", "fr", "mercredi 9 octobre 2013, 00:01 (Londres, UTC+01:00)"),
        ("Europe/Madrid", "es", "miércoles, 9 de octubre de 2013, 01:01 (Madrid, UTC+02:00)"),
        ("Europe/Berlin", "de", "Mittwoch, 9. Oktober 2013, 01:01 (Berlin, UTC+02:00)"),
        ("America/Belem", "pt", "terça-feira, 8 de outubro de 2013, 20:01 (Belém, UTC-03:00)"),
        ("Europe/Rome", "it", "mercoledì 9 ottobre 2013, 01:01 (Roma, UTC+02:00)"),
        ("Africa/Cairo", "ar", "الأربعاء، 9 أكتوبر 2013، 01:01 (القاهرة، UTC+02:00)"),
        ("Europe/Moscow", "ru", "среда, 9 октября 2013 г., 03:01 (Москва, UTC+04:00)"),
    ],
)  # fmt: skip
def test_the_line(zone: str, language: str, line: str) -> None:
    assert say(LIFT, zone, language) == line


def test_offsets_of_history_keep_their_seconds() -> None:
    noon = datetime(1880, 1, 1, 12, tzinfo=UTC)
    assert utc_offset(noon.astimezone(ZoneInfo("Europe/Amsterdam"))) == "UTC+00:17:30"
    assert utc_offset(noon.astimezone(ZoneInfo("America/New_York"))) == "UTC-04:56:02"
    assert say(noon, "America/New_York", "en").endswith("07:03:58 (New York, UTC-04:56:02)")


def test_the_readers_own_clock_stands_beside_where_it_differs() -> None:
    assert say_both(LIFT, "Europe/London", "Asia/Kolkata", "en") == (
        "Wednesday, 9 October 2013, 00:01 (London, UTC+01:00)"
        " = Wednesday, 9 October 2013, 04:31 (Kolkata, UTC+05:30)"
    )
    assert say_both(LIFT, "Europe/London", "Europe/Lisbon", "en") == say(
        LIFT, "Europe/London", "en"
    )
    assert say_both(LIFT, "Europe/London", "", "en") == say(LIFT, "Europe/London", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_zone_reads_back(language: str) -> None:
    for zone in ZONES:
        for instant in (LIFT, datetime(2027, 3, 28, 1, 30, 15, tzinfo=UTC)):
            line = say(instant, zone, language)
            assert read_back(line, instant) == instant, (zone, line)


@settings(max_examples=10_000, deadline=None)
@given(
    instant=INSTANTS,
    zone=st.sampled_from(ZONES),
)
def test_any_instant_reads_back_in_every_language(instant: datetime, zone: str) -> None:
    for language in LANGUAGES:
        line = say(instant, zone, language)
        assert "\n" not in line
        assert read_back(line, instant) == instant, (zone, line)


@settings(deadline=None)
@given(
    instant=INSTANTS,
    zone=st.sampled_from(ZONES),
    reader=st.sampled_from(ZONES),
    language=st.sampled_from(LANGUAGES),
)
def test_both_clocks_together_read_back(
    instant: datetime, zone: str, reader: str, language: str
) -> None:
    line = say_both(instant, zone, reader, language)
    assert read_back(line, instant) == instant, line


def test_an_instant_is_said_on_the_clocks_around_it() -> None:
    instant = datetime(2013, 10, 9, 0, 1, tzinfo=UTC)
    now = datetime(2013, 10, 8, 9, 41, tzinfo=UTC)
    zones = ("Europe/London", "Asia/Baku", "Europe/London", "America/New_York", "UTC")
    assert say_around(instant, zones, now) == (
        "Wednesday 9 October 2013, 00:01 UTC — that is 01:01 in London, 05:01 in Baku, "
        "20:01 in New York on Tuesday; 14 h 20 min from now"
    )
    assert say_around(instant, (), instant + timedelta(seconds=5)).endswith("UTC; 5 s ago")
