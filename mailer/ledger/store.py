"""Advisories, versions, dispatches: rows ↔ core types. What is approved and cancelled.

Every function works inside the caller's transaction (`Database.write` or `.read`), so that the
desk can make several of them one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import date, datetime, time, timedelta
from sys import intern
from typing import Any, cast

from sqlalchemy import Table, func, inspect, literal_column, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel, col, select

from mailer.core import states
from mailer.core.errors import MailerError
from mailer.core.model import (
    Attachment,
    Audience,
    Contact,
    Dispatch,
    DispatchKind,
    Edition,
    Embargo,
    Phone,
    PressContact,
    Version,
)
from mailer.core.states import DeliveryState, DispatchEvent, DispatchState
from mailer.ledger.bulk import ROWS_AT_ONCE
from mailer.ledger.tables import (
    AdvisoryRow,
    AttachmentRow,
    DeliveryRow,
    DispatchRow,
    TemplateSetRow,
    VersionRow,
)

UNACCEPTED = col(DeliveryRow.state) != literal_column("'accepted'")
"""For whoever asks for copies in other states: SQLite then looks in `delivery_waiting`."""


def table(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a row class, for statements over many rows."""
    return cast(Table, inspect(model).local_table)


def reference_key(reference: str) -> str:
    """References are compared without regard to case and spacing."""
    return " ".join(reference.split()).casefold()


# --- versions ---------------------------------------------------------------------------------


def advisory(session: Session, reference: str) -> AdvisoryRow | None:
    """The advisory of that reference, if it was ever queued."""
    found = AdvisoryRow.reference_key == reference_key(reference)
    return session.exec(select(AdvisoryRow).where(found)).first()


def versions(session: Session, advisory_id: int) -> list[VersionRow]:
    """An advisory's versions, oldest first."""
    of_it = select(VersionRow).where(VersionRow.advisory_id == advisory_id)
    return list(session.exec(of_it.order_by(col(VersionRow.number))))


def save_version(session: Session, version: Version, by: str, now: datetime) -> VersionRow:
    """Keep a version under its advisory; the same text again is the version there already is."""
    owner = advisory(session, version.reference)
    if owner is None:
        owner = AdvisoryRow(
            reference=version.reference,
            reference_key=reference_key(version.reference),
            organisation=version.organisation,
            created_at=now,
        )
        session.add(owner)
        session.flush()
    earlier = versions(session, owner.id)
    for row in earlier:
        if row.content_hash == version.content_hash:
            return row
    content = asdict(version)
    del content["attachments"], content["before"]
    content["date"] = version.date.isoformat()
    row = VersionRow(
        advisory_id=owner.id,
        number=len(earlier) + 1,
        kind=version.kind,
        headline=version.editions[0].headline,
        content_hash=version.content_hash,
        content=content,
        created_at=now,
        created_by=by,
    )
    session.add(row)
    session.flush()
    for position, attachment in enumerate(version.attachments):
        session.add(
            AttachmentRow(
                version_id=row.id,
                position=position,
                name=attachment.name,
                media_type=attachment.media_type,
                sha256=attachment.sha256,
                content=attachment.content,
            )
        )
    return row


def load_version(session: Session, version_id: int) -> Version:
    """A version as it was frozen, attachments and all, and the text that it follows."""
    row = session.get_one(VersionRow, version_id)
    preceding = (
        select(VersionRow)
        .where(VersionRow.advisory_id == row.advisory_id)
        .where(VersionRow.number == row.number - 1)
    )
    before = session.exec(preceding).first() if row.number > 1 else None
    of_it = select(AttachmentRow).where(AttachmentRow.version_id == version_id)
    content = row.content
    return Version(
        reference=content["reference"],
        number=row.number,
        organisation=content["organisation"],
        kind=content["kind"],
        date=date.fromisoformat(content["date"]),
        editions=tuple(Edition(**edition) for edition in content["editions"]),
        contacts=tuple(_press_contact(contact) for contact in content["contacts"]),
        attachments=tuple(
            Attachment(a.name, a.media_type, a.content)
            for a in session.exec(of_it.order_by(col(AttachmentRow.position)))
        ),
        before=tuple(Edition(**edition) for edition in before.content["editions"])
        if before
        else (),
    )


def _press_contact(content: Mapping[str, Any]) -> PressContact:
    phones = tuple(Phone(**phone) for phone in content["phones"])
    return PressContact(**{**content, "phones": phones})


def save_templates(session: Session, digest: str, files: Mapping[str, str]) -> None:
    """Keep the templates as they are now, once."""
    if session.get(TemplateSetRow, digest) is None:
        session.add(TemplateSetRow(digest=digest, files=dict(files)))


def load_templates(session: Session, digest: str) -> dict[str, str]:
    """The templates that a dispatch was planned with: name → source."""
    return session.get_one(TemplateSetRow, digest).files


# --- plans ------------------------------------------------------------------------------------


OF_CONTACT = tuple(field.name for field in fields(Contact))
"""The columns of a delivery that make a contact, in its fields' order."""


def contact_of(row: DeliveryRow) -> Contact:
    """A delivery's contact, as they were when it was planned."""
    return contact_from(*(getattr(row, name) for name in OF_CONTACT))


def contact_columns() -> list[Any]:
    """The columns for `contact_from`: of many rows a third of the work that whole rows are."""
    return [col(getattr(DeliveryRow, name)) for name in OF_CONTACT]


