"""What came back by mail."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer import present
from mailer.cli.common import REFUSED, Json, cli, opened
from mailer.cli.running import saying
from mailer.core.errors import MailerError
from mailer.core.inert import inert, inert_json
from mailer.core.notification import Kind, Notification

bounces_cli = typer.Typer(help="What came back by mail: bounces, complaints, answers.")
cli.add_typer(bounces_cli, name="bounces")

if TYPE_CHECKING:
    from mailer.delivery.bounces.collecting import Collector

TRY_AGAIN = 75
"""EX_TEMPFAIL: the mail server keeps the message, and hands it over again later."""

OfContact = Annotated[str, typer.Option("--contact", metavar="EMAIL", help="One contact.")]

_KINDS = {
    Kind.DSN: "a notice of what became of a copy",
    Kind.ARF: "a complaint",
    Kind.AUTO_REPLY: "an answer that no person wrote",
    Kind.OTHER: "a person's, or none of these",
}


@bounces_cli.command("read")
def bounces_read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One message; - reads it here.")],
    as_json: Json = False,
) -> None:
    """Show what one message that came back says; nothing is recorded."""
    from mailer.delivery import bounces

    told = bounces.read(_octets(file))
    if as_json:
        print(inert_json(_as_json(told)))
        return
    print(_KINDS[told.kind])
    for one in told.recipients:
        status = f" {one.status}" if one.status else ""
        print(f"{inert(one.address)}: {one.action}, {one.permanence}{status}")
        if one.diagnostic:
            print(f"  {inert(one.diagnostic)}")


@bounces_cli.command("take")
def bounces_take() -> None:
    """Take one message from standard input, as a pipe of the mail server hands it over.

    Ends in 75 if it could not be recorded, whatever the reason, so that the server tries again.
    """
    try:
        with opened() as app:
            octets = sys.stdin.buffer.read()
            print(inert(str(app.desk.take(octets, source="pipe", now=app.now()))))
            app.desk.let_go(now=app.now())
    except (MailerError, OSError) as error:
        print(f"mailer: not taken: {inert(str(error))}", file=sys.stderr)
        raise typer.Exit(TRY_AGAIN) from None


@bounces_cli.command("run")
def bounces_run(
    once: Annotated[bool, typer.Option("--once", help="Take all that is there, and end.")] = False,
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="End when standard input ends.")
    ] = False,
) -> None:
    """Take what comes back from the places in [bounces]; `mailer run` does it too."""
    from mailer.app import collector

    with opened() as app:
        if not app.config.bounces.taken:
            raise MailerError(
                "there is nowhere to take bounces from; set maildir, imap_host or lmtp_port in "
                "[bounces]"
            )
        worker = collector(app, saying(app))
        if not asyncio.run(worker.once() if once else _collect(worker, until_eof=until_eof)):
            raise typer.Exit(REFUSED)


async def _collect(worker: Collector, *, until_eof: bool) -> bool:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if until_eof:

        def watch() -> None:
            sys.stdin.buffer.read()
            with suppress(RuntimeError):  # it has ended already
                loop.call_soon_threadsafe(stop.set)

        threading.Thread(target=watch, daemon=True).start()
    await worker.run(stop)
    return True


@bounces_cli.command("list")
def bounces_list(contact: OfContact = "", as_json: Json = False) -> None:
    """Show what came back about copies, the newest first; all of it, or about one contact."""
    with opened() as app:
        rows = app.desk.came_back(contact)
        zone = app.config.embargo.zone
    if as_json:
        present.print_json([{**asdict(row), "at": present.stamp(row.at)} for row in rows])
        return
    for row in rows:
        about = row.to if row.meant else f"{row.to} (of {row.email})"
        said = " ".join(filter(None, (row.permanence, row.status, row.diagnostic)))
        print(
            f"{present.when_exactly(row.at, zone)}  {inert(about)}: {row.event}"
            + (f": {inert(said)}" if said else "")
        )
    if not rows:
        print("Nothing has come back.")


def _as_json(told: Notification) -> dict[str, object]:
    return {
        "kind": told.kind,
        "recipients": [
            {
                "address": one.address,
                "action": one.action,
                "permanence": one.permanence,
                "status": one.status,
                "diagnostic": one.diagnostic,
            }
            for one in told.recipients
        ],
    }


def _octets(file: Path) -> bytes:
    """A file's octets, or standard input's; no more of either than is ever read."""
    from mailer.delivery.bounces.mime import MOST_OCTETS

    if str(file) == "-":
        return sys.stdin.buffer.read(MOST_OCTETS)
    with file.open("rb") as opened:
        return opened.read(MOST_OCTETS)
