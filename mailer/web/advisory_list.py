"""Advisories: what is being written, planned, and issued; to write one and to import one."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from mailer.core.errors import DocumentError
from mailer.core.people import Act
from mailer.web import advisory_form
from mailer.web.access import Office, Writer, office, who_may
from mailer.web.advisory_form import Posted
from mailer.web.pages import render, see_other

router = APIRouter()

READERS = [who_may(Act.READ_ADVISORY)]

A_PAGE = 50


@router.get("/advisories", dependencies=READERS)
def advisories(request: Request, before: int | None = None) -> Response:
    """Drafts first, then the advisories, the newest first."""
    return _page(request, before)


@router.post("/advisories/drafts")
def start(app: Office, person: Writer) -> Response:
    """An empty draft."""
    number = app.desk.start_draft(by=person.name, now=app.now())
    return see_other(f"/advisories/drafts/{number}")


@router.post("/advisories/import", max_body_size=advisory_form.WITH_FILES)
def bring_in(request: Request, person: Writer, form: Posted) -> Response:
    """A draft from a document; one that cannot be read is said beside the form."""
    app = office(request)
    uploaded = form.get("file")
    if not isinstance(uploaded, UploadFile) or not uploaded.filename:
        return _page(request, None, fault="Choose a file first.")
    try:
        number = app.desk.import_draft(
            uploaded.filename, advisory_form.content(uploaded), by=person.name, now=app.now()
        )
    except DocumentError as error:
        return _page(request, None, fault=str(error))
    return see_other(f"/advisories/drafts/{number}", "Read. Look at what was found, below.")


def _page(request: Request, before: int | None, fault: str = "") -> Response:
    desk = office(request).desk
    lines = desk.advisories(before=before, most=A_PAGE + 1)
    older = f"/advisories?before={lines[A_PAGE - 1].number}" if len(lines) > A_PAGE else ""
    return render(
        request,
        "advisory/list.html",
        status=422 if fault else 200,
        drafts=desk.drafts() if before is None else (),
        lines=lines[:A_PAGE],
        older=older,
        first=before is None,
        fault=fault,
    )
