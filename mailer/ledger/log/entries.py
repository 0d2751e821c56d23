"""The entries of the log: who got what, when, and how the relay answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import and_, func, select, union_all
from sqlmodel import Session, col

from mailer.core.log_filter import LEFT_OUT, LogFilter
from mailer.ledger.log import agreeing, stretches
from mailer.ledger.log.agreeing import AT_ONCE, COPY, NOT_SENT, Stretch, chunks
from mailer.ledger.store import table
from mailer.ledger.tables import (
    AdvisoryRow,
    AttemptRow,
    DeliveryRow,
    DispatchRow,
    EvidenceRow,
    LeftOutRow,
    VersionRow,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One contact's copy and its latest attempt. Instants are UTC; None where there is none yet.

    `key` is what it is found by: "d" and the delivery's number, or "l" and that of a contact left
    out. `at` is when the state last changed; `milliseconds` is how long the latest attempt took;
    `evidence` is what a notification said last of the copy ("bounced", "delivered", …).
    `planned_for` and `dispatch` are the instant and the state of its dispatch: what a copy that has
    not gone waits for.
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
    planned_for: datetime | None = None
    dispatch: str = ""
    evidence: str = ""

    @property
    def milliseconds(self) -> int | None:
        """How long the latest attempt took."""
        if self.began_at is None or self.ended_at is None:
            return None
        return round((self.ended_at - self.began_at).total_seconds() * 1000)


def find(session: Session, wanted: LogFilter) -> Iterator[Entry]:
    """All that agree, oldest change first, whatever order is asked for; read as they are needed.

    It sorts all of them, so that a million take seconds; log.pages answers at once.
    """
    found = stretches.stretches(session, wanted)
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
        for query, c in agreeing.queries(one, wanted)
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
        *copy, relay, tls_version, phase, code, enhanced, reply = row[1:-4]
        said = (relay or "", tls_version or "", phase or "", code, enhanced or "", reply or "")
        values: Any = (*copy, *said, *row[-4:], told.get(row[0], ""))
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
    col(DispatchRow.instant),
    col(DispatchRow.state),
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
