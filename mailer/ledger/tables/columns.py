"""The kinds of column that every table has: an instant, and what is kept as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, TypeDecorator
from sqlmodel import Field


class Utc(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; a naive one is a fault."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone must not reach the ledger")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        return value.replace(tzinfo=UTC) if value is not None else None


def utc(**options: Any) -> Any:
    """A field for an instant."""
    return Field(sa_type=Utc, **options)


def json_field() -> Any:
    """A field for what is kept as JSON."""
    return Field(sa_column=Column(JSON, nullable=False))
