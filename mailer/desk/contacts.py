"""Contacts: what the office knows of its contacts, from the lists and the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from mailer.core.errors import MailerError
from mailer.core.inert import brief
from mailer.core.model import Contact
from mailer.core.people import JOURNALIST
from mailer.core.wishes import Wish
from mailer.desk.consent import address
from mailer.desk.lists import Lists
from mailer.ledger import contacts, evidence, wishes
from mailer.ledger.contacts import Answered, Held, KeptTerms, NotSent, Suppressed
from mailer.ledger.evidence import Told
from mailer.ledger.wishes import Chosen

COPIES_SHOWN = 200
FOUND_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A contact as one list has them, and the audiences that list serves."""

    list: str
    audiences: tuple[str, ...]
    contact: Contact


@dataclass(frozen=True, slots=True)
class ContactView:
    """One address across lists and advisories; the newest first, at most COPIES_SHOWN of each.

    `accepted` is what counts now: the latest answer, else what the lists say. `wish` is what they
    chose by themselves, which wins over the lists, and `chosen` each time they did; `terms` the
    embargo terms they accepted, by digest; `came_back` what came of copies later.
    """

    email: str
    listed: tuple[Listed, ...]
    copies: tuple[Held, ...]
    left_out: tuple[NotSent, ...]
    suppressions: tuple[Suppressed, ...]
    answers: tuple[Answered, ...]
    wish: Wish | None
    chosen: tuple[Chosen, ...]
    terms: Mapping[str, KeptTerms]
    came_back: tuple[Told, ...]

    @property
    def left(self) -> bool:
        """Whether nothing is sent because they themselves wish so."""
        return any(one.released_at is None and one.by == JOURNALIST for one in self.suppressions)

    @property
    def suppressed(self) -> bool:
        """Whether nothing is sent to it now."""
        return any(one.released_at is None for one in self.suppressions)

    @property
    def accepted(self) -> bool:
        """Whether the embargo is accepted, by the latest answer or else by a list."""
        if self.answers:
            return self.answers[0].accepted
        return any(one.contact.embargo_accepted for one in self.listed)

    @property
    def name(self) -> str:
        """What they are called: as they wish, else as a list says it, else as their latest copy."""
        said = [self.wish.name] if self.wish else []
        said += [one.contact.name for one in self.listed] + [one.name for one in self.copies]
        return next(filter(None, said), "")

    @property
    def outlet(self) -> str:
        """Who they work for, found likewise."""
        said = [one.contact.outlet for one in self.listed] + [one.outlet for one in self.copies]
        return next(filter(None, said), "")


def names(contact: Contact, text: str) -> bool:
    """Whether a contact's address, name or outlet has `text` in it, in whatever case."""
    said = f"{contact.email}\n{contact.name}\n{contact.outlet}"
    return text.casefold().strip() in said.casefold()


class Contacts(Lists):
    """Contacts, looked up. Nothing here changes anything."""

    def contact(self, email: str) -> ContactView:
        """Everything that is known of an address. Raises MailerError if nothing is."""
        email = address(email)
        key = email.casefold()
        listed = tuple(one for one in self._listed() if one.contact.email.casefold() == key)
        with self._database.read() as session:
            answers = tuple(contacts.answers(session, email))
            found = ContactView(
                email=listed[0].contact.email if listed else email,
                listed=listed,
                copies=tuple(contacts.copies(session, email, COPIES_SHOWN)),
                left_out=tuple(contacts.left_out(session, email, COPIES_SHOWN)),
                suppressions=tuple(contacts.suppressions(session, email)),
                answers=answers,
                wish=wishes.of(session, email),
                chosen=tuple(wishes.history(session, email))[:COPIES_SHOWN],
                terms=contacts.terms(session, (one.terms for one in answers)),
                came_back=tuple(evidence.told(session, email=email))[:COPIES_SHOWN],
            )
        if not any(
            (listed, found.copies, found.left_out, found.suppressions, found.answers, found.wish)
        ):
            raise MailerError(f"{brief(email)}: on no list, and never in the ledger")
        return found

    def find_contacts(self, text: str) -> tuple[Listed, ...]:
        """Whoever on a list has `text` in address, name or outlet; at most FOUND_SHOWN."""
        if not text.strip():
            return ()
        found = (one for one in self._listed() if names(one.contact, text))
        return tuple(islice(found, FOUND_SHOWN))

    def _listed(self) -> Iterator[Listed]:
        for view in self.lists():
            for one in view.contacts:
                yield Listed(view.name, view.audiences, one)

    def suppressions(self, *, standing: bool = True) -> tuple[Suppressed, ...]:
        """The suppressions, the newest first: those that stand, or all there ever were."""
        with self._database.read() as session:
            return tuple(contacts.suppressions(session, standing=standing))

    def wishes(self) -> tuple[Chosen, ...]:
        """All that everyone who chose something wishes now, the oldest choice first."""
        with self._database.read() as session:
            return tuple(wishes.latest(session))

    def acceptances(self) -> tuple[Answered, ...]:
        """The latest answer to the embargo terms of everyone who gave one, the newest first."""
        with self._database.read() as session:
            return tuple(contacts.answers(session))
