"""Everything a press officer can do, one function each. Command line, console and API call these.

Every deed is one transaction with its audit row. `now` is an argument (aware, UTC); names of
people are whatever the caller was told. Each refusal is a MailerError that says what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from mailer.compose import message
from mailer.compose.message import Message
from mailer.compose.templates import TemplateSet, render
from mailer.config import Config
from mailer.core import plan as planning
from mailer.core import states
from mailer.core.errors import MailerError
from mailer.core.model import Contact
from mailer.core.states import DeliveryEvent, DeliveryState, DispatchEvent, DispatchState
from mailer.ledger import audit, consent, store
from mailer.ledger.database import Database
from mailer.ledger.tables import AdvisoryRow, DispatchRow
from mailer.proposal import PlanRow, PlanView, Proposal, Proposer


class Desk:
    """The press office's desk over one ledger and one configuration."""

    def __init__(self, config: Config, database: Database) -> None:
        self._config = config
        self._database = database
        self._proposer = Proposer(config)

    # --- queueing -----------------------------------------------------------------------------

    def propose(
        self,
        file: Path,
        *,
        embargo_line: str | None,
        immediate: bool,
        audiences: Iterable[str],
        now: datetime,
    ) -> Proposal:
        """Read an advisory and plan it. Nothing is kept; every fault shows now, not at the lift.

        Raises NeedsDecisionError where the embargo line leaves a choice.
        """
        with self._database.read() as session:
            return self._proposer.propose(
                session,
                file,
                embargo_line=embargo_line,
                immediate=immediate,
                audiences=audiences,
                now=now,
            )

    def queue(self, proposal: Proposal, *, by: str, now: datetime) -> None:
        """Keep a proposal: planned, and waiting for approval. Refused if it is no longer true."""
        version, plan = proposal.version, proposal.plan
        with self._database.write() as session:
            number, version_id = self._proposer.number(session, version)
            people, _ = self._proposer.audiences(proposal.audiences)
            again = planning.make(
                plan.content_hash,
                plan.templates,
                plan.embargo,
                people,
                store.standing(session, version_id),
                proposal.made_at,
            )
            if number != version.number or again.hash != plan.hash:
                raise MailerError(
                    f"{version.reference}: lists or ledger changed while the plan was shown; "
                    "queue it again"
                )
            store.save_templates(session, plan.templates, proposal.templates.files)
            row = store.save_version(session, version, by, now)
            store.save_plan(
                session, row.id or 0, plan, domain=self._config.office.domain, by=by, now=now
            )
            audit.append(
                session,
                at=now,
                actor=by,
                action="queue",
                subject=version.reference,
                detail={
                    "version": version.number,
                    "plan": plan.hash,
                    "audiences": list(proposal.audiences),
                    "recipients": plan.recipients,
                },
            )

    def plan(self, reference: str) -> PlanView:
        """An advisory's plan as the ledger has it; a cancelled one only if there is no other."""
        with self._database.read() as session:
            owner = self._advisory(session, reference)
            every = store.dispatches(session, owner.id or 0)
            alive = {row.planned_at for row in every if row.state != DispatchState.CANCELLED}
            shown = alive or {every[-1].planned_at}
            rows = [row for row in every if row.planned_at in shown]
            version = store.load_version(session, rows[-1].version_id)
            return PlanView(
                reference=owner.reference,
                headline=version.editions[0].headline,
                kind=version.kind,
                version=version.number,
                embargo=store.dispatch_of(rows[-1]).embargo,
                office_zone=self._config.embargo.zone,
                rows=tuple(self._row(session, row) for row in rows),
                left_out=tuple(store.left_out(session, owner.id or 0, shown)),
            )

    # --- deciding -----------------------------------------------------------------------------

    def approve(self, reference: str, *, by: str, now: datetime) -> int:
        """A person's yes to all of an advisory that waits for one; returns how many dispatches."""
        with self._database.write() as session:
            owner = self._advisory(session, reference)
            rows = store.dispatches(session, owner.id or 0)
            allowed = states.sources(states.DISPATCH, DispatchEvent.APPROVE)
            waiting = [row for row in rows if row.state in allowed]
            if not waiting:
                raise MailerError(f"{owner.reference}: nothing waits for approval ({_said(rows)})")
            for row in waiting:
                store.approve(session, row, by, now)
            plans = sorted({row.plan_hash for row in waiting})
            detail = {"plans": plans, "dispatches": [row.id for row in waiting]}
            audit.append(
                session,
                at=now,
                actor=by,
                action="approve",
                subject=owner.reference,
                detail=detail,
            )
            return len(waiting)

    def cancel(self, reference: str, *, by: str, now: datetime) -> tuple[int, int]:
        """Cancel what has not left. Returns how many copies were stopped, how many had left."""
        with self._database.write() as session:
            owner = self._advisory(session, reference)
            rows = store.dispatches(session, owner.id or 0)
            allowed = states.sources(states.DISPATCH, DispatchEvent.CANCEL)
            going = [row for row in rows if row.state in allowed]
            if not going:
                raise MailerError(f"{owner.reference}: nothing is left to cancel ({_said(rows)})")
            reason = f"cancelled by {by}"
            stopped = sum(store.cancel(session, row, reason, now) for row in going)
            left = 0
            for row in rows:
                counts = store.count_states(session, row.id or 0)
                left += sum(counts.get(state, 0) for state in states.HAS_OR_MAY_HAVE)
            audit.append(
                session,
                at=now,
                actor=by,
                action="cancel",
                subject=owner.reference,
                detail={"stopped": stopped, "had left": left},
            )
            return stopped, left

    def resolve(
        self,
        reference: str,
        *,
        contact: str | None,
        event: DeliveryEvent,
        by: str,
        now: datetime,
    ) -> int:
        """Settle copies in doubt, one contact's or (None) all: returns how many.

        `event` is RESEND (goes again, same Message-ID), ACCEPT or REJECT.
        """
        with self._database.write() as session:
            owner = self._advisory(session, reference)
            rows = store.in_doubt(session, owner.id or 0, contact)
            if not rows:
                whose = f" for {contact}" if contact else ""
                raise MailerError(f"{owner.reference}: no copy{whose} is in doubt")
            for row in rows:
                row.state = states.after(states.DELIVERY, DeliveryState(row.state), event)
                row.reason = f"{_DECIDED[event]}, says {by}"
                row.changed_at = now
                session.add(row)
            if event is DeliveryEvent.RESEND:
                store.reopen(session, {row.dispatch_id for row in rows}, by, now)
            audit.append(
                session,
                at=now,
                actor=by,
                action="resolve",
                subject=owner.reference,
                detail={"as": event, "deliveries": [row.id for row in rows]},
            )
            return len(rows)

    # --- looking ------------------------------------------------------------------------------

    def preview(
        self, reference: str, audience: str, contact: str | None
    ) -> list[tuple[str, Message]]:
        """Each dispatch's kind and the copy of a contact of an audience (None: its first)."""
        with self._database.read() as session:
            owner = self._advisory(session, reference)
            rows = [r for r in store.dispatches(session, owner.id or 0) if r.audience == audience]
            if not rows:
                names = sorted({row.audience for row in store.dispatches(session, owner.id or 0)})
                raise MailerError(
                    f'{owner.reference}: not planned for audience "{audience}"; '
                    f"it is for {', '.join(names)}"
                )
            found = [
                (row, recipient, message_id)
                for row in rows
                for recipient, message_id in store.recipients(session, row.id or 0, contact, 1)
            ]
            if not found:
                raise MailerError(
                    f"{owner.reference}: {contact or 'nobody'} gets a copy in {audience}"
                )
            return [
                (row.kind, self._compose(session, row, recipient, message_id, row.instant))
                for row, recipient, message_id in found
            ]

    def _compose(
        self,
        session: Session,
        row: DispatchRow,
        recipient: Contact,
        message_id: str,
        date: datetime,
    ) -> Message:
        """One copy from what the ledger keeps: text and templates as they were approved."""
        version = store.load_version(session, row.version_id)
        templates = TemplateSet(store.load_templates(session, row.templates))
        dispatch = store.dispatch_of(row)
        office = self._config.office
        rendered = render(templates, version, dispatch, recipient, office)
        return message.build(rendered, version, dispatch, recipient, office, message_id, date)

    # --- consent ------------------------------------------------------------------------------

    def suppress(self, email: str, *, reason: str, by: str, now: datetime) -> None:
        """Send this address nothing until further notice."""
        with self._database.write() as session:
            consent.suppress(session, email, reason, by, now)
            audit.append(
                session,
                at=now,
                actor=by,
                action="suppress",
                subject=email,
                detail={"reason": reason},
            )

    def unsuppress(self, email: str, *, by: str, now: datetime) -> None:
        """End a suppression; what was left out meanwhile stays left out."""
        with self._database.write() as session:
            if not consent.unsuppress(session, email, by, now):
                raise MailerError(f"{email} is not suppressed")
            audit.append(session, at=now, actor=by, action="unsuppress", subject=email)

    def record_acceptance(
        self, email: str, *, accepted: bool, source: str, by: str, now: datetime
    ) -> None:
        """Record what a journalist said of the embargo terms; from now it counts, not the list."""
        with self._database.write() as session:
            consent.record_acceptance(session, email, accepted, f"{source} ({by})", now)
            audit.append(
                session,
                at=now,
                actor=by,
                action="accept" if accepted else "withdraw acceptance",
                subject=email,
                detail={"source": source},
            )

    # --- parts --------------------------------------------------------------------------------

    def _row(self, session: Session, row: DispatchRow) -> PlanRow:
        return PlanRow(
            audience=row.audience,
            kind=row.kind,
            instant=row.instant,
            zone=row.settings["timezone"] or self._config.embargo.zone,
            contacts=sum(store.count_states(session, row.id or 0).values()),
            state=row.state,
            reason=row.reason,
        )

    def _advisory(self, session: Session, reference: str) -> AdvisoryRow:
        found = store.advisory(session, reference)
        if found is None:
            raise MailerError(
                f'no advisory "{reference}" in the ledger; `mailer show` lists those there are'
            )
        return found


def _said(rows: Iterable[DispatchRow]) -> str:
    return ", ".join(f"{row.kind} to {row.audience}: {row.state}" for row in rows)


_DECIDED = {
    DeliveryEvent.RESEND: "to be sent again",
    DeliveryEvent.ACCEPT: "accepted",
    DeliveryEvent.REJECT: "rejected",
}
