"""The API's desk: what comes, goes and needs a person; everything stopped or resumed; the audit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from mailer.core.outlook import Outlook
from mailer.core.people import Act
from mailer.web.access import Office
from mailer.web.api import shapes
from mailer.web.api.access import Approver, Stopper, reads
from mailer.web.api.operation import KEYED, Operation
from mailer.web.api.shapes import Asked, Done, Text

router = APIRouter(route_class=Operation, tags=["desk"])

MOST_ROWS = 1000


class Stop(Asked):
    """Why everything is stopped."""

    reason: Text


@router.get("/desk", response_model=shapes.Desk, dependencies=reads(Act.READ_DESK))
def read_desk(app: Office) -> Outlook:
    """What is coming, what is going out, and what needs a person."""
    return app.desk.outlook(app.now())


@router.post("/desk/stop", dependencies=KEYED)
def stop_everything(app: Office, person: Stopper, body: Stop) -> Done:
    """Nothing goes from now on, of any advisory, until somebody resumes."""
    app.desk.hold(None, reason=body.reason, by=person.name, now=app.now())
    return Done()


@router.post("/desk/resume", dependencies=KEYED)
def resume_everything(app: Office, person: Approver) -> Done:
    """The holds on everything end; what is due goes."""
    app.desk.resume(None, by=person.name, now=app.now())
    return Done()


@router.get("/audit", response_model=shapes.Audit, dependencies=reads(Act.READ_AUDIT))
def read_audit(
    app: Office,
    after: Annotated[int, Query(ge=0, le=2**53 - 1, description="a row's number")] = 0,
    most: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
) -> dict[str, object]:
    """Who did what, the rows after one, oldest first; and whether the chain is whole."""
    state = app.desk.verify_audit()
    entries = [entry for entry in app.desk.audit() if entry.row > after][:most]
    return {"rows": state.rows, "first_broken": state.first_broken, "entries": entries}
