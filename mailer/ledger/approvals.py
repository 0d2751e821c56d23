"""Approvals: who said yes to a dispatch, to exactly what, and whether that still is what it is.

What is approved is a set of hashes: text, templates, embargo, instant, audience, recipients. The
first five are compared again when the dispatch starts; a difference stops it.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlmodel import Session, col, select

from mailer.ledger import store
from mailer.ledger.tables import ApprovalRow, DeliveryRow, DispatchRow

RECIPIENTS = "recipients"


def parts(session: Session, row: DispatchRow) -> dict[str, str]:
    """The hashes of what a dispatch is now, computed from the rows themselves."""
    emails = select(DeliveryRow.email_key).where(DeliveryRow.dispatch_id == row.id)
    return {**_fixed(session, row), RECIPIENTS: _hash(sorted(session.exec(emails)))}


def _fixed(session: Session, row: DispatchRow) -> dict[str, str]:
    """All parts but the recipients, of whom there may be very many."""
    templates = store.load_templates(session, row.templates)
    embargo = [str(row.embargo_instant), row.embargo_zone, str(row.earlier_instant), row.note]
    return {
        "text": store.load_version(session, row.version_id).content_hash,
        "templates": _hash(templates),
        "embargo": _hash(embargo),
        "instant": _hash([row.kind, row.instant.isoformat()]),
        "audience": _hash(row.settings),
    }


def standing(session: Session, row: DispatchRow) -> list[ApprovalRow]:
    """The approvals of a dispatch that still hold, oldest first."""
    of_it = select(ApprovalRow).where(ApprovalRow.dispatch_id == row.id)
    not_void = of_it.where(col(ApprovalRow.voided_at).is_(None))
    return list(session.exec(not_void.order_by(col(ApprovalRow.id))))


def add(session: Session, row: DispatchRow, by: str, now: datetime) -> int:
    """Record a yes to what the dispatch is now; returns how many people have said it.

    Earlier approvals of something else are voided.
    """
    current = parts(session, row)
    void(session, row, current, now)
    session.add(ApprovalRow(dispatch_id=row.id, by=by, at=now, parts=current))
    session.flush()
    return len(standing(session, row))


def void(session: Session, row: DispatchRow, current: dict[str, str], now: datetime) -> None:
    """Void the approvals that were of something else, saying what changed."""
    for approval in standing(session, row):
        changed = difference(approval.parts, current)
        if changed:
            approval.voided_at = now
            approval.void_reason = f"changed since: {', '.join(changed)}"
            session.add(approval)


def changed_since(session: Session, row: DispatchRow) -> list[str]:
    """What of a dispatch is no longer what was approved; its recipients may have grown less."""
    given = standing(session, row)
    if not given:
        return ["everything: nobody has approved it"]
    return difference(given[-1].parts, _fixed(session, row))


def difference(then: dict[str, str], now: dict[str, str]) -> list[str]:
    """The names of the parts that differ."""
    return [name for name in now if then.get(name) != now[name]]


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
