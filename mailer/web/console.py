"""The console put together: what guards it, its pages, and what it says when something is wrong."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from mailer.app import App
from mailer.core.errors import LedgerBusyError, MailerError, NotThereError
from mailer.ledger.log.outcomes import Counted
from mailer.web import (
    advisory_acts,
    advisory_draft,
    advisory_embargo,
    advisory_list,
    advisory_plan,
    advisory_preview,
    audit_page,
    contact_lists,
    contact_page,
    desk_page,
    health_page,
    log_export,
    log_pages,
    login_page,
    settings_page,
    static_files,
    tokens_page,
    users_page,
)
from mailer.web.access import ForbiddenError, NoSessionError, refuse_open_routes, session_person
from mailer.web.api import service
from mailer.web.guard import ConsoleGuard
from mailer.web.live import Live
from mailer.web.pages import local, render
from mailer.web.throttle import Throttle

ROUTERS: list[APIRouter] = [
    static_files.router,
    login_page.router,
    desk_page.router,
    log_export.router,
    log_pages.router,
    advisory_list.router,
    advisory_draft.router,
    advisory_embargo.router,
    advisory_preview.router,
    advisory_plan.router,
    advisory_acts.router,
    contact_page.router,
    contact_lists.router,
    audit_page.router,
    settings_page.router,
    tokens_page.router,
    users_page.router,
    health_page.router,
]
"""Every room's router, one a line. Each of their routes says who may use it (access.who_may)."""


LARGEST_BODY = 1 << 20
"""Octets of a request's body. A route that takes uploads says its own `max_body_size`."""


def create(app: App) -> FastAPI:
    """The console over an open office. Raises if a route does not say who may use it."""
    console = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    console.state.app, console.state.throttle, console.state.counted = app, Throttle(), Counted()
    console.state.live = Live(lambda counts: app.desk.outlook(app.now(), counts))
    for router in ROUTERS:
        # Not the console's own limit: that one answers before the guard has seen the request.
        console.include_router(router, max_body_size=LARGEST_BODY)
    refuse_open_routes(console)
    console.mount("/api/v1", service.create(app))
    console.add_exception_handler(NoSessionError, _to_login)
    console.add_exception_handler(ForbiddenError, _forbidden)
    console.add_exception_handler(HTTPException, _http_error)
    console.add_exception_handler(RequestValidationError, _not_understood)
    console.add_exception_handler(MailerError, _refused)
    console.add_middleware(ConsoleGuard, config=app.config.console, fault=_fault)
    return console


def error_page(request: Request, status: int, title: str, text: str) -> Response:
    """A whole page that says what is wrong and what to do next; for htmx, only the message."""
    return render(request, "error.html", status=status, title=title, text=text)


def _to_login(request: Request, _: Exception) -> Response:
    # What was to be changed is not done after login: the person sees the page, and does it again.
    here = local(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    if request.method != "GET":
        return RedirectResponse("/login", 303)
    if request.headers.get("sec-fetch-site") == "cross-site":
        # A link in a mail: the browser keeps a strict cookie from us until a page of ours asks.
        return render(request, "arrive.html", here=here)
    query = f"?{urlencode({'next': here})}" if here != "/" else ""
    return RedirectResponse(f"/login{query}", 303)


def _forbidden(request: Request, _: Exception) -> Response:
    text = "Your role does not include this. An admin can change that in Settings."
    return error_page(request, 403, "Not for your role", text)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    with suppress(MailerError):
        session_person(request)  # so that the page has its way back
    titles = {404: "There is no such page", 405: "That is not how this page is used"}
    title = titles.get(error.status_code, str(error.detail))
    page = error_page(request, error.status_code, title, "")
    page.headers.update(error.headers or {})
    return page


def _not_understood(request: Request, _: Exception) -> Response:
    text = "A field is missing, or holds what it cannot hold. Go back and look at the form again."
    return error_page(request, 422, "That was not understood", text)


def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, NotThereError):
        return error_page(request, 404, "That is not there", str(error))
    status = 503 if isinstance(error, LedgerBusyError) else 422
    return error_page(request, status, "That was refused", str(error))


def _fault(request: Request) -> Response:
    text = "The console failed here; sending goes on. What happened is in its log."
    return error_page(request, 500, "Something is wrong", text)
