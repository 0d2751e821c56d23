"""The ledger's tables, and nothing else. docs/reference/ledger.md says what each column means.

Instants are stored in UTC; the zone an embargo was set in has a column of its own. SQLModel table
models do not validate: what goes in is made by ledger.store and ledger.queue from core types.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Index,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel


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


def _instant(**options: Any) -> Any:
    return Field(sa_type=Utc, **options)


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


class AdvisoryRow(SQLModel, table=True):
    """An advisory, by its reference."""

    __tablename__: ClassVar[str] = "advisory"

    id: int | None = Field(default=None, primary_key=True)
    reference: str
    reference_key: str = Field(unique=True)
    organisation: str
    created_at: datetime = _instant()
    withdrawn_at: datetime | None = _instant(default=None)


class VersionRow(SQLModel, table=True):
    """One frozen text of an advisory."""

    __tablename__: ClassVar[str] = "version"
    __table_args__ = (
        UniqueConstraint("advisory_id", "number"),
        UniqueConstraint("advisory_id", "content_hash"),
    )

    id: int | None = Field(default=None, primary_key=True)
    advisory_id: int = Field(foreign_key="advisory.id")
    number: int
    kind: str
    headline: str
    content_hash: str
    content: dict[str, Any] = _json()
    created_at: datetime = _instant()
    created_by: str


class AttachmentRow(SQLModel, table=True):
    """A file that goes with a version, whole."""

    __tablename__: ClassVar[str] = "attachment"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="version.id")
    position: int
    name: str
    media_type: str
    sha256: str
    content: bytes


class TemplateSetRow(SQLModel, table=True):
    """The templates as they were when a dispatch was planned: what was previewed is what goes."""

    __tablename__: ClassVar[str] = "template_set"

    digest: str = Field(primary_key=True)
    files: dict[str, str] = _json()


class DispatchRow(SQLModel, table=True):
    """One version to one audience at one instant. `settings` is the audience as it was planned."""

    __tablename__: ClassVar[str] = "dispatch"
    __table_args__ = (Index("dispatch_due", "state", "instant"),)

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="version.id", index=True)
    templates: str = Field(foreign_key="template_set.digest")
    audience: str
    kind: str
    state: str
    instant: datetime = _instant()
    embargo_instant: datetime | None = _instant(default=None)
    embargo_zone: str = ""
    earlier_instant: datetime | None = _instant(default=None)
    earlier_zone: str = ""
    note: str = ""
    settings: dict[str, Any] = _json()
    plan_hash: str
    planned_at: datetime = _instant()
    planned_by: str
    seed: int | None = None
    approved_at: datetime | None = _instant(default=None)
    approved_by: str = ""
    started_at: datetime | None = _instant(default=None)
    ended_at: datetime | None = _instant(default=None)
    reason: str = ""


ODD = "state <> 'accepted' AND (attempts > 0 OR (state <> 'pending' AND state <> 'sending'))"
"""Copies that were not simply accepted, or not yet. SQLite must read it in a query word for word to
look in `delivery_odd`. No IN: SQLite would make a list of it at every update of a row."""


class DeliveryRow(SQLModel, table=True):
    """One dispatch to one contact, as the contact was when it was planned."""

    __tablename__: ClassVar[str] = "delivery"
    __table_args__ = (
        UniqueConstraint("dispatch_id", "email_key"),
        Index("delivery_waiting", "dispatch_id", "state", "next_attempt_at"),
        # In the order of sending. It grows at its end, and sending never touches it.
        Index("delivery_of_dispatch", "dispatch_id"),
        # A copy that is accepted at once is never in this one.
        Index("delivery_odd", "dispatch_id", "id", "state", "attempts", sqlite_where=text(ODD)),
    )

    id: int | None = Field(default=None, primary_key=True)
    dispatch_id: int = Field(foreign_key="dispatch.id")
    email: str
    email_key: str = Field(index=True)
    name: str
    outlet: str
    language: str
    timezone: str
    tags: str = ""
    embargo_accepted: bool
    verified: date | None = None
    state: str
    message_id: str = Field(unique=True)
    link: bytes | None = Field(default=None, index=True)
    attempts: int = 0
    next_attempt_at: datetime | None = _instant(default=None)
    changed_at: datetime = _instant()
    reason: str = ""


class ApprovalRow(SQLModel, table=True):
    """One person's yes to one dispatch as it was. `parts` are the hashes of what was approved."""

    __tablename__: ClassVar[str] = "approval"

    id: int | None = Field(default=None, primary_key=True)
    dispatch_id: int = Field(foreign_key="dispatch.id", index=True)
    by: str
    at: datetime = _instant()
    parts: dict[str, str] = _json()
    voided_at: datetime | None = _instant(default=None)
    void_reason: str = ""


