"""The tables of who stands in the log: made when somebody searches, and again if they are lost."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class DirectoryRow(SQLModel, table=True):
    """Somebody who stands in the log, as they stand there: what a search looks through.

    Made from deliveries and contacts left out when somebody searches, up to `directory_mark`.
    `words` and `outlet_words` are folded (core.log_filter).
    """

    __tablename__: ClassVar[str] = "directory"
    __table_args__ = (UniqueConstraint("email_key", "name", "outlet"),)

    id: int = Field(default=None, primary_key=True)
    email_key: str
    name: str
    outlet: str
    words: str
    outlet_words: str


class DirectoryMarkRow(SQLModel, table=True):
    """How far the directory has been made: one row."""

    __tablename__: ClassVar[str] = "directory_mark"

    id: int = Field(default=None, primary_key=True)
    delivery_id: int = 0
    left_out_id: int = 0
