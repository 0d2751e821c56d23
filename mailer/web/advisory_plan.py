"""The plan: what goes to whom when, what is wrong with it, and what can be done about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from mailer.core.embargo import say_around
from mailer.core.errors import MailerError
from mailer.core.standing import AdvisoryState
from mailer.desk import PlanView
from mailer.present import acts
from mailer.present.picture import timeline_svg
from mailer.present.timelines import in_words, prospects
from mailer.web.access import AdvisoryReader, Office, Writer, office
from mailer.web.advisory_draft import not_yet
from mailer.web.advisory_form import Said
from mailer.web.advisory_list import READERS
from mailer.web.pages import render, see_other

router = APIRouter()

_ENDED = (AdvisoryState.DONE, AdvisoryState.CANCELLED, AdvisoryState.WITHDRAWN)

PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture has its styles in itself; it is shown as an image and runs nothing."""

LOOKED_AT_ONCE = 1_000
"""So many copies are looked at while the page is made; of more, right after it."""

NAMED = 12
"""Of the recipients that differ, so many of a group are named; the others are counted."""


def embargoes_in_words(view: PlanView, zone: str, request: Request) -> list[tuple[str, str]]:
    """Each embargo of a plan: whose it is, and when it lifts, on the clocks around it."""
    now = office(request).now()
    found = []
    for embargo, rows in view.in_force.items():
        said = "For immediate release: as soon as it is approved"
        if embargo is not None:
            around = [embargo.zone, view.office_zone, zone, *(row.zone for row in rows)]
            said = f"Embargoed until {say_around(embargo.instant, around, now)}"
        found.append((", ".join(dict.fromkeys(row.audience for row in rows)), said))
    return found


# --- a draft ------------------------------------------------------------------------------------


@router.get("/advisories/drafts/{number:int}/plan")
def of_draft(request: Request, person: AdvisoryReader, number: int) -> Response:
    """What submitting a draft would do, and what is to be mended before."""
    app = office(request)
    kept = app.desk.draft(number)
    try:
        proposal = app.desk.propose_draft(number, now=app.now())
    except MailerError as error:
        return not_yet(request, kept, str(error), "plan")
    return render(
        request,
        "advisory/draft_plan.html",
        kept=kept,
        view=proposal.view,
        recipients=proposal.plan.recipients,
        embargoes=embargoes_in_words(proposal.view, person.zone, request),
        findings=app.desk.check_proposal(proposal, now=app.now()),
        correcting=acts.correct(app.desk.advisory(kept.corrects).affected) if kept.corrects else "",
        words=acts,
    )


@router.post("/advisories/drafts/{number:int}/submit")
def submit(
    app: Office, person: Writer, number: int, revision: Annotated[int, Form()] = 0, note: Said = ""
) -> Response:
    """Keep the plan: it waits for approval. Refused if the draft was changed since it was seen."""
    reference = app.desk.submit_draft(
        number, based_on=revision, note=note, by=person.name, now=app.now()
    )
    advisory = app.desk.advisory(reference).number
    return see_other(f"/advisories/{advisory}", "Submitted. Nothing goes before it is approved.")


# --- an advisory --------------------------------------------------------------------------------


@router.get("/advisories/{number:int}")
def plan(request: Request, person: AdvisoryReader, number: int, *, whole: bool = False) -> Response:
    """How an advisory stands, what goes when, what is wrong, and the acts that there are.

    What takes long over very many copies comes after the rest, unless `whole` is asked for.
    """
    app = office(request)
    reference = app.desk.reference(number)
    view = app.desk.plan(reference)
    advisory = app.desk.advisory(reference)
    timeline = app.desk.timeline(reference, app.now())
    to_approve = app.desk.to_approve(reference)
    look = to_approve.dispatches > 0 and (whole or to_approve.copies <= LOOKED_AT_ONCE)
    ended = advisory.state in _ENDED
    return render(
        request,
        "advisory/plan.html",
        view=view,
        advisory=advisory,
        here=f"/advisories/{number}",
        embargoes=embargoes_in_words(view, person.zone, request),
        timeline=timeline.timeline,
        in_words=in_words,
        prospects=prospects(timeline.timeline),
        to_approve=to_approve if to_approve.dispatches else None,
        mine=person.name in to_approve.given,
        looked=look,
        findings=app.desk.check(reference, now=app.now()) if look else (),
        differences=app.desk.difference(reference, app.now()) if look else (),
        named=NAMED,
        going=not ended or to_approve.dispatches > 0,
        on_hold=[one for one in advisory.holds if one.what == reference],
        words=acts,
    )


@router.get("/advisories/{number:int}/timeline.svg", dependencies=READERS)
def picture(app: Office, number: int) -> Response:
    """What each audience has when, as a picture; the page says the same in words."""
    view = app.desk.timeline(app.desk.reference(number), app.now())
    policy = {"Content-Security-Policy": PICTURE_POLICY}
    return Response(timeline_svg(view), media_type="image/svg+xml", headers=policy)
