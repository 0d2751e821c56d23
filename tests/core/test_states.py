from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core import states
from mailer.core.errors import IllegalTransitionError
from mailer.core.states import (
    DELIVERY,
    DISPATCH,
    DeliveryEvent,
    DeliveryState,
    DispatchEvent,
    DispatchState,
)


@given(st.sampled_from(DispatchState), st.sampled_from(DispatchEvent))
def test_an_event_the_dispatch_table_does_not_name_raises(
    state: DispatchState, event: DispatchEvent
) -> None:
    if (state, event) in DISPATCH:
        assert states.after(DISPATCH, state, event) is DISPATCH[state, event]
    else:
        with pytest.raises(IllegalTransitionError, match=f"cannot {event} what is {state}"):
            states.after(DISPATCH, state, event)


def test_nothing_is_sent_that_nobody_approved() -> None:
    """Every way to SENDING leads through APPROVED, and APPROVED is entered by a person only."""
    into_sending = {s for (s, _), after in DISPATCH.items() if after is DispatchState.SENDING}
    assert into_sending == {DispatchState.APPROVED}
    into_approved = {e for (_, e), after in DISPATCH.items() if after is DispatchState.APPROVED}
    assert into_approved == {DispatchEvent.APPROVE, DispatchEvent.REOPEN}


def test_what_is_in_doubt_is_settled_by_a_person_only() -> None:
    ways_out = {event for state, event in DELIVERY if state is DeliveryState.IN_DOUBT}
    assert ways_out == {DeliveryEvent.RESEND, DeliveryEvent.ACCEPT, DeliveryEvent.REJECT}


def test_an_accepted_copy_is_never_sent_again() -> None:
    assert DeliveryState.ACCEPTED in states.final(DELIVERY)


def test_every_state_can_be_reached() -> None:
    for table, start in ((DISPATCH, DispatchState.PLANNED), (DELIVERY, DeliveryState.PENDING)):
        reached = {start}
        while more := {a for (s, _), a in table.items() if s in reached} - reached:
            reached |= more
        assert reached == set(type(start))
