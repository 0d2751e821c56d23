"""Who may, at the API: a bearer token (RFC 6750), in its own role. A cookie is never looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from mailer.core.people import Act, Person
from mailer.web.access import ForbiddenError, NoSessionError, office

BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token that `mailer token add` has made."
)


class _Asks:
    """The dependency of a route; `act` is what `refuse_open_routes` looks for."""

    def __init__(self, act: Act) -> None:
        self.act = act

    def __call__(
        self,
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
    ) -> Person:
        person = token_person(request, credentials.credentials if credentials else "")
        if person is None:
            raise NoSessionError
        if not person.may(self.act):
            raise ForbiddenError
        return person


def token_may(act: Act) -> Callable[..., Any]:
    """A dependency: who the request's token is of, if its role includes `act`."""
    return _Asks(act)


def token_person(request: Request, token: str) -> Person | None:
    """Whose token it is, in the token's role."""
    app = office(request)
    return app.desk.token_person(token, now=app.now()) if token else None


def token_of(request: Request) -> str:
    """The token that a request brings, or nothing."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def reads(act: Act) -> list[Any]:
    """What a route that has no need of the person's name takes as its `dependencies`."""
    return [Security(token_may(act))]


LOOKER = Annotated[Person, Security(token_may(Act.READ_LOG))]
WRITER = Annotated[Person, Security(token_may(Act.WRITE_ADVISORY))]
STOPPER = Annotated[Person, Security(token_may(Act.STOP))]
APPROVER = Annotated[Person, Security(token_may(Act.APPROVE))]
RESOLVER = Annotated[Person, Security(token_may(Act.RESOLVE))]
CHANGER = Annotated[Person, Security(token_may(Act.CHANGE_CONTACTS))]
