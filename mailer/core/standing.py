"""How an advisory stands as a whole, in one word. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from mailer.core.states import DispatchState


class AdvisoryState(StrEnum):
    """Where an advisory stands: of what its dispatches are in, what a person must know first."""

    WITHDRAWN = "withdrawn"
    ON_HOLD = "on hold"
    OVERDUE = "overdue"
    HELD = "held"
    WAITS = "waits for approval"
    SENDING = "sending"
    APPROVED = "approved"
    DONE = "done"
    CANCELLED = "cancelled"


_FIRST = (
    (DispatchState.OVERDUE, AdvisoryState.OVERDUE),
    (DispatchState.HELD, AdvisoryState.HELD),
    (DispatchState.PLANNED, AdvisoryState.WAITS),
    (DispatchState.SENDING, AdvisoryState.SENDING),
    (DispatchState.APPROVED, AdvisoryState.APPROVED),
    (DispatchState.DONE, AdvisoryState.DONE),
)
"""Which of its dispatches' states says it."""

ENDED = (DispatchState.DONE, DispatchState.CANCELLED)


def stands(
    dispatches: Collection[DispatchState], *, withdrawn: bool, on_hold: bool
) -> AdvisoryState:
    """The one word. `on_hold`: some hold bears on it, which says nothing once all has ended."""
    if withdrawn:
        return AdvisoryState.WITHDRAWN
    if on_hold and any(state not in ENDED for state in dispatches):
        return AdvisoryState.ON_HOLD
    return next((word for state, word in _FIRST if state in dispatches), AdvisoryState.CANCELLED)
