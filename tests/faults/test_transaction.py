"""Every answer to MAIL, RCPT, DATA, the text and its dot, and every way of not answering.

One row, one expectation: what becomes of the copy that meets it. Each is played to a relay that
takes one command at a time and to one with PIPELINING; the copies before and after it in the
session must come to no harm, and nobody may get two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from script import Act, Play, Plays, Point, as_usual, reply
from scripted import Relay
from telling import QUICK, Copy, Offices, Try

OUTCOMES = {
    "accepted": "accepted",
    "deferred": "retry",
    "rejected": "permanent",
    "in_doubt": "in doubt",
}
SECURED, SENDER, RECIPIENT = "secured", "sender given", "recipient given"
BEGUN, ANSWERED = ("text begun", "dot sent"), "answered"
CLOSE, RESET, HANG = Act(then="close"), Act(then="reset"), Act(then="hang")


@dataclass(frozen=True)
class Row:
    """What is played, and what becomes of the copy: its state, and how its attempt is recorded."""

    name: str
    plays: tuple[Play, ...]
    state: str
    phase: str | tuple[str, ...]
    code: int | None
    breaks: bool = False
    """The connection is lost by it: a copy that had been begun on it may have to come again."""
    textless: bool = True
    """The relay must see nothing of this copy's text, in that session."""

    def __str__(self) -> str:
        return self.name


def mail(name: str, act: Act, code: int | None, **more: Any) -> Row:
    """To the second MAIL; whose it is, is for the sender to choose.

    If the session ends by it, to the first: one that has carried a copy may end between two.
    """
    skip = 0 if more.get("breaks") else 1
    play = Play(Point.MAIL, act, skip=skip, times=1)
    return Row(name, (play,), "deferred", SECURED, code, **more)


def row(
    name: str,
    point: Point,
    act: Act,
    state: str,
    phase: str | tuple[str, ...],
    code: int | None = None,
    **more: Any,
) -> Row:
    return Row(name, (Play(point, act, "n1"),), state, phase, code, **more)


def rcpt(said: str, state: str, code: int) -> Row:
    return row(f"RCPT {said}", Point.RCPT, reply(said), state, SENDER, code)


def data(said: str, state: str, code: int | None, **more: Any) -> Row:
    return row(f"DATA {said}", Point.DATA, reply(said), state, RECIPIENT, code, **more)


def dot(said: str, state: str, **more: Any) -> Row:
    code = int(said[:3])
    return row(f"dot {said}", Point.DOT, reply(said), state, ANSWERED, code, textless=False, **more)


def text_lost(name: str, point: Point, act: Act) -> Row:
    return row(name, point, act, "in_doubt", BEGUN, breaks=True, textless=False)


NO_RCPT_BUT_354 = (
    Play(Point.RCPT, reply("550 5.1.1 no such user"), "n1"),
    Play(Point.DATA, reply("354 go on"), "n1"),
)

ROWS = (
    mail("MAIL 451", reply("451 4.3.0 later"), 451),
    mail("MAIL 452", reply("452 4.3.1 full"), 452),
    mail("MAIL close", CLOSE, None, breaks=True),
    mail("MAIL reset", RESET, None, breaks=True),
    mail("MAIL silence", HANG, None, breaks=True),
    mail("MAIL 421 and close", Act(b"421 4.3.2 going\r\n", "close"), 421, breaks=True),
    rcpt("450 4.2.0 greylisted", "deferred", 450),
    rcpt("451 4.3.0 later", "deferred", 451),
    rcpt("452 4.2.2 full", "deferred", 452),
    rcpt("552 5.2.2 too many", "deferred", 552),
    rcpt("550 5.1.1 no such user", "rejected", 550),
    rcpt("551 5.1.6 moved", "rejected", 551),
    rcpt("553 5.1.3 what?", "rejected", 553),
    rcpt("554 5.7.1 no", "rejected", 554),
    rcpt("503 5.5.1 what?", "rejected", 503),
    rcpt("421 4.7.0 later", "deferred", 421),
    rcpt("550 2.0.0 the basic code decides", "rejected", 550),
    rcpt("450 5.1.1 the basic code decides", "deferred", 450),
    rcpt("550 4.2.1 the basic code decides", "rejected", 550),
    row("RCPT close", Point.RCPT, CLOSE, "deferred", SENDER, breaks=True),
    row("RCPT reset", Point.RCPT, RESET, "deferred", SENDER, breaks=True),
    row("RCPT silence", Point.RCPT, HANG, "deferred", SENDER, breaks=True),
    row(
        "RCPT 421 and close",
        Point.RCPT,
        Act(b"421 4.3.2 going\r\n", "close"),
        "deferred",
        SENDER,
        421,
        breaks=True,
    ),
    Row("RCPT 550 yet DATA 354", NO_RCPT_BUT_354, "rejected", SENDER, 550, breaks=True),
    data("451 4.3.0 later", "deferred", 451),
    data("452 4.3.1 full", "deferred", 452),
    data("421 4.3.2 going", "deferred", 421, breaks=True),
    data("552 5.3.4 too large", "rejected", 552),
    data("554 5.7.1 no", "rejected", 554),
    data("550 2.0.0 the basic code decides", "rejected", 550),
    data("250 2.0.0 taken?", "deferred", 250, breaks=True),
    data("220 what?", "deferred", 220, breaks=True),
    data("334 what?", "deferred", 334, breaks=True),
    data("150 what?", "deferred", 150, breaks=True),
    row("DATA close", Point.DATA, CLOSE, "deferred", RECIPIENT, breaks=True),
    row("DATA reset", Point.DATA, RESET, "deferred", RECIPIENT, breaks=True),
    row("DATA silence", Point.DATA, HANG, "deferred", RECIPIENT, breaks=True),
    text_lost("354 and silence", Point.DATA, Act(b"354 go on\r\n", "hang")),
    text_lost("close within the text", Point.TEXT, Act(then="close", after=300)),
    text_lost("reset within the text", Point.TEXT, Act(then="reset", after=300)),
    text_lost("silence within the text", Point.TEXT, Act(then="hang", after=300)),
    text_lost("close after the dot", Point.DOT, CLOSE),
    text_lost("reset after the dot", Point.DOT, RESET),
    text_lost("silence after the dot", Point.DOT, HANG),
    dot("250 2.0.0 taken", "accepted"),
    dot("250 taken", "accepted"),
    dot("250", "accepted"),
    dot("200 taken", "accepted"),
    dot("251 taken", "accepted"),
    dot("252 taken", "accepted"),
    dot("299 taken", "accepted"),
    dot("250 5.1.1 the basic code decides", "accepted"),
    dot("250 4.2.0 the basic code decides", "accepted"),
    dot("450 4.2.0 later", "deferred"),
    dot("451 2.0.0 the basic code decides", "deferred"),
    dot("452 4.3.1 full", "deferred"),
    dot("550 5.7.1 spam", "rejected"),
    dot("552 5.3.4 too large", "rejected"),
    dot("554 2.0.0 the basic code decides", "rejected"),
    dot("421 4.3.2 going", "deferred", breaks=True),
    row(
        "dot 421 and close",
        Point.DOT,
        Act(b"421 4.3.2 going\r\n", "close"),
        "deferred",
        ANSWERED,
        421,
        breaks=True,
        textless=False,
    ),
    row(
        "dot 250 and close",
        Point.DOT,
        Act(b"250 2.0.0 taken\r\n", "close"),
        "accepted",
        ANSWERED,
        250,
        breaks=True,
        textless=False,
    ),
)


