"""Advisories at a glance, and what an act would find: who holds a copy, and who still waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from mailer.core.model import DispatchKind, Embargo, Progress
from mailer.core.standing import ENDED, AdvisoryState, stands
from mailer.core.states import DispatchState
from mailer.ledger import changes, holds, store
from mailer.ledger.store import table
from mailer.ledger.tables import AdvisoryRow, DispatchRow, VersionRow


@dataclass(frozen=True, slots=True)
class AdvisoryLine:
    """An advisory in a list of them. Instants are UTC; `next_at`: when its next dispatch is due."""

    number: int
    reference: str
    headline: str
    kind: str
    version: int
    state: AdvisoryState
    audiences: tuple[str, ...]
    embargoes: tuple[Embargo, ...]
    next_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Affected:
    """Whom an act on an advisory concerns, by audience.

    `holding`: who holds a copy of its text, or may. `waiting`: who is still to get a first one.
    """

    holding: Mapping[str, int]
    waiting: Mapping[str, int]

    @property
    def holders(self) -> int:
        """How many people hold a copy, or may."""
        return sum(self.holding.values())

    @property
    def waiters(self) -> int:
        """How many people still wait for their first copy."""
        return sum(self.waiting.values())


def lines(session: Session, before: int | None, most: int) -> list[AdvisoryLine]:
    """The newest advisories first, at most so many, of those numbered below `before`.

    No delivery is counted: a page of it costs the same however many there are.
    """
    chosen = select(AdvisoryRow).order_by(col(AdvisoryRow.id).desc()).limit(most)
    if before is not None:
        chosen = chosen.where(col(AdvisoryRow.id) < before)
    owners = list(session.execute(chosen).scalars())
    ids = [owner.id for owner in owners]
    rows: dict[int, list[DispatchRow]] = {one: [] for one in ids}
    found = session.execute(
        select(DispatchRow, col(VersionRow.advisory_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .where(col(VersionRow.advisory_id).in_(ids))
        .order_by(col(DispatchRow.id))
    )
    for row, advisory in found:
        rows[advisory].append(row)
    newest = (
        select(func.max(col(VersionRow.id)))
        .where(col(VersionRow.advisory_id).in_(ids))
        .group_by(col(VersionRow.advisory_id))
    )
    titles = session.execute(
        select(
            col(VersionRow.advisory_id),
            col(VersionRow.number),
            col(VersionRow.headline),
            col(VersionRow.kind),
        ).where(col(VersionRow.id).in_(newest))
    )
    texts = {advisory: (number, headline, kind) for advisory, number, headline, kind in titles}
    return [_line(session, owner, rows[owner.id], texts[owner.id]) for owner in owners]


def _line(
    session: Session, owner: AdvisoryRow, rows: list[DispatchRow], text: tuple[int, str, str]
) -> AdvisoryLine:
    alive = [row for row in rows if row.state != DispatchState.CANCELLED] or rows
    to_come = [row.instant for row in rows if row.state not in ENDED]
    # What an audience is under is what its latest plan says: an embargo may have been moved.
    plans = (row for row in rows if row.kind != DispatchKind.WITHDRAWAL)
    latest = {row.audience: (row.embargo_instant, row.embargo_zone) for row in plans}
    under = (Embargo(instant, zone) for instant, zone in latest.values() if instant)
    number, headline, kind = text
    return AdvisoryLine(
        number=owner.id,
        reference=owner.reference,
        headline=headline,
        kind=kind,
        version=number,
        state=state_of(session, owner, rows),
        audiences=tuple(dict.fromkeys(row.audience for row in alive)),
        embargoes=tuple(sorted(set(under), key=lambda one: one.instant)),
        next_at=min(to_come, default=None),
        last_at=max((row.instant for row in alive), default=None),
    )


def state_of(session: Session, owner: AdvisoryRow, rows: list[DispatchRow]) -> AdvisoryState:
    """How an advisory stands."""
    going = any(row.state not in ENDED for row in rows)
    return stands(
        [DispatchState(row.state) for row in rows],
        withdrawn=owner.withdrawn_at is not None,
        on_hold=going and any(holds.stops(session, row) for row in rows if row.state not in ENDED),
    )


def affected(session: Session, advisory_id: int) -> Affected:
    """Who holds a copy, and who still waits for a first one, counted."""
    holding, waiting = changes.affected(session, advisory_id)
    return Affected(dict(Counter(holding.values())), dict(Counter(waiting.values())))


def named(session: Session, number: int) -> AdvisoryRow | None:
    """The advisory of a number, if there is one."""
    return session.get(AdvisoryRow, number)


def progress(session: Session, reference: str = "") -> list[Progress]:
    """How each dispatch stands, of one advisory or of all, in the order they were planned."""
    query = (
        select(DispatchRow, col(AdvisoryRow.reference))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
        .order_by(col(DispatchRow.id))
    )
    if reference:
        key = store.reference_key(reference)
        query = query.where(col(AdvisoryRow.reference_key) == key)
    return [
        Progress(
            dispatch=row.id,
            reference=named,
            audience=row.audience,
            kind=DispatchKind(row.kind),
            state=row.state,
            instant=row.instant,
            counts={str(s): n for s, n in store.count_states(session, row.id).items()},
            reason=row.reason,
        )
        for row, named in session.execute(query)
    ]
