"""Drafts: what is being written, kept with a revision so that nobody overwrites anybody unseen.

Every function works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from mailer.core.model import Attachment, ReadWarning
from mailer.ledger.store import table
from mailer.ledger.tables import AdvisoryRow, DraftFileRow, DraftRow


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What is written, and to whom it is to go.

    `document` is the text as `mailer queue FILE` would read it; `editions` are the other languages'
    texts, by language; `embargo_for` is an audience's own embargo line, by its name.
    """

    document: str
    editions: Mapping[str, str] = field(default_factory=dict)
    audiences: tuple[str, ...] = ()
    embargo_for: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file that is to go with a draft; `size` is in octets."""

    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft as the ledger has it. `corrects` is the reference of the advisory that it corrects.

    `warnings` are what was to be looked at when it was imported. Instants are UTC.
    """

    id: int
    revision: int
    reference: str
    headline: str
    content: DraftContent
    files: tuple[DraftFile, ...]
    imported_from: str
    warnings: tuple[ReadWarning, ...]
    corrects: str
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    submitted_at: datetime | None
    submitted_by: str


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in a list of them."""

    id: int
    reference: str
    headline: str
    corrects: bool
    changed_at: datetime
    changed_by: str
    submitted_at: datetime | None


def lines(session: Session, most: int) -> list[DraftLine]:
    """Drafts, the last changed first, at most so many; none of their texts is read."""
    columns = (
        DraftRow.id,
        DraftRow.reference,
        DraftRow.headline,
        DraftRow.corrects_id,
        DraftRow.changed_at,
        DraftRow.changed_by,
        DraftRow.submitted_at,
    )
    rows = session.execute(
        select_columns(*(col(c) for c in columns))
        .order_by(col(DraftRow.changed_at).desc(), col(DraftRow.id).desc())
        .limit(most)
    )
    return [DraftLine(i, r, h, c is not None, at, by, sent) for i, r, h, c, at, by, sent in rows]


def row_of(session: Session, draft: int) -> DraftRow | None:
    """The row of a draft, if there is one."""
    return session.get(DraftRow, draft)


def kept(session: Session, row: DraftRow) -> KeptDraft:
    """A draft with the names of its files."""
    named = (col(DraftFileRow.name), col(DraftFileRow.media_type), col(DraftFileRow.size))
    files = session.execute(
        select_columns(*named)
        .where(col(DraftFileRow.draft_id) == row.id)
        .order_by(col(DraftFileRow.id))
    )
    owner = session.get(AdvisoryRow, row.corrects_id) if row.corrects_id else None
    return KeptDraft(
        id=row.id,
        revision=row.revision,
        reference=row.reference,
        headline=row.headline,
        content=DraftContent(
            row.document, dict(row.editions), tuple(row.audiences), dict(row.embargo_for)
        ),
        files=tuple(DraftFile(*one) for one in files),
        imported_from=row.imported_from,
        warnings=tuple(ReadWarning(*warning) for warning in row.warnings),
        corrects=owner.reference if owner else "",
        created_at=row.created_at,
        created_by=row.created_by,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
    )


def create(
    session: Session,
    content: DraftContent,
    *,
    imported_from: str = "",
    warnings: Iterable[ReadWarning] = (),
    corrects: int | None = None,
    by: str,
    now: datetime,
) -> DraftRow:
    """Keep a new draft, as its first revision."""
    row = DraftRow(
        document=content.document,
        editions=dict(content.editions),
        audiences=list(content.audiences),
        embargo_for=dict(content.embargo_for),
        imported_from=imported_from,
        warnings=[[w.code, w.line, w.message] for w in warnings],
        corrects_id=corrects,
        created_at=now,
        created_by=by,
        changed_at=now,
        changed_by=by,
    )
    session.add(row)
    session.flush()
    return row


def write(session: Session, row: DraftRow, content: DraftContent, by: str, now: datetime) -> None:
    """Put this content in the place of what a draft holds: its next revision."""
    row.document = content.document
    row.editions = dict(content.editions)
    row.audiences = list(content.audiences)
    row.embargo_for = dict(content.embargo_for)
    row.revision += 1
    row.changed_at, row.changed_by = now, by
    session.add(row)
    session.flush()


def discard(session: Session, row: DraftRow) -> None:
    """Take a draft and its files out of the ledger."""
    session.execute(delete(table(DraftFileRow)).where(col(DraftFileRow.draft_id) == row.id))
    session.delete(row)


# --- files ------------------------------------------------------------------------------------


def files(session: Session, draft: int) -> list[Attachment]:
    """The files of a draft with their content, in the order they were added."""
    of_it = select(DraftFileRow).where(DraftFileRow.draft_id == draft)
    rows = session.exec(of_it.order_by(col(DraftFileRow.id)))
    return [Attachment(row.name, row.media_type, row.content) for row in rows]


def add_file(session: Session, draft: int, one: Attachment) -> None:
    """Keep a file with a draft; one of the same name is replaced."""
    remove_file(session, draft, one.name)
    session.add(
        DraftFileRow(
            draft_id=draft,
            name=one.name,
            media_type=one.media_type,
            size=len(one.content),
            content=one.content,
        )
    )
    session.flush()


def remove_file(session: Session, draft: int, name: str) -> None:
    """Take a file from a draft; of one that is not there nothing is said."""
    named = (col(DraftFileRow.draft_id) == draft, col(DraftFileRow.name) == name)
    session.execute(delete(table(DraftFileRow)).where(*named))
