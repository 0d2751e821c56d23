"""Settings: one's own account; what the configuration says, and whether the relay lets us in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from mailer.config import Relay, told
from mailer.core.errors import MailerError
from mailer.core.people import SHORTEST_PASSWORD, Act, Person
from mailer.delivery.asking import try_relay
from mailer.web.access import Oneself, office, set_session, who_may
from mailer.web.login_page import Secret, said, succeeded, too_many
from mailer.web.pages import render, see_other

RELAY_WITHIN_S = 20

router = APIRouter()

READERS = [who_may(Act.READ_SETTINGS)]


@router.get("/settings")
def account(request: Request, person: Oneself) -> Response:
    """One's own zone and password."""
    return _account(request, person, "")


def _account(request: Request, person: Person, fault: str, status: int = 200) -> Response:
    return render(
        request,
        "settings.html",
        status=status,
        zones=sorted(available_timezones()),
        chosen=person.zone,
        shortest=SHORTEST_PASSWORD,
        fault=fault,
    )


@router.post("/settings/zone")
def change_zone(
    request: Request, person: Oneself, zone: Annotated[str, Form(max_length=100)]
) -> Response:
    """The zone in which the person is told the time."""
    try:
        office(request).desk.set_zone(person.login, zone.strip())
    except MailerError as refused:
        return _account(request, person, str(refused), 422)
    return see_other("/settings", f"Times are shown in {zone.strip()} now.")


@router.post("/settings/password")
def change_password(
    request: Request, person: Oneself, old: Secret, new: Secret, again: Secret
) -> Response:
    """The person's own password: every session ends, and a new one begins here."""
    app = office(request)
    if new != again:
        return _account(request, person, "The two new passwords are not the same.", 422)
    wait = too_many(request, person.login)
    if wait:
        return _account(request, person, said(wait), 429)
    try:
        app.desk.change_own_password(person.login, old, new, now=app.now())
    except MailerError as refused:
        return _account(request, person, str(refused), 422)
    succeeded(request, person.login)
    admitted = app.desk.log_in(person.login, new, now=app.now())
    answer = see_other("/settings", "Your password is changed; other sessions of yours have ended.")
    if admitted is not None:
        set_session(request, answer, admitted[1])
    return answer


@router.get("/settings/configuration", dependencies=READERS)
def configuration(request: Request) -> Response:
    """What the configuration says, without its secrets."""
    return _configuration(request)


@router.post("/settings/relay-test", dependencies=READERS)
async def relay_test(request: Request) -> Response:
    """Connect to each relay as a sender would, and say what came of it."""
    relays = office(request).config.relay.in_order
    return _configuration(request, [await _tried(*one) for one in enumerate(relays)])


async def _tried(number: int, relay: Relay) -> tuple[str, str]:
    try:
        return await try_relay(relay, number, within_s=RELAY_WITHIN_S), "good"
    except MailerError as refused:
        return str(refused), "bad"


def _configuration(request: Request, relays: Sequence[tuple[str, str]] = ()) -> Response:
    config = office(request).config
    return render(
        request,
        "configuration.html",
        file=str(config.path),
        sections=list(told(config)),
        relays=relays,
    )
