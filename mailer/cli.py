"""The `mailer` command: each subcommand asks the desk, the ledger or the runner, and prints.

Exit statuses: 0 done; 1 the input was refused; 2 wrong usage; 3 a person must decide.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mailer import config as configuration
from mailer import office, present
from mailer.app import App, open_app, open_for_run, runner
from mailer.core import embargo as embargoes
from mailer.core.embargo import Ask, Instant
from mailer.core.errors import MailerError
from mailer.core.inert import inert, inert_json
from mailer.core.states import DeliveryEvent
from mailer.delivery import smtp
from mailer.delivery.smtp import Unavailable
from mailer.intake import addresses, contacts, documents
from mailer.ledger import consent, log
from mailer.scheduler import utc_now

REFUSED, DECIDE = 1, 3

cli = typer.Typer(
    name="mailer",
    help="Press advisories under embargo: one email per journalist, at the right instant.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
config_cli = typer.Typer(help="The office's configuration.", no_args_is_help=True)
lists_cli = typer.Typer(help="The lists of contacts.", no_args_is_help=True)
consent_cli = typer.Typer(help="Who wants no mail, and who accepted the embargo.")
cli.add_typer(config_cli, name="config")
cli.add_typer(lists_cli, name="lists")
cli.add_typer(consent_cli, name="consent")


@dataclass(slots=True)
class _Options:
    config: Path = Path("config.toml")
    debug: bool = False


_options = _Options()

Json = Annotated[bool, typer.Option("--json", help="Print data for scripts.")]
By = Annotated[str, typer.Option("--by", help="Your name, for the record.")]
ByDefault = Annotated[str, typer.Option("--by", help="Your name; default: your user name.")]
Reference = Annotated[
    str, typer.Argument(metavar="REF", help="The advisory's reference, in quotes if it has spaces.")
]
Contact = Annotated[
    str | None, typer.Option("--contact", metavar="EMAIL", help="One contact, by address.")
]
Audience = Annotated[str, typer.Option("--audience", help="An audience's name.")]


@cli.callback()
def _main(
    config: Annotated[
        Path, typer.Option("--config", envvar="MAILER_CONFIG", help="The configuration file.")
    ] = Path("config.toml"),
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    _options.config, _options.debug = config, debug


@contextmanager
def _app() -> Iterator[App]:
    with open_app(_options.config, os.environ) as app:
        yield app


# --- setting up -------------------------------------------------------------------------------


@cli.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")]) -> None:
    """Lay out a new office: configuration, lists, templates and an example advisory."""
    for path in office.create(folder):
        print(path)
    print(f"Next: edit {folder / 'config.toml'}, then: cd {folder} && mailer config check")


@config_cli.command("check")
def config_check(
    offline: Annotated[bool, typer.Option("--offline", help="Do not connect.")] = False,
) -> None:
    """Check the configuration and, unless --offline, that the relay lets us in."""
    config = configuration.load(_options.config, os.environ)
    print(f"{_options.config}: {len(config.audience)} audiences, office zone {config.embargo.zone}")
    if offline:
        return
    relay = config.relay
    print(f"{relay.host}:{relay.port}: connecting …", flush=True)
    found = asyncio.run(_try_relay(relay))
    if isinstance(found, Unavailable):
        raise MailerError(
            f"relay {relay.host}:{relay.port}: {inert(str(found))}; check relay.host, port, tls, "
            "username and password"
        )
    login = f"logged in as {relay.username}" if relay.username else "no login"
    print(f"{relay.host}:{relay.port}: {found or 'no TLS'}, {login}: it would take our mail")


async def _try_relay(relay: configuration.Relay) -> str | Unavailable:
    session = await smtp.connect(relay)
    if isinstance(session, Unavailable):
        return session
    await session.quit()
    return session.tls_version


@lists_cli.command("check")
def lists_check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Lists; default: all of them.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check lists row by row; without FILE, all that the configuration names."""
    reports = contacts.check_lists(files or _configured_lists())
    if as_json:
        present.print_json(
            [
                {
                    "file": report.file,
                    "contacts": len(report.contacts),
                    "refused": report.refused,
                    "findings": [asdict(found) for found in report.findings],
                }
                for report in reports
            ]
        )
    else:
        present.lists(reports)
    if any(report.refused for report in reports):
        raise typer.Exit(REFUSED)


def _configured_lists() -> list[Path]:
    config = configuration.load(_options.config, os.environ)
    lists = dict.fromkeys(path for audience in config.audience for path in audience.lists)
    return [Path(os.path.relpath(path)) for path in lists]


