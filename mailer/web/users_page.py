"""Settings: who may use the console, and in which role."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from mailer.app import App
from mailer.core.errors import MailerError, NotThereError
from mailer.core.people import ACTS, SHORTEST_PASSWORD, Act, Person, Role
from mailer.web.access import Admin, Office, office, who_may
from mailer.web.login_page import Secret
from mailer.web.pages import render, see_other

router = APIRouter(prefix="/settings/users")

Line = Annotated[str, Form(max_length=200)]


@router.get("", dependencies=[who_may(Act.CHANGE_PEOPLE)])
def users(request: Request) -> Response:
    """The users there are, and a form for a new one."""
    return _users(request, {}, "")


def _users(request: Request, typed: dict[str, str], fault: str, status: int = 200) -> Response:
    app = office(request)
    return render(
        request,
        "users.html",
        status=status,
        users=app.desk.people(),
        roles=[(role.value, role.value) for role in Role],
        acts=ACTS,
        typed={"zone": app.config.embargo.zone, "role": Role.OFFICER.value} | typed,
        shortest=SHORTEST_PASSWORD,
        fault=fault,
    )


@router.post("")
def add(
    request: Request,
    person: Admin,
    login: Line,
    password: Secret,
    role: Annotated[Role, Form()],
    name: Line = "",
    email: Line = "",
    zone: Line = "",
) -> Response:
    """A new user, with a first password that they change."""
    app = office(request)
    try:
        added = app.desk.add_person(
            login,
            password,
            role,
            by=person.login,
            now=app.now(),
            name=name,
            email=email,
            zone=zone.strip(),
        )
    except MailerError as refused:
        typed = {"login": login, "name": name, "email": email, "zone": zone, "role": role.value}
        return _users(request, typed, str(refused), 422)
    return see_other("/settings/users", f"{added.login} may log in now, as {added.role}.")


@router.post("/{number}/role")
def change_role(app: Office, person: Admin, number: int, role: Annotated[Role, Form()]) -> Response:
    """Another role; their sessions end."""
    other = _other(app, person, number)
    app.desk.set_role(other.login, role, by=person.login, now=app.now())
    return see_other("/settings/users", f"{other.login} is {role} now.")


@router.post("/{number}/password")
def change_password(request: Request, person: Admin, number: int, password: Secret) -> Response:
    """A new password; their sessions end."""
    app = office(request)
    other = _other(app, person, number)
    try:
        app.desk.set_password(other.login, password, by=person.login, now=app.now())
    except MailerError as refused:
        return _users(request, {}, f"{other.login}: {refused}", 422)
    return see_other("/settings/users", f"{other.login} has a new password.")


@router.post("/{number}/remove")
def remove(app: Office, person: Admin, number: int) -> Response:
    """They may not log in any more."""
    other = _other(app, person, number)
    app.desk.remove_person(other.login, by=person.login, now=app.now())
    return see_other("/settings/users", f"{other.login} may not log in any more.")


def _other(app: App, person: Person, number: int) -> Person:
    """The user of that number; nobody locks themselves out by a slip here."""
    found = next((one for one in app.desk.people() if one.id == number), None)
    if found is None:
        raise NotThereError("there is no such user; somebody may have removed them")
    if found.id == person.id:
        raise MailerError("this is you: another admin does it, or `mailer user` on the machine")
    return found
