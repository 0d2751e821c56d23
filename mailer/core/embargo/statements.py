"""Which zone and which day belong to which of a line's clocks.

"5am ET (10am London, 11am CET) on 3 March" makes three statements of one day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailer.core.embargo.clock import Clock
from mailer.core.embargo.dates import Spec
from mailer.core.embargo.parts import Days, Part, Relative, Shift, Weekday, Zone


@dataclass(frozen=True, slots=True)
class Statement:
    """One clock with its zones and the days that may be its own; `shift` as "(the next day)"."""

    clock: Clock | None = None
    zones: tuple[Zone, ...] = ()
    specs: tuple[Spec, ...] = ()
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Grouped:
    """The statements of a line, and the one day they share (None: each has its own).

    `lone_shift`: the days of a "next day" that no second clock explains.
    """

    statements: tuple[Statement, ...]
    shared: Spec | None
    doubt: str = ""
    lone_shift: int = 0


def grouped(parts: Sequence[Part]) -> Grouped:
    """The line's statements, in its order. At least one."""
    clocks = [at for at, part in enumerate(parts) if isinstance(part, Clock)]
    if len(clocks) < 2:
        clock = next((p for p in parts if isinstance(p, Clock)), None)
        zones = tuple(p for p in parts if isinstance(p, Zone))
        lone = sum(p.days for p in parts if isinstance(p, Shift))
        return Grouped((Statement(clock, zones),), _merged(parts), lone_shift=lone)
    statements = _inherited(_with_zones(parts, clocks))
    specs = _specs(parts)
    if len(specs) < 2:
        return Grouped(statements, _merged(parts))
    # Days of their own: "the next day" beside one of them says nothing more.
    owned = [replace(s, specs=tuple(specs), shift=0) for s in statements]
    if len(specs) != len(statements):
        return Grouped(tuple(owned), None, "it is not clear which day belongs to which time")
    pairs = zip(owned, specs, strict=True)
    return Grouped(tuple(replace(s, specs=(spec,)) for s, spec in pairs), None)


def _with_zones(parts: Sequence[Part], clocks: list[int]) -> list[Statement]:
    """Zones go to the clock before them; to the one after where the line leads with a zone."""
    kinds = [p for p in parts if isinstance(p, Clock | Zone)]
    leading = isinstance(kinds[0], Zone) and isinstance(kinds[-1], Clock)
    found: list[Statement] = []
    for nth, at in enumerate(clocks):
        before = clocks[nth - 1] if nth else -1
        after = clocks[nth + 1] if nth + 1 < len(clocks) else len(parts)
        reach = range(before + 1, at) if leading else range(at + 1, after)
        if not leading and nth == 0:
            reach = range(after)
        zones = tuple(p for k in reach if isinstance(p := parts[k], Zone))
        shift = sum(p.days for k in range(at + 1, after) if isinstance(p := parts[k], Shift))
        clock = parts[at]
        assert isinstance(clock, Clock)
        found.append(Statement(clock, zones, shift=shift))
    return found


def _inherited(statements: list[Statement]) -> tuple[Statement, ...]:
    """A clock without a zone is read in that of the next clock that has one, else the last."""
    zoned = [k for k, s in enumerate(statements) if s.zones]
    if not zoned:
        return tuple(statements)
    return tuple(
        s
        if s.zones
        else replace(s, zones=statements[next((z for z in zoned if z > k), zoned[-1])].zones)
        for k, s in enumerate(statements)
    )


def _specs(parts: Sequence[Part]) -> list[Spec]:
    """The line's days, each weekday with the date it stands beside."""
    found: list[Spec] = []
    together = False
    for part in parts:
        if isinstance(part, Clock):
            together = False
        elif isinstance(part, Days | Weekday | Relative):
            spec = _merged([part])
            last = found[-1] if found and together else Spec()
            if (last.days and spec.days) or (last.weekdays and spec.weekdays) or not together:
                found.append(spec)
            else:
                found[-1] = Spec(
                    last.days + spec.days,
                    last.weekdays | spec.weekdays,
                    last.relatives + spec.relatives,
                )
            together = True
    return found


def _merged(parts: Sequence[Part]) -> Spec:
    return Spec(
        tuple(p for p in parts if isinstance(p, Days)),
        frozenset(p.number for p in parts if isinstance(p, Weekday)),
        tuple(p for p in parts if isinstance(p, Relative)),
    )
