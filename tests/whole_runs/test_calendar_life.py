"""What a reader's calendar is told over the life of an advisory, read from what the relay took."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

from icalendar import Calendar, Event
from stories import DAY, REF, approve, document, queue, send
from support import LIFT, FakeClock, Sink

from mailer.app import App

LATER = "2027-02-10T00:01:00Z"
LATEST = "2027-02-11T00:01:00Z"


def entries(sink: Sink, who: str) -> list[tuple[str, Event]]:
    """The method and the entry of each calendar part that somebody was sent, in order."""
    found = []
    for one in sink.taken:
        for part in one.message.walk():
            if one.rcpt_to.startswith(who) and part.get_content_type() == "text/calendar":
                entry = Calendar.from_ical(part.get_content())
                [event] = entry.walk("VEVENT")
                assert isinstance(event, Event)
                assert part["Content-Type"].params["method"] == entry["METHOD"]
                found.append((str(entry["METHOD"]), event))
    return found


def start(event: Event) -> datetime:
    at = event["DTSTART"].dt
    assert isinstance(at, datetime)
    return at.astimezone(UTC)


def advance(app: App, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT - DAY
    send(app)
    clock.move(minutes=1)


def plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_one_entry_is_moved_and_taken_out_over_the_life_of_an_advisory(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    advance(app, clock)
    for line in (LATER, LATEST):
        app.desk.reschedule(REF, embargo_line=line, by="officer", now=clock())
        approve(app)
        send(app)
        clock.move(seconds=1)
    path = document(app)
    path.write_text(path.read_text().replace("Four in ten of", "Half of"))
    app.desk.correct(path, note="Half.", by="officer", now=clock())
    approve(app)
    send(app)
    clock.move(seconds=1)
    app.desk.withdraw(REF, note="Wrong.", by="officer", now=clock())
    send(app)

    told = entries(sink, "ana")
    assert [method for method, _ in told] == ["PUBLISH"] * 4 + ["CANCEL"]
    events = [event for _, event in told]
    assert len({str(event["UID"]) for event in events}) == 1
    for key in ("SEQUENCE", "DTSTAMP"):
        seen = [event[key].dt if key == "DTSTAMP" else event[key] for event in events]
        assert seen == sorted(set(seen)), key
    later, latest = datetime.fromisoformat(LATER), datetime.fromisoformat(LATEST)
    assert [start(event) for event in events] == [LIFT, later, latest, latest, latest]
    assert events[-1]["STATUS"] == "CANCELLED"
    kill = sink.taken[-1].message
    assert "Four in ten" not in str(kill)


def test_an_early_lift_takes_the_entry_out(app: App, sink: Sink, clock: FakeClock) -> None:
    advance(app, clock)
    app.desk.lift(REF, by="officer", now=clock())
    send(app)
    (before, first), (after, last) = entries(sink, "ana")
    assert (before, after) == ("PUBLISH", "CANCEL")
    assert (first["UID"], start(first)) == (last["UID"], start(last))
    assert last["SEQUENCE"] > first["SEQUENCE"]
    assert not entries(sink, "bo")


def test_what_is_killed_after_its_lift_is_in_no_calendar(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    advance(app, clock)
    clock.at = LIFT
    send(app)
    clock.move(minutes=1)
    app.desk.withdraw(REF, note="Wrong.", by="officer", now=clock())
    send(app)
    assert [method for method, _ in entries(sink, "ana")] == ["PUBLISH"]
    assert not entries(sink, "bo")


def test_a_second_new_embargo_says_the_one_that_it_replaces(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    advance(app, clock)
    for line in (LATER, LATEST):
        app.desk.reschedule(REF, embargo_line=line, by="officer", now=clock())
        approve(app)
        send(app)
        clock.move(minutes=1)
    was, now = plain(sink.taken[-1].message).partition("\nWas\n")[2].split("\nNow\n")
    assert "10 February 2027" in was
    assert "11 February 2027" in now
