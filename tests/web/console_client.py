"""A console over a real office, and browsers of it in each role."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.testclient import TestClient
from httpx import Response

from mailer.app import App
from mailer.core.people import Role
from mailer.desk.people import token_hash
from mailer.ledger import people
from mailer.web.console import create

ORIGIN = "http://localhost"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}
PASSWORD = "correct horse battery"


class Browser(TestClient):
    """A browser at the console; follows no redirect by itself. It is of no session at first."""

    def __init__(self, app: App) -> None:
        super().__init__(
            create(app),
            base_url=ORIGIN,
            headers=SAME_ORIGIN,
            follow_redirects=False,
            raise_server_exceptions=True,
        )
        self.office = app

    def log_in(self, login: str, password: str = PASSWORD, **fields: str) -> Response:
        return self.post("/login", data={"login": login, "password": password, **fields})


def add_person(app: App, role: Role, login: str = "") -> str:
    """A user in that role, with PASSWORD; the login is the role's name if none is said."""
    login = login or role.value
    app.desk.add_person(login, PASSWORD, role, by="test", now=app.now())
    return login


def begin_session(one: Browser, login: str, cookie: str = "session") -> str:
    """A session in the ledger and in the browser, without the work of a login; its token."""
    app, token = one.office, secrets.token_urlsafe(32)
    with app.database.write() as session:
        row = people.named(session, login)
        assert row is not None
        people.begin_session(session, row.id or 0, token_hash(token), app.now())
    one.cookies.set(cookie, token, domain="localhost.local")
    return token


@contextmanager
def browser(app: App, role: Role | None = None) -> Iterator[Browser]:
    """A browser, logged in as a user of that role if one is given."""
    with Browser(app) as one:
        if role is not None:
            if role.value not in {person.login for person in app.desk.people()}:
                add_person(app, role)
            assert one.log_in(role.value).status_code == 303
        yield one
