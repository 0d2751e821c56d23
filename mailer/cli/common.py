"""What every command shares: the Typer app, its options, and the office it works on.

A command imports what it works with when it is called: whoever asks for help, or mistypes, waits
for neither the ledger nor the desk.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer import __version__
from mailer.ledger import SCHEMA

if TYPE_CHECKING:
    from mailer.app import App

REFUSED, DECIDE = 1, 3
"""Exit statuses: the input was refused; a person must decide. 0 is done, 2 is wrong usage."""

cli = typer.Typer(
    name="mailer",
    help="Press advisories under embargo: one email per journalist, at the right instant.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
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
def opened() -> Iterator[App]:
    """The office that the configuration describes, its ledger open."""
    with loading():
        from mailer.app import open_app

    with open_app(options.config, os.environ) as app:
        yield app