class HoldRow(SQLModel, table=True):
    """Nothing goes until further notice: of one advisory, or (`advisory_id` empty) of all.

    `embargoed_only`: what is for immediate release may still go. `released_at` ends it.
    """

    __tablename__: ClassVar[str] = "hold"

    id: int | None = Field(default=None, primary_key=True)
    advisory_id: int | None = Field(default=None, foreign_key="advisory.id", index=True)
    embargoed_only: bool = False
    reason: str
    at: datetime = _instant()
    by: str
    released_at: datetime | None = _instant(default=None, index=True)
    released_by: str = ""


class LeftOutRow(SQLModel, table=True):
    """A contact who was on a list and gets nothing, and why."""

    __tablename__: ClassVar[str] = "left_out"

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="version.id", index=True)
    audience: str
    email: str
    email_key: str = Field(index=True)
    name: str
    outlet: str
    reason: str
    at: datetime = _instant()


FAILED = "outcome <> '' AND outcome <> 'accepted'"
"""The same for `attempt_failed`."""


class AttemptRow(SQLModel, table=True):
    """One SMTP transaction of a delivery. `ended_at` is empty while it is under way."""

    __tablename__: ClassVar[str] = "attempt"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        Index(
            "attempt_failed",
            *("code", "delivery_id", "reply", "outcome"),
            sqlite_where=text(FAILED),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="delivery.id")
    number: int
    run_id: int = Field(foreign_key="run.id")
    began_at: datetime = _instant()
    ended_at: datetime | None = _instant(default=None)
    relay: str
    tls_version: str = ""
    phase: str
    outcome: str = ""
    code: int | None = None
    enhanced: str = ""
    reply: str = ""


class SuppressionRow(SQLModel, table=True):
    """A standing do-not-send, with its reason. `released_at` ends it; the row stays."""

    __tablename__: ClassVar[str] = "suppression"

    id: int | None = Field(default=None, primary_key=True)
    email: str
    email_key: str = Field(index=True)
    reason: str
    at: datetime = _instant()
    by: str
    released_at: datetime | None = _instant(default=None)
    released_by: str = ""
    evidence_id: int | None = None


class AcceptanceRow(SQLModel, table=True):
    """What a contact answered to the embargo terms, and how we know. The latest row counts."""

    __tablename__: ClassVar[str] = "acceptance"

    id: int | None = Field(default=None, primary_key=True)
    email: str
    email_key: str = Field(index=True)
    accepted: bool
    at: datetime = _instant()
    source: str
    terms: str = ""
    address: str = ""


class RunRow(SQLModel, table=True):
    """One `mailer run`. `seen_at` moves while it lives: how we know later that nobody was there."""

    __tablename__: ClassVar[str] = "run"

    id: int | None = Field(default=None, primary_key=True)
    host: str
    pid: int
    boot: str = ""
    started_at: datetime = _instant()
    seen_at: datetime = _instant()
    ended_at: datetime | None = _instant(default=None)


class RelayFaultRow(SQLModel, table=True):
    """A session that the relay would not open. No journalist's attempt was consumed by it."""

    __tablename__: ClassVar[str] = "relay_fault"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id")
    at: datetime = _instant(index=True)
    relay: str
    step: str
    code: int | None = None
    enhanced: str = ""
    reply: str = ""
    retry_at: datetime = _instant()


class AuditRow(SQLModel, table=True):
    """Who did what. Each row's hash covers the row before it."""

    __tablename__: ClassVar[str] = "audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = _instant()
    actor: str
    action: str
    subject: str
    detail: dict[str, Any] = _json()
    previous: str
    hash: str


class DirectoryRow(SQLModel, table=True):
    """Somebody who stands in the log, as they stand there: what a search looks through.

    Made from deliveries and contacts left out when somebody searches, up to `directory_mark`.
    `words` and `outlet_words` are folded (core.log_filter).
    """

    __tablename__: ClassVar[str] = "directory"
    __table_args__ = (UniqueConstraint("email_key", "name", "outlet"),)

    id: int | None = Field(default=None, primary_key=True)
    email_key: str
    name: str
    outlet: str
    words: str
    outlet_words: str


class DirectoryMarkRow(SQLModel, table=True):
    """How far the directory has been made: one row."""

    __tablename__: ClassVar[str] = "directory_mark"

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = 0
    left_out_id: int = 0
