"""What the reports read: a timeline's waves, who had it last, and the audit.

Every answer is a value made inside the caller's reading transaction; nothing here writes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from mailer.core.difference import Earlier
from mailer.core.model import Contact
from mailer.core.states import HAS_OR_WILL_HAVE, DeliveryState, DispatchState
from mailer.core.timeline import GOING, Wave
from mailer.ledger import holds, store
from mailer.ledger.changes import TEXTS
from mailer.ledger.store import table
from mailer.ledger.tables import AdvisoryRow, DeliveryRow, DispatchRow, VersionRow

# --- the timeline -----------------------------------------------------------------------------


def waves(session: Session, advisory_id: int) -> list[Wave]:
    """Every dispatch of an advisory as it stands, in the order they were planned."""
    counted = session.execute(
        select(
            col(DeliveryRow.dispatch_id),
            col(DeliveryRow.state),
            col(DeliveryRow.timezone),
            func.count(),
        )
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .where(col(VersionRow.advisory_id) == advisory_id)
        .group_by(col(DeliveryRow.dispatch_id), col(DeliveryRow.state), col(DeliveryRow.timezone))
    )
    counts: dict[int, dict[DeliveryState, int]] = {}
    zones: dict[int, dict[str, int]] = {}
    for dispatch, name, zone, number in counted:
        state = DeliveryState(name)
        own = counts.setdefault(dispatch, {})
        own[state] = own.get(state, 0) + number
        if state in GOING:
            where = zones.setdefault(dispatch, {})
            where[zone] = where.get(zone, 0) + number
    in_force = holds.active(session, advisory_id)
    return [
        Wave(
            dispatch=store.dispatch_of(row),
            state=DispatchState(row.state),
            counts=counts.get(row.id, {}),
            zones=zones.get(row.id, {}),
            on_hold=any(
                row.embargo_instant is not None or not hold.embargoed_only for hold in in_force
            ),
        )
        for row in store.dispatches(session, advisory_id)
    ]


def people(session: Session, advisory_id: int) -> dict[str, int]:
    """How many contacts each audience of an advisory was planned for."""
    counted = session.execute(
        select(col(DispatchRow.audience), func.count(func.distinct(col(DeliveryRow.email_key))))
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .where(col(VersionRow.advisory_id) == advisory_id)
        .group_by(col(DispatchRow.audience))
    )
    return dict(counted.all())


# --- who had it last --------------------------------------------------------------------------


def planned_for(session: Session, advisory_id: int, audience: str) -> list[Contact]:
    """Who of an audience has a text of an advisory, may have it, or is to get it."""
    rows = session.execute(
        _deliveries_of(VersionRow.advisory_id == advisory_id, audience).where(
            col(DeliveryRow.state).in_(HAS_OR_WILL_HAVE)
        )
    )
    return [store.contact_from(*row) for row in rows]


def last_before(
    session: Session, version_id: int, audience: str
) -> tuple[Earlier, list[Contact]] | None:
    """The last text that started to go to an audience, other than this version, and for whom.

    Those whom it did not reach are among them: they were on the list.
    """
    found = session.execute(
        select(DispatchRow, VersionRow, col(AdvisoryRow.reference))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
        .where(col(DispatchRow.audience) == audience)
        .where(col(DispatchRow.kind).in_(TEXTS))
        .where(col(DispatchRow.started_at).is_not(None))
        .where(col(VersionRow.id) != version_id)
        .order_by(col(DispatchRow.started_at).desc(), col(DispatchRow.id).desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    row, version, reference = found
    then = session.execute(_deliveries_of(DispatchRow.version_id == version.id, audience))
    earlier = Earlier(reference, version.number, row.started_at)
    return earlier, [store.contact_from(*one) for one in then]


def _deliveries_of(which: Any, audience: str) -> Any:
    return (
        select(*store.contact_columns())
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .where(which)
        .where(col(DispatchRow.audience) == audience)
        .where(col(DispatchRow.kind).in_(TEXTS))
        .order_by(col(DeliveryRow.id))
    )
