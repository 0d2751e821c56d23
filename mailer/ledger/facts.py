"""What the ledger says of a dispatch, at one moment: all that the gate asks about its copies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from mailer.core.embargo import Copy
from mailer.core.model import DispatchKind, Embargo
from mailer.core.states import DispatchState
from mailer.ledger import holds
from mailer.ledger.dispatching import subject, tried_from
from mailer.ledger.tables import AdvisoryRow, DispatchRow, VersionRow

ON_TIME = timedelta(seconds=30)
"""A dispatch that starts so soon after its instant starts at it, as its messages' Date has it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ledger says of a dispatch, as far as its copies go.

    `tried_from` is from when it counts how long they are tried; `date` is what they bear.
    """

    subject: str
    copy: Copy
    embargo: Embargo | None
    tried_from: datetime
    date: datetime

    def at(self, now: datetime) -> Facts:
        """The same as it goes at `now`: a notice that its lift has overtaken is of that instant."""
        lift = self.embargo.instant if self.embargo else None
        return replace(self, date=lift) if lift and self.date < lift <= now else self


def facts_of(session: Session, row: DispatchRow) -> Facts:
    """What the gate is told of a dispatch, as the ledger has it now."""
    version = session.get_one(VersionRow, row.version_id)
    newest = select(func.max(col(VersionRow.number))).where(
        col(VersionRow.advisory_id) == version.advisory_id
    )
    advisory = session.get_one(AdvisoryRow, version.advisory_id, populate_existing=True)
    copy = Copy(
        delivery=0,
        email="",
        kind=DispatchKind(row.kind),
        state=DispatchState(row.state),
        approved=row.approved_at is not None,
        instant=row.instant,
        requires_acceptance=row.settings["requires_acceptance"],
        carries_notice=False,
        current=session.execute(newest).scalar() == version.number,
        withdrawn=advisory.withdrawn_at is not None,
        held=holds.stops(session, row),
    )
    embargo = None
    if row.embargo_instant is not None:
        embargo = Embargo(row.embargo_instant, row.embargo_zone)
    started = row.started_at or row.instant
    # A copy that waited and goes on time bears the time it was planned for: it is composed before.
    waited = row.approved_at is not None and row.approved_at < row.instant
    date = row.instant if waited and started - row.instant <= ON_TIME else started
    return Facts(subject(session, row), copy, embargo, tried_from(row), date)
