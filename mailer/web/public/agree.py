"""`/e/TOKEN`: the embargo agreement, and after it the text and its files.

Until the journalist has accepted, and again after a hold or a withdrawal, the page is the
agreement, the same for every token, known or not. What may be shown, the gate says, as for a copy
by mail.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

from mailer.compose.markdown import to_html
from mailer.compose.prose import Prose
from mailer.compose.text import one_line
from mailer.compose.wording import direction
from mailer.desk.journalists import Readable
from mailer.web.public.guard import client
from mailer.web.public.pages import language, office, render

router = APIRouter()

_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What is shown in the page; every other file is only ever saved."""


@router.api_route("/e/{token}", methods=["GET", "HEAD"], response_class=HTMLResponse)
def ask(request: Request, token: str) -> HTMLResponse:
    """The agreement; or the text, for who has accepted."""
    app = office(request)
    readable = app.desk.text_for(token, app.now())
    return _text(request, token, readable) if readable else _agreement(request)


@router.post("/e/{token}", response_class=HTMLResponse)
def accept(
    request: Request, token: str, terms: Annotated[str, Form(max_length=64)] = ""
) -> HTMLResponse:
    """Accept the terms that the page showed, and read."""
    app = office(request)
    current = app.desk.terms(language(request))
    if current is None or current.digest != terms:
        return _agreement(request, changed=bool(terms))
    app.desk.accept(token, current, address=client(request), now=app.now())
    readable = app.desk.text_for(token, app.now())
    return _text(request, token, readable) if readable else render(request, "nothing.html")


@router.api_route("/e/{token}/files/{number}", methods=["GET", "HEAD"])
def download(request: Request, token: str, number: int) -> Response:
    """One file of the media kit, for who may read the text."""
    app = office(request)
    readable = app.desk.text_for(token, app.now())
    files = readable.version.attachments if readable else ()
    if not 0 < number <= len(files):
        raise HTTPException(404)
    file = files[number - 1]
    name = quote(one_line(file.name) or "file", safe="")
    return Response(
        file.content,
        media_type=file.media_type if file.media_type in _PICTURES else "application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=utf-8''{name}"},
    )


def _agreement(request: Request, *, changed: bool = False) -> HTMLResponse:
    terms = office(request).desk.terms(language(request))
    if terms is None:
        return render(request, "nothing.html")
    way = direction(terms.language)
    words = Markup(to_html(terms.text, way, ()))  # noqa: S704 (cleaned by to_html)
    return render(request, "agree.html", terms=terms, words=words, way=way, changed=changed)


def _text(request: Request, token: str, readable: Readable) -> HTMLResponse:
    """The text as its view has it, its pictures and files by their addresses on this page."""
    places = {
        file.name: f"/e/{token}/files/{number}"
        for number, file in enumerate(readable.version.attachments, 1)
    }

    def shown(prose: Prose) -> Markup:
        html = prose.__html__()
        for name, cid in readable.pictures:
            html = html.replace(f'"cid:{cid}"', f'"{places[name]}"')
        return Markup(html)  # noqa: S704 (cleaned by compose.markdown)

    files = [
        (one_line(file.name), places[file.name], _size(len(file.content)))
        for file in readable.version.attachments
    ]
    seen = readable.view
    return render(request, "text.html", tongue=seen.language, it=seen, shown=shown, files=files)


def _size(octets: int) -> str:
    return f"{octets / 1_000_000:.1f} MB" if octets >= 100_000 else f"{-(-octets // 1000)} kB"
