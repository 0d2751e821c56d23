"""The console's first promises: nobody in without a session, and every route says who may."""

from __future__ import annotations

from typing import Annotated

import pytest
from console_client import PASSWORD, add_person, browser
from fastapi import APIRouter

from mailer.app import App
from mailer.core.people import Act, Person, Role
from mailer.web import console
from mailer.web.access import who_may


def test_without_a_session_the_desk_leads_to_login(app: App) -> None:
    with browser(app) as one:
        answer = one.get("/")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert "Log in" in one.get("/login").text


def test_a_user_logs_in_sees_the_desk_and_logs_out(app: App) -> None:
    with browser(app, Role.STAFF) as one:
        assert "Nothing is planned" in one.get("/").text
        assert one.post("/logout").headers["location"] == "/login"
        assert one.get("/").status_code == 303


def test_a_wrong_password_is_refused(app: App) -> None:
    add_person(app, Role.STAFF)
    with browser(app) as one:
        assert one.log_in("staff", PASSWORD + "!").status_code == 401
        assert one.log_in("nobody").status_code == 401
        assert one.get("/").status_code == 303


@pytest.mark.parametrize("asks", [True, False])
def test_a_route_that_does_not_say_who_may_use_it_is_refused_at_start(
    app: App, monkeypatch: pytest.MonkeyPatch, asks: bool
) -> None:
    router = APIRouter()
    if asks:

        @router.get("/new")
        def new(person: Annotated[Person, who_may(Act.READ_DESK)]) -> None:
            pass
    else:

        @router.get("/new")
        def open_to_all() -> None:
            pass

    monkeypatch.setattr(console, "ROUTERS", [*console.ROUTERS, router])
    if asks:
        console.create(app)
    else:
        with pytest.raises(RuntimeError, match="/new does not say who may use it"):
            console.create(app)
