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
    MESSAGE_ID,
    OFFICE,
    SENT,
    TEMPLATES,
    VERSION,
    dispatch,
    following,
    rendering,
)
from icalendar import Calendar, Event

from mailer.compose.calendar import calendar
from mailer.compose.message import build
from mailer.core.model import Contact, Dispatch, DispatchKind

CHANGE = DispatchKind.EMBARGO_CHANGE


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


def test_what_is_not_embargoed_has_no_entry() -> None:
    release = dispatch(kind=DispatchKind.RELEASE)
    assert calendar(VERSION, release, ASHA, OFFICE, embargoed=False) is None
    assert calendar(VERSION, following(CHANGE, lifted=True), ASHA, OFFICE, embargoed=False) is None
    kill = following(DispatchKind.WITHDRAWAL)
    assert calendar(VERSION, kill, ASHA, OFFICE, embargoed=True) is None
    nothing = replace(dispatch(), embargo=None)
    assert calendar(VERSION, nothing, ASHA, OFFICE, embargoed=True) is None


def test_the_entry_is_attached_and_named_as_one_to_add() -> None:
    rendered = rendering(TEMPLATES, VERSION, dispatch(), ASHA)
    message = build(rendered, VERSION, dispatch(), ASHA, OFFICE, MESSAGE_ID, SENT)
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
