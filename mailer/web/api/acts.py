"""The API's acts on an advisory. The desk does them, and refuses."""

from __future__ import annotations

from fastapi import APIRouter

from mailer.core.states import VERDICTS
from mailer.desk import Approval, Change
from mailer.web.access import Office
from mailer.web.api import advisory_shapes as shapes
from mailer.web.api.access import Approver, Resolver, Stopper, Writer
from mailer.web.api.advisory_shapes import Corrected, Moved, Settled, Told, Trial, Why, Yes
from mailer.web.api.operation import KEYED, Operation, Upload
from mailer.web.api.shapes import Done, Number

router = APIRouter(route_class=Operation, tags=["advisories"])
uploads = APIRouter(route_class=Upload, tags=["advisories"])


@router.post("/advisories/{number}/approve", response_model=shapes.Approved, dependencies=KEYED)
def approve_advisory(app: Office, person: Approver, number: Number, body: Yes) -> Approval:
    """One person's yes to all of it that waits for one, if it is what they looked at."""
    return app.desk.approve(
        app.desk.reference(number), by=person.name, now=app.now(), seen=body.seen
    )


@router.post("/advisories/{number}/hold", dependencies=KEYED)
def hold_advisory(app: Office, person: Stopper, number: Number, body: Why) -> Done:
    """Nothing more of it goes, from now on."""
    app.desk.hold(app.desk.reference(number), reason=body.reason, by=person.name, now=app.now())
    return Done()


@router.post("/advisories/{number}/resume", dependencies=KEYED)
def resume_advisory(app: Office, person: Approver, number: Number) -> Done:
    """The holds on it end."""
    app.desk.resume(app.desk.reference(number), by=person.name, now=app.now())
    return Done()


@router.post("/advisories/{number}/cancel", dependencies=KEYED)
def cancel_advisory(app: Office, person: Writer, number: Number) -> shapes.Cancelled:
    """What has not left will not go; nobody is told."""
    stopped, left = app.desk.cancel(app.desk.reference(number), by=person.name, now=app.now())
    return shapes.Cancelled(stopped=stopped, had_left=left)


@router.post("/advisories/{number}/reschedule", response_model=shapes.Change, dependencies=KEYED)
def reschedule_advisory(app: Office, person: Writer, number: Number, body: Moved) -> Change:
    """Move its embargo. What follows waits for approval; holders are told."""
    return app.desk.reschedule(
        app.desk.reference(number),
        embargo_line=body.embargo,
        audiences=body.audiences,
        by=person.name,
        now=app.now(),
    )


@router.post("/advisories/{number}/lift", response_model=shapes.Change, dependencies=KEYED)
def lift_embargo(app: Office, person: Approver, number: Number) -> Change:
    """End its embargo now."""
    return app.desk.lift(app.desk.reference(number), by=person.name, now=app.now())


@uploads.post("/advisories/correct", response_model=shapes.Change, dependencies=KEYED)
def correct_advisory(app: Office, person: Writer, body: Corrected) -> Change:
    """Replace the text of the advisory whose reference the document has; holders are told."""
    return app.desk.correct(body.read(app.desk), note=body.note, by=person.name, now=app.now())


@router.post("/advisories/{number}/withdraw", response_model=shapes.Change, dependencies=KEYED)
def withdraw_advisory(app: Office, person: Stopper, number: Number, body: Told) -> Change:
    """Kill it: nothing more of it leaves, and exactly its holders are told."""
    return app.desk.withdraw(
        app.desk.reference(number), note=body.note, by=person.name, now=app.now()
    )


@router.post("/advisories/{number}/resolve", dependencies=KEYED)
def resolve_doubt(app: Office, person: Resolver, number: Number, body: Settled) -> shapes.Resolved:
    """Settle copies in doubt: send them again, or say that they arrived or did not."""
    settled = app.desk.resolve(
        app.desk.reference(number),
        contact=body.contact,
        event=VERDICTS[body.outcome],
        by=person.name,
        now=app.now(),
    )
    return shapes.Resolved(settled=settled)


@router.post("/advisories/{number}/test", dependencies=KEYED)
def send_test(app: Office, person: Writer, number: Number, body: Trial) -> shapes.Sent:
    """Send one copy, marked as a test, to the address of the token's user; waits for the relay."""
    answer = app.desk.send_test(
        app.desk.reference(number),
        body.audience,
        body.kind,
        body.contact,
        to=person.email,
        by=person.name,
        now=app.now(),
    )
    return shapes.Sent(answer=answer)
