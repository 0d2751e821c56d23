"""What came back, kept: matched to the one delivery it is about, and told of again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, text, update
from sqlmodel import Session, col, select

from mailer.core import verp
from mailer.core.bouncing import Failure
from mailer.core.notification import Kind, Notification, Permanence
from mailer.core.verp import Use
from mailer.ledger import linkkey
from mailer.ledger.store import table
from mailer.ledger.tables import CameBackRow, DeliveryRow, EvidenceRow, SuppressionRow

KEPT_OCTETS = 32_768
"""So much of a message is kept once nobody waits to have it forwarded."""

BOUNCED = "bounced"
"""A failure; the others are "delivered", "delayed", "complained", "auto-reply", "reply" and:"""

UNSUBSCRIBED = "unsubscribed"

LEAVING = "address to leave by"
"""How a message is matched that came to the address that a copy names in List-Unsubscribe."""


@dataclass(frozen=True, slots=True)
class Match:
    """The delivery that a message is about, and how that is known."""

    delivery: DeliveryRow
    by: str


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of evidence as it is read. `meant`: it is about the address that was written to."""

    at: datetime
    event: str
    email: str
    meant: bool
    permanence: str
    status: str
    diagnostic: str
    delivery: int
    to: str
    source: str
    matched_by: str
    number: int


def match(session: Session, told: Notification) -> Match | None:
    """The delivery that a message is about: by the address to leave by, its envelope sender, its
    envelope's name, or the Message-ID, in this order. All but the last are sealed; nobody else
    knows that. No notice of a failure ever belongs to an address to leave by: none is sent from it.
    """
    key = linkkey.of(session)
    for by, marks, use in (
        (LEAVING, () if told.kind is Kind.DSN else told.addresses, Use.LEAVING),
        ("envelope sender", told.addresses, Use.ENVELOPE),
        ("envelope id", told.envelope_ids, Use.ENVELOPE),
    ):
        for mark in marks:
            number = verp.parse(mark, key, use)
            row = session.get(DeliveryRow, number) if number is not None else None
            if row is not None:
                return Match(row, by)
    for message_id in told.message_ids:
        wanted = select(DeliveryRow).where(DeliveryRow.message_id == message_id)
        row = session.exec(wanted).first()
        if row is not None:
            return Match(row, "Message-ID")
    return None


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are one, but for case and for how the domain's letters are written."""
    return _comparable(one) == _comparable(other)


def _comparable(address: str) -> str:
    local, _, domain = address.casefold().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"


def digest(content: bytes) -> bytes:
    """What a message is known again by."""
    return hashlib.sha256(content).digest()


def known(session: Session, digest: bytes) -> bool:
    """Whether a message was taken before."""
    wanted = select(CameBackRow.id).where(CameBackRow.digest == digest)
    return session.exec(wanted).first() is not None


def keep(session: Session, row: CameBackRow) -> int:
    """Write down a message that came back, whole if it waits to be forwarded; its number."""
    if row.forward_at is None:
        row.content = row.content[:KEPT_OCTETS]
    session.add(row)
    session.flush()
    return row.id


def add(session: Session, row: EvidenceRow) -> int:
    """Add a piece of evidence; its number."""
    session.add(row)
    session.flush()
    return row.id


def failures(session: Session, email: str) -> list[Failure]:
    """What has failed for good of an address, by copies that were sent to it."""
    rows = session.exec(
        select(EvidenceRow)
        .where(EvidenceRow.email_key == email.casefold(), EvidenceRow.event == BOUNCED)
        .where(EvidenceRow.permanence == Permanence.PERMANENT, col(EvidenceRow.meant))
        .order_by(col(EvidenceRow.id).desc())
        .limit(1_000)
    )
    return [Failure(row.delivery_id, row.at, row.status, row.diagnostic) for row in rows]


def released_at(session: Session, email: str) -> datetime | None:
    """When a person last said that an address may be written to again."""
    latest = select(func.max(col(SuppressionRow.released_at))).where(
        SuppressionRow.email_key == email.casefold()
    )
    return session.exec(latest).one()


