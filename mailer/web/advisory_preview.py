"""Previewing: every audience's message as a journalist will have it, and a test copy to oneself.

The HTML is shown in a frame that may run nothing, load nothing and reach nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from mailer.app import App
from mailer.core.errors import MailerError, NotThereError
from mailer.desk import Copy, Proposal
from mailer.ledger.drafts import KeptDraft
from mailer.web.access import Writer, office
from mailer.web.advisory_draft import not_yet
from mailer.web.advisory_form import Said
from mailer.web.advisory_list import READERS
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
    """What is previewed, and where its pages are: a draft's proposal, or a queued advisory."""

    of: str | Proposal
    here: str
    headline: str
    audiences: tuple[str, ...]
    kept: KeptDraft | None = None


def _draft(app: App, number: int) -> _Shown:
    kept, proposal = app.desk.draft(number), app.desk.propose_draft(number, now=app.now())
    here = f"/advisories/drafts/{number}"
    return _Shown(proposal, here, kept.headline, proposal.audiences, kept)


def _queued(app: App, number: int) -> _Shown:
    reference = app.desk.reference(number)
    view = app.desk.plan(reference)
    names = tuple(dict.fromkeys(row.audience for row in view.rows))
    return _Shown(reference, f"/advisories/{number}", view.headline, names)


def _shown(request: Request, number: int) -> _Shown:
    """Of the two, the one that the address is of."""
    which = _draft if request.url.path.startswith("/advisories/drafts/") else _queued
    return which(office(request), number)


@router.get("/advisories/drafts/{number:int}/preview", dependencies=READERS)
def of_draft(request: Request, number: int, audience: str = "", contact: str = "") -> Response:
    """What each would get if the draft were submitted now."""
    app = office(request)
    kept = app.desk.draft(number)
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
    contact, fault = contact.strip(), ""
    copies: tuple[Copy, ...] = ()
    try:
        copies = app.desk.copies(shown.of, chosen, contact or None)
    except MailerError as error:
        fault = str(error)
    query = urlencode({"audience": chosen, "contact": contact})
    return render(
        request,
        "advisory/preview.html",
        shown=shown,
        here=shown.here,
        kept=shown.kept,
        audience=chosen,
        contact=contact,
        readers=app.desk.readers(shown.of, chosen, LISTED),
        copies=copies,
        frame=f"{shown.here}/preview/html?{query}",
        fault=fault,
    )


@router.get("/advisories/drafts/{number:int}/preview/html", dependencies=READERS)
@router.get("/advisories/{number:int}/preview/html", dependencies=READERS)
def frame(
    request: Request, number: int, audience: str, nth: int = 0, contact: str = ""
) -> Response:
    """The HTML of the `nth` of the copies of a page, for its frame."""
    shown = _shown(request, number)
    copies = office(request).desk.copies(shown.of, audience, contact or None)
    if not 0 <= nth < len(copies):
        raise NotThereError("there is no such copy")
    return HTMLResponse(copies[nth].html, headers={"Content-Security-Policy": FRAME_POLICY})


@router.post("/advisories/drafts/{number:int}/test")
@router.post("/advisories/{number:int}/test")
def send_test(
    request: Request,
    person: Writer,
    number: int,
    audience: Said = "",
    kind: Said = "",
    contact: Said = "",
) -> Response:
    """One copy to the person's own address, marked as a test."""
    app, shown, to = office(request), _shown(request, number), person.email
    said = app.desk.send_test(
        shown.of, audience, kind, contact or None, to=to, by=person.name, now=app.now()
    )
    query = urlencode({"audience": audience, "contact": contact})
    return see_other(f"{shown.here}/preview?{query}", f"Sent to {to}. The relay said: {said}")
