"""The lift of an embargo as an entry for the reader's calendar (iCalendar, RFC 5545).

It names the item by its reference and never by its headline: a calendar is shared and shown.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from mailer.compose.text import one_line
from mailer.compose.view import shown_zone, tongues
from mailer.compose.wording import word
from mailer.core.embargo import say
from mailer.core.model import Attachment, Contact, Dispatch, DispatchKind, Embargo, Office, Version

NAME = "embargo.ics"


def calendar(
    version: Version, dispatch: Dispatch, recipient: Contact, office: Office, *, embargoed: bool
) -> Attachment | None:
    """The entry that goes with this contact's copy, in their language and zone.

    Only what is embargoed and in force has one: an advance copy, its correction, its new embargo.
    """
    if not embargoed or dispatch.embargo is None or dispatch.kind is DispatchKind.WITHDRAWAL:
        return None
    return _entry(
        one_line(version.reference or version.kind),
        one_line(version.organisation),
        dispatch.embargo,
        shown_zone(dispatch, recipient, embargoed=embargoed) or dispatch.embargo.zone,
        tongues(version, dispatch, recipient).wording,
        office.domain,
        dispatch.instant,
    )


@lru_cache(maxsize=256)
def _entry(
    reference: str,
    organisation: str,
    embargo: Embargo,
    zone: str,
    wording: str,
    domain: str,
    issued: datetime,
) -> Attachment:
    event = Event()
    # The same for every copy and every later change, so that a new embargo moves the old entry.
    mark = hashlib.sha256(f"{organisation}\n{reference}".encode(errors="replace")).hexdigest()[:32]
    event.add("uid", f"{mark}@{domain}")
    event.add("dtstamp", issued.astimezone(UTC))
    event.add("sequence", max(0, int(issued.timestamp() // 60)))
    event.add("dtstart", embargo.instant.astimezone(ZoneInfo(zone)))
    event.add("duration", timedelta(0))
    event.add("summary", word("Embargo lifts: %(item)s", wording) % {"item": reference})
    instants = dict.fromkeys(say(embargo.instant, z, wording) for z in (zone, embargo.zone))
    event.add("description", "\n".join((organisation, *instants)))
    event.add("transp", "TRANSPARENT")
    event.add("class", "CONFIDENTIAL")
    entry = Calendar()
    entry.add("prodid", f"-//{organisation}//Press mailer//{wording.upper()}")
    entry.add("version", "2.0")
    entry.add("method", "PUBLISH")
    entry.add_component(event)
    year = embargo.instant.year
    entry.add_missing_timezones(date(year - 1, 1, 1), date(year + 1, 12, 31))
    return Attachment(NAME, "text/calendar", entry.to_ical())
