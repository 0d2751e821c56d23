"""`/p/TOKEN`: what a journalist chooses: name, language, time zone, and the open audiences.

The form is empty for everybody, and says nothing of whoever the link is for: a message that was
forwarded gives nothing away. What is left as it is stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from mailer.compose.wording import direction, own_name
from mailer.core.errors import LedgerError, MailerError
from mailer.core.model import LANGUAGES
from mailer.web.public.guard import client
from mailer.web.public.pages import office, render

router = APIRouter()

_REGIONS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia",
    "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip
_SHORT = Field("", max_length=64)


class Choice(BaseModel):
    """What the form says; whatever is empty changes nothing."""

    name: str = Field("", max_length=1000)
    language: str = _SHORT
    timezone: str = _SHORT
    audience: tuple[str, ...] = Field((), max_length=100)
    """ "yes NAME", "no NAME", or nothing, for each open audience."""


@router.api_route("/p/{token}", methods=["GET", "HEAD"], response_class=HTMLResponse)
def ask(request: Request, token: str) -> HTMLResponse:  # noqa: ARG001 (all are answered alike)
    """The empty form."""
    return _form(request)


@router.post("/p/{token}", response_class=HTMLResponse)
def choose(request: Request, token: str, said: Annotated[Choice, Form()]) -> HTMLResponse:
    """Record what was chosen."""
    app = office(request)
    try:
        app.desk.choose(
            token,
            name=said.name,
            language=said.language,
            timezone=said.timezone,
            audiences=dict(map(_answer, filter(None, said.audience))),
            address=client(request),
            now=app.now(),
        )
    except LedgerError:
        raise
    except MailerError:
        return render(request, "wrong.html", status=422, fault=False)
    return render(request, "chosen.html")


def _answer(said: str) -> tuple[str, bool]:
    """The audience of one answer, and whether it was yes."""
    yes, _, name = said.partition(" ")
    return name, yes == "yes"


def _form(request: Request) -> HTMLResponse:
    audiences = office(request).config.audience
    return render(
        request,
        "choose.html",
        languages=[(one, own_name(one), direction(one)) for one in LANGUAGES],
        zones=_zones(),
        audiences=[
            (one.name, one.title or one.name.replace("-", " ").replace("_", " "))
            for one in audiences
            if one.open
        ],
    )


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """IANA names by region, each with what is shown of it."""
    names = sorted(available_timezones())
    return {region: tuple(_shown(region, names)) for region in _REGIONS}


def _shown(region: str, names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        if name.startswith(f"{region}/"):
            yield name, name.partition("/")[2].replace("_", " ").replace("/", ", ")
