"""What people said they want: suppressions and embargo acceptances, as the office records them."""

from __future__ import annotations

from datetime import datetime

from mailer.core.errors import MailerError
from mailer.core.inert import brief
from mailer.desk.base import DeskBase
from mailer.intake import addresses
from mailer.ledger import audit, consent, inviting


class Consent(DeskBase):
    """Recording consent. Each deed is one transaction with its audit row."""

    def suppress(self, email: str, *, reason: str, by: str, now: datetime) -> None:
        """Send this address nothing until further notice."""
        by, email = self._named(by), address(email)
        if not reason.strip():
            raise MailerError("say why: --reason")
        with self._database.write() as session:
            consent.suppress(session, email, reason, by, now)
            audit.append(
                session,
                at=now,
                actor=by,
                action="suppress",
                subject=email,
                detail={"reason": reason},
            )

    def unsuppress(self, email: str, *, by: str, now: datetime) -> None:
        """End a suppression; what was left out meanwhile stays left out."""
        by, email = self._named(by), address(email)
        with self._database.write() as session:
            if not consent.unsuppress(session, email, by, now):
                raise MailerError(f"{email} is not suppressed")
            audit.append(session, at=now, actor=by, action="unsuppress", subject=email)

    def record_acceptance(
        self, email: str, *, accepted: bool, source: str, by: str, now: datetime
    ) -> int:
        """Record what a journalist said of the embargo terms; from now it counts, not the list.

        Who accepts, and was invited or had been in an advance dispatch, gets what is embargoed now:
        `inviting.let_in`. Returns how many copies those are.
        """
        by, email = self._named(by), address(email)
        if not source.strip():
            raise MailerError("say how you know: --source")
        with self._database.write() as session:
            consent.record_acceptance(session, email, accepted, f"{source} ({by})", now)
            copies = inviting.let_in(session, email, now) if accepted else 0
            audit.append(
                session,
                at=now,
                actor=by,
                action="accept" if accepted else "withdraw acceptance",
                subject=email,
                detail={"source": source, **({"copies": copies} if copies else {})},
            )
        return copies


def going(copies: int) -> str:
    """What an acceptance has set going, as the sentence after it; "" if nothing."""
    if not copies:
        return ""
    return f" {copies} embargoed {'copy goes' if copies == 1 else 'copies go'} to them."


def address(email: str) -> str:
    """An address as the ledger keeps it. Raises MailerError for what is none."""
    found = addresses.read_address(email.strip())
    if not isinstance(found, str):
        raise MailerError(f"{brief(email)}: {found.reason}")
    return found
