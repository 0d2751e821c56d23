"""The gate: the last question asked before a text goes out, and the only maker of a Clearance.

`clear` is pure and total. It is asked after the claim and again, inside the transaction that
records "text begun", right before the first byte of the text. The SMTP layer takes nothing
without the Clearance it returns. `clear_test` is for an officer's test copy alone, and
`clear_answer` for what somebody answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from mailer.core.model import NOTICES, DispatchKind, Embargo
from mailer.core.states import DispatchState


class RefusalCode(StrEnum):
    """Why the gate is shut."""

    TOO_EARLY = "too early"
    NOT_APPROVED = "not approved"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    HELD = "held"
    STOPPED = "stopped"
    SUPPRESSED = "suppressed"
    NOT_ACCEPTED = "embargo not accepted"
    ALREADY_ACCEPTED = "embargo accepted already"
    NO_NOTICE = "no embargo notice"
    LIFTED = "embargo lifted"
    WRONG_ADDRESS = "wrong address"


class Copy(NamedTuple):
    """What the ledger says, this moment, of one copy and the dispatch it belongs to.

    `email` is whom the delivery is for; `carries_notice` is whether the composed text shows the
    embargo notice in its first and last line; `instant` is the dispatch's own, in UTC. `current`
    is false once there is a newer version; `held` tells of a hold on the advisory or on all.
    """

    delivery: int
    email: str
    kind: DispatchKind
    state: DispatchState
    approved: bool
    instant: datetime
    requires_acceptance: bool
    carries_notice: bool
    current: bool = True
    withdrawn: bool = False
    held: bool = False

    def of(self, delivery: int, email: str, *, carries_notice: bool) -> Copy:
        """The same of another copy of the dispatch (ten times as fast as `replace`)."""
        return Copy(
            delivery,
            email,
            self.kind,
            self.state,
            self.approved,
            self.instant,
            self.requires_acceptance,
            carries_notice,
            self.current,
            self.withdrawn,
            self.held,
        )


class Consent(NamedTuple):
    """What the ledger says, this moment, of one contact."""

    email: str
    suppressed: bool
    embargo_accepted: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """The copy must not go now. `not_before` (UTC) is set when waiting is all it takes."""

    code: RefusalCode
    reason: str
    not_before: datetime | None = None


_MADE_BY_THE_GATE = object()


class Clearance:
    """Leave to hand one copy to the relay at one moment. Only the gate can make one."""

    __slots__ = ("at", "delivery", "email")

    delivery: int
    email: str
    at: datetime

    def __init__(self, seal: object, delivery: int, email: str, at: datetime) -> None:
        if seal is not _MADE_BY_THE_GATE:
            raise TypeError("a Clearance is made by embargo.clear and nowhere else")
        self.delivery, self.email, self.at = delivery, email, at


def clear(
    copy: Copy, contact: Consent, embargo: Embargo | None, now: datetime
) -> Clearance | Refusal:
    """Whether this copy may go to this contact at `now` (UTC). Never raises, never guesses."""
    if copy.email != contact.email:
        return Refusal(RefusalCode.WRONG_ADDRESS, "the copy is for somebody else")
    if copy.state is not DispatchState.SENDING:
        return Refusal(RefusalCode.STOPPED, f"the dispatch is {copy.state}")
    if not copy.approved:
        return Refusal(RefusalCode.NOT_APPROVED, "nobody has approved the dispatch")
    if copy.held:
        return Refusal(RefusalCode.HELD, "it is on hold")
    if copy.withdrawn and copy.kind is not DispatchKind.WITHDRAWAL:
        return Refusal(RefusalCode.WITHDRAWN, "the advisory is withdrawn")
    if not copy.current:
        return Refusal(RefusalCode.SUPERSEDED, "there is a newer version of it")
    if contact.suppressed:
        return Refusal(RefusalCode.SUPPRESSED, "the address is suppressed")
    if now < copy.instant:
        return Refusal(RefusalCode.TOO_EARLY, "its instant has not come", copy.instant)
    if copy.kind is DispatchKind.INVITATION:
        return _clear_invitation(copy, contact, embargo, now)
    if copy.kind is DispatchKind.ADVANCE:
        return _clear_advance(copy, contact, embargo, now)
    if copy.kind is DispatchKind.WITHDRAWAL:
        return _cleared(copy, now)  # it holds no text, and goes to those who have one
    if copy.kind in NOTICES and embargo is not None and now < embargo.instant:
        # Whoever holds the text and has taken their acceptance back hears of it at the lift.
        return _clear_embargoed(copy, contact, now, embargo.instant)
    if embargo is not None and now < embargo.instant:
        return Refusal(RefusalCode.TOO_EARLY, "the embargo has not lifted", embargo.instant)
    return _cleared(copy, now)


def clear_test(
    email: str, *, own: str, marked: bool, held: bool, now: datetime
) -> Clearance | Refusal:
    """Whether a test copy may go at `now` (UTC): marked as one, to the person who asks for it.

    `own` is their address as the office has it. Nobody else ever gets one.
    """
    if email.casefold() != own.casefold():
        return Refusal(RefusalCode.WRONG_ADDRESS, "a test copy goes only to whoever asks for it")
    if held:
        return Refusal(RefusalCode.HELD, "everything is on hold")
    if not marked:
        return Refusal(RefusalCode.NO_NOTICE, "the copy is not marked as a test")
    return Clearance(_MADE_BY_THE_GATE, 0, email, now)


def clear_answer(email: str, *, own: str, now: datetime) -> Clearance | Refusal:
    """Whether what somebody answered may go on at `now` (UTC): to the office's own address alone.

    It is none of the office's texts; a hold on those does not keep an officer from their mail.
    """
    if email.casefold() != own.casefold():
        return Refusal(RefusalCode.WRONG_ADDRESS, "an answer goes only to the office itself")
    return Clearance(_MADE_BY_THE_GATE, 0, email, now)


def _cleared(copy: Copy, now: datetime) -> Clearance:
    return Clearance(_MADE_BY_THE_GATE, copy.delivery, copy.email, now)


def _clear_invitation(
    copy: Copy, contact: Consent, embargo: Embargo | None, now: datetime
) -> Clearance | Refusal:
    """It holds no text; and there must be something left to accept."""
    if embargo is None or now >= embargo.instant:
        return Refusal(RefusalCode.LIFTED, "there is no embargo left to accept")
    if contact.embargo_accepted:
        return Refusal(RefusalCode.ALREADY_ACCEPTED, "the contact has accepted the embargo")
    return _cleared(copy, now)


def _clear_advance(
    copy: Copy, contact: Consent, embargo: Embargo | None, now: datetime
) -> Clearance | Refusal:
    if embargo is None or now >= embargo.instant:
        return Refusal(RefusalCode.LIFTED, "there is no embargo now; it goes with the release")
    return _clear_embargoed(copy, contact, now)


def _clear_embargoed(
    copy: Copy, contact: Consent, now: datetime, not_before: datetime | None = None
) -> Clearance | Refusal:
    if copy.requires_acceptance and not contact.embargo_accepted:
        reason = "the contact has not accepted the embargo"
        return Refusal(RefusalCode.NOT_ACCEPTED, reason, not_before)
    if not copy.carries_notice:
        return Refusal(RefusalCode.NO_NOTICE, "the copy does not show its embargo notice")
    return _cleared(copy, now)
