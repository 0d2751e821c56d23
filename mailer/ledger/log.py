"""Questions to the ledger: who got what, when, and how the relay answered.

Every answer is a frozen value made from one reading moment; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import and_, func, or_, select, union_all
from sqlmodel import Session, col

from mailer.core.log_filter import LEFT_OUT, LogFilter
from mailer.core.model import DispatchKind, Progress
from mailer.ledger import log_where, store
from mailer.ledger.evidence_tables import EvidenceRow
from mailer.ledger.log_where import AT_ONCE, COPY, NOT_SENT, Stretch, chunks
from mailer.ledger.store import table
from mailer.ledger.tables import (
    AdvisoryRow,
    AttemptRow,
    AuditRow,
    DeliveryRow,
    DispatchRow,
    HoldRow,
    LeftOutRow,
    RelayFaultRow,
    VersionRow,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One contact's copy and its latest attempt. Instants are UTC; None where there is none yet.

    `key` is what it is found by: "d" and the delivery's number, or "l" and that of a contact left
    out. `at` is when the state last changed; `milliseconds` is how long the latest attempt took;
    `evidence` is what a notification said last of the copy ("bounced", "delivered", …).
    """

    key: str
    at: datetime
    reference: str
    version: int
    audience: str
    kind: str
    email: str
    name: str
    outlet: str
    state: str
    reason: str
    attempts: int = 0
    next_attempt_at: datetime | None = None
    message_id: str = ""
    relay: str = ""
    tls_version: str = ""
    phase: str = ""
    code: int | None = None
    enhanced: str = ""
    reply: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    evidence: str = ""

    @property
    def milliseconds(self) -> int | None:
        """How long the latest attempt took."""
        if self.began_at is None or self.ended_at is None:
            return None
        return round((self.ended_at - self.began_at).total_seconds() * 1000)


def entries(session: Session, wanted: LogFilter) -> Iterator[Entry]:
    """All that agree, oldest change first, whatever order is asked for; read as they are needed.

    It sorts all of them, so that a million take seconds; ledger.log_page answers at once.
    """
    found = log_where.stretches(session, wanted)
    keys = merge(*(_by_change(session, wanted, found, kind) for kind in (COPY, NOT_SENT)))
    while some := [key for _, _, key in islice(keys, AT_ONCE)]:
        yield from load(session, some)


def _by_change(
    session: Session, wanted: LogFilter, found: Iterable[Stretch], kind: str
) -> Iterator[tuple[datetime, int, str]]:
    """When each row of a kind changed, its number and its key."""
    parts = [
        query.with_only_columns(c.id, c.changed_at)
        for one in found
        if one.kind == kind
        for query, c in log_where.agreeing(one, wanted)
    ]
    # SQLite takes 500 parts in one statement; each of these lists is in order by itself.
    lists = []
    for some in chunks(parts):
        every = union_all(*some).subquery()
        query = select(every.c.changed_at, every.c.id).order_by(every.c.changed_at, every.c.id)
        lists.append(session.execute(query.execution_options(yield_per=1000)))
    for at, number in merge(*(map(tuple, one) for one in lists)):
        yield at, number, f"{kind}{number}"


def load(session: Session, keys: Sequence[str]) -> Iterator[Entry]:
    """The entries of these keys, in their order; those of keys that are none are left out."""
    for some in chunks(keys):
        numbers = {kind: [int(key[1:]) for key in some if key[0] == kind] for kind in "dl"}
        found = {
            entry.key: entry
            for entry in (*_copies(session, numbers[COPY]), *_left_out(session, numbers[NOT_SENT]))
        }
        yield from (found[key] for key in some if key in found)


def _copies(session: Session, numbers: Sequence[int]) -> Iterator[Entry]:
    latest = and_(
        col(AttemptRow.delivery_id) == col(DeliveryRow.id),
        col(AttemptRow.number) == _latest_attempt(),
    )
    query = (
        select(*_COLUMNS)
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
        .outerjoin(table(AttemptRow), latest)
        .where(col(DeliveryRow.id).in_(numbers))
    )
    if not numbers:
        return
    told = _evidence(session, numbers)
    for row in session.execute(query):
        *copy, relay, tls_version, phase, code, enhanced, reply, began_at, ended_at = row[1:]
        said = (relay or "", tls_version or "", phase or "", code, enhanced or "", reply or "")
        values: Any = (*copy, *said, began_at, ended_at, told.get(row[0], ""))
        yield Entry(f"{COPY}{row[0]}", *values)


