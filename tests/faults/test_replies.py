"""Replies of every shape: what is well-formed in an odd packet, and what is not SMTP at all.

What is not a reply, or one that nobody asked for, ends the session: before the text the copy is
tried again, after it the copy is in doubt. A copy is never taken for accepted by a reply that was
there before the relay had its text.
"""

from __future__ import annotations

from typing import Literal

import pytest
from script import Act, Play, Plays, Point, as_usual, reply
from scripted import Relay
from telling import QUICK, SECRETS, Offices

BOTH = pytest.mark.parametrize("pipelining", [False, True], ids=["one by one", "pipelined"])

ODD = {
    "nonsense": b"hello there\r\n",
    "an empty line": b"\r\n",
    "no code": b"ok 250\r\n",
    "two digits": b"25 ok\r\n",
    "four digits": b"2500 ok\r\n",
    "no such class": b"750 ok\r\n",
    "a signed code": b"+25 ok\r\n",
    "a code with a space": b" 25 ok\r\n",
    "NUL before the code": b"\x00250 ok\r\n",
    "NUL within the code": b"2\x0050 ok\r\n",
    "mixed codes": b"250-one\r\n550 two\r\n",
    "mixed codes, the other way": b"550-one\r\n250 two\r\n",
    "a line of 200 kB": b"250 " + b"x" * 200_000 + b"\r\n",
    "200 kB and no end of line": b"250 " + b"x" * 200_000,
    "a reply of 200 kB in lines": b"250-more\r\n" * 20_000 + b"250 ok\r\n",
}


MIXED_FOR_DATA = {
    "nonsense": ODD["nonsense"],
    "mixed codes": b"354-go\r\n554 no\r\n",
    "mixed codes, the other way": b"554-no\r\n354 go on\r\n",
    "NUL within the code": b"3\x0054 go on\r\n",
    "four digits": b"3540 go on\r\n",
}
AT = [(Point.RCPT, name, said) for name, said in ODD.items()] + [
    (Point.DATA, name, said) for name, said in MIXED_FOR_DATA.items()
]


@BOTH
@pytest.mark.parametrize(("point", "odd", "said"), AT, ids=[f"{p}: {name}" for p, name, _ in AT])
def test_never_the_text_after_what_is_not_a_reply(
    point: Point, odd: str, said: bytes, pipelining: bool, offices: Offices
) -> None:
    relay = Relay(Plays(Play(point, Act(said), "n1")), pipelining=pipelining)
    with offices.open(relay, **QUICK) as story:
        story.send()
        assert story.copies["n1"].state == "deferred"
        assert [one.outcome for one in story.copies["n1"].tries] == ["retry"]
        assert not any(secret in relay.texts_for("n1") for secret in SECRETS)
        _ends_well(story.send_later, relay)
        assert {copy.state for copy in story.copies.values()} == {"accepted"}
        story.account()


@BOTH
@pytest.mark.parametrize("odd", ODD)
def test_never_taken_for_accepted_or_refused_by_what_is_not_a_reply(
    odd: str, pipelining: bool, offices: Offices
) -> None:
    relay = Relay(Plays(Play(Point.DOT, Act(ODD[odd]), "n1")), pipelining=pipelining)
    with offices.open(relay, **QUICK) as story:
        said = story.send()
        assert story.copies["n1"].state == "in_doubt"
        assert [one.outcome for one in story.copies["n1"].tries] == ["in doubt"]
        assert any("in doubt" in line and "n1@daily.example" in line for line in said)
        _ends_well(story.send_later, relay)
        assert {who: copy.state for who, copy in story.copies.items()} == {
            "n0": "accepted",
            "n1": "in_doubt",
            "n2": "accepted",
        }
        story.account()


def _ends_well(send_later: object, relay: Relay) -> None:
    relay.script = as_usual
    assert callable(send_later)
    send_later()


