"""Pages: one Jinja environment, and how instants, states and links look on all of them.

To add a page:

    1. web/my_page.py: `router = APIRouter()` and a plain (not async) function for each route, with
       `person: LogReader`, or whoever else may (access.py)
    2. it asks `office(request).desk` or the ledger, and ends with
       `return render(request, "my.html", rows=rows)`
    3. html/my.html: `{% extends "base.html" %}{% import "macros.html" as ui %}` and the blocks
       `title` and `main`
    4. console.py: its router in ROUTERS
    5. tests/web/test_permissions_table.py: a row for each route

What every template has: `person` (or None), `zone`, `now`, `path`, `hx` (asked for by htmx),
`static("console.css")`, and the filters `when`, `clock`, `moment`, `ago` (instants, in the person's
zone), `inert` (text from outside, on one line) and `inert_lines` (with its line breaks). Values are
escaped; a name that is missing is an error.
Whoever does something at the desk is `by=person.name`, in users and tokens `by=person.login`. A
handler that only changes something ends with `see_other("/where", "What was done.")`; what was
refused (MailerError) becomes a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from mailer import __version__
from mailer.core.embargo.say import utc_offset
from mailer.core.inert import inert, inert_lines
from mailer.core.people import Act
from mailer.web.access import office
from mailer.web.static_files import address

_SAID = "said"
"""The cookie with what a person is told on the next page. It holds no more than such a line."""

_HASH = re.compile("[0-9a-f]{40,}")


def render(request: Request, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from a template in html/, with what every page has and `values`."""
    app = office(request)
    person = getattr(request.state, "person", None)
    said = unquote(request.cookies.get(_SAID, ""))[:300] if person else ""
    text = _PAGES.get_template(name).render(
        person=person,
        zone=person.zone if person else app.config.embargo.zone,
        now=app.now(),
        path=request.url.path,
        hx="hx-request" in request.headers,
        office=app.config.organisation.name,
        said=said,
        **values,
    )
    page = HTMLResponse(text, status)
    if said:
        page.delete_cookie(_SAID)
    return page


def fragment(name: str, *, zone: str, now: datetime, **values: Any) -> str:
    """A part of a page for several readers at once, in this IANA zone, with `values` alone."""
    return _PAGES.get_template(name).render(zone=zone, now=now, **values)


def see_other(where: str, said: str = "") -> RedirectResponse:
    """On to another page of ours after something was done, where `said` is told once."""
    answer = RedirectResponse(local(where), 303)
    if said:
        answer.set_cookie(_SAID, quote(said), max_age=60, httponly=True, samesite="strict")
    return answer


def local(target: str) -> str:
    """A path of ours, or "/" for whatever might lead a browser elsewhere."""
    ours = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if ours and target.isprintable() else "/"


# --- instants ---------------------------------------------------------------------------------


def _told(shown: Callable[..., Markup]) -> Callable[..., Markup]:
    """A filter of an instant in the reader's zone; a dash where there is none."""

    @pass_context
    def told(context: Context, instant: datetime | None, **how: bool) -> Markup:
        if instant is None:
            return Markup('<span class="none">—</span>')
        return shown(context, instant, **how)

    return told


@_told
def _when(context: Context, instant: datetime, *, seconds: bool = False) -> Markup:
    """The day and the time in the reader's zone with its name, and how far off; UTC on hover."""
    local_time, place = _local(context, instant)
    clock = f"{local_time:%H:%M:%S}" if seconds or local_time.second else f"{local_time:%H:%M}"
    text = f"{local_time:%a} {local_time.day} {local_time:%b %Y}, {clock} {place}"
    far = _far(instant - context["now"])
    return _time(instant, Markup('{} <span class="far">{}</span>').format(text, far))


@_told
def _clock(context: Context, instant: datetime) -> Markup:
    """Only the time of day, to the second, for rows that have their day elsewhere."""
    local_time, place = _local(context, instant)
    return _time(instant, f"{local_time:%H:%M:%S} {place}")


@_told
def _moment(context: Context, instant: datetime) -> Markup:
    """The day and the time to the second, for a dense table whose head names the zone."""
    local_time, _ = _local(context, instant)
    return _time(instant, f"{local_time.day} {local_time:%b %Y %H:%M:%S}")


@_told
def _ago(context: Context, instant: datetime) -> Markup:
    """Only how far off it is."""
    return _time(instant, _far(instant - context["now"]))


def _local(context: Context, instant: datetime) -> tuple[datetime, str]:
    zone = context["zone"]
    local_time = instant.astimezone(ZoneInfo(zone))
    name = zone.rpartition("/")[2].replace("_", " ")
    return local_time, name if zone == "UTC" else f"({name}, {utc_offset(local_time)})"


def _time(instant: datetime, inside: str) -> Markup:
    utc = instant.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{utc:%Y-%m-%d %H:%M:%S} UTC", inside
    )


def _far(span: timedelta) -> str:
    """A span in words, by its two largest units: "in 14 h 20 min", "3 d 2 h ago"."""
    seconds = abs(round(span.total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        said = f"{days} d {hours} h" if hours and days < 10 else f"{days} d"
    elif hours:
        said = f"{hours} h {minutes} min" if minutes else f"{hours} h"
    else:
        said = f"{minutes} min" if minutes else f"{seconds} s"
    return f"in {said}" if span > timedelta() else f"{said} ago"


def _words(value: object) -> str:
    """A detail of the audit: a list by its members, a hash by its beginning, inert."""
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    text = inert(str(value))
    return f"{text[:12]}…" if _HASH.fullmatch(text) else text


def _environment() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"when": _when, "clock": _clock, "moment": _moment, "ago": _ago}
    pages.filters |= {"inert": inert, "inert_lines": inert_lines, "words": _words}
    pages.globals |= {"static": address, "Act": Act, "version": __version__}
    return pages


_PAGES = _environment()
