"""The acts on an advisory, each a form with one confirmation. The desk does them, and refuses."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from mailer.core.people import Act, Person
from mailer.web import advisory_form, advisory_words
from mailer.web.access import office, who_may
from mailer.web.advisory_embargo import reading, zones_of
from mailer.web.advisory_form import Posted
from mailer.web.advisory_list import Writer
from mailer.web.advisory_preview import reference_or_404
from mailer.web.pages import render, see_other

router = APIRouter()

Stopper = Annotated[Person, Depends(who_may(Act.STOP))]
Approver = Annotated[Person, Depends(who_may(Act.APPROVE))]


def _back(number: int, said: str) -> Response:
    return see_other(f"/advisories/{number}", said)


@router.post("/advisories/{number:int}/approve")
def approve(request: Request, person: Approver, number: int, form: Posted) -> Response:
    """One person's yes, to exactly what the page showed."""
    app = office(request)
    done = app.desk.approve(
        reference_or_404(app, number),
        by=person.name,
        now=app.now(),
        seen=advisory_form.text(form, "seen") or "nothing",
    )
    return _back(number, advisory_words.approved(done))


@router.post("/advisories/{number:int}/hold")
def hold(request: Request, person: Stopper, number: int, form: Posted) -> Response:
    """Nothing more of it goes, from this moment."""
    app = office(request)
    reference, reason = reference_or_404(app, number), advisory_form.text(form, "reason")
    app.desk.hold(reference, reason=reason, by=person.name, now=app.now())
    return _back(number, "On hold. Nothing more of it goes until it is resumed.")


@router.post("/advisories/{number:int}/resume")
def resume(request: Request, person: Approver, number: int) -> Response:
    """The hold ends."""
    app = office(request)
    app.desk.resume(reference_or_404(app, number), by=person.name, now=app.now())
    return _back(number, "It goes on. What has become due goes at once.")


@router.post("/advisories/{number:int}/lift")
def lift(request: Request, person: Approver, number: int) -> Response:
    """The embargo ends now."""
    app = office(request)
    done = app.desk.lift(reference_or_404(app, number), by=person.name, now=app.now())
    return _back(number, f"The embargo is lifted. {advisory_words.changed(done)}")


@router.post("/advisories/{number:int}/cancel")
def cancel(request: Request, person: Writer, number: int) -> Response:
    """What has not left will not go; nobody is told."""
    app = office(request)
    stopped, left = app.desk.cancel(reference_or_404(app, number), by=person.name, now=app.now())
    return _back(number, f"Cancelled: {stopped} will not go; {left} had left, or may have.")


@router.post("/advisories/{number:int}/withdraw")
def withdraw(request: Request, person: Stopper, number: int, form: Posted) -> Response:
    """It is killed, and exactly its holders are told."""
    app = office(request)
    note = advisory_form.text(form, "note").strip()
    reference = reference_or_404(app, number)
    done = app.desk.withdraw(reference, note=note, by=person.name, now=app.now())
    return _back(number, f"Withdrawn. {advisory_words.changed(done)}")


@router.post("/advisories/{number:int}/correct")
def correct(request: Request, person: Writer, number: int) -> Response:
    """A draft of the newest text, to be put right."""
    app = office(request)
    reference = reference_or_404(app, number)
    draft = app.desk.draft_correction(reference, by=person.name, now=app.now())
    return see_other(f"/advisories/drafts/{draft}", "Put the text right, then check and submit it.")


# --- to move the embargo --------------------------------------------------------------------------


@router.get("/advisories/{number:int}/reschedule")
def reschedule_page(
    request: Request, person: Writer, number: int, line: str = "", audience: str = ""
) -> Response:
    """The new embargo, read in words; with one reading, what it would do and the button."""
    return _reschedule(request, person, number, line[:500], audience)


@router.post("/advisories/{number:int}/reschedule")
def reschedule(request: Request, person: Writer, number: int, form: Posted) -> Response:
    """Move it; all that follows waits for approval."""
    app = office(request)
    line, audience = (advisory_form.text(form, name) for name in ("line", "audience"))
    done = app.desk.reschedule(
        reference_or_404(app, number),
        embargo_line=line,
        audiences=[audience] if audience else [],
        by=person.name,
        now=app.now(),
    )
    return _back(number, f"The embargo is moved. {advisory_words.changed(done)}")


def _reschedule(
    request: Request, person: Person, number: int, line: str, audience: str
) -> Response:
    app = office(request)
    reference = reference_or_404(app, number)
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
        warning=advisory_words.reschedule(
            advisory.affected, lifting.told if lifting else 0, audience or ", ".join(names)
        ),
    )
