"""Logging in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from mailer.core.people import Act, Person
from mailer.web.access import (
    clear_session,
    cookie_name,
    office,
    session_person,
    set_session,
    who_may,
)
from mailer.web.pages import local, render

router = APIRouter()


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
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """A session, if login and password belong together. One that was there ends."""
    app = office(request)
    admitted = app.desk.log_in(login, password, now=app.now())
    if admitted is None:
        fault = "This login and password do not belong together."
        return render(request, "login.html", status=401, next=local(next), login=login, fault=fault)
    before = request.cookies.get(cookie_name(request))
    if before:
        app.desk.log_out(before, now=app.now())
    answer = RedirectResponse(local(next), 303)
    set_session(request, answer, admitted[1])
    return answer


@router.post("/logout")
def log_out(
    request: Request,
    person: Annotated[Person, Depends(who_may(Act.OWN_ACCOUNT))],  # noqa: ARG001
) -> Response:
    """The session ends, here and on the server."""
    app = office(request)
    app.desk.log_out(request.cookies[cookie_name(request)], now=app.now())
    answer = RedirectResponse("/login", 303)
    clear_session(request, answer)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
