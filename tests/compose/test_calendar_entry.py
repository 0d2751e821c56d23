"""The calendar entry that goes with an advance copy."""

from dataclasses import replace
from datetime import UTC, timedelta
from email import message_from_bytes, policy

import pytest
from compose_sample import (
    ASHA,
    CLAIRE,
    EMBARGO,
    LATER,
    LAYLA,
    LIFT,
    OFFICE,
    OWN,
    SENT,
    TEMPLATES,
    VERSION,
    dispatch,
    following,
    rendering,
)
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from mailer.compose.calendar import calendar
from mailer.compose.message import build
from mailer.core.model import Contact, Dispatch, DispatchKind, Embargo

CHANGE = DispatchKind.EMBARGO_CHANGE
HOUR = timedelta(hours=1)


def event_of(sent: Dispatch, reader: Contact) -> Event:
    entry = calendar(VERSION, sent, reader, OFFICE, embargoed=True)
    assert entry is not None
    [event] = Calendar.from_ical(entry.content).walk("VEVENT")
    assert isinstance(event, Event)
    return event


@pytest.mark.parametrize("reader", [ASHA, CLAIRE, LAYLA], ids=["en", "fr", "ar"])
def test_the_lift_stands_in_the_readers_own_zone(reader: Contact) -> None:
    event = event_of(dispatch(), reader)
    start = event["DTSTART"]
    assert start.params["TZID"] == reader.timezone
    assert start.dt.astimezone(UTC) == LIFT
    assert VERSION.reference in event["SUMMARY"]
    assert "UTC+00:00" in event["DESCRIPTION"]


def test_never_a_headline_in_a_calendar() -> None:
    for reader in (ASHA, CLAIRE, LAYLA):
        entry = calendar(VERSION, dispatch(), reader, OFFICE, embargoed=True)
        assert entry is not None
        unfolded = entry.content.decode().replace("\r\n ", "")
        for edition in VERSION.editions:
            assert edition.headline[:20] not in unfolded


def test_a_new_embargo_moves_the_same_entry() -> None:
    first, moved = event_of(dispatch(), ASHA), event_of(following(CHANGE), ASHA)
    assert first["UID"] == moved["UID"]
    assert moved["SEQUENCE"] > first["SEQUENCE"]
    assert moved["DTSTART"].dt.astimezone(UTC) == LATER.instant


KILL = following(DispatchKind.WITHDRAWAL)
EARLY = following(CHANGE, lifted=True)


@pytest.mark.parametrize("sent", [KILL, EARLY], ids=["kill", "early lift"])
def test_what_ends_before_its_lift_takes_the_entry_out_and_says_no_word_of_it(
    sent: Dispatch,
) -> None:
    for reader in (ASHA, CLAIRE, LAYLA):
        entry = calendar(VERSION, sent, reader, OFFICE, embargoed=False)
        assert entry is not None
        read = Calendar.from_ical(entry.content)
        assert read["METHOD"] == "CANCEL"
        [event] = read.walk("VEVENT")
        assert event["STATUS"] == "CANCELLED"
        assert event["UID"] == event_of(dispatch(), reader)["UID"]
        assert event["SEQUENCE"] > event_of(dispatch(), reader)["SEQUENCE"]
        assert event["DTSTART"].dt == LIFT
        assert VERSION.reference in event["SUMMARY"]
        assert {*event} == {
            *("UID", "DTSTAMP", "SEQUENCE", "ORGANIZER", "DTSTART", "SUMMARY", "STATUS")
        }


def test_what_is_not_embargoed_has_no_entry() -> None:
    release = dispatch(kind=DispatchKind.RELEASE)
    correction = following(DispatchKind.CORRECTION)
    nothing = replace(dispatch(), embargo=None)
    for sent in (release, correction, nothing, replace(KILL, embargo=None)):
        assert calendar(VERSION, sent, ASHA, OFFICE, embargoed=False) is None
    for sent in (KILL, EARLY):
        assert calendar(VERSION, replace(sent, instant=LIFT), ASHA, OFFICE, embargoed=False) is None
    assert calendar(VERSION, nothing, ASHA, OFFICE, embargoed=True) is None


@given(st.lists(st.integers(0, 60 * 60 * 24 * 365 * 40), min_size=2, max_size=6, unique=True))
def test_every_change_counts_on_from_the_one_before(seconds: list[int]) -> None:
    told = []
    for second in sorted(seconds):
        at = SENT + timedelta(seconds=second)
        sent = replace(following(CHANGE), instant=at, embargo=Embargo(at + HOUR, "Europe/London"))
        told.append(event_of(sent, ASHA))
    assert len({event["UID"] for event in told}) == 1
    assert [e["SEQUENCE"] for e in told] == sorted({e["SEQUENCE"] for e in told})
    assert [e["DTSTAMP"].dt for e in told] == sorted({e["DTSTAMP"].dt for e in told})
    assert told[-1]["SEQUENCE"] < 2**31


def test_each_audience_with_its_own_embargo_has_an_entry_of_its_own() -> None:
    assert event_of(dispatch("wires"), ASHA)["UID"] != event_of(dispatch(), ASHA)["UID"]
    corrected = replace(VERSION, number=2, organisation="The Lantern Coast Trust")
    entry = calendar(corrected, dispatch(), ASHA, OFFICE, embargoed=True)
    assert entry is not None
    [event] = Calendar.from_ical(entry.content).walk("VEVENT")
    assert event["UID"] == event_of(dispatch(), ASHA)["UID"]


@pytest.mark.parametrize("sent", [dispatch(), KILL], ids=["publish", "cancel"])
def test_an_entry_has_all_that_its_method_asks_for(sent: Dispatch) -> None:
    """RFC 5546 §3.2.1 and §3.2.5."""
    entry = calendar(VERSION, sent, ASHA, OFFICE, embargoed=sent.embargoed(SENT))
    assert entry is not None
    read = Calendar.from_ical(entry.content)
    [event] = read.walk("VEVENT")
    assert event["ORGANIZER"] == "mailto:tomas@press.example.org"
    assert event["ORGANIZER"].params["CN"] == VERSION.organisation
    assert "ATTENDEE" not in event
    for key in ("DTSTAMP", "DTSTART", "SUMMARY", "UID", "SEQUENCE"):
        assert event[key]
    lines = entry.content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert lines[-1] == b""


def test_the_entry_is_attached_and_named_as_one_to_add() -> None:
    rendered = rendering(TEMPLATES, VERSION, dispatch(), ASHA)
    message = build(rendered, VERSION, dispatch(), ASHA, OFFICE, OWN, SENT)
    parsed = message_from_bytes(message.content, policy=policy.default)
    [entry] = parsed.iter_attachments()  # type: ignore[attr-defined]
    assert entry["Content-Type"].params == {"charset": "utf-8", "method": "PUBLISH"}
    assert entry.get_filename() == "embargo.ics"
    assert "BEGIN:VTIMEZONE" in entry.get_content()


def test_a_reader_without_a_zone_has_the_audiences_or_the_embargos() -> None:
    nowhere = replace(ASHA, timezone="")
    sent = dispatch()
    assert event_of(sent, nowhere)["DTSTART"].params["TZID"] == "Europe/London"
    sent = replace(sent, audience=replace(sent.audience, timezone=""))
    later = replace(EMBARGO, instant=LIFT + timedelta(days=200), zone="America/New_York")
    event = event_of(replace(sent, embargo=later), nowhere)
    assert event["DTSTART"].params["TZID"] == "America/New_York"
    assert event["DTSTART"].dt.astimezone(UTC) == later.instant
