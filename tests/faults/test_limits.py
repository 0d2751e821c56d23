"""What a relay cannot take, what it refuses of us, and a relay that keeps breaking off."""

from __future__ import annotations

from collections import Counter

import pytest
from script import Act, Play, Plays, Point, as_usual, reply
from scripted import Relay
from stories import progress
from support import ADVISORY
from telling import QUICK, Offices, Story, Try

BOTH = pytest.mark.parametrize("pipelining", [False, True], ids=["one by one", "pipelined"])
MANY = tuple(f"n{i}" for i in range(12))


def states(story: Story) -> dict[str, str]:
    return {who: copy.state for who, copy in story.copies.items()}


# --- what the relay has said that it will not take ----------------------------------------------


@BOTH
def test_never_a_byte_of_what_is_larger_than_the_relay_takes(
    pipelining: bool, offices: Offices
) -> None:
    relay = Relay(pipelining=pipelining, offers=("SIZE 1000", "8BITMIME"))
    with offices.open(relay, **QUICK) as story:
        story.send()
        for copy in story.copies.values():
            assert copy.state == "rejected"
            assert copy.tries == (Try("secured", "permanent", 552),)
        assert "MAIL" not in relay.verbs()
        story.send_later()
        assert "MAIL" not in relay.verbs()
        story.account()


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE abc", "SIZE " + "9" * 40, "SIZE -1"])
def test_a_size_that_is_no_limit_refuses_nobody(size: str, offices: Offices) -> None:
    with offices.open(Relay(offers=(size, "8BITMIME")), **QUICK) as story:
        story.send()
        assert set(states(story).values()) == {"accepted"}
        story.account()


@BOTH
def test_never_an_address_that_is_not_ascii_without_smtputf8(
    pipelining: bool, offices: Offices
) -> None:
    relay = Relay(pipelining=pipelining)
    with offices.open(relay, ("n0", "né1", "n2"), **QUICK) as story:
        story.send()
        assert states(story) == {"n0": "accepted", "né1": "rejected", "n2": "accepted"}
        assert story.copies["né1"].tries == (Try("secured", "permanent", 553),)
        assert all(one.line.isascii() for one in relay.heard)
        assert relay.verbs().count("MAIL") == 2
        story.account()


@BOTH
def test_an_address_that_is_not_ascii_goes_with_smtputf8_and_only_that_one(
    pipelining: bool, offices: Offices
) -> None:
    relay = Relay(pipelining=pipelining, offers=("SIZE 10240000", "8BITMIME", "SMTPUTF8"))
    with offices.open(relay, ("n0", "né1", "n2"), **QUICK) as story:
        story.send()
        assert set(states(story).values()) == {"accepted"}
        mails = [one.line for one in relay.heard if one.line.upper().startswith(b"MAIL")]
        assert sum(b"SMTPUTF8" in line for line in mails) == 1
        story.account()


@BOTH
def test_a_relay_without_8bitmime_gets_seven_bits(pipelining: bool, offices: Offices) -> None:
    relay = Relay(pipelining=pipelining, offers=("SIZE 10240000",))
    foreign = ADVISORY.replace("coastal towns", "Żółć, 你好, القاهرة")
    with offices.open(relay, advisory=foreign, **QUICK) as story:
        story.send()
        assert set(states(story).values()) == {"accepted"}
        assert all(one.text.isascii() for one in relay.transactions)
        assert not any(b"BODY=8BITMIME" in one.line for one in relay.heard)
        story.account()


# --- our sender refused ---------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("said", ["550 5.7.1 not you", "553 5.1.8 what?", "501 5.1.7 what?"])
def test_a_refused_sender_rejects_nobody_and_holds_the_dispatch_for_a_person(
    said: str, pipelining: bool, offices: Offices
) -> None:
    relay = Relay(Plays(Play(Point.MAIL, reply(said))), pipelining=pipelining)
    with offices.open(relay, MANY, **QUICK) as story:
        told = story.send()
        assert any("held" in line and said[10:] in line for line in told)
        assert [one.state for one in progress(story.app)] == ["held"]
        tried = [copy for copy in story.copies.values() if copy.tries]
        assert tried
        for copy in tried:
            assert copy.tries == (Try("secured", "retry", int(said[:3])),)
        assert set(states(story).values()) <= {"deferred", "pending"}
        assert relay.transactions == []

        relay.script = as_usual
        story.send_later()
        assert relay.transactions == [], "a person decides, not the next run"
        story.approve_again()
        story.send_later()
        assert set(states(story).values()) == {"accepted"}
        story.account()


@BOTH
def test_a_message_too_large_at_mail_is_not_our_sender_refused(
    pipelining: bool, offices: Offices
) -> None:
    # RFC 1870 §6.1: 552 to MAIL is an answer to SIZE=, and of this one message.
    said = reply("552 5.3.4 message size exceeds limit")
    relay = Relay(Plays(Play(Point.MAIL, said, skip=1, times=1)), pipelining=pipelining)
    with offices.open(relay, **QUICK) as story:
        story.send()
        assert sorted(states(story).values()) == ["accepted", "accepted", "rejected"]
        story.account()


