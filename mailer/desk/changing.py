"""Changing what was planned or sent: reschedule, lift, correct, withdraw.

Each is one transaction: what waits is cancelled and planned anew, and exactly those who hold, or
may hold, a copy get a notice of it. Nobody else hears of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from mailer.compose.templates import TemplateSet
from mailer.core import plan as planning
from mailer.core.errors import MailerError, TemplateError
from mailer.core.model import Contact, Dispatch, DispatchKind, Embargo, Version
from mailer.core.plan import Plan, PlannedDispatch
from mailer.core.states import DispatchState
from mailer.desk import embargo_lines
from mailer.desk.base import Deed
from mailer.desk.deciding import Deciding
from mailer.desk.proposal import Basis, Document, Proposal, Proposing
from mailer.ledger import approvals, changes, inviting, plans, store
from mailer.ledger.changes import Group
from mailer.ledger.tables import AdvisoryRow


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did: who gets a notice, who waits for the new plan, and what was cancelled.

    `unaware` had nothing of it yet and need no notice. `going` is false while the change waits
    for approval.
    """

    notified: int
    unaware: int
    cancelled: int
    going: bool


@dataclass(frozen=True, slots=True)
class _Anew:
    """What a change plans anew: a text of an advisory, for whoever still waits, and the notices.

    `of`: the audiences that change; None: all of them.
    """

    owner: AdvisoryRow
    version: Version
    waiting: list[Group]
    notices: tuple[PlannedDispatch, ...]
    of: Collection[str] | None = None