@BOTH
@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"250-one\r\n250-two\r\n250 three\r\n", 250),
        (b"250-2.0.0 one\r\n250 2.0.0 two\r\n", 250),
        (b"250 2.0.0 taken\n", 250),
        (b"250-one\n250 two\n", 250),
        (b"250 2.0.0 ta\x00ken \x1b[2J\r\n", 250),
        (b"250 2.0.0 pris \xe0 20 h\r\n", 250),
        (b"250 " + b"x" * 1000 + b"\r\n", 250),
    ],
    ids=[
        "many lines",
        "enhanced lines",
        "bare LF",
        "bare LFs",
        "control characters",
        "Latin-1",
        "1000",
    ],
)
def test_a_reply_that_is_only_odd_in_form_counts(
    said: bytes, code: int, pipelining: bool, offices: Offices
) -> None:
    relay = Relay(Plays(Play(Point.DOT, Act(said), "n1")), pipelining=pipelining)
    with offices.open(relay, **QUICK) as story:
        story.send()
        assert {copy.state for copy in story.copies.values()} == {"accepted"}
        assert [one.code for one in story.copies["n1"].tries] == [code]
        story.account()


@BOTH
@pytest.mark.parametrize("manner", ["each", "together", "drip"])
def test_replies_count_the_same_in_one_packet_and_octet_by_octet(
    manner: Literal["each", "together", "drip"], pipelining: bool, offices: Offices
) -> None:
    script = Plays(
        Play(Point.RCPT, reply("550-5.1.1 no", "550 5.1.1 such user"), "n1"),
        Play(Point.RCPT, reply("450 4.2.0 greylisted"), "n3"),
        Play(Point.DOT, reply("552 5.3.4 too large"), "n4"),
        Play(Point.DOT, reply("250-2.0.0 taken", "250 2.0.0 and kept"), "n5"),
    )
    relay = Relay(script, pipelining=pipelining, manner=manner)
    with offices.open(relay, ("n0", "n1", "n2", "n3", "n4", "n5", "n6"), **QUICK) as story:
        story.send()
        assert {who: copy.state for who, copy in story.copies.items()} == {
            "n0": "accepted",
            "n1": "rejected",
            "n2": "accepted",
            "n3": "deferred",
            "n4": "rejected",
            "n5": "accepted",
            "n6": "accepted",
        }
        assert relay.connections == 1
        story.account()


# --- replies that nobody asked for --------------------------------------------------------------

UNASKED = {
    "after MAIL's": (Point.MAIL, b"250 ok\r\n250 ok\r\n"),
    "after RCPT's": (Point.RCPT, b"250 ok\r\n250 ok\r\n"),
    "a 354 after MAIL's": (Point.MAIL, b"250 ok\r\n354 go on\r\n"),
    "a 354 after RCPT's": (Point.RCPT, b"250 ok\r\n354 go on\r\n"),
    "a whole dialogue after MAIL's": (Point.MAIL, b"250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n"),
    "a 250 after DATA's": (Point.DATA, b"354 go on\r\n250 taken\r\n"),
    "a 550 after DATA's": (Point.DATA, b"354 go on\r\n550 no\r\n"),
    "a second 354": (Point.DATA, b"354 go on\r\n354 go on\r\n"),
}


@BOTH
@pytest.mark.parametrize("unasked", UNASKED)
def test_a_reply_too_many_before_the_text_ends_the_session_and_accepts_nothing(
    unasked: str, pipelining: bool, offices: Offices
) -> None:
    point, said = UNASKED[unasked]
    script = Plays(
        Play(point, Act(said), times=1),
        # If the text came nonetheless, the ledger must not have it as accepted.
        Play(Point.DOT, reply("550 5.7.1 refused all the same"), times=1),
    )
    # One packet, so that the word too many is there before the text could begin. Once it has begun,
    # what the relay says is its answer to it.
    relay = Relay(script, pipelining=pipelining, manner="together")
    with offices.open(relay, ("n0",), **QUICK) as story:
        story.send()
        texts = b"".join(one.text for one in relay.transactions)
        assert not any(secret in texts for secret in SECRETS)
        assert story.copies["n0"].state == "deferred"
        story.account()
        _ends_well(story.send_later, relay)
        assert story.copies["n0"].state == "accepted"
        story.account()


