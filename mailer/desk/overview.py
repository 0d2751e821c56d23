"""Overview: the desk at a glance, every advisory, and one of them with whom an act would concern.

All from the ledger alone; nothing here changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailer.core import outlook as glance
from mailer.core.errors import NotThereError
from mailer.core.model import Progress
from mailer.core.outlook import Outlook
from mailer.core.standing import AdvisoryState
from mailer.desk.base import DeskBase
from mailer.ledger import advisories, audit, holds, outlook, store
from mailer.ledger.advisories import AdvisoryLine, Affected
from mailer.ledger.audit import AuditEntry
from mailer.ledger.holds import Hold
from mailer.ledger.outlook import Counts, RelayFault


@dataclass(frozen=True, slots=True)
class AdvisoryView:
    """An advisory: how it stands, whom an act would concern, what bears on it and who did what.

    `created_at` and `withdrawn_at` are UTC.
    """

    number: int
    reference: str
    state: AdvisoryState
    affected: Affected
    holds: tuple[Hold, ...]
    deeds: tuple[AuditEntry, ...]
    withdrawn_at: datetime | None


class Overview(DeskBase):
    """What is coming, what is going out, what needs a person, and how each advisory stands."""

    def outlook(self, now: datetime, counts: Counts | None = None) -> Outlook:
        """The desk at `now` (UTC). Who looks again and again keeps `counts` from look to look."""
        with self._database.read() as session:
            needed = self._config.embargo.approvals
            found = outlook.facts(session, counts or Counts(), now, needed)
        return glance.make(found, now)

    def advisories(self, *, before: int | None = None, most: int = 50) -> tuple[AdvisoryLine, ...]:
        """The newest first, at most so many, of those numbered below `before`."""
        with self._database.read() as session:
            return tuple(advisories.lines(session, before, most))

    def reference(self, number: int) -> str:
        """The reference of an advisory, by its number in the ledger. Raises NotThereError."""
        with self._database.read() as session:
            owner = advisories.named(session, number)
            if owner is None:
                raise NotThereError(f"there is no advisory {number}")
            return owner.reference

    def progress(self, reference: str = "") -> list[Progress]:
        """How each dispatch stands, of one advisory or of all, in the order they were planned."""
        with self._database.read() as session:
            return advisories.progress(session, reference)

    def holds(self) -> list[Hold]:
        """Every hold in force."""
        with self._database.read() as session:
            return holds.told(session)

    def relay_faults(self, since: datetime) -> list[RelayFault]:
        """What kept the relay from us since then (UTC), oldest first."""
        with self._database.read() as session:
            return outlook.relay_faults(session, since)

    def advisory(self, reference: str) -> AdvisoryView:
        """How one advisory stands."""
        with self._database.read() as session:
            owner = self._advisory(session, reference)
            rows = store.dispatches(session, owner.id)
            return AdvisoryView(
                number=owner.id,
                reference=owner.reference,
                state=advisories.state_of(session, owner, rows),
                affected=advisories.affected(session, owner.id),
                holds=tuple(holds.told(session, owner.reference)),
                deeds=tuple(audit.entries(session, owner.reference)),
                withdrawn_at=owner.withdrawn_at,
            )
