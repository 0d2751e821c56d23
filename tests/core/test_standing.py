from __future__ import annotations

from collections.abc import Sequence

import pytest

from mailer.core.standing import AdvisoryState, stands
from mailer.core.states import DispatchState as D


@pytest.mark.parametrize(
    ("dispatches", "word"),
    [
        ([D.DONE, D.PLANNED, D.CANCELLED], AdvisoryState.WAITS),
        ([D.APPROVED, D.SENDING], AdvisoryState.SENDING),
        ([D.APPROVED, D.DONE], AdvisoryState.APPROVED),
        ([D.DONE, D.CANCELLED], AdvisoryState.DONE),
        ([D.CANCELLED], AdvisoryState.CANCELLED),
        ([D.OVERDUE, D.PLANNED], AdvisoryState.OVERDUE),
    ],
)
def test_an_advisory_stands_where_a_person_must_look_first(
    dispatches: Sequence[D], word: AdvisoryState
) -> None:
    assert stands(dispatches, withdrawn=False, on_hold=False) is word
    assert stands(dispatches, withdrawn=True, on_hold=True) is AdvisoryState.WITHDRAWN
    ended = not set(dispatches) - {D.DONE, D.CANCELLED}
    held = stands(dispatches, withdrawn=False, on_hold=True)
    assert held is (word if ended else AdvisoryState.ON_HOLD)
