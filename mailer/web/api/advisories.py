"""The API's advisories: looked at, proposed, queued, and previewed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from mailer.app import App
from mailer.core.errors import NotThereError
from mailer.core.people import Act
from mailer.web.access import office
from mailer.web.api import advisory_shapes as shapes
from mailer.web.api.advisory_shapes import Planned
from mailer.web.api.operation import KEYED, Operation, Upload
from mailer.web.api.shapes import Number
from mailer.web.api.tokens import WRITER, reads

router = APIRouter(route_class=Operation, tags=["advisories"])
uploads = APIRouter(route_class=Upload, tags=["advisories"])

READS = reads(Act.READ_ADVISORY)


def reference_of(app: App, number: int) -> str:
    """The reference of an advisory. Raises NotThereError."""
    reference = app.desk.advisory_numbered(number)
    if reference is None:
        raise NotThereError(f"there is no advisory {number}")
    return reference


@router.get("/advisories", dependencies=READS)
def read_advisories(
    request: Request,
    before: Annotated[int | None, Query(ge=1, le=2**53 - 1, description="a number")] = None,
    most: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[shapes.AdvisoryLine]:
    """Advisories, the newest first, of those numbered below `before`."""
    found = office(request).desk.advisories(before=before, most=most)
    return [shapes.AdvisoryLine.model_validate(one) for one in found]


@uploads.post("/advisories/propose", dependencies=reads(Act.WRITE_ADVISORY))
def propose_advisory(request: Request, body: Planned) -> shapes.Proposal:
    """What queueing a document would do, and what preflight finds. Nothing is kept."""
    app = office(request)
    proposal = app.desk.propose(
        body.read(app.desk),
        embargo_line=body.embargo,
        immediate=body.immediate,
        audiences=body.audiences,
        embargo_for=body.embargo_for,
        now=app.now(),
    )
    findings = app.desk.check_proposal(proposal, now=app.now())
    return shapes.Proposal.model_validate({"plan": proposal.view, "findings": findings})


@uploads.post("/advisories", status_code=201, dependencies=KEYED)
def queue_advisory(request: Request, person: WRITER, body: Planned) -> shapes.Queued:
    """Queue a document. Nothing of it goes before it is approved."""
    app = office(request)
    proposal = app.desk.propose(
        body.read(app.desk),
        embargo_line=body.embargo,
        immediate=body.immediate,
        audiences=body.audiences,
        embargo_for=body.embargo_for,
        now=app.now(),
    )
    app.desk.queue(proposal, by=person.name, now=app.now())
    reference = proposal.version.reference
    number = app.desk.advisory(reference).number
    return shapes.Queued.model_validate({"number": number, "plan": app.desk.plan(reference)})


@router.get("/advisories/{number}", dependencies=READS)
def read_advisory(request: Request, number: Number) -> shapes.Advisory:
    """An advisory: its plan, how it stands, and what a yes would be to."""
    app = office(request)
    reference = reference_of(app, number)
    view, waiting = app.desk.advisory(reference), app.desk.to_approve(reference)
    return shapes.Advisory.model_validate(
        {
            "number": view.number,
            "state": view.state,
            "withdrawn_at": view.withdrawn_at,
            "plan": app.desk.plan(reference),
            "holds": view.holds,
            "to_approve": waiting if waiting.dispatches else None,
            "findings": app.desk.check(reference, now=app.now()),
        }
    )


@router.get("/advisories/{number}/timeline", dependencies=READS)
def read_timeline(request: Request, number: Number) -> shapes.Timeline:
    """What each audience has at every instant from now on."""
    app = office(request)
    found = app.desk.timeline(reference_of(app, number), app.now())
    return shapes.Timeline.model_validate(found.timeline)


@router.get("/advisories/{number}/difference", dependencies=READS)
def read_difference(request: Request, number: Number) -> list[shapes.Difference]:
    """For each audience that waits for approval: its recipients, compared with the last ones."""
    app = office(request)
    found = app.desk.difference(reference_of(app, number), app.now())
    return [
        shapes.Difference.model_validate(
            {
                "audience": one.audience,
                "contacts": one.contacts,
                "since": one.since.reference if one.since else None,
                "new": one.new,
                "gone": one.gone,
                "changed": [changed.contact for changed in one.changed],
                "unverified": len(one.unverified),
            }
        )
        for one in found
    ]


@router.get("/advisories/{number}/copies", dependencies=READS)
def preview_copies(
    request: Request,
    number: Number,
    audience: Annotated[str, Query(min_length=1, max_length=64)],
    contact: Annotated[str | None, Query(min_length=3, max_length=320)] = None,
) -> list[shapes.Copy]:
    """Each dispatch's copy for a contact of an audience; without one, for its first by address."""
    app = office(request)
    return [
        shapes.Copy(
            kind=one.dispatch.kind,
            contact=one.contact.email,
            subject=one.message.subject,
            text=one.message.text,
            html=one.message.html,
        )
        for one in app.desk.copies(reference_of(app, number), audience, contact)
    ]
