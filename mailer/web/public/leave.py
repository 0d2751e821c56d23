"""`/u/TOKEN`: unsubscribing, by one button or by the journalist's mail program (RFC 8058).

GET and HEAD look at nothing and change nothing, however often a scanner asks. The button sends what
a mail program does, and both are answered alike: 200, no redirect, no cookie, and the same page for
a token that is known, unknown or expired.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from mailer.core import links
from mailer.core.links import Purpose
from mailer.web.public.guard import client
from mailer.web.public.pages import office, render

router = APIRouter()

ONE_CLICK = "One-Click"
"""What a mail program sends as `List-Unsubscribe` (RFC 8058 §3.2)."""


@router.api_route("/u/{token}", methods=["GET", "HEAD"], response_class=HTMLResponse)
def ask(request: Request, token: str) -> HTMLResponse:
    """The page with the button."""
    return render(request, "leave.html", choose=_preferences(token), missed=False)


@router.post("/u/{token}", response_class=HTMLResponse)
def leave(
    request: Request,
    token: str,
    said: Annotated[str, Form(alias="List-Unsubscribe", max_length=40)] = "",
    page: Annotated[str, Form(max_length=10)] = "",
) -> HTMLResponse:
    """Unsubscribe; without the word that says so, the page again."""
    if said != ONE_CLICK:
        return render(request, "leave.html", choose=_preferences(token), missed=True)
    app = office(request)
    how = "page" if page else "one click"
    app.desk.leave(token, how=how, address=client(request), now=app.now())
    return render(request, "left.html")


def _preferences(token: str) -> str:
    """The path of the preferences that go with an unsubscribe link, of whatever token."""
    return links.page(
        "", Purpose.PREFERENCES, links.lesser(Purpose.UNSUBSCRIBE, token, Purpose.PREFERENCES)
    )
