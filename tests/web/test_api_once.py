"""Idempotency keys: what a program asks for twice is done once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from api_client import Program, problem, program, token
from httpx import Response
from support import FakeClock

from mailer.app import App
from mailer.core.people import Role
from mailer.desk import Desk

SUPPRESS = {"email": "bo@wire.example", "reason": "asked by phone"}


def suppress(one: Program, key: str | None, **changes: str) -> Response:
    headers = {"Idempotency-Key": key} if key is not None else {}
    return one.post("/api/v1/suppressions", json={**SUPPRESS, **changes}, headers=headers)


def test_the_same_request_again_gets_the_same_answer_and_does_nothing(app: App) -> None:
    with program(app) as one:
        first, again = suppress(one, "k1"), suppress(one, "k1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(app.desk.suppressions()) == 1


def test_without_a_key_it_is_done_again(app: App) -> None:
    with program(app) as one:
        suppress(one, None)
        suppress(one, None)
        suppress(one, "k1")
        suppress(one, "k2")
    assert len(app.desk.suppressions()) == 4


def test_a_key_is_never_taken_for_another_request(app: App) -> None:
    with program(app) as one:
        suppress(one, "k1")
        problem(suppress(one, "k1", reason="another"), 422, "key-reused")
        other = one.post(
            "/api/v1/suppressions/release",
            json={"email": SUPPRESS["email"]},
            headers={"Idempotency-Key": "k1"},
        )
        problem(other, 422, "key-reused")
    assert len(app.desk.suppressions()) == 1


def test_a_key_is_its_users_own(app: App) -> None:
    for role in (Role.OFFICER, Role.APPROVER):
        with program(app, role) as one:
            assert suppress(one, "k1").status_code == 200
    assert len(app.desk.suppressions()) == 2


def test_two_at_once_are_done_once(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, go_on = threading.Event(), threading.Event()
    done = Desk.suppress

    def slowly(*args: object, **options: object) -> None:
        inside.set()
        assert go_on.wait(20)
        done(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Desk, "suppress", slowly)
    bearer = token(app)
    with Program(app, bearer) as one, Program(app, bearer) as other, ThreadPoolExecutor() as pool:
        first = pool.submit(suppress, one, "k1")
        assert inside.wait(20)
        problem(suppress(other, "k1"), 409, "key-in-use")
        go_on.set()
        assert first.result().status_code == 200
    assert len(app.desk.suppressions()) == 1


def test_a_refusal_is_remembered_too(app: App) -> None:
    with program(app) as one:
        for replayed in (None, "true"):
            answer = suppress(one, "k1", email="no address")
            problem(answer, 422, "refused")
            assert answer.headers.get("idempotency-replayed") == replayed


def test_what_was_not_allowed_leaves_the_key_free(app: App) -> None:
    with program(app, Role.STAFF) as one:
        problem(suppress(one, "k1"), 403, "forbidden")
        again = suppress(one, "k1")
    problem(again, 403, "forbidden")
    assert "idempotency-replayed" not in again.headers


def test_a_fault_of_ours_leaves_the_key_free(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    bearer = token(app)

    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with Program(app, bearer) as one:
        with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
            patch.setattr(Desk, "suppress", fails)
            suppress(one, "k1")
        assert suppress(one, "k1").status_code == 200
    assert len(app.desk.suppressions()) == 1


def test_what_was_never_answered_is_never_done_again(app: App) -> None:
    bearer = token(app)
    person = app.desk.token_person(bearer, now=app.now())
    assert person is not None
    with Program(app, bearer) as one:
        suppress(one, "k1")
        # As if the console had been stopped after the deed and before the answer.
        app.desk.end_once(person, "k1", None, "")
        with app.database.write() as session:
            from mailer.ledger.tables import IdempotencyRow

            session.add(
                IdempotencyRow(
                    person_id=person.id, key="k1", request_hash=_hash_of(one), at=app.now()
                )
            )
        problem(suppress(one, "k1"), 409, "key-in-use")
    assert len(app.desk.suppressions()) == 1


def _hash_of(one: Program) -> str:
    import hashlib

    request = one.build_request("POST", "/api/v1/suppressions", json=SUPPRESS)
    return hashlib.sha256(b"POST /api/v1/suppressions?\n" + request.content).hexdigest()


def test_a_key_is_remembered_for_a_day(app: App, clock: FakeClock) -> None:
    bearer = token(app, lasts=None)
    with Program(app, bearer) as one:
        suppress(one, "k1")
        clock.move(hours=24, seconds=1)
        suppress(one, "k1")
    assert len(app.desk.suppressions()) == 2


@pytest.mark.parametrize("key", ["", "k" * 201, "\t", "\xe9"])
def test_a_key_that_is_none_is_refused(app: App, key: str) -> None:
    with program(app) as one:
        headers = {"Idempotency-Key": key.encode("latin-1")}
        answer = one.post("/api/v1/suppressions", json=SUPPRESS, headers=headers)
    assert answer.status_code == 422
    assert not app.desk.suppressions()
