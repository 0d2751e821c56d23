"""How hard to lean on the relays: circuits, concurrency, rate, and limits for each domain.

Pure bookkeeping over instants and numbers that are given; nothing here waits or sends.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailer.config import Relay
from mailer.core import outcome

STUMBLES = 3
"""Lost sessions in a row, none of which brought a copy through, that open a circuit."""
RAREST = 1 / 64
"""Of a session that is added for each window of successes: the least."""


@dataclass(slots=True)
class Circuit:
    """One relay: closed while it works, open for a while after it failed, then half open.

    Half open means that one session feels its way before the others follow. `window` says how many
    are used while it works; `at_work` are out with it, or being opened for that; `opening` are all
    that are being opened.
    """

    relay: Relay
    failures: int = 0
    closed_until: datetime | None = None
    stumbles: int = 0
    at_work: int = 0
    opening: int = 0
    window: Window = field(init=False)
    name: str = field(init=False)
    """The relay as the ledger and people know it."""

    def __post_init__(self) -> None:
        self.name = self.relay.address
        self.window = Window(self.relay.connections)

    @property
    def sessions(self) -> int:
        """How many sessions may be at work with it; after a failure one feels its way."""
        return 1 if self.failures else self.window.sessions

    @property
    def crowded(self) -> bool:
        """Whether one of those at work should end; those being opened may come to nothing."""
        return self.at_work - self.opening > self.sessions

    def can_be_tried(self, now: datetime) -> bool:
        """Whether a session may be opened at `now`; no pause outlasts a clock that is set back."""
        return self.closed_until is None or not (
            now < self.closed_until <= now + outcome.LONGEST_PAUSE
        )

    def works(self) -> bool:
        """The relay answered for a copy, however it did; True if that is news."""
        news = self.failures > 0
        self.failures, self.closed_until, self.stumbles = 0, None, 0
        return news

    def stumbled(self) -> bool:
        """A session was lost in the middle; True if that is too often in a row, or half open."""
        self.stumbles += 1
        return self.failures > 0 or self.stumbles >= STUMBLES

    def fails(self, now: datetime, jitter: float) -> timedelta:
        """The relay would not have us: open the circuit; returns for how long."""
        self.failures += 1
        self.stumbles = 0
        wait = outcome.pause(self.failures, jitter)
        self.closed_until = now + wait
        return wait


@dataclass(slots=True)
class Window:
    """How many sessions to use at once: grows as copies are taken, shrinks when they are put off.

    As in Postfix's queue manager: a whole window of successes adds one, each 4xx takes one away.
    Each time that the relay refuses one session more, twice as many are needed to try again.
    """

    limit: int
    step: float = 1.0
    size: float = field(init=False)
    sessions: int = field(init=False)
    """The number of sessions that may be at work now, at least 1: `size` in whole sessions."""

    def __post_init__(self) -> None:
        self._set(float(self.limit))

    def taken(self) -> None:
        """A copy was accepted."""
        if self.size < self.limit:
            self._set(min(float(self.limit), self.size + self.step / self.size))

    def put_off(self) -> None:
        """The relay answered 4xx, or dropped the line."""
        self._set(max(1.0, self.size - 1))

    def full(self, sessions: int) -> bool:
        """The relay lets us have so many sessions, and not one more; True if that is news."""
        news = self.step == 1
        self.step = max(self.step / 2, RAREST)
        self._set(float(max(1, sessions)))
        return news

    def _set(self, size: float) -> None:
        self.size, self.sessions = size, int(size)


@dataclass(slots=True)
class Pace:
    """At most `rate` messages a second (0: no limit), evenly; instants are seconds of any clock."""

    rate: float
    next_at: float = 0

    def wait(self, moment: float) -> float:
        """Seconds until one more message may go."""
        return max(0.0, self.next_at - moment) if self.rate else 0.0

    def spend(self, moment: float) -> None:
        """One message goes."""
        if self.rate:
            self.next_at = max(self.next_at, moment) + 1 / self.rate


@dataclass(slots=True)
class Domains:
    """Limits for each recipient domain, for a relay that passes every copy straight on.

    `connections` copies at once and `rate` a second to one domain (0: no limit). A domain that
    keeps answering 4xx is left alone for a while, as a relay would be.
    """

    connections: int
    rate: float
    at_work: Counter[str] = field(default_factory=Counter)
    paces: dict[str, Pace] = field(default_factory=dict)
    closed: dict[str, float] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    limited: bool = field(init=False)
    """Whether there is any limit at all; else nothing is kept."""

    def __post_init__(self) -> None:
        self.limited = bool(self.connections or self.rate)

    def wait(self, address: str, moment: float) -> float | None:
        """Seconds until a copy to this address may go; None: when one of those at work is done."""
        if not self.limited:
            return 0.0
        domain = domain_of(address)
        if self.connections and self.at_work[domain] >= self.connections:
            return None
        pace = self.paces.get(domain)
        closed = max(0.0, self.closed.get(domain, 0.0) - moment)
        return max(closed, pace.wait(moment) if pace else 0.0)

    def begins(self, address: str, moment: float) -> None:
        """A copy to this address is being handed over."""
        if not self.limited:
            return
        domain = domain_of(address)
        self.at_work[domain] += 1
        if self.rate:
            self.paces.setdefault(domain, Pace(self.rate)).spend(moment)

    def ends(self, address: str) -> None:
        """It is handed over, or is not."""
        if not self.limited:
            return
        domain = domain_of(address)
        self.at_work[domain] -= 1
        if not self.at_work[domain]:
            del self.at_work[domain]

    def answered(self, address: str, *, put_off: bool, moment: float, jitter: float) -> None:
        """What its domain said: several 4xx in a row close it for a while."""
        if not self.limited:
            return
        domain = domain_of(address)
        if not put_off:
            self.failures.pop(domain, None)
            self.closed.pop(domain, None)
            return
        self.failures[domain] += 1
        beyond = self.failures[domain] - STUMBLES + 1
        if beyond > 0:
            self.closed[domain] = moment + outcome.pause(beyond, jitter).total_seconds()


def domain_of(address: str) -> str:
    """The domain of an address, folded."""
    return address.rpartition("@")[2].casefold()
