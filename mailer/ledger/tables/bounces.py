"""The tables of what came back. Rows are added; of `evidence` none is ever changed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from mailer.ledger.tables.columns import utc


class CameBackRow(SQLModel, table=True):
    """A message that came back. `forward_at` is set while it waits to be forwarded.

    `content` is emptied when it has been kept for long enough; what it said stays in `evidence`.
    """

    __tablename__: ClassVar[str] = "came_back"
    __table_args__ = (
        Index("came_back_waiting", "forward_at", sqlite_where=text("forward_at IS NOT NULL")),
        Index("came_back_kept", "at", sqlite_where=text("length(content) > 0")),
    )

    id: int = Field(default=None, primary_key=True)
    at: datetime = utc()
    source: str
    digest: bytes = Field(unique=True)
    kind: str
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id", index=True)
    matched_by: str = ""
    content: bytes
    forward_at: datetime | None = utc(default=None)
    forward_tries: int = 0
    forwarded_at: datetime | None = utc(default=None)
    forward_said: str = ""


class EvidenceRow(SQLModel, table=True):
    """What a message that came back says of one delivery. It rewrites no delivery's state."""

    __tablename__: ClassVar[str] = "evidence"
    __table_args__ = (UniqueConstraint("came_back_id", "email_key"),)

    id: int = Field(default=None, primary_key=True)
    came_back_id: int = Field(foreign_key="came_back.id")
    delivery_id: int = Field(foreign_key="delivery.id", index=True)
    at: datetime = utc()
    event: str
    email: str
    email_key: str = Field(index=True)
    meant: bool
    permanence: str = ""
    status: str = ""
    diagnostic: str = ""
