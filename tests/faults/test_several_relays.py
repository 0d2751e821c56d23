"""Two relays in order of preference: what one will not do the other does, and nobody gets two.

A copy that one relay may have taken is never given to the next; and the ledger says of each attempt
which relay it was with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from script import Act, Play, Plays, Point, as_usual, reply
from scripted import Relay, running
from sqlalchemy import text
from stories import progress
from telling import QUICK, Copy, Offices, Story, account, together
from test_any_relay import PLAYS
from test_ledger_faults import until

from mailer.app import runner
from mailer.config.sections import Fallback
from mailer.delivery.flow import STUMBLES

NAMES = tuple(f"n{i}" for i in range(8))
BOTH = pytest.mark.parametrize("pipelining", [False, True], ids=["one by one", "pipelined"])
CLOSE, RESET, HANG = Act(then="close"), Act(then="reset"), Act(then="hang")
GONE = reply("421 4.3.2 not now")


@dataclass
class Pair:
    """An office with two relays."""

    story: Story
    first: Relay
    second: Relay

    @property
    def copies(self) -> dict[str, Copy]:
        return self.story.copies

    @property
    def states(self) -> set[str]:
        return {copy.state for copy in self.copies.values()}

    def through(self, who: str) -> list[str]:
        """Which relay each attempt of a copy was with."""
        names = {f"127.0.0.1:{self.first.port}": "first", f"127.0.0.1:{self.second.port}": "second"}
        told = "SELECT a.relay FROM attempt a JOIN delivery d ON d.id = a.delivery_id "
        told += "WHERE d.email = :email ORDER BY a.number"
        with self.story.app.database.read() as session:
            rows = session.execute(text(told), {"email": f"{who}@daily.example"})
            return [names[row[0]] for row in rows]

    def account(self) -> None:
        """The two relays' records together agree with the ledger, and nobody has two."""
        account(together(self.first, self.second), self.copies)


@contextmanager
def pair(
    offices: Offices,
    first: Relay,
    second: Relay,
    names: tuple[str, ...] = NAMES,
    connections: int = 1,
) -> Iterator[Pair]:
    with (
        running(second),
        offices.open(first, names, connections=connections, **QUICK) as story,
    ):
        fallback = Fallback(host="127.0.0.1", port=second.port, tls="none", connections=connections)
        relay = story.app.config.relay.model_copy(update={"fallback": (fallback,)})
        config = story.app.config.model_copy(update={"relay": relay})
        story.app = replace(story.app, config=config)
        yield Pair(story, first, second)


def took(relay: Relay) -> set[str]:
    return {one.rcpt.partition("@")[0] for one in relay.transactions if one.accepted}


# --- before the text: the second takes what the first will not ----------------------------------


@BOTH
@pytest.mark.parametrize(
    ("point", "act"),
    [
        (Point.BANNER, GONE),
        (Point.BANNER, CLOSE),
        (Point.BANNER, HANG),
        (Point.EHLO, RESET),
        (Point.EHLO, reply("421 4.3.2 going")),
    ],
    ids=["421", "closed", "silent", "reset at EHLO", "421 at EHLO"],
)
def test_a_relay_that_will_not_have_us_costs_nobody_an_attempt_while_there_is_another(
    point: Point, act: Act, pipelining: bool, offices: Offices
) -> None:
    first = Relay(Plays(Play(point, act)), pipelining=pipelining)
    with pair(offices, first, Relay(pipelining=pipelining)) as office:
        said = office.story.send()
        assert len([line for line in said if "not available" in line]) == 1
        assert {(copy.state, copy.attempts) for copy in office.copies.values()} == {("accepted", 1)}
        assert {one for who in NAMES for one in office.through(who)} == {"second"}
        assert first.transactions == []
        office.account()


@BOTH
@pytest.mark.parametrize("point", [Point.MAIL, Point.RCPT, Point.DATA])
@pytest.mark.parametrize("act", [CLOSE, RESET, HANG, GONE], ids=["close", "reset", "hang", "421"])
def test_a_relay_that_dies_before_the_text_leaves_it_all_to_the_next(
    point: Point, act: Act, pipelining: bool, offices: Offices
) -> None:
    first = Relay(Plays(Play(point, act)), pipelining=pipelining)
    with pair(offices, first, Relay(pipelining=pipelining)) as office:
        office.story.send()
        assert office.states == {"accepted", "deferred"}
        put_off = {who for who, copy in office.copies.items() if copy.state == "deferred"}
        assert len(put_off) <= STUMBLES
        assert took(office.second) == set(NAMES) - put_off, "the rest goes on at once"
        for who in NAMES:
            assert office.through(who) == ["first" if who in put_off else "second"]
        office.account()
        first.script = as_usual
        office.story.send_later()
        assert office.states == {"accepted"}
        assert took(office.first) == put_off
        office.account()


