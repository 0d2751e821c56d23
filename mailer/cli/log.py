"""The log: what became of every copy, and how an advisory stands."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailer import present
from mailer.cli.common import Audience, Json, cli, opened
from mailer.core.inert import inert_json
from mailer.core.log_filter import STATES, LogFilter, LogFilterError, parse

if TYPE_CHECKING:
    from mailer.app import App
    from mailer.ledger.log.entries import Entry


@cli.command("log")
def log_command(
    advisory: Annotated[str, typer.Option("--advisory", metavar="REF", help="One advisory.")] = "",
    status: Annotated[str, typer.Option("--status", help="A state, such as accepted.")] = "",
    audience: Audience = "",
    contact: Annotated[str, typer.Option("--contact", help="In address, name, outlet.")] = "",
    outlet: Annotated[str, typer.Option("--outlet", help="In the outlet.")] = "",
    code: Annotated[str, typer.Option("--code", help='The relay\'s answer: 550, or "4xx".')] = "",
    text: Annotated[
        str, typer.Option("--text", help="Anywhere: contact, outlet, headline, what was answered.")
    ] = "",
    since: Annotated[str, typer.Option("--since", help="2h, 3d (ago), or 2027-02-09T00:01.")] = "",
    until: Annotated[str, typer.Option("--until", help="The same.")] = "",
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on as things happen.")] = False,
) -> None:
    """Show what became of every copy: did the BBC get it, and when?"""
    if status and status not in STATES:
        raise typer.BadParameter(f"--status is one of {', '.join(STATES)}")
    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv exclude each other")
    if as_csv and follow:
        raise typer.BadParameter("--csv and --follow exclude each other")
    words = {"advisory": advisory, "audience": audience, "contact": contact, "outlet": outlet}
    with opened() as app, _reader_may_leave():
        zone = app.config.embargo.zone
        times = [("since", _ago(since, app.now())), ("until", _ago(until, app.now()))]
        said = [*words.items(), *times, ("state", status), ("code", code), ("q", text)]
        wanted = _filter(said, ZoneInfo(zone))
        if advisory:
            app.desk.advisory(advisory)  # refuses a reference that the ledger has not
        if as_csv:
            present.log_csv(app.desk.log_entries(wanted))
            return
        if as_json and not follow:
            present.print_json([present.entry_json(e) for e in app.desk.log_entries(wanted)])
            return
        shown = 0
        for entry in _following(app, wanted) if follow else app.desk.log_entries(wanted):
            shown += 1
            if as_json:
                print(inert_json(present.entry_json(entry), indent=None), flush=True)
            else:
                present.console().print(present.log_line(entry, zone), soft_wrap=True)
        if not shown and not as_json:
            if audience:
                app.config.audience_named(audience)  # refuses a name that the office has not
            more = " Less of the name may; who was on no plan: mailer contact EMAIL"
            print(f"Nothing in the ledger agrees with that.{more if contact or outlet else ''}")


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """`mailer log | head` is no fault."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _following(app: App, wanted: LogFilter) -> Iterator[Entry]:
    """Entries as they change, once each, until Ctrl-C."""
    seen: set[Entry] = set()
    while True:
        fresh = [entry for entry in app.desk.log_entries(wanted) if entry not in seen]
        yield from fresh
        seen.update(fresh)
        if fresh:
            # Whoever changes something else at the same time may commit it a little later.
            since = max(entry.at for entry in fresh) - timedelta(minutes=1)
            wanted = replace(wanted, since=max(since, wanted.since or since))
        time.sleep(1)


@cli.command()
def show(
    reference: Annotated[str, typer.Argument(metavar="REF", help="One advisory.")] = "",
    as_json: Json = False,
) -> None:
    """Show how an advisory stands; without REF, all of them."""
    with opened() as app:
        about = app.desk.advisory(reference) if reference else None
        rows = app.desk.progress(reference)
        zone = app.config.embargo.zone
        if as_json:
            present.print_json([present.progress_json(row) for row in rows])
            return
        if not rows:
            print("Nothing is queued.")
            return
        present.progress(rows, zone)
        present.holds(about.holds if about else app.desk.holds(), zone)
        if about:
            present.deeds(about.deeds, zone)
            present.relay_faults(app.desk.relay_faults(min(row.instant for row in rows)), zone)


def _filter(said: list[tuple[str, str]], zone: ZoneInfo) -> LogFilter:
    try:
        return parse(said, zone)
    except LogFilterError as error:
        raise typer.BadParameter(f'{error}; "2h" is two hours ago') from None


def _ago(text: str, now: datetime) -> str:
    """ "2h" as the instant that was so long ago; anything else as it is."""
    ago = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if ago is None:
        return text
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    span = timedelta(**{units[ago[2]]: int(ago[1])})
    return (now - min(span, timedelta(days=3650))).isoformat()  # before any ledger there can be
