"""Contacts: audiences, whoever is looked for, one contact's history, and what they asked for."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from mailer.core.people import Act
from mailer.desk.consent import going
from mailer.web.access import ContactChanger, ContactReader, Office, office
from mailer.web.pages import render, see_other

router = APIRouter()

Address = Annotated[str, Form(max_length=320)]
Words = Annotated[str, Form(max_length=500)]


def one_contact(email: str) -> str:
    """Where an address is, in the console."""
    return f"/contacts/one?{urlencode({'email': email.strip()})}"


@router.get("/contacts")
def contacts(
    request: Request, person: ContactReader, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Audiences and lists; with `q`, who has it in address, name or outlet."""
    app = office(request)
    lists = app.desk.lists()
    return render(
        request,
        "contacts.html",
        q=q,
        found=app.desk.find_contacts(q),
        lists=lists,
        audiences=[
            (one, sum(len(view.contacts) for view in lists if one.name in view.audiences))
            for one in app.config.audience
        ],
        suppressed=len(app.desk.suppressions()),
        changes=person.may(Act.CHANGE_CONTACTS),
    )


@router.get("/contacts/one")
def contact(request: Request, person: ContactReader, email: str) -> Response:
    """Everything about one address."""
    found = office(request).desk.contact(email)
    return render(
        request,
        "contact.html",
        contact=found,
        changes=person.may(Act.CHANGE_CONTACTS),
        reads=person.may(Act.READ_ADVISORY),
    )


@router.get("/contacts/consent")
def consent(request: Request, person: ContactReader) -> Response:
    """Suppressions, ended ones too, and what people answered to the embargo terms."""
    app = office(request)
    return render(
        request,
        "contact_consent.html",
        suppressions=app.desk.suppressions(standing=False),
        answers=app.desk.acceptances(),
        changes=person.may(Act.CHANGE_CONTACTS),
    )


@router.post("/contacts/suppress")
def suppress(app: Office, person: ContactChanger, email: Address, reason: Words) -> Response:
    """Nothing goes to this address any more."""
    app.desk.suppress(email, reason=reason, by=person.name, now=app.now())
    return see_other(one_contact(email), f"{email.strip()} gets nothing from now on.")


@router.post("/contacts/unsuppress")
def unsuppress(app: Office, person: ContactChanger, email: Address) -> Response:
    """It may be written to again."""
    app.desk.unsuppress(email, by=person.name, now=app.now())
    return see_other(one_contact(email), f"{email.strip()} may be written to again.")


@router.post("/contacts/acceptance")
def acceptance(
    app: Office,
    person: ContactChanger,
    email: Address,
    source: Words,
    accepted: Annotated[bool, Form()],
) -> Response:
    """What a journalist said of the embargo terms."""
    copies = app.desk.record_acceptance(
        email, accepted=accepted, source=source, by=person.name, now=app.now()
    )
    said = "has accepted the embargo" if accepted else "gets no advance copies"
    return see_other(one_contact(email), f"{email.strip()} {said}.{going(copies)}")
