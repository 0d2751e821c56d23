"""Who did what, when: appended only, each row's hash covering the row before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlmodel import Session, col

from mailer.ledger.store import reference_key, table
from mailer.ledger.tables import AuditRow

FIRST = "0" * 64


def append(
    session: Session,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Write one row, in the caller's transaction: what it tells of and the telling are one.

    `detail` is JSON and never holds a secret or the text of an advisory.
    """
    last = session.scalars(select(AuditRow).order_by(col(AuditRow.id).desc()).limit(1)).first()
    row = AuditRow(
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        detail=dict(detail),
        previous=last.hash if last else FIRST,
        hash="",
    )
    row.hash = _hash(row)
    session.add(row)


def first_broken(session: Session) -> int | None:
    """The id of the first row that was changed, or whose predecessor is gone; None: all is well."""
    previous = FIRST
    for row in session.scalars(select(AuditRow).order_by(col(AuditRow.id))):
        if row.previous != previous or row.hash != _hash(row):
            return row.id
        previous = row.hash
    return None


def _hash(row: AuditRow) -> str:
    content = [row.at.isoformat(), row.actor, row.action, row.subject, row.detail, row.previous]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


# --- read again -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A row of the audit, by its number. `detail` never holds an advisory's text."""

    row: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class AuditState:
    """How many rows the audit has, and the first that was changed or lost its predecessor."""

    rows: int
    first_broken: int | None


def entries(session: Session, reference: str = "") -> list[AuditEntry]:
    """What people did, with one advisory or at all, oldest first.

    A row that somebody has made unreadable is left out; `state` names it.
    """
    return [_entry(row) for row in _readable(session, _about(session, reference))]


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which deeds: parts of the actor, of the action, of the subject, in any case; "" is all."""

    who: str = ""
    what: str = ""
    about: str = ""


def page(
    session: Session, wanted: AuditFilter, before: int | None, limit: int
) -> tuple[list[AuditEntry], int | None]:
    """The newest `limit` deeds, or the newest before a row's number; and where to go on.

    A row that somebody has made unreadable is left out; `state` names it.
    """
    rows = table(AuditRow)
    numbers = select(rows.c.id)
    parts = (
        (rows.c.actor, wanted.who),
        (rows.c.action, wanted.what),
        (rows.c.subject, wanted.about),
    )
    for column, part in parts:
        if part:
            numbers = numbers.where(column.icontains(part, autoescape=True))
    if before is not None:
        numbers = numbers.where(rows.c.id < before)
    newest = numbers.order_by(rows.c.id.desc()).limit(limit + 1)
    found = [number for (number,) in session.execute(newest)]
    there = (_row(session, number) for number in found[:limit])
    return [_entry(row) for row in there if row is not None], (
        found[limit - 1] if len(found) > limit else None
    )


def state(session: Session) -> AuditState:
    """Whether the audit's chain is whole."""
    numbers = _numbers(session, true())
    try:
        broken = first_broken(session)
    except _UNREADABLE:
        broken = next((one for one in numbers if _row(session, one) is None), None)
    return AuditState(len(numbers), broken)


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(row.id, row.at, row.actor, row.action, row.subject, row.detail, row.hash)


_UNREADABLE = (ValueError, TypeError, AttributeError)
"""What comes of a row that no longer is what a row can be."""


def _about(session: Session, reference: str) -> ColumnElement[bool]:
    """What holds of the rows of an advisory, however its reference was written; of all without."""
    if not reference:
        return true()
    key = reference_key(reference)
    subjects = session.scalars(select(col(AuditRow.subject)).distinct())
    return col(AuditRow.subject).in_([one for one in subjects if reference_key(one) == key])


def _readable(session: Session, which: ColumnElement[bool]) -> list[AuditRow]:
    try:
        return list(session.scalars(select(AuditRow).where(which).order_by(col(AuditRow.id))))
    except _UNREADABLE:
        rows = (_row(session, number) for number in _numbers(session, which))
        return [row for row in rows if row is not None]


def _row(session: Session, number: int) -> AuditRow | None:
    try:
        return session.get(AuditRow, number)
    except _UNREADABLE:
        return None


def _numbers(session: Session, which: ColumnElement[bool]) -> list[int]:
    return list(session.scalars(select(table(AuditRow).c.id).where(which).order_by("id")))
