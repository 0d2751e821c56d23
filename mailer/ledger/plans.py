"""Plans into the ledger: what is known of people when one is made, and all of it kept.

Every function works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlmodel import Session, col, select

from mailer.core import links, states
from mailer.core.fairness import fair_order
from mailer.core.model import Audience, Contact, DispatchKind
from mailer.core.plan import LeftOut, Plan, Standing
from mailer.core.states import DeliveryState, DispatchState
from mailer.ledger import linkkey, wishes
from mailer.ledger.bulk import insert_many
from mailer.ledger.store import OF_CONTACT, table
from mailer.ledger.tables import (
    AcceptanceRow,
    DeliveryRow,
    DispatchRow,
    LeftOutRow,
    SuppressionRow,
    VersionRow,
)


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
            .where(DispatchRow.kind != DispatchKind.INVITATION)
            .where(col(DeliveryRow.state).in_(states.HAS_OR_WILL_HAVE))
        )
    acceptances = session.exec(select(AcceptanceRow).order_by(col(AcceptanceRow.id)))
    return Standing(
        suppressed={row.email_key: row.reason for row in suppressed},
        accepted={row.email_key: row.accepted for row in acceptances},
        holders=frozenset(holders),
        wishes=wishes.every(session),
    )


def save_plan(
    session: Session,
    version_id: int,
    plan: Plan,
    *,
    domain: str,
    by: str,
    now: datetime,
    seed: int | None = None,
) -> None:
    """Keep a plan: its dispatches, a pending delivery for each recipient, and who is left out.

    `domain` is the office's own, for the Message-IDs. Deliveries go in the order of their ids:
    that of core.fairness by `seed`, or (None) the plan's own.
    """
    plan_hash = plan.hash
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
            settings=settings_of(dispatch.audience),
            plan_hash=plan_hash,
            planned_at=now,
            planned_by=by,
            seed=seed,
        )
        session.add(row)
        session.flush()
        ordered = planned.contacts if seed is None else fair_order(planned.contacts, seed)
        add_deliveries(session, row.id, ordered, domain=domain, now=now)
    _save_left_out(session, version_id, plan.left_out, now)


def add_deliveries(
    session: Session, dispatch: int, contacts: Iterable[Contact], *, domain: str, now: datetime
) -> None:
    """A pending delivery for each contact. Its Message-ID and links stay as they are."""
    key = linkkey.of(session)
    insert_many(
        session,
        table(DeliveryRow),
        (*OF_CONTACT, "email_key", "message_id", "link"),
        (
            (
                contact.email,
                contact.name,
                contact.outlet,
                contact.language,
                contact.timezone,
                ";".join(contact.tags),
                contact.embargo_accepted,
                contact.verified,
                contact.email.casefold(),
                message_id,
                links.kept(key, message_id),
            )
            for contact in contacts
            for message_id in (f"<{token_hex(16)}@{domain}>",)
        ),
        {
            "dispatch_id": dispatch,
            "state": DeliveryState.PENDING.value,
            "attempts": 0,
            "changed_at": now,
            "reason": "",
        },
    )


def _save_left_out(
    session: Session, version_id: int, left_out: Iterable[LeftOut], now: datetime
) -> None:
    insert_many(
        session,
        table(LeftOutRow),
        ("audience", "email", "email_key", "name", "outlet", "reason"),
        (
            (
                one.audience,
                one.contact.email,
                one.contact.email.casefold(),
                one.contact.name,
                one.contact.outlet,
                one.reason,
            )
            for one in left_out
        ),
        {"version_id": version_id, "at": now},
    )


def left_out(session: Session, advisory_id: int, planned: Iterable[datetime]) -> list[LeftOut]:
    """Who was on a list when it was planned then and gets nothing, and why."""
    of_it = select(LeftOutRow).join(VersionRow).where(VersionRow.advisory_id == advisory_id)
    of_it = of_it.where(col(LeftOutRow.at).in_(list(planned)))
    return [
        LeftOut(row.audience, Contact(row.email, row.name, row.outlet), row.reason)
        for row in session.exec(of_it.order_by(col(LeftOutRow.id)))
    ]


def settings_of(audience: Audience) -> dict[str, Any]:
    """An audience as a dispatch keeps it; `store.dispatch_of` reads it again."""
    settings = asdict(audience)
    settings["advance"] = audience.advance.total_seconds() if audience.advance is not None else None
    morning = audience.not_before_local
    settings["not_before_local"] = morning.isoformat() if morning else None
    return settings
