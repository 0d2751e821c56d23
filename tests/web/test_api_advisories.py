"""An advisory through the API: proposed, queued, approved, sent, looked up, changed, killed."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from api_client import Program, problem, program, token
from stories import REF, approve, queue, send
from support import ADVISORY, LIFT, FakeClock, Sink

from mailer.app import App
from mailer.core.people import Role

DOCUMENT = {
    "document": ADVISORY,
    "embargo": "2027-02-09T00:01:00Z",
    "audiences": ["wires", "national"],
}
OTHER = ADVISORY.replace("Four in ten of the tide gauges", "Five in ten of the tide gauges")


def drops_cy(command: str, rcpt: str) -> str | None:
    """The line drops after cy's text."""
    return "drop" if command == "DATA" and rcpt.startswith("cy@") else None


@pytest.fixture
def one(app: App) -> Iterator[Program]:
    with program(app, Role.APPROVER) as found:
        yield found


def post(one: Program, path: str, **body: object) -> dict[str, object]:
    answer = one.post(f"/api/v1/advisories/{path}", json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert isinstance(found, dict)
    return found


def yes(one: Program, number: int = 1) -> dict[str, object]:
    seen = one.get(f"/api/v1/advisories/{number}").json()["to_approve"]["mark"]
    return post(one, f"{number}/approve", seen=seen)


def test_from_a_document_to_the_relay(app: App, one: Program, sink: Sink, clock: FakeClock) -> None:
    proposed = one.post("/api/v1/advisories/propose", json=DOCUMENT).json()
    assert [row["audience"] for row in proposed["plan"]["rows"]] == ["wires", "wires", "national"]
    assert one.get("/api/v1/advisories").json() == []
    queued = one.post("/api/v1/advisories", json=DOCUMENT)
    assert queued.status_code == 201
    assert queued.json()["plan"]["embargo"] == {
        "instant": "2027-02-09T00:01:00Z",
        "zone": "UTC",
    }
    (line,) = one.get("/api/v1/advisories").json()
    assert (line["number"], line["reference"], line["state"]) == (1, REF, "waits for approval")
    assert yes(one) == {"approved": 3, "waiting": 0, "missing": 0}
    clock.at = LIFT
    send(app)
    assert len(sink.taken) == 4
    log = one.get("/api/v1/log", params={"advisory": REF, "state": "accepted"}).json()
    assert {entry["email"] for entry in log["entries"]} == set(sink.rcpts)
    assert one.get("/api/v1/advisories/1").json()["state"] == "done"


def test_the_log_is_paged_by_key_and_filtered(app: App, one: Program) -> None:
    queue(app)
    first = one.get("/api/v1/log", params={"most": 3}).json()
    rest = one.get("/api/v1/log", params={"most": 100, "after": first["after"]}).json()
    keys = [entry["key"] for page in (first, rest) for entry in page["entries"]]
    assert len(keys) == len(set(keys)) == 4
    found = one.get("/api/v1/log", params={"contact": "ana@"}).json()["entries"]
    assert {entry["email"] for entry in found} == {"ana@wire.example"}
    problem(one.get("/api/v1/log?state=lost"), 422, "refused")
    problem(one.get("/api/v1/log?after=nowhere"), 422, "refused")
    problem(one.get("/api/v1/log?since=yesterday"), 422, "not-valid")


def test_a_yes_is_to_what_was_looked_at(app: App, one: Program) -> None:
    queue(app)
    problem(one.post("/api/v1/advisories/1/approve", json={"seen": "old"}), 422, "refused")
    problem(one.post("/api/v1/advisories/1/approve", json={}), 422, "not-valid")
    assert yes(one)["approved"] == 3


def test_it_is_looked_at_from_all_sides(app: App, one: Program) -> None:
    queue(app)
    lanes = one.get("/api/v1/advisories/1/timeline").json()["lanes"]
    assert [lane["audience"] for lane in lanes] == ["wires", "national"]
    (wires, _) = one.get("/api/v1/advisories/1/difference").json()
    assert (wires["contacts"], wires["since"], len(wires["new"])) == (2, None, 2)
    copies = one.get("/api/v1/advisories/1/copies", params={"audience": "wires"}).json()
    assert copies[0]["kind"] == "advance"
    assert "EMBARGO" in copies[0]["text"].upper()
    problem(one.get("/api/v1/advisories/1/copies?audience=nobody"), 422, "refused")


def test_its_embargo_is_moved_and_lifted(app: App, one: Program) -> None:
    queue(app)
    moved = post(one, "1/reschedule", embargo="2027-02-10T00:01:00Z")
    assert (moved["going"], moved["cancelled"]) == (False, 4)
    yes(one)
    assert post(one, "1/lift")["going"] is True
    problem(one.post("/api/v1/advisories/1/lift"), 422, "refused")


def test_it_is_held_resumed_and_cancelled(app: App, one: Program) -> None:
    queue(app)
    approve(app)
    post(one, "1/hold", reason="wrong figures")
    told = one.get("/api/v1/advisories/1").json()
    assert (told["state"], told["holds"][0]["reason"]) == ("on hold", "wrong figures")
    post(one, "1/resume")
    assert post(one, "1/cancel") == {"stopped": 4, "had_left": 0}


def test_it_is_corrected_and_withdrawn(app: App, one: Program, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT
    send(app)
    done = post(one, "correct", document=OTHER, note="five, not four")
    assert (done["notified"], done["going"]) == (4, False)
    done = post(one, "1/withdraw", note="all of it is wrong")
    assert done["going"] is True
    assert one.get("/api/v1/advisories/1").json()["state"] == "withdrawn"


def test_copies_in_doubt_are_settled(app: App, one: Program, sink: Sink, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT
    sink.answer = drops_cy
    send(app)
    body = {"outcome": "accepted", "contact": "cy@daily.example"}
    assert post(one, "1/resolve", **body) == {"settled": 1}
    problem(one.post("/api/v1/advisories/1/resolve", json=body), 422, "refused")


def test_one_copys_story_and_its_doubt_settled(
    app: App, one: Program, sink: Sink, clock: FakeClock
) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT
    sink.answer = drops_cy
    send(app)
    (entry,) = one.get("/api/v1/log?contact=cy@daily.example&state=in_doubt").json()["entries"]
    told = one.get(f"/api/v1/log/{entry['key']}").json()
    assert told["entry"] == entry
    assert [attempt["outcome"] for attempt in told["attempts"]] == ["in doubt"]
    assert {"chief"} <= {step["by"] for step in told["steps"]}
    settled = one.post(f"/api/v1/log/{entry['key']}/settle", json={"outcome": "accepted"})
    assert settled.status_code == 200
    again = one.get(f"/api/v1/log/{entry['key']}").json()
    assert again["entry"]["state"] == "accepted"
    problem(one.get("/api/v1/log/d999"), 404, "not-there")
    problem(one.get("/api/v1/log/nothing"), 422, "not-valid")


def test_never_finds_by_a_headline_for_who_may_not_read_it(app: App, one: Program) -> None:
    queue(app)
    found = one.get("/api/v1/log", params={"q": "highest tides"}).json()
    assert len(found["entries"]) == 4
    with Program(app, token(app, Role.STAFF)) as staff:
        assert staff.get("/api/v1/log", params={"q": "highest tides"}).json()["entries"] == []


def test_a_test_goes_to_the_token_s_own_user(app: App, sink: Sink) -> None:
    queue(app)
    now = app.now()
    app.desk.add_person(
        "ines", "correct horse battery", Role.OFFICER, by="t", now=now, email="ines@lct.example"
    )
    _, bearer = app.desk.add_token("ines", "x", Role.OFFICER, lasts=None, by="t", now=now)
    with Program(app, bearer) as ines:
        body = {"audience": "wires", "kind": "advance"}
        assert ines.post("/api/v1/advisories/1/test", json=body).status_code == 200
    assert sink.rcpts == ["ines@lct.example"]


def test_queueing_with_a_key_queues_once(app: App, one: Program) -> None:
    headers = {"Idempotency-Key": "q1"}
    first = one.post("/api/v1/advisories", json=DOCUMENT, headers=headers)
    again = one.post("/api/v1/advisories", json=DOCUMENT, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert len(app.desk.progress()) == 3


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"embargo": None}, "not-valid"),
        ({"immediate": True}, "not-valid"),
        ({"embargo": "gibberish"}, "refused"),
        ({"embargo": "midnight, 8 February 2027"}, "needs-decision"),
        ({"audiences": []}, "not-valid"),
        ({"audiences": ["nobody"]}, "refused"),
        ({"document": "Nothing to see"}, "refused"),
        ({"format": "pdf"}, "refused"),
        ({"format": "exe"}, "not-valid"),
        ({"attachments": [{"name": "../../x", "content": ""}]}, "refused"),
        ({"attachments": [{"name": "x.txt", "content": "%"}]}, "refused"),
        ({"editions": {"xx": "Bonjour"}}, "not-valid"),
        ({"templates": "/etc"}, "not-valid"),
    ],
)
def test_what_cannot_be_queued_is_refused(
    app: App, one: Program, changes: dict[str, object], kind: str
) -> None:
    problem(one.post("/api/v1/advisories", json={**DOCUMENT, **changes}), 422, kind)
    assert one.get("/api/v1/advisories").json() == []


def test_files_go_with_a_document(app: App, one: Program) -> None:
    document = ADVISORY.replace('kind = "press', 'attachments = ["map.txt"]\nkind = "press')
    body = {**DOCUMENT, "document": document}
    problem(one.post("/api/v1/advisories", json=body), 422, "refused")
    file = {"name": "map.txt", "content": base64.b64encode(b"a map").decode()}
    answer = one.post("/api/v1/advisories", json={**body, "attachments": [file]})
    assert answer.status_code == 201


def test_never_reads_an_advisory_without_the_role(app: App) -> None:
    queue(app)
    for role in (Role.STAFF, Role.ADMIN):
        with Program(app, token(app, role)) as other:
            for path in ("", "/1", "/1/timeline", "/1/difference", "/1/copies?audience=wires"):
                problem(other.get(f"/api/v1/advisories{path}"), 403, "forbidden")
            assert (
                "Four in ten" not in other.get("/api/v1/desk").text + other.get("/api/v1/log").text
            )
