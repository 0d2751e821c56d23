"""Whatever a relay does, and however often: nobody twice, nobody lost, and the ledger agrees.

A search for a script of faults that breaks the accounts. Hypothesis prints the smallest one that
does, with what reproduces it.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from script import Act, Play, Plays, Point, as_usual
from scripted import Relay
from stories import progress
from telling import QUICK, Offices

REPLIES = (
    b"421 4.3.2 going\r\n",
    b"450 4.2.0 later\r\n",
    b"451-4.3.0 later\r\n451 4.3.0 really\r\n",
    b"452 4.3.1 full\r\n",
    b"500 5.5.2 what?\r\n",
    b"550 5.1.1 no\r\n",
    b"552 5.3.4 too large\r\n",
    b"554 5.7.1 no\r\n",
    b"hello\r\n",
    b"250-one\r\n550 two\r\n",
    b"250 " + b"x" * 40_000 + b"\r\n",
)
ENDS = ("close", "reset")
# QUIT has rows of its own: what becomes of it bears on no copy.
ELSEWHERE = (Point.STARTTLS, Point.AUTH, Point.HELO, Point.QUIT)
POINTS = [point for point in Point if point not in ELSEWHERE]


def acts(point: Point) -> st.SearchStrategy[Act]:
    said = st.sampled_from(REPLIES).map(Act)
    ended = st.builds(Act, st.sampled_from([None, b""]), st.sampled_from(ENDS))
    if point is Point.TEXT:
        return st.builds(Act, st.just(b""), st.sampled_from(ENDS), st.integers(0, 3000))
    return st.one_of(said, said, ended, st.just(Act(b"2", "trickle")))


PLAYS = st.sampled_from(POINTS).flatmap(
    lambda point: st.builds(
        Play,
        st.just(point),
        acts(point),
        skip=st.integers(0, 5),
        times=st.integers(1, 3),
    )
)
NAMES = tuple(f"n{i}" for i in range(6))


@settings(max_examples=15)
@given(
    plays=st.lists(PLAYS, min_size=1, max_size=6),
    pipelining=st.booleans(),
    manner=st.sampled_from(["each", "together", "drip"]),
    connections=st.integers(1, 3),
)
def test_never_twice_never_lost_and_never_otherwise_than_the_relay_says(
    offices: Offices, plays: list[Play], pipelining: bool, manner: str, connections: int
) -> None:
    relay = Relay(Plays(*plays), pipelining=pipelining)
    relay.manner = manner  # type: ignore[assignment]
    with offices.open(relay, NAMES, connections=connections, **QUICK) as story:
        for _ in range(2):
            story.send_later()
            story.account()
            if "held" in {one.state for one in progress(story.app)}:
                story.approve_again()
        relay.script = as_usual
        story.clock.move(minutes=8)  # with the next six, within the late grace
        story.send_later()
        story.account()
        found = {who: copy.state for who, copy in story.copies.items()}
        assert set(found) == set(NAMES)
        assert set(found.values()) <= {"accepted", "rejected", "in_doubt"}
        for copy in story.copies.values():
            # Given up only by a clear word of the relay's, in doubt only with a text begun.
            last = copy.tries[-1]
            if copy.state == "rejected":
                assert last.code is not None
                assert 500 <= last.code <= 599
            if copy.state == "in_doubt":
                assert last.phase in ("text begun", "dot sent", "answered")
