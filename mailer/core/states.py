"""The states of a dispatch and of a delivery, and the events that move them.

Two tables say everything; an event that a table does not name raises and changes nothing. The
diagrams in docs/explanation are generated from these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from mailer.core.errors import IllegalTransitionError


class DispatchState(StrEnum):
    """Where a dispatch stands."""

    PLANNED = "planned"
    APPROVED = "approved"
    SENDING = "sending"
    DONE = "done"
    HELD = "held"
    OVERDUE = "overdue"
    CANCELLED = "cancelled"


class DispatchEvent(StrEnum):
    """What happens to a dispatch."""

    APPROVE = "approve"
    START = "start"
    FINISH = "finish"
    HOLD = "hold"
    MISS = "miss"
    CANCEL = "cancel"
    REOPEN = "reopen"
    VOID = "void"


class DeliveryState(StrEnum):
    """Where a delivery stands. `accepted` means the relay answered 250, and no more than that."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    EXPIRED = "expired"
    IN_DOUBT = "in_doubt"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"


class DeliveryEvent(StrEnum):
    """What happens to a delivery."""

    CLAIM = "claim"
    RETURN = "return"
    ACCEPT = "accept"
    DEFER = "defer"
    REJECT = "reject"
    EXPIRE = "expire"
    DOUBT = "doubt"
    SUPPRESS = "suppress"
    CANCEL = "cancel"
    RESEND = "resend"
    REINSTATE = "reinstate"


_D, _E = DispatchState, DispatchEvent

DISPATCH: Mapping[tuple[DispatchState, DispatchEvent], DispatchState] = {
    (_D.PLANNED, _E.APPROVE): _D.APPROVED,
    (_D.PLANNED, _E.CANCEL): _D.CANCELLED,
    (_D.APPROVED, _E.START): _D.SENDING,
    (_D.APPROVED, _E.HOLD): _D.HELD,
    (_D.APPROVED, _E.MISS): _D.OVERDUE,
    (_D.APPROVED, _E.CANCEL): _D.CANCELLED,
    (_D.SENDING, _E.FINISH): _D.DONE,
    (_D.SENDING, _E.HOLD): _D.HELD,
    (_D.SENDING, _E.MISS): _D.OVERDUE,
    (_D.SENDING, _E.CANCEL): _D.CANCELLED,
    # A person's yes sets going whatever had stopped.
    (_D.HELD, _E.APPROVE): _D.APPROVED,
    (_D.HELD, _E.CANCEL): _D.CANCELLED,
    (_D.OVERDUE, _E.APPROVE): _D.APPROVED,
    (_D.OVERDUE, _E.CANCEL): _D.CANCELLED,
    # What was approved has changed: it needs a new yes.
    (_D.APPROVED, _E.VOID): _D.PLANNED,
    (_D.SENDING, _E.VOID): _D.PLANNED,
    (_D.HELD, _E.VOID): _D.PLANNED,
    (_D.OVERDUE, _E.VOID): _D.PLANNED,
    # A copy that was in doubt is sent again, by a person's word.
    (_D.DONE, _E.REOPEN): _D.APPROVED,
}

_S, _V = DeliveryState, DeliveryEvent

DELIVERY: Mapping[tuple[DeliveryState, DeliveryEvent], DeliveryState] = {
    (_S.PENDING, _V.CLAIM): _S.SENDING,
    (_S.PENDING, _V.SUPPRESS): _S.SUPPRESSED,
    (_S.PENDING, _V.CANCEL): _S.CANCELLED,
    (_S.PENDING, _V.EXPIRE): _S.EXPIRED,
    (_S.SENDING, _V.RETURN): _S.PENDING,
    (_S.SENDING, _V.ACCEPT): _S.ACCEPTED,
    (_S.SENDING, _V.DEFER): _S.DEFERRED,
    (_S.SENDING, _V.REJECT): _S.REJECTED,
    (_S.SENDING, _V.EXPIRE): _S.EXPIRED,
    (_S.SENDING, _V.DOUBT): _S.IN_DOUBT,
    (_S.SENDING, _V.SUPPRESS): _S.SUPPRESSED,
    (_S.SENDING, _V.CANCEL): _S.CANCELLED,
    (_S.DEFERRED, _V.CLAIM): _S.SENDING,
    (_S.DEFERRED, _V.SUPPRESS): _S.SUPPRESSED,
    (_S.DEFERRED, _V.CANCEL): _S.CANCELLED,
    (_S.DEFERRED, _V.EXPIRE): _S.EXPIRED,
    # What cannot be known, only a person settles.
    (_S.IN_DOUBT, _V.RESEND): _S.PENDING,
    (_S.IN_DOUBT, _V.ACCEPT): _S.ACCEPTED,
    (_S.IN_DOUBT, _V.REJECT): _S.REJECTED,
    # The contact has changed their mind about the embargo, and it goes after all.
    (_S.CANCELLED, _V.REINSTATE): _S.PENDING,
}

VERDICTS: Mapping[str, DeliveryEvent] = {
    "resend": _V.RESEND,
    "accepted": _V.ACCEPT,
    "rejected": _V.REJECT,
}
"""What a person says of a copy in doubt, and what that does."""

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


def after(table: Mapping[tuple[State, Event], State], state: State, event: Event) -> State:
    """The state that `event` leads to; raises IllegalTransitionError where the table has none."""
    try:
        return table[state, event]
    except KeyError:
        raise IllegalTransitionError(f"cannot {event} what is {state}") from None


def sources(table: Mapping[tuple[State, Event], State], event: Event) -> tuple[State, ...]:
    """The states in which `event` is allowed, in the table's order."""
    return tuple(state for state, allowed in table if allowed == event)


def final(table: Mapping[tuple[State, Event], State]) -> frozenset[State]:
    """The states that nothing leaves."""
    return frozenset(table.values()) - {state for state, _ in table}


UNSENT = (DeliveryState.PENDING, DeliveryState.DEFERRED)
"""Deliveries whose text has certainly not reached the relay and is still to go."""

HAS_OR_WILL_HAVE = (
    DeliveryState.PENDING,
    DeliveryState.SENDING,
    DeliveryState.DEFERRED,
    DeliveryState.ACCEPTED,
    DeliveryState.IN_DOUBT,
)
"""Deliveries whose journalist has the text, may have it, or is still to get it."""

HAS_OR_MAY_HAVE = (DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)
"""Deliveries whose journalist has the text or may have it."""
