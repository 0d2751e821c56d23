"""What came back: read, matched to one delivery, kept, and acted on after the policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.core import bouncing
from mailer.core.bouncing import Rules
from mailer.core.links import Purpose
from mailer.core.notification import Action, Kind, Notification, Recipient
from mailer.delivery import bounces
from mailer.delivery.bounces import mime
from mailer.desk import leaving
from mailer.desk.base import DeskBase
from mailer.desk.leaving import BY_MAIL
from mailer.ledger import audit, consent, evidence, linked
from mailer.ledger.evidence import BOUNCED, Match, Told
from mailer.ledger.linked import Linked
from mailer.ledger.tables import CameBackRow, DeliveryRow, EvidenceRow

MOST_OCTETS = 40_000_000
"""So much of one message is taken; a person's answer may have pictures."""

ACTOR = "mailer"
"""Who suppresses by the policy, in the record."""

_EVENTS = {Action.FAILED: BOUNCED, Action.DELAYED: "delayed", Action.DELIVERED: "delivered"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message that came back.

    `known`: it was taken before, and nothing was done. `to` is whom the delivery that it is about
    was sent to, "" where it is about none; `events` is what was added to that, `suppressed` why
    the address is now written to no more, or "". `forward`: it waits to be forwarded.
    """

    kind: Kind
    known: bool = False
    to: str = ""
    events: tuple[str, ...] = ()
    suppressed: str = ""
    forward: bool = False

    def __str__(self) -> str:
        """One line for a person; the address is untrusted text."""
        if self.known:
            return "taken before; nothing was added"
        about = f"about a copy to {self.to}" if self.to else "about no copy that the ledger knows"
        said = f": {', '.join(self.events)}" if self.events else ""
        then = f"; suppressed: {self.suppressed}" if self.suppressed else ""
        then += "; it will be forwarded" if self.forward else ""
        return f"{self.kind}, {about}{said}{then}"


class Bounces(DeskBase):
    """What comes back by mail. It acts only on the address that the matched delivery went to."""

    def take(self, content: bytes, *, source: str, now: datetime) -> Taken:
        """Take one message that came back. A second time it adds nothing.

        `source` says where it was taken from ("pipe", "maildir", "imap", "lmtp"). One
        transaction: when this has returned, the message is in the ledger.
        """
        content = content[:MOST_OCTETS]
        told = bounces.read(content)
        mark = evidence.digest(mime.lasting(content))
        with self._database.write() as session:
            if evidence.known(session, mark):
                return Taken(told.kind, known=True)
            found = evidence.match(session, told)
            left = _leaving(session, told, found, now)
            person = told.kind is Kind.OTHER and not told.automatic
            to_read = person and (told.more or not left)
            forward = to_read and bool(self._config.bounces.forward_to)
            row = CameBackRow(
                at=now,
                source=source,
                digest=mark,
                kind=told.kind,
                delivery_id=found.delivery.id if found else None,
                matched_by=found.by if found else "",
                content=content,
                forward_at=now if forward else None,
            )
            number = evidence.keep(session, row)
            if found is None:
                return Taken(told.kind, forward=forward)
            rows = list(_evidence(told, found.delivery, number, now, left=bool(left)))
            added = [evidence.add(session, one) for one in rows]
            if left:
                whence = told.sender or "unknown"
                leaving.leave(
                    session, left, how=BY_MAIL, address=whence, now=now, evidence=added[0]
                )
            why = self._judged(session, told, found.delivery, rows, added, now)
            events = tuple(one.event for one in rows)
            return Taken(told.kind, False, found.delivery.email, events, why, forward)

    def came_back(self, email: str = "") -> list[Told]:
        """The evidence about copies to an address, or the newest of all, the newest first."""
        with self._database.read() as session:
            return evidence.told(session, email=email)

    def let_go(self, *, now: datetime) -> int:
        """Let go the words of what came back longer ago than `[bounces] keep`; of how many."""
        done = 0
        while True:
            with self._database.read() as session:
                due = evidence.due_to_let_go(session, now - self._config.bounces.keep)
            if not due:
                return done
            with self._database.write() as session:
                evidence.let_go(session, due)
            done += len(due)

    def to_forward(self, now: datetime) -> list[tuple[int, bytes]]:
        """What a person wrote and is to be forwarded at `now`: its number, and the message."""
        with self._database.read() as session:
            return [(row.id, row.content) for row in evidence.waiting(session, now)]

    def left_by(self, number: int) -> str:
        """Whose address a message unsubscribed, or ""."""
        with self._database.read() as session:
            return evidence.left_by(session, number)

    def forwarded(self, number: int, *, taken: bool, said: str, now: datetime) -> None:
        """Record how forwarding a message went."""
        with self._database.write() as session:
            evidence.forwarded(session, number, taken, said, now)

    def _judged(
        self,
        session: Session,
        told: Notification,
        delivery: DeliveryRow,
        rows: list[EvidenceRow],
        added: list[int],
        now: datetime,
    ) -> str:
        """Suppress the address if the policy says so; why, or ""."""
        meant = [number for one, number in zip(rows, added, strict=True) if one.meant]
        if not meant or consent.is_suppressed(session, delivery.email):
            return ""
        why = "complained of a copy (ARF)" if told.complaint else ""
        if any(one.event == BOUNCED and one.meant for one in rows):
            rules = Rules(self._config.bounces.failures, self._config.bounces.within)
            failures = evidence.failures(session, delivery.email)
            since = evidence.released_at(session, delivery.email)
            why = bouncing.verdict(failures, now, rules, since)
        if why:
            consent.suppress(session, delivery.email, why, ACTOR, now, evidence=meant[0])
            detail = {"reason": why, "evidence": meant[0]}
            audit.append(session, now, ACTOR, "suppress", delivery.email, detail)
        return why


def _leaving(
    session: Session, told: Notification, found: Match | None, now: datetime
) -> Linked | None:
    """The copy whose reader leaves by this mail, as long as the link in it would work too."""
    if found is None or found.by != evidence.LEAVING or not told.leaves:
        return None
    return linked.of_delivery(session, found.delivery.id, Purpose.UNSUBSCRIBE, now)


def _evidence(
    told: Notification, delivery: DeliveryRow, came_back: int, now: datetime, *, left: bool
) -> Iterator[EvidenceRow]:
    """What a message says of a delivery: of its own address, else of the first it names.

    A server may tell of the address that a copy was forwarded to; it is kept, and not acted on.
    """

    def row(event: str, email: str, meant: bool, one: Recipient | None = None) -> EvidenceRow:
        email = delivery.email if meant else email
        failed = one is not None and one.action is not Action.DELIVERED
        return EvidenceRow(
            came_back_id=came_back,
            delivery_id=delivery.id,
            at=now,
            event=event,
            email=email,
            email_key=email.casefold(),
            meant=meant,
            permanence=str(one.permanence) if one is not None and failed else "",
            status=one.status if one else "",
            diagnostic=one.diagnostic if one else "",
        )

    if told.kind is Kind.AUTO_REPLY or told.kind is Kind.OTHER:
        event = "auto-reply" if told.automatic else "reply"
        yield row(evidence.UNSUBSCRIBED if left else event, delivery.email, meant=True)
        return
    named = [one for one in told.recipients if evidence.same_address(one.address, delivery.email)]
    if told.kind is Kind.ARF:
        if told.complaint:
            meant = bool(named) or not told.recipients
            email = delivery.email if meant else told.recipients[0].address
            yield row("complained", email, meant)
        return
    for one in (named or told.recipients)[:1]:
        yield row(_EVENTS[one.action], one.address, bool(named), one)
