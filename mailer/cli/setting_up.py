"""Setting up: a new office, its configuration, its lists; and reading a document or an embargo."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mailer import present
from mailer.cli.common import DECIDE, REFUSED, Json, cli, options
from mailer.core import embargo as embargoes
from mailer.core.embargo import Ask, Instant
from mailer.core.errors import MailerError
from mailer.core.inert import inert

config_cli = typer.Typer(help="The office's configuration.", no_args_is_help=True)
lists_cli = typer.Typer(help="The lists of contacts.", no_args_is_help=True)
cli.add_typer(config_cli, name="config")
cli.add_typer(lists_cli, name="lists")


@cli.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")]) -> None:
    """Lay out a new office: configuration, lists, templates and an example advisory."""
    from mailer import office

    for path in office.create(folder):
        print(path)
    print(f"Next: edit {folder / 'config.toml'}, then: cd {folder} && mailer config check")


@config_cli.command("check")
def config_check(
    offline: Annotated[bool, typer.Option("--offline", help="Do not connect.")] = False,
) -> None:
    """Check the configuration and, unless --offline, that each relay lets us in."""
    from mailer import config as configuration
    from mailer.compose.signing import Signer
    from mailer.delivery.asking import try_relay

    config = configuration.load(options.config, os.environ)
    print(f"{options.config}: {len(config.audience)} audiences, office zone {config.embargo.zone}")
    if (signs := Signer.configured(config)) is not None:
        print(f"dkim: signs as {signs.domain}; the DNS must have a TXT record at {signs.name}:")
        print(f"  {signs.record}")
    if offline:
        return
    faults = []
    for number, relay in enumerate(config.relay.in_order):
        print(f"{relay.address}: connecting …", flush=True)
        try:
            print(asyncio.run(try_relay(relay, number)))
        except MailerError as fault:
            faults.append(str(fault))
    if faults:
        raise MailerError("\n".join(faults))


@lists_cli.command("check")
def lists_check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Lists; default: all of them.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check lists row by row; without FILE, all that the configuration names."""
    from mailer.intake import contacts

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
    from mailer import config as configuration

    config = configuration.load(options.config, os.environ)
    lists = dict.fromkeys(path for audience in config.audience for path in audience.lists)
    return [Path(os.path.relpath(path)) for path in lists]


@cli.command()
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The advisory's document.")],
    as_json: Json = False,
) -> None:
    """Read an advisory's document and show what was found in it, and what was not."""
    from mailer.intake import documents

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
    from mailer.scheduler import utc_now

    moment = instant(now) if now else utc_now()
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


def instant(text: str) -> datetime:
    """An ISO 8601 instant as typed; without an offset it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is not an ISO 8601 instant') from None
    if not 1970 <= found.year < 3000:
        raise typer.BadParameter(f'"{text}" is not an instant of our time')
    return found if found.tzinfo else found.replace(tzinfo=UTC)
