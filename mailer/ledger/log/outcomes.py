"""What an advisory has come to: each dispatch's copies by state, when they were accepted, how fast.

Counting a dispatch reads all of its copies: 0.4 s for a million. What was counted is therefore
remembered (`Counted`): of a dispatch that has ended until somebody settles a copy of it, of one
that is under way for as long as keeps counting to a hundredth of a processor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from mailer.core.model import DispatchKind
from mailer.core.states import DeliveryState, DispatchState
from mailer.ledger import store
from mailer.ledger.store import table
from mailer.ledger.tables import (
    AdvisoryRow,
    AttemptRow,
    AuditRow,
    DeliveryRow,
    DispatchRow,
    LeftOutRow,
)

COPIES_A_SECOND = 100_000
"""How many copies may be counted in a second on the whole."""

SAMPLE = 4_000
"""Copies of a dispatch whose attempts are looked at for the slowest domains."""

SLOWEST = 10


@dataclass(frozen=True, slots=True)
class DispatchOutcome:
    """A dispatch's copies by state, and how many were accepted so many tenths after `lift`.

    `lift` (UTC) is when the embargo lifted; without one, when it started. Of an advance copy and
    a copy settled by a person nothing is told of seconds. `times` are the milliseconds of the
    latest attempts by domain, of one copy in `one_in`.
    """

    dispatch: int
    version: int
    audience: str
    kind: str
    state: str
    instant: datetime
    lift: datetime | None
    counts: dict[str, int]
    tenths: tuple[tuple[int, int], ...]
    times: dict[str, tuple[int, ...]]
    one_in: int

    @property
    def copies(self) -> int:
        """How many there are."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Domain:
    """How long attempts at one domain's addresses took, in milliseconds."""

    name: str
    attempts: int
    median: int
    slowest: int


@dataclass(frozen=True, slots=True)
class AdvisoryOutcome:
    """What an advisory has come to. `headline` is part of the text: not for everyone."""

    reference: str
    headline: str
    dispatches: tuple[DispatchOutcome, ...]
    left_out: int

    @property
    def one_in(self) -> int:
        """Of how many copies one was looked at for `slowest`."""
        return max((one.one_in for one in self.dispatches), default=1)

    def accepted(self) -> list[tuple[int, int]]:
        """How many were accepted up to so many tenths of a second after the lift, in order."""
        by_tenth: Counter[int] = Counter()
        for one in self.dispatches:
            by_tenth.update(dict(one.tenths))
        total, found = 0, []
        for tenth in sorted(by_tenth):
            total += by_tenth[tenth]
            found.append((tenth, total))
        return found

    def slowest(self) -> list[Domain]:
        """The domains whose attempts took longest, by their median."""
        times: dict[str, list[int]] = {}
        for one in self.dispatches:
            for domain, some in one.times.items():
                times.setdefault(domain, []).extend(some)
        found = [
            Domain(name, len(some), round(median(some)), max(some)) for name, some in times.items()
        ]
        return sorted(found, key=lambda one: (-one.median, one.name))[:SLOWEST]


class Counted:
    """What was counted of dispatches, remembered from look to look. Fit for several threads."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, datetime, DispatchOutcome]] = {}

    def of(
        self, session: Session, row: DispatchRow, version: int, settled: int, now: datetime
    ) -> DispatchOutcome:
        """A dispatch's outcome; `settled` changes when somebody settles a copy of its advisory."""
        key = (row.state, row.started_at, row.ended_at, settled)
        known = self._known.get(row.id)
        if known is None or known[0] != key or now >= known[1] + _rest(row, known[2]):
            known = (key, now, _count(session, row, version))
            self._known[row.id] = known
            for old in sorted(self._known)[:-1000]:
                self._known.pop(old, None)
        return known[2]


def _rest(row: DispatchRow, known: DispatchOutcome) -> timedelta:
    if row.state == DispatchState.DONE:
        return timedelta(days=1)
    return timedelta(seconds=known.copies / COPIES_A_SECOND)


