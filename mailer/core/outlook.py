"""The desk at a glance: what is coming, what is going out now, and what needs a person. Pure.

The rules are here; ledger.outlook finds the facts, and nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mailer.core.model import DispatchKind, Embargo
from mailer.core.states import DeliveryState, DispatchState

LEASE = timedelta(seconds=15)
"""A run that has not been seen for so long, by the wall clock, may be gone; another takes over."""

RATE_OVER = timedelta(seconds=10)
"""The rate is that of this last while."""

RELAY_REMEMBERED = timedelta(hours=1)
"""With nothing to send, a relay that would not have us is told of for so long."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The copies of a dispatch as people count them. `stopped`: suppressed or cancelled."""

    accepted: int = 0
    waiting: int = 0
    deferred: int = 0
    failed: int = 0
    in_doubt: int = 0
    stopped: int = 0

    @property
    def total(self) -> int:
        """All copies there are."""
        return sum((self.accepted, self.waiting, self.deferred, self.failed, self.in_doubt)) + (
            self.stopped
        )


_COUNTED_AS = {
    DeliveryState.ACCEPTED: "accepted",
    DeliveryState.PENDING: "waiting",
    DeliveryState.SENDING: "waiting",
    DeliveryState.DEFERRED: "deferred",
    DeliveryState.REJECTED: "failed",
    DeliveryState.EXPIRED: "failed",
    DeliveryState.IN_DOUBT: "in_doubt",
    DeliveryState.SUPPRESSED: "stopped",
    DeliveryState.CANCELLED: "stopped",
}


def tally(counts: Mapping[DeliveryState, int]) -> Tally:
    """Copies by state, as people count them."""
    found: dict[str, int] = {}
    for state, number in counts.items():
        name = _COUNTED_AS[state]
        found[name] = found.get(name, 0) + number
    return Tally(**found)


@dataclass(frozen=True, slots=True)
class Passage:
    """One dispatch on its way. Instants are UTC; `counted_at` is when its copies were counted."""

    dispatch: int
    advisory: int
    reference: str
    headline: str
    version: int
    audience: str
    kind: DispatchKind
    state: DispatchState
    instant: datetime
    embargo: Embargo | None
    tally: Tally
    counted_at: datetime
    reason: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    on_hold: bool = False
    approvals: int = 0


@dataclass(frozen=True, slots=True)
class Coming:
    """What of one advisory falls due at one instant (UTC). `lifts`: an embargo ends at it."""

    instant: datetime
    advisory: int
    reference: str
    headline: str
    lifts: bool
    zone: str
    passages: tuple[Passage, ...]


class NeedKind(StrEnum):
    """Why a person is needed."""

    STOPPED = "everything stopped"
    CLOCK = "clock not trusted"
    NO_RUN = "nothing sends"
    RELAY = "relay down"
    OVERDUE = "overdue"
    HELD = "held"
    IN_DOUBT = "in doubt"
    APPROVAL = "waits for approval"
    ON_HOLD = "on hold"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a person must settle. `advisory` 0: it is of none; `at` (UTC): since when."""

    kind: NeedKind
    text: str
    at: datetime
    advisory: int = 0
    reference: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class HoldSeen:
    """A hold in force. `advisory` 0: on everything, or on everything embargoed."""

    advisory: int
    reference: str
    embargoed_only: bool
    by: str
    reason: str
    at: datetime
    by_clock: bool = False


@dataclass(frozen=True, slots=True)
class RelaySeen:
    """The newest thing known of a relay: the last fault, and the last copy put to it (UTC)."""

    relay: str
    step: str
    said: str
    fault_at: datetime
    retry_at: datetime
    tried_at: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ledger says at one moment. `doubtful`: copies in doubt by advisory.

    `run_seen_at` None: no run ever was; `run_ended`: the newest ended in good order.
    """

    passages: tuple[Passage, ...]
    doubtful: Mapping[int, tuple[str, int, datetime]]
    holds: tuple[HoldSeen, ...]
    relays: tuple[RelaySeen, ...]
    run_seen_at: datetime | None
    run_ended: bool
    approvals_needed: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """The desk at one moment (UTC). `stopped`: the hold on everything, if there is one."""

    at: datetime
    coming: tuple[Coming, ...]
    going: tuple[Passage, ...]
    needs: tuple[Need, ...]
    stopped: HoldSeen | None


def make(facts: Facts, now: datetime) -> Outlook:
    """The desk at `now`."""
    stopped = next((h for h in facts.holds if not h.advisory and not h.embargoed_only), None)
    return Outlook(
        at=now,
        coming=tuple(_coming(facts.passages)),
        going=tuple(_going(facts.passages)),
        needs=tuple(_needs(facts, now)),
        stopped=stopped,
    )


def _coming(passages: Iterable[Passage]) -> list[Coming]:
    """What has not begun, by instant and advisory; what should have begun is first among it."""
    grouped: dict[tuple[datetime, int], list[Passage]] = {}
    for one in passages:
        if one.started_at is None and one.state not in _ENDED:
            grouped.setdefault((one.instant, one.advisory), []).append(one)
    return [
        Coming(
            instant=instant,
            advisory=advisory,
            reference=rows[0].reference,
            headline=rows[0].headline,
            lifts=any(row.embargo and row.embargo.instant == instant for row in rows),
            zone=next((row.embargo.zone for row in rows if row.embargo), ""),
            passages=tuple(rows),
        )
        for (instant, advisory), rows in sorted(grouped.items(), key=lambda item: item[0])
    ]


