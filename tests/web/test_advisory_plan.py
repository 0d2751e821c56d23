"""The plan in the browser: what goes to whom when, the yes to exactly that, and every act."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from console_client import Browser, add_person, begin_session, browser
from httpx import Response
from support import ADVISORY, FakeClock, Sink
from test_advisory_draft import bring_in, save

from mailer.app import App
from mailer.core.people import Role
from mailer.core.states import DispatchState
from mailer.web import advisory_plan

LINE = "00:01 GMT, 9 February 2027"
PLAN = "/advisories/1"


@pytest.fixture
def officer(app: App) -> Iterator[Browser]:
    app.desk.add_person(
        "mirela", "correct horse battery", Role.OFFICER, by="test", now=app.now(),
        name="Mirela Osei", email="mirela@lantern.example",
    )  # fmt: skip
    with Browser(app) as one:
        begin_session(one, "mirela")
        yield one


@pytest.fixture
def approver(app: App) -> Iterator[Browser]:
    with browser(app, Role.APPROVER) as one:
        yield one


def plain(answer: Response) -> str:
    """What a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def drafted(officer: Browser, text: str = ADVISORY) -> str:
    """The example, ready to be submitted: the address of its draft."""
    address = bring_in(officer, text)
    save(officer, address, f_embargo=LINE, audience=["wires", "national"])
    return address


def submitted(officer: Browser, text: str = ADVISORY) -> str:
    """The example, written and submitted in the browser: the address of its plan."""
    address = drafted(officer, text)
    answer = officer.post(f"{address}/submit", data={"revision": "2"})
    assert answer.status_code == 303, plain(answer)
    return answer.headers["location"]


def approve(one: Browser, plan: str = PLAN) -> Response:
    found = re.search(r'name="seen" value="([^"]*)"', one.get(plan).text)
    assert found, "nothing to approve on the page"
    return one.post(f"{plan}/approve", data={"seen": found[1]})


# --- to submit and to approve ---------------------------------------------------------------------


def test_what_would_go_to_whom_and_when_is_shown_before_it_is_submitted(officer: Browser) -> None:
    address = bring_in(officer)
    assert "say when the embargo lifts" in plain(officer.get(f"{address}/plan"))
    save(officer, address, f_embargo=LINE, audience=["wires", "national"])
    page = plain(officer.get(f"{address}/plan"))
    for told in (
        "Embargoed until Tuesday 9 February 2027, 00:01 UTC — that is 00:01 in London; 3 d from",
        "Mon 8 Feb 2027, 00:01 (London, UTC+00:00)",
        "wires advance copy 1",
        "Submit it: 4 copies in 3 dispatches.",
        "2 of 2 addresses not verified",
    ):
        assert told in page


def test_what_is_to_be_looked_at_is_said_once_by_the_lines_that_are_seen(officer: Browser) -> None:
    address = bring_in(officer)
    body = "Four in ten gauges fail.\n\n“They are old, said the director."
    save(officer, address, f_embargo=LINE, audience=["wires"], f_body=body)
    page = plain(officer.get(f"{address}/plan"))
    assert page.count("a quotation is opened and never closed") == 1
    assert "text, line 3" in page


def test_an_officer_submits_and_an_approver_approves_exactly_what_was_shown(
    officer: Browser, approver: Browser, app: App
) -> None:
    plan = submitted(officer)
    assert plan == PLAN
    assert "Approve 4 copies" not in officer.get(plan).text
    assert officer.post(f"{plan}/approve", data={"seen": "x"}).status_code == 403
    shown = plain(approver.get(plan))
    assert "4 copies in 3 dispatches wait for a yes. Submitted by Mirela Osei." in shown
    assert "it was never sent anything before" in shown
    assert approve(approver).status_code == 303
    assert {row.state for row in app.desk.plan("LCT 2027/004").rows} == {DispatchState.APPROVED}
    assert "3 dispatches go at the times below" in plain(approver.get(plan))


