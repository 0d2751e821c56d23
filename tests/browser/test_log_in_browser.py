"""The log in a real browser: without scripts, by keyboard, narrow and wide, light and dark."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from looking import NARROW, PASSWORD, WIDE, faults, page_of, served, sticks_out
from playwright.sync_api import Browser, Page, expect
from stories import REF, approve, queue
from support import ROOT, Sink, make_office, open_office, relay

from mailer.core.people import Role

HOSTILE = "550 5.7.1 <img src=x onerror=alert(1)> \x1b[2J \u202e"
NATIONAL = (
    "email,name,outlet\n"
    'cy@daily.example,"=HYPERLINK(0)","<script>alert(1)</script>"\n'
    "di@daily.example,Di North,The Daily\n"
    "ed@daily.example,Ed Ünal,Agence de Genève\n"
)


def answer(command: str, rcpt: str) -> str | None:
    if (command, rcpt) == ("RCPT", "cy@daily.example"):
        return HOSTILE
    return "drop" if (command, rcpt) == ("DATA", "ed@daily.example") else None


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A console over a log with something accepted, refused, and in doubt."""
    config: Path = make_office(tmp_path_factory.mktemp("log"), national=NATIONAL)
    with relay(Sink(answer=answer)) as sink:
        with open_office(config, sink.port, lambda: datetime.now(UTC)) as app:
            queue(app, immediate=True)
            approve(app)
        subprocess.run(
            [sys.executable, "-m", "mailer", "--config", str(config), "run", "--once"],
            env=os.environ
            | {
                "MAILER__RELAY__PORT": str(sink.port),
                "MAILER__EMBARGO__CHECK_CLOCK": "false",
                "MAILER__CONSOLE__PORT": "0",
            },
            cwd=ROOT,
            check=False,
            stdout=subprocess.DEVNULL,
        )
        with served(config, "console") as address:
            yield address


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("wide", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_page_of_the_log_has_a_serious_fault_of_access_or_sticks_out(
    chromium: Browser, log: str, dark: bool, wide: int
) -> None:
    with page_of(chromium, log, Role.OFFICER, dark=dark, wide=wide) as page:
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        for path in ("/log", "/log?state=rejected&sort=contact", f"/log/advisory/{REF}"):
            page.goto(path)
            assert (faults(page), sticks_out(page)) == ([], False), path
        page.goto("/log?state=rejected")
        page.locator("table.log th a").last.click()
        assert (faults(page), sticks_out(page)) == ([], False), page.url
        page.goto("/log?state=in_doubt")
        page.locator("tbody th a").first.click()
        assert (faults(page), sticks_out(page)) == ([], False), page.url
        assert dialogs == []


def found(page: Page) -> list[str]:
    return page.locator("tbody th small").all_inner_texts()


def test_a_failure_is_looked_up_settled_and_exported_without_scripts(
    chromium: Browser, log: str
) -> None:
    context = chromium.new_context(base_url=log, java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    page.goto("/log")
    page.get_by_label("Login").fill("officer")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Look for").fill("daily")
    page.get_by_role("button", name="Filter").click()
    assert page.url.endswith("/log?q=daily")
    assert sorted(found(page)) == ["cy@daily.example", "di@daily.example", "ed@daily.example"]
    page.get_by_role("link", name="Failed").click()
    assert found(page) == ["cy@daily.example"]
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV").click()
    text = Path(saved.value.path()).read_text("utf-8")
    assert "'=HYPERLINK(0)" in text
    assert len(text.splitlines()) == 2
    page.get_by_role("link", name="In doubt").click()
    page.get_by_role("link", name="Ed Ünal").click()
    page.get_by_text("The relay has it", exact=True).first.click()
    page.locator("form[action$='/settle']").first.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("Recorded: the relay has it.")
    expect(page.locator(".big")).to_contain_text("accepted")
    expect(page.locator(".steps")).to_contain_text("settled by officer: the relay has it")
    context.close()


def test_the_log_is_read_by_keyboard_alone(chromium: Browser, log: str) -> None:
    with page_of(chromium, log, Role.STAFF) as page:
        page.goto("/log")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # past the navigation
        page.keyboard.press("Tab")
        page.keyboard.type("nordwire")
        page.keyboard.press("Enter")
        page.wait_for_url("**/log?q=nordwire")
        assert sorted(found(page)) == ["ana@wire.example", "bo@wire.example"]
        page.locator("table.log thead a").nth(1).focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/log?q=nordwire&sort=contact")
        expect(page.locator("th[aria-sort=ascending]")).to_have_text("Contact ▲")
        page.locator("tbody th a").first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="What happened")).to_be_visible()
