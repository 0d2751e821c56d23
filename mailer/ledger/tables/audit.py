"""The table of who did what. Rows are added; none is ever changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from mailer.ledger.tables.columns import json_field, utc


class AuditRow(SQLModel, table=True):
    """Who did what. Each row's hash covers the row before it."""

    __tablename__: ClassVar[str] = "audit"

    id: int = Field(default=None, primary_key=True)
    at: datetime = utc()
    actor: str
    action: str
    subject: str
    detail: dict[str, Any] = json_field()
    previous: str
    hash: str
