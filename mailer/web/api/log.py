"""The API's log: every copy, filtered as the console's log is, by pages; and one copy's story."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from mailer.core import log_filter
from mailer.core.log_filter import STATES, Sort
from mailer.core.people import Act
from mailer.core.states import VERDICTS
from mailer.ledger.log import pages, story
from mailer.web.access import Office
from mailer.web.api.access import LogReader, Resolver, reads
from mailer.web.api.advisory_shapes import Outcome
from mailer.web.api.operation import KEYED, Operation
from mailer.web.api.shapes import Asked, Done, Embargo, Shape

router = APIRouter(route_class=Operation, tags=["log"])

Word = Annotated[str, Query(max_length=200)]
Place = Annotated[str, Query(max_length=40, description="from an earlier page")]
Key = Annotated[str, Path(pattern=r"^[dl][0-9]{1,18}$", description="an entry's key")]
CopyKey = Annotated[str, Path(pattern=r"^d[0-9]{1,18}$", description="a copy's key")]
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
    planned_for: datetime | None
    dispatch: str
    evidence: str


class Tried(Shape):
    """One attempt. `began_at`: the gate let it through and its text could begin."""

    number: int
    began_at: datetime
    ended_at: datetime | None
    host: str
    relay: str
    tls_version: str
    phase: str
    outcome: str
    code: int | None
    enhanced: str
    reply: str
    milliseconds: int | None


class Step(Shape):
    """Something that happened to the copy, by whom or what."""

    at: datetime
    what: str
    by: str
    detail: str


class Story(Shape):
    """Everything the ledger has of an entry. `others`: the contact's other entries of it."""

    entry: Entry
    instant: datetime | None
    embargo: Embargo | None
    dispatch_state: str
    steps: list[Step]
    attempts: list[Tried]
    others: list[Entry]


class Settle(Asked):
    """What became of the copy."""

    outcome: Outcome


class LogPage(Shape):
    """Some entries. `before` and `after` are where the neighbouring pages go on; "" for none.

    `stopped`: so many rows were looked at that there may be more to find beyond.
    """

    entries: list[Entry]
    before: str
    after: str
    stopped: bool


@router.get("/log", response_model=LogPage)
def read_log(
    app: Office,
    person: LogReader,
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
) -> pages.LogPage:
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
    return app.desk.log_page(
        log_filter.parse(asked),
        before=before,
        after=after,
        size=most,
        headlines=person.may(Act.READ_ADVISORY),
    )


@router.get("/log/{key}", response_model=Story, dependencies=reads(Act.READ_LOG))
def read_story(app: Office, key: Key) -> story.Story:
    """One copy's whole story: planned, approved, each attempt, what people decided."""
    return app.desk.story(key)


@router.post("/log/{key}/settle", dependencies=KEYED)
def settle_copy(app: Office, person: Resolver, key: CopyKey, body: Settle) -> Done:
    """Settle a copy in doubt: send it again, or say that it arrived or did not."""
    app.desk.settle(int(key[1:]), event=VERDICTS[body.outcome], by=person.name, now=app.now())
    return Done()
