"""The desk at a glance: what is shown as coming, as going out, and as needing a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core import outlook
from mailer.core.model import DispatchKind, Embargo
from mailer.core.outlook import (
    LEASE,
    RELAY_REMEMBERED,
    Facts,
    HoldSeen,
    Need,
    NeedKind,
    Passage,
    RelaySeen,
    Sample,
    Tally,
    rate,
    tally,
)
from mailer.core.states import DeliveryState, DispatchState

NOW = datetime(2027, 2, 8, 12, tzinfo=UTC)
LIFT = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

PASSAGE = Passage(
    dispatch=1,
    advisory=1,
    reference="LCT 2027/004",
    headline="Gauges miss the tides",
    version=1,
    audience="wires",
    kind=DispatchKind.RELEASE,
    state=DispatchState.APPROVED,
    instant=LIFT,
    embargo=Embargo(LIFT, "Europe/London"),
    tally=Tally(waiting=7),
    counted_at=NOW,
)
FACTS = Facts((), {}, (), (), NOW, False, 1)
HOLD = HoldSeen(0, "", False, "Mirela", "wrong figures", NOW)
RELAY = RelaySeen("relay:25", "connect", "refused", NOW - MINUTE, NOW, None)


def needs(facts: Facts, now: datetime = NOW) -> list[Need]:
    return list(outlook.make(facts, now).needs)


def kinds(facts: Facts, now: datetime = NOW) -> list[NeedKind]:
    return [need.kind for need in needs(facts, now)]


def with_passage(**changes: object) -> Facts:
    return replace(FACTS, passages=(replace(PASSAGE, **changes),))


@given(st.dictionaries(st.sampled_from(list(DeliveryState)), st.integers(0, 10**6)))
def test_every_copy_is_counted_once(counts: dict[DeliveryState, int]) -> None:
    assert tally(counts).total == sum(counts.values())


def test_copies_in_doubt_are_counted_neither_as_accepted_nor_as_failed() -> None:
    assert tally({DeliveryState.IN_DOUBT: 3}) == Tally(in_doubt=3)


def test_what_falls_due_together_is_one_entry_and_an_advance_copy_lifts_nothing() -> None:
    advance = replace(PASSAGE, dispatch=2, kind=DispatchKind.ADVANCE, instant=LIFT - MINUTE)
    national = replace(PASSAGE, dispatch=3, audience="national")
    facts = replace(FACTS, passages=(PASSAGE, national, advance))
    first, second = outlook.make(facts, NOW).coming
    assert (first.instant, first.lifts, len(first.passages)) == (LIFT - MINUTE, False, 1)
    assert (second.instant, second.lifts, second.zone) == (LIFT, True, "Europe/London")
    assert [one.audience for one in second.passages] == ["wires", "national"]


@given(
    st.sampled_from(list(DispatchState)),
    st.booleans(),
    st.integers(-10, 10),
)
def test_a_living_dispatch_is_never_out_of_sight(
    state: DispatchState, begun: bool, minutes: int
) -> None:
    facts = with_passage(
        state=state, started_at=NOW if begun else None, instant=NOW + minutes * MINUTE
    )
    seen = outlook.make(facts, NOW)
    alive = state not in (DispatchState.DONE, DispatchState.CANCELLED)
    assert alive == bool(seen.coming or [one for one in seen.going if one.state == state and alive])


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (FACTS, []),
        (with_passage(state=DispatchState.PLANNED), [NeedKind.APPROVAL]),
        (with_passage(state=DispatchState.OVERDUE), [NeedKind.OVERDUE]),
        (with_passage(state=DispatchState.HELD), [NeedKind.HELD]),
        (replace(FACTS, doubtful={1: ("LCT 1", 2, NOW)}), [NeedKind.IN_DOUBT]),
        (replace(FACTS, holds=(HOLD,)), [NeedKind.STOPPED]),
        (replace(FACTS, holds=(replace(HOLD, advisory=1),)), [NeedKind.ON_HOLD]),
        (
            replace(FACTS, holds=(replace(HOLD, embargoed_only=True, by_clock=True),)),
            [NeedKind.CLOCK],
        ),
        (replace(FACTS, relays=(RELAY,)), [NeedKind.RELAY]),
    ],
)
def test_what_needs_a_person(facts: Facts, expected: list[NeedKind]) -> None:
    assert kinds(facts) == expected


def test_the_gravest_comes_first() -> None:
    facts = replace(
        with_passage(state=DispatchState.PLANNED),
        holds=(HOLD,),
        doubtful={1: ("LCT 1", 1, NOW)},
        relays=(RELAY,),
    )
    assert kinds(facts) == [
        NeedKind.STOPPED,
        NeedKind.RELAY,
        NeedKind.IN_DOUBT,
        NeedKind.APPROVAL,
    ]


def test_nobody_to_send_matters_only_when_something_is_to_go() -> None:
    gone = replace(FACTS, run_seen_at=None)
    assert kinds(gone) == []
    assert kinds(replace(gone, passages=(PASSAGE,))) == [NeedKind.NO_RUN]


@pytest.mark.parametrize(
    ("seen", "ended", "expected"),
    [
        (NOW - LEASE, False, []),
        (NOW - LEASE - MINUTE, False, [NeedKind.NO_RUN]),
        (NOW, True, [NeedKind.NO_RUN]),
    ],
)
def test_a_run_without_a_sign_of_life_is_told_of(
    seen: datetime, ended: bool, expected: list[NeedKind]
) -> None:
    assert kinds(replace(with_passage(), run_seen_at=seen, run_ended=ended)) == expected


def test_a_relay_that_has_taken_something_since_is_not_down() -> None:
    assert kinds(replace(FACTS, relays=(replace(RELAY, tried_at=NOW),))) == []
    assert kinds(replace(FACTS, relays=(replace(RELAY, tried_at=NOW - 2 * MINUTE),))) == [
        NeedKind.RELAY
    ]


def test_an_old_fault_is_news_only_while_something_is_being_sent() -> None:
    later = NOW + RELAY_REMEMBERED
    idle = replace(FACTS, relays=(RELAY,), run_seen_at=later)
    assert kinds(idle, later) == []
    sending = replace(PASSAGE, state=DispatchState.SENDING, started_at=NOW)
    assert kinds(replace(idle, passages=(sending,)), later) == [NeedKind.RELAY]


def test_one_need_an_advisory_says_how_many_have_said_yes() -> None:
    planned = replace(PASSAGE, state=DispatchState.PLANNED, approvals=1)
    facts = replace(FACTS, passages=(planned, replace(planned, dispatch=2, audience="national")))
    (need,) = needs(replace(facts, approvals_needed=2))
    assert need.text == "release to wires, release to national (1 of 2 given)"
    assert not need.urgent
    (late,) = needs(facts, LIFT)
    assert late.urgent
    assert "its instant has passed" in late.text


def at(second: int, accepted: int) -> Sample:
    return Sample(NOW + timedelta(seconds=second), accepted)


def test_the_rate_is_that_of_the_last_while() -> None:
    assert rate([]) is None
    assert rate([at(0, 5)]) is None
    assert rate([at(0, 0), at(2, 100)]) == 50
    assert rate([at(0, 0), at(100, 1000), at(105, 1010)]) == 2
    assert rate([at(0, 0), at(100, 1000)]) is None


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 1000))))
def test_the_rate_is_never_negative(pairs: list[tuple[int, int]]) -> None:
    found = rate([at(second, accepted) for second, accepted in sorted(pairs)])
    assert found is None or found >= 0
