"""A relay that is slow at every step: each reply has a deadline, and all of a transaction has one.

Real sockets and short deadlines. Whatever comes before the text has a time of its own, so that a
text never begins that would not have its whole time for an answer.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from conftest import Certificates
from script import Act, Play, Plays, Point, as_usual, reply
from scripted import Relay
from telling import Offices, Story

from mailer import scheduler
from mailer.app import runner
from mailer.core.clockwatch import Reading

BOTH = pytest.mark.parametrize("pipelining", [False, True], ids=["one by one", "pipelined"])
EACH = timedelta(seconds=0.5)
BEFORE_THE_TEXT = timedelta(seconds=0.75)
HURRY: dict[str, Any] = {
    "command_timeout": EACH,
    "data_timeout": EACH,
    "transaction_timeout": EACH + BEFORE_THE_TEXT,
}
SLOWLY = Act(None, slowly=0.35)
"""Within the deadline of a reply; three of it are not within that of a transaction."""


@BOTH
def test_never_a_text_after_an_envelope_that_took_too_long_though_no_reply_did(
    pipelining: bool, offices: Offices
) -> None:
    slow = [Play(point, SLOWLY) for point in (Point.MAIL, Point.RCPT, Point.DATA)]
    relay = Relay(Plays(*slow), pipelining=pipelining)
    with offices.open(relay, ("n0",), **HURRY) as story:
        story.send()
        assert story.copies["n0"].state == "deferred"
        (one,) = story.copies["n0"].tries  # how far it came, the machine's load decides
        assert (one.outcome, one.code) == ("retry", None)
        assert relay.texts_for("n0") == b""
        relay.script = as_usual
        story.send_later()
        assert story.copies["n0"].state == "accepted"
        story.account()


@BOTH
def test_a_slow_envelope_takes_nothing_from_the_time_for_the_answer_to_the_text(
    pipelining: bool, offices: Offices
) -> None:
    slow = [Play(point, SLOWLY) for point in (Point.MAIL, Point.DATA, Point.DOT)]
    relay = Relay(Plays(*slow), pipelining=pipelining)
    with offices.open(relay, ("n0",), **HURRY) as story:
        story.send()
        assert story.copies["n0"].state == "accepted"
        story.account()


@BOTH
def test_an_answer_to_the_text_that_never_ends_is_in_doubt_at_its_deadline(
    pipelining: bool, offices: Offices
) -> None:
    act = Act(b"250-more\r\n", "trickle")
    relay = Relay(Plays(Play(Point.DOT, act, "n1")), pipelining=pipelining)
    with offices.open(relay, **HURRY) as story:
        story.send()
        assert story.copies["n1"].state == "in_doubt"
        relay.script = as_usual
        story.send_later()
        states = {who: copy.state for who, copy in story.copies.items()}
        assert states == {"n0": "accepted", "n1": "in_doubt", "n2": "accepted"}
        story.account()


def test_opening_a_session_has_one_deadline_for_all_of_it(
    offices: Offices, certificates: Certificates
) -> None:
    slow = [Play(point, SLOWLY) for point in (Point.EHLO, Point.STARTTLS)]
    relay = Relay(Plays(*slow), tls=certificates.good, offers=("SIZE 10240000", "STARTTLS"))
    with offices.open(relay, ("n0",), tls="starttls", **HURRY) as story:
        said = story.send()
        assert any("not available (starttls: it took too long" in line for line in said)
        assert [fault.step for fault in story.faults] == ["starttls"]
        assert story.copies["n0"].attempts == 0
        assert relay.transactions == []
        relay.script = as_usual
        story.send_later()
        assert story.copies["n0"].state == "accepted"
        story.account()


def test_what_is_due_never_waits_for_the_answer_to_another_text(
    offices: Offices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "TICK", timedelta(milliseconds=5))
    monkeypatch.setattr(scheduler, "STOP_WITHIN", timedelta())
    hangs = Play(Point.DOT, Act(b"", "hang"), who="n0")
    put_off = Play(Point.DOT, reply("451 4.3.0 later"), who="n1", times=1)

    async def run(story: Story) -> None:
        def read() -> Reading:
            return Reading(story.clock(), story.clock().timestamp(), synchronised=True)

        worker = runner(story.app, story.said.append, read=read)
        running = asyncio.create_task(worker.run())
        async with asyncio.timeout(60):  # a hang is a failure
            while story.copies["n1"].state != "deferred":
                await asyncio.sleep(0.01)
            story.clock.move(minutes=6)
            while story.copies["n1"].state != "accepted":
                await asyncio.sleep(0.01)
        assert story.copies["n0"].state == "sending"
        worker.stop(quietly=True)
        await running

    with offices.open(Relay(Plays(hangs, put_off)), ("n0", "n1"), connections=3) as story:
        asyncio.run(run(story))
        assert story.copies["n0"].state == "in_doubt"
        story.account()
