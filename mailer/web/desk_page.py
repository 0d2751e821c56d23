"""The desk: what happens next."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from mailer.core.people import Act, Person
from mailer.ledger import log
from mailer.web.access import office, who_may
from mailer.web.pages import render

router = APIRouter()


@router.get("/")
def desk(request: Request, person: Annotated[Person, Depends(who_may(Act.READ_DESK))]) -> Response:  # noqa: ARG001
    """Every dispatch, and where it stands."""
    with office(request).database.read() as session:
        rows = log.progress(session)
    return render(request, "desk.html", rows=rows)
