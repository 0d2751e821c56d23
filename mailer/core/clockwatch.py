"""Whether the wall clock may be believed: two readings compared. Pure.

An embargo that lifts by a wrong clock is broken, so a clock that jumps forward, or that the kernel
does not vouch for, is doubted. A jump back is not: the gate only waits longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

JUMP = timedelta(seconds=2)
"""How far the wall clock may run ahead of the monotonic clock between two readings."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All clocks at one moment.

    `wall` is in UTC; `monotonic` is seconds since any fixed moment, the machine's sleep included;
    `synchronised` is the kernel's word, None where it cannot say.
    """

    wall: datetime
    monotonic: float
    synchronised: bool | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the clock is not to be believed, as a clause for a person."""

    reason: str


def judge(before: Reading | None, after: Reading, *, check_synchronised: bool) -> Doubt | None:
    """What is to be doubted about `after`; `before` is the last reading of this run, None: none.

    A forward jump is doubted whenever it happens, a clock that is not synchronised only when it is
    first seen so: at the first reading, or when the kernel's word changes.
    """
    reasons = []
    if before is not None:
        elapsed = timedelta(seconds=after.monotonic - before.monotonic)
        ahead = after.wall - before.wall - elapsed
        if ahead > JUMP:
            reasons.append(
                f"the clock jumped forward by {ahead.total_seconds():.1f} s, "
                "and the embargo may not really have lifted"
            )
    known = before is not None and before.synchronised is False
    if check_synchronised and after.synchronised is False and not known:
        reasons.append(
            "the kernel says that this machine's clock is not synchronised "
            "(where it never is: check_clock = false under [embargo])"
        )
    return Doubt("; ".join(reasons)) if reasons else None
