"""What a filter of the log means to the ledger: which stretches of it, and which rows of these.

The log is read in stretches: the copies of one dispatch, or those left out of one version. There
are few of them beside the copies, so that what a filter says of advisories, audiences and time is
settled on stretches (`stretches`), and only what it says of a copy on rows (`conditions`). Names,
outlets and failed answers that few copies have are looked up first (`_few`), by their indexes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, func, literal_column, or_, select, text
from sqlmodel import Session, col

from mailer.core.log_filter import LEFT_OUT, LogFilter, found_in, sought
from mailer.core.states import DeliveryState, DispatchState
from mailer.ledger import directory, store
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

AT_ONCE = 500
"""Numbers in one IN."""

ENDED = (DispatchState.DONE, DispatchState.CANCELLED)
UNREMARKABLE = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.ACCEPTED)
LONGEST_FLIGHT = timedelta(hours=1)
"""A copy that was in hand when its dispatch was cancelled has its answer after this at the latest,
unless the run died; then the next run settles it when it starts."""

COPY, NOT_SENT = "d", "l"


@dataclass(frozen=True, slots=True)
class Stretch:
    """The copies of one dispatch (COPY), or those left out of one version (NOT_SENT).

    `at` is when it started or was planned; `named`: the text looked for is in its reference or
    headline; `ids`: only these of its rows can agree (None: any); `odd`: only odd states can.
    """

    kind: str
    id: int
    at: datetime
    reference: str
    audience: str
    headline: str = ""
    named: bool = False
    ids: tuple[int, ...] | None = None
    odd: bool = False


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
    states = _states(wanted)
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


def _states(wanted: LogFilter) -> tuple[str, ...]:
    return tuple(state for state in wanted.states if state != LEFT_OUT)


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
    states = [state for state in _states(wanted) if state not in UNREMARKABLE]
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
        replies = _by_attempts(session, _said(wanted.text)) if people is not None else None
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


def chunks(numbers: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """As many at once as one IN takes well."""
    return (numbers[n : n + AT_ONCE] for n in range(0, len(numbers), AT_ONCE))


# --- rows -------------------------------------------------------------------------------------


def columns(kind: str) -> tuple[Any, ...]:
    """What `conditions` look at, under one name each, of copies or of those left out."""
    c = of_row(kind).c
    if kind == COPY:
        odd: Any = literal_column(ODD).label("odd")
        return (c.id, c.state, c.changed_at, c.email_key, c.name, c.outlet, odd)
    state: Any = literal_column(f"'{LEFT_OUT}'").label("state")
    return (c.id, state, c.at.label("changed_at"), c.email_key, c.name, c.outlet)


def rows(stretch: Stretch, what: Sequence[Any], ids: Sequence[int] | None = None) -> Any:
    """A query for all the rows of a stretch that may agree, or for those of `ids`."""
    row, number = of_row(stretch.kind), of_row(stretch.kind).c.id
    if stretch.kind == COPY:
        query = select(*what).where(row.c.dispatch_id == stretch.id)
        query = query.where(text(ODD)) if stretch.odd else query
    else:
        query = select(*what).where(row.c.version_id == stretch.id)
        query = query.where(row.c.audience == stretch.audience) if stretch.audience else query
    return query if ids is None else query.where(number.in_(ids))


def agreeing(stretch: Stretch, wanted: LogFilter) -> Iterator[tuple[Any, Any]]:
    """Queries for the rows of a stretch that agree, and their columns: one, or one a chunk."""
    parts: Iterable[Sequence[int] | None] = (None,)
    if stretch.ids is not None:
        parts = chunks(stretch.ids)
    for ids in parts:
        inner = rows(stretch, columns(stretch.kind), ids).subquery()
        yield select(inner).where(*conditions(inner.c, stretch, wanted)), inner.c


def of_row(kind: str) -> Table:
    """The table that a kind of entry stands in."""
    return table(DeliveryRow if kind == COPY else LeftOutRow)


def conditions(c: Any, stretch: Stretch, wanted: LogFilter) -> list[ColumnElement[bool]]:
    """What holds of every row (its columns are `c`) of a stretch that agrees."""
    sent = stretch.kind == COPY
    found: list[ColumnElement[bool]] = []
    states = _states(wanted)
    if states and sent:
        found.append(c.state.in_(states))
    if wanted.since:
        found.append(c.changed_at >= wanted.since)
    if wanted.until:
        found.append(c.changed_at < wanted.until)
    if wanted.code:
        found.append(latest_code(c).between(*codes(wanted.code)))
    contact, outlet = sought(wanted.contact), sought(wanted.outlet)
    if contact or outlet:
        found.append(directory.is_one(c, contact, outlet))
    if wanted.text and not stretch.named:
        person = directory.is_one(c, sought(wanted.text), ())
        failed = and_(col(AttemptRow.delivery_id) == c.id, text(FAILED), _said(wanted.text))
        not_taken = and_(c.odd, exists().where(failed)) if sent else None
        found.append(person if not_taken is None else or_(person, not_taken))
    return found


def probes(wanted: LogFilter) -> bool:
    """Whether `conditions` look something up for each row."""
    return bool(wanted.code or wanted.contact or wanted.outlet or wanted.text)


def codes(code: str) -> tuple[int, int]:
    """The first and the last code that are meant by "550" or "5xx"."""
    return int(code.replace("x", "0")), int(code.replace("x", "9"))


def latest_code(c: Any) -> Any:
    """The code of the latest answer to a copy (its columns are `c`)."""
    latest = select(col(AttemptRow.code)).where(col(AttemptRow.delivery_id) == c.id)
    return latest.order_by(col(AttemptRow.number).desc()).limit(1).scalar_subquery()


def _said(wanted: str) -> ColumnElement[bool]:
    reply = col(AttemptRow.reply)
    # SQLite's LIKE is without regard to case by itself, in what an SMTP reply is written in.
    return and_(*(reply.contains(word, autoescape=True) for word in wanted.split()))
