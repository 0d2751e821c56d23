"""What the reader of embargo lines must never take for the one instant, whatever the line."""

import re
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mailer.core.embargo import Ask, Instant, Reject, read, words, zone_words
from mailer.core.embargo.places import Places, city, meanings

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
TABLE = tomllib.loads((Path(__file__).parent / "embargo_lines.toml").read_text("utf-8"))["line"]
FORCED = [row["text"] for row in TABLE if "utc" in row and "now" not in row and "says" not in row]
NAMES = sorted(name for name, meaning in meanings().items() if isinstance(meaning, Places))

days = st.dates(date(2026, 2, 3), date(2027, 12, 31))
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def answer(line: str, now: datetime = NOW) -> Instant | Ask | Reject:
    return read(line, office_zone="Europe/London", now=now)


def printed(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


@settings(derandomize=True)
@given(
    name=st.sampled_from(NAMES),
    style=st.sampled_from(
        [
            "Report on {}: embargoed until {}",
            "University of {}, embargo {}",
            "{} – EMBARGO {}",
            "Bank of {}: for release at {}",
        ]
    ),
    at=times,
    day=days,
)
def test_never_a_zone_out_of_a_headline(name: str, style: str, at: time, day: date) -> None:
    got = answer(style.format(name.title(), f"{at:%H:%M}, {printed(day)}"))
    assert not isinstance(got, Instant), got


@settings(derandomize=True)
@given(name=st.sampled_from(NAMES), who=st.sampled_from(sorted(zone_words.ADJOINED)))
def test_never_a_zone_out_of_whom_it_is_for(name: str, who: str) -> None:
    got = answer(f"Embargoed until 10:00, 3 March 2026 for {name.title()} {who}")
    assert not isinstance(got, Instant), got


@settings(derandomize=True)
@given(
    unit=st.sampled_from(sorted(words.DURATIONS)),
    side=st.sampled_from(sorted(words.SIDES)),
    count=st.sampled_from(["", "a", "an", "the", "une", "un", "1", "2", "24", "48"]),
    text=st.sampled_from(FORCED),
)
def test_never_the_printed_time_where_the_line_counts_from_it(
    unit: str, side: str, count: str, text: str
) -> None:
    assert not isinstance(answer(f"{count} {unit} {side} {text}"), Instant)


USES = sorted(
    (word, zone, minutes)
    for word, abbreviation in zone_words.ABBREVIATIONS.items()
    for zone, minutes in abbreviation.first
    if city(zone, "en")
)


@settings(derandomize=True)
@given(use=st.sampled_from(USES), at=times, day=days)
def test_never_another_season_than_the_printed_one(
    use: tuple[str, str, int], at: time, day: date
) -> None:
    """ "CST (Chicago)" in summer: who prints it may mean either, and is asked."""
    word, zone, minutes = use
    got = answer(f"{at:%H:%M} {word.upper()} ({city(zone, 'en')}), {printed(day)}")
    if isinstance(got, Instant):
        literal = datetime.combine(day, at, UTC) - timedelta(minutes=minutes)
        assert got.utc == literal, (word, zone)


LOOK_ALIKE = {"0": "OoОο", "1": "lI|", "2": "Zz", "3": "З", "5": "Ss", "8": "B"}


@settings(derandomize=True, max_examples=500)
@given(text=st.sampled_from(FORCED), data=st.data())
def test_never_another_instant_where_a_digit_is_a_letter(text: str, data: st.DataObject) -> None:
    """As a scan has it: "l0:00", "1O:00"."""
    real = answer(text)
    assert isinstance(real, Instant)
    places = [k for k, char in enumerate(text) if char in LOOK_ALIKE]
    assume(places)
    at = data.draw(st.sampled_from(places))
    letter = data.draw(st.sampled_from(LOOK_ALIKE[text[at]]))
    got = answer(text[:at] + letter + text[at + 1 :])
    assert not isinstance(got, Instant) or got.utc == real.utc, got


@settings(derandomize=True, max_examples=500)
@given(text=st.sampled_from(FORCED), data=st.data())
def test_never_another_instant_for_two_letters_swapped(text: str, data: st.DataObject) -> None:
    """In a month, a weekday or a place; "GST" and "SGT" both name a zone."""
    real = answer(text)
    assert isinstance(real, Instant)
    long = re.finditer(r"[^\W\d_]{5,}", text)
    pairs = [k for word in long for k in range(word.start(), word.end() - 1)]
    assume(pairs)
    at = data.draw(st.sampled_from(pairs))
    got = answer(text[:at] + text[at + 1] + text[at] + text[at + 2 :])
    assert not isinstance(got, Instant) or got.utc == real.utc, got


@settings(derandomize=True)
@given(
    text=st.sampled_from(FORCED),
    free=st.sampled_from(["No embargo", "Not under embargo", "Kein Embargo", "Embargo: none"]),
)
def test_never_an_instant_beside_no_embargo(text: str, free: str) -> None:
    assert not isinstance(answer(f"{free}. {text}"), Instant)


@pytest.mark.parametrize("text", ["use before {}", "No release after {}", "Embargo starts {}"])
def test_never_a_lift_out_of_a_deadline_or_a_beginning(text: str) -> None:
    assert isinstance(answer(text.format("10:00 GMT 3 March 2026")), Ask)


@settings(derandomize=True)
@given(
    month=st.sampled_from(["January", "September", "October", "February", "November", "August"]),
    day=st.integers(1, 28),
    drop=st.integers(1, 4),
)
def test_never_a_day_offered_for_one_that_was_not_understood(
    month: str, day: int, drop: int
) -> None:
    """ "13 Sepember": whoever picked today out of an answer would be early."""
    got = answer(f"10:00 UTC {day} {month[:drop] + month[drop + 1 :]} 2026")
    assert isinstance(got, Reject), got


@pytest.mark.parametrize("text", ["10:00 UTC 1O March 2026", "10:00 UTC 3o March 2026"])
def test_never_the_first_of_a_month_for_the_tenth(text: str) -> None:
    assert not isinstance(answer(text), Instant)


ALTERED = """
OLD EMBARGO: 10:00 GMT, {}
Previous embargo: 10:00 GMT, {}
DRAFT – embargo 10:00 GMT, {}
SUPERSEDED: 10:00 GMT, {}
the usual embargo of 10:00 GMT, {}
Embargo 10:00 GMT, {} (print only)
Embargo 10:00 GMT +1 hour, {}
Embargo 10:00 GMT-1h, {}
Embargo, e.g. 10:00 GMT, {}
Embargo 10:00 GMT, not Tuesday, {}
Embargo ≥ 10:00 GMT, {}
Embargo tonight, 10:30 GMT, 3 February 2026
Embargo 10:00 GMT, March 3¹, 2026
Sperrfrist 9½ Uhr MEZ, {}
Embargo: las 10 y 10 de la mañana GMT, {}
Embargo: alle dieci e dieci del mattino GMT, {}
Эмбарго: ранее 10:00 мск, {}
Embargo jusqu'à 10h00 GMT ou avant, {}
EMBARGOED UNTIL 10:00 GMT ON {} (EST)
Embargo 10:00 GMT the Tuesday after {}
Embargo NOT until 10:00 GMT, {}
The embargo will not be lifted on {} at 10:00 GMT
Not for use on {} at 10:00 GMT
For use until 10:00 GMT, {}
Under strict embargo as of 10:00 GMT, {}
Publicar hasta las 10:00 GMT, {}
Эмбарго с 10:00 мск, {}
غير محظور حتى الساعة 10:00 بتوقيت غرينتش، {}
"""


@pytest.mark.parametrize("text", ALTERED.strip().splitlines())
def test_never_the_printed_time_where_a_word_makes_it_another(text: str) -> None:
    now = datetime(2026, 2, 3, 9, tzinfo=UTC)
    got = answer(text.format("3 March 2026"), now)
    assert not isinstance(got, Instant), got
