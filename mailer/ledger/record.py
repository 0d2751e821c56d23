"""The whole record of an advisory's embargo, from the ledger alone: what a breach report tells.

Every answer is a frozen value made inside the caller's reading transaction. None holds an
advisory's text or headline: a version is its number and its content hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from mailer.core.model import Contact, Embargo
from mailer.core.outcome import Outcome
from mailer.ledger import audit, store
from mailer.ledger.audit import AuditEntry, AuditState
from mailer.ledger.changes import TEXTS
from mailer.ledger.store import table
from mailer.ledger.tables import (
    AcceptanceRow,
    AdvisoryRow,
    ApprovalRow,
    AttemptRow,
    DeliveryRow,
    DispatchRow,
    HoldRow,
    RunRow,
    VersionRow,
)


@dataclass(frozen=True, slots=True)
class VersionKept:
    """A version, by what identifies it."""

    number: int
    kind: str
    content_hash: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class EmbargoSet:
    """From `at`, an embargo held for these audiences. None: for immediate release."""

    at: datetime
    by: str
    audiences: tuple[str, ...]
    embargo: Embargo | None
    earlier: Embargo | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a contact answered to the embargo terms, when (UTC), and how the office knows."""

    email: str
    accepted: bool
    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Consented:
    """What there was of a contact's acceptance when their copy went.

    `answer` is the latest before it; without one, `listed` is what the list said when the copy
    was planned (`planned_at`). `required`: their audience gives advance copies to no others.
    """

    answer: Answer | None
    listed: bool
    planned_at: datetime
    verified: date | None
    required: bool


@dataclass(frozen=True, slots=True)
class HeldCopy:
    """A copy that the relay took, or may have. Instants are UTC.

    `began_at` is when its text first began to go; `taken_at` when the relay said that it took it,
    None if it never did; `doubt_since` is when a try began that the relay never answered for.
    """

    audience: str
    kind: str
    version: int
    content_hash: str
    contact: Contact
    state: str
    reason: str
    message_id: str
    began_at: datetime
    taken_at: datetime | None
    doubt_since: datetime | None
    relay: str
    tls_version: str
    reply: str
    embargo: Embargo | None
    consent: Consented

    @property
    def before_lift(self) -> bool:
        """Whether it went while the embargo that it was planned with still bound."""
        return self.embargo is not None and self.began_at < self.embargo.instant


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """One person's yes to one dispatch; void since `voided_at`, if it is."""

    at: datetime
    by: str
    audience: str
    kind: str
    version: int
    instant: datetime
    parts: Mapping[str, str]
    voided_at: datetime | None
    void_reason: str


@dataclass(frozen=True, slots=True)
class HoldKept:
    """A hold, in force or ended. `everything`: it was not of this advisory alone."""

    at: datetime
    by: str
    reason: str
    everything: bool
    embargoed_only: bool
    released_at: datetime | None
    released_by: str


@dataclass(frozen=True, slots=True)
class Run:
    """One `mailer run`. `ended_at` None: it lives, or was stopped without ending in good order."""

    host: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Record:
    """All that the ledger knows of an advisory's embargo: what a breach report is made of."""

    reference: str
    organisation: str
    created_at: datetime
    withdrawn_at: datetime | None
    versions: tuple[VersionKept, ...]
    embargoes: tuple[EmbargoSet, ...]
    copies: tuple[HeldCopy, ...]
    answers: tuple[Answer, ...]
    approvals: tuple[ApprovalGiven, ...]
    deeds: tuple[AuditEntry, ...]
    audit: AuditState
    holds: tuple[HoldKept, ...]
    runs: tuple[Run, ...]

    @property
    def unattended(self) -> tuple[tuple[datetime, datetime | None], ...]:
        """When no `mailer run` was there, from when to when (UTC); None: nobody came since."""
        gaps: list[tuple[datetime, datetime | None]] = []
        alone = self.created_at
        for run in self.runs:
            if run.started_at > alone:
                gaps.append((alone, run.started_at))
            alone = max(alone, run.ended_at or run.seen_at)
        if not self.runs or self.runs[-1].ended_at is not None:
            gaps.append((alone, None))
        return tuple(gaps)


def of(session: Session, owner: AdvisoryRow) -> Record:
    """The whole record of an advisory, at one moment of the ledger."""
    owner_id = owner.id
    dispatches = store.dispatches(session, owner_id)
    answers = _answers(session, owner_id)
    return Record(
        reference=owner.reference,
        organisation=owner.organisation,
        created_at=owner.created_at,
        withdrawn_at=owner.withdrawn_at,
        versions=tuple(
            VersionKept(row.number, row.kind, row.content_hash, row.created_at, row.created_by)
            for row in store.versions(session, owner_id)
        ),
        embargoes=tuple(_embargoes(dispatches)),
        copies=tuple(_copies(session, owner_id, answers)),
        answers=tuple(answers),
        approvals=tuple(_approvals(session, owner_id)),
        deeds=tuple(audit.entries(session, owner.reference)),
        audit=audit.state(session),
        holds=tuple(_holds(session, owner)),
        runs=tuple(_runs(session, owner.created_at)),
    )


def _embargoes(dispatches: Iterable[DispatchRow]) -> list[EmbargoSet]:
    """Each embargo that was set and each change of it, oldest first."""
    current: dict[str, Embargo | None] = {}
    changes: dict[tuple[datetime, str, Embargo | None, Embargo | None], list[str]] = {}
    for row in dispatches:
        embargo = store.dispatch_of(row).embargo
        if row.audience in current and current[row.audience] == embargo:
            continue
        change = (row.planned_at, row.planned_by, embargo, current.get(row.audience))
        current[row.audience] = embargo
        changes.setdefault(change, []).append(row.audience)
    return [
        EmbargoSet(at, by, tuple(names), embargo, earlier)
        for (at, by, embargo, earlier), names in changes.items()
    ]


