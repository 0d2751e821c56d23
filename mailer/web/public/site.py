"""The public pages put together. Nothing of the console is imported here, or reachable."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from mailer.app import App
from mailer.web.public import agree, choose, leave, pages
from mailer.web.public.guard import Floors, PublicGuard
from mailer.web.public.pages import render

ROUTERS: list[APIRouter] = [pages.router, leave.router, choose.router, agree.router]

LARGEST_BODY = 1 << 14
"""Octets of a request's body: a form of a dozen short fields."""


def create(app: App, floors: Floors | None = None) -> FastAPI:
    """The public pages over an open office."""
    site = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    site.state.app = app
    for router in ROUTERS:
        # Not the site's own limit: that one answers before the guard has seen the request.
        site.include_router(router, max_body_size=LARGEST_BODY)
    site.add_exception_handler(HTTPException, _http_error)
    site.add_exception_handler(RequestValidationError, _not_understood)
    site.add_middleware(
        PublicGuard, config=app.config.public, now=app.now, floors=floors or Floors(), fault=_fault
    )
    return site


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    page = render(request, "wrong.html", status=error.status_code, fault=False)
    page.headers.update(error.headers or {})
    return page


def _not_understood(request: Request, _: Exception) -> Response:
    return render(request, "wrong.html", status=422, fault=False)


def _fault(request: Request) -> Response:
    return render(request, "wrong.html", status=500, fault=True)
