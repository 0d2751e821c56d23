"""Previews: what a journalist will have, seen before it is queued; and a test copy to oneself."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from mailer.compose.message import Message
from mailer.compose.prose import content_id
from mailer.compose.signing import Signer
from mailer.compose.slots import Filled, dot_stuffed
from mailer.core.embargo import Clearance, Refusal, clear_test
from mailer.core.errors import MailerError
from mailer.core.model import Contact, Dispatch, Version
from mailer.delivery import trial
from mailer.desk import copies
from mailer.desk.base import named
from mailer.desk.copies import Going
from mailer.desk.proposal import Proposal
from mailer.desk.queueing import Queueing
from mailer.ledger import holds, store

MARK = "[TEST]"
"""How the subject of every test copy begins; while the text is embargoed, `MARK_EMBARGOED`."""

MARK_EMBARGOED = "[TEST, EMBARGOED]"

PATIENCE = timedelta(seconds=20)
"""How long a person is kept waiting for the relay's answer to a test copy."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One dispatch's copy for one contact, to be looked at.

    `html` is the message's with its pictures in it, as a browser can show it.
    """

    dispatch: Dispatch
    contact: Contact
    message: Message
    html: str


_One = tuple[Going, Contact, str]
"""What goes, the contact whose copy is looked at, and the Message-ID of that."""


class Previews(Queueing):
    """Copies as they would go, of what is queued (by reference) or only proposed."""

    def readers(
        self, of: str | Proposal, audience: str, most: int | None = None
    ) -> tuple[Contact, ...]:
        """Who gets a copy in an audience: each once, the first `most` by address."""
        if isinstance(of, Proposal):
            theirs = (one for one in of.going if one.dispatch.audience.name == audience)
            people = {c.email: c for one in theirs for c in one.contacts}
            return tuple(people[email] for email in islice(sorted(people), most))
        found: dict[str, Contact] = {}
        with self._database.read() as session:
            owner = self._advisory(session, of)
            for row in store.dispatches(session, owner.id):
                if row.audience == audience:
                    for contact, _ in store.recipients(session, row.id, None, most):
                        found.setdefault(contact.email, contact)
        return tuple(found[email] for email in islice(sorted(found), most))

    def copies(
        self, of: str | Proposal, audience: str, contact: str | None = None
    ) -> tuple[Copy, ...]:
        """Each dispatch's copy for a contact of an audience (None: its first by address)."""
        found = []
        for going, reader, message_id in self._going(of, audience, contact):
            _, built = copies.compose(self._config, going, reader, message_id=message_id)
            html = _with_pictures(built.html, going.version, self._config.office.domain)
            found.append(Copy(going.dispatch, reader, built, html))
        return tuple(found)

    def send_test(
        self,
        of: str | Proposal,
        audience: str,
        kind: str,
        contact: str | None,
        *,
        to: str,
        by: str,
        now: datetime,
    ) -> str:
        """Send a person the copy that a contact would get, marked as a test; the relay's answer.

        `to` is the person's own address. It waits for the relay: call it outside the event loop.
        MailerError if the relay does not take it, or the gate is shut.
        """
        by = named(by)
        if not to.strip():
            raise MailerError("you have no e-mail address yet; an admin can add it in Settings")
        there = self._going(of, audience, contact)
        one = next(((g, reader) for g, reader, _ in there if g.dispatch.kind == kind), None)
        if one is None:
            raise MailerError(f"there is no {kind} to {audience} for {contact or 'anybody'}")
        going, reader = one
        # A release shows no notice, and while the embargo is on a test of it must say so.
        bound = going.dispatch.embargo is not None and now < going.dispatch.embargo.instant
        _, built = copies.compose(
            self._config,
            going,
            replace(reader, email=to),
            message_id=f"<test.{secrets.token_hex(12)}@{self._config.office.domain}>",
            date=now,
            mark=MARK_EMBARGOED if bound else MARK,
        )
        data = dot_stuffed(built.content)
        copy = Filled(built.mail_from, built.rcpt_to, data, len(built.content), True)
        signer = Signer.configured(self._config)
        copy = signer.signed(copy) if signer else copy

        def gate() -> Clearance | Refusal:
            with self._database.read() as session:
                held = bool(holds.active(session))
            marked = built.subject.startswith(MARK[:-1])
            return clear_test(copy.rcpt_to, own=to, marked=marked, held=held, now=now)

        relay = self._config.relay.model_copy(
            update={
                "connect_timeout": PATIENCE,
                "command_timeout": PATIENCE,
                "data_timeout": PATIENCE,
                "transaction_timeout": None,
            }
        )
        answer = asyncio.run(trial.hand_over(relay, copy, gate))
        with self._deed(by, now) as deed:
            detail = {"audience": audience, "kind": kind, "to": to, "taken": answer.taken}
            deed.record("send a test", going.version.reference, detail)
        if not answer.taken:
            raise MailerError(f"the test copy was not sent: {answer.said}")
        return answer.said

    # --- parts --------------------------------------------------------------------------------

    def _going(self, of: str | Proposal, audience: str, contact: str | None) -> list[_One]:
        found = list(
            _proposed(of, audience, contact)
            if isinstance(of, Proposal)
            else self._queued(of, audience, contact)
        )
        if not found:
            raise MailerError(f"{contact or 'anybody'} gets no copy in {audience}")
        return found

    def _queued(self, reference: str, audience: str, contact: str | None) -> Iterator[_One]:
        with self._database.read() as session:
            owner = self._advisory(session, reference)
            rows = store.dispatches(session, owner.id)
            if audience not in (names := sorted({row.audience for row in rows})):
                raise MailerError(
                    f'{owner.reference}: not planned for audience "{audience}"; '
                    f"it is for {', '.join(names)}"
                )
            for row in rows:
                if row.audience != audience:
                    continue
                for reader, message_id in store.recipients(session, row.id, contact, 1):
                    version = store.load_version(session, row.version_id)
                    yield copies.queued(session, row, version, (reader,)), reader, message_id


def _proposed(proposal: Proposal, audience: str, contact: str | None) -> Iterator[_One]:
    for going in proposal.going:
        if going.dispatch.audience.name != audience:
            continue
        people = sorted(going.contacts, key=lambda one: one.email)
        if contact is not None:
            people = [one for one in people if one.email.casefold() == contact.casefold()]
        for reader in people[:1]:
            yield going, reader, "<preview@localhost>"


def _with_pictures(html: str, version: Version, domain: str) -> str:
    """HTML that shows its pictures without the message around it (RFC 2397 for RFC 2392)."""
    for file in version.attachments:
        shown = f'"cid:{content_id(file, domain)}"'
        if shown in html:
            data = b64encode(file.content).decode()
            html = html.replace(shown, f'"data:{file.media_type};base64,{data}"')
    return html
