"""An officer's day in a real browser, over a real run and relay: from import to withdrawal."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from looking import page_of, served
from playwright.sync_api import Browser, Page, expect
from support import ADVISORY, Sink, make_office, relay
from test_advisory_pages import YEAR

from mailer.core.people import Role

LOST, HERS = "di@daily.example", "officer@lantern.example"


def drop_one(command: str, rcpt: str) -> str | None:
    return "drop" if (command, rcpt) == ("DATA", LOST) else None


def as_usual(command: str, rcpt: str) -> str | None:
    return None


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait for what other processes do."""
    for _ in range(300):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to be")


def approve(page: Page, plan: str) -> None:
    page.goto(plan)
    page.get_by_role("button", name="Approve ").click()
    expect(page.get_by_role("status").first).to_contain_text("at the times below")


def test_an_officers_whole_day(chromium: Browser, tmp_path: Path) -> None:
    with (
        relay(Sink()) as sink,
        served(make_office(tmp_path), "run", MAILER__RELAY__PORT=str(sink.port)) as address,
        page_of(chromium, address, Role.OFFICER) as officer,
        page_of(chromium, address, Role.APPROVER) as approver,
    ):
        # imported, the question about the embargo answered, and checked
        officer.goto("/advisories")
        document = tmp_path / "advisory.md"
        document.write_text(ADVISORY, encoding="utf-8")
        officer.get_by_label("Markdown, text, Word or PDF").set_input_files(document)
        officer.get_by_role("button", name="Read it").click()
        officer.get_by_label("Embargo", exact=True).press_sequentially(f"9:30 1 July {YEAR}")
        expect(officer.locator("#reading")).to_contain_text("Which is meant?")
        officer.locator(".choices button").first.click()
        expect(officer.locator("#reading .reading.good")).to_contain_text("in London")
        for audience in ("wires", "national"):
            officer.get_by_label(audience, exact=True).check()
        officer.get_by_role("button", name="Check and submit").click()
        expect(officer.get_by_text("4 copies in 3 dispatches")).to_be_visible()

        # seen as a journalist will have it, then submitted and approved
        officer.get_by_role("link", name="Preview and test").click()
        inside = officer.frame_locator("iframe").first
        expect(inside.get_by_role("heading", level=1)).to_contain_text("Four in ten harbour gauges")
        officer.get_by_role("button", name="Send me this one as a test").first.click()
        until(officer, lambda: len(sink.taken) == 1)
        test = sink.taken.pop()
        assert (test.rcpt_to, test.message["Subject"].startswith("[TEST")) == (HERS, True)
        officer.get_by_role("link", name="Check and submit").click()
        officer.get_by_role("button", name="Submit for approval").click()
        expect(officer.get_by_role("status").first).to_contain_text("before it is approved")
        plan = officer.url
        approve(approver, plan)
        assert sink.taken == []

        # lifted now: the officer watches everyone get it but one, whose line drops in the text
        sink.answer = drop_one
        officer.goto("/")
        expect(officer.locator("#live")).to_have_text("Live")
        approver.get_by_text("Lift the embargo now", exact=True).click()
        expect(approver.locator("details[open]")).to_contain_text("would send 4 copies at once")
        approver.get_by_role("button", name="Lift it now").click()
        expect(approver.get_by_role("status").first).to_contain_text("The embargo is lifted")
        going = officer.locator("section.going article")
        expect(going.locator("tbody")).to_contain_text("done", timeout=30_000)
        assert len(sink.taken) == 3

        # the failure is looked up, exported, and settled: its copy goes again as it was
        sink.answer = as_usual
        needs = officer.locator("section.needs")
        expect(needs).to_contain_text("In doubt")
        needs.get_by_role("link", name="Settle them").click()
        with officer.expect_download() as saved:
            officer.get_by_role("link", name="CSV").click()
        entries = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text("utf-8-sig"))))
        assert [(one["email"], one["state"]) for one in entries] == [(LOST, "in_doubt")]
        officer.locator("tbody th a").click()
        officer.get_by_text("Send it again", exact=True).first.click()
        officer.locator("form[action$='/settle']").last.get_by_role("button").click()
        until(officer, lambda: len(sink.taken) == 4)
        assert sink.taken[-1].message["Message-ID"] == entries[0]["message_id"]

        # corrected, with the words its holders are told
        officer.goto(plan)
        officer.get_by_role("button", name="Correct the text").click()
        officer.get_by_label("Headline").fill("Three in ten harbour gauges miss the highest tides")
        officer.get_by_role("button", name="Check and submit").click()
        officer.get_by_label("What changed").fill("It is three in ten.")
        officer.get_by_role("button", name="Submit the correction").click()
        approve(approver, plan)
        until(officer, lambda: len(sink.taken) == 8)
        assert "It is three in ten." in sink.taken[-1].message.as_string()

        # and withdrawn
        officer.goto(plan)
        officer.get_by_text("Withdraw", exact=True).click()
        expect(officer.get_by_text("4 people (wires 2, national 2) with a copy")).to_be_visible()
        officer.get_by_label("What its holders are told").fill("The figures were wrong.")
        officer.get_by_role("button", name="Withdraw it").click()
        until(officer, lambda: len(sink.taken) == 12)
        expect(officer.get_by_text("Withdrawn").first).to_be_visible()
        everyone = {"ana@wire.example", "bo@wire.example", "cy@daily.example", "di@daily.example"}
        assert [set(sink.rcpts[at : at + 4]) for at in (0, 4, 8)] == [everyone] * 3