@BOTH
def test_552_to_a_mail_without_a_size_is_our_sender_refused(
    pipelining: bool, offices: Offices
) -> None:
    said = reply("552 5.2.2 mailbox of the sender is full")
    relay = Relay(Plays(Play(Point.MAIL, said)), pipelining=pipelining, offers=("8BITMIME",))
    with offices.open(relay, **QUICK) as story:
        story.send()
        assert [one.state for one in progress(story.app)] == ["held"]
        assert set(states(story).values()) <= {"deferred", "pending"}
        assert not any(b"SIZE=" in one.line for one in relay.heard)
        story.account()


# --- a relay that keeps breaking off --------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("closes", [False, True], ids=["stays", "closes"])
@pytest.mark.parametrize("point", [Point.MAIL, Point.RCPT, Point.DATA, Point.DOT])
def test_421_again_and_again_opens_the_circuit_before_everybody_has_paid(
    point: Point, closes: bool, pipelining: bool, offices: Offices
) -> None:
    act = Act(b"421 4.3.2 going\r\n", "close" if closes else "go on")
    relay = Relay(Plays(Play(point, act)), pipelining=pipelining)
    with offices.open(relay, MANY, **QUICK) as story:
        told = story.send()
        assert story.faults, "the circuit has opened"
        assert story.faults[0].code == 421
        assert any("not available" in line for line in told)
        paid = [copy for copy in story.copies.values() if copy.attempts]
        assert 0 < len(paid) < len(MANY)
        assert {copy.state for copy in paid} == {"deferred"}
        assert {copy.state for copy in story.copies.values()} == {"deferred", "pending"}
        story.account()
        relay.script = as_usual
        story.send_later()
        assert set(states(story).values()) == {"accepted"}
        story.account()


ALONG = (
    Point.BANNER,
    Point.EHLO,
    Point.MAIL,
    Point.RCPT,
    Point.DATA,
    Point.TEXT,
    Point.DOT,
)


@BOTH
@pytest.mark.parametrize("said", [b"", None], ids=["instead of", "after"])
def test_a_reset_between_every_pair_of_commands_loses_nobody_and_sends_nobody_two(
    said: bytes | None, pipelining: bool, offices: Offices
) -> None:
    def script(point: Point, rcpt: str, connection: int) -> Act | None:
        ends = connection < 2 * len(ALONG) and point is ALONG[connection % len(ALONG)]
        return Act(said, "reset") if ends else None

    relay = Relay(script, pipelining=pipelining)
    with offices.open(relay, MANY, **QUICK) as story:
        for _ in range(2 * len(ALONG)):
            story.send_later()
            story.account()
        relay.script = as_usual
        story.clock.move(hours=1)
        story.send_later()
        story.account()
        found = list(states(story).values())
        assert set(found) <= {"accepted", "in_doubt"}
        # In the text, after 354, and after the dot: three in each of two rounds, one connection.
        assert found.count("in_doubt") <= 6
        assert relay.connections > 2 * len(ALONG)


@BOTH
@pytest.mark.parametrize(
    ("point", "act", "comes"),
    [(Point.DOT, Act(None, "close"), 1), (Point.MAIL, reply("421 4.7.0 enough"), 2)],
    ids=["closes", "says so"],
)
def test_a_relay_that_takes_one_message_a_connection_puts_nobody_off(
    point: Point, act: Act, comes: int, pipelining: bool, offices: Offices
) -> None:
    met: Counter[tuple[Point, int]] = Counter()

    def script(where: Point, rcpt: str, connection: int) -> Act | None:
        met[where, connection] += 1
        return act if where is point and met[where, connection] == comes else None

    relay = Relay(script, pipelining=pipelining)
    with offices.open(relay, MANY) as story:
        story.send()
        assert {(copy.state, copy.attempts) for copy in story.copies.values()} == {("accepted", 1)}
        assert story.faults == []
        story.account()


@BOTH
def test_a_relay_that_lets_us_have_two_connections_is_never_taken_for_one_that_is_gone(
    pipelining: bool, offices: Offices
) -> None:
    def script(point: Point, rcpt: str, connection: int) -> Act | None:
        more = point is Point.BANNER and connection > 1
        return Act(b"421 4.7.0 too many connections\r\n", "close") if more else None

    relay = Relay(script, pipelining=pipelining)
    with offices.open(relay, tuple(f"n{i}" for i in range(40)), connections=4) as story:
        told = story.send()
        assert set(states(story).values()) == {"accepted"}
        assert story.faults == []
        assert len([line for line in told if "4 connections and refuses more" in line]) == 1
        story.account()


def test_never_a_session_given_up_with_the_next_copys_envelope_on_its_way(offices: Offices) -> None:
    # The window shrinks with every 450, and sessions beyond it end; it grows again with every 250.
    met: Counter[Point] = Counter()

    def script(point: Point, rcpt: str, connection: int) -> Act | None:
        met[point] += 1
        return reply("450 4.2.0 later") if point is Point.DOT and met[point] % 24 < 6 else None

    names = tuple(f"n{i}" for i in range(150))
    relay = Relay(script)
    with offices.open(relay, names, connections=6, **QUICK) as story:
        story.send()
        assert set(states(story).values()) == {"accepted", "deferred"}
        relay.script = as_usual
        story.send_later()
        assert set(states(story).values()) == {"accepted"}
        story.account()
