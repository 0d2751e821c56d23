"""From a version and its audiences to dispatches: who gets it, when, and who is left out and why.

The plan is a value: it is shown, approved by its hash, and what was approved is what runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from mailer.core.model import Audience, Contact, Dispatch, DispatchKind, Embargo
from mailer.core.wishes import CHOSE_NOT_TO, Wish, has_left, with_those_who_chose

AudienceContacts = tuple[Audience, Iterable[Contact]]
"""An audience and who is on its lists now."""


@dataclass(frozen=True, slots=True)
class PlannedDispatch:
    """A dispatch and those it is for."""

    dispatch: Dispatch
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A contact of an audience who gets nothing from it, and the reason in words."""

    audience: str
    contact: Contact
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What will happen to one version. `dispatches` are in the order of their audiences."""

    content_hash: str
    templates: str
    embargo: Embargo | None
    dispatches: tuple[PlannedDispatch, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def hash(self) -> str:
        """SHA-256 over text, templates, embargo, instants and recipients: what is approved.

        It is computed anew each time, over everybody.
        """
        dispatches = [
            {
                "audience": planned.dispatch.audience.name,
                "kind": planned.dispatch.kind,
                "instant": planned.dispatch.instant.isoformat(),
                "embargo": _moment(planned.dispatch.embargo),
                "recipients": sorted(contact.email for contact in planned.contacts),
                **({"note": planned.dispatch.note} if planned.dispatch.note else {}),
            }
            for planned in self.dispatches
        ]
        canonical = [self.content_hash, self.templates, _moment(self.embargo), dispatches]
        return hashlib.sha256(json.dumps(canonical).encode()).hexdigest()

    @property
    def recipients(self) -> int:
        """How many journalists get a copy; an invitation is none."""
        return sum(
            len(planned.contacts)
            for planned in self.dispatches
            if planned.dispatch.kind is not DispatchKind.INVITATION
        )

    def inviting_others(self, having: Collection[str]) -> Plan:
        """This plan, inviting nobody of these (case-folded addresses): their invitation holds."""
        dispatches = []
        for planned in self.dispatches:
            if planned.dispatch.kind is DispatchKind.INVITATION:
                others = tuple(c for c in planned.contacts if c.email.casefold() not in having)
                if not others:
                    continue
                planned = replace(planned, contacts=others)
            dispatches.append(planned)
        return replace(self, dispatches=tuple(dispatches))

    @property
    def invitation(self) -> str:
        """The officer's words in its invitations; empty if nobody is invited."""
        invited = (d.dispatch for d in self.dispatches)
        return next((d.note for d in invited if d.kind is DispatchKind.INVITATION), "")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger knows of people: suppressed (with the reason), consent, and who has it.

    Addresses are compared case-folded. `accepted` and `wishes` override what a list says.
    """

    suppressed: Mapping[str, str]
    accepted: Mapping[str, bool]
    holders: Collection[str] = frozenset()
    wishes: Mapping[str, Wish] = field(default_factory=dict)

    def for_those_there(self) -> Standing:
        """The same for a plan made anew: nobody joins an audience that was planned before."""
        return replace(self, wishes={key: wish.leaving() for key, wish in self.wishes.items()})


def make(
    content_hash: str,
    templates: str,
    embargo: Embargo | None,
    audiences: Iterable[AudienceContacts],
    standing: Standing,
    now: datetime,
    embargo_for: Mapping[str, Embargo] = MappingProxyType({}),
    invitation: str = "",
) -> Plan:
    """The plan for one version as of `now` (UTC). Nobody is in it twice.

    A contact in several audiences goes with the first of them. Those who accepted the embargo get
    an advance copy where their audience has one, at lift minus advance or at once if that has
    passed; everyone else gets the text at the lift, or in their own morning if the audience waits
    for it. `embargo_for` is an audience's own embargo, by its name. What a journalist has chosen
    wins over the lists: how they are written to, and which of the open audiences they are in.

    With an `invitation`, those who would get an advance copy had they accepted the embargo are
    invited to accept it, when the advance copies go; they stay in the release until they do.
    """
    seen: dict[str, str] = {}
    dispatches: list[PlannedDispatch] = []
    left_out: list[LeftOut] = []
    for audience, contacts in audiences:
        early: list[Contact] = []
        at_lift: list[Contact] = []
        theirs = embargo_for.get(audience.name, embargo)
        for listed in with_those_who_chose(audience, contacts, standing.wishes):
            key = listed.email.casefold()
            if key == listed.email:
                key = listed.email  # one string held for each of very many, and not two
            wish = standing.wishes.get(key)
            reason = _reason_to_leave_out(key, seen, standing, left=has_left(audience, wish))
            if reason:
                left_out.append(LeftOut(audience.name, listed, reason))
                continue
            seen[key] = audience.name
            accepted = standing.accepted.get(key, listed.embargo_accepted)
            contact = wish.applied(listed) if wish else listed
            if accepted != listed.embargo_accepted:
                contact = replace(contact, embargo_accepted=accepted)
            trusted = accepted or not audience.requires_acceptance
            (early if _has_advance(audience, theirs, now) and trusted else at_lift).append(contact)
        # Where everybody is left out nothing is planned; a list with nobody on it is somebody's
        # mistake, and stays to be seen.
        if early or at_lift or not any(left.audience == audience.name for left in left_out):
            dispatches += _dispatches(audience, theirs, early, at_lift, now, invitation)
    return Plan(content_hash, templates, embargo, tuple(dispatches), tuple(left_out))


def release_instant(audience: Audience, contact: Contact, lift: datetime) -> datetime:
    """When a contact of an audience gets the release (UTC): never earlier than `lift`.

    With `not_before_local`, whoever has an earlier hour at the lift gets it at that hour of the
    same day of theirs; an hour that their clocks skip comes when the clocks have gone forward.
    """
    if audience.not_before_local is None:
        return lift
    zone = ZoneInfo(contact.timezone or audience.timezone or "UTC")
    local = lift.astimezone(zone)
    if local.time() >= audience.not_before_local:
        return lift
    morning = datetime.combine(local.date(), audience.not_before_local, zone)
    return max(lift, morning.astimezone(UTC))


def _reason_to_leave_out(
    key: str, seen: Mapping[str, str], standing: Standing, *, left: bool
) -> str:
    if key in standing.suppressed:
        return f"suppressed: {standing.suppressed[key]}"
    if left:
        return CHOSE_NOT_TO
    if key in seen:
        return f"already in {seen[key]}"
    if key in standing.holders:
        return "already has this version, or is planned to"
    return ""


def _has_advance(audience: Audience, embargo: Embargo | None, now: datetime) -> bool:
    return audience.advance is not None and embargo is not None and now < embargo.instant


def _dispatches(
    audience: Audience,
    embargo: Embargo | None,
    early: Sequence[Contact],
    at_lift: Sequence[Contact],
    now: datetime,
    invitation: str,
) -> list[PlannedDispatch]:
    lift = max(embargo.instant, now) if embargo else now
    # A release is planned even where it is empty: whoever cannot be given the advance copy in time
    # goes with it, so that nobody is lost.
    waves: dict[datetime, list[Contact]] = {} if at_lift or early else {lift: []}
    for contact in early:
        waves.setdefault(release_instant(audience, contact, lift), [])
    for contact in at_lift:
        waves.setdefault(release_instant(audience, contact, lift), []).append(contact)
    planned = [
        PlannedDispatch(
            Dispatch(audience, DispatchKind.RELEASE, instant, embargo), tuple(waves[instant])
        )
        for instant in sorted(waves)
    ]
    if embargo is not None and audience.advance is not None and now < embargo.instant:
        ahead = max(embargo.instant - audience.advance, now)
        advance = Dispatch(audience, DispatchKind.ADVANCE, ahead, embargo)
        planned.insert(0, PlannedDispatch(advance, tuple(early)))
        if invitation and at_lift and audience.requires_acceptance:
            invited = Dispatch(audience, DispatchKind.INVITATION, ahead, embargo, invitation)
            planned.insert(0, PlannedDispatch(invited, tuple(at_lift)))
    return planned


def _moment(embargo: Embargo | None) -> list[str] | None:
    return [embargo.instant.isoformat(), embargo.zone] if embargo else None
