"""The gate. Each test is named after what it forbids."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mailer
from mailer.core.embargo import (
    Clearance,
    Consent,
    Copy,
    Refusal,
    RefusalCode,
    clear,
    clear_answer,
    clear_test,
)
from mailer.core.model import DispatchKind, Embargo
from mailer.core.states import DispatchState

LIFT = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
EMBARGO = Embargo(LIFT, "Europe/London")
HER = Consent("her@example.org", suppressed=False, embargo_accepted=True)
RELEASE = Copy(
    delivery=1,
    email="her@example.org",
    kind=DispatchKind.RELEASE,
    state=DispatchState.SENDING,
    approved=True,
    instant=LIFT,
    requires_acceptance=True,
    carries_notice=False,
)
ADVANCE = RELEASE._replace(
    kind=DispatchKind.ADVANCE, instant=LIFT - timedelta(hours=24), carries_notice=True
)
INSTANTS = st.integers(0, 2_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def refused(answer: Clearance | Refusal) -> RefusalCode:
    assert isinstance(answer, Refusal)
    return answer.code


@given(INSTANTS)
def test_never_a_release_before_the_lift(now: datetime) -> None:
    answer = clear(RELEASE, HER, EMBARGO, now)
    assert isinstance(answer, Clearance) == (now >= LIFT)


@given(INSTANTS, INSTANTS)
def test_never_a_release_before_the_lift_whatever_its_dispatch_says(
    now: datetime, instant: datetime
) -> None:
    answer = clear(RELEASE._replace(instant=instant), HER, EMBARGO, now)
    assert isinstance(answer, Clearance) == (now >= max(LIFT, instant))


@given(INSTANTS)
def test_never_an_advance_copy_before_its_instant_or_after_the_lift(now: datetime) -> None:
    answer = clear(ADVANCE, HER, EMBARGO, now)
    assert isinstance(answer, Clearance) == (ADVANCE.instant <= now < LIFT)


def test_too_early_says_when() -> None:
    answer = clear(RELEASE, HER, EMBARGO, LIFT - timedelta(microseconds=1))
    assert isinstance(answer, Refusal)
    assert answer.not_before == LIFT


def test_never_an_advance_copy_to_one_who_has_not_accepted() -> None:
    now = LIFT - timedelta(hours=1)
    him = HER._replace(embargo_accepted=False)
    assert refused(clear(ADVANCE, him, EMBARGO, now)) is RefusalCode.NOT_ACCEPTED
    trusted = ADVANCE._replace(requires_acceptance=False)
    assert isinstance(clear(trusted, him, EMBARGO, now), Clearance)


def test_never_an_advance_copy_without_its_notice() -> None:
    bare = ADVANCE._replace(carries_notice=False)
    answer = clear(bare, HER, EMBARGO, LIFT - timedelta(hours=1))
    assert refused(answer) is RefusalCode.NO_NOTICE


def test_never_an_advance_copy_of_what_has_no_embargo() -> None:
    assert refused(clear(ADVANCE, HER, None, LIFT - timedelta(hours=1))) is RefusalCode.LIFTED


@pytest.mark.parametrize("state", [s for s in DispatchState if s is not DispatchState.SENDING])
def test_never_what_is_not_being_sent(state: DispatchState) -> None:
    answer = clear(RELEASE._replace(state=state), HER, EMBARGO, LIFT)
    assert refused(answer) is RefusalCode.STOPPED


def test_never_what_nobody_approved() -> None:
    answer = clear(RELEASE._replace(approved=False), HER, EMBARGO, LIFT)
    assert refused(answer) is RefusalCode.NOT_APPROVED


def test_never_to_a_suppressed_address() -> None:
    answer = clear(RELEASE, HER._replace(suppressed=True), EMBARGO, LIFT)
    assert refused(answer) is RefusalCode.SUPPRESSED


@pytest.mark.parametrize("kind", [DispatchKind.CORRECTION, DispatchKind.EMBARGO_CHANGE])
def test_never_a_notice_of_what_is_embargoed_without_acceptance_and_marking(
    kind: DispatchKind,
) -> None:
    now = LIFT - timedelta(hours=1)
    notice = ADVANCE._replace(kind=kind)
    assert isinstance(clear(notice, HER, EMBARGO, now), Clearance)
    him = HER._replace(embargo_accepted=False)
    assert refused(clear(notice, him, EMBARGO, now)) is RefusalCode.NOT_ACCEPTED
    bare = notice._replace(carries_notice=False)
    assert refused(clear(bare, HER, EMBARGO, now)) is RefusalCode.NO_NOTICE
    assert isinstance(clear(bare, him, EMBARGO, LIFT), Clearance)


def test_never_what_is_on_hold() -> None:
    assert refused(clear(RELEASE._replace(held=True), HER, EMBARGO, LIFT)) is RefusalCode.HELD


def test_never_a_version_that_was_superseded() -> None:
    answer = clear(RELEASE._replace(current=False), HER, EMBARGO, LIFT)
    assert refused(answer) is RefusalCode.SUPERSEDED


def test_never_what_was_withdrawn_but_its_withdrawal() -> None:
    gone = RELEASE._replace(withdrawn=True)
    assert refused(clear(gone, HER, EMBARGO, LIFT)) is RefusalCode.WITHDRAWN
    kill = gone._replace(kind=DispatchKind.WITHDRAWAL, instant=LIFT - timedelta(hours=2))
    assert isinstance(clear(kill, HER, EMBARGO, LIFT - timedelta(hours=1)), Clearance)


def test_never_to_somebody_else() -> None:
    answer = clear(RELEASE, HER._replace(email="him@example.org"), EMBARGO, LIFT)
    assert refused(answer) is RefusalCode.WRONG_ADDRESS


def test_nobody_but_the_gate_makes_a_clearance() -> None:
    with pytest.raises(TypeError, match="nowhere else"):
        Clearance(object(), 1, "her@example.org", LIFT)


@given(
    kind=st.sampled_from(DispatchKind),
    state=st.sampled_from(DispatchState),
    flags=st.tuples(*[st.booleans()] * 8),
    instant=INSTANTS,
    embargo=st.none() | INSTANTS.map(lambda at: Embargo(at, "UTC")),
    now=INSTANTS,
)
def test_the_gate_answers_everything_and_clears_nothing_it_should_not(
    kind: DispatchKind,
    state: DispatchState,
    flags: tuple[bool, ...],
    instant: datetime,
    embargo: Embargo | None,
    now: datetime,
) -> None:
    approved, requires, notice, suppressed, accepted, current, withdrawn, held = flags
    copy = Copy(
        1,
        "a@example.org",
        kind,
        state,
        approved,
        instant,
        requires,
        notice,
        current,
        withdrawn,
        held,
    )
    answer = clear(copy, Consent("a@example.org", suppressed, accepted), embargo, now)
    if isinstance(answer, Refusal):
        assert answer.reason
        return
    assert state is DispatchState.SENDING
    assert approved
    assert not suppressed
    assert now >= instant
    assert current
    assert not held
    if kind is DispatchKind.WITHDRAWAL:
        return
    assert not withdrawn
    if kind is DispatchKind.ADVANCE:
        assert embargo is not None
        assert now < embargo.instant
    if kind is DispatchKind.RELEASE and embargo is not None:
        assert now >= embargo.instant
    if embargo is not None and now < embargo.instant:
        assert notice
        assert accepted or not requires


def test_no_other_module_can_name_what_makes_a_clearance() -> None:
    """The contract: the gate's seal is used in gate.py and nowhere else in the program."""
    package = Path(mailer.__file__).parent
    naming = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name | ast.Attribute | ast.alias)
        and "_MADE_BY_THE_GATE"
        in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", ""))
    }
    assert naming == {"core/embargo/gate.py"}
    building = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Clearance"
    }
    assert building == {"core/embargo/gate.py"}


@given(
    st.sampled_from(["m@office.example", "M@Office.example", "ana@wire.example"]),
    st.booleans(),
    st.booleans(),
)
def test_a_test_copy_never_goes_to_a_journalist_unmarked_or_on_hold(
    email: str, marked: bool, held: bool
) -> None:
    own = "m@office.example"
    answer = clear_test(email, own=own, marked=marked, held=held, now=LIFT)
    allowed = email.casefold() == own and marked and not held
    assert isinstance(answer, Clearance if allowed else Refusal)


@pytest.mark.parametrize("email", ["ana@wire.example", "", "duty@lantern.example.evil.example"])
def test_never_an_answer_to_anybody_but_the_office(email: str) -> None:
    answer = clear_answer(email, own="duty@lantern.example", now=LIFT)
    assert isinstance(answer, Refusal)
    assert answer.code is RefusalCode.WRONG_ADDRESS
    assert isinstance(
        clear_answer("Duty@lantern.example", own="duty@lantern.example", now=LIFT), Clearance
    )
