"""A journalist leaves: by the link or by the mail that a copy names, it is one deed."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from mailer.core.people import JOURNALIST
from mailer.ledger import audit, consent
from mailer.ledger.linked import Linked

BY_MAIL = "mail"


def leave(
    session: Session,
    found: Linked,
    *,
    how: str,
    address: str,
    now: datetime,
    evidence: int | None = None,
) -> None:
    """Send the journalist nothing any more. Saying it twice is as saying it once.

    `how` it was said ("one click", "page", `BY_MAIL`), and from which network or mail `address`, is
    kept; `evidence` is the piece of it that a mail left. A suppression for another reason does not
    count as having left: whoever ends that one shall see this one.
    """
    email = found.contact.email
    if consent.is_suppressed(session, email, by=JOURNALIST):
        return
    by = "the address to leave by" if how == BY_MAIL else "the link"
    reason = f"unsubscribed ({how}) by {by} in {found.subject}"
    consent.suppress(session, email, reason, JOURNALIST, now, evidence)
    tell(session, "unsubscribe", found, {"how": how, "from": address}, now)


def tell(
    session: Session, action: str, found: Linked, detail: dict[str, object], now: datetime
) -> None:
    """The audit's word of what a journalist did, and by which copy."""
    detail = {"copy": found.subject, "delivery": found.delivery, **detail}
    audit.append(session, now, JOURNALIST, action, found.contact.email, detail)
