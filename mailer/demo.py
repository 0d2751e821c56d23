"""The whole thing on one machine: an office, its lists, an advisory, a relay, and half a minute.

At a terminal it then serves the console, until Ctrl-C. Everything the demo makes lies in one
folder, which it empties first. The relay is aiosmtpd on a free loopback port; it writes each
message it takes as an `.eml`. Nothing leaves the machine.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mailer import office, present
from mailer.app import App, open_app, run, runner
from mailer.core.errors import MailerError
from mailer.core.inert import inert
from mailer.core.model import Progress
from mailer.core.people import Role
from mailer.core.states import DeliveryState
from mailer.ledger.lease import RunLock
from mailer.scheduler import Runner
from mailer.web import child

LIFT_AFTER = timedelta(seconds=15)
GIVE_UP_AFTER = timedelta(seconds=35)
MARK = ".made-by-mailer-demo"
BY = "the demo"


class Relay:
    """The built-in relay: takes everything, and keeps each message as a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Keep one message; aiosmtpd calls this after the final dot."""
        self._taken += 1
        rcpt = re.sub(r"[^A-Za-z0-9@._-]", "_", envelope.rcpt_tos[0])
        content = envelope.content or b""
        data = content if isinstance(content, bytes) else content.encode()
        (self._folder / f"{self._taken:04d}-{rcpt}.eml").write_bytes(data)
        return f"250 2.0.0 kept as {self._taken:04d}"


class LoopbackController(Controller):
    """aiosmtpd's server in a thread, on a free port that the system chooses: `port`."""

    def __init__(self, handler: object) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=0, decode_data=False)

    def _trigger_server(self) -> None:
        # It connects to itself once to see that it is up; only now is the port known.
        if isinstance(self.server, asyncio.Server):
            self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def relay(folder: Path) -> Iterator[int]:
    """A built-in relay that writes to `folder`; yields its loopback port."""
    folder.mkdir(parents=True, exist_ok=True)
    controller = LoopbackController(Relay(folder))
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def main(folder: Path) -> None:
    """Run the demo in `folder`. Raises MailerError if not every copy was accepted in time."""
    advisory = _fresh_office(folder)
    outbox = folder / "outbox"
    with relay(outbox) as port:
        environ = {
            "MAILER__RELAY__HOST": "127.0.0.1",
            "MAILER__RELAY__PORT": str(port),
            "MAILER__RELAY__TLS": "none",
            "MAILER__EMBARGO__CHECK_CLOCK": "false",
        }
        with (
            open_app(folder / "config.toml", environ) as app,
            RunLock(app.config.database.path, app.now()),
        ):
            lift = _queue(app, advisory)
            run(_watch(app, lift))
            _summarise(app, outbox)
            if sys.stdout.isatty():
                _stay(app, environ)


def _fresh_office(folder: Path) -> Path:
    if folder.exists():
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise MailerError(f"{folder}: this folder is not the demo's; move it out of the way")
        shutil.rmtree(folder)
    office.create(folder)
    (folder / MARK).touch()
    return folder / "advisory.md"


def _queue(app: App, advisory: Path) -> datetime:
    now = app.now()
    lift = (now + LIFT_AFTER).replace(microsecond=0)
    proposal = app.desk.propose(
        advisory,
        embargo_line=lift.isoformat(),
        immediate=False,
        audiences=[audience.name for audience in app.config.audience],
        now=now,
    )
    present.plan(proposal.view)
    app.desk.queue(proposal, by=BY, now=now)
    app.desk.approve(proposal.view.reference, by=BY, now=app.now())
    present.console().print()
    return lift


