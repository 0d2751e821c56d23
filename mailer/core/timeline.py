"""A timeline: what each audience has at every instant from now to the last wave.

`core.forecast` makes it, from the waves: the dispatches as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailer.core import states
from mailer.core.model import Dispatch, Embargo
from mailer.core.states import DeliveryState, DispatchState

HAVE = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)
"""Deliveries that count as held: the relay took them, or may have."""

GOING = (*states.UNSENT, DeliveryState.SENDING)
"""Deliveries that are still to go."""

_ENDED = (DispatchState.CANCELLED, DispatchState.DONE)


class Has(StrEnum):
    """What an audience has of an advisory."""

    NOTHING = "nothing"
    ADVANCE = "advance copy"
    TEXT = "the text"
    CORRECTION = "correction"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Wave:
    """A dispatch as it stands: its deliveries by state, and those still to go by their zone.

    `zones` are the IANA zones of the contacts ("" for none given); `on_hold`: some hold stops it.
    """

    dispatch: Dispatch
    state: DispatchState
    counts: Mapping[DeliveryState, int]
    zones: Mapping[str, int]
    on_hold: bool = False

    @property
    def held(self) -> int:
        """How many contacts hold, or may hold, a copy of it."""
        return sum(self.counts.get(state, 0) for state in HAVE)

    @property
    def going(self) -> int:
        """How many copies of it are still to go."""
        if self.state in _ENDED:
            return 0
        return sum(self.counts.get(state, 0) for state in GOING)

    @property
    def once(self) -> str:
        """What a person must do before it goes ("approved", "resumed"); empty: nothing."""
        needs = []
        if self.state is DispatchState.PLANNED:
            needs.append("approved")
        elif self.state in (DispatchState.HELD, DispatchState.OVERDUE):
            needs.append("approved again")
        if self.on_hold:
            needs.append("resumed")
        return " and ".join(needs)


@dataclass(frozen=True, slots=True)
class Segment:
    """What an audience has from `start` until before `end` (UTC), and how many of it.

    `once`: what a person must do first, or it is not so. `embargoed`: its notice still binds.
    """

    start: datetime
    end: datetime
    has: Has
    contacts: int
    embargoed: bool = False
    once: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One audience, how many contacts it has, its embargo, and its segments: none overlap."""

    audience: str
    contacts: int
    embargo: Embargo | None
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What happens at an instant (UTC): to which audiences, in words, to how many contacts."""

    instant: datetime
    audience: str
    event: str
    contacts: int
    once: str = ""


@dataclass(frozen=True, slots=True)
class HoldNow:
    """What a hold now would stop: how many copies, of which instants (UTC).

    `out` hold an embargoed copy already: no hold takes it back, and it is free at their lift.
    """

    copies: int
    instants: tuple[datetime, ...]
    out: int


@dataclass(frozen=True, slots=True)
class LiftNow:
    """What a lift now would send: at once, later in the contacts' own mornings; who is told.

    `on_hold`: some of it would still wait until the hold is ended.
    """

    at_once: int
    mornings: int
    told: int
    audiences: tuple[str, ...]
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """From `now` until `end` (UTC). `lift` is None where no embargo is left to lift."""

    now: datetime
    end: datetime
    rows: tuple[Row, ...]
    lanes: tuple[Lane, ...]
    hold: HoldNow
    lift: LiftNow | None
    withdrawn: bool = False

    @property
    def lifts(self) -> tuple[datetime, ...]:
        """The instants still to come at which an embargo lifts."""
        ahead = {lane.embargo.instant for lane in self.lanes if lane.embargo}
        return tuple(sorted(instant for instant in ahead if instant > self.now))
