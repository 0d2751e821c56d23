"""A real chromium, and a real console to look at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from looking import CHROMIUM, PATIENCE_MS, served
from playwright.sync_api import Browser, expect, sync_playwright
from support import make_office


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's chromium; the tests that need it are skipped where there is none, but not in CI.

    Playwright has an event loop running for as long as it is there, beside which no other test
    could have one: it is there for one module at a time.
    """
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip("no chromium; apt install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield one
        one.close()


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a console with a user in each role, logged in by the role's name."""
    folder: Path = tmp_path_factory.mktemp("console")
    with served(make_office(folder), "console") as address:
        yield address
