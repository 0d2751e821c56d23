"""What came back by mail."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mailer.cli.common import Json, cli
from mailer.core.inert import inert, inert_json
from mailer.core.notification import Kind, Notification

bounces_cli = typer.Typer(help="What came back by mail: bounces, complaints, answers.")
cli.add_typer(bounces_cli, name="bounces")

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
    from mailer.delivery import bounces  # its tables take longer than many a command runs

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
