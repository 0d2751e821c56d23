"""The API's contacts: audiences, one contact's history, suppressions and answers to the embargo."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from mailer.core.people import Act
from mailer.web.access import office
from mailer.web.api import shapes
from mailer.web.api.operation import KEYED, Operation
from mailer.web.api.shapes import Asked, Done, Email, Text
from mailer.web.api.tokens import CHANGER, reads

router = APIRouter(route_class=Operation, tags=["contacts"])

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


@router.get("/audiences", dependencies=reads(Act.READ_CONTACTS))
def read_audiences(request: Request) -> list[shapes.Audience]:
    """The audiences that the configuration has."""
    app = office(request)
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


@router.get("/contacts", dependencies=reads(Act.READ_CONTACTS))
def find_contacts(
    request: Request, q: Annotated[str, Query(min_length=1, max_length=200)]
) -> list[shapes.Listed]:
    """Whoever on a list has `q` in address, name or outlet; at most 200."""
    found = office(request).desk.find_contacts(q)
    return [shapes.Listed.model_validate(one) for one in found]


@router.get("/contact", dependencies=reads(Act.READ_CONTACTS))
def read_contact(request: Request, email: OfEmail) -> shapes.ContactHistory:
    """Everything about one address: lists, copies, suppressions, answers."""
    return shapes.ContactHistory.model_validate(office(request).desk.contact(email))


@router.get("/suppressions", dependencies=reads(Act.READ_CONTACTS))
def read_suppressions(request: Request, ended: bool = False) -> list[shapes.Suppression]:
    """Who gets nothing, and why; with `ended`, also what was released."""
    found = office(request).desk.suppressions(standing=not ended)
    return [shapes.Suppression.model_validate(one) for one in found]


@router.post("/suppressions", dependencies=KEYED)
def suppress(request: Request, person: CHANGER, body: Suppress) -> Done:
    """Nothing goes to this address any more, whatever the lists say."""
    app = office(request)
    app.desk.suppress(body.email, reason=body.reason, by=person.name, now=app.now())
    return Done()


@router.post("/suppressions/release", dependencies=KEYED)
def release_suppression(request: Request, person: CHANGER, body: Release) -> Done:
    """End a suppression."""
    app = office(request)
    app.desk.unsuppress(body.email, by=person.name, now=app.now())
    return Done()


@router.get("/acceptances", dependencies=reads(Act.READ_CONTACTS))
def read_acceptances(request: Request) -> list[shapes.Answer]:
    """The latest answer to the embargo terms of everyone who gave one."""
    return [shapes.Answer.model_validate(one) for one in office(request).desk.acceptances()]


@router.post("/acceptances", dependencies=KEYED)
def record_acceptance(request: Request, person: CHANGER, body: Acceptance) -> Done:
    """Record what a journalist said of the embargo terms; from now it counts, not the list."""
    app = office(request)
    app.desk.record_acceptance(
        body.email, accepted=body.accepted, source=body.source, by=person.name, now=app.now()
    )
    return Done()