def test_a_yes_is_never_to_a_plan_that_changed_after_the_page_was_shown(
    officer: Browser, approver: Browser, app: App
) -> None:
    submitted(officer)
    page = approver.get(PLAN).text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen
    officer.post(f"{PLAN}/reschedule", data={"line": "08:00 GMT, 10 February 2027"})
    for mark in (seen[1], "", "nothing"):
        answer = approver.post(f"{PLAN}/approve", data={"seen": mark})
        assert answer.status_code == 422
        assert "the plan has changed since you looked" in plain(answer)
    assert DispatchState.APPROVED not in {r.state for r in app.desk.plan("LCT 2027/004").rows}


def test_what_is_submitted_is_never_what_another_changed_meanwhile(
    officer: Browser, app: App
) -> None:
    address = bring_in(officer)
    save(officer, address, f_embargo=LINE, audience=["wires"])
    add_person(app, Role.OFFICER, "jon")
    with Browser(app) as other:
        begin_session(other, "jon")
        save(other, address, f_headline="Another headline")
    answer = officer.post(f"{address}/submit", data={"revision": "2"})
    assert answer.status_code == 422
    assert "jon has changed this draft since you looked" in plain(answer)


def test_what_blocks_approval_is_said_with_its_place_and_there_is_no_button(
    officer: Browser, approver: Browser
) -> None:
    text = ADVISORY.replace(
        "failed last winter.", "failed. Embargoed until 06:00 GMT, 3 March 2027."
    )
    submitted(officer, text)
    page = approver.get(PLAN)
    assert re.search(r"Mend: text, line \d+\.", plain(page))
    assert "It cannot be approved as it is" in plain(page)
    assert 'name="seen"' not in page.text


