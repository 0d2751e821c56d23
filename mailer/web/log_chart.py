"""The chart of an advisory: how many copies the relay had accepted so long after the lift.

It is numbers only; html/log_advisory.html draws them as SVG, and tells them in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 12, 32
SECOND = 10
"""Time is counted in tenths of a second."""
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
STEPS = (1, 2, 5, *(SECOND * one for one in _SECONDS))


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, and what stands there."""

    at: float
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A step line with its axes, in the SVG's units, and the same in words (`told`).

    `beyond` is how many copies were accepted later than the axis goes.
    """

    line: str
    area: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    told: tuple[tuple[str, str], ...]
    total: int
    beyond: int


def draw(accepted: Sequence[tuple[int, int]]) -> Chart | None:
    """The chart of how many were accepted up to each tenth, in order; None if nothing was.

    The axis ends where 99 % were accepted: a few that were put off must not squeeze the rest.
    """
    if not accepted:
        return None
    total = accepted[-1][1]
    longest = _reached(accepted, 0.99)
    step = next((one for one in STEPS if longest / one <= 6), STEPS[-1])
    end = max(1, -(-longest // step)) * step
    points = [(0.0, 0)]
    for tenth, number in accepted:
        if tenth <= end:
            points += [(float(tenth - 1), points[-1][1]), (float(tenth), number)]
    points.append((float(end), points[-1][1]))
    told = [(f"{part} %", span(_reached(accepted, part / 100))) for part in (50, 90, 99)]
    told.append(("the last", span(accepted[-1][0])))
    where = [f"{_x(tenth, end):.1f},{_y(number, total):.1f}" for tenth, number in points]
    floor = _y(0, total)
    return Chart(
        line=" ".join(where),
        area=" ".join([*where, f"{_x(end, end):.1f},{floor:.1f}", f"{_x(0, end):.1f},{floor:.1f}"]),
        across=tuple(Tick(_x(at, end), span(at)) for at in range(0, end + 1, step)),
        up=tuple(Tick(_y(at, total), f"{at:,}") for at in _levels(total)),
        told=tuple(told),
        total=total,
        beyond=total - points[-1][1],
    )


def _reached(accepted: Sequence[tuple[int, int]], part: float) -> int:
    """The tenth by which that part of all was accepted."""
    total = accepted[-1][1]
    return next(tenth for tenth, number in accepted if number >= part * total)


def _levels(total: int) -> list[int]:
    nice = (digit * 10**power for power in range(12) for digit in (1, 2, 5))
    step = next(one for one in nice if total / one <= 4)
    return list(range(0, total + 1, step))


def _x(tenth: float, end: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * tenth / end


def _y(number: float, total: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * number / total


def span(tenths: int) -> str:
    """A span in words: "0.4 s", "40 s", "2 min 5 s", "3 h"; tenths only of a few seconds."""
    if tenths < 10 * SECOND and tenths % SECOND:
        return f"{tenths / SECOND} s"
    seconds = -(-tenths // SECOND)
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{rest} s"
