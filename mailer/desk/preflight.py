"""Preflight: what a careful sub-editor looks at before anything is approved (core.preflight)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel import Session

from mailer.compose.view import notice
from mailer.core import preflight
from mailer.core.errors import TemplateError
from mailer.core.model import Contact, ReadWarning, Version
from mailer.core.preflight import Checked, Finding, Sample
from mailer.core.standing import ENDED
from mailer.desk import copies
from mailer.desk.base import DeskBase
from mailer.desk.copies import Going
from mailer.desk.proposal import Proposal
from mailer.ledger import store
from mailer.ledger.tables import DispatchRow


class Preflight(DeskBase):
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
            rows = [row for row in store.dispatches(session, owner.id) if row.state not in ENDED]
            return self._check(session, rows, now, relay_size) if rows else ()

    def check_proposal(self, proposal: Proposal, *, now: datetime) -> tuple[Finding, ...]:
        """The same of what is not queued yet, so that it can be mended before."""
        return self._findings(proposal.version, proposal.going, now, None)

    def _check(
        self,
        session: Session,
        rows: list[DispatchRow],
        now: datetime,
        relay_size: int | None = None,
    ) -> tuple[Finding, ...]:
        version = store.load_version(session, rows[-1].version_id)
        going = []
        for row in rows:
            contacts = (c for c, _ in store.recipients(session, row.id, None, None))
            going.append(copies.queued(session, row, version, contacts))
        return self._findings(version, going, now, relay_size)

    def _findings(
        self, version: Version, going: Sequence[Going], now: datetime, relay_size: int | None
    ) -> tuple[Finding, ...]:
        people: dict[str, tuple[Contact, ...]] = {}
        samples: list[Sample] = []
        faults: list[str] = []
        for one in going:
            name = one.dispatch.audience.name
            people[name] = people.get(name, ()) + one.contacts
            try:
                samples += self._samples(one)
            except TemplateError as error:
                faults.append(str(error))
        checked = Checked(
            version=version,
            embargoes=tuple((g.dispatch.audience, g.dispatch.embargo) for g in going),
            recipients=people,
            samples=tuple(samples),
            faults=tuple(dict.fromkeys(faults)),
            warnings=tuple(_text_warnings(version)),
            office_zone=self._config.embargo.zone,
            relay_size=relay_size,
        )
        return preflight.check(checked, now)

    def _samples(self, one: Going) -> Iterator[Sample]:
        """One rendered copy for each shape of contact."""
        dispatch = one.dispatch
        embargoed = dispatch.embargoed(dispatch.instant)
        for contact in copies.one_of_each_shape(one.contacts):
            rendered, built = copies.compose(self._config, one, contact)
            yield Sample(
                subject=f"{dispatch.kind} to {dispatch.audience.name}",
                audience=dispatch.audience.name,
                kind=dispatch.kind,
                title=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                notice=notice(one.version, dispatch, contact, embargoed=embargoed),
                size=len(built.content),
            )


def _text_warnings(version: Version) -> Iterator[tuple[str, ReadWarning]]:
    from mailer.intake import documents

    for edition in version.editions:
        for what, text in (("text", edition.body), ("notes", edition.notes)):
            where = what if edition is version.editions[0] else f"{what} ({edition.language})"
            for warning in documents.text_warnings(text):
                yield where, warning
