"""Advisories, versions and plans: rows ↔ core types. What is planned, approved and cancelled.

Every function works inside the caller's transaction (`Database.write` or `.read`), so that the
desk can make several of them one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import Table, func, insert, inspect, update
from sqlmodel import Session, SQLModel, col, select

from mailer.core import states
from mailer.core.errors import LedgerError, MailerError
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
from mailer.core.plan import LeftOut, Plan, Standing
from mailer.core.states import DeliveryState, DispatchEvent, DispatchState
from mailer.ledger.tables import (
    AcceptanceRow,
    AdvisoryRow,
    AttachmentRow,
    DeliveryRow,
    DispatchRow,
    LeftOutRow,
    SuppressionRow,
    TemplateSetRow,
    VersionRow,
)


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
    earlier = versions(session, _id(owner))
    for row in earlier:
        if row.content_hash == version.content_hash:
            return row
    content = asdict(version)
    del content["attachments"]
    content["date"] = version.date.isoformat()
    row = VersionRow(
        advisory_id=_id(owner),
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
                version_id=_id(row),
                position=position,
                name=attachment.name,
                media_type=attachment.media_type,
                sha256=attachment.sha256,
                content=attachment.content,
            )
        )
    return row


def load_version(session: Session, version_id: int) -> Version:
    """A version as it was frozen, attachments and all."""
    row = session.get_one(VersionRow, version_id)
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


def standing(session: Session, version_id: int | None) -> Standing:
    """What the ledger knows of people that bears on a plan for this version."""
    suppressed = session.exec(
        select(SuppressionRow).where(col(SuppressionRow.released_at).is_(None))
    )
    holders: Iterable[str] = ()
    if version_id is not None:
        holders = session.exec(
            select(DeliveryRow.email_key)
            .join(DispatchRow)
            .where(DispatchRow.version_id == version_id)
            .where(col(DeliveryRow.state).in_(states.HAS_OR_WILL_HAVE))
        )
    acceptances = session.exec(select(AcceptanceRow).order_by(col(AcceptanceRow.id)))
    return Standing(
        suppressed={row.email_key: row.reason for row in suppressed},
        accepted={row.email_key: row.accepted for row in acceptances},
        holders=frozenset(holders),
    )


def save_plan(
    session: Session, version_id: int, plan: Plan, *, domain: str, by: str, now: datetime
) -> None:
    """Keep a plan: its dispatches, a pending delivery for each recipient, and who is left out.

    `domain` is the office's own, for the Message-IDs.
    """
    for planned in plan.dispatches:
        dispatch = planned.dispatch
        row = DispatchRow(
            version_id=version_id,
            templates=plan.templates,
            audience=dispatch.audience.name,
            kind=dispatch.kind,
            state=DispatchState.PLANNED,
            instant=dispatch.instant,
            embargo_instant=dispatch.embargo.instant if dispatch.embargo else None,
            embargo_zone=dispatch.embargo.zone if dispatch.embargo else "",
            earlier_instant=dispatch.earlier.instant if dispatch.earlier else None,
            earlier_zone=dispatch.earlier.zone if dispatch.earlier else "",
            note=dispatch.note,
            settings=_settings(dispatch.audience),
            plan_hash=plan.hash,
            planned_at=now,
            planned_by=by,
        )
        session.add(row)
        session.flush()
        add_deliveries(session, _id(row), planned.contacts, domain=domain, now=now)
    _save_left_out(session, version_id, plan.left_out, now)


def add_deliveries(
    session: Session, dispatch: int, contacts: Iterable[Contact], *, domain: str, now: datetime
) -> None:
    """A pending delivery for each contact. It keeps its Message-ID through every retry."""
    rows = [
        {
            "dispatch_id": dispatch,
            "email": contact.email,
            "email_key": contact.email.casefold(),
            "name": contact.name,
            "outlet": contact.outlet,
            "language": contact.language,
            "timezone": contact.timezone,
            "tags": ";".join(contact.tags),
            "embargo_accepted": contact.embargo_accepted,
            "verified": contact.verified,
            "state": DeliveryState.PENDING,
            "message_id": f"<{uuid.uuid4().hex}@{domain}>",
            "attempts": 0,
            "changed_at": now,
            "reason": "",
        }
        for contact in contacts
    ]
    if rows:
        session.execute(insert(table(DeliveryRow)), rows)


def contact_of(row: DeliveryRow) -> Contact:
    """A delivery's contact, as they were when it was planned."""
    return Contact(
        email=row.email,
        name=row.name,
        outlet=row.outlet,
        language=row.language,
        timezone=row.timezone,
        tags=tuple(tag for tag in row.tags.split(";") if tag),
        embargo_accepted=row.embargo_accepted,
        verified=row.verified,
    )


