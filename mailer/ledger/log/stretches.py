"""Which stretches of the log a filter may find something in.

There are few stretches beside the copies, so that what a filter says of advisories, audiences and
time is settled here, and only what it says of a copy on rows (log.agreeing). Names, outlets and
failed answers that few copies have are looked up first (`_few`), by their indexes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, text
from sqlmodel import Session, col

from mailer.core.log_filter import LEFT_OUT, LogFilter, found_in, sought
from mailer.core.states import DeliveryState, DispatchState
from mailer.ledger import store
from mailer.ledger.log import directory
from mailer.ledger.log.agreeing import (
    COPY,
    NOT_SENT,
    Stretch,
    chunks,
    codes,
    said,
    states_of_copies,
)
from mailer.ledger.store import table
from mailer.ledger.tables import (
    FAILED,
    ODD,
    AdvisoryRow,
    AttemptRow,
    AuditRow,
    DeliveryRow,
    DispatchRow,
    LeftOutRow,
    RunRow,
    VersionRow,
)

FEW = 5_000
"""Up to so many copies are looked up by whom or what they are found by."""

ENDED = (DispatchState.DONE, DispatchState.CANCELLED)
UNREMARKABLE = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.ACCEPTED)
LONGEST_FLIGHT = timedelta(hours=1)
"""A copy that was in hand when its dispatch was cancelled has its answer after this at the latest,
unless the run died; then the next run settles it when it starts."""


def stretches(session: Session, wanted: LogFilter, *, headlines: bool = True) -> list[Stretch]:
    """Every stretch that may have an entry that agrees. Costs some 10 µs a dispatch there is.

    Without `headlines`, the text is not looked for in these: they are part of what is embargoed,
    and being found would tell what they say.
    """
    found = list(_of_dispatches(session, wanted)) if _wants_copies(wanted) else []
    if not wanted.code and (not wanted.states or LEFT_OUT in wanted.states):
        found += _of_left_out(session, wanted)
    if wanted.text:
        words = sought(wanted.text)
        found = [
            replace(one, named=found_in(words, one.reference, one.headline if headlines else ""))
            for one in found
        ]
    few = _few(session, wanted)
    if few is not None:
        found = [one for one in (_narrowed(each, wanted, few) for each in found) if one]
    return found


def _wants_copies(wanted: LogFilter) -> bool:
    return wanted.states != (LEFT_OUT,)


# --- dispatches -------------------------------------------------------------------------------


def _of_dispatches(session: Session, wanted: LogFilter) -> Iterator[Stretch]:
    query = (
        select(
            col(DispatchRow.id),
            col(DispatchRow.audience),
            col(DispatchRow.state),
            col(DispatchRow.planned_at),
            col(DispatchRow.started_at),
            col(DispatchRow.ended_at),
            col(AdvisoryRow.reference),
            col(VersionRow.headline),
        )
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
    )
    if wanted.advisory:
        query = query.where(col(AdvisoryRow.reference_key) == store.reference_key(wanted.advisory))
    if wanted.audience:
        query = query.where(col(DispatchRow.audience) == wanted.audience)
    if wanted.until:
        query = query.where(col(DispatchRow.planned_at) < wanted.until)
    touched = _touched_since(session, wanted.since) if wanted.since else None
    states = states_of_copies(wanted)
    failed = wanted.code[:1] in ("3", "4", "5")
    odd = set(_with_odd(session, wanted)) if states or failed else set()
    for (
        one,
        audience,
        state,
        planned_at,
        started_at,
        ended_at,
        reference,
        headline,
    ) in session.execute(query):
        if touched and not touched(one, state, ended_at):
            continue
        if states and not (one in odd or _may_hold(states, state, started_at)):
            continue
        if failed and one not in odd:
            continue
        yield Stretch(
            COPY,
            one,
            started_at or planned_at,
            reference,
            audience,
            headline,
            odd=failed or bool(states and not set(states) & set(UNREMARKABLE)),
        )


def _may_hold(states: Iterable[str], state: str, started_at: datetime | None) -> bool:
    """Whether a dispatch may have a copy in one of the states that are not odd."""
    return any(
        (one == DeliveryState.ACCEPTED and started_at is not None)
        or (one == DeliveryState.PENDING and state not in ENDED)
        or (one == DeliveryState.SENDING and started_at is not None and state != "done")
        for one in states
    )


def _with_odd(session: Session, wanted: LogFilter) -> Iterator[int]:
    """The dispatches that have a copy in one of the odd states wanted: one seek for each."""
    states = [state for state in states_of_copies(wanted) if state not in UNREMARKABLE]
    there = exists().where(col(DeliveryRow.dispatch_id) == col(DispatchRow.id), text(ODD))
    if states and not wanted.code:
        there = there.where(col(DeliveryRow.state).in_(states))
    yield from session.execute(
        select(col(DispatchRow.id)).where(there.correlate(table(DispatchRow)))
    ).scalars()


def _touched_since(session: Session, since: datetime) -> Callable[[int, str, Any], bool]:
    """Whether a dispatch may have a copy whose state has changed since then."""
    resolved = {one for ids in _resolved(session, since) for one in _in_dispatches(session, ids)}
    starts = sorted(session.execute(select(col(RunRow.started_at))).scalars())

    def touched(dispatch: int, state: str, ended_at: datetime | None) -> bool:
        if ended_at is None or dispatch in resolved or ended_at >= since:
            return True
        if state != DispatchState.CANCELLED:
            return False
        if ended_at + LONGEST_FLIGHT >= since:
            return True
        next_run = bisect_right(starts, ended_at)
        return next_run < len(starts) and starts[next_run] >= since

    return touched


def _resolved(session: Session, since: datetime) -> Iterator[list[int]]:
    """Copies that people have settled since then, which a dispatch that is done does not tell."""
    deeds = select(col(AuditRow.detail)).where(col(AuditRow.at) >= since)
    for detail in session.execute(deeds.where(col(AuditRow.action) == "resolve")).scalars():
        yield detail.get("deliveries", [])


def _in_dispatches(session: Session, deliveries: Sequence[int]) -> Iterator[int]:
    for some in chunks(deliveries):
        query = select(col(DeliveryRow.dispatch_id)).where(col(DeliveryRow.id).in_(some))
        yield from session.execute(query.distinct()).scalars()


# --- who was left out -------------------------------------------------------------------------


def _of_left_out(session: Session, wanted: LogFilter) -> Iterator[Stretch]:
    there = exists().where(col(LeftOutRow.version_id) == col(VersionRow.id))
    if wanted.audience:
        there = there.where(col(LeftOutRow.audience) == wanted.audience)
    query = (
        select(
            col(VersionRow.id),
            col(VersionRow.created_at),
            col(AdvisoryRow.reference),
            col(VersionRow.headline),
        )
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
        .where(there.correlate(table(VersionRow)))
    )
    if wanted.advisory:
        query = query.where(col(AdvisoryRow.reference_key) == store.reference_key(wanted.advisory))
    for one, at, reference, headline in session.execute(query):
        yield Stretch(NOT_SENT, one, at, reference, wanted.audience, headline)


# --- what few copies have ---------------------------------------------------------------------

Few = Mapping[tuple[str, int], frozenset[int]]
"""Rows that can agree, by kind and stretch."""


@dataclass(frozen=True, slots=True)
class _Found:
    always: Few | None = None
    """Of all stretches (None: too many to be listed)."""
    people: Few | None = None
    """Besides, of stretches whose reference and headline have not the text: by contact,"""
    replies: Few | None = None
    """and by what the relay said."""


def _few(session: Session, wanted: LogFilter) -> _Found | None:
    """The rows that can agree by contact, outlet, code or text, where these are few."""
    if not (wanted.contact or wanted.outlet or wanted.code or wanted.text):
        return None
    always, people, replies = None, None, None
    contact, outlet = sought(wanted.contact), sought(wanted.outlet)
    if contact or outlet:
        always = _by_people(session, contact, outlet)
    if wanted.code and always is None and wanted.code[0] != "2":
        always = _by_attempts(session, col(AttemptRow.code).between(*codes(wanted.code)))
    if wanted.text and always is None:
        people = _by_people(session, sought(wanted.text), ())
        replies = _by_attempts(session, said(wanted.text)) if people is not None else None
    return _Found(always, people, replies)


def _narrowed(one: Stretch, wanted: LogFilter, few: _Found) -> Stretch | None:
    key = (one.kind, one.id)
    if few.always is not None:
        return _only(one, few.always.get(key))
    if not wanted.text or one.named or few.people is None:
        return one
    people = few.people.get(key, frozenset())
    if few.replies is not None:
        return _only(one, people | few.replies.get(key, frozenset()))
    if people:
        return one
    return replace(one, odd=True) if one.kind == COPY else None


def _only(one: Stretch, ids: frozenset[int] | None) -> Stretch | None:
    return replace(one, ids=tuple(sorted(ids))) if ids else None


def _by_people(session: Session, words: Sequence[str], outlet: Sequence[str]) -> Few | None:
    keys = directory.find(session, words, outlet, FEW + 1)
    if len(keys) > FEW or len(keys) * _copies_each(session) > 2 * FEW:
        return None
    found: dict[tuple[str, int], set[int]] = {}
    left = FEW
    for some in chunks(keys):
        for kind, row, owner in (
            (COPY, DeliveryRow, col(DeliveryRow.dispatch_id)),
            (NOT_SENT, LeftOutRow, col(LeftOutRow.version_id)),
        ):
            query = select(col(row.id), owner).where(col(row.email_key).in_(some))
            rows = session.execute(query.limit(left + 1)).all()
            left -= len(rows)
            if left < 0:
                return None
            for one, stretch in rows:
                found.setdefault((kind, stretch), set()).add(one)
    return {key: frozenset(ids) for key, ids in found.items()}


def _copies_each(session: Session) -> float:
    """About how many copies there are of each contact; nothing is ever deleted from either."""
    copies = session.execute(select(func.max(col(DeliveryRow.id)))).scalar() or 0
    return copies / max(1, directory.size(session))


def _by_attempts(session: Session, condition: ColumnElement[bool]) -> Few | None:
    query = select(col(AttemptRow.delivery_id)).where(text(FAILED), condition)
    rows = session.execute(query.limit(FEW + 1)).scalars().all()
    if len(rows) > FEW:
        return None
    ids = list(dict.fromkeys(rows))
    found: dict[tuple[str, int], set[int]] = {}
    for some in chunks(ids):
        owners = select(col(DeliveryRow.id), col(DeliveryRow.dispatch_id))
        for one, dispatch in session.execute(owners.where(col(DeliveryRow.id).in_(some))):
            found.setdefault((COPY, dispatch), set()).add(one)
    return {key: frozenset(numbers) for key, numbers in found.items()}
