"""Deciding: approve, hold and resume, cancel, and settle what is in doubt."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.core import states
from mailer.core.errors import MailerError
from mailer.core.states import DeliveryEvent, DeliveryState, DispatchEvent, DispatchState
from mailer.desk.base import Deed
from mailer.desk.preflight import Preflight
from mailer.ledger import approvals, changes, holds, store
from mailer.ledger.tables import AdvisoryRow, DeliveryRow, DispatchRow, VersionRow


@dataclass(frozen=True, slots=True)
class Approval:
    """What a yes did: how many dispatches now go, and how many wait for how many more people."""

    approved: int
    waiting: int
    missing: int


@dataclass(frozen=True, slots=True)
class ToApprove:
    """What waits for a yes: of how many dispatches and copies, and who has said it already.

    `mark` is other whenever text, templates, embargo, instants, audiences or recipients are.
    """

    mark: str
    dispatches: int
    copies: int
    needed: int
    given: tuple[str, ...]
    planned_by: str


class Deciding(Preflight):
    """What stops and what goes. Each deed is one transaction with its audit row."""

    def to_approve(self, reference: str) -> ToApprove:
        """What a yes would be to, for a person to look at before they say it."""
        with self._database.read() as session:
            owner = self._advisory(session, reference)
            waiting = _waiting(store.dispatches(session, owner.id))
            given = {g.by: g for row in waiting for g in approvals.standing(session, row)}
            return ToApprove(
                mark=_mark(session, waiting),
                dispatches=len(waiting),
                copies=sum(sum(store.count_states(session, r.id).values()) for r in waiting),
                needed=self._config.embargo.approvals,
                given=tuple(given),
                planned_by=waiting[-1].planned_by if waiting else "",
            )

    def approve(self, reference: str, *, by: str, now: datetime, seen: str = "") -> Approval:
        """One person's yes to all of an advisory that waits for one.

        `seen` is the mark of what they looked at (`to_approve`): refused if it is another now.
        It is to what there is now (ledger.approvals), and not to what preflight blocks. With
        `[embargo] approvals = 2` it takes two people, and whoever submitted the plan cannot be
        the second.
        """
        with self._deed(by, now) as deed:
            session = deed.session
            owner = self._advisory(session, reference)
            rows = store.dispatches(session, owner.id)
            waiting = _waiting(rows)
            if not waiting:
                raise MailerError(f"{owner.reference}: nothing waits for approval ({_said(rows)})")
            if seen and seen != _mark(session, waiting):
                raise MailerError(
                    f"{owner.reference}: the plan has changed since you looked; look at it again"
                )
            blocking = [f for f in self._check(session, waiting, now) if f.blocks]
            if blocking:
                told = "".join(f"\n  {f.where}: {f.message}" for f in blocking)
                raise MailerError(f"{owner.reference}: cannot be approved as it is:{told}")
            needed = self._config.embargo.approvals
            given = [self._yes(deed, row) for row in waiting]
            approved = sum(row.state == DispatchState.APPROVED for row in waiting)
            detail = {"dispatches": [row.id for row in waiting], "approved": approved}
            deed.record("approve", owner.reference, detail)
            still = len(waiting) - approved
            return Approval(approved, still, max(needed - min(given), 0) if still else 0)

    def _yes(self, deed: Deed, row: DispatchRow) -> int:
        """Record one yes to one dispatch, and let it go once enough people have said it."""
        session, by, now = deed.session, deed.by, deed.now
        needed = self._config.embargo.approvals
        before = approvals.standing(session, row)
        if row.state != DispatchState.PLANNED:
            # It was approved as it is, and then stopped: one person sets it going again.
            approvals.add(session, row, by, now)
            store.approve(session, row, by, now)
            return needed
        who = by.casefold()
        if any(who == given.by.strip().casefold() for given in before):
            if not approvals.changed_since(session, row):
                raise MailerError(f"{by} has approved this already; another person must")
        elif before and len(before) + 1 >= needed and who == row.planned_by.strip().casefold():
            raise MailerError(f"{by} submitted this and cannot be the second to approve it")
        number = approvals.add(session, row, by, now)
        if number >= needed:
            store.approve(session, row, by, now)
        return number

    def _only_current(
        self, session: Session, owner: AdvisoryRow, rows: Iterable[DeliveryRow]
    ) -> None:
        """What was superseded or withdrawn, or tells of an embargo no longer in force, is not sent
        again."""
        newest = store.versions(session, owner.id)[-1]
        for row in rows:
            dispatch = session.get_one(DispatchRow, row.dispatch_id)
            if owner.withdrawn_at is not None or dispatch.version_id != newest.id:
                raise MailerError(
                    f"{owner.reference}: {row.email} is in doubt about a text that was replaced or "
                    "withdrawn since, and was told so; say accepted or rejected"
                )
            now_under = changes.embargo_now(session, owner.id, dispatch.audience)
            if store.dispatch_of(dispatch).embargo != now_under:
                raise MailerError(
                    f"{owner.reference}: {row.email} is in doubt about a copy whose embargo is "
                    "another now; say accepted or rejected; who was rejected can be queued again"
                )

    def hold(self, reference: str | None, *, reason: str, by: str, now: datetime) -> None:
        """Stop an advisory, or (None) everything, from the moment this returns."""
        with self._deed(by, now) as deed:
            number, what = self._held(deed.session, reference)
            holds.place(deed.session, advisory_id=number, reason=reason, by=deed.by, now=now)
            deed.record("hold", what, {"reason": reason})

    def resume(self, reference: str | None, *, by: str, now: datetime) -> None:
        """End the holds on an advisory, or (None) those on everything."""
        with self._deed(by, now) as deed:
            number, what = self._held(deed.session, reference)
            if not holds.release(deed.session, number, deed.by, now):
                raise MailerError(f"{what} is not on hold")
            deed.record("resume", what)

    def _held(self, session: Session, reference: str | None) -> tuple[int | None, str]:
        """What a hold is on: an advisory's number and reference, or everything."""
        owner = self._advisory(session, reference) if reference else None
        return (owner.id, owner.reference) if owner else (None, "everything")

    def cancel(self, reference: str, *, by: str, now: datetime) -> tuple[int, int]:
        """Cancel what has not left. Returns how many copies were stopped, how many had left."""
        with self._deed(by, now) as deed:
            session = deed.session
            owner = self._advisory(session, reference)
            rows = store.dispatches(session, owner.id)
            allowed = states.sources(states.DISPATCH, DispatchEvent.CANCEL)
            going = [row for row in rows if row.state in allowed]
            if not going:
                raise MailerError(f"{owner.reference}: nothing is left to cancel ({_said(rows)})")
            reason = f"cancelled by {deed.by}"
            stopped = sum(store.cancel(session, row, reason, now) for row in going)
            left = 0
            for row in rows:
                counts = store.count_states(session, row.id)
                left += sum(counts.get(state, 0) for state in states.HAS_OR_MAY_HAVE)
            deed.record("cancel", owner.reference, {"stopped": stopped, "had left": left})
            return stopped, left

    def resolve(
        self, reference: str, *, contact: str | None, event: DeliveryEvent, by: str, now: datetime
    ) -> int:
        """Settle copies in doubt, one contact's or (None) all: returns how many.

        `event` is RESEND (goes again, same Message-ID), ACCEPT or REJECT.
        """
        with self._deed(by, now) as deed:
            owner = self._advisory(deed.session, reference)
            rows = store.in_doubt(deed.session, owner.id, contact)
            if not rows:
                whose = f" for {contact}" if contact else ""
                raise MailerError(f"{owner.reference}: no copy{whose} is in doubt")
            return self._settle(deed, owner, rows, event)

    def settle(self, delivery: int, *, event: DeliveryEvent, by: str, now: datetime) -> str:
        """The same for one copy by its number; returns the advisory's reference."""
        with self._deed(by, now) as deed:
            session = deed.session
            row = session.get(DeliveryRow, delivery)
            if row is None or row.state != DeliveryState.IN_DOUBT:
                raise MailerError("this copy is not in doubt; somebody has settled it meanwhile")
            dispatch = session.get_one(DispatchRow, row.dispatch_id)
            version = session.get_one(VersionRow, dispatch.version_id)
            owner = session.get_one(AdvisoryRow, version.advisory_id)
            self._settle(deed, owner, [row], event)
            return owner.reference

    def _settle(
        self, deed: Deed, owner: AdvisoryRow, rows: list[DeliveryRow], event: DeliveryEvent
    ) -> int:
        if event is DeliveryEvent.RESEND:
            self._only_current(deed.session, owner, rows)
        for row in rows:
            row.state = states.after(states.DELIVERY, DeliveryState(row.state), event)
            row.reason = f"{_DECIDED[event]}, says {deed.by}"
            row.changed_at = deed.now
        if event is DeliveryEvent.RESEND:
            store.reopen(deed.session, {row.dispatch_id for row in rows}, deed.by, deed.now)
        detail = {"as": event, "deliveries": [row.id for row in rows]}
        deed.record("resolve", owner.reference, detail)
        return len(rows)


def _waiting(rows: Iterable[DispatchRow]) -> list[DispatchRow]:
    allowed = states.sources(states.DISPATCH, DispatchEvent.APPROVE)
    return [row for row in rows if row.state in allowed]


def _mark(session: Session, waiting: Iterable[DispatchRow]) -> str:
    whole = [[row.id, row.state, approvals.parts(session, row)] for row in waiting]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _said(rows: Iterable[DispatchRow]) -> str:
    """How many dispatches are in which state: "3 done, 1 cancelled"."""
    states = Counter(str(row.state) for row in rows)
    return ", ".join(f"{number} {state}" for state, number in states.items())


_DECIDED = {
    DeliveryEvent.RESEND: "to be sent again",
    DeliveryEvent.ACCEPT: "accepted",
    DeliveryEvent.REJECT: "rejected",
}
