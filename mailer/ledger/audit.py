"""Who did what, when: appended only, each row's hash covering the row before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from mailer.ledger.tables import AuditRow

FIRST = "0" * 64


def append(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one row, in the caller's transaction: what it tells of and the telling are one.

    `detail` is JSON and never holds a secret or the text of an advisory.
    """
    last = session.exec(select(AuditRow).order_by(col(AuditRow.id).desc()).limit(1)).first()
    row = AuditRow(
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        detail=dict(detail or {}),
        previous=last.hash if last else FIRST,
        hash="",
    )
    row.hash = _hash(row)
    session.add(row)


def first_broken(session: Session) -> int | None:
    """The id of the first row that was changed, or whose predecessor is gone; None: all is well."""
    previous = FIRST
    for row in session.exec(select(AuditRow).order_by(col(AuditRow.id))):
        if row.previous != previous or row.hash != _hash(row):
            return row.id
        previous = row.hash
    return None


def _hash(row: AuditRow) -> str:
    content = [row.at.isoformat(), row.actor, row.action, row.subject, row.detail, row.previous]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
