"""The tables of what is being written. Nothing of it is ever sent: what is queued is a version."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from mailer.ledger.tables import Utc


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


class DraftRow(SQLModel, table=True):
    """An advisory that is being written. `revision` counts from 1, one more at every save."""

    __tablename__: ClassVar[str] = "draft"

    id: int | None = Field(default=None, primary_key=True)
    revision: int = 1
    reference: str = ""
    headline: str = ""
    document: str
    editions: dict[str, str] = _json()
    audiences: list[str] = _json()
    embargo_for: dict[str, str] = _json()
    imported_from: str = ""
    warnings: list[Any] = _json()
    corrects_id: int | None = Field(default=None, foreign_key="advisory.id", index=True)
    created_at: datetime = Field(sa_type=Utc)
    created_by: str
    changed_at: datetime = Field(sa_type=Utc, index=True)
    changed_by: str
    submitted_at: datetime | None = Field(default=None, sa_type=Utc)
    submitted_by: str = ""


class DraftFileRow(SQLModel, table=True):
    """A file that is to go with a draft."""

    __tablename__: ClassVar[str] = "draft_file"
    __table_args__ = (UniqueConstraint("draft_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="draft.id", index=True)
    name: str
    media_type: str
    size: int
    content: bytes