async def _watch(app: App, lift: datetime) -> None:
    said: list[str] = []
    screen = present.console()
    worker = runner(app, said.append if screen.is_terminal else _plainly(app))
    running = asyncio.create_task(worker.run())
    try:
        if screen.is_terminal:
            with Live(console=screen, refresh_per_second=10, transient=True) as live:
                await _until_done(app, running, lambda rows: live.update(_view(app, lift, rows)))
        else:
            print(f"The embargo lifts at {present.when_exactly(lift, app.config.embargo.zone)}.")
            await _until_done(app, running, lambda _: None)
    finally:
        await _end(worker, running)
    for line in said:
        screen.print(inert(line))


async def _until_done(
    app: App, running: asyncio.Task[None], show: Callable[[list[Progress]], None]
) -> None:
    give_up_at = app.now() + GIVE_UP_AFTER
    while not running.done() and app.now() < give_up_at:
        rows = await asyncio.to_thread(app.desk.progress)
        show(rows)
        if all(row.state == "done" for row in rows):
            return
        await asyncio.sleep(0.1)


async def _end(worker: Runner, running: asyncio.Task[None]) -> None:
    if not running.done():
        worker.stop(quietly=True)
    await running


# --- the console ------------------------------------------------------------------------------


def _stay(app: App, environ: Mapping[str, str]) -> None:
    """Serve the console, and go on sending what is approved in it, until Ctrl-C."""
    port = _free_port(app.config.console.port)
    screen = present.console()
    screen.print(f"\nThe console: http://127.0.0.1:{port}", style="bold")
    domain = app.config.organisation.domain
    for role in (Role.OFFICER, Role.APPROVER, Role.STAFF, Role.ADMIN):
        password = secrets.token_urlsafe(12)
        email = f"{role}@{domain}"
        app.desk.add_person(
            role, password, role, by=BY, now=app.now(), name=f"Demo {role}", email=email
        )
        screen.print(f"  log in as {role:9} with {password}")
    screen.print("It goes on sending what is approved there. Ctrl-C ends it.\n")
    asyncio.run(_serve(app, os.environ | environ | {"MAILER__CONSOLE__PORT": str(port)}))


def _free_port(wanted: int) -> int:
    """The port, if nobody has it; or another."""
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", wanted))
        except OSError:
            one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def _serve(app: App, environ: Mapping[str, str]) -> None:
    say = _plainly(app)
    await child.run_with(runner(app, say), ["console"], app.config.path, say, environ)


# --- what is shown ----------------------------------------------------------------------------


def _plainly(app: App) -> Callable[[str], None]:
    def say(text: str) -> None:
        print(f"{present.when_exactly(app.now(), app.config.embargo.zone)}  {inert(text)}")

    return say


def _view(app: App, lift: datetime, rows: list[Progress]) -> Group:
    left = (lift - app.now()).total_seconds()
    if left > 0:
        countdown = Text(f" EMBARGO  lifts in {left:4.1f} s ", style="bold white on red")
    else:
        countdown = Text(" LIFTED ", style="bold white on green")
    table = Table.grid(padding=(0, 2))
    for row in rows:
        accepted = row.counts.get(DeliveryState.ACCEPTED, 0)
        table.add_row(
            row.audience,
            row.kind,
            ProgressBar(total=max(row.planned, 1), completed=accepted, width=30),
            f"{accepted} of {row.planned}",
            Text(row.state, style=present.STYLES.get(row.state, "")),
        )
    return Group(countdown, Text(), table)


def _summarise(app: App, outbox: Path) -> None:
    rows = app.desk.progress()
    screen = present.console()
    present.progress(rows, app.config.embargo.zone)
    accepted = sum(row.counts.get(DeliveryState.ACCEPTED, 0) for row in rows)
    planned = sum(row.planned for row in rows)
    screen.print(f"{accepted} of {planned} copies accepted by the relay.")
    screen.print(f"Messages as they went out: {outbox}/*.eml")
    screen.print(f"The ledger: {app.config.database.path}")
    command = os.path.relpath(Path(sys.executable).with_name("mailer"))
    screen.print(f"Ask it: {command} --config {outbox.parent}/config.toml log")
    if accepted != planned:
        raise MailerError("the demo did not get every copy out; the table above says where it is")
