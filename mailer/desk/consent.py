"""What people said they want: suppressions and embargo acceptances, as the office records them."""

from __future__ import annotations

from datetime import datetime

from mailer.core.errors import MailerError
from mailer.core.inert import brief
from mailer.desk.base import DeskBase
from mailer.intake import addresses
from mailer.ledger import consent, inviting


class Consent(DeskBase):
    """Recording consent. Each deed is one transaction with its audit row."""

    def suppress(self, email: str, *, reason: str, by: str, now: datetime) -> None:
        """Send this address nothing until further notice."""
        email = address(email)
        if not reason.strip():
            raise MailerError("say why: --reason")
        with self._deed(by, now) as deed:
            consent.suppress(deed.session, email, reason, deed.by, now)
            deed.record("suppress", email, {"reason": reason})

    def unsuppress(self, email: str, *, by: str, now: datetime) -> None:
        """End a suppression; what was left out meanwhile stays left out."""
        email = address(email)
        with self._deed(by, now) as deed:
            if not consent.unsuppress(deed.session, email, deed.by, now):
                raise MailerError(f"{email} is not suppressed")
            deed.record("unsuppress", email)

    def record_acceptance(
        self, email: str, *, accepted: bool, source: str, by: str, now: datetime
    ) -> int:
        """Record what a journalist said of the embargo terms; from now it counts, not the list.

        Who accepts, and was invited or had been in an advance dispatch, gets what is embargoed now:
        `inviting.let_in`. Returns how many copies those are.
        """
        email = address(email)
        if not source.strip():
            raise MailerError("say how you know: --source")
        with self._deed(by, now) as deed:
            told = f"{source} ({deed.by})"
            consent.record_acceptance(deed.session, email, accepted, told, now)
            copies = inviting.let_in(deed.session, email, now) if accepted else 0
            action = "accept" if accepted else "withdraw acceptance"
            deed.record(action, email, {"source": source} | ({"copies": copies} if copies else {}))
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
