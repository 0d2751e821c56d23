"""The advisory pages in a real browser: written, read while typed, and fit for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from looking import NARROW, PASSWORD, WIDE, faults, page_of, served, sticks_out
from playwright.sync_api import Browser, Page, expect
from support import ADVISORY, Sink, make_office, relay

from mailer.core.people import Role

YEAR = datetime.now(UTC).year + 1
LINE = f"00:01 GMT, 1 July {YEAR}"
HOSTILE = "<img src=x onerror=alert(1)> {{ 7*7 }} gauges"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A console with a relay behind it."""
    with relay(Sink()) as sink:
        folder: Path = tmp_path_factory.mktemp("advisories")
        port = str(sink.port)
        with served(make_office(folder), "console", MAILER__RELAY__PORT=port) as address:
            yield address


def bring_in(page: Page, reference: str, headline: str = "Four in ten gauges") -> str:
    """A document imported by its form: the address of its draft."""
    text = ADVISORY.replace("LCT 2027/004", reference)
    text = text.replace("Four in ten harbour gauges miss the highest tides", headline)
    page.goto("/advisories")
    file = {"name": "advisory.md", "mimeType": "text/markdown", "buffer": text.encode()}
    page.get_by_label("Markdown, text, Word or PDF").set_input_files(files=[file])  # type: ignore[list-item]
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(headline)
    return page.url


def submit(page: Page, reference: str, headline: str = "Four in ten gauges") -> str:
    """It is filled in, checked and submitted: the address of its plan."""
    bring_in(page, reference, headline)
    page.get_by_label("Embargo", exact=True).fill(LINE)
    page.get_by_label("wires", exact=True).check()
    page.get_by_role("button", name="Check and submit").click()
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_role("status")).to_contain_text("Nothing goes before it is approved")
    return page.url


def test_what_is_typed_is_read_shown_and_saved_by_itself(chromium: Browser, desk: str) -> None:
    with page_of(chromium, desk, Role.OFFICER) as page:
        page.goto("/advisories")
        page.get_by_role("button", name="Write an advisory").click()
        page.get_by_label("Embargo", exact=True).press_sequentially(LINE)
        reading = page.locator("#reading")
        expect(reading).to_contain_text(f"1 July {YEAR}, 00:01 UTC — that is 01:01 in London")
        page.get_by_label("Headline").fill("Typed in a browser")
        page.get_by_label("Text", exact=True).press_sequentially("Some **strong** words.")
        expect(page.locator(".prose strong")).to_have_text("strong")
        expect(page.locator("#saved")).to_contain_text("Saved")
        expect(page.locator("#lacks")).not_to_contain_text("Its headline.")
        page.reload()
        expect(page.get_by_label("Headline")).to_have_value("Typed in a browser")
        expect(page.get_by_label("Text", exact=True)).to_have_value("Some **strong** words.")


def test_what_could_not_be_saved_is_never_thought_saved(chromium: Browser, desk: str) -> None:
    with page_of(chromium, desk, Role.OFFICER) as page:
        draft = bring_in(page, "LOST 1")
        page.route("**/autosave", lambda route: route.abort())
        page.get_by_label("Notes to editors").press_sequentially("Typed")
        expect(page.locator("#saved [role=alert]")).to_contain_text("the console does not answer")
        page.unroute("**/autosave")
        page.get_by_label("Notes to editors").press_sequentially(" again")
        expect(page.locator("#saved")).to_have_text(re.compile(r"^\s*Saved "))
        page.goto(draft)
        expect(page.get_by_label("Notes to editors")).to_have_value("Typed again")


