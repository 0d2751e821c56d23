"""The frame of the console in a real browser: guarded, and fit for everybody's eyes and hands."""

from __future__ import annotations

import pytest
from looking import NARROW, PASSWORD, WIDE, faults, page_of, sticks_out
from playwright.sync_api import Browser, Route, expect

from mailer.core.people import Role

PAGES = [
    "/settings",
    "/settings/tokens",
    "/settings/users",
    "/settings/configuration",
    "/audit?verify=1",
    "/nothing",
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("wide", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_page_has_a_serious_fault_of_access_or_sticks_out(
    chromium: Browser, console: str, dark: bool, wide: int
) -> None:
    with page_of(chromium, console, dark=dark, wide=wide) as page:
        page.goto("/login")
        assert (faults(page), sticks_out(page)) == ([], False)
    with page_of(chromium, console, Role.ADMIN, dark=dark, wide=wide) as page:
        for path in PAGES:
            page.goto(path)
            assert (faults(page), sticks_out(page)) == ([], False), path


def test_a_person_gets_about_by_keyboard_alone(chromium: Browser, console: str) -> None:
    with page_of(chromium, console) as page:
        page.goto("/settings")
        expect(page.get_by_label("Login")).to_be_focused()  # a page has its focus once it is drawn
        page.keyboard.type("staff")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Settings")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


def test_a_link_from_a_mail_finds_the_session(chromium: Browser, console: str) -> None:
    with page_of(chromium, console, Role.ADMIN) as page:
        elsewhere(page, f'<a href="{console}/audit?who=admin">the audit</a>')
        page.get_by_role("link").click()
        expect(page.get_by_role("heading", name="Audit")).to_be_visible()
        assert page.url == f"{console}/audit?who=admin"


def test_another_site_never_logs_a_person_out(chromium: Browser, console: str) -> None:
    with page_of(chromium, console, Role.STAFF) as page:
        elsewhere(page, f'<form method="post" action="{console}/logout"><button>go</button></form>')
        page.get_by_role("button").click()
        expect(page.locator("body")).to_contain_text("was not sent by a page of the console")
        page.goto("/")
        expect(page.get_by_role("button", name="Log out")).to_be_visible()


def test_after_logout_the_way_back_never_shows_a_page(chromium: Browser, console: str) -> None:
    with page_of(chromium, console, Role.ADMIN) as page:
        page.goto("/audit")
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("button", name="Log in")).to_be_visible()


def elsewhere(page, html: str) -> None:  # type: ignore[no-untyped-def]
    """Another site's page."""

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html")

    page.route("http://elsewhere.example/**", answer)
    page.goto("http://elsewhere.example/")
