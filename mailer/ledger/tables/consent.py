"""The tables of what people said they want: no mail, the embargo, their wishes.

Nothing is overwritten.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field, SQLModel

from mailer.ledger.tables.columns import json_field, utc


class SuppressionRow(SQLModel, table=True):
    """A standing do-not-send, with its reason. `released_at` ends it; the row stays."""

    __tablename__: ClassVar[str] = "suppression"

    id: int = Field(default=None, primary_key=True)
    email: str
    email_key: str = Field(index=True)
    reason: str
    at: datetime = utc()
    by: str
    released_at: datetime | None = utc(default=None)
    released_by: str = ""
    evidence_id: int | None = None


class AcceptanceRow(SQLModel, table=True):
    """What a contact answered to the embargo terms, and how we know. The latest row counts."""

    __tablename__: ClassVar[str] = "acceptance"

    id: int = Field(default=None, primary_key=True)
    email: str
    email_key: str = Field(index=True)
    accepted: bool
    at: datetime = utc()
    source: str
    terms: str = ""
    address: str = ""


class WishRow(SQLModel, table=True):
    """All that a journalist wished from then on. The latest row counts; none is overwritten."""

    __tablename__: ClassVar[str] = "wish"

    id: int = Field(default=None, primary_key=True)
    email: str
    email_key: str = Field(index=True)
    name: str
    outlet: str
    language: str
    timezone: str
    audiences: dict[str, bool] = json_field()
    at: datetime = utc()
    source: str


class TermsRow(SQLModel, table=True):
    """The embargo terms as somebody accepted them, word for word. `digest` is their SHA-256."""

    __tablename__: ClassVar[str] = "terms"

    digest: str = Field(primary_key=True)
    language: str
    text: str
    first_at: datetime = utc()
