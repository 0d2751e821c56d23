"""The `mailer` command: each subcommand asks the desk, the ledger or the runner, and prints.

Exit statuses: 0 done; 1 the input was refused; 2 wrong usage; 3 a person must decide.
"""

from __future__ import annotations

import os
import sys

# Each room puts its commands on `cli` when it is imported; this order is the order of --help.
from mailer.cli import consenting, deciding, looking, reporting, running, setting_up  # noqa: F401
from mailer.cli.common import cli, options
from mailer.core.errors import MailerError
from mailer.core.inert import inert

__all__ = ["cli", "main"]


def main() -> None:
    """The entry point: every MailerError is one line on standard error and an exit status."""
    try:
        cli()
    except MailerError as error:
        if options.debug:
            raise
        for line in str(error).splitlines():
            print(f"mailer: {inert(line)}", file=sys.stderr)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        # `mailer log | head` is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
