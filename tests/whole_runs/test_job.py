"""The main job: queue, approve, run — over a real socket into a real SMTP server."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from stories import DAY, REF, approve, progress, queue, send, states
from support import LIFT, FakeClock, Sink, closed_port, open_office

from mailer.app import App, runner
from mailer.core.errors import MailerError
from mailer.core.log_filter import LogFilter
from mailer.core.states import DeliveryEvent
from mailer.ledger import outlook
from mailer.ledger.log import entries


def test_advance_then_release(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    send(app)
    assert sink.rcpts == []

    clock.at = LIFT - DAY
    send(app)
    assert sink.rcpts == ["ana@wire.example"]
    assert sink.taken[0].message["Subject"].startswith("EMBARGOED")

    clock.at = LIFT
    send(app)
    assert sorted(sink.rcpts) == [
        "ana@wire.example",
        "bo@wire.example",
        "cy@daily.example",
        "di@daily.example",
    ]
    assert set(states(app).values()) == {"accepted"}
    assert {p.state for p in progress(app)} == {"done"}
    send(app)
    assert len(sink.taken) == 4


def test_never_a_byte_before_the_lift(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app, ("national",))
    approve(app)
    clock.at = LIFT - timedelta(microseconds=1)
    send(app)
    assert sink.taken == []
    clock.at = LIFT
    send(app)
    assert len(sink.taken) == 2


def test_never_what_nobody_approved(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app)
    clock.at = LIFT
    send(app)
    assert sink.taken == []
    assert set(states(app).values()) == {"pending"}


def test_immediate_goes_once_it_is_approved(app: App, sink: Sink) -> None:
    queue(app, immediate=True)
    send(app)
    assert sink.taken == []
    approve(app)
    send(app)
    assert len(sink.taken) == 4


def test_the_ledger_keeps_each_attempt(app: App, sink: Sink) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    send(app)
    wanted = LogFilter(contact="the daily", states=("accepted",))
    entries = list(app.desk.log_entries(wanted))
    assert len(entries) == 2
    for entry in entries:
        assert (entry.code, entry.enhanced, entry.phase) == (250, "2.0.0", "answered")
        assert entry.reply.startswith("taken as")
        assert entry.relay == f"127.0.0.1:{sink.port}"
        assert entry.began_at is not None
        assert entry.ended_at is not None
        assert any(t.message["Message-ID"] == entry.message_id for t in sink.taken)


def test_a_relay_that_is_down_costs_nobody_an_attempt(
    app: App, tmp_path: Path, sink: Sink, clock: FakeClock
) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT
    with open_office(tmp_path / "config.toml", closed_port(), clock) as down:
        said = send(down)
        assert any("not available" in line and "nothing is lost" in line for line in said)
        assert set(states(down).values()) <= {"pending", "cancelled"}
        with down.database.read() as session:
            (fault,) = outlook.relay_faults(session, LIFT)
            assert fault.step == "connect"
    clock.move(minutes=2)
    send(app)
    assert len(sink.taken) == 4


def test_who_was_not_reached_before_the_lift_gets_the_release(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("wires",))
    approve(app)
    sink.answer = lambda command, rcpt: "451 4.3.0 later" if command == "RCPT" else None
    clock.at = LIFT - DAY
    send(app)
    assert states(app)["ana", "advance"] == "deferred"
    sink.answer = lambda command, rcpt: None
    clock.at = LIFT
    send(app)
    assert sorted(sink.rcpts) == ["ana@wire.example", "bo@wire.example"]
    assert states(app) == {
        ("ana", "advance"): "cancelled",
        ("ana", "release"): "accepted",
        ("bo", "release"): "accepted",
    }
    assert not any(t.message["Subject"].startswith("EMBARGOED") for t in sink.taken)


def test_deferred_is_tried_again_with_the_same_message_id(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    sink.answer = lambda command, rcpt: "451 4.3.0 later" if rcpt.startswith("cy") else None
    send(app)
    assert states(app) == {("cy", "release"): "deferred", ("di", "release"): "accepted"}
    send(app)
    assert sink.rcpts == ["di@daily.example"]
    with app.database.read() as session:
        (waiting,) = entries.find(session, LogFilter(states=("deferred",)))
    sink.answer = lambda command, rcpt: None
    clock.move(minutes=1)
    send(app)
    assert sink.rcpts == ["di@daily.example", "cy@daily.example"]
    assert sink.taken[1].message["Message-ID"] == waiting.message_id


def test_rejected_is_final(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    sink.answer = lambda command, rcpt: "550 5.1.1 no such user" if rcpt.startswith("cy") else None
    send(app)
    clock.move(hours=2)
    send(app)
    assert states(app) == {("cy", "release"): "rejected", ("di", "release"): "accepted"}
    assert sink.rcpts == ["di@daily.example"]


def test_given_up_after_a_day(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    sink.answer = lambda command, rcpt: "451 later" if command == "RCPT" else None
    for _ in range(200):
        send(app)
        clock.move(minutes=14)
    assert set(states(app).values()) == {"expired"}
    assert {p.state for p in progress(app)} == {"done"}


def test_a_line_that_drops_after_the_text_is_in_doubt_and_never_sent_again_by_itself(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    sink.answer = lambda command, rcpt: (
        "drop" if (command, rcpt) == ("DATA", "cy@daily.example") else None
    )
    send(app)
    clock.move(hours=1)
    sink.answer = lambda command, rcpt: None
    send(app)
    assert states(app) == {("cy", "release"): "in_doubt", ("di", "release"): "accepted"}
    assert sink.rcpts == ["di@daily.example"]

    app.desk.resolve(REF, contact=None, event=DeliveryEvent.RESEND, by="chief", now=clock())
    send(app)
    assert states(app)["cy", "release"] == "accepted"
    assert sink.rcpts == ["di@daily.example", "cy@daily.example"]


def test_a_refused_sender_holds_the_dispatch_until_a_person_decides(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    sink.answer = lambda command, rcpt: "550 5.7.1 not you" if command == "MAIL" else None
    said = send(app)
    assert any("held" in line and "not you" in line for line in said)
    clock.move(hours=1)
    sink.answer = lambda command, rcpt: None
    send(app)
    assert sink.taken == []
    approve(app)
    send(app)
    assert len(sink.taken) == 2


def test_cancel_stops_what_has_not_left(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT - DAY
    send(app)
    assert app.desk.cancel(REF, by="chief", now=clock()) == (3, 1)
    clock.at = LIFT
    send(app)
    assert sink.rcpts == ["ana@wire.example"]
    with pytest.raises(MailerError, match="nothing is left to cancel"):
        app.desk.cancel(REF, by="chief", now=clock())


def test_never_to_one_who_was_suppressed_after_the_plan(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app)
    approve(app)
    app.desk.suppress("CY@daily.example", reason="asked to", by="officer", now=clock())
    clock.at = LIFT
    send(app)
    assert "cy@daily.example" not in sink.rcpts
    assert states(app)["cy", "release"] == "suppressed"


def test_no_advance_copy_to_one_who_revoked_after_the_plan(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app)
    approve(app)
    app.desk.record_acceptance(
        "ana@wire.example", accepted=False, source="telephone", by="officer", now=clock()
    )
    clock.at = LIFT - DAY
    send(app)
    assert sink.taken == []
    clock.at = LIFT
    send(app)
    assert len(sink.taken) == 4
    assert states(app)["ana", "release"] == "accepted"


def test_found_late_within_the_grace_is_sent(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app, ("national",))
    approve(app)
    clock.at = LIFT + timedelta(minutes=14)
    send(app)
    assert len(sink.taken) == 2


def test_found_late_beyond_the_grace_waits_for_a_person(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",))
    approve(app)
    clock.at = LIFT + timedelta(minutes=16)
    said = send(app)
    assert any("overdue" in line for line in said)
    assert sink.taken == []
    approve(app)
    send(app)
    assert len(sink.taken) == 2


def test_nobody_gets_the_same_version_twice(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    send(app)
    with pytest.raises(MailerError, match=r"nobody would get it.*already has this version"):
        queue(app, ("national",), immediate=True)
    queue(app, ("wires", "national"), immediate=True)
    approve(app)
    send(app)
    assert len(sink.rcpts) == len(set(sink.rcpts)) == 4


def test_another_text_under_the_same_reference_is_refused_while_the_first_lives(
    app: App, tmp_path: Path
) -> None:
    queue(app)
    path = tmp_path / "advisory.md"
    path.write_text(path.read_text().replace("Four in ten of", "Half of"))
    with pytest.raises(MailerError, match="another text of it is planned already"):
        queue(app)
    app.desk.cancel(REF, by="officer", now=app.now())
    queue(app)
    assert app.desk.plan(REF).version == 2


def test_a_tick_is_not_late_for_the_lift_because_another_writes(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    """Looking ahead can wait for the next tick; it is no fault that a person would hear of."""
    queue(app)
    approve(app)
    clock.at = LIFT - timedelta(seconds=10)
    said: list[str] = []

    async def look() -> None:
        worker = runner(app, said.append)
        await worker._begin()
        with app.database.write():
            worker._look_ahead(clock())
        assert worker._warming is None
        worker._look_ahead(clock())
        assert worker._warming is not None
        await worker._warming
        await worker._end()

    asyncio.run(look())
    assert said == []
    assert sink.taken == []