@cli.command()
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The advisory's document.")],
    as_json: Json = False,
) -> None:
    """Read an advisory's document and show what was found in it, and what was not."""
    draft = documents.read(file)
    if as_json:
        present.print_json(documents.to_json(draft))
    else:
        present.draft(draft)


@cli.command("embargo")
def embargo_command(
    line: Annotated[str, typer.Argument(metavar="LINE", help="The embargo as it is printed.")],
    zone: Annotated[str, typer.Option("--zone", help="The office's IANA zone.")] = "UTC",
    now: Annotated[str, typer.Option("--now", help="Read it as of this instant (ISO).")] = "",
    language: Annotated[str, typer.Option("--language", help="The line's language.")] = "en",
    as_json: Json = False,
) -> None:
    """Read an embargo line: one instant, a question (exit status 3), or a rejection (1)."""
    moment = _instant(now) if now else utc_now()
    answer = embargoes.read(line, office_zone=zone, now=moment, language=language)
    shown = embargoes.to_json(answer)
    if as_json:
        present.print_json(shown)
    elif isinstance(answer, Instant):
        print(embargoes.say(answer.utc, answer.zone, "en"), f"= {present.stamp(answer.utc)}")
        for warning in answer.warnings:
            print(f"! {warning}")
    else:
        print(inert(answer.reason))
        for candidate in answer.candidates if isinstance(answer, Ask) else ():
            print(f"  {present.stamp(candidate)} = {embargoes.say(candidate, zone, 'en')}")
    if not isinstance(answer, Instant):
        raise typer.Exit(DECIDE if isinstance(answer, Ask) else REFUSED)


# --- the desk ---------------------------------------------------------------------------------


@cli.command()
def queue(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The advisory's document.")],
    to: Annotated[str, typer.Option("--to", help="Audiences, separated by commas.")] = "",
    embargo: Annotated[
        str | None, typer.Option("--embargo", help="When it lifts: date, 24-hour time, zone.")
    ] = None,
    immediate: Annotated[bool, typer.Option("--immediate", help="No embargo.")] = False,
    by: ByDefault = "",
    as_json: Json = False,
) -> None:
    """Plan an advisory: prints the plan and keeps it; it goes once it is approved."""
    if embargo is not None and immediate:
        raise typer.BadParameter("--embargo and --immediate exclude each other")
    audiences = [name.strip() for name in to.split(",") if name.strip()]
    with _app() as app:
        proposal = app.desk.propose(
            file, embargo_line=embargo, immediate=immediate, audiences=audiences, now=app.now()
        )
        if as_json:
            present.print_json(present.plan_json(proposal.view))
        else:
            present.plan(proposal.view)
        app.desk.queue(proposal, by=by or getpass.getuser(), now=app.now())
        if not as_json:
            ref = inert(proposal.view.reference)
            print(f'\nQueued. Nothing goes before: mailer approve "{ref}" --by NAME')


@cli.command()
def plan(reference: Reference, as_json: Json = False) -> None:
    """Show an advisory's plan: who gets it when, and who is left out and why."""
    with _app() as app:
        view = app.desk.plan(reference)
        if as_json:
            present.print_json(present.plan_json(view))
        else:
            present.plan(view)


@cli.command()
def preview(
    reference: Reference,
    audience: Audience,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go.")],
    contact: Contact = None,
) -> None:
    """Write what a contact would get, as .eml, .txt and .html; without --contact, the first."""
    with _app() as app:
        copies = app.desk.preview(reference, audience, contact)
    out.mkdir(parents=True, exist_ok=True)
    for kind, message in copies:
        name = re.sub(r"[^A-Za-z0-9@._-]", "_", f"{audience}-{kind}-{message.rcpt_to}")
        for suffix, content in (
            (".eml", message.content),
            (".txt", message.text.encode()),
            (".html", message.html.encode()),
        ):
            path = out / f"{name}{suffix}"
            path.write_bytes(content)
            print(path)


@cli.command()
def approve(reference: Reference, by: By) -> None:
    """Say yes to an advisory's plan; from now on it goes at its instants."""
    with _app() as app:
        number = app.desk.approve(reference, by=by, now=app.now())
        present.plan(app.desk.plan(reference))
        dispatches = present.count(number, "dispatch", "dispatches")
        print(f"\nApproved by {inert(by)}: {dispatches}. `mailer run` sends what is due.")


