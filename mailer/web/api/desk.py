"""The API's desk: what comes, goes and needs a person; everything stopped or resumed; the audit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from mailer.core.people import Act
from mailer.web.access import office
from mailer.web.api import shapes
from mailer.web.api.operation import KEYED, Operation
from mailer.web.api.shapes import Asked, Done, Text
from mailer.web.api.tokens import APPROVER, STOPPER, reads

router = APIRouter(route_class=Operation, tags=["desk"])

MOST_ROWS = 1000


class Stop(Asked):
    """Why everything is stopped."""

    reason: Text


@router.get("/desk", dependencies=reads(Act.READ_DESK))
def read_desk(request: Request) -> shapes.Desk:
    """What is coming, what is going out, and what needs a person."""
    app = office(request)
    seen = app.desk.outlook(app.now())
    return shapes.Desk.model_validate(seen)


@router.post("/desk/stop", dependencies=KEYED)
def stop_everything(request: Request, person: STOPPER, body: Stop) -> Done:
    """Nothing goes from now on, of any advisory, until somebody resumes."""
    app = office(request)
    app.desk.hold(None, reason=body.reason, by=person.name, now=app.now())
    return Done()


@router.post("/desk/resume", dependencies=KEYED)
def resume_everything(request: Request, person: APPROVER) -> Done:
    """The holds on everything end; what is due goes."""
    app = office(request)
    app.desk.resume(None, by=person.name, now=app.now())
    return Done()


@router.get("/audit", dependencies=reads(Act.READ_AUDIT))
def read_audit(
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**53 - 1, description="a row's number")] = 0,
    most: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
) -> shapes.Audit:
    """Who did what, the rows after one, oldest first; and whether the chain is whole."""
    app = office(request)
    state = app.desk.verify_audit()
    entries = [entry for entry in app.desk.audit() if entry.row > after][:most]
    return shapes.Audit.model_validate(
        {"rows": state.rows, "first_broken": state.first_broken, "entries": entries}
    )
