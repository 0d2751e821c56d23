"""Looking at the ledger again and again: the facts of the desk's outlook, found cheaply.

The ledger may hold a million deliveries and be looked at once a second while it is written to. The
copies of a dispatch are counted in an index of its own, only while they can change, and a large
dispatch less often than a small one (`COPIES_A_SECOND`). Everything else is a few rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from mailer.core.model import DispatchKind
from mailer.core.outlook import Facts, HoldSeen, Passage, RelaySeen, Tally, tally
from mailer.core.states import DeliveryState, DispatchState
from mailer.ledger import store
from mailer.ledger.store import table
from mailer.ledger.tables import (
    AdvisoryRow,
    ApprovalRow,
    AttemptRow,
    DeliveryRow,
    DispatchRow,
    HoldRow,
    RelayFaultRow,
    RunRow,
    VersionRow,
)

COPIES_A_SECOND = 250_000
"""How many copies may be counted in a second on the whole: about a hundredth of one processor."""

JUST_ENDED, DONE_SHOWN = timedelta(minutes=10), 40
"""For how long what is done is shown, and how many dispatches of it."""

STILL = timedelta(seconds=30)
"""The copies of a dispatch that is not being sent are counted again after so long."""

CLOCK = "mailer run"
"""Whose holds on everything embargoed are those of a clock in doubt."""

_TRIED_LATELY = 200
_FAULTS_LATELY = 50


@dataclass(slots=True)
class _Counted:
    state: str
    at: datetime
    tally: Tally


class Counts:
    """How many copies each dispatch has in each state, remembered from look to look."""

    def __init__(self) -> None:
        self._known: dict[int, _Counted] = {}

    def of(self, session: Session, row: DispatchRow, now: datetime) -> tuple[Tally, datetime]:
        """A dispatch's copies, and when they were counted (UTC)."""
        known = self._known.get(row.id)
        if known is None or known.state != row.state or now >= known.at + _rest(known):
            counted = tally(store.count_states(session, row.id))
            known = self._known[row.id] = _Counted(row.state, now, counted)
        return known.tally, known.at

    def keep_only(self, dispatches: set[int]) -> None:
        """Forget what is no longer looked at."""
        self._known = {one: known for one, known in self._known.items() if one in dispatches}


def _rest(known: _Counted) -> timedelta:
    if known.state != DispatchState.SENDING:
        return STILL
    return timedelta(seconds=known.tally.total / COPIES_A_SECOND)


def facts(session: Session, counts: Counts, now: datetime, approvals_needed: int) -> Facts:
    """What the ledger says at this moment of what is ahead, under way and amiss."""
    passages = _passages(session, counts, now)
    counts.keep_only({one.dispatch for one in passages})
    run = session.execute(select(RunRow).order_by(col(RunRow.id).desc()).limit(1)).scalar()
    return Facts(
        passages=passages,
        doubtful=_doubtful(session),
        holds=tuple(_holds(session)),
        relays=tuple(_relays(session)),
        run_seen_at=run.seen_at if run else None,
        run_ended=run is not None and run.ended_at is not None,
        approvals_needed=approvals_needed,
    )


def _passages(session: Session, counts: Counts, now: datetime) -> tuple[Passage, ...]:
    ended = (DispatchState.DONE, DispatchState.CANCELLED)
    whole = (
        select(
            DispatchRow,
            VersionRow.number,
            VersionRow.headline,
            AdvisoryRow.id,
            AdvisoryRow.reference,
        )  # type: ignore[call-overload]
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
    )
    alive = whole.where(col(DispatchRow.state).not_in(ended)).order_by(
        col(DispatchRow.instant), col(DispatchRow.id)
    )
    just_done = (
        whole.where(col(DispatchRow.state) == DispatchState.DONE)
        .where(col(DispatchRow.ended_at) >= now - JUST_ENDED)
        .order_by(col(DispatchRow.ended_at).desc())
        .limit(DONE_SHOWN)
    )
    rows = [*session.execute(alive), *session.execute(just_done)]
    given = _approvals(session)
    stops = session.execute(select(HoldRow).where(col(HoldRow.released_at).is_(None))).scalars()
    standing = list(stops)
    return tuple(
        _passage(session, counts, now, row, number, headline, advisory, reference, given, standing)
        for row, number, headline, advisory, reference in rows
    )


def _passage(
    session: Session,
    counts: Counts,
    now: datetime,
    row: DispatchRow,
    number: int,
    headline: str,
    advisory: int,
    reference: str,
    given: Mapping[int, int],
    standing: list[HoldRow],
) -> Passage:
    counted, at = counts.of(session, row, now)
    embargoed = row.embargo_instant is not None
    return Passage(
        dispatch=row.id,
        advisory=advisory,
        reference=reference,
        headline=headline,
        version=number,
        audience=row.audience,
        kind=DispatchKind(row.kind),
        state=DispatchState(row.state),
        instant=row.instant,
        embargo=store.dispatch_of(row).embargo,
        tally=counted,
        counted_at=at,
        reason=row.reason,
        started_at=row.started_at,
        ended_at=row.ended_at,
        on_hold=any(
            hold.advisory_id in (None, advisory) and (embargoed or not hold.embargoed_only)
            for hold in standing
        ),
        approvals=given.get(row.id, 0),
    )


