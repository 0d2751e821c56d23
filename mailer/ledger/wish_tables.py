"""The tables of what journalists say by themselves: their wishes, and the terms they accepted."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from mailer.ledger.tables import Utc


class WishRow(SQLModel, table=True):
    """All that a journalist wished from then on. The latest row counts; none is overwritten."""

    __tablename__: ClassVar[str] = "wish"

    id: int | None = Field(default=None, primary_key=True)
    email: str
    email_key: str = Field(index=True)
    name: str
    outlet: str
    language: str
    timezone: str
    audiences: dict[str, bool] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=Utc)
    source: str


class TermsRow(SQLModel, table=True):
    """The embargo terms as somebody accepted them, word for word. `digest` is their SHA-256."""

    __tablename__: ClassVar[str] = "terms"

    digest: str = Field(primary_key=True)
    language: str
    text: str
    first_at: datetime = Field(sa_type=Utc)
