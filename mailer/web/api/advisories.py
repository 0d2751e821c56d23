"""The API's advisories: looked at, proposed, queued, and previewed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from mailer.app import App
from mailer.core.people import Act
from mailer.core.timeline import Timeline
from mailer.desk import Proposal
from mailer.ledger.advisories import AdvisoryLine
from mailer.web.access import Office
from mailer.web.api import advisory_shapes as shapes
from mailer.web.api.access import Writer, reads
from mailer.web.api.advisory_shapes import Planned
from mailer.web.api.operation import KEYED, Operation, Upload
from mailer.web.api.shapes import Number

router = APIRouter(route_class=Operation, tags=["advisories"])
uploads = APIRouter(route_class=Upload, tags=["advisories"])

READS = reads(Act.READ_ADVISORY)


@router.get("/advisories", response_model=list[shapes.AdvisoryLine], dependencies=READS)
def read_advisories(
    app: Office,
    before: Annotated[int | None, Query(ge=1, le=2**53 - 1, description="a number")] = None,
    most: Annotated[int, Query(ge=1, le=200)] = 50,
) -> tuple[AdvisoryLine, ...]:
    """Advisories, the newest first, of those numbered below `before`."""
    return app.desk.advisories(before=before, most=most)


@uploads.post(
    "/advisories/propose", response_model=shapes.Proposal, dependencies=reads(Act.WRITE_ADVISORY)
)
def propose_advisory(app: Office, body: Planned) -> dict[str, object]:
    """What queueing a document would do, and what preflight finds. Nothing is kept."""
    proposal = _proposal(app, body)
    findings = app.desk.check_proposal(proposal, now=app.now())
    return {"plan": proposal.view, "findings": findings}


@uploads.post("/advisories", status_code=201, response_model=shapes.Queued, dependencies=KEYED)
def queue_advisory(app: Office, person: Writer, body: Planned) -> dict[str, object]:
    """Queue a document. Nothing of it goes before it is approved."""
    proposal = _proposal(app, body)
    app.desk.queue(proposal, by=person.name, now=app.now())
    reference = proposal.version.reference
    return {"number": app.desk.advisory(reference).number, "plan": app.desk.plan(reference)}


def _proposal(app: App, body: Planned) -> Proposal:
    return app.desk.propose(
        body.read(app.desk),
        embargo_line=body.embargo,
        immediate=body.immediate,
        audiences=body.audiences,
        embargo_for=body.embargo_for,
        now=app.now(),
    )


@router.get("/advisories/{number}", response_model=shapes.Advisory, dependencies=READS)
def read_advisory(app: Office, number: Number) -> dict[str, object]:
    """An advisory: its plan, how it stands, and what a yes would be to."""
    reference = app.desk.reference(number)
    view, waiting = app.desk.advisory(reference), app.desk.to_approve(reference)
    return {
        "number": view.number,
        "state": view.state,
        "withdrawn_at": view.withdrawn_at,
        "plan": app.desk.plan(reference),
        "holds": view.holds,
        "to_approve": waiting if waiting.dispatches else None,
        "findings": app.desk.check(reference, now=app.now()),
    }


@router.get("/advisories/{number}/timeline", response_model=shapes.Timeline, dependencies=READS)
def read_timeline(app: Office, number: Number) -> Timeline:
    """What each audience has at every instant from now on."""
    return app.desk.timeline(app.desk.reference(number), app.now()).timeline


@router.get(
    "/advisories/{number}/difference", response_model=list[shapes.Difference], dependencies=READS
)
def read_difference(app: Office, number: Number) -> list[dict[str, object]]:
    """For each audience that waits for approval: its recipients, compared with the last ones."""
    return [
        {
            "audience": one.audience,
            "contacts": one.contacts,
            "since": one.since.reference if one.since else None,
            "new": one.new,
            "gone": one.gone,
            "changed": [changed.contact for changed in one.changed],
            "unverified": len(one.unverified),
        }
        for one in app.desk.difference(app.desk.reference(number), app.now())
    ]


@router.get("/advisories/{number}/copies", dependencies=READS)
def preview_copies(
    app: Office,
    number: Number,
    audience: Annotated[str, Query(min_length=1, max_length=64)],
    contact: Annotated[str | None, Query(min_length=3, max_length=320)] = None,
) -> list[shapes.Copy]:
    """Each dispatch's copy for a contact of an audience; without one, for its first by address."""
    return [
        shapes.Copy(
            kind=one.dispatch.kind,
            contact=one.contact.email,
            subject=one.message.subject,
            text=one.message.text,
            html=one.message.html,
        )
        for one in app.desk.copies(app.desk.reference(number), audience, contact)
    ]
