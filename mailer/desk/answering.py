"""What a journalist does with the links in a copy: leave, choose, accept the embargo.

The token is all that says who it is. One that is unknown or has expired does nothing, and nobody
is told the difference: not the caller, and not by what it costs.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from mailer.core.links import Purpose
from mailer.desk.base import DeskBase
from mailer.ledger import audit, consent, linked
from mailer.ledger.linked import Linked

JOURNALIST = "the journalist"
"""Who did it, as the audit and a suppression have it."""


class Answering(DeskBase):
    """One journalist's own word. Each deed is one transaction with its audit row."""

    def leave(self, token: str, *, how: str, address: str, now: datetime) -> None:
        """Send the journalist nothing any more. Saying it twice is as saying it once.

        `how` it was said ("one click", "page") and from which network `address` is evidence.
        """
        with self._database.write() as session:
            found = linked.find(session, Purpose.UNSUBSCRIBE, token, now)
            if found is None or self._has_left(session, found):
                return
            reason = f"unsubscribed ({how}) by the link in {found.subject}"
            consent.suppress(session, found.contact.email, reason, JOURNALIST, now)
            self._tell(session, "unsubscribe", found, {"how": how, "from": address}, now)

    def _has_left(self, session: Session, found: Linked) -> bool:
        key = found.contact.email.casefold()
        return any(row.email_key == key for row in consent.suppressions(session))

    def _tell(
        self,
        session: Session,
        action: str,
        found: Linked,
        detail: dict[str, object],
        now: datetime,
    ) -> None:
        audit.append(
            session,
            at=now,
            actor=JOURNALIST,
            action=action,
            subject=found.contact.email,
            detail={"copy": found.subject, "delivery": found.delivery, **detail},
        )
