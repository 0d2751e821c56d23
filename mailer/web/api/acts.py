"""The API's acts on an advisory. The desk does them, and refuses."""

from __future__ import annotations

from fastapi import APIRouter, Request

from mailer.web.access import office
from mailer.web.api import advisory_shapes as shapes
from mailer.web.api.advisories import reference_of
from mailer.web.api.advisory_shapes import Corrected, Moved, Settled, Told, Trial, Why, Yes
from mailer.web.api.log import OUTCOMES
from mailer.web.api.operation import KEYED, Operation, Upload
from mailer.web.api.shapes import Done, Number
from mailer.web.api.tokens import APPROVER, RESOLVER, STOPPER, WRITER

router = APIRouter(route_class=Operation, tags=["advisories"])
uploads = APIRouter(route_class=Upload, tags=["advisories"])


@router.post("/advisories/{number}/approve", dependencies=KEYED)
def approve_advisory(
    request: Request, person: APPROVER, number: Number, body: Yes
) -> shapes.Approved:
    """One person's yes to all of it that waits for one, if it is what they looked at."""
    app = office(request)
    done = app.desk.approve(
        reference_of(app, number), by=person.name, now=app.now(), seen=body.seen
    )
    return shapes.Approved.model_validate(done)


@router.post("/advisories/{number}/hold", dependencies=KEYED)
def hold_advisory(request: Request, person: STOPPER, number: Number, body: Why) -> Done:
    """Nothing more of it goes, from now on."""
    app = office(request)
    reference = reference_of(app, number)
    app.desk.hold(reference, reason=body.reason, by=person.name, now=app.now())
    return Done()


@router.post("/advisories/{number}/resume", dependencies=KEYED)
def resume_advisory(request: Request, person: APPROVER, number: Number) -> Done:
    """The holds on it end."""
    app = office(request)
    app.desk.resume(reference_of(app, number), by=person.name, now=app.now())
    return Done()


@router.post("/advisories/{number}/cancel", dependencies=KEYED)
def cancel_advisory(request: Request, person: WRITER, number: Number) -> shapes.Cancelled:
    """What has not left will not go; nobody is told."""
    app = office(request)
    stopped, left = app.desk.cancel(reference_of(app, number), by=person.name, now=app.now())
    return shapes.Cancelled(stopped=stopped, had_left=left)


@router.post("/advisories/{number}/reschedule", dependencies=KEYED)
def reschedule_advisory(
    request: Request, person: WRITER, number: Number, body: Moved
) -> shapes.Change:
    """Move its embargo. What follows waits for approval; holders are told."""
    app = office(request)
    done = app.desk.reschedule(
        reference_of(app, number),
        embargo_line=body.embargo,
        audiences=body.audiences,
        by=person.name,
        now=app.now(),
    )
    return shapes.Change.model_validate(done)


@router.post("/advisories/{number}/lift", dependencies=KEYED)
def lift_embargo(request: Request, person: APPROVER, number: Number) -> shapes.Change:
    """End its embargo now."""
    app = office(request)
    done = app.desk.lift(reference_of(app, number), by=person.name, now=app.now())
    return shapes.Change.model_validate(done)


@uploads.post("/advisories/correct", dependencies=KEYED)
def correct_advisory(request: Request, person: WRITER, body: Corrected) -> shapes.Change:
    """Replace the text of the advisory whose reference the document has; holders are told."""
    app = office(request)
    done = app.desk.correct(body.read(app.desk), note=body.note, by=person.name, now=app.now())
    return shapes.Change.model_validate(done)


@router.post("/advisories/{number}/withdraw", dependencies=KEYED)
def withdraw_advisory(
    request: Request, person: STOPPER, number: Number, body: Told
) -> shapes.Change:
    """Kill it: nothing more of it leaves, and exactly its holders are told."""
    app = office(request)
    done = app.desk.withdraw(
        reference_of(app, number), note=body.note, by=person.name, now=app.now()
    )
    return shapes.Change.model_validate(done)


@router.post("/advisories/{number}/resolve", dependencies=KEYED)
def resolve_doubt(
    request: Request, person: RESOLVER, number: Number, body: Settled
) -> shapes.Resolved:
    """Settle copies in doubt: send them again, or say that they arrived or did not."""
    app = office(request)
    settled = app.desk.resolve(
        reference_of(app, number),
        contact=body.contact,
        event=OUTCOMES[body.outcome],
        by=person.name,
        now=app.now(),
    )
    return shapes.Resolved(settled=settled)


@router.post("/advisories/{number}/test", dependencies=KEYED)
def send_test(request: Request, person: WRITER, number: Number, body: Trial) -> shapes.Sent:
    """Send one copy, marked as a test, to the address of the token's user; waits for the relay."""
    app = office(request)
    answer = app.desk.send_test(
        reference_of(app, number),
        body.audience,
        body.kind,
        body.contact,
        to=person.email,
        by=person.name,
        now=app.now(),
    )
    return shapes.Sent(answer=answer)
