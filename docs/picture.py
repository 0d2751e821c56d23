"""Draw docs/advisory.png: the example advisory's advance copy as a journalist opens it.

What it shows is the program's own output, read back from the message's bytes: nothing of it is
written here. Needs chromium (`apt install chromium`); `make readme` runs it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from mailer import config
from mailer.compose.message import Own, build
from mailer.compose.templates import TemplateSet, render
from mailer.core.model import Dispatch, DispatchKind, Edition, Embargo, Version
from mailer.intake import contacts, documents

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "advisory.png"
SIZE = (840, 1180)
HEAD = """
<style>
  html { background: #dfe3e8; }
  body { margin: 28px auto !important; width: 760px; border-radius: 10px; overflow: hidden; }
  .opened { padding: 22px 60px 18px; background: #f4f6f8; border-bottom: 1px solid #d9dde2;
    font-size: 14px; line-height: 1.6; color: #5b636d; }
  .opened b { display: block; margin: 0 0 6px; font-size: 18px; line-height: 1.35; color: #1c1f23; }
</style>
"""


def main() -> None:
    """Compose the example and draw it."""
    draw(example(), PICTURE)
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}\n")


def example() -> bytes:
    """The advance copy of the shipped example to a reader outside the office's zone."""
    settings = config.load(ROOT / "config.example.toml", {})
    national = settings.audience_named("national")
    audience = national.audience()
    draft = documents.read(ROOT / "mailer" / "example" / "advisory.md")
    office = settings.office
    if draft.date is None:
        raise SystemExit("docs/picture.py: the example advisory has no date; give it one")
    lift = datetime.combine(draft.date, time(0, 1), ZoneInfo(office.zone))
    version = Version(
        reference=draft.reference,
        number=1,
        organisation=draft.organisation,
        kind=draft.kind,
        date=draft.date,
        editions=(
            Edition(
                draft.language or office.language,
                draft.headline,
                draft.body,
                draft.subhead,
                draft.dateline,
                draft.notes,
            ),
            *draft.editions,
        ),
        contacts=draft.contacts,
    )
    listed = contacts.read_list(ROOT / "lists" / national.lists[0]).contacts
    reader = next(one for one in listed if one.embargo_accepted and one.timezone != office.zone)
    sent = lift - (audience.advance or timedelta())
    dispatch = Dispatch(audience, DispatchKind.ADVANCE, sent, Embargo(lift, office.zone))
    templates = TemplateSet.load(ROOT / "templates")
    embargoed = dispatch.embargoed(sent)
    rendered = render(templates, version, dispatch, reader, office, embargoed=embargoed)
    return build(
        rendered, version, dispatch, reader, office, Own(f"<example@{office.domain}>"), sent
    ).content


def draw(content: bytes, picture: Path) -> None:
    """Draw a message under its From, To and Subject."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SystemExit("docs/picture.py: needs chromium; on Debian: apt install chromium")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "message.html"
        page.write_text(_opened(content), encoding="utf-8")
        command = [
            browser,
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--no-first-run", "--disable-background-networking", "--disable-sync"),
            *("--disable-component-update", "--blink-settings=preferredColorScheme=1"),
            f"--user-data-dir={folder}/profile",
            f"--window-size={SIZE[0]},{SIZE[1]}",
            f"--screenshot={picture}",
            page.as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603


def _opened(content: bytes) -> str:
    message = message_from_bytes(content, policy=policy.default)
    html = message.get_body(("html",)) if isinstance(message, EmailMessage) else None
    if html is None:
        raise SystemExit("docs/picture.py: the message has no HTML part")
    lines = "".join(f"{name}: {escape(str(message[name]))}<br>" for name in ("From", "To", "Date"))
    head = f'{HEAD}<div class="opened"><b>{escape(str(message["Subject"]))}</b>{lines}</div>'
    return re.sub(r"(<body[^>]*>)", lambda body: body[1] + head, html.get_content(), count=1)


if __name__ == "__main__":
    main()
