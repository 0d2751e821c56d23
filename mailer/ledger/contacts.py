"""What the ledger knows of one address: every copy, every time it was left out, and what it said.

An address is found by an index, however many deliveries there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from mailer.ledger.store import table
from mailer.ledger.tables import (
    AcceptanceRow,
    AdvisoryRow,
    DeliveryRow,
    DispatchRow,
    LeftOutRow,
    SuppressionRow,
    TermsRow,
    VersionRow,
)


@dataclass(frozen=True, slots=True)
class Held:
    """One copy of a contact's. `at` (UTC) is when its state last changed."""

    delivery: int
    advisory: int
    reference: str
    headline: str
    version: int
    audience: str
    kind: str
    name: str
    outlet: str
    state: str
    reason: str
    instant: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class NotSent:
    """A time that a contact was on a list and got nothing, and why (UTC)."""

    advisory: int
    reference: str
    version: int
    audience: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A suppression, standing while `released_at` is None (UTC).

    `evidence` is the number of the piece of it that this rests on, if any.
    """

    email: str
    reason: str
    at: datetime
    by: str
    released_at: datetime | None
    released_by: str
    evidence: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What was said to the embargo terms, when (UTC) and how the office knows.

    Of an answer on the page also the digest of the `terms`, and the network `address`.
    """

    email: str
    accepted: bool
    at: datetime
    source: str
    terms: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class KeptTerms:
    """Embargo terms that somebody accepted, word for word, and since when (UTC) they are known."""

    digest: str
    language: str
    text: str
    first_at: datetime


def copies(session: Session, email: str, limit: int) -> list[Held]:
    """The newest copies of an address."""
    rows = session.execute(
        select(DeliveryRow, DispatchRow, VersionRow, AdvisoryRow)
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
        .where(col(DeliveryRow.email_key) == email.casefold())
        .order_by(col(DeliveryRow.id).desc())
        .limit(limit)
    )
    return [
        Held(
            delivery=delivery.id,
            advisory=advisory.id,
            reference=advisory.reference,
            headline=version.headline,
            version=version.number,
            audience=dispatch.audience,
            kind=dispatch.kind,
            name=delivery.name,
            outlet=delivery.outlet,
            state=delivery.state,
            reason=delivery.reason,
            instant=dispatch.instant,
            at=delivery.changed_at,
        )
        for delivery, dispatch, version, advisory in rows
    ]


def left_out(session: Session, email: str, limit: int) -> list[NotSent]:
    """The last times that an address was left out."""
    rows = session.execute(
        select(LeftOutRow, VersionRow, AdvisoryRow)
        .join(table(VersionRow), col(VersionRow.id) == col(LeftOutRow.version_id))
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
        .where(col(LeftOutRow.email_key) == email.casefold())
        .order_by(col(LeftOutRow.id).desc())
        .limit(limit)
    )
    return [
        NotSent(advisory.id, advisory.reference, version.number, row.audience, row.reason, row.at)
        for row, version, advisory in rows
    ]


def suppressions(session: Session, email: str = "", *, standing: bool = False) -> list[Suppressed]:
    """Suppressions of an address or of all, the newest first; only those that stand, if wished."""
    query = select(SuppressionRow).order_by(col(SuppressionRow.id).desc())
    if email:
        query = query.where(col(SuppressionRow.email_key) == email.casefold())
    if standing:
        query = query.where(col(SuppressionRow.released_at).is_(None))
    return [
        Suppressed(
            row.email,
            row.reason,
            row.at,
            row.by,
            row.released_at,
            row.released_by,
            row.evidence_id,
        )
        for row in session.execute(query).scalars()
    ]


def answers(session: Session, email: str = "") -> list[Answered]:
    """What an address said to the embargo terms, the newest first; of all, the latest of each."""
    query = select(AcceptanceRow).order_by(col(AcceptanceRow.id).desc())
    if email:
        query = query.where(col(AcceptanceRow.email_key) == email.casefold())
    else:
        latest = select(func.max(col(AcceptanceRow.id))).group_by(col(AcceptanceRow.email_key))
        query = query.where(col(AcceptanceRow.id).in_(latest))
    return [
        Answered(row.email, row.accepted, row.at, row.source, row.terms, row.address)
        for row in session.execute(query).scalars()
    ]


def terms(session: Session, digests: Iterable[str]) -> dict[str, KeptTerms]:
    """The terms that are kept under these digests, by digest."""
    rows = session.execute(select(TermsRow).where(col(TermsRow.digest).in_(set(digests) - {""})))
    return {
        row.digest: KeptTerms(row.digest, row.language, row.text, row.first_at)
        for row in rows.scalars()
    }
