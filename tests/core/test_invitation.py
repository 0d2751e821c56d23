"""Invitations in a plan and at the gate. Each test at the gate is named after what it forbids."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailer.core import plan as planning
from mailer.core.embargo import Clearance, Consent, Copy, Refusal, RefusalCode, clear
from mailer.core.model import Audience, Contact, DispatchKind, Embargo
from mailer.core.plan import Plan, Standing
from mailer.core.states import DispatchState

LIFT = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
DAY = timedelta(days=1)
EMBARGO = Embargo(LIFT, "Europe/London")
WIRES = Audience("wires", "wires", "en", "Press <press@l.example>", advance=DAY)
ANA = Contact("ana@wire.example", embargo_accepted=True)
BO, CY = Contact("bo@wire.example"), Contact("cy@wire.example")


def made(
    audience: Audience = WIRES,
    invitation: str = "Figures on tides.",
    now: datetime = LIFT - 3 * DAY,
    embargo: Embargo | None = EMBARGO,
    standing: Standing | None = None,
) -> Plan:
    people = [(audience, (ANA, BO, CY))]
    known = standing or Standing({}, {})
    return planning.make("h", "t", embargo, people, known, now, invitation=invitation)


def by_kind(plan: Plan) -> dict[str, tuple[Contact, ...]]:
    return {str(planned.dispatch.kind): planned.contacts for planned in plan.dispatches}


def test_who_has_not_accepted_is_invited_when_the_advance_copies_go() -> None:
    plan = made()
    assert by_kind(plan) == {"invitation": (BO, CY), "advance": (ANA,), "release": (BO, CY)}
    invitation, advance, _ = plan.dispatches
    assert invitation.dispatch.instant == advance.dispatch.instant == LIFT - DAY
    assert invitation.dispatch.note == plan.invitation == "Figures on tides."


def test_nobody_is_invited_without_the_officers_words() -> None:
    assert DispatchKind.INVITATION not in by_kind(made(invitation=""))


def test_nobody_is_invited_where_there_is_nothing_to_accept() -> None:
    for plan in (
        made(embargo=None),
        made(now=LIFT),
        made(replace(WIRES, advance=None)),
        made(replace(WIRES, requires_acceptance=False)),
        made(standing=Standing({}, {BO.email: True, CY.email: True})),
    ):
        assert DispatchKind.INVITATION not in by_kind(plan)


def test_an_invitation_is_no_copy() -> None:
    assert made().recipients == made(invitation="").recipients == 3


def test_other_words_are_another_plan() -> None:
    assert made().hash != made(invitation="Other words.").hash


INVITATION = Copy(
    delivery=1,
    email=BO.email,
    kind=DispatchKind.INVITATION,
    state=DispatchState.SENDING,
    approved=True,
    instant=LIFT - DAY,
    requires_acceptance=True,
    carries_notice=True,
)
NOT_YET = Consent(BO.email, suppressed=False, embargo_accepted=False)


@given(st.integers(-3 * 86_400, 3 * 86_400))
def test_never_an_invitation_before_its_instant_or_after_the_lift(seconds: int) -> None:
    now = LIFT + timedelta(seconds=seconds)
    answer = clear(INVITATION, NOT_YET, EMBARGO, now)
    assert isinstance(answer, Clearance) == (LIFT - DAY <= now < LIFT)


def test_never_invites_who_has_accepted() -> None:
    answer = clear(INVITATION, NOT_YET._replace(embargo_accepted=True), EMBARGO, LIFT - DAY)
    assert isinstance(answer, Refusal)
    assert answer.code is RefusalCode.ALREADY_ACCEPTED


@given(
    st.sampled_from([kind for kind in DispatchKind if kind is not DispatchKind.INVITATION]),
    st.integers(-3 * 86_400, -1),
    st.booleans(),
)
def test_never_embargoed_text_before_acceptance(
    kind: DispatchKind, seconds: int, notice: bool
) -> None:
    copy = INVITATION._replace(kind=kind, carries_notice=notice)
    answer = clear(copy, NOT_YET, EMBARGO, LIFT + timedelta(seconds=seconds))
    # A withdrawal may go, to whoever holds a copy: it has no word of the text.
    assert isinstance(answer, Refusal) or kind is DispatchKind.WITHDRAWAL


def test_never_an_invitation_to_who_is_suppressed_or_unapproved_or_withdrawn() -> None:
    now = LIFT - DAY
    for copy, contact in (
        (INVITATION, NOT_YET._replace(suppressed=True)),
        (INVITATION._replace(approved=False), NOT_YET),
        (INVITATION._replace(withdrawn=True), NOT_YET),
        (INVITATION._replace(held=True), NOT_YET),
        (INVITATION._replace(current=False), NOT_YET),
    ):
        assert isinstance(clear(copy, contact, EMBARGO, now), Refusal)
