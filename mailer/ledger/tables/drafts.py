"""The tables of what is being written. Nothing of it is ever sent: what is queued is a version."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from mailer.ledger.tables.columns import json_field, utc


class DraftRow(SQLModel, table=True):
    """An advisory that is being written. `revision` counts from 1, one more at every save."""

    __tablename__: ClassVar[str] = "draft"

    id: int = Field(default=None, primary_key=True)
    revision: int = 1
    reference: str = ""
    headline: str = ""
    document: str
    editions: dict[str, str] = json_field()
    audiences: list[str] = json_field()
    embargo_for: dict[str, str] = json_field()
    imported_from: str = ""
    warnings: list[Any] = json_field()
    corrects_id: int | None = Field(default=None, foreign_key="advisory.id", index=True)
    created_at: datetime = utc()
    created_by: str
    changed_at: datetime = utc(index=True)
    changed_by: str
    submitted_at: datetime | None = utc(default=None)
    submitted_by: str = ""


class DraftFileRow(SQLModel, table=True):
    """A file that is to go with a draft."""

    __tablename__: ClassVar[str] = "draft_file"
    __table_args__ = (UniqueConstraint("draft_id", "name"),)

    id: int = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="draft.id", index=True)
    name: str
    media_type: str
    size: int
    content: bytes