@cli.command()
def cancel(reference: Reference, by: ByDefault = "") -> None:
    """Cancel what has not left of an advisory."""
    with _app() as app:
        stopped, left = app.desk.cancel(reference, by=by or getpass.getuser(), now=app.now())
    print(f"Cancelled: {present.count(stopped, 'copy', 'copies')} will not go.")
    if left:
        had = present.count(left, "copy", "copies")
        print(f'Left already, or may have: {had}: mailer log --advisory "{inert(reference)}"')


class ResolveAs(StrEnum):
    """What a person says of a copy in doubt."""

    RESEND = "resend"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


_RESOLVE = {
    ResolveAs.RESEND: DeliveryEvent.RESEND,
    ResolveAs.ACCEPTED: DeliveryEvent.ACCEPT,
    ResolveAs.REJECTED: DeliveryEvent.REJECT,
}


@cli.command()
def resolve(
    reference: Reference,
    resolved_as: Annotated[ResolveAs, typer.Option("--as", help="What became of it.")],
    by: By,
    contact: Contact = None,
    everyone: Annotated[bool, typer.Option("--all", help="All that are in doubt.")] = False,
) -> None:
    """Settle copies in doubt: resend them, or record that they were accepted or rejected."""
    if (contact is None) is not everyone:
        raise typer.BadParameter("give either --contact EMAIL or --all")
    with _app() as app:
        event = _RESOLVE[resolved_as]
        number = app.desk.resolve(reference, contact=contact, event=event, by=by, now=app.now())
    print(f"Resolved as {resolved_as}: {present.count(number, 'copy', 'copies')}.")


# --- running ----------------------------------------------------------------------------------


@cli.command("run")
def run_command(
    once: Annotated[bool, typer.Option("--once", help="Do all that is due, and end.")] = False,
) -> None:
    """Send what is approved when its instant comes; ends in good order at Ctrl-C."""
    with open_for_run(_options.config, os.environ) as app:
        zone = app.config.embargo.zone

        def say(text: str) -> None:
            moment = present.when_exactly(app.now(), zone)
            print(f"{moment}  {inert(text)}", flush=True)

        if not asyncio.run(_run(app, say, once=once)):
            raise typer.Exit(DECIDE)


async def _run(app: App, say: Callable[[str], None], *, once: bool) -> bool:
    worker = runner(app, say)
    if once:
        return await worker.run_once()
    say(f"running; ledger {app.config.database.path}; Ctrl-C ends it")
    await worker.run()
    return True


# --- looking ----------------------------------------------------------------------------------


@cli.command("log")
def log_command(
    advisory: Annotated[str, typer.Option("--advisory", metavar="REF", help="One advisory.")] = "",
    status: Annotated[str, typer.Option("--status", help="A state, such as accepted.")] = "",
    audience: Audience = "",
    contact: Annotated[str, typer.Option("--contact", help="In address, name, outlet.")] = "",
    since: Annotated[str, typer.Option("--since", help='ISO instant, or "2h", "3d" ago.')] = "",
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on as things happen.")] = False,
) -> None:
    """Show what became of every copy: did the BBC get it, and when?"""
    if status and status not in log.STATES:
        raise typer.BadParameter(f"--status is one of {', '.join(log.STATES)}")
    with _app() as app:
        zone = app.config.embargo.zone
        wanted = log.Filter(
            advisory, status, audience, contact, _since(since, app.now()) if since else None
        )
        if as_csv:
            with app.database.read() as session:
                present.log_csv(log.entries(session, wanted))
            return
        if as_json and not follow:
            with app.database.read() as session:
                present.print_json([present.entry_json(e) for e in log.entries(session, wanted)])
            return
        shown = 0
        for entry in _following(app, wanted) if follow else _now(app, wanted):
            shown += 1
            if as_json:
                print(inert_json(present.entry_json(entry), indent=None), flush=True)
            else:
                present.console().print(present.log_line(entry, zone), soft_wrap=True)
        if not shown and not as_json:
            print("Nothing in the ledger agrees with that.")


def _now(app: App, wanted: log.Filter) -> Iterator[log.Entry]:
    with app.database.read() as session:
        yield from log.entries(session, wanted)


def _following(app: App, wanted: log.Filter) -> Iterator[log.Entry]:
    """Entries as they change, once each, until Ctrl-C."""
    seen: set[log.Entry] = set()
    while True:
        with app.database.read() as session:
            fresh = [e for e in log.entries(session, wanted) if e not in seen]
        yield from fresh
        seen.update(fresh)
        time.sleep(1)