class Changing(Deciding, Proposing):
    """The life of an advisory after it was queued."""

    def reschedule(
        self,
        reference: str,
        *,
        embargo_line: str,
        audiences: Collection[str] = (),
        by: str,
        now: datetime,
    ) -> Change:
        """Move an embargo, later or earlier, of all its audiences or of some.

        From this moment nothing goes at the old instant; the new plan waits for approval. Those
        who hold an advance copy are told the old and the new instant.
        """
        embargo, _ = embargo_lines.read(embargo_line, self._config, now)
        with self._deed(by, now) as deed:
            owner = self._advisory(deed.session, reference)
            return self._move_embargo(deed, owner, embargo, audiences, "reschedule")

    def lift(self, reference: str, *, by: str, now: datetime) -> Change:
        """End an embargo now; `by` approves what follows from it."""
        embargo = Embargo(now, self._config.embargo.zone)
        with self._deed(by, now) as deed:
            owner = self._advisory(deed.session, reference)
            change = self._move_embargo(deed, owner, embargo, (), "lift")
            return replace(change, going=self._say_yes(deed, owner))

    def correct(self, source: Path | Document, *, note: str, by: str, now: datetime) -> Change:
        """Replace an advisory's text by a new version; `note` tells holders what changed.

        Those who hold an earlier version get a correction; those still waiting get the new
        version instead. All of it waits for approval.
        """
        with self._deed(by, now) as deed:
            anew = self._corrected(deed.session, source, note, now)
            number = anew.owner.id
            cancelled = changes.cancel_waiting(deed.session, number, "superseded", now)
            return self._plan_anew(deed, anew, "correct", cancelled)

    def propose_correction(self, source: Path | Document, *, note: str, now: datetime) -> Proposal:
        """What `correct` would plan, to be looked at first. Nothing is kept, nothing cancelled."""
        with self._database.read() as session:
            anew = self._corrected(session, source, note, now)
            templates = TemplateSet.load(self._config.templates)
            plan = self._changed_plan(session, anew, templates, now)
            view = self._plan_view(anew.version, plan)
            names = tuple(dict.fromkeys(row.audience for row in view.rows))
            basis = Basis((), plans.standing(session, None))
            return Proposal(anew.version, plan, templates, names, {}, now, view, basis)

    def withdraw(self, reference: str, *, note: str, by: str, now: datetime) -> Change:
        """Kill an advisory: whatever waits is cancelled, and exactly the holders are told.

        `by` approves the notices; with two approvals, another person must too.
        """
        # First, whatever happens to the notices: nothing more of it leaves.
        with self._deed(by, now) as deed:
            session = deed.session
            owner = self._advisory(session, reference)
            holders = changes.holders(session, owner.id)
            unaware = _people(_without(changes.waiting(session, owner.id), holders))
            cancelled = 0
            if owner.withdrawn_at is None:
                cancelled = changes.cancel_waiting(session, owner.id, "withdrawn", now)
                owner.withdrawn_at = now
                deed.record("withdraw", owner.reference, {"cancelled": cancelled, "note": note})
            elif not changes.untold(session, owner.id, holders):
                raise MailerError(f"{owner.reference}: it is withdrawn, and every holder was told")
        try:
            with self._deed(by, now) as deed:
                session = deed.session
                owner = self._advisory(session, reference)
                holders = changes.untold(session, owner.id, self._holders_now(session, owner))
                notices = _notices(DispatchKind.WITHDRAWAL, holders, note, now)
                anew = _Anew(owner, self._newest(session, owner), [], notices)
                change = self._plan_anew(deed, anew, "notify of withdrawal", cancelled)
                return replace(change, unaware=unaware, going=self._say_yes(deed, owner))
        except TemplateError as error:
            raise TemplateError(
                f"{reference}: withdrawn, and nothing more of it leaves; but its holders are not "
                f"told yet: {error}; mend that and withdraw it again"
            ) from error

    # --- parts --------------------------------------------------------------------------------

    def _now_under(self, session: Session, owner: AdvisoryRow, group: Group) -> Embargo | None:
        return changes.embargo_now(session, owner.id, group.audience.name)

    def _holders_now(self, session: Session, owner: AdvisoryRow) -> list[Group]:
        """Who holds a copy, under the embargo that holds now: not the one it was marked with."""
        return [
            _under(self._now_under(session, owner, group), group)
            for group in changes.holders(session, owner.id)
        ]

    def _move_embargo(
        self,
        deed: Deed,
        owner: AdvisoryRow,
        embargo: Embargo,
        audiences: Collection[str],
        action: str,
    ) -> Change:
        session, now = deed.session, deed.now
        self._alive(session, owner.reference)
        rows = store.dispatches(session, owner.id)
        theirs = dict.fromkeys(row.audience for row in rows)
        for name in audiences:
            if name not in theirs:
                planned = ", ".join(theirs)
                raise MailerError(
                    f'{owner.reference}: it is not planned for "{name}"; it is for {planned}'
                )
        alive = [
            row
            for row in rows
            if row.state != DispatchState.CANCELLED and (not audiences or row.audience in audiences)
        ]
        under = {
            row.audience: changes.embargo_now(session, owner.id, row.audience) for row in alive
        }
        names = {name for name, one in under.items() if one is not None and one.instant > now}
        if not names:
            raise MailerError(
                f"{owner.reference}: there is no embargo left to change; it lifted, or never was"
            )

        def moved(groups: Iterable[Group]) -> list[Group]:
            return [_under(embargo, group) for group in groups if group.audience.name in names]

        # Who still waits for a correction gets that, under the new embargo, and no other notice.
        corrections = moved(changes.waiting(session, owner.id, kinds=_CORRECTION))
        held = changes.holders(session, owner.id, kinds=_TELL_EMBARGO)
        told = _without(moved(held), corrections)
        waiting = _without(moved(changes.waiting(session, owner.id)), [*told, *corrections])
        notices = _notices(DispatchKind.EMBARGO_CHANGE, told, "", now)
        for group in corrections:
            notices += _notices(DispatchKind.CORRECTION, [group], group.dispatch.note, now)
        cancelled = sum(
            store.cancel(session, row, f"{_DONE[action]} by {deed.by}", now)
            for row in alive
            if row.audience in names and row.state != DispatchState.DONE
        )
        anew = _Anew(owner, self._newest(session, owner), waiting, notices, of=names)
        return self._plan_anew(deed, anew, action, cancelled)

    def _corrected(
        self, session: Session, source: Path | Document, note: str, now: datetime
    ) -> _Anew:
        """A correction: for who waits, the new version; for who holds a copy, a notice of it."""
        document = self._read(source)
        owner = self._alive(session, document.draft.reference)
        known = store.versions(session, owner.id)
        rows = store.dispatches(session, owner.id)
        under = [store.dispatch_of(row).embargo for row in rows]
        version = self._new_version(document, under, len(known) + 1, now)
        if any(row.content_hash == version.content_hash for row in known):
            raise MailerError(f"{owner.reference}: this text is already a version of it")
        holders = self._holders_now(session, owner)
        waiting = _without(changes.waiting(session, owner.id), holders)
        notices = _notices(DispatchKind.CORRECTION, holders, note, now)
        return _Anew(owner, version, waiting, notices)

    def _changed_plan(
        self, session: Session, anew: _Anew, templates: TemplateSet, now: datetime
    ) -> Plan:
        """The plan that a change makes, its templates tried."""
        owner, groups = anew.owner, list(anew.waiting)
        if not owner.withdrawn_at:
            # A release for those who may turn out not to have got the copy in flight; an audience
            # that does not change keeps the plan it has.
            there = {group.audience.name for group in groups}
            for group in changes.in_flight(session, owner.id):
                name = group.audience.name
                if name not in there and (anew.of is None or name in anew.of):
                    group = _under(self._now_under(session, owner, group), group)
                    groups.append(replace(group, contacts=()))
        known = plans.standing(session, None).for_those_there()
        words, having = inviting.invited(session, owner.id)
        own = {g.audience.name: g.dispatch.embargo for g in groups if g.dispatch.embargo}
        people = [(group.audience, group.contacts) for group in groups]
        text = anew.version.content_hash
        plan = planning.make(text, templates.digest, None, people, known, now, own, words)
        plan = plan.inviting_others(having)
        plan = replace(plan, dispatches=plan.dispatches + anew.notices)
        self._try_templates(anew.version, plan, templates)
        return plan

    def _plan_anew(self, deed: Deed, anew: _Anew, action: str, cancelled: int) -> Change:
        templates = TemplateSet.load(self._config.templates)
        plan = self._changed_plan(deed.session, anew, templates, deed.now)
        row = self._keep(deed, anew.version, plan, templates)
        notified = sum(len(planned.contacts) for planned in anew.notices)
        unaware = plan.recipients - notified
        detail = {"version": row.number, "notified": notified, "unaware": unaware}
        deed.record(action, anew.owner.reference, detail | {"cancelled": cancelled})
        return Change(notified, unaware, cancelled, going=False)

    def _say_yes(self, deed: Deed, owner: AdvisoryRow) -> bool:
        """The officer's own yes to what a change has just planned; whether that was enough."""
        rows = [
            row
            for row in store.dispatches(deed.session, owner.id)
            if row.state == DispatchState.PLANNED and not approvals.standing(deed.session, row)
        ]
        needed = self._config.embargo.approvals
        return all(self._yes(deed, row) >= needed for row in rows)

    def _newest(self, session: Session, owner: AdvisoryRow) -> Version:
        newest = store.versions(session, owner.id)[-1]
        return store.load_version(session, newest.id)

    def _alive(self, session: Session, reference: str) -> AdvisoryRow:
        owner = self._advisory(session, reference)
        if owner.withdrawn_at is not None:
            raise MailerError(f"{owner.reference}: it was withdrawn; use a new reference")
        return owner