def _evidence(session: Session, numbers: Sequence[int]) -> dict[int, str]:
    """What was told last of each copy, if anything was; not of an address it was passed on to."""
    query = (
        select(col(EvidenceRow.delivery_id), col(EvidenceRow.event))
        .where(col(EvidenceRow.delivery_id).in_(numbers), col(EvidenceRow.meant))
        .order_by(col(EvidenceRow.id))
    )
    return dict(session.execute(query).all())


_COLUMNS = (
    col(DeliveryRow.id),
    col(DeliveryRow.changed_at),
    col(AdvisoryRow.reference),
    col(VersionRow.number),
    col(DispatchRow.audience),
    col(DispatchRow.kind),
    col(DeliveryRow.email),
    col(DeliveryRow.name),
    col(DeliveryRow.outlet),
    col(DeliveryRow.state),
    col(DeliveryRow.reason),
    col(DeliveryRow.attempts),
    col(DeliveryRow.next_attempt_at),
    col(DeliveryRow.message_id),
    col(AttemptRow.relay),
    col(AttemptRow.tls_version),
    col(AttemptRow.phase),
    col(AttemptRow.code),
    col(AttemptRow.enhanced),
    col(AttemptRow.reply),
    col(AttemptRow.began_at),
    col(AttemptRow.ended_at),
)
"""What makes an Entry, in the order of its fields."""


def _latest_attempt() -> Any:
    return (
        select(func.max(col(AttemptRow.number)))
        .where(col(AttemptRow.delivery_id) == col(DeliveryRow.id))
        .correlate(table(DeliveryRow))
        .scalar_subquery()
    )


def _left_out(session: Session, numbers: Sequence[int]) -> Iterator[Entry]:
    query = (
        select(LeftOutRow, col(VersionRow.number), col(AdvisoryRow.reference))
        .join(table(VersionRow), col(VersionRow.id) == col(LeftOutRow.version_id))
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
        .where(col(LeftOutRow.id).in_(numbers))
    )
    for left, number, reference in session.execute(query) if numbers else ():
        yield Entry(
            key=f"{NOT_SENT}{left.id}",
            at=left.at,
            reference=reference,
            version=number,
            audience=left.audience,
            kind="",
            email=left.email,
            name=left.name,
            outlet=left.outlet,
            state=LEFT_OUT,
            reason=left.reason,
        )


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
            dispatch=row.id or 0,
            reference=named,
            audience=row.audience,
            kind=DispatchKind(row.kind),
            state=row.state,
            instant=row.instant,
            counts={str(s): n for s, n in store.count_states(session, row.id or 0).items()},
            reason=row.reason,
        )
        for row, named in session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Deed:
    """One row of the audit: who did what, when (UTC)."""

    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


def deeds(session: Session, reference: str) -> list[Deed]:
    """What people did with an advisory, oldest first."""
    about = select(AuditRow).where(col(AuditRow.subject) == reference).order_by(col(AuditRow.id))
    return [Deed(r.at, r.actor, r.action, r.detail) for (r,) in session.execute(about)]


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold in force: on what ("everything", "everything embargoed", a reference), and why."""

    at: datetime
    what: str
    by: str
    reason: str


def holds(session: Session, reference: str = "") -> list[Hold]:
    """The holds in force that bear on an advisory, or on anything."""
    query = (
        select(HoldRow, col(AdvisoryRow.reference))
        .outerjoin(table(AdvisoryRow), col(AdvisoryRow.id) == col(HoldRow.advisory_id))
        .where(col(HoldRow.released_at).is_(None))
        .order_by(col(HoldRow.id))
    )
    if reference:
        key = store.reference_key(reference)
        on_all = col(HoldRow.advisory_id).is_(None)
        query = query.where(or_(on_all, col(AdvisoryRow.reference_key) == key))
    everything = {True: "everything embargoed", False: "everything"}
    return [
        Hold(row.at, named or everything[row.embargoed_only], row.by, row.reason)
        for row, named in session.execute(query)
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
