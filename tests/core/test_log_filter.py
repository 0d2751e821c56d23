"""A filter is its address: it comes back from it, and nothing in an address breaks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core.log_filter import (
    PARAMETERS,
    STATES,
    LogFilter,
    LogFilterError,
    Sort,
    folded,
    found_in,
    parse,
    sought,
)

WORDS = st.text(max_size=60).map(lambda text: " ".join(text.split()))
INSTANTS = st.none() | st.datetimes(
    max_value=datetime.max - timedelta(days=1),  # noqa: DTZ901
    timezones=st.just(UTC),
)
FILTERS = st.builds(
    LogFilter,
    advisory=WORDS,
    audience=WORDS,
    outlet=WORDS,
    contact=WORDS,
    states=st.sets(st.sampled_from(STATES)).map(
        lambda chosen: tuple(state for state in STATES if state in chosen)
    ),
    code=st.sampled_from(["", "250", "550", "4xx", "5xx"]),
    since=INSTANTS,
    until=INSTANTS,
    text=WORDS,
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
)


@given(FILTERS)
def test_a_filter_comes_back_from_its_address(wanted: LogFilter) -> None:
    address = urlencode(wanted.query())
    assert parse(parse_qsl(address, keep_blank_values=True)) == wanted


@given(st.lists(st.tuples(st.sampled_from(PARAMETERS) | st.text(max_size=9), st.text(max_size=40))))
def test_whatever_an_address_says_is_a_filter_or_one_line_of_refusal(
    query: list[tuple[str, str]],
) -> None:
    wanted = parsed(query)
    if isinstance(wanted, LogFilter):
        assert parse(wanted.query()) == wanted
    else:
        assert str(wanted).isprintable()


def parsed(query: list[tuple[str, str]]) -> LogFilter | LogFilterError:
    try:
        return parse(query)
    except LogFilterError as error:
        return error


def test_what_is_typed_without_an_offset_is_of_the_readers_zone() -> None:
    zone = ZoneInfo("Asia/Baku")
    wanted = parse([("since", "2027-02-09T04:01"), ("until", "2027-02-09T00:30:00Z")], zone)
    assert wanted.since == datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
    assert wanted.until == datetime(2027, 2, 9, 0, 30, tzinfo=UTC)
    assert dict(wanted.query())["since"] == "2027-02-09T00:01:00Z"


def test_a_day_is_whole() -> None:
    wanted = parse([("since", "2027-02-09"), ("until", "2027-02-09")], ZoneInfo("Europe/London"))
    assert wanted.since is not None
    assert wanted.until is not None
    assert wanted.until - wanted.since == timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "delivered"),
        ("code", "abc"),
        ("code", "999"),
        ("sort", "; drop table"),
        ("since", "tomorrow"),
        ("until", "9999-12-31"),
        ("since", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(LogFilterError, match=f"^{name}: "):
        parse([(name, value)])


def test_only_a_filter_narrows() -> None:
    assert not LogFilter().narrows
    assert not LogFilter(sort=Sort.CONTACT).narrows
    assert replace(LogFilter(), text="bbc").narrows


def test_accents_case_and_width_do_not_hide_anybody() -> None:
    assert folded("Bureau de GENÈVE") == "bureau de geneve"
    assert found_in(sought("geneve"), "Bureau de Gene\u0300ve")
    assert found_in(sought("ＢＢＣ"), "bbc news")
    assert found_in(sought("press continental"), "Continental  Press")
    assert not found_in(sought("bbc itv"), "bbc")
    assert sought("") == ()