def _save_left_out(
    session: Session, version_id: int, left_out: Iterable[LeftOut], now: datetime
) -> None:
    rows = [
        {
            "version_id": version_id,
            "audience": one.audience,
            "email": one.contact.email,
            "email_key": one.contact.email.casefold(),
            "name": one.contact.name,
            "outlet": one.contact.outlet,
            "reason": one.reason,
            "at": now,
        }
        for one in left_out
    ]
    if rows:
        session.execute(insert(table(LeftOutRow)), rows)


def _settings(audience: Audience) -> dict[str, Any]:
    settings = asdict(audience)
    settings["advance"] = audience.advance.total_seconds() if audience.advance is not None else None
    morning = audience.not_before_local
    settings["not_before_local"] = morning.isoformat() if morning else None
    return settings


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
        .where(col(DeliveryRow.dispatch_id) == row.id)
        .where(col(DeliveryRow.state).in_(states.UNSENT))
        .values(state=DeliveryState.CANCELLED, reason=reason, changed_at=now, next_attempt_at=None)
    )
    return cast(int, waiting.rowcount)  # type: ignore[attr-defined]


def count_states(session: Session, dispatch_id: int) -> dict[DeliveryState, int]:
    """How many deliveries of a dispatch are in each state; states with none are left out."""
    counted = session.exec(
        select(DeliveryRow.state, func.count())
        .where(DeliveryRow.dispatch_id == dispatch_id)
        .group_by(DeliveryRow.state)
    )
    return {DeliveryState(state): number for state, number in counted}


def left_out(session: Session, advisory_id: int, planned: Iterable[datetime]) -> list[LeftOut]:
    """Who was on a list when it was planned then and gets nothing, and why."""
    of_it = select(LeftOutRow).join(VersionRow).where(VersionRow.advisory_id == advisory_id)
    of_it = of_it.where(col(LeftOutRow.at).in_(list(planned)))
    return [
        LeftOut(row.audience, Contact(row.email, row.name, row.outlet), row.reason)
        for row in session.exec(of_it.order_by(col(LeftOutRow.id)))
    ]


def recipients(
    session: Session, dispatch: int, email: str | None, limit: int | None
) -> list[tuple[Contact, str]]:
    """Contacts of a dispatch with their Message-IDs: of that address, or the first `limit`."""
    of_it = select(DeliveryRow).where(DeliveryRow.dispatch_id == dispatch)
    if email is not None:
        of_it = of_it.where(DeliveryRow.email_key == email.casefold())
    rows = session.exec(of_it.order_by(col(DeliveryRow.id)).limit(limit))
    return [(contact_of(row), row.message_id) for row in rows]


def in_doubt(session: Session, advisory_id: int, email: str | None) -> list[DeliveryRow]:
    """Deliveries of an advisory that only a person can settle."""
    doubtful = (
        select(DeliveryRow)
        .join(DispatchRow)
        .join(VersionRow)
        .where(VersionRow.advisory_id == advisory_id)
        .where(DeliveryRow.state == DeliveryState.IN_DOUBT)
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


def _id(row: AdvisoryRow | VersionRow | DispatchRow) -> int:
    if row.id is None:
        raise LedgerError("a row was used before it was saved")
    return row.id
