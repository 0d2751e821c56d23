"""What reading an embargo line can end in: one instant, a question, or a rejection. Values all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Instant:
    """The one instant (UTC) that the words force, and the IANA zone they name.

    `zone` can always be loaded by zoneinfo; for an offset that no zone is named after it is "UTC".
    `immediate`: the line says "for immediate release" instead of a time, and `utc` is `now`.
    """

    utc: datetime
    zone: str
    warnings: tuple[str, ...] = ()
    immediate: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A person must choose. `candidates` (UTC) ascend and are never none; `reason` is a sentence.

    `not_before` is the latest of them: whoever waits for it cannot be early.
    """

    candidates: tuple[datetime, ...]
    not_before: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Reject:
    """The line cannot be an embargo; `reason` says why and what to write instead.

    `past`: it was one, and is over. `none`: it says that nothing waits, as "no embargo" does.
    """

    reason: str
    past: bool = False
    none: bool = False


def to_json(answer: Instant | Ask | Reject) -> dict[str, object]:
    """The answer as the command line prints it; instants as "2013-10-08T23:01:00Z"."""
    match answer:
        case Instant(utc, zone, warnings):
            shown = {"utc": _stamp(utc), "zone": zone, "warnings": list(warnings)}
            return {"result": "instant", **shown}
        case Ask(candidates, not_before, reason):
            stamps = [_stamp(c) for c in candidates]
            return {
                "result": "ask",
                "candidates": stamps,
                "not_before": _stamp(not_before),
                "reason": reason,
            }
        case Reject(reason):
            return {"result": "reject", "reason": reason}


def _stamp(utc: datetime) -> str:
    return utc.astimezone(UTC).isoformat().replace("+00:00", "Z")
