"""The desk and the contacts in a real browser: live, by keyboard, and without scripts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from looking import NARROW, PASSWORD, WIDE, faults, page_of, served, sticks_out
from playwright.sync_api import Browser, Page, expect
from support import ADVISORY, NATIONAL, WIRES, Sink, make_office, relay

from mailer.app import App, open_app
from mailer.core.people import Role

UNDATED = ADVISORY.replace("date = 2027-02-09\n", "")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, App]]:
    """A `mailer run` with its console and a relay, and the office from another process."""
    with relay(Sink()) as sink:
        config = make_office(tmp_path_factory.mktemp("watched"))
        port = {"MAILER__RELAY__PORT": str(sink.port)}
        with served(config, "run", **port) as address:
            environ = os.environ | port | {"MAILER__EMBARGO__CHECK_CLOCK": "false"}
            with open_app(config, environ) as app:
                yield address, app


def plan(app: App, reference: str, lift: datetime | None) -> None:
    """An advisory that is queued and approved; None: it goes at once."""
    document = app.desk.document("a.md", UNDATED.replace("LCT 2027/004", reference).encode())
    proposal = app.desk.propose(
        document,
        embargo_line=lift.isoformat() if lift else None,
        immediate=lift is None,
        audiences=["national"],
        now=app.now(),
    )
    app.desk.queue(proposal, by="officer", now=app.now())
    app.desk.approve(reference, by="chief", now=app.now())


def test_a_lift_is_watched_without_touching_the_page(
    chromium: Browser, watched: tuple[str, App]
) -> None:
    address, app = watched
    with page_of(chromium, address, Role.STAFF) as page:
        expect(page.locator("#live")).to_have_text("Live")
        lift = (datetime.now(UTC) + timedelta(seconds=9)).replace(microsecond=0)
        plan(app, "LIFT 1", lift)
        coming = page.locator("section.coming")
        expect(coming).to_contain_text("LIFT 1")
        expect(coming).to_contain_text("The embargo lifts")
        expect(coming.get_by_role("timer").first).to_have_text(re.compile(r"^00:0\d$"))
        going = page.locator("section.going article", has_text="LIFT 1")
        expect(going.locator("tbody")).to_contain_text("done", timeout=30_000)
        expect(going.locator("td[data-label=Accepted]")).to_have_text("2")
        expect(coming).not_to_contain_text("LIFT 1")


def test_what_comes_to_need_a_person_is_said_once(
    chromium: Browser, watched: tuple[str, App]
) -> None:
    address, app = watched
    plan(app, "NEED 1", datetime.now(UTC) + timedelta(days=2))
    with page_of(chromium, address, Role.APPROVER) as page:
        told = page.locator("section.needs [role=status]")
        expect(told).not_to_contain_text("on hold")
        page.evaluate(
            """() => {
              window.told = 0;
              new MutationObserver(() => { window.told += 1; })
                .observe(document.querySelector('[role=status]'), {childList: true});
            }"""
        )
        app.desk.hold("NEED 1", reason="wrong figures", by="Mirela", now=app.now())
        expect(page.locator("section.needs")).to_contain_text("by Mirela: wrong figures")
        expect(told).to_contain_text("on hold")
        assert page.evaluate("window.told") <= 2  # this, and that of the stream's beginning
        page.get_by_role("link", name="Open").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.go_back()
        app.desk.resume("NEED 1", by="Mirela", now=app.now())
        expect(told).not_to_contain_text("on hold")


def test_a_region_that_has_no_news_is_left_alone(
    chromium: Browser, watched: tuple[str, App]
) -> None:
    address, app = watched
    with page_of(chromium, address, Role.OFFICER) as page:
        page.evaluate(
            """() => {
              window.swaps = {};
              document.body.addEventListener('htmx:sseMessage', (event) => {
                const name = event.detail.type;
                window.swaps[name] = (window.swaps[name] || 0) + 1;
              });
            }"""
        )
        plan(app, "NEWS 1", datetime.now(UTC) + timedelta(days=2))
        expect(page.locator("section.coming")).to_contain_text("NEWS 1")
        plan(app, "NEWS 2", datetime.now(UTC) + timedelta(days=2))
        expect(page.locator("section.coming")).to_contain_text("NEWS 2")
        swaps = page.evaluate("window.swaps")
    assert swaps["coming"] >= 2
    assert swaps.get("needs", 0) <= 1  # that of the stream's beginning
    assert swaps.get("going", 0) <= 1


def test_everything_is_stopped_and_resumed_by_keyboard(
    chromium: Browser, watched: tuple[str, App]
) -> None:
    address, _ = watched
    with page_of(chromium, address, Role.APPROVER) as page:
        page.get_by_text("Stop everything", exact=True).focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("wrong figures")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Stop everything now")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("section.needs")).to_contain_text("by approver: wrong figures")
        page.get_by_text("Resume", exact=True).last.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Stop everything", exact=True)).to_be_visible()


def test_without_javascript_the_desk_shows_the_state_at_load(
    chromium: Browser, watched: tuple[str, App]
) -> None:
    address, app = watched
    plan(app, "PLAIN 1", datetime.now(UTC) + timedelta(days=3))
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    log_in(page, Role.OFFICER)
    expect(page.locator("#live")).to_contain_text("load the page again for news")
    for _ in range(50):  # what is loaded is at most a second old
        if "PLAIN 1" in page.locator("section.coming").inner_text():
            break
        page.wait_for_timeout(100)
        page.reload()
    expect(page.locator("section.coming")).to_contain_text("PLAIN 1")
    expect(page.get_by_role("timer").last).to_contain_text("2 d 23 h")
    page.get_by_text("Stop everything", exact=True).click()
    expect(page.get_by_role("button", name="Stop everything now")).to_be_visible()
    context.close()


def log_in(page: Page, role: Role) -> None:
    page.goto("/login")
    page.get_by_label("Login").fill(role.value)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


# --- contacts -----------------------------------------------------------------------------------


def test_a_list_is_compared_and_replaced(
    chromium: Browser, watched: tuple[str, App], tmp_path: Path
) -> None:
    address, app = watched
    new = tmp_path / "wires of May.csv"
    new.write_text(WIRES + "eve@wire.example,Eve <b>Holm</b>,Nordwire,,yes\nno address,,,,\n")
    with page_of(chromium, address, Role.OFFICER) as page:
        page.get_by_role("link", name="Contacts").click()
        page.get_by_role("link", name="wires.csv").first.click()
        page.get_by_label("A .csv, .xlsx or .vcf file").set_input_files(new)
        page.get_by_role("button", name="Compare").click()
        expect(page.locator(".sums")).to_contain_text("1 new")
        expect(page.locator("main")).to_contain_text("Eve <b>Holm</b>")
        page.get_by_role("button", name="Replace wires.csv").click()
        expect(page.get_by_role("status")).to_contain_text("wires.csv is replaced")
        expect(page.get_by_role("heading", name="Earlier versions")).to_be_visible()
    assert len(app.desk.list_named("wires.csv").contacts) == 3


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("wide", [WIDE, NARROW], ids=["wide", "narrow"])
def test_neither_desk_nor_contacts_have_a_serious_fault_of_access_or_sticks_out(
    chromium: Browser, watched: tuple[str, App], tmp_path: Path, dark: bool, wide: int
) -> None:
    address, app = watched
    reference = f"AXE {dark} {wide}"
    plan(app, reference, datetime.now(UTC) + timedelta(hours=5))
    app.desk.hold(reference, reason="wrong figures " * 8, by="Mirela", now=app.now())
    plan(app, f"{reference} B", None)
    app.desk.suppress("di@daily.example", reason="asked to", by="Mirela", now=app.now())
    new = tmp_path / "new.csv"
    new.write_text(NATIONAL + "eve@daily.example,Eve,A very long outlet name indeed\nno,,\n")
    with page_of(chromium, address, Role.APPROVER, dark=dark, wide=wide) as page:
        for place in (
            "/", "/contacts?q=daily", "/contacts/list?name=national.csv",
            "/contacts/one?email=cy@daily.example", "/contacts/consent",
        ):  # fmt: skip
            page.goto(place)
            for one in page.locator("details.confirm > summary").all()[:2]:
                one.click()
            assert (faults(page), sticks_out(page)) == ([], False), place
        page.goto("/contacts/list?name=national.csv")
        page.get_by_label("A .csv, .xlsx or .vcf file").set_input_files(new)
        page.get_by_role("button", name="Compare").click()
        assert (faults(page), sticks_out(page)) == ([], False)
    app.desk.resume(reference, by="Mirela", now=app.now())
