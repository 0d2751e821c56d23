"""Consent: who wants no mail, and who accepted the embargo."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from mailer import present
from mailer.cli.common import By, Json, cli, opened
from mailer.core.inert import inert

consent_cli = typer.Typer(help="Who wants no mail, and who accepted the embargo.")
cli.add_typer(consent_cli, name="consent")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The journalist's address.")]


@consent_cli.command("list")
def consent_list(as_json: Json = False) -> None:
    """Who is suppressed and why, who accepted the embargo, and what people chose themselves."""
    with opened() as app:
        zone = app.config.embargo.zone
        suppressed = app.desk.suppressions()[::-1]
        answered = app.desk.acceptances()[::-1]
        chosen = app.desk.wishes()
    if as_json:
        present.print_json(
            {
                "suppressed": [
                    {
                        "email": one.email,
                        "reason": one.reason,
                        "at": present.stamp(one.at),
                        "by": one.by,
                    }
                    for one in suppressed
                ],
                "embargo": [{**asdict(one), "at": present.stamp(one.at)} for one in answered],
                "wishes": [
                    {
                        "email": one.wish.email,
                        "name": one.wish.name,
                        "language": one.wish.language,
                        "timezone": one.wish.timezone,
                        "audiences": dict(one.wish.audiences),
                        "at": present.stamp(one.at),
                        "source": one.source,
                    }
                    for one in chosen
                ],
            }
        )
        return
    for one in suppressed:
        at = present.when_exactly(one.at, zone)
        print(f"{at}  {inert(one.email)}: suppressed by {inert(one.by)}: {inert(one.reason)}")
    for answer in answered:
        at = present.when_exactly(answer.at, zone)
        what = "accepted the embargo" if answer.accepted else "withdrew the acceptance"
        print(f"{at}  {inert(answer.email)}: {what}: {inert(answer.source)}")
    for choice in chosen:
        at = present.when_exactly(choice.at, zone)
        said = f"chose {inert(choice.wish.words)}: {inert(choice.source)}"
        print(f"{at}  {inert(choice.wish.email)}: {said}")


@consent_cli.command("suppress")
def consent_suppress(
    email: Email,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the record.")],
    by: By,
) -> None:
    """Send this address nothing until further notice, whatever the lists say."""
    with opened() as app:
        app.desk.suppress(email, reason=reason, by=by, now=app.now())
    print(f"{inert(email)} is suppressed.")


@consent_cli.command("unsuppress")
def consent_unsuppress(email: Email, by: By) -> None:
    """End a suppression."""
    with opened() as app:
        app.desk.unsuppress(email, by=by, now=app.now())
    print(f"{inert(email)} may be written to again.")


@consent_cli.command("accept")
def consent_accept(
    email: Email,
    by: By,
    source: Annotated[str, typer.Option("--source", help='How you know: "email of 3 May".')],
) -> None:
    """Record that a journalist accepted the embargo terms."""
    from mailer.desk.consent import going

    with opened() as app:
        copies = app.desk.record_acceptance(
            email, accepted=True, source=source, by=by, now=app.now()
        )
    print(f"{inert(email)} has accepted the embargo.{going(copies)}")


@consent_cli.command("revoke")
def consent_revoke(
    email: Email, by: By, source: Annotated[str, typer.Option("--source", help="How you know.")]
) -> None:
    """Record that an acceptance no longer holds: no advance copies, whatever the lists say."""
    with opened() as app:
        app.desk.record_acceptance(email, accepted=False, source=source, by=by, now=app.now())
    print(f"{inert(email)} gets no advance copies.")
