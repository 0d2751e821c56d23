"""Questions to the ledger: who got what, when, and how the relay answered.

Every answer is a frozen value made from one reading moment; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from mailer.core.model import DispatchKind, Progress
from mailer.core.states import DeliveryState
from mailer.ledger import store
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

LEFT_OUT = "left_out"
"""In the log, the state of a contact who was on a list and gets nothing."""

STATES = (*(state.value for state in DeliveryState), LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Entry:
    """One contact's copy and its latest attempt. Instants are UTC; None where there is none yet.

    `at` is when the state last changed; `milliseconds` is how long the latest attempt took.
    """

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

    @property
    def milliseconds(self) -> int | None:
        """How long the latest attempt took."""
        if self.began_at is None or self.ended_at is None:
            return None
        return round((self.ended_at - self.began_at).total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries: all that agree with every field that is set.

    `contact` is found in the address, the name or the outlet, without regard to case; `since` is
    an instant in UTC.
    """

    reference: str = ""
    state: str = ""
    audience: str = ""
    contact: str = ""
    since: datetime | None = None


def entries(session: Session, wanted: Filter) -> Iterator[Entry]:
    """Deliveries, and contacts left out, oldest change first."""
    deliveries = _deliveries(session, wanted) if wanted.state != LEFT_OUT else iter(())
    left_out = _left_out(session, wanted) if wanted.state in ("", LEFT_OUT) else iter(())
    return merge(deliveries, left_out, key=lambda entry: entry.at)


def _deliveries(session: Session, wanted: Filter) -> Iterator[Entry]:
    latest = and_(
        col(AttemptRow.delivery_id) == col(DeliveryRow.id),
        col(AttemptRow.number) == _latest_attempt(),
    )
    query = (
        select(
            DeliveryRow,
            DispatchRow,
            col(VersionRow.number),
            col(AdvisoryRow.reference),
            AttemptRow,
        )
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
        .outerjoin(table(AttemptRow), latest)
        .order_by(col(DeliveryRow.changed_at), col(DeliveryRow.id))
    )
    changed, audience = col(DeliveryRow.changed_at), col(DispatchRow.audience)
    query = query.where(*_conditions(wanted, DeliveryRow, audience, changed))
    if wanted.state:
        query = query.where(col(DeliveryRow.state) == wanted.state)
    for row in session.execute(query.execution_options(yield_per=1000)):
        yield _entry(row)


def _latest_attempt() -> Any:
    return (
        select(func.max(col(AttemptRow.number)))
        .where(col(AttemptRow.delivery_id) == col(DeliveryRow.id))
        .correlate(table(DeliveryRow))
        .scalar_subquery()
    )


def _entry(row: Any) -> Entry:
    delivery, dispatch, number, reference, attempt = row
    return Entry(
        at=delivery.changed_at,
        reference=reference,
        version=number,
        audience=dispatch.audience,
        kind=dispatch.kind,
        email=delivery.email,
        name=delivery.name,
        outlet=delivery.outlet,
        state=delivery.state,
        reason=delivery.reason,
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_attempt_at,
        message_id=delivery.message_id,
        relay=attempt.relay if attempt else "",
        tls_version=attempt.tls_version if attempt else "",
        phase=attempt.phase if attempt else "",
        code=attempt.code if attempt else None,
        enhanced=attempt.enhanced if attempt else "",
        reply=attempt.reply if attempt else "",
        began_at=attempt.began_at if attempt else None,
        ended_at=attempt.ended_at if attempt else None,
    )


def _left_out(session: Session, wanted: Filter) -> Iterator[Entry]:
    query = (
        select(LeftOutRow, col(VersionRow.number), col(AdvisoryRow.reference))
        .join(table(VersionRow), col(VersionRow.id) == col(LeftOutRow.version_id))
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
        .order_by(col(LeftOutRow.at), col(LeftOutRow.id))
    )
    changed, audience = col(LeftOutRow.at), col(LeftOutRow.audience)
    query = query.where(*_conditions(wanted, LeftOutRow, audience, changed))
    for left, number, reference in session.execute(query.execution_options(yield_per=1000)):
        yield Entry(
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


def _conditions(
    wanted: Filter,
    person: type[DeliveryRow] | type[LeftOutRow],
    audience: Any,
    changed: Any,
) -> list[Any]:
    conditions: list[Any] = []
    if wanted.reference:
        key = store.reference_key(wanted.reference)
        conditions.append(col(AdvisoryRow.reference_key) == key)
    if wanted.audience:
        conditions.append(audience == wanted.audience)
    if wanted.contact:
        found = [
            col(column).icontains(wanted.contact, autoescape=True)
            for column in (person.email, person.name, person.outlet)
        ]
        conditions.append(or_(*found))
    if wanted.since:
        conditions.append(changed >= wanted.since)
    return conditions


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
