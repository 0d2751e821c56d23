"""The chart's numbers: it never hides a copy, and its words and its picture say the same."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.web.log_chart import HEIGHT, WIDTH, draw, span

ACCEPTED = st.dictionaries(st.integers(1, 10**6), st.integers(1, 10**5), min_size=1, max_size=50)


@given(ACCEPTED)
def test_all_that_was_accepted_is_in_the_picture_or_said_to_be_beyond_it(
    by_tenth: dict[int, int],
) -> None:
    tenths = sorted(by_tenth)
    totals = list(accumulate(by_tenth[one] for one in tenths))
    chart = draw(list(zip(tenths, totals, strict=True)))
    assert chart is not None
    assert chart.total == totals[-1]
    assert 0 <= chart.beyond <= chart.total * 0.01 + 1
    points = [tuple(map(float, point.split(","))) for point in chart.line.split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert points == sorted(points, key=lambda point: (point[0], -point[1]))
    assert 2 <= len(chart.across) <= 8
    assert chart.up[-1].says == "0" or len(chart.up) <= 5
    assert chart.told[-1] == ("the last", span(tenths[-1]))


def test_nothing_accepted_is_no_chart() -> None:
    assert draw([]) is None


@pytest.mark.parametrize(
    ("tenths", "said"),
    [(4, "0.4 s"), (10, "1 s"), (401, "41 s"), (1250, "2 min 5 s"), (108000, "3 h")],
)
def test_a_span_in_words(tenths: int, said: str) -> None:
    assert span(tenths) == said
