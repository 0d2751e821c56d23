from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mailer.core import forecast
from mailer.core.model import Audience, Dispatch, DispatchKind, Embargo
from mailer.core.states import DeliveryState, DispatchState
from mailer.core.timeline import GOING, HAVE, Has, HoldNow, Lane, LiftNow, Timeline, Wave

NOW = datetime(2027, 2, 8, 12, tzinfo=UTC)
LIFT = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
EMBARGO = Embargo(LIFT, "Europe/London")
HOUR = timedelta(hours=1)

PENDING, ACCEPTED, IN_DOUBT = (
    DeliveryState.PENDING,
    DeliveryState.ACCEPTED,
    DeliveryState.IN_DOUBT,
)
APPROVED, PLANNED, DONE = DispatchState.APPROVED, DispatchState.PLANNED, DispatchState.DONE


def wave(
    kind: DispatchKind,
    instant: datetime,
    state: DispatchState = APPROVED,
    *,
    to: str = "wires",
    embargo: Embargo | None = EMBARGO,
    on_hold: bool = False,
    morning: time | None = None,
    zones: dict[str, int] | None = None,
    **counts: int,
) -> Wave:
    audience = Audience(
        to, to, "en", "Press <press@example.org>", advance=24 * HOUR, not_before_local=morning
    )
    by_state = {DeliveryState(name): number for name, number in counts.items()}
    going = sum(by_state.get(one, 0) for one in GOING)
    return Wave(
        Dispatch(audience, kind, instant, embargo),
        state,
        by_state,
        zones if zones is not None else {"": going},
        on_hold,
    )


def has(found: Timeline, to: str = "wires") -> list[tuple[datetime, Has, int]]:
    return [(s.start, s.has, s.contacts) for s in lane_of(found, to).segments]


def lane_of(found: Timeline, to: str) -> Lane:
    return next(lane for lane in found.lanes if lane.audience == to)


ADVANCE, RELEASE = DispatchKind.ADVANCE, DispatchKind.RELEASE
CORRECTION, WITHDRAWAL = DispatchKind.CORRECTION, DispatchKind.WITHDRAWAL


# --- examples ---------------------------------------------------------------------------------


def test_nothing_then_an_advance_copy_then_the_text() -> None:
    waves = [wave(ADVANCE, NOW + HOUR, pending=7), wave(RELEASE, LIFT, pending=1)]
    found = forecast.make(waves, {"wires": 8}, NOW)
    assert has(found) == [
        (NOW, Has.NOTHING, 0),
        (NOW + HOUR, Has.ADVANCE, 7),
        (LIFT, Has.TEXT, 8),
    ]
    assert [(row.instant, row.event, row.contacts) for row in found.rows] == [
        (NOW + HOUR, "advance copy", 7),
        (LIFT, "the embargo lifts", 7),
        (LIFT, "release", 1),
    ]


def test_who_holds_an_advance_copy_is_free_at_the_lift_also_when_the_release_is_on_hold() -> None:
    waves = [
        wave(ADVANCE, NOW - HOUR, DONE, accepted=6, in_doubt=1),
        wave(RELEASE, LIFT, pending=1, on_hold=True),
    ]
    found = forecast.make(waves, {"wires": 8}, NOW)
    assert found.hold == HoldNow(copies=0, instants=(), out=7)
    assert has(found) == [(NOW, Has.ADVANCE, 7), (LIFT, Has.TEXT, 8)]
    assert lane_of(found, "wires").segments[1].once == "resumed"


def test_what_waits_for_a_person_and_is_late_is_never_said_to_be_there() -> None:
    for late in (
        wave(RELEASE, NOW - HOUR, DispatchState.OVERDUE, embargo=None, pending=3),
        wave(RELEASE, NOW - HOUR, DispatchState.PLANNED, embargo=None, pending=3),
        wave(RELEASE, NOW - HOUR, embargo=None, pending=3, on_hold=True),
    ):
        found = forecast.make([late], {"wires": 3}, NOW)
        assert has(found) == [(NOW, Has.NOTHING, 0)]
        assert [(row.contacts, bool(row.once)) for row in found.rows] == [(3, True)]


def test_an_advance_copy_that_comes_too_late_goes_as_the_release() -> None:
    found = forecast.make([wave(ADVANCE, LIFT + HOUR, pending=3)], {"wires": 3}, NOW)
    assert has(found) == [(NOW, Has.NOTHING, 0), (LIFT + HOUR, Has.TEXT, 3)]


def test_a_correction_before_the_lift_is_embargoed_until_then() -> None:
    waves = [
        wave(ADVANCE, NOW - HOUR, DONE, accepted=7),
        wave(CORRECTION, NOW, pending=7),
    ]
    found = forecast.make(waves, {"wires": 8}, NOW)
    embargoed = [(s.has, s.embargoed) for s in lane_of(found, "wires").segments]
    assert embargoed == [(Has.CORRECTION, True), (Has.CORRECTION, False)]


def test_after_a_withdrawal_nothing_else_is_had() -> None:
    waves = [
        wave(ADVANCE, NOW - HOUR, DONE, accepted=7),
        wave(RELEASE, LIFT, DispatchState.CANCELLED, cancelled=1),
        wave(WITHDRAWAL, NOW, DONE, accepted=7),
    ]
    found = forecast.make(waves, {"wires": 8}, NOW, withdrawn=True)
    assert has(found) == [(NOW, Has.WITHDRAWN, 7)]
    assert (found.rows, found.lift) == ((), None)


