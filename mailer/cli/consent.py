"""Consent: who wants no mail, and who accepted the embargo."""

from __future__ import annotations

from typing import Annotated

import typer

from mailer import present
from mailer.cli.common import By, Json, cli, opened
from mailer.core.inert import inert
from mailer.ledger import consent, wishes

consent_cli = typer.Typer(help="Who wants no mail, and who accepted the embargo.")
cli.add_typer(consent_cli, name="consent")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The journalist's address.")]


@consent_cli.command("list")
def consent_list(as_json: Json = False) -> None:
    """Who is suppressed and why, who accepted the embargo, and what people chose themselves."""
    with opened() as app, app.database.read() as session:
        zone = app.config.embargo.zone
        suppressed = consent.suppressions(session)
        answered = consent.acceptances(session).values()
        chosen = wishes.latest(session)
        if as_json:
            present.print_json(
                {
                    "suppressed": [
                        {
                            "email": row.email,
                            "reason": row.reason,
                            "at": present.stamp(row.at),
                            "by": row.by,
                        }
                        for row in suppressed
                    ],
                    "embargo": [
                        {
                            "email": row.email,
                            "accepted": row.accepted,
                            "at": present.stamp(row.at),
                            "source": row.source,
                            "terms": row.terms,
                            "address": row.address,
                        }
                        for row in answered
                    ],
                    "wishes": [
                        {
                            "email": row.email,
                            "name": row.name,
                            "language": row.language,
                            "timezone": row.timezone,
                            "audiences": row.audiences,
                            "at": present.stamp(row.at),
                            "source": row.source,
                        }
                        for row in chosen
                    ],
                }
            )
            return
        for row in suppressed:
            at = present.when_exactly(row.at, zone)
            print(f"{at}  {inert(row.email)}: suppressed by {inert(row.by)}: {inert(row.reason)}")
        for answer in answered:
            at = present.when_exactly(answer.at, zone)
            what = "accepted the embargo" if answer.accepted else "withdrew the acceptance"
            print(f"{at}  {inert(answer.email)}: {what}: {inert(answer.source)}")
        for wish in chosen:
            at = present.when_exactly(wish.at, zone)
            what = inert(wishes.wish_of(wish).words)
            print(f"{at}  {inert(wish.email)}: chose {what}: {inert(wish.source)}")


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
    with opened() as app:
        app.desk.record_acceptance(email, accepted=True, source=source, by=by, now=app.now())
    print(f"{inert(email)} has accepted the embargo.")


@consent_cli.command("revoke")
def consent_revoke(
    email: Email, by: By, source: Annotated[str, typer.Option("--source", help="How you know.")]
) -> None:
    """Record that an acceptance no longer holds: no advance copies, whatever the lists say."""
    with opened() as app:
        app.desk.record_acceptance(email, accepted=False, source=source, by=by, now=app.now())
    print(f"{inert(email)} gets no advance copies.")
