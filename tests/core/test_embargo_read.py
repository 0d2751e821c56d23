"""Reading embargo lines: one instant that the words force, or a question. Never a guess."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from mailer.core.embargo import Ask, Instant, Reject, read, to_json, words, zone_words
from mailer.core.embargo.zones import instants
from mailer.core.errors import ConfigError

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
TABLE = tomllib.loads((Path(__file__).parent / "embargo_lines.toml").read_text("utf-8"))["line"]
ZONES = sorted(available_timezones() - {"localtime"})


def answer(line: str, office: str = "Europe/London", now: datetime = NOW, language: str = "en"):
    return read(line, office_zone=office, now=now, language=language)


# --- the table --------------------------------------------------------------------------------


def test_the_table_is_a_table() -> None:
    assert len(TABLE) >= 120
    assert len({(row["text"], row.get("office"), row.get("now")) for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["text"])
def test_line(row) -> None:
    now = datetime.fromisoformat(row["now"]) if "now" in row else NOW
    got = answer(row["text"], row.get("office", "Europe/London"), now, row.get("language", "en"))
    shown = to_json(got)
    if "utc" in row:
        assert (shown["result"], shown.get("utc")) == ("instant", row["utc"]), got
        assert shown["zone"] == row["zone"]
        assert [row["says"]] == shown["warnings"] if "says" in row else not shown["warnings"]
    elif "ask" in row:
        assert (shown["result"], shown.get("candidates")) == ("ask", row["ask"]), got
        assert shown["not_before"] == row["ask"][-1]
        assert row["says"] in str(shown["reason"])
    else:
        assert shown["result"] == "reject", got
        assert row["reject"] in str(shown["reason"])


def test_both_readings_are_named_with_their_times() -> None:
    got = answer("04:00 EST, 7 July 2026")
    assert isinstance(got, Ask)
    assert got.reason == (
        "EST is printed, but New York is on EDT that day: 04:00 EDT is 08:00 UTC,"
        " 04:00 EST is 09:00 UTC"
    )


def test_the_three_shapes_of_json() -> None:
    assert to_json(answer("00:01 GMT, 9 February 2027")) == {
        "result": "instant",
        "utc": "2027-02-09T00:01:00Z",
        "zone": "Etc/GMT",
        "warnings": [],
    }
    assert to_json(answer("midnight GMT, 9 February 2027")) == {
        "result": "ask",
        "candidates": ["2027-02-09T00:00:00Z", "2027-02-10T00:00:00Z"],
        "not_before": "2027-02-10T00:00:00Z",
        "reason": "midnight may be the start or the end of that day: 00:00 GMT on 9 February 2027"
        " is 00:00 UTC, 00:00 GMT on 10 February 2027 is 00:00 UTC",
    }
    assert set(to_json(answer("soon"))) == {"result", "reason"}


def test_immediate_release_is_marked_as_such() -> None:
    assert answer("For immediate release") == Instant(
        NOW, "Europe/London", ("for immediate release",), immediate=True
    )
    assert not getattr(answer("00:01 GMT, 9 February 2027"), "immediate", True)


def test_an_unknown_office_zone_is_a_clear_error() -> None:
    with pytest.raises(ConfigError, match="'Mars/Olympus' is not an IANA time zone"):
        answer("00:01 GMT, 9 February 2027", office="Mars/Olympus")


def test_a_line_that_is_too_long_is_rejected() -> None:
    got = answer("00:01 GMT, 9 February 2027 " + "x" * 500)
    assert isinstance(got, Reject)
    assert "527 characters" in got.reason


# --- never a guess ----------------------------------------------------------------------------

days = st.dates(date(2026, 2, 3), date(2027, 12, 31))
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@settings(deadline=None)
@given(day=days, at=times, office=st.sampled_from(ZONES))
def test_never_an_instant_without_a_zone(day: date, at: time, office: str) -> None:
    got = answer(f"{at:%H:%M}, {day:%A} {day.day} {day:%B} {day.year}", office)
    assert isinstance(got, Ask)
    local = datetime.combine(day, at)
    assert set(got.candidates) >= set(instants(local, office))


@settings(deadline=None)
@given(day=days, zone=st.sampled_from(ZONES))
def test_never_an_instant_without_a_time(day: date, zone: str) -> None:
    assert isinstance(answer(f"{day.day} {day:%B} {day.year} UTC"), Ask)


@settings(deadline=None)
@given(day=days, at=times, other=st.integers(0, 6))
def test_never_an_instant_when_the_weekday_contradicts(day: date, at: time, other: int) -> None:
    assume(other != day.weekday())
    said = f"{date(2024, 1, 1) + timedelta(days=other):%A}"
    got = answer(f"{at:%H:%M} UTC, {said} {day.day} {day:%B} {day.year}")
    assert isinstance(got, Ask)
    assert datetime.combine(day, at, UTC) in got.candidates


@settings(deadline=None)
@given(day=days, at=times)
def test_never_an_instant_when_day_and_month_could_be_swapped(day: date, at: time) -> None:
    got = answer(f"{at:%H:%M} UTC, {day:%d/%m/%Y}")
    swappable = day.day <= 12 and day.day != day.month
    if swappable:
        assert isinstance(got, Ask | Reject)
        swapped = datetime.combine(day.replace(day=day.month, month=day.day), at, UTC)
        assert not isinstance(got, Ask) or swapped < NOW or swapped in got.candidates
    else:
        assert isinstance(got, Instant)
        assert got.utc == datetime.combine(day, at, UTC)


FORCED = [row["text"] for row in TABLE if "utc" in row and "now" not in row and "says" not in row]


@pytest.mark.parametrize("text", FORCED)
@pytest.mark.parametrize("more", ["xyzzy", "17", "?", "11:11", "XYT", "Honolulu", "by", "28 June"])
def test_never_an_instant_with_a_word_that_was_not_understood(text: str, more: str) -> None:
    assert isinstance(answer(text), Instant)
    assert not isinstance(answer(f"{text} {more}"), Instant)


@settings(deadline=None)
@given(at=times, day=days, name=st.sampled_from(sorted(zone_words.ABBREVIATIONS)))
def test_never_an_abbreviation_against_what_its_place_shows(at: time, day: date, name: str) -> None:
    """An instant is only given while clocks there, that day, show the printed time."""
    local = datetime.combine(day, at)
    got = answer(f"{at:%H:%M} {name.upper()}, {day.day} {day:%B} {day.year}")
    assert isinstance(got, Instant | Ask)
    if isinstance(got, Instant):
        assert got.utc.astimezone(ZoneInfo(got.zone)).replace(tzinfo=None) == local
    else:
        uses = zone_words.ABBREVIATIONS[name].first
        literal = {(local - timedelta(minutes=m)).replace(tzinfo=UTC) for _, m in uses}
        assert literal <= set(got.candidates)


@settings(deadline=None)
@given(day=days, hour=st.integers(1, 11), minute=st.integers(1, 59))
def test_never_a_morning_for_an_evening(day: date, hour: int, minute: int) -> None:
    date_ = f"{day.day} {day:%B} {day.year}"
    morning = answer(f"{hour}:{minute:02d} a.m. UTC, {date_}")
    evening = answer(f"{hour}:{minute:02d} p.m. UTC, {date_}")
    assert isinstance(morning, Instant)
    assert isinstance(evening, Instant)
    assert evening.utc - morning.utc == timedelta(hours=12)


@settings(deadline=None)
@given(
    day=days,
    at=times,
    east=st.integers(-14 * 60, 14 * 60),
    style=st.sampled_from(["{d}T{t}{o}", "{t} {o}, {d}", "{t} UTC{o} {d}", "{d} {t} (GMT{o})"]),
)
def test_an_offset_is_taken_at_its_word(day: date, at: time, east: int, style: str) -> None:
    offset = f"{'-' if east < 0 else '+'}{abs(east) // 60:02d}:{abs(east) % 60:02d}"
    got = answer(style.format(d=day.isoformat(), t=f"{at:%H:%M}", o=offset))
    assert isinstance(got, Instant), got
    assert got.utc == datetime.combine(day, at, UTC) - timedelta(minutes=east)
    assert ZoneInfo(got.zone).utcoffset(got.utc) in (timedelta(minutes=east), timedelta(0))


# --- the clocks' changes ----------------------------------------------------------------------


def transitions(zone: str) -> list[tuple[datetime, timedelta, timedelta]]:
    """Every change of offset from 2010 to 2037: the instant, the offset before, the one after."""
    there = ZoneInfo(zone)
    found, at, end = [], datetime(2010, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
    step = timedelta(days=5)
    while at < end:
        before, after = (u.astimezone(there).utcoffset() for u in (at, at + step))
        if before != after:
            low, high = at, at + step
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if middle.astimezone(there).utcoffset() == before:
                    low = middle
                else:
                    high = middle
            found.append((high, before, after))
        at += step
    return found


def test_every_change_of_every_zone_from_2010_to_2037() -> None:
    """A time that comes twice has both instants, one that is skipped none; and `read` asks."""
    asked: set[tuple[datetime, timedelta, timedelta]] = set()
    for zone in ZONES:
        for change in transitions(zone):
            at, before, after = change
            middle = (before + after) / 2
            local = (at + middle).replace(tzinfo=None, second=0, microsecond=0)
            both = {(local - o).replace(tzinfo=UTC) for o in (before, after)}
            expected = both if after < before else set()
            assert set(instants(local, zone)) == expected, (zone, at)
            for beside in (at - timedelta(seconds=1), at):
                shown = beside.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
                assert beside in instants(shown, zone)
            if change in asked:
                continue
            asked.add(change)
            text = f"{local:%H:%M}, {local.day} {local:%B} {local.year}, {zone}"
            got = read(text, office_zone="UTC", now=at - timedelta(days=9))
            assert isinstance(got, Ask), (text, got)
            assert set(got.candidates) == both, (text, got)
    assert len(asked) > 1000


# --- hostile lines ----------------------------------------------------------------------------

VOCABULARY = sorted(
    {
        *zone_words.ABBREVIATIONS, *zone_words.GENERIC, *zone_words.ZONE_PHRASES,
        *words.MERIDIEMS, *words.HOUR_MARKS, *words.MATTERS, *words.RELATIVE, *words.SHIFTS,
        *words.IMMEDIATE, *words.MIDNIGHTS,
        "Monday", "mar.", "March", "3", "03", "3rd", "2026", "2030", "1900", "26", "00:01", "9:30",
        "24:00", "99:99", "0001", "2460", "12", "03/04/2026", "31.02.2026", "2026-03-03T10:00",
        "20260303T1000Z", "+05:30", "-0500", "UTC+25", "GMT-3", "Etc/GMT+5", "London", "Russia",
        "Europe/Paris", "/", "-", "–", ",", ".", "(", ")", "h", "Uhr", "‏", "\x00", "٣", "３",
        "a.m.",
        "\ud800", "\x1b[31m", "0" * 40, "九", "EST5EDT", "'", ":", "::", "+", "noon",
    }
)  # fmt: skip


@settings(max_examples=3000, deadline=None)
@given(
    line=st.one_of(
        st.text(max_size=520),
        st.lists(st.sampled_from(VOCABULARY), max_size=30).map(" ".join),
        st.lists(st.sampled_from(VOCABULARY), max_size=12).map("".join),
    ),
    office=st.sampled_from(ZONES),
    now=st.integers(2000, 2149).map(lambda year: datetime(year, 3, 5, 7, tzinfo=UTC)),
    language=st.sampled_from(["en", "de", "ar", "xx"]),
)
@example("12 am", "UTC", NOW, "en")
def test_no_line_raises(line: str, office: str, now: datetime, language: str) -> None:
    got = answer(line, office, now, language)
    match got:
        case Instant():
            assert got.utc >= now
            assert got.utc.tzinfo is UTC
            assert ZoneInfo(got.zone)
            reasons = got.warnings
        case Ask():
            assert got.candidates
            assert list(got.candidates) == sorted(set(got.candidates))
            assert got.candidates[0] >= now
            assert got.not_before == got.candidates[-1]
            reasons = (got.reason,)
        case Reject():
            reasons = (got.reason,)
    assert all(reason and reason.isprintable() for reason in reasons)
    assert to_json(got)["result"] in ("instant", "ask", "reject")