def outcome(
    session: Session, owner: AdvisoryRow, counted: Counted, now: datetime
) -> AdvisoryOutcome:
    """What an advisory has come to by `now` (UTC)."""
    versions = {row.id: row for row in store.versions(session, owner.id)}
    about = select(func.max(col(AuditRow.id))).where(
        col(AuditRow.subject) == owner.reference, col(AuditRow.action) == "resolve"
    )
    settled = session.execute(about).scalar() or 0
    out = select(func.count()).where(col(LeftOutRow.version_id).in_(list(versions)))
    return AdvisoryOutcome(
        reference=owner.reference,
        headline=max(versions.values(), key=lambda row: row.number).headline,
        dispatches=tuple(
            counted.of(session, row, versions[row.version_id].number, settled, now)
            for row in store.dispatches(session, owner.id)
        ),
        left_out=session.execute(out).scalar() or 0,
    )


def _count(session: Session, row: DispatchRow, version: int) -> DispatchOutcome:
    by_relay = (col(DeliveryRow.state) == DeliveryState.ACCEPTED, col(DeliveryRow.reason) == "")
    tenth = case((by_relay[0] & by_relay[1], func.substr(col(DeliveryRow.changed_at), 1, 21)))
    counted = session.execute(
        select(col(DeliveryRow.state), tenth, func.count())
        .where(col(DeliveryRow.dispatch_id) == row.id)
        .group_by(col(DeliveryRow.state), tenth)
    ).all()
    counts: Counter[str] = Counter()
    for state, _, number in counted:
        counts[state] += number
    lift = row.embargo_instant or row.started_at
    if row.kind == DispatchKind.ADVANCE or row.started_at is None:
        lift = None
    one_in = max(1, -(-sum(counts.values()) // SAMPLE))
    return DispatchOutcome(
        dispatch=row.id,
        version=version,
        audience=row.audience,
        kind=row.kind,
        state=row.state,
        instant=row.instant,
        lift=lift,
        counts=dict(counts),
        tenths=tuple(_tenths(counted, lift)) if lift else (),
        times=_times(session, row, one_in),
        one_in=one_in,
    )


def _tenths(counted: Iterable[Any], lift: datetime) -> list[tuple[int, int]]:
    """Tenths of a second after the lift, counted up: what was accepted within the first is at 1."""
    by_tenth: Counter[int] = Counter()
    for _, text, number in counted:
        if text is not None:
            at = datetime.fromisoformat(text).replace(tzinfo=UTC)
            by_tenth[max(0, int((at - lift).total_seconds() * 10)) + 1] += number
    return sorted(by_tenth.items())


def _times(session: Session, row: DispatchRow, one_in: int) -> dict[str, tuple[int, ...]]:
    latest = (col(AttemptRow.delivery_id) == col(DeliveryRow.id)) & (
        col(AttemptRow.number) == col(DeliveryRow.attempts)
    )
    found = session.execute(
        select(col(DeliveryRow.email_key), col(AttemptRow.began_at), col(AttemptRow.ended_at))
        .join(table(AttemptRow), latest)
        .where(col(DeliveryRow.dispatch_id) == row.id, col(DeliveryRow.id) % one_in == 0)
        .where(col(AttemptRow.ended_at).is_not(None))
    )
    times: dict[str, list[int]] = {}
    for email, began_at, ended_at in found:
        took = round((ended_at - began_at).total_seconds() * 1000)
        times.setdefault(email.rpartition("@")[2], []).append(took)
    return {domain: tuple(some) for domain, some in times.items()}


def advisories(session: Session, limit: int) -> list[str]:
    """The references of the latest advisories, for whoever has to choose one."""
    latest = select(col(AdvisoryRow.reference)).order_by(col(AdvisoryRow.id).desc()).limit(limit)
    return list(session.execute(latest).scalars())
