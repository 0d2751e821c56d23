"""A program at the API, with a token in some role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from console_client import add_person
from fastapi.testclient import TestClient
from httpx import Response

from mailer.app import App
from mailer.core.people import Role
from mailer.web.console import create

PROBLEM = "application/problem+json"


def token(app: App, role: Role = Role.APPROVER, **options: timedelta | None) -> str:
    """A token in that role, of a user in it, who is made if there is none."""
    if role.value not in {person.login for person in app.desk.people()}:
        add_person(app, role)
    lasts = options.get("lasts", timedelta(days=30))
    made = app.desk.add_token(role.value, "test", role, lasts=lasts, by="test", now=app.now())
    return made[1]


class Program(TestClient):
    """What a program sends; by itself, nothing of a browser's."""

    def __init__(self, app: App, bearer: str = "") -> None:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        super().__init__(
            create(app),
            base_url="http://localhost",
            headers=headers,
            follow_redirects=False,
            raise_server_exceptions=True,
        )


@contextmanager
def program(app: App, role: Role | None = Role.APPROVER) -> Iterator[Program]:
    """A program with a token in that role, or with none."""
    with Program(app, token(app, role) if role else "") as one:
        yield one


def problem(answer: Response, status: int, kind: str) -> dict[str, object]:
    """The answer's problem, which is what it should be."""
    told = answer.json()
    assert (answer.status_code, told["status"]) == (status, status), told
    assert answer.headers["content-type"] == PROBLEM
    assert told["type"] == f"urn:press-mailer:problem:{kind}", told
    assert told["detail"]
    assert isinstance(told, dict)
    return told