def test_very_many_copies_are_looked_at_right_after_the_page(
    officer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(officer)
    monkeypatch.setattr(advisory_plan, "LOOKED_AT_ONCE", 3)
    page = officer.get(PLAN)
    assert f'hx-get="{PLAN}?whole=true" hx-select="#looked" hx-trigger="load"' in page.text
    assert "not verified" not in plain(page)
    assert "2 of 2 addresses not verified" in plain(officer.get(f"{PLAN}?whole=true"))


def test_with_two_approvals_the_page_says_who_is_missing(
    officer: Browser, approver: Browser, app: App
) -> None:
    embargo = app.config.embargo.model_copy(update={"approvals": 2})
    object.__setattr__(app.desk, "_config", app.config.model_copy(update={"embargo": embargo}))
    submitted(officer)
    assert "whoever submitted it cannot be the second" in plain(approver.get(PLAN))
    approve(approver)
    page = plain(approver.get(PLAN))
    assert "It goes once 1 more person approved it." in page
    assert "You have approved it; another person must." in page


# --- the acts -------------------------------------------------------------------------------------


def test_hold_and_resume_say_what_they_stop(officer: Browser, approver: Browser) -> None:
    submitted(officer)
    approve(approver)
    assert "A hold now would stop 4 copies" in plain(officer.get(PLAN))
    officer.post(f"{PLAN}/hold", data={"reason": "a doubt <b>"})
    page = officer.get(PLAN)
    assert "On hold: LCT 2027/004" in plain(page)
    assert "a doubt &lt;b&gt;" in page.text
    assert f"{PLAN}/resume" not in page.text
    assert officer.post(f"{PLAN}/resume").status_code == 403
    assert f"{PLAN}/resume" in approver.get(PLAN).text
    approver.post(f"{PLAN}/resume")
    assert "On hold:" not in plain(approver.get(PLAN))


def test_the_embargo_is_moved_after_it_was_read_in_words(
    officer: Browser, approver: Browser
) -> None:
    submitted(officer)
    approve(approver)
    asked = officer.get(f"{PLAN}/reschedule", params={"line": "08:00 1 July 2027"})
    assert "Which is meant?" in plain(asked)
    assert "Move the embargo</button>" not in asked.text
    line = unescape(re.findall(r'name="line" value="([^"]*UTC[^"]*)"', asked.text)[0])
    read = officer.get(f"{PLAN}/reschedule", params={"line": line})
    assert "Nothing goes at the old instant any more, to wires, national." in plain(read)
    assert "4 people still waiting: now for the new instant" in plain(read)
    assert "Move the embargo</button>" in read.text
    officer.post(f"{PLAN}/reschedule", data={"line": line})
    page = plain(officer.get(PLAN))
    assert "Thursday 1 July 2027, 07:00 UTC — that is 08:00 in London" in page
    assert "waits for approval" in page


def test_a_lift_sends_to_whom_the_page_said(officer: Browser, approver: Browser, app: App) -> None:
    submitted(officer)
    approve(approver)
    assert "A lift now would send 4 copies at once" in plain(approver.get(PLAN))
    assert officer.post(f"{PLAN}/lift").status_code == 403
    assert approver.post(f"{PLAN}/lift").status_code == 303
    rows = [r for r in app.desk.plan("LCT 2027/004").rows if r.state != DispatchState.CANCELLED]
    assert {(r.state, r.instant) for r in rows} == {(DispatchState.APPROVED, app.now())}


def test_a_cancellation_says_whom_it_concerns(officer: Browser, approver: Browser) -> None:
    submitted(officer)
    assert "4 people (wires 2, national 2) will get nothing. No copy has left." in plain(
        officer.get(PLAN)
    )
    officer.post(f"{PLAN}/cancel")
    page = plain(officer.get(PLAN))
    assert "Cancelled: 4 will not go" in page
    assert f"{PLAN}/cancel" not in officer.get(PLAN).text


def test_a_withdrawal_kills_it(officer: Browser, app: App) -> None:
    submitted(officer)
    assert "It cannot be undone." in plain(officer.get(PLAN))
    officer.post(f"{PLAN}/withdraw", data={"note": "A wrong figure."})
    page = plain(officer.get(PLAN))
    assert "withdrawn LCT 2027/004" in page
    assert "Correct the text" not in page
    assert "withdrawn" in plain(officer.get("/advisories"))


def test_a_correction_is_written_and_submitted_in_the_browser(
    officer: Browser, approver: Browser, app: App
) -> None:
    submitted(officer)
    approve(approver)
    draft = officer.post(f"{PLAN}/correct").headers["location"]
    assert "It corrects LCT 2027/004" in plain(officer.get(draft))
    save(officer, draft, f_headline="Three in ten gauges miss the highest tides")
    assert "4 people (wires 2, national 2) waiting" in plain(officer.get(f"{draft}/plan"))
    assert "release 2" in plain(officer.get(f"{draft}/plan"))
    seen = officer.get(f"{draft}/preview/html?audience=national")
    assert "Three in ten gauges miss" in seen.text
    refused = officer.post(f"{draft}/submit", data={"revision": "2", "note": ""})
    assert "say what changed" in plain(refused)
    done = officer.post(f"{draft}/submit", data={"revision": "2", "note": "A figure."})
    assert done.headers["location"] == PLAN
    page = plain(officer.get(PLAN))
    assert "Three in ten gauges" in page
    assert "version 2" in page


def test_a_draft_that_was_submitted_leads_to_its_plan(officer: Browser) -> None:
    submitted(officer)
    for place in ("", "/plan", "/preview"):
        assert f'href="{PLAN}"' in officer.get(f"/advisories/drafts/1{place}").text


def test_an_advisory_that_is_not_there_is_said_so(officer: Browser) -> None:
    for place in ("/advisories/7", "/advisories/7/preview", "/advisories/drafts/7"):
        assert officer.get(place).status_code == 404


# --- previews and tests ---------------------------------------------------------------------------


def test_each_message_is_shown_as_a_journalist_will_have_it(officer: Browser) -> None:
    for make in (drafted, submitted):
        here = make(officer)
        page = officer.get(f"{here}/preview", params={"audience": "wires"})
        assert "EMBARGOED until" in page.text
        assert "Ana Lind <ana@wire.example>, Nordwire" in plain(page)
        assert page.text.count("<iframe sandbox ") == 4
        chosen = officer.get(f"{here}/preview?audience=wires&contact=bo@wire.example")
        assert "Bo Quist" in plain(chosen)
        assert "Advance to wires" not in plain(chosen)
        nobody = officer.get(f"{here}/preview?audience=wires&contact=x@y.example")
        assert "x@y.example gets no copy" in plain(nobody)


def test_a_message_in_a_frame_never_runs_nor_loads_anything(officer: Browser) -> None:
    hostile = ADVISORY.replace("Four in ten harbour", "<img src=x onerror=alert(1)> in ten harbour")
    for make in (drafted, submitted):
        here = make(officer, hostile)
        answer = officer.get(f"{here}/preview/html?audience=wires&nth=0")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy.split("; ")
        assert "script-src" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "<img src=x" not in answer.text
        assert officer.get(f"{here}/preview/html?audience=wires&nth=9").status_code == 404


def test_a_test_copy_is_sent_to_oneself(officer: Browser, sink: Sink) -> None:
    for make in (drafted, submitted):
        here = make(officer)
        form = {"audience": "wires", "kind": "advance", "contact": "", "to": "ana@wire.example"}
        answer = officer.post(f"{here}/test", data=form)
        assert answer.status_code == 303
    assert sink.rcpts == ["mirela@lantern.example"] * 2
    assert "Sent to mirela@lantern.example" in plain(officer.get(f"{PLAN}/preview"))


def test_the_picture_of_the_plan_runs_nothing(officer: Browser) -> None:
    answer = officer.get(f"{submitted(officer)}/timeline.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert b"<svg" in answer.content


# --- hostile --------------------------------------------------------------------------------------


def test_a_hostile_advisory_is_never_markup_on_the_plan(
    officer: Browser, approver: Browser, app: App, clock: FakeClock
) -> None:
    lists = Path(app.config.path).parent / "lists"
    name = '"<script>alert(1)</script>"'
    (lists / "wires.csv").write_text(
        f"email,name,outlet,embargo_accepted\nana@wire.example,{name},{name},yes\n", "utf-8"
    )
    hostile = "<img src=x onerror=alert(1)> {{ 7*7 }}"
    text = ADVISORY.replace("Four in ten harbour gauges", hostile).replace("LCT 2027/004", hostile)
    submitted(officer, text)
    clock.move(minutes=1)
    officer.post(f"{PLAN}/hold", data={"reason": hostile})
    for place in (PLAN, "/advisories", f"{PLAN}/preview", f"{PLAN}/reschedule"):
        page = approver.get(place).text
        assert "<img src=x" not in page
        assert "<script>alert" not in page
    assert b"<img" not in approver.get(f"{PLAN}/timeline.svg").content


def test_an_embargoed_plan_is_never_shown_without_a_session(officer: Browser, app: App) -> None:
    submitted(officer)
    with Browser(app) as nobody:
        for place in (
            "",
            "/preview",
            "/preview/html?audience=wires",
            "/timeline.svg",
            "/reschedule",
        ):
            assert officer.get(f"{PLAN}{place}").headers["cache-control"] == "no-store"
            assert nobody.get(f"{PLAN}{place}").status_code == 303
        assert nobody.post(f"{PLAN}/approve").status_code == 303


def test_the_list_is_paged_by_number(officer: Browser, app: App, clock: FakeClock) -> None:
    for number in range(52):
        text = ADVISORY.replace("2027/004", f"{number:03}").encode()
        draft = app.desk.import_draft("a.md", text, by="M", now=clock())
        document = app.desk.draft_document(draft)
        proposal = app.desk.propose(
            document, embargo_line=LINE, immediate=False, audiences=["national"], now=clock()
        )
        app.desk.queue(proposal, by="M", now=clock())
        clock.at += timedelta(seconds=1)
    first = officer.get("/advisories").text
    assert "LCT 051" in first
    assert "LCT 001" not in first.partition("Planned and issued")[2]
    second = officer.get("/advisories?before=3").text
    assert "LCT 001" in second
    assert "LCT 002" not in second
