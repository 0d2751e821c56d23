"""The API's log: every copy, filtered as the console's log is, by pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request

from mailer.core import log_filter
from mailer.core.log_filter import STATES, Sort
from mailer.core.people import Act
from mailer.web.access import office
from mailer.web.api.operation import Operation
from mailer.web.api.shapes import Shape
from mailer.web.api.tokens import reads

router = APIRouter(route_class=Operation, tags=["log"])

Word = Annotated[str, Query(max_length=200)]
Place = Annotated[str, Query(max_length=40, description="from an earlier page")]
_ORDERS = [*Sort, *(f"-{one}" for one in Sort)]


class Entry(Shape):
    """One contact's copy and its latest attempt. `key` is what it is found by."""

    key: str
    at: datetime
    reference: str
    version: int
    audience: str
    kind: str
    email: str
    name: str
    outlet: str
    state: str
    reason: str
    attempts: int
    next_attempt_at: datetime | None
    message_id: str
    relay: str
    tls_version: str
    phase: str
    code: int | None
    enhanced: str
    reply: str
    began_at: datetime | None
    ended_at: datetime | None
    milliseconds: int | None


class LogPage(Shape):
    """Some entries. `before` and `after` are where the neighbouring pages go on; "" for none.

    `stopped`: so many rows were looked at that there may be more to find beyond.
    """

    entries: list[Entry]
    before: str
    after: str
    stopped: bool


@router.get("/log", dependencies=reads(Act.READ_LOG))
def read_log(
    request: Request,
    advisory: Word = "",
    audience: Word = "",
    outlet: Word = "",
    contact: Word = "",
    code: Word = "",
    q: Word = "",
    state: Annotated[
        list[Annotated[str, Query(json_schema_extra={"enum": list(STATES)})]] | None, Query()
    ] = None,
    since: Annotated[datetime | None, Query()] = None,
    until: Annotated[datetime | None, Query()] = None,
    sort: Annotated[str, Query(json_schema_extra={"enum": _ORDERS})] = "-when",
    before: Place = "",
    after: Place = "",
    most: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> LogPage:
    """A page of the log. `advisory` is a reference, `code` an SMTP code or 4xx, `q` free text."""
    words = {
        "advisory": advisory,
        "audience": audience,
        "outlet": outlet,
        "contact": contact,
        "code": code,
        "q": q,
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
        "sort": sort,
    }
    asked = [*words.items(), *(("state", one) for one in state or ())]
    page = office(request).desk.log_page(
        log_filter.parse(asked), before=before, after=after, size=most
    )
    return LogPage.model_validate(page)
