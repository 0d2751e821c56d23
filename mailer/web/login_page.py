"""Logging in and out."""

from __future__ import annotations

import logging
import math
from datetime import timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from mailer.core.inert import inert
from mailer.core.people import Act
from mailer.ledger import people
from mailer.web.access import (
    clear_session,
    cookie_name,
    office,
    session_person,
    set_session,
    who_may,
)
from mailer.web.guard import network_of
from mailer.web.pages import local, render
from mailer.web.throttle import Throttle

router = APIRouter()

Secret = Annotated[str, Form(max_length=1000)]

_LOG = logging.getLogger("mailer.console")
"""Where who watches for guesses finds them: an address, and never what was typed."""


@router.get("/login", name="login")
def login(request: Request, next: str = "/") -> Response:  # noqa: A002 (a query's name)
    """The login page; who is logged in already goes on."""
    if session_person(request) is not None:
        return RedirectResponse(local(next), 303)
    return render(request, "login.html", next=local(next), login="", fault="")


@router.post("/login")
def log_in(
    request: Request,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Secret = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """A session, if login and password belong together. One that was there ends."""
    app = office(request)
    wait = too_many(request, login)
    if wait:
        refused = _again(request, login, next, said(wait), 429)
        refused.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
        return refused
    admitted = app.desk.log_in(login, password, now=app.now())
    if admitted is None:
        _LOG.warning("log in failed from %s", _address(request))
        return _again(request, login, next, "This login and password do not belong together.", 401)
    succeeded(request, login)
    before = request.cookies.get(cookie_name(request))
    if before:
        app.desk.log_out(before, now=app.now())
    answer = RedirectResponse(local(next), 303)
    set_session(request, answer, admitted[1])
    return answer


def too_many(request: Request, login: str) -> timedelta:
    """Begin an attempt at a password: zero, or how long to wait because there were too many."""
    wait = _throttle(request).begin(*_who_tries(request, login), office(request).now())
    if wait:
        _LOG.warning("log in refused from %s: too many attempts", _address(request))
    return wait


def said(wait: timedelta) -> str:
    """That there were too many attempts, for the person."""
    return f"Too many attempts. Wait {math.ceil(wait / timedelta(minutes=1))} min, then try again."


def succeeded(request: Request, login: str) -> None:
    """The attempt that `too_many` let begin was right."""
    _throttle(request).succeeded(*_who_tries(request, login))


def _throttle(request: Request) -> Throttle:
    return cast(Throttle, request.app.state.throttle)


def _who_tries(request: Request, login: str) -> tuple[str, str]:
    return people.login_key(login), network_of(_address(request))


def _address(request: Request) -> str:
    return inert(request.client.host) if request.client else ""


def _again(request: Request, login: str, target: str, fault: str, status: int) -> Response:
    return render(
        request, "login.html", status=status, next=local(target), login=login, fault=fault
    )


@router.post("/logout", dependencies=[who_may(Act.OWN_ACCOUNT)])
def log_out(request: Request) -> Response:
    """The session ends, here and on the server."""
    app = office(request)
    app.desk.log_out(request.cookies[cookie_name(request)], now=app.now())
    answer = RedirectResponse("/login", 303)
    clear_session(request, answer)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
