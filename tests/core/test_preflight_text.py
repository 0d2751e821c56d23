"""What catches the eye in a text."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from mailer.core.model import LANGUAGES
from mailer.core.preflight.finding import MOST, Finding, Piece
from mailer.core.preflight.text import LONGEST_HEADLINE, look

WRITTEN = date(2026, 11, 24)


def findings(text: str, where: str = "text", written: date = WRITTEN) -> list[Finding]:
    return list(look(Piece(where, "en", text), written, {"map.png", "a b.png"}))


def codes(text: str, where: str = "text") -> list[str]:
    return [finding.code for finding in findings(text, where)]


@pytest.mark.parametrize(
    "text",
    [
        "time TBC", "time tbc.", "(TBD)", "TK", "TKTK", "XX people", "£XX million", "Mr XX said",
        "XX February", "XXX", "[insert quote]", "[Insert]", "[name]", "[ date ] of it",
        "[insérer]", "Lorem ipsum dolor", "lorem\nipsum", "who??", "Mr ___, who", "from ____ to",
        "\\_\\_\\_ people", "xxx",
    ],
)  # fmt: skip
def test_a_placeholder_is_not_overlooked(text: str) -> None:
    assert codes(text) == ["placeholder"]


@pytest.mark.parametrize(
    "text",
    [
        "the XX century", "el siglo XX", "le XXe siècle", "XX век", "Article XX", "XXI", "XIX–XX",
        "siglos XIX y XX", "the XX and XXI centuries", "Super Bowl XXX", "XX chromosomes",
        "[name](https://example.org)", "[name][1]", "[name]: https://example.org", "who?",
        "___", "- - -\n_ _ _\n", "___bold___ and", "a_b__c", "tk", "ATKINS", "stbc",
    ],
)  # fmt: skip
def test_what_is_ordinary_is_no_placeholder(text: str) -> None:
    assert codes(text) == []


def test_findings_name_their_line_and_end() -> None:
    found = findings("One\n\nTBC\n" * 30)
    assert [f.line for f in found[:3]] == [3, 6, 9]
    assert len(found) == MOST + 1
    assert "line 33" in found[-1].message


@pytest.mark.parametrize(
    "text",
    [
        "Tuesday 9 October 2013", "Tuesday, October 9, 2013", "**Tuesday** 9 October 2013",
        "on Tuesday the 9th of October, 2013", "Tue. 9 Oct. 2013", "Tuesday\n9 October 2013",
        "9 October 2013 (Tuesday)", "9 October 2013, Tuesday.", "mardi 9 octobre 2013",
        "martes, 9 de octubre de 2013", "Dienstag, den 9. Oktober 2013", "Dienstag, 31.10.2013",
        "terça-feira, 9 de outubro de 2013", "martedì 9 ottobre 2013", "вторник, 9 октября 2013",
        "9 октября 2013 года, вторник", "الثلاثاء 9 أكتوبر 2013", "Monday 9 February",
    ],
)  # fmt: skip
def test_a_weekday_that_contradicts_its_date_is_not_overlooked(text: str) -> None:
    assert codes(text) == ["weekday"]


def test_each_day_of_a_programme_is_held_to_its_date() -> None:
    text = "Tuesday 9 February\nWednesday 11 February, Friday 12 February, Sunday 13 February"
    assert [(f.code, f.line) for f in findings(text)] == [("weekday", 2)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "Tuesday 9 February", "Monday 9 June", "Tuesday\n\n9 October 2013",
        "- Tuesday\n- 9 October 2013", "Monday to Friday, 9 October 2013", "open Monday 24/7",
        "Tuesday 9 October 1917", "Tuesday 10/09/2013", "On Tuesday. 14 of them came in May 2013",
        "the sun rose", "a second 9 October 2013",
    ],
)  # fmt: skip
def test_a_weekday_without_a_date_to_hold_it_to_is_left_alone(text: str) -> None:
    assert codes(text) == []


@given(
    st.dates(date(1990, 1, 1), date(2199, 12, 31)),
    st.integers(0, 6),
    st.sampled_from(LANGUAGES),
)
def test_weekdays_are_held_to_their_dates_in_every_language(
    day: date, shift: int, language: str
) -> None:
    locale = "en_GB" if language == "en" else language
    named = format_date(day + timedelta(days=shift), "EEEE", locale=locale)
    text = format_date(day, "full", locale=locale)
    text = text.replace(format_date(day, "EEEE", locale=locale), named)
    assert codes(text) == (["weekday"] if shift else [])


@given(st.integers(-140, 140), st.integers(0, 6))
def test_a_missing_year_is_that_nearest_the_versions_own_date(near: int, shift: int) -> None:
    day = WRITTEN + timedelta(days=near)
    text = f"{day + timedelta(days=shift):%A} {day.day} {day:%B}"
    assert codes(text) == (["weekday"] if shift else [])


@given(st.integers(0, 300))
def test_only_a_headline_is_too_long_and_only_over_the_limit(length: int) -> None:
    expected = ["long-headline"] if length > LONGEST_HEADLINE else []
    assert codes("a" * length, "headline (fr)") == expected
    assert codes("a" * length, "subhead") == []


def test_an_image_without_words_is_not_overlooked() -> None:
    assert codes("![](map.png) and ![ ][map] but not ![A map](map.png)") == ["no-alt-text"] * 2


def test_an_image_that_does_not_go_with_the_message_is_not_overlooked() -> None:
    attached = "![A map](map.png) ![a](<a b.png>) ![a](a%20b.png 'title')"
    assert codes(attached) == []
    assert codes(f"{attached}\n![b](b.png) ![c](https://example.org/c.png)") == ["not-attached"] * 2


@given(st.text() | st.text("Tuesday9 October2013XTBCK[]!_?()\n.,"), st.dates())
def test_no_text_raises(text: str, written: date) -> None:
    for finding in findings(text, written=written):
        assert 1 <= finding.line <= text.count("\n") + 1
        assert finding.message.isprintable()
