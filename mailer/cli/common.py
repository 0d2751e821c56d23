"""What every command shares: the Typer app, its options, and the office it works on.

A command imports what it works with when it is called: whoever asks for help, or mistypes, waits
for neither the ledger nor the desk.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from mailer import __version__
from mailer.core.inert import inert
from mailer.ledger import SCHEMA

if TYPE_CHECKING:
    from mailer.app import App

REFUSED, DECIDE = 1, 3
"""Exit statuses: the input was refused; a person must decide. 0 is done, 2 is wrong usage."""


class _Group(typer.core.TyperGroup):
    """The commands. A value that is none of the choices is told in Typer's words alone."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as wrong:
            wrong.message = wrong.message.removeprefix("Value error, ")
            raise


cli = typer.Typer(
    name="mailer",
    help="Press advisories under embargo: one email per journalist, at the right instant.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    cls=_Group,
)


@dataclass(slots=True)
class Options:
    """What was given before the command."""

    config: Path = Path("config.toml")
    debug: bool = False


options = Options()

Json = Annotated[bool, typer.Option("--json", help="Print data for scripts.")]
By = Annotated[str, typer.Option("--by", help="Your name, for the record.")]
ByDefault = Annotated[str, typer.Option("--by", help="Your name; default: your user name.")]
Reference = Annotated[
    str, typer.Argument(metavar="REF", help="The advisory's reference, in quotes if it has spaces.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")]
Contact = Annotated[
    str | None, typer.Option("--contact", metavar="EMAIL", help="One contact, by address.")
]
Audience = Annotated[str, typer.Option("--audience", help="An audience's name.")]


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"mailer {__version__}, ledger schema {SCHEMA}")
        raise typer.Exit


@cli.callback()
def _main(
    config: Annotated[
        Path, typer.Option("--config", envvar="MAILER_CONFIG", help="The configuration file.")
    ] = Path("config.toml"),
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", help="Say which one it is.", callback=_say_version)
    ] = False,
) -> None:
    options.config, options.debug = config, debug


def agreed(would: str, question: str, *, yes: bool) -> None:
    """Say what a deed would do and, at a terminal, ask for it; whoever says no ends the command.

    `yes` is said already, as is everything that a script does: without a terminal nobody is asked.
    """
    print(f"\n{would}")
    if not yes and sys.stdin.isatty():
        typer.confirm(question, abort=True)


@contextmanager
def loading() -> Iterator[None]:
    """While modules are loaded, no garbage is looked for: they hold none, and it takes as long as a
    sixth of the loading."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def opened(*, make: bool = False) -> Iterator[App]:
    """The office that the configuration describes, its ledger open; with `make`, or made."""
    with loading():
        from mailer.app import open_app

    with open_app(options.config, os.environ, make=make) as app:
        tell_if_new(app)
        yield app


def tell_if_new(app: App) -> None:
    """Say where a new ledger is: whoever meant another one reads it."""
    if app.new:
        typer.echo(f"New ledger: {inert(str(app.config.database.path))}", err=True)
