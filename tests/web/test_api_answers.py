"""What the API answers: the desk's values, instants in UTC, problems, and inert text."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from api_client import Program, problem, program, token
from stories import approve, queue, send
from support import LIFT, FakeClock, make_office, open_office

from mailer.app import App
from mailer.core.errors import LedgerBusyError
from mailer.core.people import Role
from mailer.desk import Desk
from mailer.web.uploads import LARGEST

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
NEW = "email,name,embargo_accepted\nana@wire.example,Ana Lind,no\neve@wire.example,Eve,yes\n"


def file(content: str | bytes = NEW, name: str = "new.csv") -> dict[str, str]:
    data = content.encode() if isinstance(content, str) else content
    return {"name": name, "content": base64.b64encode(data).decode()}


def test_the_desk_is_told_in_utc(app: App) -> None:
    queue(app)
    with program(app, Role.STAFF) as one:
        told = one.get("/api/v1/desk").json()
    (need,) = told["needs"]
    assert need["kind"] == "waits for approval"
    lift = told["coming"][-1]
    assert lift["instant"] == "2027-02-09T00:01:00Z"
    assert lift["lifts"] is True
    assert [one["copies"]["waiting"] for one in lift["passages"]] == [1, 2]
    found = re.findall(r'"(?:at|instant|counted_at)": ?("[^"]*")', json.dumps(told))
    assert found
    assert all(INSTANT.fullmatch(one.strip('"')) for one in found)


def test_everything_is_stopped_and_resumed(app: App) -> None:
    with program(app) as one:
        assert one.post("/api/v1/desk/stop", json={"reason": "wrong figures"}).status_code == 200
        stopped = one.get("/api/v1/desk").json()["stopped"]
        assert (stopped["by"], stopped["reason"]) == ("approver", "wrong figures")
        assert one.post("/api/v1/desk/resume").status_code == 200
        told = problem(one.post("/api/v1/desk/resume"), 422, "refused")
    assert told["detail"] == "everything is not on hold"


def test_the_audit_is_read_on_from_a_row(app: App) -> None:
    with program(app) as one:
        for _ in range(3):
            one.post("/api/v1/desk/stop", json={"reason": "x"})
        first = one.get("/api/v1/audit", params={"most": 2}).json()
        assert first["first_broken"] is None
        last = first["entries"][-1]["row"]
        rest = one.get("/api/v1/audit", params={"after": last}).json()["entries"]
    assert rest[0]["row"] == last + 1
    assert len(first["entries"]) + len(rest) == first["rows"]


def test_a_contact_and_its_consent(app: App, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT
    send(app)
    with program(app) as one:
        said = {"email": "ana@wire.example", "accepted": False, "source": "by phone"}
        assert one.post("/api/v1/acceptances", json=said).status_code == 200
        one.post("/api/v1/suppressions", json={"email": "ana@wire.example", "reason": "asked"})
        ana = one.get("/api/v1/contact", params={"email": "ANA@wire.example"}).json()
        assert (ana["suppressed"], ana["accepted"], ana["name"]) == (True, False, "Ana Lind")
        assert {copy["state"] for copy in ana["copies"]} >= {"accepted"}
        assert len(one.get("/api/v1/suppressions").json()) == 1
        one.post("/api/v1/suppressions/release", json={"email": "ana@wire.example"})
        assert one.get("/api/v1/suppressions").json() == []
        assert len(one.get("/api/v1/suppressions", params={"ended": True}).json()) == 1
        assert one.get("/api/v1/acceptances").json()[0]["source"] == "by phone (approver)"
        assert len(one.get("/api/v1/contacts", params={"q": "nordwire"}).json()) == 2
        names = [audience["name"] for audience in one.get("/api/v1/audiences").json()]
    assert names == ["wires", "national"]


def test_a_list_is_compared_and_replaced(app: App) -> None:
    wires = {"name": "wires.csv"}
    with program(app) as one:
        told = one.post("/api/v1/list/compare", params=wires, json=file()).json()
        assert [(row["what"], row["contact"]["email"]) for row in told["rows"]] == [
            ("changed", "ana@wire.example"),
            ("new", "eve@wire.example"),
            ("gone", "bo@wire.example"),
        ]
        body = {**file(), "seen": told["seen"]}
        assert one.put("/api/v1/list", params=wires, json=body).status_code == 200
        problem(one.put("/api/v1/list", params=wires, json=body), 422, "refused")
        whole = one.get("/api/v1/list", params=wires).json()
        assert [member["email"] for member in whole["members"]] == [
            "ana@wire.example",
            "eve@wire.example",
        ]
        assert one.get("/api/v1/lists").json()[0]["digest"] == whole["digest"] != told["seen"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "new.csv", "content": "%%%"},
        {"name": "new.exe", "content": ""},
        {"name": "../../x.csv", "content": ""},
        file(b"a" * 2_000_000),
    ],
)
def test_a_file_that_is_no_list_is_refused(app: App, body: dict[str, str]) -> None:
    with program(app) as one:
        answer = one.post("/api/v1/list/compare", params={"name": "wires.csv"}, json=body)
        problem(answer, 422, "refused")


def test_a_body_that_is_too_large_is_never_read(app: App) -> None:
    with program(app) as one:
        huge = "a" * (1 << 21)
        problem(one.post("/api/v1/desk/stop", json={"reason": huge}), 413, "too-large")
        keyed = {"Idempotency-Key": "k"}
        answer = one.post("/api/v1/desk/stop", json={"reason": huge}, headers=keyed)
        problem(answer, 413, "too-large")
        chunks = iter([b'{"reason": "', huge.encode(), b'"}'])
        problem(one.post("/api/v1/desk/stop", content=chunks), 413, "too-large")
        body = {"name": "a.csv", "content": "A" * (LARGEST * 2)}
        answer = one.post("/api/v1/list/compare", params={"name": "wires.csv"}, json=body)
        problem(answer, 413, "too-large")


# --- problems -----------------------------------------------------------------------------------


def test_what_is_not_there_is_a_problem(app: App) -> None:
    with program(app) as one:
        problem(one.get("/api/v1/nothing"), 404, "not-there")
        problem(one.get("/api/v1/"), 404, "not-there")


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "TRACE", "PUT"])
def test_a_method_that_is_none_is_a_problem_and_says_which_are(app: App, method: str) -> None:
    with program(app) as one:
        answer = one.request(method, "/api/v1/desk")
    problem(answer, 405, "method")
    assert answer.headers["allow"] == "GET"


def test_a_request_that_is_not_valid_says_what_is_wrong_where(app: App) -> None:
    with program(app) as one:
        told = problem(one.post("/api/v1/desk/stop", json={"why": "x"}), 422, "not-valid")
        pointers = {(e["where"], e["pointer"]) for e in told["errors"]}  # type: ignore[attr-defined]
        assert pointers == {("body", "/reason"), ("body", "/why")}
        told = problem(one.get("/api/v1/audit?most=0&aftr=3"), 422, "not-valid")
        assert [e["pointer"] for e in told["errors"]] == ["/aftr"]  # type: ignore[attr-defined]
        problem(one.post("/api/v1/desk/stop", content=b"{"), 422, "not-valid")
        problem(one.post("/api/v1/desk/stop", content=b'{"reason": "\\ud800"}'), 422, "not-valid")


def test_a_busy_ledger_is_said_with_when_to_try_again(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise LedgerBusyError("mailer.db: the ledger is locked")

    monkeypatch.setattr(Desk, "suppress", busy)
    with program(app) as one:
        body = {"email": "bo@wire.example", "reason": "x"}
        answer = one.post("/api/v1/suppressions", json=body)
    problem(answer, 503, "busy")
    assert answer.headers["retry-after"] == "1"


def test_a_fault_of_ours_tells_nothing_of_its_inside(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("SELECT secret FROM inside")

    monkeypatch.setattr(Desk, "suppressions", fails)
    bearer = token(app)
    with Program(app, bearer) as one:
        one._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
        answer = one.get("/api/v1/suppressions")
    problem(answer, 500, "fault")
    assert "secret" not in answer.text


def test_hostile_text_in_json_is_inert(tmp_path: Path, clock: FakeClock) -> None:
    evil = "\u202egnp.exe\x1b[31m</script>"
    with open_office(make_office(tmp_path), 1, clock) as app:
        app.desk.suppress("ana@wire.example", reason=evil, by="x", now=clock())
        with program(app) as one:
            answer = one.get("/api/v1/suppressions")
            refused = one.get("/api/v1/list", params={"name": evil})
    assert answer.json()[0]["reason"] == evil
    for told in (answer.text, refused.text):
        assert "\u202e" not in told
        assert "\x1b" not in told
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
