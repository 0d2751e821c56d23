"""Previewing: every audience's message as a journalist will have it, and a test copy to oneself.

The HTML is shown in a frame that may run nothing, load nothing and reach nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from mailer.app import App
from mailer.core.errors import MailerError
from mailer.desk import Copy, Proposal
from mailer.web import advisory_form
from mailer.web.access import office
from mailer.web.advisory_draft import draft_or_404, not_yet
from mailer.web.advisory_form import Posted
from mailer.web.advisory_list import READERS, Writer
from mailer.web.pages import render, see_other

router = APIRouter()

FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
"""The policy of a message in a frame: mail has its styles inline, and nothing else may be."""

LISTED = 300
"""How many journalists of an audience are offered by name; any other is typed."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is previewed: a draft's proposal or a queued advisory, and where its pages are."""

    of: str | Proposal
    here: str
    headline: str
    audiences: tuple[str, ...]
    extra: dict[str, Any]


def _draft(app: App, number: int) -> _Shown:
    kept = draft_or_404(app, number)
    here = f"/advisories/drafts/{number}"
    proposal = app.desk.propose_draft(number, now=app.now())
    return _Shown(proposal, here, kept.headline, proposal.audiences, {"kept": kept})


def _queued(app: App, number: int) -> _Shown:
    reference = reference_or_404(app, number)
    view = app.desk.plan(reference)
    names = tuple(dict.fromkeys(row.audience for row in view.rows))
    return _Shown(reference, f"/advisories/{number}", view.headline, names, {"kept": None})


def reference_or_404(app: App, number: int) -> str:
    """The reference of an advisory that is in the ledger."""
    reference = app.desk.advisory_numbered(number)
    if reference is None:
        raise HTTPException(404)
    return reference


@router.get("/advisories/drafts/{number:int}/preview", dependencies=READERS)
def of_draft(request: Request, number: int, audience: str = "", contact: str = "") -> Response:
    """What each would get if the draft were submitted now."""
    app = office(request)
    kept = draft_or_404(app, number)
    try:
        shown = _draft(app, number)
    except MailerError as error:
        return not_yet(request, kept, str(error), "preview")
    return _page(request, shown, audience, contact)


@router.get("/advisories/{number:int}/preview", dependencies=READERS)
def of_queued(request: Request, number: int, audience: str = "", contact: str = "") -> Response:
    """What each gets, or got, of a queued advisory."""
    return _page(request, _queued(office(request), number), audience, contact)


def _page(request: Request, shown: _Shown, audience: str, contact: str) -> Response:
    app = office(request)
    chosen = audience if audience in shown.audiences else shown.audiences[0]
    fault = ""
    copies: tuple[Copy, ...] = ()
    try:
        copies = app.desk.copies(shown.of, chosen, contact.strip() or None)
    except MailerError as error:
        fault = str(error)
    query = urlencode({"audience": chosen, "contact": contact.strip()})
    return render(
        request,
        "advisory/preview.html",
        shown=shown,
        here=shown.here,
        kept=shown.extra["kept"],
        audience=chosen,
        contact=contact.strip(),
        readers=app.desk.readers(shown.of, chosen, LISTED),
        copies=copies,
        frame=f"{shown.here}/preview/html?{query}",
        fault=fault,
    )


@router.get("/advisories/drafts/{number:int}/preview/html", dependencies=READERS)
def frame_of_draft(
    request: Request, number: int, audience: str, nth: int = 0, contact: str = ""
) -> Response:
    """The HTML of the `nth` of the copies of a page, for its frame."""
    return _frame(request, _draft(office(request), number), audience, nth, contact)


@router.get("/advisories/{number:int}/preview/html", dependencies=READERS)
def frame_of_queued(
    request: Request, number: int, audience: str, nth: int = 0, contact: str = ""
) -> Response:
    """The same of a queued advisory."""
    return _frame(request, _queued(office(request), number), audience, nth, contact)


def _frame(request: Request, shown: _Shown, audience: str, nth: int, contact: str) -> Response:
    copies = office(request).desk.copies(shown.of, audience, contact or None)
    if not 0 <= nth < len(copies):
        raise HTTPException(404)
    policy = {"Content-Security-Policy": FRAME_POLICY}
    return HTMLResponse(copies[nth].html, headers=policy)


@router.post("/advisories/drafts/{number:int}/test")
def test_of_draft(request: Request, person: Writer, number: int, form: Posted) -> Response:
    """One copy to the person's own address, marked as a test."""
    app = office(request)
    draft_or_404(app, number)
    return _test(app, _draft(app, number), person.email, person.name, form)


@router.post("/advisories/{number:int}/test")
def test_of_queued(request: Request, person: Writer, number: int, form: Posted) -> Response:
    """The same of a queued advisory."""
    app = office(request)
    return _test(app, _queued(app, number), person.email, person.name, form)


def _test(app: App, shown: _Shown, to: str, by: str, form: Posted) -> Response:
    audience, contact = (advisory_form.text(form, name) for name in ("audience", "contact"))
    said = app.desk.send_test(
        shown.of,
        audience,
        advisory_form.text(form, "kind"),
        contact or None,
        to=to,
        by=by,
        now=app.now(),
    )
    query = urlencode({"audience": audience, "contact": contact})
    return see_other(f"{shown.here}/preview?{query}", f"Sent to {to}. The relay said: {said}")
