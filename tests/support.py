"""Real parts for tests: an office folder, a ledger, an SMTP server. Only the clock is a fake."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from mailer.app import App, open_app
from mailer.demo import LoopbackController

ROOT = Path(__file__).parent.parent
LIFT = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)

ADVISORY = """+++
organisation = "Lantern Coast Trust"
kind = "press release"
date = 2027-02-09
reference = "LCT 2027/004"
headline = "Four in ten harbour gauges miss the highest tides"

[[contacts]]
name = "Mirela Osei"
role = "Press officer"
email = "press@lantern.example"
phones = [{ number = "+442079460123", label = "office" }]
+++

Four in ten of the tide gauges that coastal towns rely on failed last winter.
"""

CONFIG = """
templates = "{root}/templates"

[organisation]
name = "Lantern Coast Trust"
domain = "press.lantern.example"

[embargo]
zone = "Europe/London"
check_clock = false

[relay]
host = "127.0.0.1"
port = 1
tls = "none"
connections = 2

[[audience]]
name = "wires"
lists = ["wires.csv"]
sender = "Lantern press office <press@lantern.example>"
release = "advance"
advance = "24h"

[[audience]]
name = "national"
lists = ["national.csv"]
sender = "Lantern press office <press@lantern.example>"
"""

WIRES = """email,name,outlet,timezone,embargo_accepted
ana@wire.example,Ana Lind,Nordwire,Europe/Stockholm,yes
bo@wire.example,Bo Quist,Nordwire,Europe/Stockholm,no
"""

NATIONAL = """email,name,outlet
cy@daily.example,Cy Marsh,The Daily
di@daily.example,Di North,The Daily
"""


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Taken:
    """One message that the relay took."""

    at: datetime
    mail_from: str
    rcpt_to: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class Sink:
    """A relay that takes what it is given, or answers as `answer` says, by recipient."""

    answer: Callable[[str, str], str | None] = lambda command, rcpt: None
    taken: list[Taken] = field(default_factory=list)
    port: int = 0

    @property
    def rcpts(self) -> list[str]:
        return [taken.rcpt_to for taken in self.taken]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.answer("RCPT", address)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.answer("MAIL", address)
        if said is None:
            envelope.mail_from = address
        return said or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        rcpt = envelope.rcpt_tos[0]
        said = self.answer("DATA", rcpt)
        if said == "drop":
            server.transport.abort()
            return "250 never seen"
        if said is None or said.startswith("2"):
            content = envelope.content
            assert isinstance(content, bytes)
            mail_from = envelope.mail_from or ""
            self.taken.append(Taken(datetime.now(UTC), mail_from, rcpt, content))
        return said or f"250 2.0.0 taken as {len(self.taken)}"


@contextmanager
def relay(sink: Sink) -> Iterator[Sink]:
    """An SMTP server on a loopback port, for as long as the block lasts."""
    controller = LoopbackController(sink)
    controller.start()
    try:
        sink.port = controller.port
        yield sink
    finally:
        controller.stop()


def closed_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def make_office(
    folder: Path, *, config: str = CONFIG, advisory: str = ADVISORY, **lists: str
) -> Path:
    """An office on disk; returns its config file. `lists` are file stems and their text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lists").mkdir(exist_ok=True)
    for stem, text in {"wires": WIRES, "national": NATIONAL, **lists}.items():
        (folder / "lists" / f"{stem}.csv").write_text(text, encoding="utf-8")
    (folder / "advisory.md").write_text(advisory, encoding="utf-8")
    path = folder / "config.toml"
    path.write_text(config.format(root=ROOT), encoding="utf-8")
    return path


def open_office(config: Path, port: int, now: Callable[[], datetime]) -> App:
    """The office at work, with its relay on a loopback port."""
    environ = {"MAILER__RELAY__PORT": str(port), "MAILER__EMBARGO__CHECK_CLOCK": "false"}
    return open_app(config, environ, upgrade=True, now=now)
