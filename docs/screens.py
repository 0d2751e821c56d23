"""Draw docs/screens/: the main pages of the console, as they are, over the example office.

The office is laid out anew, its first advisory sent through a relay that refuses two journalists,
its second queued, and a run said to be on. The console is served with a clock that stands still, so
that the pictures change only when a page does. Needs chromium (`apt install chromium`); `make
screens` runs it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Page, sync_playwright

from mailer import office
from mailer.app import App, open_app, runner
from mailer.core.people import Role
from mailer.demo import LoopbackController, Relay
from mailer.desk import Desk
from mailer.ledger.tables import RunRow
from mailer.web.console import create

SCREENS = Path(__file__).parent / "screens"
LIFT = datetime(2027, 2, 8, 0, 30, tzinfo=UTC)
NOW = datetime(2027, 2, 8, 9, 40, tzinfo=UTC)
NEXT_LIFT = datetime(2027, 2, 10, 0, 1, tzinfo=UTC)
PASSWORD = "correct horse battery"  # noqa: S105 (of an office that is gone in a moment)
REFUSED = {
    "newsdesk@": "550 5.1.1 no such mailbox here",
    "foreign@": "451 4.7.1 greylisted, try again later",
}
SECOND = {
    "8 February 2027": "10 February 2027",
    "SEA 12/003/2027": "SEA 12/004/2027",
    "Small boats land half the catch they did ten years ago, figures from nine harbours show": (
        "Seagrass doubles in six bays where moorings were moved"
    ),
}
SIZE = {"width": 1280, "height": 820}


class Choosy(Relay):
    """The demo's relay, which will not have everybody."""

    async def handle_RCPT(  # noqa: D102, N802
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        for begins, answer in REFUSED.items():
            if address.startswith(begins):
                return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"


class Clock:
    """Stands where it is put."""

    at = LIFT - timedelta(days=2)

    def __call__(self) -> datetime:
        """The instant."""
        return self.at


def main() -> None:
    """Lay out the office, and draw each page."""
    SCREENS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, at_work(Path(folder) / "office") as app:
        issue(app)
        with served(app) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            page = browser.new_page(base_url=address, viewport=SIZE, locale="en-GB")
            page.clock.set_fixed_time(NOW)
            draw(page)
            browser.close()


def chromium() -> str:
    """Where it is."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SystemExit("docs/screens.py: needs chromium; on Debian: apt install chromium")
    return found


@contextmanager
def at_work(folder: Path) -> Iterator[App]:
    """The example office with its relay, and a user in each role."""
    office.create(folder)
    outbox = folder / "outbox"
    outbox.mkdir()
    controller = LoopbackController(Choosy(outbox))
    controller.start()
    environ = {
        "MAILER__RELAY__HOST": "127.0.0.1",
        "MAILER__RELAY__PORT": str(controller.port),
        "MAILER__RELAY__TLS": "none",
        "MAILER__RELAY__CONNECTIONS": "1",
        "MAILER__EMBARGO__CHECK_CLOCK": "false",
    }
    try:
        with open_app(folder / "config.toml", environ, now=Clock()) as app:
            for role, name in zip(
                Role, ("Ada Quist", "Inês Duarte", "Tomas Reyes", "Noor Haddad"), strict=True
            ):
                app.desk.add_person(role, PASSWORD, role, by="setup", now=app.now(), name=name)
            yield replace(app, desk=Desk(app.config, app.database, seed=lambda: 7))
    finally:
        controller.stop()


def issue(app: App) -> None:
    """One advisory that has gone, and one that waits for its approval."""
    clock = app.now
    assert isinstance(clock, Clock)
    first = app.config.path.parent / "advisory.md"
    queue(app, first, LIFT)
    reference = app.desk.outlook(app.now()).coming[0].reference
    app.desk.approve(reference, by="approver", now=app.now())
    for moment in (LIFT - timedelta(days=1), LIFT, LIFT + timedelta(minutes=1)):
        clock.at = moment
        asyncio.run(send(app))
    clock.at = NOW - timedelta(minutes=25)
    second = first.with_name("second.md")
    text = first.read_text("utf-8")
    for old, new in SECOND.items():
        text = text.replace(old, new)
    second.write_text(text, "utf-8")
    queue(app, second, NEXT_LIFT)
    clock.at = NOW
    with app.database.write() as session:
        session.add(RunRow(host="press", pid=812, started_at=LIFT - timedelta(days=9), seen_at=NOW))
    for path in app.config.lists.iterdir():
        os.utime(path, (LIFT.timestamp(), LIFT.timestamp()))


def queue(app: App, document: Path, lift: datetime) -> None:
    """Queue a document for everybody."""
    proposal = app.desk.propose(
        document,
        embargo_line=lift.isoformat(),
        immediate=False,
        audiences=[audience.name for audience in app.config.audience],
        now=app.now(),
    )
    app.desk.queue(proposal, by="officer", now=app.now())


async def send(app: App) -> None:
    """What is due now."""
    await runner(app, lambda _: None).run_once()


@contextmanager
def served(app: App) -> Iterator[str]:
    """The console on a free port; its address."""
    config = uvicorn.Config(create(app), port=0, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def draw(page: Page) -> None:
    """The six pages: an approver's, and the settings as the admin has them."""
    log_in(page, "approver")
    advisory = page.get_by_role("link", name="SEA 12/004/2027").first.get_attribute("href")
    for name, path in (
        ("desk", "/"),
        ("advisory", advisory or "/advisories"),
        ("log", "/log?advisory=SEA+12%2F003%2F2027"),
        ("contacts", "/contacts"),
        ("audit", "/audit?verify=1"),
    ):
        picture(page, name, path)
    page.get_by_role("button", name="Log out").click()
    log_in(page, "admin")
    picture(page, "settings", "/settings/users")


def log_in(page: Page, login: str) -> None:
    """As one of the users."""
    page.goto("/login")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()


def picture(page: Page, name: str, path: str) -> None:
    """One page, as it opens."""
    page.goto(path)
    page.wait_for_timeout(700)  # for what comes by itself
    file = SCREENS / f"{name}.png"
    page.screenshot(path=file)
    sys.stdout.write(f"{os.path.relpath(file)}\n")


if __name__ == "__main__":
    main()
