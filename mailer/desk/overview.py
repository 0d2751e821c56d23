"""Overview: the desk at a glance, every advisory, and one of them with whom an act would concern.

All from the ledger alone; nothing here changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailer.core import outlook
from mailer.core.outlook import Outlook
from mailer.core.standing import AdvisoryState
from mailer.desk.base import DeskBase
from mailer.ledger import advisories, log, store, watching
from mailer.ledger.advisories import AdvisoryLine, Affected
from mailer.ledger.log import Deed, Hold
from mailer.ledger.watching import Counts


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
    deeds: tuple[Deed, ...]
    withdrawn_at: datetime | None


class Overview(DeskBase):
    """What is coming, what is going out, what needs a person, and how each advisory stands."""

    def outlook(self, now: datetime, counts: Counts | None = None) -> Outlook:
        """The desk at `now` (UTC). Who looks again and again keeps `counts` from look to look."""
        with self._database.read() as session:
            needed = self._config.embargo.approvals
            found = watching.facts(session, counts or Counts(), now, needed)
        return outlook.make(found, now)

    def advisories(self, *, before: int | None = None, most: int = 50) -> tuple[AdvisoryLine, ...]:
        """The newest first, at most so many, of those numbered below `before`."""
        with self._database.read() as session:
            return tuple(advisories.lines(session, before, most))

    def advisory_numbered(self, number: int) -> str | None:
        """The reference of an advisory, by its number in the ledger."""
        with self._database.read() as session:
            owner = advisories.named(session, number)
            return owner.reference if owner else None

    def advisory(self, reference: str) -> AdvisoryView:
        """How one advisory stands."""
        with self._database.read() as session:
            owner = self._advisory(session, reference)
            rows = store.dispatches(session, owner.id or 0)
            return AdvisoryView(
                number=owner.id or 0,
                reference=owner.reference,
                state=advisories.state_of(session, owner, rows),
                affected=advisories.affected(session, owner.id or 0),
                holds=tuple(log.holds(session, owner.reference)),
                deeds=tuple(log.deeds(session, owner.reference)),
                withdrawn_at=owner.withdrawn_at,
            )
