"""The desk in the browser: what it shows to whom, its doors, and the button that stops."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from console_client import Browser, browser
from hypothesis import given
from hypothesis import strategies as st
from stories import REF, approve, queue, send
from support import LIFT, FakeClock, Sink

from mailer.app import App
from mailer.core.people import Role
from mailer.web.desk_page import countdown

HEADLINE = "Four in ten harbour gauges miss the highest tides"


def page(one: Browser) -> str:
    answer = one.get("/")
    assert answer.status_code == 200
    return answer.text


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_coming_lift_is_told_in_the_office_zone_and_in_utc(app: App) -> None:
    queue(app)
    with browser(app, Role.OFFICER) as one:
        told = words(page(one))
    assert "Tue 9 Feb, 00:01 London" in told
    assert "Tue 9 Feb, 00:01 UTC" in told
    assert "The embargo lifts" in told
    assert "3 d 0 h" in told


def test_what_waits_for_approval_has_its_door(app: App) -> None:
    queue(app)
    with browser(app, Role.APPROVER) as one:
        html = page(one)
    assert "Waits for approval" in html
    assert re.search(r'href="/advisories/\d+">Look and approve', html)


def test_copies_on_their_way_are_counted_by_audience(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT
    sink.answer = lambda command, rcpt: (
        "drop" if command == "DATA" and rcpt.startswith("cy@") else None
    )
    send(app)
    with browser(app, Role.STAFF) as one:
        html = page(one)
    assert re.search(r'data-label="In doubt" class="number bad">1<', html)
    assert "/log?advisory=LCT+2027%2F004&amp;state=in_doubt" in html
    assert "Settle them" in html


@pytest.mark.parametrize("role", [Role.STAFF, Role.ADMIN])
def test_never_shows_a_headline_to_who_may_not_read_advisories(app: App, role: Role) -> None:
    queue(app)
    approve(app)
    with browser(app, role) as one:
        shown = page(one) + one.get("/desk/live", params={"once": True}).text
    assert REF in shown
    assert HEADLINE not in shown
    assert "/advisories/" not in shown
    with browser(app, Role.OFFICER) as one:
        assert HEADLINE in page(one)
        assert HEADLINE in one.get("/desk/live", params={"once": True}).text


def test_everything_is_stopped_by_a_named_person_and_resumed_by_an_approver(app: App) -> None:
    with browser(app, Role.OFFICER) as one:
        assert "Stop everything now" in page(one)
        said = one.post("/desk/stop", data={"reason": "wrong figures"})
        assert said.status_code == 303
        stopped = page(one)
    assert "Everything stopped" in stopped
    assert "wrong figures" in stopped
    assert "Stop everything now" not in stopped
    assert "Resume now" not in stopped
    with browser(app, Role.APPROVER) as one:
        assert "Resume now" in page(one)
        one.post("/desk/resume")
        assert "Stop everything now" in page(one)
    deeds = [(d.actor, d.action, d.subject) for d in app.desk.audit() if d.subject == "everything"]
    assert deeds == [("officer", "hold", "everything"), ("approver", "resume", "everything")]


def test_never_resumes_what_is_not_stopped(app: App) -> None:
    with browser(app, Role.APPROVER) as one:
        answer = one.post("/desk/resume")
    assert answer.status_code == 422
    assert "not on hold" in answer.text


def test_never_stops_for_a_page_of_another_site(app: App) -> None:
    with browser(app, Role.OFFICER) as one:
        one.headers["Sec-Fetch-Site"] = "cross-site"
        assert one.post("/desk/stop").status_code == 403
    assert app.desk.outlook(app.now()).stopped is None


def test_hostile_text_on_the_desk_is_inert(app: App, clock: FakeClock) -> None:
    evil = "<img src=x onerror=alert(1)>\u202e\x1b[31m {{ 7*7 }}"
    app.desk.hold(None, reason=evil, by='"><script>alert(2)</script>', now=clock())
    with browser(app, Role.OFFICER) as one:
        for shown in (page(one), one.get("/desk/live", params={"once": True}).text):
            assert "<img src=x" not in shown
            assert "<script>alert" not in shown
            assert "\u202e" not in shown
            assert "\x1b" not in shown
            assert "{{ 7*7 }}" in shown


def test_the_page_needs_no_script_and_allows_none_of_its_own(app: App) -> None:
    queue(app)
    with browser(app, Role.APPROVER) as one:
        html = page(one)
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\s(style|on\w+)=", html)
    assert HEADLINE in html


@given(st.integers(-40 * 86400, 400 * 86400))
def test_a_countdown_says_how_long_and_whether_it_is_late(seconds: int) -> None:
    said = countdown(timedelta(seconds=seconds))
    assert said.endswith("late") == (seconds < 0)
    assert re.fullmatch(r"(\d+ d \d+ h|\d+ h \d\d min|\d\d:\d\d)( late)?", said)
