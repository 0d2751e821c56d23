"""Settings: one's own tokens for the API. One is shown when it is made, and never again."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from mailer.core.errors import MailerError, NotThereError
from mailer.core.people import ACTS, Person, Role
from mailer.web.access import Office, Oneself, office
from mailer.web.login_page import Secret, said, succeeded, too_many
from mailer.web.pages import render, see_other

DAYS = (7, 30, 90, 365)

router = APIRouter(prefix="/settings/tokens")


@router.get("")
def tokens(request: Request, person: Oneself) -> Response:
    """One's tokens, and a form for a new one."""
    return _tokens(request, person)


def _tokens(
    request: Request, person: Person, *, fault: str = "", made: str = "", status: int = 200
) -> Response:
    app = office(request)
    own = [token for token in app.desk.tokens() if token.login == person.login]
    return render(
        request,
        "tokens.html",
        status=status,
        tokens=[token for token in reversed(own) if token.lives(app.now())],
        roles=[(role.value, role.value) for role in Role if ACTS[role] <= ACTS[person.role]],
        days=[(days, f"{days} days") for days in DAYS],
        made=made,
        fault=fault,
    )


@router.post("")
def add(
    request: Request,
    person: Oneself,
    name: Annotated[str, Form(max_length=200)],
    role: Annotated[Role, Form()],
    days: Annotated[int, Form(ge=1, le=max(DAYS))],
    password: Secret,
) -> Response:
    """A new token. It outlives the session, so whoever makes it says the password again."""
    app = office(request)
    wait = too_many(request, person.login)
    if wait:
        return _tokens(request, person, fault=said(wait), status=429)
    try:
        app.desk.require_password(person.login, password)
        succeeded(request, person.login)
        _, token = app.desk.add_token(
            person.login, name, role, lasts=timedelta(days=days), by=person.login, now=app.now()
        )
    except MailerError as refused:
        return _tokens(request, person, fault=str(refused), status=422)
    return _tokens(request, person, made=token)


@router.post("/{number}/revoke")
def revoke(app: Office, person: Oneself, number: int) -> Response:
    """End one of one's own."""
    own = {token.id: token for token in app.desk.tokens() if token.login == person.login}
    if number not in own or not own[number].lives(app.now()):
        raise NotThereError("you have no such token; it may have ended")
    app.desk.revoke_token(number, by=person.login, now=app.now())
    return see_other("/settings/tokens", f"The token for {own[number].name} works no more.")
