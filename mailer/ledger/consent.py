"""What people said they want: suppressions and embargo acceptances. Nothing is ever overwritten."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from mailer.ledger.tables import AcceptanceRow, SuppressionRow, TermsRow


def suppressions(session: Session) -> list[SuppressionRow]:
    """The suppressions in force, oldest first."""
    standing = select(SuppressionRow).where(col(SuppressionRow.released_at).is_(None))
    return list(session.exec(standing.order_by(col(SuppressionRow.id))))


def suppress(
    session: Session,
    email: str,
    reason: str,
    by: str,
    now: datetime,
    evidence: int | None = None,
) -> None:
    """Suppress an address; `evidence` is the piece of it that this rests on, if any."""
    key = email.casefold()
    row = SuppressionRow(email=email, email_key=key, reason=reason, at=now, by=by)
    row.evidence_id = evidence
    session.add(row)


def unsuppress(session: Session, email: str, by: str, now: datetime) -> bool:
    """End every suppression of an address; False if there is none."""
    standing = [row for row in suppressions(session) if row.email_key == email.casefold()]
    for row in standing:
        row.released_at, row.released_by = now, by
        session.add(row)
    return bool(standing)


def acceptances(session: Session) -> dict[str, AcceptanceRow]:
    """The latest answer of everyone who gave one, by case-folded address."""
    rows = session.exec(select(AcceptanceRow).order_by(col(AcceptanceRow.id)))
    return {row.email_key: row for row in rows}


def acceptance_of(session: Session, email: str) -> AcceptanceRow | None:
    """The latest answer of one contact, if they gave any."""
    theirs = select(AcceptanceRow).where(AcceptanceRow.email_key == email.casefold())
    return session.exec(theirs.order_by(col(AcceptanceRow.id).desc())).first()


def is_suppressed(session: Session, email: str, by: str = "") -> bool:
    """Whether an address is suppressed now; by somebody, if that is asked."""
    theirs = select(SuppressionRow.id).where(SuppressionRow.email_key == email.casefold())
    if by:
        theirs = theirs.where(SuppressionRow.by == by)
    standing = theirs.where(col(SuppressionRow.released_at).is_(None))
    return session.exec(standing.limit(1)).first() is not None


def record_acceptance(
    session: Session,
    email: str,
    accepted: bool,
    source: str,
    now: datetime,
    *,
    terms: str = "",
    address: str = "",
) -> None:
    """Record an answer to the embargo terms, and how we know of it.

    Of an answer on the page also the digest of the `terms`, and the network `address`.
    """
    session.add(
        AcceptanceRow(
            email=email,
            email_key=email.casefold(),
            accepted=accepted,
            at=now,
            source=source,
            terms=terms,
            address=address,
        )
    )


def keep_terms(session: Session, digest: str, language: str, text: str, now: datetime) -> None:
    """Keep the embargo terms that somebody accepted, word for word, once."""
    if session.get(TermsRow, digest) is None:
        session.add(TermsRow(digest=digest, language=language, text=text, first_at=now))