def _copies(session: Session, advisory_id: int, answers: Iterable[Answer]) -> list[HeldCopy]:
    """Every copy whose text the relay took or may have, as they began; at one moment by address."""
    said: dict[str, list[Answer]] = {}
    for answer in answers:
        said.setdefault(answer.email.casefold(), []).append(answer)
    may_have_left = or_(
        col(AttemptRow.outcome).in_((Outcome.ACCEPTED, Outcome.IN_DOUBT)),
        col(AttemptRow.ended_at).is_(None),
    )
    rows = session.execute(
        select(DeliveryRow, DispatchRow, VersionRow, AttemptRow)
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .join(table(AttemptRow), col(AttemptRow.delivery_id) == col(DeliveryRow.id))
        .where(col(VersionRow.advisory_id) == advisory_id)
        .where(col(DispatchRow.kind).in_(TEXTS))
        .where(may_have_left)
        .order_by(col(DeliveryRow.id), col(AttemptRow.number))
    )
    copies: dict[int, tuple[DeliveryRow, DispatchRow, VersionRow, list[AttemptRow]]] = {}
    for delivery, dispatch, version, attempt in rows:
        copies.setdefault(delivery.id, (delivery, dispatch, version, []))[3].append(attempt)
    held = [
        _held(delivery, dispatch, version, attempts, said.get(delivery.email_key, ()))
        for delivery, dispatch, version, attempts in copies.values()
    ]
    return sorted(held, key=lambda copy: (copy.began_at, copy.contact.email.casefold()))


def _held(
    delivery: DeliveryRow,
    dispatch: DispatchRow,
    version: VersionRow,
    attempts: Sequence[AttemptRow],
    answers: Iterable[Answer],
) -> HeldCopy:
    planned = store.dispatch_of(dispatch)
    began_at = attempts[0].began_at
    before = [answer for answer in answers if answer.at <= began_at]
    doubts = [one.began_at for one in attempts if one.outcome != Outcome.ACCEPTED]
    taken = next((one for one in attempts if one.outcome == Outcome.ACCEPTED), None)
    told = taken or attempts[-1]
    said = (str(told.code or ""), told.enhanced, told.reply)
    return HeldCopy(
        audience=dispatch.audience,
        kind=dispatch.kind,
        version=version.number,
        content_hash=version.content_hash,
        contact=store.contact_of(delivery),
        state=delivery.state,
        reason=delivery.reason,
        message_id=delivery.message_id,
        began_at=began_at,
        taken_at=taken.ended_at if taken else None,
        doubt_since=doubts[0] if doubts else None,
        relay=told.relay,
        tls_version=told.tls_version,
        reply=" ".join(filter(None, said)),
        embargo=planned.embargo,
        consent=Consented(
            answer=before[-1] if before else None,
            listed=delivery.embargo_accepted,
            planned_at=dispatch.planned_at,
            verified=delivery.verified,
            required=planned.audience.requires_acceptance,
        ),
    )


def _answers(session: Session, advisory_id: int) -> list[Answer]:
    """Every answer to the embargo terms of those whom an advisory was planned for."""
    theirs = (
        select(col(DeliveryRow.email_key))
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .where(col(VersionRow.advisory_id) == advisory_id)
    )
    rows = session.execute(
        select(AcceptanceRow)
        .where(col(AcceptanceRow.email_key).in_(theirs))
        .order_by(col(AcceptanceRow.id))
    )
    return [Answer(row.email, row.accepted, row.at, row.source) for (row,) in rows]


def _approvals(session: Session, advisory_id: int) -> list[ApprovalGiven]:
    rows = session.execute(
        select(ApprovalRow, DispatchRow, col(VersionRow.number))
        .join(table(DispatchRow), col(DispatchRow.id) == col(ApprovalRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .where(col(VersionRow.advisory_id) == advisory_id)
        .order_by(col(ApprovalRow.id))
    )
    return [
        ApprovalGiven(
            at=approval.at,
            by=approval.by,
            audience=row.audience,
            kind=row.kind,
            version=number,
            instant=row.instant,
            parts=approval.parts,
            voided_at=approval.voided_at,
            void_reason=approval.void_reason,
        )
        for approval, row, number in rows
    ]


def _holds(session: Session, owner: AdvisoryRow) -> list[HoldKept]:
    """Every hold that bore on an advisory in its life."""
    alive = or_(col(HoldRow.released_at).is_(None), col(HoldRow.released_at) >= owner.created_at)
    which = or_(col(HoldRow.advisory_id) == owner.id, col(HoldRow.advisory_id).is_(None))
    rows = session.execute(select(HoldRow).where(and_(alive, which)).order_by(col(HoldRow.id)))
    return [
        HoldKept(
            at=row.at,
            by=row.by,
            reason=row.reason,
            everything=row.advisory_id is None,
            embargoed_only=row.embargoed_only,
            released_at=row.released_at,
            released_by=row.released_by,
        )
        for (row,) in rows
    ]


def _runs(session: Session, since: datetime) -> list[Run]:
    rows = session.execute(
        select(RunRow).where(col(RunRow.seen_at) >= since).order_by(col(RunRow.id))
    )
    return [Run(row.host, row.started_at, row.seen_at, row.ended_at) for (row,) in rows]
