"""When an address is written to no more."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core.bouncing import Failure, Rules, verdict

NOW = datetime(2027, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def failed(delivery: int, days_ago: float, status: str = "5.7.1", text: str = "") -> Failure:
    return Failure(delivery, NOW - days_ago * DAY, status, text)


@pytest.mark.parametrize(
    ("status", "diagnostic", "at_once"),
    [
        ("5.1.1", "550 5.1.1 User unknown", True),
        ("5.1.10", "", True),
        ("5.1.2", "no such domain", True),
        ("5.1.7", "bad sender", False),
        ("5.1.8", "bad sender's domain", False),
        ("5.2.2", "mailbox full", False),
        ("5.7.1", "spam, see 5.1.1", False),
        ("5.0.0", "550 5.1.1 User unknown", True),
        ("5.0.0", "550 no", False),
        ("", "550 5.1.1 unknown", True),
        ("", "550 unknown", False),
        ("5.0.0", "550 from 192.5.1.1.7", False),
    ],
)
def test_an_address_that_does_not_exist_is_suppressed_at_once(
    status: str, diagnostic: str, at_once: bool
) -> None:
    why = verdict([failed(1, 0, status, diagnostic)], NOW, Rules())
    assert bool(why) is at_once
    assert not why or why.startswith("the address does not exist: ")


def test_others_after_three_copies_in_thirty_days() -> None:
    two = [failed(1, 29), failed(2, 1)]
    assert verdict(two, NOW, Rules()) == ""
    assert verdict([*two, failed(3, 0, text="554 no")], NOW, Rules()) == (
        "3 copies failed for good within 30 days: 5.7.1 554 no"
    )
    assert verdict([*two, failed(3, 31)], NOW, Rules()) == ""
    assert verdict(two, NOW, Rules(failures=2, within=30 * DAY)) != ""
    assert verdict([failed(1, 0)], NOW, Rules(failures=1, within=DAY)).endswith(
        "within a day: 5.7.1 no reason given"
    )


def test_never_counts_one_copy_twice() -> None:
    assert verdict([failed(1, 3), failed(1, 2), failed(1, 1), failed(2, 0)], NOW, Rules()) == ""


def test_never_counts_what_a_person_has_undone() -> None:
    four = [failed(1, 4, "5.1.1"), failed(2, 3), failed(3, 2), failed(4, 1)]
    assert verdict(four, NOW, Rules(), since=NOW) == ""
    assert verdict(four, NOW, Rules(), since=NOW - 2.5 * DAY) == ""
    assert verdict(four, NOW, Rules(), since=NOW - 3.5 * DAY) != ""


@given(
    st.lists(st.builds(failed, st.integers(1, 5), st.floats(0, 100), st.just("5.7.1"))),
    st.integers(1, 5),
    st.integers(1, 60),
)
def test_suppressed_exactly_when_so_many_copies_failed(
    failures: list[Failure], most: int, days: int
) -> None:
    rules = Rules(most, days * DAY)
    counted = {one.delivery for one in failures if NOW - one.at <= days * DAY}
    assert bool(verdict(failures, NOW, rules)) is (len(counted) >= most)
    assert verdict([], NOW, rules) == ""