def _going(passages: Iterable[Passage]) -> list[Passage]:
    """What has begun and is not done, earliest first; then what is done, latest first."""
    begun = [one for one in passages if one.started_at is not None]
    now = [one for one in begun if one.state not in _ENDED]
    done = [one for one in begun if one.state == DispatchState.DONE]
    return sorted(now, key=lambda one: (one.instant, one.dispatch)) + sorted(
        done, key=lambda one: (one.ended_at or one.instant, one.dispatch), reverse=True
    )


_ENDED = (DispatchState.DONE, DispatchState.CANCELLED)


# --- what needs a person ----------------------------------------------------------------------


def _needs(facts: Facts, now: datetime) -> list[Need]:
    """Everything that waits for a person, the gravest first."""
    sending = any(one.state == DispatchState.SENDING for one in facts.passages)
    found = [
        *_of_holds(facts.holds),
        *_of_run(facts, now),
        *(_of_relay(one) for one in facts.relays if is_down(one, now, sending=sending)),
        *_of_dispatches(facts, now),
        *(
            Need(
                NeedKind.IN_DOUBT,
                f"{_copies(number)} may have arrived or not: nobody can know but a person",
                since,
                advisory,
                reference,
            )
            for advisory, (reference, number, since) in facts.doubtful.items()
        ),
    ]
    order = list(NeedKind)
    return sorted(found, key=lambda need: (order.index(need.kind), need.at, need.reference))


def _of_holds(holds: Iterable[HoldSeen]) -> Iterable[Need]:
    for hold in holds:
        if hold.advisory:
            text = f"by {hold.by}: {hold.reason}"
            yield Need(NeedKind.ON_HOLD, text, hold.at, hold.advisory, hold.reference)
        elif hold.embargoed_only:
            kind = NeedKind.CLOCK if hold.by_clock else NeedKind.ON_HOLD
            text = f"everything embargoed is stopped: {hold.reason}"
            yield Need(kind, text, hold.at, urgent=True)
        else:
            text = f"by {hold.by}: {hold.reason}"
            yield Need(NeedKind.STOPPED, text, hold.at, urgent=True)


def _of_run(facts: Facts, now: datetime) -> Iterable[Need]:
    """Nobody is there to send. It matters once something is to go."""
    alive = {DispatchState.APPROVED, DispatchState.SENDING}
    if not any(one.state in alive for one in facts.passages):
        return
    seen = facts.run_seen_at
    if seen is None:
        yield Need(NeedKind.NO_RUN, "`mailer run` was never started", now, urgent=True)
    elif facts.run_ended:
        yield Need(NeedKind.NO_RUN, "`mailer run` has ended; start it again", seen, urgent=True)
    elif now - seen > LEASE:
        text = "`mailer run` shows no sign of life; look whether it runs"
        yield Need(NeedKind.NO_RUN, text, seen, urgent=True)


def is_down(relay: RelaySeen, now: datetime, *, sending: bool) -> bool:
    """Whether the last that is known of a relay is that it would not have us."""
    if relay.tried_at is not None and relay.tried_at >= relay.fault_at:
        return False
    return sending or now - relay.fault_at <= RELAY_REMEMBERED


def _of_relay(relay: RelaySeen) -> Need:
    text = f"{relay.relay} would not have us ({relay.step}): {relay.said}"
    return Need(NeedKind.RELAY, text, relay.fault_at, urgent=True)


def _of_dispatches(facts: Facts, now: datetime) -> Iterable[Need]:
    """One need for each advisory and state, not one for each dispatch."""
    grouped: dict[tuple[NeedKind, int], list[Passage]] = {}
    kinds = {
        DispatchState.PLANNED: NeedKind.APPROVAL,
        DispatchState.OVERDUE: NeedKind.OVERDUE,
        DispatchState.HELD: NeedKind.HELD,
    }
    for one in facts.passages:
        if one.state in kinds:
            grouped.setdefault((kinds[one.state], one.advisory), []).append(one)
    for (kind, advisory), rows in grouped.items():
        what = ", ".join(f"{row.kind} to {row.audience}" for row in rows)
        first = min(row.instant for row in rows)
        late = kind is NeedKind.APPROVAL and first <= now
        if kind is NeedKind.APPROVAL:
            given = min(row.approvals for row in rows)
            number = f" ({given} of {facts.approvals_needed} given)" if given else ""
            text = f"{what}{number}" + ("; its instant has passed" if late else "")
        else:
            text = f"{what}: {rows[0].reason}"
        urgent = kind is not NeedKind.APPROVAL or late
        yield Need(kind, text, first, advisory, rows[0].reference, urgent)


def _copies(number: int) -> str:
    return "1 copy" if number == 1 else f"{number} copies"


# --- the rate ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sample:
    """How many copies were accepted of something, counted at a moment (UTC)."""

    at: datetime
    accepted: int


def rate(samples: Sequence[Sample]) -> float | None:
    """Copies accepted in a second, over the last while; None until two counts can be compared.

    A count that has gone down (a person settled a copy otherwise) is no rate.
    """
    if not samples:
        return None
    recent = [one for one in samples if samples[-1].at - one.at <= RATE_OVER] or [samples[-1]]
    span = (recent[-1].at - recent[0].at).total_seconds()
    if span <= 0:
        return None
    return max(0.0, (recent[-1].accepted - recent[0].accepted) / span)
