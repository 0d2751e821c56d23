"""Reports: the timeline ahead, the record behind, and what is other about the recipients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailer.core import difference, forecast
from mailer.core.difference import Difference
from mailer.core.states import DISPATCH, DispatchEvent, sources
from mailer.core.timeline import Timeline
from mailer.desk.base import DeskBase
from mailer.ledger import audit, record, reports, store
from mailer.ledger.audit import AuditEntry, AuditFilter, AuditState
from mailer.ledger.changes import TEXTS
from mailer.ledger.record import Record


@dataclass(frozen=True, slots=True)
class TimelineView:
    """A timeline as it is shown: of which advisory, and the office's IANA zone."""

    reference: str
    version: int
    office_zone: str
    timeline: Timeline


class Reports(DeskBase):
    """Reports from the ledger alone. Nothing here changes anything."""

    def timeline(self, reference: str, now: datetime) -> TimelineView:
        """What each audience has at every instant from `now` (UTC) to the last wave."""
        with self._database.read() as session:
            owner = self._advisory(session, reference)
            owner_id = owner.id
            return TimelineView(
                reference=owner.reference,
                version=store.versions(session, owner_id)[-1].number,
                office_zone=self._config.embargo.zone,
                timeline=forecast.make(
                    reports.waves(session, owner_id),
                    reports.people(session, owner_id),
                    now,
                    withdrawn=owner.withdrawn_at is not None,
                ),
            )

    def breach(self, reference: str) -> Record:
        """Who held which version from when, who accepted what, every approval and change."""
        with self._database.read() as session:
            return record.of(session, self._advisory(session, reference))

    def difference(self, reference: str, now: datetime) -> tuple[Difference, ...]:
        """For each audience that waits for approval: its recipients, compared with the last ones.

        What they are compared with is the last text that started to go to that audience, of
        another advisory or of an earlier version of this one. `now` is UTC.
        """
        allowed = sources(DISPATCH, DispatchEvent.APPROVE)
        with self._database.read() as session:
            owner = self._advisory(session, reference)
            waiting = {
                row.audience: row.version_id
                for row in store.dispatches(session, owner.id)
                if row.state in allowed and row.kind in TEXTS
            }
            found = []
            for audience, version_id in waiting.items():
                last = reports.last_before(session, version_id, audience)
                since, then = last or (None, [])
                planned = reports.planned_for(session, owner.id, audience)
                found.append(difference.between(audience, since, then, planned, now))
            return tuple(found)

    def audit(self) -> tuple[AuditEntry, ...]:
        """Every deed there is, oldest first."""
        with self._database.read() as session:
            return tuple(audit.entries(session))

    def audit_page(
        self, wanted: AuditFilter, *, before: int | None, limit: int
    ) -> tuple[list[AuditEntry], int | None]:
        """Deeds, newest first, from before a row's number; and the number to go on from."""
        with self._database.read() as session:
            return audit.page(session, wanted, before, limit)

    def verify_audit(self) -> AuditState:
        """Whether every row of the audit is as it was written."""
        with self._database.read() as session:
            return audit.state(session)
