"""An embargo line, read while it is typed and answered in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mailer.app import App
from mailer.core.embargo import Ask, Instant, say, say_around
from mailer.core.inert import brief
from mailer.desk import embargo_lines
from mailer.web import advisory_form
from mailer.web.access import Writer, office
from mailer.web.advisory_form import Posted
from mailer.web.pages import render

router = APIRouter()

MOST_ASKED = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to read a line: the line that leaves no doubt, and what it means."""

    line: str
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line was read as. `tone`: good, ask or bad; empty where nothing is written yet."""

    tone: str
    words: str
    warnings: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    instant: datetime | None = None


def reading(app: App, line: str, zones: Iterable[str] = ()) -> Reading:
    """A line in words: on the office's clock and on those of `zones`."""
    if not line.strip():
        return Reading("", "")
    now, office_zone = app.now(), app.config.embargo.zone
    around = [office_zone, *zones]
    match embargo_lines.said(line, app.config, now):
        case Instant(immediate=True):
            return Reading("good", "For immediate release: it goes as soon as it is approved.")
        case Instant(utc, zone, warnings):
            words = say_around(utc, [zone, *around], now)
            return Reading("good", words, warnings, instant=utc)
        case Ask(candidates, _, reason):
            choices = tuple(
                Choice(say(one, office_zone, "en"), say_around(one, around, now))
                for one in candidates[:MOST_ASKED]
            )
            return Reading("ask", f"Which is meant? {_sentence(reason)}", choices=choices)
        case rejected:
            return Reading("bad", _sentence(rejected.reason))


def zones_of(app: App, audiences: Iterable[str]) -> list[str]:
    """The zones of the audiences of these names, each once."""
    chosen = [one.timezone for one in app.config.audience if one.name in set(audiences)]
    return list(dict.fromkeys(zone for zone in chosen if zone))


@router.post("/advisories/reading", max_body_size=advisory_form.TEXT_ONLY)
def read_while_typed(
    request: Request, person: Writer, form: Posted, of: str = "f.embargo"
) -> Response:
    """What the line in the field `of` says, as a piece of the page."""
    app = office(request)
    zones = [person.zone, *zones_of(app, advisory_form.texts(form, "audience"))]
    found = reading(app, advisory_form.text(form, of), zones)
    return render(request, "advisory/reading.html", reading=found, of=of)


def _sentence(text: str) -> str:
    said = brief(text, 400)
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith(('.', '?', '!', '…')) else '.'}"