@cli.command()
def show(
    reference: Annotated[str, typer.Argument(metavar="REF", help="One advisory.")] = "",
    as_json: Json = False,
) -> None:
    """Show how an advisory stands; without REF, all of them."""
    with _app() as app, app.database.read() as session:
        rows = log.progress(session, reference)
        if reference and not rows:
            raise MailerError(f'no advisory "{reference}"; `mailer show` lists those there are')
        if as_json:
            present.print_json([present.progress_json(row) for row in rows])
            return
        if not rows:
            print("Nothing is queued.")
            return
        present.progress(rows)
        if reference:
            zone = app.config.embargo.zone
            present.deeds(log.deeds(session, rows[0].reference), zone)
            since = min(row.instant for row in rows)
            present.relay_faults(log.relay_faults(session, since), zone)


# --- consent ----------------------------------------------------------------------------------

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The journalist's address.")]


@consent_cli.command("list")
def consent_list(as_json: Json = False) -> None:
    """Who is suppressed and why, and what people answered to the embargo terms."""
    with _app() as app, app.database.read() as session:
        zone = app.config.embargo.zone
        suppressed = consent.suppressions(session)
        answered = consent.acceptances(session).values()
        if as_json:
            present.print_json(
                {
                    "suppressed": [
                        {
                            "email": row.email,
                            "reason": row.reason,
                            "at": present.stamp(row.at),
                            "by": row.by,
                        }
                        for row in suppressed
                    ],
                    "embargo": [
                        {
                            "email": row.email,
                            "accepted": row.accepted,
                            "at": present.stamp(row.at),
                            "source": row.source,
                        }
                        for row in answered
                    ],
                }
            )
            return
        for row in suppressed:
            at = present.when_exactly(row.at, zone)
            print(f"{at}  {inert(row.email)}: suppressed by {inert(row.by)}: {inert(row.reason)}")
        for answer in answered:
            at = present.when_exactly(answer.at, zone)
            what = "accepted the embargo" if answer.accepted else "withdrew the acceptance"
            print(f"{at}  {inert(answer.email)}: {what}: {inert(answer.source)}")


@consent_cli.command("suppress")
def consent_suppress(
    email: Email,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the record.")],
    by: By,
) -> None:
    """Send this address nothing until further notice, whatever the lists say."""
    with _app() as app:
        app.desk.suppress(_address(email), reason=reason, by=by, now=app.now())
    print(f"{inert(email)} is suppressed.")


@consent_cli.command("unsuppress")
def consent_unsuppress(email: Email, by: By) -> None:
    """End a suppression."""
    with _app() as app:
        app.desk.unsuppress(_address(email), by=by, now=app.now())
    print(f"{inert(email)} may be written to again.")


@consent_cli.command("accept")
def consent_accept(
    email: Email,
    by: By,
    source: Annotated[str, typer.Option("--source", help='How you know: "email of 3 May".')],
) -> None:
    """Record that a journalist accepted the embargo terms."""
    with _app() as app:
        app.desk.record_acceptance(
            _address(email), accepted=True, source=source, by=by, now=app.now()
        )
    print(f"{inert(email)} has accepted the embargo.")


@consent_cli.command("revoke")
def consent_revoke(
    email: Email, by: By, source: Annotated[str, typer.Option("--source", help="How you know.")]
) -> None:
    """Record that an acceptance no longer holds: no advance copies, whatever the lists say."""
    with _app() as app:
        app.desk.record_acceptance(
            _address(email), accepted=False, source=source, by=by, now=app.now()
        )
    print(f"{inert(email)} gets no advance copies.")


# --- the demo ---------------------------------------------------------------------------------


@cli.command()
def demo() -> None:
    """Run the whole thing on this machine, with a relay of its own, in ./demo."""
    from mailer.demo import main as demonstrate

    demonstrate(Path("demo"))


# --- parts ------------------------------------------------------------------------------------


def _address(email: str) -> str:
    found = addresses.read_address(email)
    if not isinstance(found, str):
        raise MailerError(f"{inert(email)}: {found.reason}")
    return found


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is not an ISO 8601 instant') from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _since(text: str, now: datetime) -> datetime:
    ago = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if ago is None:
        return _instant(text)
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    return now - timedelta(**{units[ago[2]]: int(ago[1])})


def main() -> None:
    """The entry point: every MailerError is one line on standard error and an exit status."""
    try:
        cli()
    except MailerError as error:
        if _options.debug:
            raise
        for line in str(error).splitlines():
            print(f"mailer: {inert(line)}", file=sys.stderr)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        # `mailer log | head` is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
