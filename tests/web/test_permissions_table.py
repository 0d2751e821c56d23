"""Every route × every role, and nobody: what each is answered. A route without a row fails.

A row is `"METHOD /path/{of}/route": (roles, address, status)`: who may, an address to ask for, and
what those who may are answered (a form without its fields: 422). Everybody else gets 403, and who
has no session is led to the login, or gets 401 from the API.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from console_client import Browser, add_person, begin_session
from fastapi.routing import iter_route_contexts
from support import LIFT, FakeClock, Sink, make_office, open_office, relay

from mailer.app import App
from mailer.core.people import Role
from mailer.web.console import create

STAFF, OFFICER, APPROVER, ADMIN = Role.STAFF, Role.OFFICER, Role.APPROVER, Role.ADMIN
EVERYONE = frozenset(Role)
WRITERS = frozenset({OFFICER, APPROVER})
ANYBODY = None
"""Also who has no session."""

TABLE: dict[str, tuple[frozenset[Role] | None, str, int]] = {
    # what needs no session
    "GET /static/{name:path}": (ANYBODY, "/static/console.css", 200),
    "GET /login": (ANYBODY, "/login", 200),
    "POST /login": (ANYBODY, "/login", 401),
    "GET /healthz": (ANYBODY, "/healthz", 200),
    "GET /readyz": (ANYBODY, "/readyz", 503),
    "GET /metrics": (ANYBODY, "/metrics", 403),
    # the desk
    "GET /": (EVERYONE, "/", 200),
    "GET /desk/live": (EVERYONE, "/desk/live?once=true", 200),
    "POST /desk/stop": (WRITERS, "/desk/stop", 422),
    "POST /desk/resume": (frozenset({APPROVER}), "/desk/resume", 422),
    # the log
    "GET /log": (EVERYONE, "/log", 200),
    "GET /log/export.{form}": (EVERYONE, "/log/export.csv", 200),
    "GET /log/advisory/{reference:path}": (EVERYONE, "/log/advisory/LCT 2027/004", 404),
    "GET /log/{key}": (EVERYONE, "/log/d1", 404),
    "POST /log/{key}/settle": (WRITERS, "/log/d1/settle", 422),
    # contacts
    "GET /contacts": (EVERYONE, "/contacts?q=ana", 200),
    "GET /contacts/one": (EVERYONE, "/contacts/one?email=ana@wire.example", 200),
    "GET /contacts/consent": (EVERYONE, "/contacts/consent", 200),
    "GET /contacts/list": (EVERYONE, "/contacts/list?name=wires.csv", 200),
    "GET /contacts/list.csv": (EVERYONE, "/contacts/list.csv?name=wires.csv", 200),
    "POST /contacts/suppress": (WRITERS, "/contacts/suppress", 422),
    "POST /contacts/unsuppress": (WRITERS, "/contacts/unsuppress", 422),
    "POST /contacts/acceptance": (WRITERS, "/contacts/acceptance", 422),
    "POST /contacts/list/compare": (WRITERS, "/contacts/list/compare", 422),
    "POST /contacts/list/earlier": (WRITERS, "/contacts/list/earlier", 422),
    "POST /contacts/list/replace": (WRITERS, "/contacts/list/replace", 422),
    # the record
    "GET /audit": (frozenset({OFFICER, APPROVER, ADMIN}), "/audit", 200),
    # advisories: there are none in this office, but one draft
    "GET /advisories": (WRITERS, "/advisories", 200),
    "POST /advisories/drafts": (WRITERS, "/advisories/drafts", 303),
    "POST /advisories/import": (WRITERS, "/advisories/import", 422),
    "POST /advisories/reading": (WRITERS, "/advisories/reading", 200),
    "POST /advisories/markdown": (WRITERS, "/advisories/markdown", 200),
    "GET /advisories/drafts/{number:int}": (WRITERS, "/advisories/drafts/1", 200),
    "POST /advisories/drafts/{number:int}": (WRITERS, "/advisories/drafts/1", 409),
    "POST /advisories/drafts/{number:int}/autosave": (
        WRITERS,
        "/advisories/drafts/1/autosave",
        200,
    ),
    "POST /advisories/drafts/{number:int}/discard": (WRITERS, "/advisories/drafts/9/discard", 404),
    "GET /advisories/drafts/{number:int}/presence": (WRITERS, "/advisories/drafts/1/presence", 200),
    "GET /advisories/drafts/{number:int}/files/{name}": (
        WRITERS,
        "/advisories/drafts/1/files/x",
        404,
    ),
    "GET /advisories/drafts/{number:int}/preview": (WRITERS, "/advisories/drafts/1/preview", 200),
    "GET /advisories/drafts/{number:int}/preview/html": (
        WRITERS,
        "/advisories/drafts/1/preview/html?audience=wires",
        422,
    ),
    "POST /advisories/drafts/{number:int}/test": (WRITERS, "/advisories/drafts/1/test", 422),
    "GET /advisories/drafts/{number:int}/plan": (WRITERS, "/advisories/drafts/1/plan", 200),
    "POST /advisories/drafts/{number:int}/submit": (WRITERS, "/advisories/drafts/1/submit", 422),
    "GET /advisories/{number:int}": (WRITERS, "/advisories/9", 404),
    "GET /advisories/{number:int}/timeline.svg": (WRITERS, "/advisories/9/timeline.svg", 404),
    "GET /advisories/{number:int}/preview": (WRITERS, "/advisories/9/preview", 404),
    "GET /advisories/{number:int}/preview/html": (
        WRITERS,
        "/advisories/9/preview/html?audience=wires",
        404,
    ),
    "POST /advisories/{number:int}/test": (WRITERS, "/advisories/9/test", 404),
    "POST /advisories/{number:int}/approve": ({APPROVER}, "/advisories/9/approve", 404),
    "POST /advisories/{number:int}/hold": (WRITERS, "/advisories/9/hold", 404),
    "POST /advisories/{number:int}/resume": ({APPROVER}, "/advisories/9/resume", 404),
    "POST /advisories/{number:int}/lift": ({APPROVER}, "/advisories/9/lift", 404),
    "POST /advisories/{number:int}/cancel": (WRITERS, "/advisories/9/cancel", 404),
    "POST /advisories/{number:int}/withdraw": (WRITERS, "/advisories/9/withdraw", 404),
    "POST /advisories/{number:int}/correct": (WRITERS, "/advisories/9/correct", 404),
    "GET /advisories/{number:int}/reschedule": (WRITERS, "/advisories/9/reschedule", 404),
    "POST /advisories/{number:int}/reschedule": (WRITERS, "/advisories/9/reschedule", 404),
    # one's own
    "POST /logout": (EVERYONE, "/logout", 303),
    "GET /settings": (EVERYONE, "/settings", 200),
    "POST /settings/zone": (EVERYONE, "/settings/zone", 422),
    "POST /settings/password": (EVERYONE, "/settings/password", 422),
    "GET /settings/tokens": (EVERYONE, "/settings/tokens", 200),
    "POST /settings/tokens": (EVERYONE, "/settings/tokens", 422),
    "POST /settings/tokens/{number}/revoke": (EVERYONE, "/settings/tokens/999/revoke", 404),
    # the office's
    "GET /settings/configuration": (frozenset({ADMIN}), "/settings/configuration", 200),
    "POST /settings/relay-test": (frozenset({ADMIN}), "/settings/relay-test", 200),
    "GET /settings/users": (frozenset({ADMIN}), "/settings/users", 200),
    "POST /settings/users": (frozenset({ADMIN}), "/settings/users", 422),
    "POST /settings/users/{number}/role": (frozenset({ADMIN}), "/settings/users/999/role", 422),
    "POST /settings/users/{number}/password": (
        frozenset({ADMIN}),
        "/settings/users/999/password",
        422,
    ),
    "POST /settings/users/{number}/remove": (frozenset({ADMIN}), "/settings/users/999/remove", 404),
}


@pytest.fixture(scope="module")
def office_with_everyone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with relay(Sink()) as sink:
        config = make_office(tmp_path_factory.mktemp("permissions"))
        with open_office(config, sink.port, FakeClock(LIFT)) as app:
            for role in Role:
                add_person(app, role)
            app.desk.start_draft(by="test", now=app.now())
            yield app


@pytest.fixture(scope="module")
def browser_of_everyone(office_with_everyone: App) -> Iterator[Browser]:
    with Browser(office_with_everyone) as one:
        yield one


def routes(app: App) -> list[str]:
    return [
        f"{method} {route.path}"
        for route in iter_route_contexts(create(app).routes)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def test_every_route_has_a_row_and_every_row_a_route(office_with_everyone: App) -> None:
    assert sorted(routes(office_with_everyone)) == sorted(TABLE)


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "nobody")
@pytest.mark.parametrize("route", TABLE)
def test_a_route_answers_each_role_as_the_table_says(
    browser_of_everyone: Browser, route: str, role: Role | None
) -> None:
    roles, address, status = TABLE[route]
    one = browser_of_everyone
    one.cookies.clear()
    if role is not None:
        begin_session(one, role.value)
    answer = one.request(route.partition(" ")[0], address)
    if roles is ANYBODY or role in roles:
        already_in = role is not None and route == "GET /login"
        assert answer.status_code == (303 if already_in else status)
    elif role is not None:
        assert answer.status_code == 403
    elif address.startswith("/api/"):
        assert answer.status_code == 401
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].partition("?")[0] == "/login"