def test_each_audience_follows_its_own_embargo() -> None:
    evening = Embargo(LIFT + 18 * HOUR, "Europe/London")
    waves = [
        wave(RELEASE, LIFT, pending=2),
        wave(RELEASE, evening.instant, to="tv", embargo=evening, pending=3),
    ]
    found = forecast.make(waves, {"wires": 2, "tv": 3}, NOW)
    assert found.lifts == (LIFT, evening.instant)
    assert has(found, "tv") == [(NOW, Has.NOTHING, 0), (evening.instant, Has.TEXT, 3)]


def test_a_hold_names_the_copies_and_the_instants_that_it_would_stop() -> None:
    waves = [
        wave(ADVANCE, NOW - HOUR, DispatchState.SENDING, accepted=2, deferred=1),
        wave(RELEASE, LIFT, pending=4),
        wave(RELEASE, LIFT, DONE, to="tv", accepted=9),
    ]
    found = forecast.make(waves, {"wires": 7, "tv": 9}, NOW)
    assert (found.hold.copies, found.hold.instants) == (5, (NOW, LIFT))


def test_a_lift_sends_at_once_and_leaves_mornings_to_those_who_sleep() -> None:
    at_two = datetime(2027, 2, 8, 2, tzinfo=UTC)
    waves = [
        wave(ADVANCE, at_two - HOUR, DONE, accepted=2),
        wave(
            RELEASE,
            LIFT,
            pending=5,
            morning=time(7),
            zones={"Asia/Tokyo": 2, "Europe/London": 3},
        ),
    ]
    found = forecast.make(waves, {"wires": 7}, at_two)
    assert found.lift == LiftNow(at_once=2, mornings=3, told=2, audiences=("wires",))


def test_there_is_nothing_to_lift_after_the_lift() -> None:
    done = wave(RELEASE, LIFT, DONE, accepted=2)
    assert forecast.make([done], {"wires": 2}, LIFT).lift is None


# --- properties -------------------------------------------------------------------------------

HOURS = st.integers(-200, 200).map(lambda hours: NOW + hours * HOUR)
COUNTS = st.dictionaries(st.sampled_from(DeliveryState), st.integers(0, 5))


@st.composite
def waves_of_one_advisory(draw: st.DrawFn) -> list[Wave]:
    """Any states and counts; but no text was taken before its embargo, as the gate has it."""
    audiences = draw(st.lists(st.sampled_from(("a", "b", "c")), min_size=1, max_size=3))
    embargoes = {
        name: draw(st.none() | HOURS.map(lambda at: Embargo(at, "Asia/Kathmandu")))
        for name in audiences
    }
    waves = []
    for name in draw(st.lists(st.sampled_from(audiences), max_size=8)):
        kind, embargo = draw(st.sampled_from(DispatchKind)), embargoes[name]
        counts = draw(COUNTS)
        if kind is DispatchKind.RELEASE and embargo is not None and embargo.instant > NOW:
            counts = {state: n for state, n in counts.items() if state not in HAVE}
        waves.append(
            wave(
                kind,
                draw(HOURS),
                draw(st.sampled_from(DispatchState)),
                to=name,
                embargo=embargo,
                on_hold=draw(st.booleans()),
                morning=draw(st.none() | st.just(time(7))),
                zones={"Asia/Tokyo": 1},
                **counts,
            )
        )
    return waves


@given(waves_of_one_advisory(), st.booleans())
def test_segments_cover_from_now_to_the_end_without_gap_or_overlap(
    waves: list[Wave], withdrawn: bool
) -> None:
    found = forecast.make(waves, {}, NOW, withdrawn=withdrawn)
    assert {lane.audience for lane in found.lanes} == {w.dispatch.audience.name for w in waves}
    for lane in found.lanes:
        assert lane.segments[0].start == found.now == NOW
        assert lane.segments[-1].end == found.end > NOW
        assert all(one.start < one.end for one in lane.segments)
        assert all(a.end == b.start for a, b in pairwise(lane.segments))
    assert all(found.now <= row.instant < found.end for row in found.rows)


@given(waves_of_one_advisory(), st.booleans())
def test_no_audience_is_ever_said_to_have_the_text_before_its_embargo(
    waves: list[Wave], withdrawn: bool
) -> None:
    for lane in forecast.make(waves, {}, NOW, withdrawn=withdrawn).lanes:
        for one in lane.segments:
            if lane.embargo is not None and one.start < lane.embargo.instant:
                assert one.has is not Has.TEXT
                assert one.embargoed or one.has in (Has.NOTHING, Has.WITHDRAWN)


@given(waves_of_one_advisory())
def test_every_copy_that_is_still_to_go_has_its_row_and_a_hold_stops_what_is_not_on_hold(
    waves: list[Wave],
) -> None:
    found = forecast.make(waves, {}, NOW)
    going = [w for w in waves if w.going]
    told = sum(row.contacts for row in found.rows if row.event != "the embargo lifts")
    assert told == sum(w.going for w in going)
    assert found.hold.copies == sum(w.going for w in going if not w.on_hold)
    assert bool(found.hold.copies) is bool(found.hold.instants)
