"""Every operation of the API × every role, and no token: what each is answered.

A row is `"METHOD /path": (roles, address, status)`: who may, what to ask for below /api/v1, and
what those who may are answered (a body without its fields: 422). A route without a row fails.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from api_client import Program, problem, token
from fastapi.routing import iter_route_contexts
from support import LIFT, FakeClock, Sink, make_office, open_office, relay

from mailer.app import App
from mailer.core.people import Role
from mailer.web.api import service

STAFF, OFFICER, APPROVER, ADMIN = Role.STAFF, Role.OFFICER, Role.APPROVER, Role.ADMIN
EVERYONE = frozenset(Role)
WRITERS = frozenset({OFFICER, APPROVER})
APPROVERS = frozenset({APPROVER})
AUDITORS = frozenset({OFFICER, APPROVER, ADMIN})
ANYBODY = None

TABLE: dict[str, tuple[frozenset[Role] | None, str, int]] = {
    "GET /openapi.json": (ANYBODY, "/openapi.json", 200),
    "GET /desk": (EVERYONE, "/desk", 200),
    "POST /desk/stop": (WRITERS, "/desk/stop", 422),
    "POST /desk/resume": (APPROVERS, "/desk/resume", 422),
    "GET /advisories": (WRITERS, "/advisories", 200),
    "POST /advisories": (WRITERS, "/advisories", 422),
    "POST /advisories/propose": (WRITERS, "/advisories/propose", 422),
    "POST /advisories/correct": (WRITERS, "/advisories/correct", 422),
    "GET /advisories/{number}": (WRITERS, "/advisories/1", 404),
    "GET /advisories/{number}/timeline": (WRITERS, "/advisories/1/timeline", 404),
    "GET /advisories/{number}/difference": (WRITERS, "/advisories/1/difference", 404),
    "GET /advisories/{number}/copies": (WRITERS, "/advisories/1/copies?audience=wires", 404),
    "POST /advisories/{number}/approve": (APPROVERS, "/advisories/1/approve", 422),
    "POST /advisories/{number}/hold": (WRITERS, "/advisories/1/hold", 422),
    "POST /advisories/{number}/resume": (APPROVERS, "/advisories/1/resume", 404),
    "POST /advisories/{number}/cancel": (WRITERS, "/advisories/1/cancel", 404),
    "POST /advisories/{number}/reschedule": (WRITERS, "/advisories/1/reschedule", 422),
    "POST /advisories/{number}/lift": (APPROVERS, "/advisories/1/lift", 404),
    "POST /advisories/{number}/withdraw": (WRITERS, "/advisories/1/withdraw", 422),
    "POST /advisories/{number}/resolve": (WRITERS, "/advisories/1/resolve", 422),
    "POST /advisories/{number}/test": (WRITERS, "/advisories/1/test", 422),
    "GET /log": (EVERYONE, "/log", 200),
    "GET /log/{key}": (EVERYONE, "/log/d1", 404),
    "POST /log/{key}/settle": (WRITERS, "/log/d1/settle", 422),
    "GET /audit": (AUDITORS, "/audit", 200),
    "GET /audiences": (EVERYONE, "/audiences", 200),
    "GET /contacts": (EVERYONE, "/contacts?q=ana", 200),
    "GET /contact": (EVERYONE, "/contact?email=ana@wire.example", 200),
    "GET /suppressions": (EVERYONE, "/suppressions", 200),
    "POST /suppressions": (WRITERS, "/suppressions", 422),
    "POST /suppressions/release": (WRITERS, "/suppressions/release", 422),
    "GET /acceptances": (EVERYONE, "/acceptances", 200),
    "POST /acceptances": (WRITERS, "/acceptances", 422),
    "GET /lists": (EVERYONE, "/lists", 200),
    "GET /list": (EVERYONE, "/list?name=wires.csv", 200),
    "POST /list/compare": (WRITERS, "/list/compare?name=wires.csv", 422),
    "PUT /list": (WRITERS, "/list?name=wires.csv", 422),
}


@pytest.fixture(scope="module")
def api_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with relay(Sink()) as sink:
        config = make_office(tmp_path_factory.mktemp("api"))
        with open_office(config, sink.port, FakeClock(LIFT)) as app:
            yield app


@pytest.fixture(scope="module")
def bearers(api_office: App) -> dict[Role | None, str]:
    return {None: "", **{role: token(api_office, role) for role in Role}}


@pytest.fixture(scope="module")
def anyone(api_office: App) -> Iterator[Program]:
    with Program(api_office) as one:
        yield one


def test_every_operation_has_a_row_and_every_row_an_operation(api_office: App) -> None:
    found = [
        f"{method} {route.path}"
        for route in iter_route_contexts(service.create(api_office).routes)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]
    assert sorted(found) == sorted(TABLE)


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "no token")
@pytest.mark.parametrize("route", TABLE)
def test_an_operation_answers_each_role_as_the_table_says(
    anyone: Program, bearers: dict[Role | None, str], route: str, role: Role | None
) -> None:
    roles, address, status = TABLE[route]
    headers = {"Authorization": f"Bearer {bearers[role]}"} if role else {}
    answer = anyone.request(route.partition(" ")[0], f"/api/v1{address}", headers=headers)
    if roles is ANYBODY or role in roles:
        assert answer.status_code == status, answer.text
    elif role is None:
        problem(answer, 401, "no-token")
    else:
        problem(answer, 403, "forbidden")
