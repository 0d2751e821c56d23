"""The desk's commands: queue, look, approve, hold, change, settle."""

from __future__ import annotations

import asyncio
import getpass
import re
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mailer import present
from mailer.cli.common import (
    REFUSED,
    Audience,
    By,
    ByDefault,
    Contact,
    Json,
    Reference,
    Yes,
    agreed,
    cli,
    opened,
)
from mailer.core.inert import inert
from mailer.core.states import VERDICTS
from mailer.present import acts


@cli.command()
def queue(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The advisory's document.")],
    to: Annotated[str, typer.Option("--to", help="Audiences, separated by commas.")] = "",
    embargo: Annotated[
        str | None, typer.Option("--embargo", help="When it lifts: date, 24-hour time, zone.")
    ] = None,
    immediate: Annotated[bool, typer.Option("--immediate", help="No embargo.")] = False,
    embargo_for: Annotated[
        list[str] | None,
        typer.Option("--embargo-for", metavar="AUDIENCE=LINE", help="An audience's own embargo."),
    ] = None,
    by: ByDefault = "",
    as_json: Json = False,
) -> None:
    """Plan an advisory: prints the plan and keeps it; it goes once it is approved."""
    if embargo is not None and immediate:
        raise typer.BadParameter("--embargo and --immediate exclude each other")
    audiences = _names(to)
    own: dict[str, str] = {}
    for one in embargo_for or ():
        name, equals, line = one.partition("=")
        if not equals:
            raise typer.BadParameter(f'--embargo-for "{one}": write AUDIENCE=LINE')
        own[name.strip()] = line
    with opened(make=True) as app:
        proposal = app.desk.propose(
            file,
            embargo_line=embargo,
            immediate=immediate,
            audiences=audiences,
            embargo_for=own,
            now=app.now(),
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
    with opened() as app:
        view = app.desk.plan(reference)
        if as_json:
            present.print_json(present.plan_json(view))
        else:
            present.plan(view)


@cli.command()
def check(
    reference: Reference,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask the relays what size they take.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check what is still to go of an advisory, as a careful sub-editor would."""
    from mailer.delivery.asking import size_taken

    with opened() as app:
        size = None if offline else asyncio.run(size_taken(app.config.relay.in_order))
        findings = app.desk.check(reference, now=app.now(), relay_size=size)
        if as_json:
            present.print_json([asdict(finding) for finding in findings])
        else:
            present.findings(findings)
    if any(finding.blocks for finding in findings):
        raise typer.Exit(REFUSED)


@cli.command()
def preview(
    reference: Reference,
    audience: Audience,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go.")],
    contact: Contact = None,
) -> None:
    """Write what one contact gets: .eml, .txt and .html; without --contact, the first."""
    with opened() as app:
        copies = app.desk.copies(reference, audience, contact)
    out.mkdir(parents=True, exist_ok=True)
    for copy in copies:
        message = copy.message
        name = re.sub(
            r"[^A-Za-z0-9@._-]", "_", f"{audience}-{copy.dispatch.kind}-{message.rcpt_to}"
        )
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
    with opened() as app:
        zone = app.config.embargo.zone
        if app.desk.to_approve(reference).dispatches:
            present.difference(app.desk.difference(reference, app.now()), zone)
            present.findings(app.desk.check(reference, now=app.now()))
        done = app.desk.approve(reference, by=by, now=app.now())
        present.plan(app.desk.plan(reference))
        if done.waiting:
            more = present.count(done.missing, "more person", "more people")
            print(f"\nRecorded: {inert(by)} says yes. It goes once {more} approved it.")
            return
        dispatches = present.count(done.approved, "dispatch", "dispatches")
        print(f"\nApproved by {inert(by)}: {dispatches}. `mailer run` sends what is due.")


@cli.command()
def cancel(reference: Reference, by: ByDefault = "") -> None:
    """Cancel what has not left of an advisory."""
    with opened() as app:
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
    with opened() as app:
        event = VERDICTS[resolved_as]
        number = app.desk.resolve(reference, contact=contact, event=event, by=by, now=app.now())
    print(f"Resolved as {resolved_as}: {present.count(number, 'copy', 'copies')}.")


# --- holding ----------------------------------------------------------------------------------

Everything = Annotated[bool, typer.Option("--all", help="Everything, not one advisory.")]
OptionalReference = Annotated[str, typer.Argument(metavar="REF", help="One advisory.")]


@cli.command()
def hold(
    reference: OptionalReference = "",
    everything: Everything = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the record.")] = "",
    by: ByDefault = "",
) -> None:
    """Stop an advisory, or --all, at once and until `mailer resume`."""
    which = _one_or_all(reference, everything)
    with opened() as app:
        app.desk.hold(which, reason=reason, by=by or getpass.getuser(), now=app.now())
    named = f'"{inert(which)}"' if which else "--all"
    print(f"{inert(which or 'Everything')} is on hold.", end=" ")
    print(f"To let it go on: mailer resume {named} --by NAME")


@cli.command()
def resume(by: By, reference: OptionalReference = "", everything: Everything = False) -> None:
    """End a hold; what has become due meanwhile goes at once."""
    which = _one_or_all(reference, everything)
    with opened() as app:
        app.desk.resume(which, by=by, now=app.now())
    print(f"{inert(which or 'Everything')} goes on: what has become due goes at once.")


# --- changing ---------------------------------------------------------------------------------

Because = Annotated[str, typer.Option("--because", help="What holders of a copy are told.")]


@cli.command()
def reschedule(
    reference: Reference,
    embargo: Annotated[str, typer.Option("--embargo", help="The new embargo.")],
    to: Annotated[str, typer.Option("--to", help="Only these audiences.")] = "",
    by: ByDefault = "",
) -> None:
    """Move an embargo, later or earlier; holders of an advance copy are told."""
    with opened() as app:
        change = app.desk.reschedule(
            reference,
            embargo_line=embargo,
            audiences=_names(to),
            by=by or getpass.getuser(),
            now=app.now(),
        )
        present.plan(app.desk.plan(reference))
        present.change(change, reference)


@cli.command()
def lift(reference: Reference, by: By, yes: Yes = False) -> None:
    """End an embargo now: the release goes, and holders of an advance copy are told."""
    with opened() as app:
        ahead = app.desk.timeline(reference, app.now()).timeline
        if ahead.lift is not None:  # otherwise the desk says why not
            present.plan(app.desk.plan(reference))
            agreed(acts.lift(ahead), "Lift it now?", yes=yes)
        change = app.desk.lift(reference, by=by, now=app.now())
        present.plan(app.desk.plan(reference))
        present.change(change, reference)


@cli.command()
def correct(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The corrected document.")],
    because: Because,
    by: ByDefault = "",
) -> None:
    """Replace an advisory's text: holders get a correction, the others the new text."""
    with opened() as app:
        change = app.desk.correct(file, note=because, by=by or getpass.getuser(), now=app.now())
        reference = app.desk.reference_of(file)
        present.plan(app.desk.plan(reference))
        present.change(change, reference)


@cli.command()
def withdraw(reference: Reference, by: By, because: Because = "", yes: Yes = False) -> None:
    """Kill an advisory: whatever waits is cancelled, and exactly its holders are told."""
    with opened() as app:
        stands = app.desk.advisory(reference)
        if stands.withdrawn_at is None:
            present.plan(app.desk.plan(reference))
            agreed(acts.withdraw(stands.affected), "Withdraw it now?", yes=yes)
        change = app.desk.withdraw(reference, note=because, by=by, now=app.now())
        present.change(change, reference)


def _one_or_all(reference: str, everything: bool) -> str | None:
    if bool(reference) is everything:
        raise typer.BadParameter("give either REF or --all")
    return reference or None


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
