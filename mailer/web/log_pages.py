"""The log in the browser: what became of every copy, one copy's story, what an advisory came to.

The filter is in the address (core.log_filter), so that a view can be sent to a colleague: what a
form sends is put into its canonical form first, with instants in UTC. Staff may read the log and
not the texts: a headline is shown to, and looked in for, only who may read advisories.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from mailer.core.errors import NotThereError
from mailer.core.log_filter import LEFT_OUT, STATES, LogFilter, LogFilterError, Sort, parse
from mailer.core.people import Act
from mailer.core.states import VERDICTS, DeliveryState
from mailer.ledger.log.outcomes import Counted
from mailer.present.log import waits_for
from mailer.web import log_chart
from mailer.web.access import LogReader, Office, Resolver, office
from mailer.web.pages import render, see_other

router = APIRouter()

_S = DeliveryState
QUICK: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("All", ()),
    ("Accepted", (_S.ACCEPTED,)),
    ("On their way", (_S.PENDING, _S.SENDING, _S.DEFERRED)),
    ("Failed", (_S.REJECTED, _S.EXPIRED)),
    ("In doubt", (_S.IN_DOUBT,)),
    ("Not sent", (_S.SUPPRESSED, _S.CANCELLED, LEFT_OUT)),
)
"""The questions that are asked most, by the states that answer them."""

SETTLED = {
    "accepted": "Recorded: the relay has it.",
    "rejected": "Recorded: it did not go.",
    "resend": "It will be sent again, with the same Message-ID.",
}


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of other views, beside the one that is shown."""

    wanted: LogFilter

    def of(self, wanted: LogFilter, base: str = "/log", **place: str) -> str:
        """A view of another filter, or another page of this one."""
        query = wanted.query() + [(name, key) for name, key in place.items() if key]
        return f"{base}?{urlencode(query)}" if query else base

    def page(self, name: str, key: str) -> str:
        """The page `before` or `after` a key; empty if there is none."""
        return self.of(self.wanted, **{name: key}) if key else ""

    def states(self, states: tuple[str, ...]) -> str:
        """The same with other states."""
        order = {state: STATES.index(state) for state in states}
        return self.of(replace(self.wanted, states=tuple(sorted(states, key=order.__getitem__))))

    def sorted_by(self, name: str) -> str:
        """The same in another order; the other way round if it is in that one."""
        sort = Sort(name)
        down = sort is Sort.WHEN
        if sort is self.wanted.sort:
            down = not self.wanted.descending
        return self.of(replace(self.wanted, sort=sort, descending=down))

    def export(self, form: str) -> str:
        """All that agrees, as a file."""
        return self.of(self.wanted, f"/log/export.{form}")


@router.get("/log")
def log(request: Request, person: LogReader) -> Response:
    """A page of the log."""
    asked = request.query_params.multi_items()
    place = {name: request.query_params.get(name, "") for name in ("before", "after")}
    desk, fault = office(request).desk, ""
    try:
        wanted = parse(asked, ZoneInfo(person.zone))
        canonical = wanted.query() + [(name, key) for name, key in place.items() if key]
        if sorted(asked) != sorted(canonical):
            return RedirectResponse(f"/log?{urlencode(canonical)}" if canonical else "/log", 303)
        page = desk.log_page(
            wanted,
            before=place["before"],
            after=place["after"],
            headlines=person.may(Act.READ_ADVISORY),
        )
    except LogFilterError as error:
        wanted, fault = LogFilter(), str(error)
        page = desk.log_page(wanted)
    return render(
        request,
        "log.html",
        status=422 if fault else 200,
        fault=fault,
        wanted=wanted,
        page=page,
        links=Links(wanted),
        quick=QUICK,
        states=STATES,
        waits_for=waits_for,
        elsewhere=any(place.values()) and not fault,
        references=desk.references(),
        audiences=[one.name for one in office(request).config.audience],
        since=_typed(wanted.since, person.zone),
        until=_typed(wanted.until, person.zone),
    )


def _typed(instant: datetime | None, zone: str) -> str:
    """An instant as a form's field has it, in the reader's zone."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S") if instant else ""


@router.get("/log/advisory/{reference:path}")
def advisory(request: Request, person: LogReader, reference: str) -> Response:
    """What an advisory has come to."""
    app = office(request)
    counted: Counted = request.app.state.counted  # so far, by this console
    found = app.desk.advisory_outcome(
        reference, app.now(), counted, headline=person.may(Act.READ_ADVISORY)
    )
    return render(
        request,
        "log_advisory.html",
        found=found,
        chart=log_chart.draw(found.accepted()),
        slowest=found.slowest(),
        states=[state for state in STATES if any(state in one.counts for one in found.dispatches)],
        links=Links(LogFilter(advisory=found.reference)),
        filtered=lambda **narrower: Links(LogFilter()).of(
            LogFilter(advisory=found.reference, **narrower)
        ),
    )


@router.get("/log/{key}")
def story(request: Request, person: LogReader, key: str) -> Response:
    """One copy's whole story."""
    found = office(request).desk.story(key, headline=person.may(Act.READ_ADVISORY))
    return render(
        request,
        "log_story.html",
        found=found,
        settles=found.in_doubt and person.may(Act.RESOLVE),
        of_advisory=f"/log/advisory/{quote(found.entry.reference)}",
    )


@router.post("/log/{key}/settle")
def settle(
    app: Office,
    person: Resolver,
    key: str,
    how: Annotated[Literal["accepted", "rejected", "resend"], Form(alias="as")],
) -> Response:
    """A person says what became of a copy in doubt."""
    number = key.removeprefix("d")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotThereError("the log has no such entry")
    app.desk.settle(int(number), event=VERDICTS[how], by=person.name, now=app.now())
    return see_other(f"/log/d{int(number)}", SETTLED[how])
