"""What a journalist does with the links in a copy: leave, choose, accept the embargo.

The token is all that says who it is. One that is unknown or has expired does nothing, and nobody
is told the difference: not the caller, and not by what it costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import available_timezones

from sqlmodel import Session

from mailer.compose.text import one_line
from mailer.core.errors import MailerError
from mailer.core.inert import inert
from mailer.core.links import Purpose
from mailer.core.model import LANGUAGES
from mailer.core.wishes import Wish
from mailer.desk.base import DeskBase
from mailer.ledger import audit, consent, linked, wishes
from mailer.ledger.linked import Linked

JOURNALIST = "the journalist"
"""Who did it, as the audit and a suppression have it."""

LONGEST_NAME = 120
"""Characters of a name that a journalist gives."""


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

    def choose(
        self,
        token: str,
        *,
        name: str = "",
        language: str = "",
        timezone: str = "",
        audiences: Mapping[str, bool] = MappingProxyType({}),
        address: str,
        now: datetime,
    ) -> None:
        """What the journalist wishes from now on; what is empty or not named stays as it is.

        `audiences` are open ones by name. MailerError, whatever the token, for what nobody can
        wish. `address` is the network address it came from.
        """
        name = one_line(inert(name))
        unknown = set(audiences) - {one.name for one in self._config.audience if one.open}
        if unknown or len(name) > LONGEST_NAME:
            raise MailerError("the name is too long, or the audience is not one to choose")
        if language and language not in LANGUAGES:
            raise MailerError(f"the language is none of {', '.join(LANGUAGES)}")
        if timezone and timezone not in available_timezones():
            raise MailerError("the time zone is no IANA name")
        if not (name or language or timezone or audiences):
            return
        with self._database.write() as session:
            found = linked.find(session, Purpose.PREFERENCES, token, now)
            if found is None:
                return
            who = found.contact
            chosen = MappingProxyType(dict(audiences))
            wish = Wish(who.email, name, who.outlet, language, timezone, chosen)
            wishes.add(session, wish, f"by the link in {found.subject}, from {address}", now)
            detail: dict[str, object] = {"from": address, "audiences": dict(audiences)}
            detail |= {"name": name, "language": language, "timezone": timezone}
            self._tell(session, "choose", found, detail, now)

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
