"""The API's contacts: audiences, one contact's history, suppressions and answers to the embargo."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from mailer.core.people import Act
from mailer.desk.contacts import ContactView, Listed
from mailer.ledger.contacts import Answered, Suppressed
from mailer.web.access import Office
from mailer.web.api import shapes
from mailer.web.api.access import ContactChanger, reads
from mailer.web.api.operation import KEYED, Operation
from mailer.web.api.shapes import Asked, Done, Email, Text

router = APIRouter(route_class=Operation, tags=["contacts"])

READS = reads(Act.READ_CONTACTS)
OfEmail = Annotated[str, Query(min_length=3, max_length=320)]


class Suppress(Asked):
    """Who gets nothing any more, and why."""

    email: Email
    reason: Text


class Release(Asked):
    """Whose suppression ends."""

    email: Email


class Acceptance(Asked):
    """What a contact answered, and how you know."""

    email: Email
    accepted: bool
    source: Text


@router.get("/audiences", dependencies=READS)
def read_audiences(app: Office) -> list[shapes.Audience]:
    """The audiences that the configuration has."""
    lists = app.desk.lists()
    return [
        shapes.Audience(
            name=one.name,
            language=one.language,
            timezone=one.timezone,
            advance=one.advance.total_seconds() if one.advance else None,
            requires_acceptance=one.requires_acceptance,
            lists=[view.name for view in lists if one.name in view.audiences],
            contacts=sum(len(view.contacts) for view in lists if one.name in view.audiences),
        )
        for one in app.config.audience
    ]


@router.get("/contacts", response_model=list[shapes.Listed], dependencies=READS)
def find_contacts(
    app: Office, q: Annotated[str, Query(min_length=1, max_length=200)]
) -> tuple[Listed, ...]:
    """Whoever on a list has `q` in address, name or outlet; at most 200."""
    return app.desk.find_contacts(q)


@router.get("/contact", response_model=shapes.ContactHistory, dependencies=READS)
def read_contact(app: Office, email: OfEmail) -> ContactView:
    """Everything about one address: lists, copies, suppressions, answers."""
    return app.desk.contact(email)


@router.get("/suppressions", response_model=list[shapes.Suppression], dependencies=READS)
def read_suppressions(app: Office, ended: bool = False) -> tuple[Suppressed, ...]:
    """Who gets nothing, and why; with `ended`, also what was released."""
    return app.desk.suppressions(standing=not ended)


@router.post("/suppressions", dependencies=KEYED)
def suppress(app: Office, person: ContactChanger, body: Suppress) -> Done:
    """Nothing goes to this address any more, whatever the lists say."""
    app.desk.suppress(body.email, reason=body.reason, by=person.name, now=app.now())
    return Done()


@router.post("/suppressions/release", dependencies=KEYED)
def release_suppression(app: Office, person: ContactChanger, body: Release) -> Done:
    """End a suppression."""
    app.desk.unsuppress(body.email, by=person.name, now=app.now())
    return Done()


@router.get("/acceptances", response_model=list[shapes.Answer], dependencies=READS)
def read_acceptances(app: Office) -> tuple[Answered, ...]:
    """The latest answer to the embargo terms of everyone who gave one."""
    return app.desk.acceptances()


@router.post("/acceptances", dependencies=KEYED)
def record_acceptance(app: Office, person: ContactChanger, body: Acceptance) -> Done:
    """Record what a journalist said of the embargo terms; from now it counts, not the list."""
    app.desk.record_acceptance(
        body.email, accepted=body.accepted, source=body.source, by=person.name, now=app.now()
    )
    return Done()
