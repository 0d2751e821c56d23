"""When the clock is doubted: for every pair of readings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core.clockwatch import Doubt, Reading, judge

AT = datetime(2027, 2, 9, tzinfo=UTC)
YEARS = 40 * 365 * 24 * 3600

elapsed = st.integers(0, 10**9).map(lambda ms: ms / 1000)
words = st.sampled_from([True, False, None])


def reading(wall: float, monotonic: float, synchronised: bool | None = True) -> Reading:
    """Clocks that say so many seconds."""
    return Reading(AT + timedelta(seconds=wall), 5_000 + monotonic, synchronised)


def judged(before: Reading | None, after: Reading) -> Doubt | None:
    return judge(before, after, check_synchronised=True)


@given(elapsed, st.floats(-1.999, 1.999))
def test_never_a_doubt_while_the_clocks_agree_however_long_it_took(took: float, off: float) -> None:
    assert judged(reading(0, 0), reading(took + off, took)) is None


@given(elapsed, st.floats(2.001, YEARS), words, words, st.booleans())
def test_a_jump_forward_is_always_doubted(
    took: float, jump: float, before: bool | None, after: bool | None, check: bool
) -> None:
    doubt = judge(
        reading(0, 0, before), reading(took + jump, took, after), check_synchronised=check
    )
    assert doubt is not None
    assert f"jumped forward by {jump:.1f} s" in doubt.reason


@given(elapsed, st.floats(0, YEARS))
def test_a_jump_back_is_never_doubted(took: float, jump: float) -> None:
    assert judged(reading(0, 0), reading(took - jump, took)) is None


def test_exactly_two_seconds_are_not_yet_a_jump() -> None:
    assert judged(reading(0, 0), reading(3, 1)) is None
    assert judged(reading(0, 0), reading(3.000001, 1)) is not None


@given(st.floats(-YEARS, YEARS))
def test_a_first_reading_tells_of_no_jump(wall: float) -> None:
    assert judged(None, reading(wall, 0)) is None


@pytest.mark.parametrize("before", [True, None, "nothing read yet"])
def test_an_unsynchronised_clock_is_doubted_when_first_seen(before: bool | str | None) -> None:
    first = None if isinstance(before, str) else reading(0, 0, before)
    doubt = judged(first, reading(1, 1, False))
    assert doubt is not None
    assert "not synchronised" in doubt.reason
    assert "check_clock" in doubt.reason


@given(st.lists(words, min_size=1))
def test_doubted_once_each_time_it_loses_its_synchronisation(said: list[bool | None]) -> None:
    readings = [reading(n, n, word) for n, word in enumerate(said)]
    doubts = [
        judged(before, after) for before, after in zip([None, *readings], readings, strict=False)
    ]
    lost = [word is False and (n == 0 or said[n - 1] is not False) for n, word in enumerate(said)]
    assert [doubt is not None for doubt in doubts] == lost


@given(words, words)
def test_synchronisation_is_not_asked_for_where_it_is_configured_off(
    before: bool | None, after: bool | None
) -> None:
    for first in (None, reading(0, 0, before)):
        assert judge(first, reading(1, 1, after), check_synchronised=False) is None


def test_both_reasons_are_given_when_both_are_true() -> None:
    doubt = judged(reading(0, 0), reading(3601, 1, False))
    assert doubt is not None
    assert "3600.0 s" in doubt.reason
    assert "not synchronised" in doubt.reason