@pytest.mark.parametrize("pipelining", [False, True], ids=["one by one", "pipelined"])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_one_copy_meets_it_and_no_other_comes_to_harm(
    row: Row, pipelining: bool, offices: Offices
) -> None:
    relay = Relay(Plays(*row.plays), pipelining=pipelining)
    with offices.open(relay, **QUICK) as story:
        story.send()
        copies = story.copies
        victim = _victim(row, copies)
        assert victim.state == row.state
        (attempt,) = victim.tries
        phases = (row.phase,) if isinstance(row.phase, str) else row.phase
        assert attempt.phase in phases
        assert attempt == Try(attempt.phase, OUTCOMES[row.state], row.code)
        assert victim.attempts == 1
        if row.textless:
            assert relay.texts_for(victim.email.partition("@")[0]) in (b"", b".\r\n")
        others = [copy for copy in copies.values() if copy != victim]
        if row.breaks:
            assert {copy.state for copy in others} <= {"accepted", "deferred", "pending"}
        else:
            assert {(copy.state, copy.attempts) for copy in others} == {("accepted", 1)}
        story.account()

        relay.script = as_usual
        story.send_later()
        final = story.copies
        assert {copy.message_id for copy in final.values()} == {
            copy.message_id for copy in copies.values()
        }
        name = victim.email.partition("@")[0]
        assert {copy.state for who, copy in final.items() if who != name} == {"accepted"}
        assert final[name].state == ("accepted" if row.state == "deferred" else row.state)
        story.account()


@pytest.mark.parametrize("pipelining", [False, True], ids=["one by one", "pipelined"])
@pytest.mark.parametrize("then", ["close", "reset"])
def test_a_line_lost_with_the_354_is_in_doubt_only_if_something_of_the_text_may_have_left(
    then: str, pipelining: bool, offices: Offices
) -> None:
    script = Plays(Play(Point.DATA, Act(b"354 go on\r\n", then), "n1"))
    relay = Relay(script, pipelining=pipelining)
    with offices.open(relay, **QUICK) as story:
        story.send()
        victim = story.copies["n1"]
        assert victim.state in ("in_doubt", "deferred")
        assert victim.tries[0].phase in BEGUN
        if victim.state == "deferred":
            assert relay.texts_for("n1") == b""
        story.account()
        relay.script = as_usual
        story.send_later()
        ended = {"in_doubt": "in_doubt", "deferred": "accepted"}[victim.state]
        assert story.copies["n1"].state == ended
        story.account()


def _victim(row: Row, copies: dict[str, Copy]) -> Copy:
    if row.plays[0].who:
        return copies[row.plays[0].who]
    # Whose MAIL was the second is for the sender to choose. Of two that a lost connection
    # took along, the one whose MAIL was answered, or else either, has met the script.
    met = [copy for copy in copies.values() if copy.tries and copy.state != "accepted"]
    assert met, "nobody met the script"
    return met[0]
