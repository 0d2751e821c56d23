"""Who may, at the API: a bearer token (RFC 6750), in its own role. A cookie is never looked at."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from mailer.app import App
from mailer.core.people import Act, Person
from mailer.web.access import Asks, Office

BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token that `mailer token add` has made."
)


Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]


class _OfAToken(Asks):
    def __call__(self, app: Office, credentials: Credentials) -> Person:
        return self.admit(token_person(app, credentials))


def token_may(act: Act) -> Any:
    """A dependency: who the request's token is of, if its role includes `act`."""
    return Security(_OfAToken(act))


def token_person(app: App, given: HTTPAuthorizationCredentials | None) -> Person | None:
    """Whose token it is, in the token's role."""
    token = given.credentials if given else ""
    return app.desk.token_person(token, now=app.now()) if token else None


def reads(act: Act) -> list[Any]:
    """What a route that has no need of the person's name takes as its `dependencies`."""
    return [token_may(act)]


LogReader = Annotated[Person, token_may(Act.READ_LOG)]
Writer = Annotated[Person, token_may(Act.WRITE_ADVISORY)]
Stopper = Annotated[Person, token_may(Act.STOP)]
Approver = Annotated[Person, token_may(Act.APPROVE)]
Resolver = Annotated[Person, token_may(Act.RESOLVE)]
ContactChanger = Annotated[Person, token_may(Act.CHANGE_CONTACTS)]
