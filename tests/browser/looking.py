"""What browser tests share: a console that is served, a page logged in, and axe-core over it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from support import ROOT

from mailer.app import open_app
from mailer.core.people import Role

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "correct horse battery"

WIDE, NARROW = 1280, 360

PATIENCE_MS = 60_000
"""How long something may take to be there; only a fault takes as long."""


@contextmanager
def served(config: Path, *command: str, **environ: str) -> Iterator[str]:
    """`mailer console` (or `mailer run`) on a free port, with a user in each role; its address."""
    env = os.environ | {"MAILER__CONSOLE__PORT": "0", "MAILER__EMBARGO__CHECK_CLOCK": "false"}
    words = [sys.executable, "-m", "mailer", "--config", str(config)]
    with open_app(config, env | environ, upgrade=True) as app:
        for role in Role:
            email = f"{role.value}@lantern.example"
            app.desk.add_person(role.value, PASSWORD, role, by="test", now=app.now(), email=email)
    with subprocess.Popen(
        [*words, *command], env=env | environ, cwd=ROOT, text=True, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            yield next(
                line.rpartition("console at ")[2].strip()
                for line in process.stdout
                if "console at " in line
            )
        finally:
            process.terminate()
            process.communicate(timeout=60)


@contextmanager
def page_of(
    chromium: Browser,
    console: str,
    role: Role | None = None,
    *,
    dark: bool = False,
    wide: int = WIDE,
) -> Iterator[Page]:
    """A page at the console, logged in if a role is given. What the policy blocks is a fault."""
    context = chromium.new_context(
        base_url=console,
        viewport={"width": wide, "height": 800},
        color_scheme="dark" if dark else "light",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    blocked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: blocked.append(str(error)))
    if role is not None:
        page.goto("/login")
        page.get_by_label("Login").fill(role.value)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{console}/")
    try:
        yield page
    finally:
        context.close()
    assert not [said for said in blocked if "Content Security Policy" in said], blocked


def faults(page: Page) -> list[str]:
    """What axe-core holds for a serious fault, as "rule: where"."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def sticks_out(page: Page) -> bool:
    """Whether the page is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
