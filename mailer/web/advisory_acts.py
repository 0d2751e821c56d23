"""The acts on an advisory, each a form with one confirmation. The desk does them, and refuses."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mailer.present import acts
from mailer.web.access import Approver, Office, Stopper, Writer, office
from mailer.web.advisory_embargo import reading, zones_of
from mailer.web.advisory_form import Said
from mailer.web.pages import render, see_other

router = APIRouter()


def _back(number: int, said: str) -> Response:
    return see_other(f"/advisories/{number}", said)


@router.post("/advisories/{number:int}/approve")
def approve(app: Office, person: Approver, number: int, seen: Said = "") -> Response:
    """One person's yes, to exactly what the page showed."""
    reference, seen = app.desk.reference(number), seen or "nothing"
    done = app.desk.approve(reference, by=person.name, now=app.now(), seen=seen)
    return _back(number, acts.approved(done))


@router.post("/advisories/{number:int}/hold")
def hold(app: Office, person: Stopper, number: int, reason: Said = "") -> Response:
    """Nothing more of it goes, from this moment."""
    app.desk.hold(app.desk.reference(number), reason=reason, by=person.name, now=app.now())
    return _back(number, "On hold. Nothing more of it goes until it is resumed.")


@router.post("/advisories/{number:int}/resume")
def resume(app: Office, person: Approver, number: int) -> Response:
    """The hold ends."""
    app.desk.resume(app.desk.reference(number), by=person.name, now=app.now())
    return _back(number, "It goes on. What has become due goes at once.")


@router.post("/advisories/{number:int}/lift")
def lift(app: Office, person: Approver, number: int) -> Response:
    """The embargo ends now."""
    done = app.desk.lift(app.desk.reference(number), by=person.name, now=app.now())
    return _back(number, f"The embargo is lifted. {acts.changed(done)}")


@router.post("/advisories/{number:int}/cancel")
def cancel(app: Office, person: Writer, number: int) -> Response:
    """What has not left will not go; nobody is told."""
    stopped, left = app.desk.cancel(app.desk.reference(number), by=person.name, now=app.now())
    return _back(number, f"Cancelled: {stopped} will not go; {left} had left, or may have.")


@router.post("/advisories/{number:int}/withdraw")
def withdraw(app: Office, person: Stopper, number: int, note: Said = "") -> Response:
    """It is killed, and exactly its holders are told."""
    reference, note = app.desk.reference(number), note.strip()
    done = app.desk.withdraw(reference, note=note, by=person.name, now=app.now())
    return _back(number, f"Withdrawn. {acts.changed(done)}")


@router.post("/advisories/{number:int}/correct")
def correct(app: Office, person: Writer, number: int) -> Response:
    """A draft of the newest text, to be put right."""
    reference = app.desk.reference(number)
    draft = app.desk.draft_correction(reference, by=person.name, now=app.now())
    return see_other(f"/advisories/drafts/{draft}", "Put the text right, then check and submit it.")


# --- to move the embargo --------------------------------------------------------------------------


@router.post("/advisories/{number:int}/reschedule")
def reschedule(
    app: Office, person: Writer, number: int, line: Said = "", audience: Said = ""
) -> Response:
    """Move it; all that follows waits for approval."""
    done = app.desk.reschedule(
        app.desk.reference(number),
        embargo_line=line,
        audiences=[audience] if audience else [],
        by=person.name,
        now=app.now(),
    )
    return _back(number, f"The embargo is moved. {acts.changed(done)}")


@router.get("/advisories/{number:int}/reschedule")
def reschedule_page(
    request: Request, person: Writer, number: int, line: str = "", audience: str = ""
) -> Response:
    """The new embargo, read in words; with one reading, what it would do and the button."""
    app, line = office(request), line[:500]
    reference = app.desk.reference(number)
    view, advisory = app.desk.plan(reference), app.desk.advisory(reference)
    names = list(dict.fromkeys(row.audience for row in view.rows))
    found = reading(app, line, [person.zone, *zones_of(app, names)])
    lifting = app.desk.timeline(reference, app.now()).timeline.lift
    return render(
        request,
        "advisory/reschedule.html",
        here=f"/advisories/{number}",
        view=view,
        names=names,
        line=line,
        audience=audience if audience in names else "",
        reading=found,
        warning=acts.reschedule(
            advisory.affected, lifting.told if lifting else 0, audience or ", ".join(names)
        ),
    )
