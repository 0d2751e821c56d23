"""The audit: who did what, newest first, and whether the record is as it was written."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from mailer.core.people import Act
from mailer.ledger.audit import AuditFilter
from mailer.web.access import office, who_may
from mailer.web.pages import render

ROWS = 50

router = APIRouter()

Part = Annotated[str, Query(max_length=200)]


@router.get("/audit", dependencies=[who_may(Act.READ_AUDIT)])
def audit(
    request: Request,
    who: Part = "",
    what: Part = "",
    about: Part = "",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    verify: bool = False,
) -> Response:
    """A page of deeds, filtered, from before a row's number."""
    wanted = AuditFilter(who.strip(), what.strip(), about.strip())
    desk = office(request).desk
    entries, further = desk.audit_page(wanted, before=before, limit=ROWS)
    filters = {"who": wanted.who, "what": wanted.what, "about": wanted.about}
    kept = {name: value for name, value in filters.items() if value}
    return render(
        request,
        "audit.html",
        entries=entries,
        wanted=wanted,
        newest=f"/audit?{urlencode(kept)}" if before is not None else "",
        older=f"/audit?{urlencode(kept | {'before': further})}" if further else "",
        state=desk.verify_audit() if verify else None,
    )