def _approvals(session: Session) -> dict[int, int]:
    """How many have said yes to each dispatch that waits for more."""
    counted = session.execute(
        select(col(ApprovalRow.dispatch_id), func.count())
        .join(table(DispatchRow), col(DispatchRow.id) == col(ApprovalRow.dispatch_id))
        .where(col(DispatchRow.state) == DispatchState.PLANNED)
        .where(col(ApprovalRow.voided_at).is_(None))
        .group_by(col(ApprovalRow.dispatch_id))
    )
    return dict(counted.all())


def _doubtful(session: Session) -> dict[int, tuple[str, int, datetime]]:
    """Copies in doubt by advisory: its reference, how many, since when. One seek a dispatch."""
    in_doubt = and_(
        col(DeliveryRow.dispatch_id) == col(DispatchRow.id),
        col(DeliveryRow.state) == DeliveryState.IN_DOUBT,
        store.UNACCEPTED,
    )
    there = select(col(DeliveryRow.id)).where(in_doubt).correlate(table(DispatchRow)).limit(1)
    found = session.execute(
        select(col(DispatchRow.id)).where(there.scalar_subquery().is_not(None))
    ).scalars()
    ids = list(found)
    if not ids:
        return {}
    counted = session.execute(
        select(
            col(AdvisoryRow.id),
            col(AdvisoryRow.reference),
            func.count(),
            func.min(col(DeliveryRow.changed_at)),
        )
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
        .where(col(DeliveryRow.dispatch_id).in_(ids))
        .where(col(DeliveryRow.state) == DeliveryState.IN_DOUBT, store.UNACCEPTED)
        .group_by(col(AdvisoryRow.id), col(AdvisoryRow.reference))
    )
    return {advisory: (reference, number, since) for advisory, reference, number, since in counted}


def _holds(session: Session) -> list[HoldSeen]:
    rows = session.execute(
        select(HoldRow, col(AdvisoryRow.reference))
        .outerjoin(table(AdvisoryRow), col(AdvisoryRow.id) == col(HoldRow.advisory_id))
        .where(col(HoldRow.released_at).is_(None))
        .order_by(col(HoldRow.id))
    )
    return [
        HoldSeen(
            advisory=row.advisory_id or 0,
            reference=reference or "",
            embargoed_only=row.embargoed_only,
            by=row.by,
            reason=row.reason,
            at=row.at,
            by_clock=row.embargoed_only and row.by == CLOCK,
        )
        for row, reference in rows
    ]


def _relays(session: Session) -> list[RelaySeen]:
    """Each relay that would not have us lately, with what was put to it last."""
    newest = select(col(RelayFaultRow.id)).order_by(col(RelayFaultRow.id).desc())
    faults: dict[str, Any] = {}
    lately = newest.limit(_FAULTS_LATELY)
    of_them = select(RelayFaultRow).where(col(RelayFaultRow.id).in_(lately))
    for fault in session.execute(of_them.order_by(col(RelayFaultRow.id))).scalars():
        faults[fault.relay] = fault
    if not faults:
        return []
    last = (
        select(col(AttemptRow.relay), col(AttemptRow.began_at))
        .order_by(col(AttemptRow.id).desc())
        .limit(_TRIED_LATELY)
    )
    tried: dict[str, datetime] = {}
    for relay, began_at in session.execute(last):
        tried[relay] = max(began_at, tried.get(relay, began_at))
    return [
        RelaySeen(
            relay=relay,
            step=fault.step,
            said=f"{fault.code} {fault.reply}" if fault.code else fault.reply,
            fault_at=fault.at,
            retry_at=fault.retry_at,
            tried_at=tried.get(relay),
        )
        for relay, fault in faults.items()
    ]


@dataclass(frozen=True, slots=True)
class RelayFault:
    """A session that the relay would not open (instants UTC)."""

    at: datetime
    relay: str
    step: str
    said: str
    retry_at: datetime


def relay_faults(session: Session, since: datetime) -> list[RelayFault]:
    """What kept the relay from us since then, oldest first."""
    after = select(RelayFaultRow).where(col(RelayFaultRow.at) >= since)
    return [
        RelayFault(r.at, r.relay, r.step, f"{r.code} {r.reply}" if r.code else r.reply, r.retry_at)
        for (r,) in session.execute(after.order_by(col(RelayFaultRow.id)))
    ]
