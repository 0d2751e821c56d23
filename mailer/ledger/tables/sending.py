"""The tables of what is planned, and of what becomes of it copy by copy."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from mailer.ledger.tables.columns import json_field, utc


class AdvisoryRow(SQLModel, table=True):
    """An advisory, by its reference."""

    __tablename__: ClassVar[str] = "advisory"

    id: int = Field(default=None, primary_key=True)
    reference: str
    reference_key: str = Field(unique=True)
    organisation: str
    created_at: datetime = utc()
    withdrawn_at: datetime | None = utc(default=None)


class VersionRow(SQLModel, table=True):
    """One frozen text of an advisory."""

    __tablename__: ClassVar[str] = "version"
    __table_args__ = (
        UniqueConstraint("advisory_id", "number"),
        UniqueConstraint("advisory_id", "content_hash"),
    )

    id: int = Field(default=None, primary_key=True)
    advisory_id: int = Field(foreign_key="advisory.id")
    number: int
    kind: str
    headline: str
    content_hash: str
    content: dict[str, Any] = json_field()
    created_at: datetime = utc()
    created_by: str


class AttachmentRow(SQLModel, table=True):
    """A file that goes with a version, whole."""

    __tablename__: ClassVar[str] = "attachment"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    id: int = Field(default=None, primary_key=True)
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
    files: dict[str, str] = json_field()


class DispatchRow(SQLModel, table=True):
    """One version to one audience at one instant. `settings` is the audience as it was planned."""

    __tablename__: ClassVar[str] = "dispatch"
    __table_args__ = (Index("dispatch_due", "state", "instant"),)

    id: int = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="version.id", index=True)
    templates: str = Field(foreign_key="template_set.digest")
    audience: str
    kind: str
    state: str
    instant: datetime = utc()
    embargo_instant: datetime | None = utc(default=None)
    embargo_zone: str = ""
    earlier_instant: datetime | None = utc(default=None)
    earlier_zone: str = ""
    note: str = ""
    settings: dict[str, Any] = json_field()
    plan_hash: str
    planned_at: datetime = utc()
    planned_by: str
    seed: int | None = None
    approved_at: datetime | None = utc(default=None)
    approved_by: str = ""
    started_at: datetime | None = utc(default=None)
    ended_at: datetime | None = utc(default=None)
    reason: str = ""


NOT_ACCEPTED = "state <> 'accepted'"
"""Copies that something is still to come of, or came of otherwise. SQLite must read it in a query
to look in `delivery_waiting`."""

ODD = "state <> 'accepted' AND (attempts > 0 OR (state <> 'pending' AND state <> 'sending'))"
"""Copies that were not simply accepted, or not yet. SQLite must read it in a query word for word to
look in `delivery_odd`. No IN: SQLite would make a list of it at every update of a row."""


class DeliveryRow(SQLModel, table=True):
    """One dispatch to one contact, as the contact was when it was planned."""

    __tablename__: ClassVar[str] = "delivery"
    __table_args__ = (
        UniqueConstraint("dispatch_id", "email_key"),
        # A copy that is accepted leaves it: nobody looks for those by their state.
        Index(
            "delivery_waiting",
            "dispatch_id",
            "state",
            "next_attempt_at",
            sqlite_where=text(NOT_ACCEPTED),
        ),
        # In the order of sending. It grows at its end, and sending never touches it.
        Index("delivery_of_dispatch", "dispatch_id"),
        # A copy that is accepted at once is never in this one.
        Index("delivery_odd", "dispatch_id", "id", "state", "attempts", sqlite_where=text(ODD)),
    )

    id: int = Field(default=None, primary_key=True)
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
    next_attempt_at: datetime | None = utc(default=None)
    changed_at: datetime = utc()
    reason: str = ""


class ApprovalRow(SQLModel, table=True):
    """One person's yes to one dispatch as it was. `parts` are the hashes of what was approved."""

    __tablename__: ClassVar[str] = "approval"

    id: int = Field(default=None, primary_key=True)
    dispatch_id: int = Field(foreign_key="dispatch.id", index=True)
    by: str
    at: datetime = utc()
    parts: dict[str, str] = json_field()
    voided_at: datetime | None = utc(default=None)
    void_reason: str = ""


class HoldRow(SQLModel, table=True):
    """Nothing goes until further notice: of one advisory, or (`advisory_id` empty) of all.

    `embargoed_only`: what is for immediate release may still go. `released_at` ends it.
    """

    __tablename__: ClassVar[str] = "hold"

    id: int = Field(default=None, primary_key=True)
    advisory_id: int | None = Field(default=None, foreign_key="advisory.id", index=True)
    embargoed_only: bool = False
    reason: str
    at: datetime = utc()
    by: str
    released_at: datetime | None = utc(default=None, index=True)
    released_by: str = ""


class LeftOutRow(SQLModel, table=True):
    """A contact who was on a list and gets nothing, and why."""

    __tablename__: ClassVar[str] = "left_out"

    id: int = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="version.id", index=True)
    audience: str
    email: str
    email_key: str = Field(index=True)
    name: str
    outlet: str
    reason: str
    at: datetime = utc()


FAILED = "outcome <> '' AND outcome <> 'accepted'"
"""The same for `attempt_failed`."""


class AttemptRow(SQLModel, table=True):
    """One SMTP transaction of a delivery. `ended_at` is empty while it is under way."""

    __tablename__: ClassVar[str] = "attempt"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        Index(
            "attempt_failed",
            "code",
            "delivery_id",
            "reply",
            "outcome",
            sqlite_where=text(FAILED),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="delivery.id")
    number: int
    run_id: int = Field(foreign_key="run.id")
    began_at: datetime = utc()
    ended_at: datetime | None = utc(default=None)
    relay: str
    tls_version: str = ""
    phase: str
    outcome: str = ""
    code: int | None = None
    enhanced: str = ""
    reply: str = ""


class RunRow(SQLModel, table=True):
    """One `mailer run`. `seen_at` moves while it lives: how we know later that nobody was there."""

    __tablename__: ClassVar[str] = "run"

    id: int = Field(default=None, primary_key=True)
    host: str
    pid: int
    boot: str = ""
    started_at: datetime = utc()
    seen_at: datetime = utc()
    ended_at: datetime | None = utc(default=None)


class RelayFaultRow(SQLModel, table=True):
    """A session that the relay would not open. No journalist's attempt was consumed by it."""

    __tablename__: ClassVar[str] = "relay_fault"

    id: int = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id")
    at: datetime = utc(index=True)
    relay: str
    step: str
    code: int | None = None
    enhanced: str = ""
    reply: str = ""
    retry_at: datetime = utc()
