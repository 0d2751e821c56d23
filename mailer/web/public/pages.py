"""How a public page is made: one Jinja environment, the reader's language, the office's name.

A page is the same for every token: what is shown depends on the address's `lang`, the browser's
Accept-Language and the configuration. Only what follows an accepted embargo is somebody's own.
"""

from __future__ import annotations

import hashlib
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mailer.app import App
from mailer.compose.wording import direction, own_name
from mailer.core.inert import inert
from mailer.core.model import LANGUAGES
from mailer.web.public.guard import STYLE
from mailer.web.public.wording import spoken, word

_HERE = Path(__file__).parent
_STYLE = (_HERE / "style.css").read_bytes()
_STYLE_VERSION = hashlib.sha256(_STYLE).hexdigest()[:16]
_LONGEST_PATH = 200

router = APIRouter()


def office(request: Request) -> App:
    """The open office that these pages are of."""
    app = request.app.state.app
    assert isinstance(app, App)
    return app


def language(request: Request) -> str:
    """The language that this request is answered in."""
    asked = request.query_params.get("lang", "")
    accepted = request.headers.get("accept-language", "")
    return spoken(asked, accepted, office(request).config.organisation.language)


def render(
    request: Request, name: str, *, status: int = 200, tongue: str = "", **values: Any
) -> HTMLResponse:
    """A page from a template in html/, with what every page has and `values`.

    It speaks the reader's `language`, or `tongue` where that is given and one we know.
    """
    config = office(request).config
    tongue = tongue if tongue in LANGUAGES else language(request)
    first = config.audience[0]
    text = _PAGES.get_template(name).render(
        _=lambda key, **words: word(key, tongue) % words if words else word(key, tongue),
        lang=tongue,
        dir=direction(tongue),
        tongues=[(one, own_name(one), direction(one)) for one in LANGUAGES],
        office=inert(config.organisation.name),
        answers=parseaddr(first.reply_to or first.sender)[1],
        style=f"{STYLE}?v={_STYLE_VERSION}",
        path=request.url.path if len(request.url.path) <= _LONGEST_PATH else "/",
        **values,
    )
    return HTMLResponse(text, status, headers={"Vary": "Accept-Language"})


@router.api_route(STYLE, methods=["GET", "HEAD"])
def style() -> Response:
    """The one stylesheet of these pages."""
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_STYLE, media_type="text/css", headers=kept)


_PAGES = Environment(
    loader=FileSystemLoader(_HERE / "html"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
