"""Tokens: shown once, kept as a hash, of one role, and dead when they are over."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from api_client import Program, problem, program, token
from console_client import add_person, browser
from sqlalchemy import text
from support import FakeClock

from mailer.app import App
from mailer.core.errors import MailerError
from mailer.core.people import ACTS, Role
from mailer.desk.tokens import PREFIX

DAY = timedelta(days=1)


def alive(app: App, bearer: str) -> bool:
    with Program(app, bearer) as one:
        answer = one.get("/api/v1/desk")
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


def test_a_token_is_kept_only_as_a_hash(app: App) -> None:
    bearer = token(app)
    assert bearer.startswith(PREFIX)
    assert alive(app, bearer)
    with app.database.read() as session:
        kept = [str(row) for row in session.execute(text("SELECT * FROM api_token"))]
        told = [str(row) for row in session.execute(text("SELECT * FROM audit"))]
    assert bearer not in "".join(kept + told)
    assert bearer.removeprefix(PREFIX) not in "".join(kept + told)


def test_a_revoked_token_is_dead_at_once(app: App) -> None:
    bearer = token(app)
    (made,) = app.desk.tokens()
    app.desk.revoke_token(made.id, by="test", now=app.now())
    assert not alive(app, bearer)
    with pytest.raises(MailerError, match="no token"):
        app.desk.revoke_token(made.id, by="test", now=app.now())


def test_a_token_lasts_as_long_as_was_said(app: App, clock: FakeClock) -> None:
    short, long = token(app, lasts=DAY), token(app, lasts=None)
    clock.move(days=1)
    assert not alive(app, short)
    assert alive(app, long)
    with pytest.raises(MailerError, match="at least"):
        token(app, lasts=timedelta())


def test_a_token_dies_with_its_user(app: App) -> None:
    bearer = token(app)
    app.desk.remove_person("approver", by="test", now=app.now())
    assert not alive(app, bearer)


@pytest.mark.parametrize(("person", "role"), list(itertools.product(Role, Role)))
def test_a_token_never_does_what_its_user_may_not(app: App, person: Role, role: Role) -> None:
    add_person(app, person)
    if ACTS[role] <= ACTS[person]:
        app.desk.add_token(person.value, "x", role, lasts=DAY, by="test", now=app.now())
    else:
        with pytest.raises(MailerError, match="may not do all"):
            app.desk.add_token(person.value, "x", role, lasts=DAY, by="test", now=app.now())


def test_a_token_is_dead_when_its_user_may_less(app: App) -> None:
    bearer = token(app, Role.APPROVER)
    app.desk.set_role("approver", Role.STAFF, by="test", now=app.now())
    assert not alive(app, bearer)


@pytest.mark.parametrize("bearer", ["", "x", PREFIX, "mailer_" + "a" * 43, "' OR 1=1 --", "\xe9"])
def test_never_in_without_a_token_that_lives(app: App, bearer: str) -> None:
    token(app)
    with Program(app) as one:
        headers = {"Authorization": f"Bearer {bearer}".encode("latin-1")}
        answer = one.get("/api/v1/desk", headers=headers)
    problem(answer, 401, "no-token")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_never_takes_a_session_for_a_token(app: App) -> None:
    with browser(app, Role.APPROVER) as one:
        assert one.get("/").status_code == 200
        problem(one.get("/api/v1/desk"), 401, "no-token")
        problem(one.post("/api/v1/desk/stop", json={"reason": "x"}), 401, "no-token")
    assert app.desk.outlook(app.now()).stopped is None


def test_never_takes_a_token_for_a_session(app: App) -> None:
    with program(app) as one:
        assert one.get("/").status_code == 303
        assert one.post("/desk/stop", data={"reason": "x"}).status_code == 403


def test_when_a_token_was_used_is_kept_to_the_minute(app: App, clock: FakeClock) -> None:
    bearer = token(app, lasts=None)
    assert app.desk.tokens()[0].used_at is None
    alive(app, bearer)
    first = clock.at
    clock.move(seconds=30)
    alive(app, bearer)
    assert app.desk.tokens()[0].used_at == first
    clock.move(seconds=31)
    alive(app, bearer)
    assert app.desk.tokens()[0].used_at == clock.at