@pytest.mark.parametrize(
    "more", [b"250 2.0.0 again\r\n", b"550 5.7.1 no, refused\r\n", b"hello\r\n"]
)
def test_two_answers_to_one_text_leave_it_in_doubt(more: bytes, offices: Offices) -> None:
    # One command at a time: with PIPELINING the second could be the answer to the next MAIL.
    script = Plays(Play(Point.DOT, Act(b"250 2.0.0 taken\r\n" + more), "n1"))
    relay = Relay(script, pipelining=False)
    with offices.open(relay, **QUICK) as story:
        story.send()
        assert story.copies["n1"].state == "in_doubt"
        _ends_well(story.send_later, relay)
        assert story.copies["n1"].state == "in_doubt"
        assert {story.copies[who].state for who in ("n0", "n2")} == {"accepted"}
        story.account()


def test_an_answer_too_many_in_a_pipeline_makes_nobody_accepted_who_is_not(
    offices: Offices,
) -> None:
    script = Plays(Play(Point.DOT, Act(b"250 2.0.0 taken\r\n550 5.7.1 no\r\n"), "n1"))
    relay = Relay(script, pipelining=True)
    with offices.open(relay, **QUICK) as story:
        story.send()
        assert story.copies["n1"].state in ("accepted", "in_doubt")
        story.account()


@BOTH
def test_a_farewell_after_the_last_answer_takes_nothing_back(
    pipelining: bool, offices: Offices
) -> None:
    script = Plays(Play(Point.QUIT, Act(b"421 4.3.2 going\r\n", "close")))
    relay = Relay(script, pipelining=pipelining)
    with offices.open(relay, **QUICK) as story:
        story.send()
        assert {copy.state for copy in story.copies.values()} == {"accepted"}
        story.account()


@BOTH
@pytest.mark.parametrize(
    "act",
    [
        reply("500 5.5.2 what?"),
        Act(b"nonsense\r\n"),
        Act(then="close"),
        Act(then="reset"),
    ],
    ids=["500", "nonsense", "close", "reset"],
)
def test_whatever_becomes_of_quit_what_was_accepted_stays_accepted(
    act: Act, pipelining: bool, offices: Offices
) -> None:
    relay = Relay(Plays(Play(Point.QUIT, act)), pipelining=pipelining)
    with offices.open(relay, **QUICK) as story:
        story.send()
        assert {(copy.state, copy.attempts) for copy in story.copies.values()} == {("accepted", 1)}
        assert story.faults == []
        story.account()


@BOTH
@pytest.mark.parametrize(
    "piece", [b"", b"250-more\r\n", b"2"], ids=["no code", "whole lines", "digits"]
)
@pytest.mark.parametrize(
    ("point", "state"),
    [
        (Point.RCPT, "deferred"),
        (Point.DATA, "deferred"),
        (Point.DOT, "in_doubt"),
    ],
)
def test_a_reply_that_trickles_for_ever_has_a_deadline(
    point: Point, state: str, piece: bytes, pipelining: bool, offices: Offices
) -> None:
    relay = Relay(Plays(Play(point, Act(piece, "trickle"), "n1")), pipelining=pipelining)
    with offices.open(relay, **QUICK) as story:
        story.send()
        assert story.copies["n1"].state == state
        _ends_well(story.send_later, relay)
        final = "accepted" if state == "deferred" else state
        assert story.copies["n1"].state == final
        assert {story.copies[who].state for who in ("n0", "n2")} == {"accepted"}
        story.account()