def contact_from(
    email: str,
    name: str,
    outlet: str,
    language: str,
    timezone: str,
    tags: str,
    embargo_accepted: bool,
    verified: date | None,
) -> Contact:
    """A contact of the values of OF_CONTACT."""
    listed = tuple(tag for tag in tags.split(";") if tag) if tags else ()
    return Contact(
        email,
        name,
        # Few outlets and zones stand in many rows: one of each is held, not one for each row.
        intern(outlet),
        intern(language),
        intern(timezone),
        listed,
        embargo_accepted,
        verified,
    )


def dispatch_of(row: DispatchRow) -> Dispatch:
    """A dispatch row as the rules know it."""
    seconds = row.settings["advance"]
    morning = row.settings["not_before_local"]
    settings = {
        **row.settings,
        "advance": timedelta(seconds=seconds) if seconds is not None else None,
        "not_before_local": time.fromisoformat(morning) if morning else None,
    }
    return Dispatch(
        audience=Audience(**settings),
        kind=DispatchKind(row.kind),
        instant=row.instant,
        embargo=Embargo(row.embargo_instant, row.embargo_zone) if row.embargo_instant else None,
        note=row.note,
        earlier=Embargo(row.earlier_instant, row.earlier_zone) if row.earlier_instant else None,
    )


# --- what people decide -----------------------------------------------------------------------


def dispatches(session: Session, advisory_id: int) -> list[DispatchRow]:
    """Every dispatch of an advisory, in the order they were planned."""
    of_it = select(DispatchRow).join(VersionRow).where(VersionRow.advisory_id == advisory_id)
    return list(session.exec(of_it.order_by(col(DispatchRow.id))))


def move(row: DispatchRow, event: DispatchEvent, reason: str = "") -> None:
    """Let `event` happen to a dispatch; raises IllegalTransitionError and changes nothing."""
    row.state = states.after(states.DISPATCH, DispatchState(row.state), event)
    row.reason = reason


def approve(session: Session, row: DispatchRow, by: str, now: datetime) -> None:
    """Record a person's yes; from now its lateness is counted anew."""
    move(row, DispatchEvent.APPROVE)
    row.approved_at, row.approved_by = now, by
    session.add(row)


def cancel(session: Session, row: DispatchRow, reason: str, now: datetime) -> int:
    """Cancel a dispatch and every copy of it that has not left; returns how many those were."""
    move(row, DispatchEvent.CANCEL, reason)
    row.ended_at = now
    session.add(row)
    waiting = session.execute(
        update(table(DeliveryRow))
        .where(col(DeliveryRow.dispatch_id) == row.id, UNACCEPTED)
        .where(col(DeliveryRow.state).in_(states.UNSENT))
        .values(state=DeliveryState.CANCELLED, reason=reason, changed_at=now, next_attempt_at=None)
    )
    return cast(int, waiting.rowcount)  # type: ignore[attr-defined]


def count_states(session: Session, dispatch_id: int) -> dict[DeliveryState, int]:
    """How many deliveries of a dispatch are in each state; states with none are left out."""
    of_it = col(DeliveryRow.dispatch_id) == dispatch_id
    counted = session.exec(
        select(DeliveryRow.state, func.count()).where(of_it, UNACCEPTED).group_by(DeliveryRow.state)
    )
    others = {DeliveryState(state): number for state, number in counted}
    accepted = session.exec(select(func.count()).where(of_it)).one() - sum(others.values())
    return {DeliveryState.ACCEPTED: accepted, **others} if accepted else others


def recipients(
    session: Session, dispatch: int, email: str | None, limit: int | None
) -> Iterator[tuple[Contact, str]]:
    """Contacts of a dispatch with their Message-IDs, by address: that one's, or the first `limit`.

    One by one as they are read: nothing is held of a long list.
    """
    of_it = select_columns(*contact_columns(), col(DeliveryRow.message_id)).where(
        col(DeliveryRow.dispatch_id) == dispatch
    )
    if email is not None:
        of_it = of_it.where(col(DeliveryRow.email_key) == email.casefold())
    rows = session.execute(
        of_it.order_by(col(DeliveryRow.email_key)).limit(limit),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    for *values, message_id in rows:
        yield contact_from(*values), message_id


def in_doubt(session: Session, advisory_id: int, email: str | None) -> list[DeliveryRow]:
    """Deliveries of an advisory that only a person can settle."""
    doubtful = (
        select(DeliveryRow)
        .join(DispatchRow)
        .join(VersionRow)
        .where(VersionRow.advisory_id == advisory_id)
        .where(DeliveryRow.state == DeliveryState.IN_DOUBT, UNACCEPTED)
    )
    if email is not None:
        doubtful = doubtful.where(DeliveryRow.email_key == email.casefold())
    return list(session.exec(doubtful))


def reopen(session: Session, ids: Iterable[int], by: str, now: datetime) -> None:
    """Dispatches that were done have something to send again, by a person's word.

    MailerError for one that was cancelled: nothing of it goes.
    """
    for row in (session.get_one(DispatchRow, one) for one in ids):
        if row.state == DispatchState.CANCELLED:
            raise MailerError(
                f"the {row.kind} to {row.audience} is cancelled, so that nothing of it is sent "
                "again; say accepted or rejected"
            )
        if row.state == DispatchState.DONE:
            move(row, DispatchEvent.REOPEN)
            row.approved_at, row.approved_by, row.ended_at = now, by, None
            session.add(row)
