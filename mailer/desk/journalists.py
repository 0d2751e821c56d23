"""What a journalist does with the links in a copy: leave, choose, accept the embargo.

The token is all that says who it is. One that is unknown or has expired does nothing, and nobody
is told the difference: not the caller, and not by what it costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import available_timezones

from mailer.compose.markdown import Picture
from mailer.compose.prose import pictures_of
from mailer.compose.text import one_line
from mailer.compose.view import View, view
from mailer.core.errors import MailerError
from mailer.core.inert import inert
from mailer.core.links import Purpose
from mailer.core.model import LANGUAGES, Version
from mailer.core.people import JOURNALIST
from mailer.core.wishes import Wish
from mailer.desk import leaving, terms
from mailer.desk.base import DeskBase
from mailer.desk.terms import Terms
from mailer.ledger import consent, inviting, linked, wishes

LONGEST_NAME = 120
"""Characters of a name that a journalist gives."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A text that a journalist may read on the page, as a template would have it, and its files."""

    view: View
    version: Version
    pictures: tuple[Picture, ...]


class Journalists(DeskBase):
    """One journalist's own word. Each deed is one transaction with its audit row."""

    def leave(self, token: str, *, how: str, address: str, now: datetime) -> None:
        """Send the journalist nothing any more: `leaving.leave` by the link in a copy."""
        with self._database.write() as session:
            found = linked.find(session, Purpose.UNSUBSCRIBE, token, now)
            if found is not None:
                leaving.leave(session, found, how=how, address=address, now=now)

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
            source = f"by the link in {found.subject}, from {address}"
            if not wishes.add(session, wish, source, now):
                return
            detail: dict[str, object] = {"from": address, "audiences": dict(audiences)}
            detail |= {"name": name, "language": language, "timezone": timezone}
            leaving.tell(session, "choose", found, detail, now)

    def terms(self, language: str) -> Terms | None:
        """The embargo terms as they are now, in a language if there are such; None: there are none.

        Raises MailerError if they cannot be read.
        """
        file = self._config.embargo.terms
        return terms.read(file, language, self._config.office.language) if file else None

    def text_for(self, token: str, now: datetime) -> Readable | None:
        """What the journalist may read now by an embargo link; None, whatever the reason."""
        with self._database.read() as session:
            found = linked.find(session, Purpose.EMBARGO, token, now)
            told = inviting.text_for(session, found, now) if found else None
        if told is None:
            return None
        version, dispatch, contact = told
        embargoed = dispatch.embargoed(now)
        seen = view(version, dispatch, contact, self._config.office, embargoed=embargoed)
        return Readable(seen, version, pictures_of(version, self._config.office.domain))

    def accept(self, token: str, accepted: Terms, *, address: str, now: datetime) -> None:
        """Record that the journalist accepts these terms, and give them their advance copy."""
        with self._database.write() as session:
            found = linked.find(session, Purpose.EMBARGO, token, now)
            if found is None:
                return
            email = found.contact.email
            before = consent.acceptance_of(session, email)
            says_so = before is None or not before.accepted or before.terms != accepted.digest
            if says_so:
                said = f"on the page, by the link in {found.subject} ({JOURNALIST})"
                consent.keep_terms(session, accepted.digest, accepted.language, accepted.text, now)
                consent.record_acceptance(
                    session, email, True, said, now, terms=accepted.digest, address=address
                )
            copies = inviting.let_in(session, email, now)
            if says_so or copies:
                detail: dict[str, object] = {"terms": accepted.digest, "from": address}
                detail |= {"copies": copies} if copies else {}
                leaving.tell(session, "accept", found, detail, now)