def told(session: Session, *, email: str = "", deliveries: Iterable[int] = ()) -> list[Told]:
    """The evidence of an address, of some deliveries, or the newest of all, the newest first."""
    query = (
        select(EvidenceRow, CameBackRow, DeliveryRow)
        .join(table(CameBackRow), col(CameBackRow.id) == col(EvidenceRow.came_back_id))
        .join(table(DeliveryRow), col(DeliveryRow.id) == col(EvidenceRow.delivery_id))
        .order_by(col(EvidenceRow.id).desc())
        .limit(1_000)
    )
    numbers = list(deliveries)
    if numbers:
        query = query.where(col(EvidenceRow.delivery_id).in_(numbers))
    if email:
        query = query.where(DeliveryRow.email_key == email.casefold())
    return [
        Told(
            at=row.at,
            event=row.event,
            email=row.email,
            meant=row.meant,
            permanence=row.permanence,
            status=row.status,
            diagnostic=row.diagnostic,
            delivery=row.delivery_id,
            to=delivery.email,
            source=came.source,
            matched_by=came.matched_by,
            number=row.id,
        )
        for row, came, delivery in session.exec(query)
    ]


# --- forwarding -------------------------------------------------------------------------------

MOST_TRIES = 60
LONGEST_WAIT = timedelta(hours=1)


def waiting(session: Session, now: datetime) -> list[CameBackRow]:
    """Messages that are to be forwarded now, the oldest first: the next twenty."""
    return list(
        session.exec(
            select(CameBackRow)
            .where(col(CameBackRow.forward_at) <= now)
            .order_by(col(CameBackRow.id))
            .limit(20)
        )
    )


def left_by(session: Session, number: int) -> str:
    """Whose address a message that came back unsubscribed, or ""."""
    wanted = select(EvidenceRow.email).where(
        EvidenceRow.came_back_id == number, EvidenceRow.event == UNSUBSCRIBED
    )
    return session.exec(wanted).first() or ""


def forwarded(session: Session, number: int, taken: bool, said: str, now: datetime) -> None:
    """Write down how forwarding a message went; what was not taken is tried again for two days."""
    row = session.get_one(CameBackRow, number)
    row.forward_tries += 1
    row.forward_said = said[:500]
    if taken or row.forward_tries >= MOST_TRIES:
        row.forward_at = None
        row.forwarded_at = now if taken else None
        row.content = row.content[:KEPT_OCTETS] if taken else row.content
    else:
        row.forward_at = now + min(timedelta(minutes=row.forward_tries), LONGEST_WAIT)
    session.add(row)


# --- letting go -------------------------------------------------------------------------------

AT_ONCE = 200
"""So many messages are let go in one transaction."""


def due_to_let_go(session: Session, before: datetime) -> list[int]:
    """The messages that came before an instant and are kept for nothing more, the oldest first.

    Kept on are those that wait to be forwarded, and those that a standing suppression rests on.
    """
    standing = (
        select(EvidenceRow.came_back_id)
        .join(SuppressionRow, col(SuppressionRow.evidence_id) == col(EvidenceRow.id))
        .where(col(SuppressionRow.released_at).is_(None))
    )
    return list(
        session.execute(
            select(col(CameBackRow.id))
            .where(text("length(content) > 0"), col(CameBackRow.at) < before)
            .where(col(CameBackRow.forward_at).is_(None))
            .where(col(CameBackRow.id).not_in(standing))
            .order_by(col(CameBackRow.at))
            .limit(AT_ONCE)
        ).scalars()
    )


def let_go(session: Session, numbers: Iterable[int]) -> None:
    """Let messages go: their octets, and all of those that are about no copy of ours."""
    told = set(numbers)
    evidence = select(col(EvidenceRow.came_back_id))
    about = set(session.exec(evidence.where(col(EvidenceRow.came_back_id).in_(told))))
    messages = table(CameBackRow)
    session.execute(delete(messages).where(col(CameBackRow.id).in_(told - about)))
    session.execute(update(messages).where(col(CameBackRow.id).in_(about)).values(content=b""))
