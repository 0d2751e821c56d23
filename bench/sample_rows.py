"""Rows of a ledger as if advisories had been queued and sent, without the work of either.

For ledgers that are too large, or too odd, to be made by sending: `bench.log_pages` and the tests
of the log fill theirs with it. Every function works inside the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from mailer.core.model import Audience
from mailer.ledger import plans, store
from mailer.ledger.tables import AdvisoryRow, DispatchRow, RunRow, TemplateSetRow, VersionRow

RUN = 1
"""The run that made every attempt."""

_TEMPLATES = "t"
_SETTINGS = plans.settings_of(Audience("a", "a", "en", "Press <press@lantern.example>"))


def begin(session: Session, at: datetime) -> None:
    """What every other row refers to: a set of templates, and the run."""
    session.add(TemplateSetRow(digest=_TEMPLATES, files={}))
    session.add(RunRow(id=RUN, host="h", pid=1, started_at=at, seen_at=at))
    session.flush()


def version(session: Session, reference: str, headline: str, at: datetime) -> VersionRow:
    """A new advisory's first version."""
    owner = AdvisoryRow(
        reference=reference,
        reference_key=store.reference_key(reference),
        organisation="Trust",
        created_at=at,
    )
    session.add(owner)
    session.flush()
    row = VersionRow(
        advisory_id=owner.id or 0,
        number=1,
        kind="press release",
        headline=headline,
        content_hash=reference,
        content={"reference": reference},
        created_at=at,
        created_by="officer",
    )
    session.add(row)
    session.flush()
    return row


def dispatch(
    session: Session,
    of: VersionRow,
    audience: str,
    state: str,
    planned_at: datetime,
    *,
    started_at: datetime | None,
    ended_after: timedelta,
    embargoed: bool = False,
) -> DispatchRow:
    """A release of a version; one that is done or cancelled ended so long after it began."""
    ended = state in ("done", "cancelled")
    instant = started_at or planned_at
    row = DispatchRow(
        version_id=of.id or 0,
        templates=_TEMPLATES,
        audience=audience,
        kind="release",
        state=state,
        instant=instant,
        embargo_instant=instant if embargoed else None,
        embargo_zone="UTC" if embargoed else "",
        settings=_SETTINGS,
        plan_hash="p",
        planned_at=planned_at,
        planned_by="officer",
        started_at=started_at,
        ended_at=instant + ended_after if ended else None,
    )
    session.add(row)
    session.flush()
    return row