def test_a_doubtful_line_is_settled_by_keyboard(chromium: Browser, desk: str) -> None:
    with page_of(chromium, desk, Role.OFFICER) as page:
        bring_in(page, "KEY 1")
        line = page.get_by_label("Embargo", exact=True)
        line.press_sequentially(f"9:30 1 July {YEAR}")
        expect(page.locator("#reading")).to_contain_text("Which is meant?")
        page.keyboard.press("Tab")
        expect(page.locator(".choices button").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#reading .reading.good")).to_contain_text("in London")


def test_two_officers_are_told_of_each_other_and_choose(chromium: Browser, desk: str) -> None:
    with page_of(chromium, desk, Role.OFFICER) as mine:
        draft = bring_in(mine, "TWO 1")
        with page_of(chromium, desk, Role.APPROVER) as other:
            other.goto(draft)
            expect(other.locator("#presence")).to_contain_text("officer has this open too")
            other.get_by_label("Headline").fill("The approver's headline")
            other.get_by_role("button", name="Save", exact=True).click()
            expect(other.get_by_role("status").first).to_contain_text("Saved")
        mine.get_by_label("Notes to editors").fill("My notes.")
        expect(mine.locator("#saved [role=alert]")).to_contain_text("approver has saved")
        mine.get_by_role("button", name="Save", exact=True).click()
        expect(mine.get_by_role("heading", level=1)).to_have_text("approver has saved before you")
        assert (faults(mine), sticks_out(mine)) == ([], False)
        mine.get_by_role("button", name="Save what is chosen").click()
        expect(mine.get_by_label("Headline")).to_have_value("The approver's headline")
        expect(mine.get_by_label("Notes to editors")).to_have_value("My notes.")


def test_without_javascript_it_is_written_submitted_and_approved(
    chromium: Browser, desk: str
) -> None:
    context = chromium.new_context(base_url=desk, java_script_enabled=False)
    page = context.new_page()
    for role in (Role.OFFICER, Role.APPROVER):
        page.goto("/login")
        page.get_by_label("Login").fill(role.value)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        if role is Role.OFFICER:
            plan = submit(page, "PLAIN 1")
            page.get_by_role("button", name="Log out").click()
    page.goto(plan)
    page.get_by_role("button", name="Approve 2 copies").click()
    expect(page.get_by_role("status")).to_contain_text("2 dispatches go at the times below")
    page.get_by_text("Withdraw", exact=True).click()
    expect(page.get_by_role("button", name="Withdraw it")).to_be_visible()
    context.close()


def test_hostile_words_never_run_in_page_or_frame(chromium: Browser, desk: str) -> None:
    with page_of(chromium, desk, Role.APPROVER) as page:
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        plan = submit(page, HOSTILE, HOSTILE)
        for place in ("/advisories", plan, f"{plan}/preview"):
            page.goto(place)
            expect(page.get_by_text("{{ 7*7 }}").first).to_be_visible()
        inside = page.frame_locator("iframe").first
        expect(inside.get_by_role("heading", level=1)).to_contain_text("<img src=x")
        assert asked == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("wide", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_advisory_page_has_a_serious_fault_of_access_or_sticks_out(
    chromium: Browser, desk: str, dark: bool, wide: int
) -> None:
    with page_of(chromium, desk, Role.APPROVER, dark=dark, wide=wide) as page:
        reference = f"AXE {dark} {wide}"
        plan = submit(page, reference)
        draft = bring_in(page, f"{reference} B")
        page.get_by_label("Embargo", exact=True).fill(f"9:30 1 July {YEAR}")
        page.get_by_label("national", exact=True).check()
        page.locator("#language").select_option("ar")
        page.get_by_role("button", name="Add it beside the original").click()
        expect(page.get_by_role("group", name="Arabic")).to_be_visible()
        moved = f"{plan}/reschedule?line=9:30+2+July+{YEAR}"
        for place in (
            "/advisories", draft, f"{draft}/plan", plan, f"{plan}/preview?audience=wires", moved,
        ):  # fmt: skip
            page.goto(place)
            if place == plan:
                page.get_by_text("Hold", exact=True).click()
            assert (faults(page), sticks_out(page)) == ([], False), place