_TELL_EMBARGO = (DispatchKind.ADVANCE, DispatchKind.CORRECTION, DispatchKind.EMBARGO_CHANGE)
"""What told its reader of an embargo: the last of them said the one that no longer holds."""
_CORRECTION = (DispatchKind.CORRECTION,)
_DONE = {"reschedule": "rescheduled", "lift": "lifted"}


def _notices(
    kind: DispatchKind, groups: Iterable[Group], note: str, now: datetime
) -> tuple[PlannedDispatch, ...]:
    """A notice to each of these groups, at once."""
    return tuple(
        PlannedDispatch(
            Dispatch(
                audience=group.audience,
                kind=kind,
                instant=now,
                embargo=group.dispatch.embargo,
                note=note,
                earlier=group.dispatch.earlier,
            ),
            group.contacts,
        )
        for group in groups
        if group.contacts
    )


def _under(embargo: Embargo | None, group: Group) -> Group:
    """A group under a new embargo, its dispatch remembering the one it had."""
    before = group.dispatch
    return replace(group, dispatch=replace(before, embargo=embargo, earlier=before.embargo))


def _without(waiting: Iterable[Group], holders: Iterable[Group]) -> list[Group]:
    """Those who wait and hold nothing yet: who holds something gets a notice instead."""
    having = {contact.email.casefold() for group in holders for contact in group.contacts}

    def empty_handed(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
        return tuple(one for one in contacts if one.email.casefold() not in having)

    return [Group(g.audience, g.dispatch, empty_handed(g.contacts)) for g in waiting]


def _people(groups: Iterable[Group]) -> int:
    return sum(len(group.contacts) for group in groups)
