"""Queueing: a proposal shown, kept, and looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from sqlmodel import Session

from mailer.core import plan as planning
from mailer.core.errors import DocumentError, MailerError
from mailer.core.inert import brief
from mailer.core.plan import Standing
from mailer.core.standing import ENDED
from mailer.core.states import DispatchState
from mailer.desk.base import DeskBase
from mailer.desk.proposal import Basis, Document, PlanRow, PlanView, Proposal
from mailer.intake import attachments
from mailer.ledger import audit, plans, store
from mailer.ledger.tables import DispatchRow


class Queueing(DeskBase):
    """From a document to a plan in the ledger. Nothing of it goes before somebody approves it."""

    def document(
        self,
        name: str,
        content: bytes,
        *,
        editions: Mapping[str, str] = MappingProxyType({}),
        files: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Document:
        """A document that is at hand, with its editions (by language) and files (by name).

        `name` says by its suffix what kind of document it is. Raises DocumentError.
        """
        from mailer.intake import documents

        draft = documents.parse(name, content, editions)
        attachments.held_together((one, len(octets)) for one, octets in files.items())
        there = tuple(attachments.uploaded(one, octets) for one, octets in files.items())
        missing = [one for one in draft.attachments if one not in files]
        if missing:
            raise DocumentError(f'attachment "{brief(missing[0])}": it is named and not given')
        return Document(name, draft, there)

    def propose(
        self,
        source: Path | Document,
        *,
        embargo_line: str | None,
        immediate: bool,
        audiences: Iterable[str],
        embargo_for: Mapping[str, str] = MappingProxyType({}),
        now: datetime,
    ) -> Proposal:
        """Read an advisory and plan it. Nothing is kept; every fault shows now, not at the lift.

        Raises NeedsDecisionError where the embargo line leaves a choice.
        """
        with self._database.read() as session:
            return self._proposer.propose(
                session,
                source,
                embargo_line=embargo_line,
                immediate=immediate,
                audiences=audiences,
                embargo_for=embargo_for,
                now=now,
            )

    def queue(self, proposal: Proposal, *, by: str, now: datetime) -> None:
        """Keep a proposal: planned, and waiting for approval. Refused if it is no longer true."""
        by = self._named(by)
        version, plan = proposal.version, proposal.plan
        plan_hash = plan.hash
        with self._database.write(bulk=True) as session:
            number, version_id = self._proposer.number(session, version)
            standing = plans.standing(session, version_id)
            if number != version.number or not self._still_true(proposal, plan_hash, standing):
                raise MailerError(
                    f"{version.reference}: lists or ledger changed while the plan was shown; "
                    "queue it again"
                )
            self._keep(session, version, plan, proposal.templates, by=by, now=now)
            audit.append(
                session,
                at=now,
                actor=by,
                action="queue",
                subject=version.reference,
                detail={
                    "version": version.number,
                    "plan": plan_hash,
                    "audiences": list(proposal.audiences),
                    "recipients": plan.recipients,
                },
            )

    def _still_true(self, proposal: Proposal, plan_hash: str, standing: Standing) -> bool:
        """Whether planning it again gives the same; the same lists and ledger need no planning."""
        seen = Basis(self._proposer.lists(proposal.audiences), standing)
        if seen == proposal.basis:
            return True
        plan = proposal.plan
        people, _ = self._proposer.audiences(proposal.audiences)
        again = planning.make(
            plan.content_hash,
            plan.templates,
            plan.embargo,
            people,
            standing,
            proposal.made_at,
            proposal.embargo_for,
            proposal.plan.invitation,
        )
        return again.hash == plan_hash

    def reference_of(self, file: Path) -> str:
        """The reference that a document names."""
        return self._proposer.read(file).draft.reference

    def plan(self, reference: str) -> PlanView:
        """An advisory's plan as the ledger has it; a cancelled one only if there is no other."""
        with self._database.read() as session:
            owner = self._advisory(session, reference)
            every = store.dispatches(session, owner.id or 0)
            alive = {row.planned_at for row in every if row.state != DispatchState.CANCELLED}
            shown = alive or {every[-1].planned_at}
            rows = [row for row in every if row.planned_at in shown]
            told = tuple(self._row(session, row) for row in rows)
            version = store.load_version(session, rows[-1].version_id)
            return PlanView(
                reference=owner.reference,
                headline=version.editions[0].headline,
                kind=version.kind,
                version=version.number,
                embargo=store.dispatch_of(rows[-1]).embargo,
                office_zone=self._config.embargo.zone,
                # What is over and was for nobody, as an advance copy planned anew, is nothing.
                rows=tuple(one for one in told if one.contacts or one.state not in ENDED) or told,
                left_out=tuple(plans.left_out(session, owner.id or 0, shown)),
            )

    def _row(self, session: Session, row: DispatchRow) -> PlanRow:
        return PlanRow(
            audience=row.audience,
            kind=row.kind,
            instant=row.instant,
            zone=row.settings["timezone"] or self._config.embargo.zone,
            contacts=sum(store.count_states(session, row.id or 0).values()),
            state=row.state,
            reason=row.reason,
            embargo=store.dispatch_of(row).embargo,
        )
