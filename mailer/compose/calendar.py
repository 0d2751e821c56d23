"""The lift of an embargo as an entry for the reader's calendar (iCalendar, RFC 5545 and 5546).

One entry for an advisory and an audience, whatever becomes of it: an advance copy publishes it, a
new embargo moves it, and a withdrawal or an early lift takes it out again. It names the item by its
reference and never by its headline: a calendar is shared and shown.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailer.compose.headers import mailbox_of
from mailer.compose.text import one_line
from mailer.compose.view import shown_zone, tongues
from mailer.compose.wording import word
from mailer.core.embargo import say
from mailer.core.model import Attachment, Contact, Dispatch, DispatchKind, Embargo, Office, Version

NAME = "embargo.ics"
_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
"""Sequence numbers are seconds from here: they rise, and fit 31 bits until 2088."""


def calendar(
    version: Version, dispatch: Dispatch, recipient: Contact, office: Office, *, embargoed: bool
) -> Attachment | None:
    """The entry that goes with this contact's copy, in their language and zone.

    What is embargoed and in force publishes it: an advance copy, its correction, its new embargo.
    A withdrawal before the lift, and a lift before its time, cancel it; nothing else has one.
    """
    if embargoed and dispatch.embargo and dispatch.kind is not DispatchKind.WITHDRAWAL:
        embargo, method = dispatch.embargo, "PUBLISH"
        zone = shown_zone(dispatch, recipient, embargoed=True) or embargo.zone
    elif (ended := _ended(dispatch)) and dispatch.instant < ended.instant:
        embargo, method, zone = ended, "CANCEL", "UTC"
    else:
        return None
    audience = dispatch.audience
    key = "reply_to" if audience.reply_to else "sender"
    _, organizer = mailbox_of(audience.reply_to or audience.sender, audience.name, key)
    return _entry(
        method,
        one_line(version.reference or version.kind),
        one_line(version.organisation),
        audience.name,
        office.domain,
        organizer,
        dispatch.instant,
        embargo,
        zone,
        tongues(version, dispatch, recipient).wording,
    )


def _ended(dispatch: Dispatch) -> Embargo | None:
    """The embargo whose lift those who get this notice may have in their calendar for nothing."""
    if dispatch.kind is DispatchKind.WITHDRAWAL:
        return dispatch.embargo
    return dispatch.earlier if dispatch.kind is DispatchKind.EMBARGO_CHANGE else None


@lru_cache(maxsize=256)
def _entry(
    method: str,
    reference: str,
    organisation: str,
    audience: str,
    domain: str,
    organizer: str,
    issued: datetime,
    embargo: Embargo,
    zone: str,
    wording: str,
) -> Attachment:
    from icalendar import Calendar, Event, vCalAddress  # loaded where there is an embargo

    event = Event()
    # The same for every copy and every later change. Another audience may have another embargo.
    item = f"{reference}\n{audience}".encode(errors="replace")
    event.add("uid", f"{hashlib.sha256(item).hexdigest()[:32]}@{domain}")
    event.add("dtstamp", issued.astimezone(UTC))
    event.add("sequence", max(0, int((issued - _FIRST).total_seconds())))
    event.add("organizer", vCalAddress(f"mailto:{organizer}"), {"cn": organisation})
    event.add("dtstart", embargo.instant.astimezone(UTC if zone == "UTC" else ZoneInfo(zone)))
    event.add("summary", word("Embargo lifts: %(item)s", wording) % {"item": reference})
    if method == "CANCEL":
        event.add("status", "CANCELLED")
    else:
        event.add("duration", timedelta(0))
        instants = dict.fromkeys(say(embargo.instant, z, wording) for z in (zone, embargo.zone))
        event.add("description", "\n".join((organisation, *instants)))
        event.add("transp", "TRANSPARENT")
        event.add("class", "CONFIDENTIAL")
    entry = Calendar()
    entry.add("prodid", f"-//{organisation}//Press mailer//{wording.upper()}")
    entry.add("version", "2.0")
    entry.add("method", method)
    entry.add_component(event)
    year = embargo.instant.year
    entry.add_missing_timezones(date(year - 1, 1, 1), date(year + 1, 12, 31))
    return Attachment(NAME, "text/calendar", entry.to_ical())
