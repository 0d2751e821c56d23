"""The tables of who may use the console and the API. Tokens and passwords are kept as hashes."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from mailer.ledger.tables.columns import utc


class PersonRow(SQLModel, table=True):
    """A user of the console. `removed_at` ends it; the row stays, for what they did."""

    __tablename__: ClassVar[str] = "person"

    id: int = Field(default=None, primary_key=True)
    login: str
    login_key: str = Field(unique=True)
    name: str
    email: str
    role: str
    zone: str
    password_hash: str
    created_at: datetime = utc()
    removed_at: datetime | None = utc(default=None)


class LoginRow(SQLModel, table=True):
    """A session: from login until it ends. Its row goes when it ends; the audit keeps the deed."""

    __tablename__: ClassVar[str] = "login"

    token_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    began_at: datetime = utc()
    seen_at: datetime = utc()


class ApiTokenRow(SQLModel, table=True):
    """A token for the API, with a role of its own, never more than its person's."""

    __tablename__: ClassVar[str] = "api_token"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    name: str
    role: str
    token_hash: str = Field(unique=True)
    created_at: datetime = utc()
    expires_at: datetime | None = utc(default=None)
    used_at: datetime | None = utc(default=None)
    revoked_at: datetime | None = utc(default=None)


class IdempotencyRow(SQLModel, table=True):
    """What a request with an idempotency key was answered. `status` is empty while it runs."""

    __tablename__: ClassVar[str] = "idempotency_key"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    key: str
    request_hash: str
    at: datetime = utc(index=True)
    status: int | None = None
    answer: str = ""
