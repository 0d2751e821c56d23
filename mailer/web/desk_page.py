"""The desk: what is coming, what is going out, what needs a person, and the button that stops it.

The page holds the state at load. Where scripts run, three parts of it (`PARTS`) are sent again when
they change, over one stream of server-sent events a window.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from mailer.core.embargo import place_of
from mailer.core.outlook import Need, NeedKind, Passage, Tally
from mailer.core.people import Act, Person
from mailer.web.access import Approver, DeskReader, Stopper, cookie_name, office
from mailer.web.live import Look, live
from mailer.web.pages import fragment, render, see_other

router = APIRouter()

PARTS = ("told", "needs", "going", "coming")
"""The parts of the page that are live; each is a template and the name of an event.

`told` is the one that a screen reader says by itself: what kinds of things need a person.
"""

SESSION_ASKED_EVERY = timedelta(seconds=15)
"""How soon a stream ends after its session has."""


@router.get("/")
def desk(request: Request, person: DeskReader) -> Response:
    """The desk as it is now."""
    look = live(request).look()
    return render(
        request, "desk.html", stopped=look.outlook.stopped, **_values(request, person, look)
    )


@router.get("/desk/live", response_class=EventSourceResponse)
async def desk_live(
    request: Request, person: DeskReader, once: bool = False
) -> AsyncIterator[ServerSentEvent]:
    """Each part of the desk when it has changed (`once`: as it is, and no more).

    `over` comes when the session has ended, `blind` when the ledger cannot be read. It ends by
    itself when the console is to end, which would wait for it otherwise.
    """
    ending = getattr(request.app.state, "ending", bool)
    app, token = office(request), request.cookies[cookie_name(request)]
    sent: dict[str, object] = {}
    asked_at = app.now()
    async with aclosing(live(request).watch()) as looks:
        async for look in looks:
            now = app.now()
            if not timedelta() <= now - asked_at < SESSION_ASKED_EVERY:
                asked_at = now
                if not await asyncio.to_thread(app.desk.session_lives, token, now=now):
                    yield ServerSentEvent(event="over", raw_data="the session has ended")
                    return
            if look is None:
                yield ServerSentEvent(event="blind", raw_data="the ledger cannot be read")
            else:
                for part, told in _told(look).items():
                    if part not in sent or sent[part] != told:
                        sent[part] = told
                        shown = _shown(request, person, look, part)
                        yield ServerSentEvent(event=part, raw_data=shown)
            if once or ending():
                return


@router.post("/desk/stop")
def stop(
    request: Request, person: Stopper, reason: Annotated[str, Form(min_length=1, max_length=500)]
) -> Response:
    """Nothing goes from the moment this returns, until somebody resumes."""
    app = office(request)
    app.desk.hold(None, reason=reason.strip(), by=person.name, now=app.now())
    live(request).look(fresh=True)
    return see_other("/", "Everything is stopped. Nothing goes until somebody resumes.")


@router.post("/desk/resume")
def resume(request: Request, person: Approver) -> Response:
    """The holds on everything end."""
    app = office(request)
    app.desk.resume(None, by=person.name, now=app.now())
    live(request).look(fresh=True)
    return see_other("/", "Resumed. What is due goes now.")


def _shown(request: Request, person: Person, look: Look, part: str) -> str:
    """A part of the page; what one reader is shown is shown to all of the same role."""
    key = (part, person.role)
    if key not in look.shown:
        values = _values(request, person, look)
        look.shown[key] = fragment(
            f"desk_{part}.html", zone=_zone(request), now=look.outlook.at, **values
        )
    return look.shown[key]


# --- what the parts show ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Going:
    """What of one advisory is on its way, or has just ended."""

    reference: str
    headline: str
    advisory: int
    passages: tuple[Passage, ...]
    tally: Tally
    rate: float | None
    left: timedelta | None


def _told(look: Look) -> dict[str, object]:
    """What each part tells, without what passes by itself: equal values need no telling again."""

    def settled(passage: Passage) -> Passage:
        return replace(passage, counted_at=passage.instant)

    coming = [
        (one.instant, one.reference, [settled(each) for each in one.passages])
        for one in look.outlook.coming
    ]
    going = [(settled(one), look.rates.get(one.dispatch)) for one in look.outlook.going]
    return {
        "told": [need.kind for need in look.outlook.needs],
        "needs": (look.outlook.needs, look.outlook.stopped),
        "going": going,
        "coming": coming,
    }


def _values(request: Request, person: Person, look: Look) -> dict[str, Any]:
    reads = person.may(Act.READ_ADVISORY)
    return {
        "needs": look.outlook.needs,
        "going": list(_going(look)),
        "coming": look.outlook.coming,
        "rates": look.rates,
        "reads": reads,
        "door": partial(door, person),
        "at_office": partial(_at, _zone(request), look.outlook.at),
        "at_utc": partial(_at, "UTC", look.outlook.at),
        "place": lambda zone: place_of(zone, "en") or zone,
        "countdown": countdown,
        "seen_at": look.outlook.at,
        "people": lambda rows: sum(row.tally.total for row in rows),
    }


def _going(look: Look) -> Iterable[Going]:
    def advisory(one: Passage) -> int:
        return one.advisory

    for _, rows in groupby(sorted(look.outlook.going, key=advisory), advisory):
        passages = tuple(rows)
        whole = _sum(one.tally for one in passages)
        rates = [look.rates[one.dispatch] for one in passages if one.dispatch in look.rates]
        pace = sum(rates) if rates else None
        left = timedelta(seconds=whole.waiting / pace) if pace and whole.waiting else None
        first = passages[0]
        yield Going(first.reference, first.headline, first.advisory, passages, whole, pace, left)


def _sum(tallies: Iterable[Tally]) -> Tally:
    return Tally(*map(sum, zip(*map(astuple, tallies), strict=True)))


def door(person: Person, need: Need) -> tuple[str, str] | None:
    """Where a need is settled, and what the way there is called; None: not by this person."""
    log = urlencode({"advisory": need.reference, "state": "in_doubt"})
    doors: Mapping[NeedKind, tuple[Act, str, str]] = {
        NeedKind.IN_DOUBT: (Act.READ_LOG, f"/log?{log}", "Settle them"),
        NeedKind.RELAY: (Act.READ_SETTINGS, "/settings", "Test the relay"),
        NeedKind.STOPPED: (Act.APPROVE, "#resume", "Resume"),
        NeedKind.CLOCK: (Act.APPROVE, "#resume", "Resume"),
    }
    words = {NeedKind.APPROVAL: "Look and approve", NeedKind.OVERDUE: "Decide"}
    if need.kind in doors:
        act, href, label = doors[need.kind]
    elif need.advisory:
        label = words.get(need.kind, "Open")
        act, href = Act.READ_ADVISORY, f"/advisories/{need.advisory}"
    else:
        return None
    return (href, label) if person.may(act) else None


# --- instants ---------------------------------------------------------------------------------


def _zone(request: Request) -> str:
    return office(request).config.embargo.zone


def _at(zone: str, now: datetime, instant: datetime) -> str:
    """The day, the time and the zone: "Tue 9 Feb, 00:01 London"; the year if it is another."""
    local = instant.astimezone(ZoneInfo(zone))
    year = "" if local.year == now.astimezone(ZoneInfo(zone)).year else f" {local.year}"
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    place = zone.rpartition("/")[2].replace("_", " ")
    return f"{local:%a} {local.day} {local:%b}{year}, {clock} {place}"


def countdown(span: timedelta) -> str:
    """How long until then: "3 d 4 h", "4 h 05 min", "12:34"; after it: "01:30 late".

    live.js says the same, each second.
    """
    seconds = int(abs(span.total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        said = f"{days} d {hours} h"
    elif hours:
        said = f"{hours} h {minutes:02} min"
    else:
        said = f"{minutes:02}:{seconds % 60:02}"
    return said if span >= timedelta() else f"{said} late"
