"""Lists in the browser: who is on one, what an upload would change row by row, and doing it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import Response, StreamingResponse

from mailer.core.errors import ListError
from mailer.core.inert import inert_cell
from mailer.core.listchange import COLUMNS, What, cells
from mailer.core.people import Act, Person
from mailer.desk.contacts import names
from mailer.web.access import ContactChanger, ContactReader, Office, office, who_may
from mailer.web.downloads import as_csv, as_file
from mailer.web.pages import render, see_other
from mailer.web.uploads import LARGEST, Uploads

router = APIRouter()

SHOWN = 200
"""Contacts of a list on one page."""

CHANGES_SHOWN = 500
"""Rows of a comparison that are shown; the rest is counted."""

Name = Annotated[str, Form(max_length=500)]


def one_list(name: str, **more: str) -> str:
    """Where a list is, in the console."""
    return f"/contacts/list?{urlencode({'name': name, **more})}"


@router.get("/contacts/list")
def one(
    request: Request,
    person: ContactReader,
    name: str,
    q: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Who is on a list, a page at a time, what was found in it, and its earlier versions."""
    return _list(request, person, name, q, after)


def _list(
    request: Request, person: Person, name: str, q: str = "", after: int = 0, fault: str = ""
) -> Response:
    app = office(request)
    view = app.desk.list_named(name)
    there = [contact for contact in view.contacts if names(contact, q)]
    return render(
        request,
        "contact_list.html",
        status=422 if fault else 200,
        fault=fault,
        view=view,
        q=q,
        number=len(there),
        shown=there[after : after + SHOWN],
        after=after,
        newer=one_list(name, q=q, after=str(max(0, after - SHOWN))) if after else "",
        older=one_list(name, q=q, after=str(after + SHOWN)) if len(there) > after + SHOWN else "",
        kept=app.desk.list_versions(name),
        changes=person.may(Act.CHANGE_CONTACTS),
        most_findings=CHANGES_SHOWN,
        largest=LARGEST,
    )


@router.get("/contacts/list.csv", dependencies=[who_may(Act.READ_CONTACTS)])
def contents(app: Office, name: str) -> Response:
    """A list's contacts as CSV, whatever kind of file it is; no cell begins a formula."""
    view = app.desk.list_named(name)
    if view.fault:
        raise ListError(view.fault)
    rows = [COLUMNS, *map(cells, view.contacts)]
    return StreamingResponse(
        as_csv(map(inert_cell, row) for row in rows),
        media_type="text/csv; charset=utf-8",
        headers=as_file(f"{Path(name).stem}.csv"),
    )


@router.post("/contacts/list/compare", max_body_size=LARGEST + (1 << 16))
def compare(request: Request, person: ContactChanger, name: Name, file: UploadFile) -> Response:
    """What an upload would change. Nothing is changed yet; what is no list is said beside it."""
    shown_as = Path(file.filename or "").name
    try:
        called = _uploads(request).keep(file.filename or "", file.file, office(request).now())
        return _comparison(request, name, called, shown_as)
    except ListError as error:
        return _list(request, person, name, fault=str(error))


@router.post("/contacts/list/earlier", dependencies=[who_may(Act.CHANGE_CONTACTS)])
def earlier(request: Request, name: Name, version: Annotated[str, Form(max_length=40)]) -> Response:
    """What putting an earlier version back would change."""
    for kept in office(request).desk.list_versions(name):
        if kept.replaced_at.isoformat() == version:
            with kept.path.open("rb") as file:
                called = _uploads(request).keep(kept.path.name, file, office(request).now())
            return _comparison(request, name, called, kept.path.name)
    raise ListError(f"{name}: that version is not kept; look at the list again")


@router.post("/contacts/list/replace")
def replace(
    request: Request,
    person: ContactChanger,
    name: Name,
    upload: Annotated[str, Form(max_length=80)],
    seen: Annotated[str, Form(max_length=64)],
) -> Response:
    """The upload takes the list's place; the one before is kept."""
    app, uploads = office(request), _uploads(request)
    app.desk.replace_list(name, uploads.path(upload), seen=seen, by=person.name, now=app.now())
    uploads.drop(upload)
    return see_other(one_list(name), f"{name} is replaced. It counts from the next queueing.")


def _comparison(request: Request, name: str, called: str, shown_as: str) -> Response:
    path = _uploads(request).path(called)
    proposal = office(request).desk.compare_list(name, path, shown_as)
    change = proposal.change
    return render(
        request,
        "contact_compare.html",
        proposal=proposal,
        upload=called,
        file=shown_as,
        new=change.number(What.NEW),
        changed=change.number(What.CHANGED),
        gone=change.number(What.GONE),
        rows=change.rows[:CHANGES_SHOWN],
        more=max(0, len(change.rows) - CHANGES_SHOWN),
        refused=[finding for finding in proposal.findings if finding.refused],
        doubtful=[finding for finding in proposal.findings if not finding.refused],
        accepts=sum(
            any(f.column == "embargo_accepted" and f.now == "yes" for f in row.fields)
            or (row.what is What.NEW and row.contact.embargo_accepted)
            for row in change.rows
        ),
        shown=CHANGES_SHOWN,
    )


def _uploads(request: Request) -> Uploads:
    return Uploads(office(request).config.database.path.parent / "uploads")
