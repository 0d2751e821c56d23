"""Overseeing: every advisory at a glance, and one of them with what an act would do to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailer.core.standing import AdvisoryState
from mailer.desk.base import DeskBase
from mailer.ledger import advisories, log, store
from mailer.ledger.advisories import AdvisoryLine, Affected
from mailer.ledger.log import Deed, Hold


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


class Overseeing(DeskBase):
    """Looking over advisories. Nothing here changes anything."""

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
