"""Who may: sessions, and what each route asks of the person.

A route says it by a dependency, and gets the person:

    person: LogReader

or, where nobody asks who it is, `dependencies=[who_may(Act.READ_LOG)]`. A route without one is
refused when the console starts, unless it is in PUBLIC.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from mailer.app import App
from mailer.core.people import Act, Person

PUBLIC = frozenset(
    {"/login", "/static/{name:path}", "/healthz", "/readyz", "/openapi.json", "/metrics"}
)
"""The paths that need no session. Nothing embargoed is behind them; /metrics asks for a token."""


class NoSessionError(Exception):
    """Nobody is logged in."""


class ForbiddenError(Exception):
    """The person's role does not include it."""


def office(request: Request) -> App:
    """The office that the console is of: configuration, ledger, desk, and the time (`now()`)."""
    return cast(App, request.app.state.app)


async def _office(request: Request) -> App:
    return office(request)


Office = Annotated[App, Depends(_office)]
"""The same for a route that has no other use of the request."""


class Asks:
    """The dependency of a route; `act` is what `refuse_open_routes` looks for."""

    def __init__(self, act: Act) -> None:
        self.act = act

    def admit(self, person: Person | None) -> Person:
        """The person, if their role includes the act."""
        if person is None:
            raise NoSessionError
        if not person.may(self.act):
            raise ForbiddenError
        return person


class _OfASession(Asks):
    def __call__(self, request: Request) -> Person:
        return self.admit(session_person(request))


def who_may(act: Act) -> Any:
    """A dependency: the person whose session it is, if their role includes `act`."""
    return Depends(_OfASession(act))


def session_person(request: Request) -> Person | None:
    """Whose session the request's cookie is of; kept in `request.state.person` for the page."""
    token = request.cookies.get(cookie_name(request))
    app = office(request)
    person = app.desk.session_person(token, now=app.now()) if token else None
    request.state.person = person
    return person


def cookie_name(request: Request) -> str:
    """The cookie's name: with TLS, one that no other host or path can have set (RFC 6265bis)."""
    return "__Host-session" if office(request).config.console.secure else "session"


def set_session(request: Request, response: Response, token: str) -> None:
    """Give the browser a session's token."""
    secure = office(request).config.console.secure
    response.set_cookie(
        cookie_name(request), token, path="/", secure=secure, httponly=True, samesite="strict"
    )


def clear_session(request: Request, response: Response) -> None:
    """Take the session's token from the browser."""
    secure = office(request).config.console.secure
    response.delete_cookie(
        cookie_name(request), path="/", secure=secure, httponly=True, samesite="strict"
    )


def acts_of(route: Any) -> Iterator[Act]:
    """What a route asks for, through all of its dependencies."""
    waiting = [getattr(route, "dependant", None)]
    while waiting:
        one = waiting.pop()
        if one is not None:
            act = getattr(one.call, "act", None)
            if isinstance(act, Act):
                yield act
            waiting += one.dependencies


def refuse_open_routes(console: FastAPI) -> None:
    """RuntimeError for a route that anybody could use and that is not in PUBLIC."""
    for route in iter_route_contexts(console.routes):
        if isinstance(route.original_route, Mount):
            continue  # an application of its own, which refuses its own
        if route.path not in PUBLIC and not list(acts_of(route)):
            raise RuntimeError(f"{route.path} does not say who may use it: access.who_may(Act.…)")


DeskReader = Annotated[Person, who_may(Act.READ_DESK)]
LogReader = Annotated[Person, who_may(Act.READ_LOG)]
ContactReader = Annotated[Person, who_may(Act.READ_CONTACTS)]
AdvisoryReader = Annotated[Person, who_may(Act.READ_ADVISORY)]
Writer = Annotated[Person, who_may(Act.WRITE_ADVISORY)]
Stopper = Annotated[Person, who_may(Act.STOP)]
Approver = Annotated[Person, who_may(Act.APPROVE)]
Resolver = Annotated[Person, who_may(Act.RESOLVE)]
ContactChanger = Annotated[Person, who_may(Act.CHANGE_CONTACTS)]
Admin = Annotated[Person, who_may(Act.CHANGE_PEOPLE)]
Oneself = Annotated[Person, who_may(Act.OWN_ACCOUNT)]
