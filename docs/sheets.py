"""Draw sheets/: every message that the tests keep, to be looked at after a change to a template.

A sheet has one kind for one audience, in all eight languages side by side, in one form: narrow (a
telephone), wide, or narrow and dark. Drawn from the `.eml` files of the snapshot tests, so that
what is looked at is what is sent. Needs chromium (`apt install chromium`); `make sheets` runs it,
and `make sheets ONLY="withdrawal-wires invitation"` draws those alone.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "tests" / "compose" / "__snapshots__" / "test_every_message"
SHEETS = ROOT / "sheets"
_NAME_RE = re.compile(r"test_message\[(.+)-([a-z]+)-([a-z]{2})\]\.eml")


class Form(NamedTuple):
    """How a message is looked at: `width` in CSS pixels, messages in a row, light or dark."""

    width: int
    across: int
    scheme: Literal["light", "dark"]


FORMS = {
    "narrow": Form(360, 8, "light"),
    "wide": Form(760, 4, "light"),
    "dark": Form(360, 8, "dark"),
}


def kept(wanted: list[str]) -> Mapping[str, list[str]]:
    """The HTML of every language by "kind-audience", of those whose name begins as one wanted."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(KEPT.iterdir()):
        named = _NAME_RE.fullmatch(path.name)
        if named is None:
            continue
        sheet = f"{named[1].replace(' ', '_')}-{named[2]}"
        if not wanted or sheet.startswith(tuple(wanted)):
            found[sheet].append(shown(path.read_bytes()))
    return found


def shown(content: bytes) -> str:
    """The HTML of a message, with its attached pictures in their places."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("html",))
    assert body is not None
    html: str = body.get_content()
    for part in message.walk():
        if name := part["Content-ID"]:
            html = html.replace(f"cid:{name.strip('<>')}", data_url(part.get_content()))
    return html


def data_url(png: bytes) -> str:
    """A picture as the address of itself."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def pictures(browser: Browser, messages: list[str], form: Form) -> Iterator[bytes]:
    """Each message as a mail program of this form shows it."""
    size = {"width": form.width, "height": 300}
    context = browser.new_context(color_scheme=form.scheme, viewport=size)  # type: ignore[arg-type]
    for html in messages:
        page = context.new_page()
        page.set_content(html)
        yield page.screenshot(full_page=True)
        page.close()
    context.close()


def draw(browser: Browser, messages: list[str], form: Form, path: Path) -> None:
    """One sheet of all these messages."""
    shots = [
        f'<img style="flex: none" width="{form.width}" src="{data_url(png)}">'
        for png in pictures(browser, messages, form)
    ]
    page = browser.new_page(viewport={"width": (form.width + 8) * form.across, "height": 300})
    page.set_content(
        "<body style='margin: 0; background: #888; display: flex; flex-wrap: wrap;"
        f" align-items: flex-start; gap: 8px'>{''.join(shots)}"
    )
    page.screenshot(path=path, full_page=True)
    page.close()


def main() -> None:
    """Draw all sheets anew, or those named."""
    chromium = shutil.which("chromium") or sys.exit(
        "chromium is not installed: apt install chromium"
    )
    SHEETS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, messages in kept(os.environ.get("ONLY", "").split()).items():
            for how, form in FORMS.items():
                draw(browser, messages, form, SHEETS / f"{name}-{how}.png")
        browser.close()
    print(f"{len(list(SHEETS.glob('*.png')))} sheets in {SHEETS.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
