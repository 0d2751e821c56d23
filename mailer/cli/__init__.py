"""The `mailer` command: each subcommand asks the desk, the ledger or the runner, and prints.

Exit statuses: 0 done; 1 the input was refused; 2 wrong usage; 3 a person must decide.
"""

from __future__ import annotations

import io
import sys

# Each room puts its commands on `cli` when it is imported; this order is the order of --help.
from mailer.cli import (  # noqa: F401
    advisories,
    bounces,
    consent,
    contacts,
    log,
    people,
    reports,
    running,
    setting_up,
    tokens,
)
from mailer.cli.common import cli, options
from mailer.core.errors import MailerError
from mailer.core.inert import inert

__all__ = ["cli", "main"]


def main() -> None:
    """The entry point: every MailerError is one line on standard error and an exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that has no letter ê is told its number, as standard error always is.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        _refuse_what_is_not_text(sys.argv[1:])
        cli()
    except MailerError as error:
        if options.debug:
            raise
        for line in str(error).splitlines():
            print(f"mailer: {inert(line)}", file=sys.stderr)
        sys.exit(error.exit_status)
    except OSError as error:
        if options.debug:
            raise
        where = f"{inert(str(error.filename))}: " if error.filename else ""
        print(f"mailer: {where}{error.strerror or error}", file=sys.stderr)
        sys.exit(1)


def _refuse_what_is_not_text(words: list[str]) -> None:
    """What a terminal types that is not UTF-8 comes as surrogates, which nothing can keep."""
    for word in words:
        if not word.isprintable() and any("\udc80" <= c <= "\udcff" for c in word):
            raise MailerError(f"{inert(word)}: this is not UTF-8; set the terminal to UTF-8")
