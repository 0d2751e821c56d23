"""Queueing: a proposal shown, kept, and looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailer.core import plan as planning
from mailer.core.errors import MailerError
from mailer.core.plan import Standing
from mailer.core.standing import ENDED
from mailer.core.states import DispatchState
from mailer.desk.proposal import Basis, PlanView, Proposal, Proposing
from mailer.ledger import plans, store


class Queueing(Proposing):
    """From a document to a plan in the ledger. Nothing of it goes before somebody approves it."""

    def queue(self, proposal: Proposal, *, by: str, now: datetime) -> None:
        """Keep a proposal: planned, and waiting for approval. Refused if it is no longer true."""
        version, plan = proposal.version, proposal.plan
        plan_hash = plan.hash
        with self._deed(by, now, bulk=True) as deed:
            number, version_id = self._numbered(deed.session, version)
            standing = plans.standing(deed.session, version_id)
            if number != version.number or not self._still_true(proposal, plan_hash, standing):
                raise MailerError(
                    f"{version.reference}: lists or ledger changed while the plan was shown; "
                    "queue it again"
                )
            self._keep(deed, version, plan, proposal.templates)
            detail = {"version": version.number, "plan": plan_hash}
            detail |= {"audiences": list(proposal.audiences), "recipients": plan.recipients}
            deed.record("queue", version.reference, detail)

    def _still_true(self, proposal: Proposal, plan_hash: str, standing: Standing) -> bool:
        """Whether planning it again gives the same; the same lists and ledger need no planning."""
        seen = Basis(self._lists(proposal.audiences), standing)
        if seen == proposal.basis:
            return True
        plan = proposal.plan
        people, _ = self._audiences(proposal.audiences)
        again = planning.make(
            plan.content_hash,
            plan.templates,
            plan.embargo,
            people,
            standing,
            proposal.made_at,
            proposal.embargo_for,
            plan.invitation,
        )
        return again.hash == plan_hash

    def plan(self, reference: str) -> PlanView:
        """An advisory's plan as the ledger has it; a cancelled one only if there is no other."""
        with self._database.read() as session:
            owner = self._advisory(session, reference)
            every = store.dispatches(session, owner.id)
            alive = {row.planned_at for row in every if row.state != DispatchState.CANCELLED}
            shown = alive or {every[-1].planned_at}
            rows = [row for row in every if row.planned_at in shown]
            told = tuple(
                self._row(
                    store.dispatch_of(row),
                    sum(store.count_states(session, row.id).values()),
                    row.state,
                    row.reason,
                )
                for row in rows
            )
            version = store.load_version(session, rows[-1].version_id)
            # What is over and was for nobody, as an advance copy planned anew, is nothing.
            kept = tuple(one for one in told if one.contacts or one.state not in ENDED) or told
            embargo = store.dispatch_of(rows[-1]).embargo
            left_out = tuple(plans.left_out(session, owner.id, shown))
            view = self._shown(version, embargo, kept, left_out)
            return replace(view, reference=owner.reference)