# --- from the text on: never given to the next --------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("point", "act"),
    [
        (Point.TEXT, Act(then="close", after=300)),
        (Point.TEXT, Act(then="reset", after=300)),
        (Point.TEXT, Act(then="hang", after=300)),
        (Point.DOT, CLOSE),
        (Point.DOT, RESET),
        (Point.DOT, HANG),
        (Point.DOT, Act(b"hello\r\n")),
    ],
    ids=[
        "close within",
        "reset within",
        "silence within",
        "close after",
        "reset after",
        "silence after",
        "nonsense after",
    ],
)
def test_never_to_the_next_relay_what_the_first_may_have(
    point: Point, act: Act, pipelining: bool, offices: Offices
) -> None:
    first = Relay(Plays(Play(point, act)), pipelining=pipelining)
    with pair(offices, first, Relay(pipelining=pipelining)) as office:
        office.story.send()
        doubted = {who for who, copy in office.copies.items() if copy.state == "in_doubt"}
        assert doubted
        for _ in range(3):
            office.story.send_later()
        assert {who for who, copy in office.copies.items() if copy.state == "in_doubt"} >= doubted
        for who in doubted:
            assert office.through(who)[-1] == "first"
        assert not doubted & took(office.second)
        assert took(office.second), "the others go on by the second"
        assert office.states == {"accepted", "in_doubt"}
        office.account()


@BOTH
def test_what_the_first_has_accepted_stays_with_it_when_it_goes(
    pipelining: bool, offices: Offices
) -> None:
    script = Plays(
        Play(Point.BANNER, GONE, skip=1),
        Play(Point.DOT, Act(b"250 2.0.0 taken\r\n", "close"), skip=2, times=1),
    )
    with pair(offices, Relay(script, pipelining=pipelining), Relay()) as office:
        office.story.send()
        office.story.send_later()
        assert office.states == {"accepted"}
        assert len(took(office.first)) == 3
        assert took(office.first) | took(office.second) == set(NAMES)
        assert not took(office.first) & took(office.second)
        office.account()


# --- and back -----------------------------------------------------------------------------------


@BOTH
def test_a_relay_that_comes_back_is_preferred_again(pipelining: bool, offices: Offices) -> None:
    first = Relay(Plays(Play(Point.BANNER, GONE)), pipelining=pipelining)
    second = Relay(Plays(Play(Point.RCPT, GONE, skip=2)), pipelining=pipelining)
    with pair(offices, first, second) as office:
        office.story.send()
        assert len(took(second)) == 2
        assert "pending" in office.states
        first.script = second.script = as_usual
        pending = {who for who, copy in office.copies.items() if copy.state == "pending"}
        office.story.send_later()
        assert office.states == {"accepted"}
        assert took(office.first) >= pending
        office.account()


def test_never_the_same_copy_to_try_a_failing_relay_with_time_and_again(offices: Offices) -> None:
    async def live(office: Pair) -> None:
        worker = runner(office.story.app, office.story.said.append, random=Random(1))
        running = asyncio.create_task(worker.run())
        try:
            await until(lambda: running.done() or office.states == {"accepted", "deferred"})
            office.story.clock.move(minutes=6)
            await until(lambda: running.done() or office.states == {"accepted"})
        finally:
            worker.stop(quietly=True)
            await running

    first = Relay(Plays(Play(Point.MAIL, CLOSE)))
    with pair(offices, first, Relay()) as office:
        asyncio.run(live(office))
        assert {copy.attempts for copy in office.copies.values()} == {1, 2}
        assert took(office.second) == set(NAMES)
        office.account()


def test_no_relay_at_all_costs_nobody_anything_and_the_first_that_is_back_is_used(
    offices: Offices,
) -> None:
    first, second = (Relay(Plays(Play(Point.BANNER, GONE))) for _ in range(2))
    with pair(offices, first, second) as office:
        said = office.story.send()
        assert len([line for line in said if "not available" in line]) == 2
        assert {(copy.state, copy.attempts) for copy in office.copies.values()} == {("pending", 0)}
        second.script = as_usual
        office.story.send_later()
        assert office.states == {"accepted"}
        assert took(office.second) == set(NAMES)
        office.account()


def test_a_sender_that_the_first_refuses_is_not_tried_on_the_second(offices: Offices) -> None:
    # It is a person's to mend: two relays with two minds would send half of a dispatch.
    first = Relay(Plays(Play(Point.MAIL, reply("550 5.7.1 not you"))))
    with pair(offices, first, Relay()) as office:
        office.story.send()
        office.story.send_later()
        assert [one.state for one in progress(office.story.app)] == ["held"]
        assert office.second.transactions == []
        office.account()


@settings(max_examples=12)
@given(
    plays=st.tuples(*[st.lists(PLAYS, max_size=5)] * 2),
    pipelining=st.booleans(),
    connections=st.integers(1, 3),
)
def test_never_twice_never_lost_whatever_two_relays_do(
    offices: Offices, plays: tuple[list[Play], list[Play]], pipelining: bool, connections: int
) -> None:
    first, second = (Relay(Plays(*one), pipelining=pipelining) for one in plays)
    with pair(offices, first, second, connections=connections) as office:
        for _ in range(2):
            office.story.send_later()
            office.account()
            if "held" in {one.state for one in progress(office.story.app)}:
                office.story.approve_again()
        first.script = second.script = as_usual
        office.story.clock.move(minutes=8)
        office.story.send_later()
        office.account()
        assert office.states <= {"accepted", "rejected", "in_doubt"}
