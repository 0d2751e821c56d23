"""Reports: the timeline ahead, the record of an embargo, and the audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailer import present
from mailer.cli.common import REFUSED, Json, Reference, cli, opened
from mailer.core.errors import MailerError

audit_cli = typer.Typer(help="Who did what: the chained audit.", no_args_is_help=True)
cli.add_typer(audit_cli, name="audit")


@cli.command()
def timeline(
    reference: Reference,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Write it as a picture.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what each audience has at every instant from now, and what a hold or lift would do."""
    with opened() as app:
        view = app.desk.timeline(reference, app.now())
    if svg is not None:
        _write(svg, present.timeline_svg(view))
    if as_json:
        present.print_json(present.timeline_json(view))
    elif svg is not None:
        print(svg)
    else:
        present.timeline(view)


@cli.command()
def breach(
    reference: Reference,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a row for each held copy.")] = False,
) -> None:
    """Show who held which version from when, who accepted what, every approval and change."""
    with opened() as app:
        record, zone = app.desk.breach(reference), app.config.embargo.zone
    if as_csv:
        present.breach_csv(record, zone)
    else:
        print(present.breach_markdown(record, zone), end="")


@audit_cli.command("verify")
def audit_verify() -> None:
    """Check that no row of the audit was changed or taken out; exit status 1 names the first."""
    with opened() as app:
        state = app.desk.verify_audit()
    rows = present.count(state.rows, "row", "rows")
    if state.first_broken is not None:
        print(
            f"The audit is BROKEN at row {state.first_broken} of {rows}: it was changed, or the "
            "row before it was; compare with a backup of the ledger"
        )
        raise typer.Exit(REFUSED)
    print(f"the audit is whole: {rows}")


@audit_cli.command("list")
def audit_list(as_json: Json = False) -> None:
    """List who did what, oldest first."""
    with opened() as app:
        entries, zone = app.desk.audit(), app.config.embargo.zone
    if as_json:
        present.print_json(present.plain(entries))
    else:
        present.audit_rows(entries, zone)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MailerError(f"{path}: cannot be written: {error.strerror or error}") from None
