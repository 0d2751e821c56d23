"""The journalists' pages in a real browser, from a real `mailer public`: every page, every eye."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from looking import NARROW, WIDE, faults, page_of, sticks_out
from playwright.sync_api import Browser, expect
from sqlmodel import col, select
from support import ADVISORY, CONFIG, ROOT, closed_port, make_office

from mailer.app import App, open_app
from mailer.core.links import Links
from mailer.ledger import consent, wishes
from mailer.ledger.tables import DeliveryRow, DispatchRow

TERMS = """# Terms of embargo

1. You publish, broadcast or post **nothing** before the lift.
2. You show it to nobody outside your newsroom.
3. If you cannot keep to this, tell us at once.
"""
INVITING = ADVISORY.replace(
    'headline = "', 'invitation = "Figures on tides."\nattachments = ["gauges.csv"]\nheadline = "'
)


@dataclass(frozen=True, slots=True)
class Served:
    """An office whose pages are served at `address`, its ledger open beside it."""

    app: App
    address: str

    def links(self, email: str, kind: str = "") -> Links:
        with self.app.database.read() as session:
            of_them = select(DeliveryRow).join(DispatchRow).where(DeliveryRow.email == email)
            if kind:
                of_them = of_them.where(DispatchRow.kind == kind)
            row = session.exec(of_them.order_by(col(DeliveryRow.id))).first()
            assert row is not None
            return Links.of(self.app.database.link_key, row.message_id)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """`mailer public` for an office with an advisory that invites, approved, its advance due."""
    port = closed_port()
    address = f"http://127.0.0.1:{port}"
    config = CONFIG.replace("check_clock", 'terms = "terms.md"\ncheck_clock').replace(
        'release = "advance"\n', 'release = "advance"\nopen = true\ntitle = "News agencies"\n', 1
    )
    config += f'\n[public]\nbase_url = "{address}"\nport = {port}\n'
    path = make_office(folder, config=config, advisory=INVITING)
    (folder / "terms.md").write_text(TERMS)
    (folder / "gauges.csv").write_text("gauge,failed\nA,1\n")
    lift = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=12)
    with open_app(path, os.environ, upgrade=True) as app:
        proposal = app.desk.propose(
            folder / "advisory.md",
            embargo_line=f"{lift:%H:%M} GMT, {lift.day} {lift:%B %Y}",
            immediate=False,
            audiences=["wires", "national"],
            now=app.now(),
        )
        app.desk.queue(proposal, by="Officer", now=app.now())
        app.desk.approve("LCT 2027/004", by="Chief", now=app.now())
        command = [sys.executable, "-m", "mailer", "--config", str(path), "public"]
        with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
            try:
                assert process.stdout is not None
                assert any(f"public at {address}" in line for line in process.stdout)
                yield Served(app, address)
            finally:
                process.terminate()
                process.communicate(timeout=60)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("public")) as one:
        yield one


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("wide", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["en", "ar", "ru"])
def test_no_page_has_a_serious_fault_of_access_or_sticks_out(
    chromium: Browser, public: Served, dark: bool, wide: int, language: str
) -> None:
    made = public.links("cy@daily.example")
    with page_of(chromium, public.address, dark=dark, wide=wide) as page:
        for path in (
            f"/u/{made.unsubscribe}",
            f"/p/{made.preferences}",
            f"/e/{made.embargo}",
            "/nowhere",
        ):
            page.goto(f"{path}?lang={language}")
            assert (faults(page), sticks_out(page)) == ([], False), path


def test_a_journalist_accepts_and_reads_by_keyboard_alone(
    chromium: Browser, public: Served
) -> None:
    made = public.links("bo@wire.example", "invitation")
    with page_of(chromium, public.address, wide=NARROW) as page:
        page.goto(f"/e/{made.embargo}")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="I accept these terms")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Four in ten")
        assert (faults(page), sticks_out(page)) == ([], False)
        with page.expect_download() as saved:
            page.get_by_role("link", name="gauges.csv").click()
        assert saved.value.suggested_filename == "gauges.csv"
        assert page.context.cookies() == []


def test_a_journalist_chooses_and_leaves(chromium: Browser, public: Served) -> None:
    made = public.links("di@daily.example")
    with page_of(chromium, public.address) as page:
        page.goto(f"/u/{made.unsubscribe}")
        page.get_by_role("link", name="Your preferences").click()
        page.get_by_label("Name").fill("Diana North")
        page.get_by_label("Language of your messages").select_option("fr")
        page.get_by_label("Time zone").select_option("Europe/Paris")
        page.get_by_label("News agencies").select_option("yes wires")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Saved")).to_be_visible()
        page.goto(f"/u/{made.unsubscribe}")
        page.get_by_role("button", name="Unsubscribe").click()
        expect(page.get_by_role("heading", name="Unsubscribed")).to_be_visible()
    with public.app.database.read() as session:
        wish = wishes.of(session, "di@daily.example")
        assert wish is not None
        assert (wish.name, wish.language, dict(wish.audiences)) == (
            *("Diana North", "fr"),
            {"wires": True},
        )
        assert consent.is_suppressed(session, "di@daily.example")
