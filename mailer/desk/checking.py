"""Checking: what a careful sub-editor looks at before anything is approved (core.preflight)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from mailer.compose import message
from mailer.compose.templates import TemplateSet, render
from mailer.compose.view import notice
from mailer.core import preflight
from mailer.core.errors import TemplateError
from mailer.core.model import Contact, ReadWarning, Version
from mailer.core.preflight import Checked, Finding, Sample
from mailer.core.states import DispatchState
from mailer.desk.base import DeskBase
from mailer.desk.proposal import shape
from mailer.intake import documents
from mailer.ledger import store
from mailer.ledger.tables import DispatchRow

ENDED = (DispatchState.DONE, DispatchState.CANCELLED)


class Checking(DeskBase):
    """Preflight over what the ledger keeps: text, templates and recipients as they would go."""

    def check(
        self, reference: str, *, now: datetime, relay_size: int | None = None
    ) -> tuple[Finding, ...]:
        """Every finding on what is still to go of an advisory, those that block first.

        `relay_size` is what the relay said it takes (RFC 1870): None if it was not asked, 0 for
        no limit.
        """
        with self._database.read() as session:
            owner = self._advisory(session, reference)
            rows = [
                row for row in store.dispatches(session, owner.id or 0) if row.state not in ENDED
            ]
            return self._check(session, rows, now, relay_size) if rows else ()

    def _check(
        self,
        session: Session,
        rows: list[DispatchRow],
        now: datetime,
        relay_size: int | None = None,
    ) -> tuple[Finding, ...]:
        version = store.load_version(session, rows[-1].version_id)
        people: dict[str, tuple[Contact, ...]] = {}
        samples: list[Sample] = []
        faults: list[str] = []
        for row in rows:
            contacts = tuple(c for c, _ in store.recipients(session, row.id or 0, None, None))
            people[row.audience] = people.get(row.audience, ()) + contacts
            try:
                samples += self._samples(session, row, version, contacts)
            except TemplateError as error:
                faults.append(str(error))
        dispatches = [store.dispatch_of(row) for row in rows]
        checked = Checked(
            version=version,
            embargoes=tuple((d.audience, d.embargo) for d in dispatches),
            recipients=people,
            samples=tuple(samples),
            faults=tuple(dict.fromkeys(faults)),
            warnings=tuple(_text_warnings(version)),
            office_zone=self._config.embargo.zone,
            relay_size=relay_size,
        )
        return preflight.check(checked, now)

    def _samples(
        self, session: Session, row: DispatchRow, version: Version, contacts: tuple[Contact, ...]
    ) -> Iterator[Sample]:
        """One rendered copy for each shape of contact."""
        templates = TemplateSet(store.load_templates(session, row.templates))
        dispatch = store.dispatch_of(row)
        office = self._config.office
        embargoed = dispatch.embargoed(dispatch.instant)
        for contact in {shape(contact): contact for contact in contacts}.values():
            rendered = render(templates, version, dispatch, contact, office, embargoed=embargoed)
            built = message.build(
                rendered, version, dispatch, contact, office, "<check@localhost>", row.instant
            )
            yield Sample(
                subject=f"{row.kind} to {row.audience}",
                audience=row.audience,
                kind=dispatch.kind,
                title=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                notice=notice(version, dispatch, contact, embargoed=embargoed),
                size=len(built.content),
            )


def _text_warnings(version: Version) -> Iterator[tuple[str, ReadWarning]]:
    for edition in version.editions:
        for what, text in (("text", edition.body), ("notes", edition.notes)):
            where = what if edition is version.editions[0] else f"{what} ({edition.language})"
            for warning in documents.text_warnings(text):
                yield where, warning
