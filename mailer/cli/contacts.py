"""One contact: all that the office knows of an address."""

from __future__ import annotations

from typing import Annotated

import typer

from mailer import present
from mailer.cli.common import Json, cli, opened


@cli.command("contact")
def contact_command(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The journalist's address.")],
    as_json: Json = False,
) -> None:
    """Show one contact: what they chose, whether they are written to, and what came back."""
    with opened() as app:
        view, zone = app.desk.contact(email), app.config.embargo.zone
    if as_json:
        present.print_json(present.contact_json(view))
    else:
        present.contact(view, zone)
