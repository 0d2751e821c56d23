"""What the API answers with. Every instant is RFC 3339 in UTC, with a Z."""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from mailer.core.errors import MailerError

Number = Annotated[int, Path(ge=1, le=2**53 - 1, description="as the ledger numbers it")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Note = Annotated[str, Field(min_length=1, max_length=5000)]
Email = Annotated[str, Field(min_length=3, max_length=320)]
Base64 = Annotated[str, Field(json_schema_extra={"format": "byte"})]


def octets(name: str, content: str) -> bytes:
    """What stands in base64 (RFC 4648). MailerError with the `name` of it for what is none."""
    try:
        return base64.b64decode(content, validate=True)
    except ValueError:
        raise MailerError(f"{name}: it is not base64; encode the file's octets") from None


class Shape(BaseModel):
    """A part of an answer, made from the desk's own value."""

    model_config = ConfigDict(from_attributes=True)


class Asked(BaseModel):
    """A request's body: nothing in it that is not known."""

    model_config = ConfigDict(extra="forbid")


class Done(Shape):
    """It was done."""

    done: bool = True


class Embargo(Shape):
    """When an embargo lifts, and the IANA zone it was set in."""

    instant: datetime
    zone: str


# --- the desk -----------------------------------------------------------------------------------


class Tally(Shape):
    """Copies, each counted once. `stopped`: suppressed or cancelled."""

    accepted: int
    waiting: int
    deferred: int
    failed: int
    in_doubt: int
    stopped: int


class Passage(Shape):
    """One dispatch on its way."""

    dispatch: int
    advisory: int
    reference: str
    version: int
    audience: str
    kind: str
    state: str
    instant: datetime
    embargo: Embargo | None
    copies: Tally = Field(validation_alias="tally")
    counted_at: datetime
    reason: str
    started_at: datetime | None
    ended_at: datetime | None
    on_hold: bool


class Coming(Shape):
    """What of one advisory falls due at one instant."""

    instant: datetime
    advisory: int
    reference: str
    lifts: bool
    passages: list[Passage]


class Need(Shape):
    """What a person must settle. `advisory` 0: it is of none."""

    kind: str
    text: str
    at: datetime
    advisory: int
    reference: str
    urgent: bool


class Stopped(Shape):
    """The hold on everything."""

    at: datetime
    by: str
    reason: str


class Desk(Shape):
    """The desk at one moment."""

    at: datetime
    stopped: Stopped | None
    needs: list[Need]
    going: list[Passage]
    coming: list[Coming]


class AuditEntry(Shape):
    """A row of the audit."""

    row: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


class Audit(Shape):
    """Rows of the audit, oldest first. `first_broken`: the first row that was tampered with."""

    rows: int
    first_broken: int | None
    entries: list[AuditEntry]


# --- contacts -----------------------------------------------------------------------------------


class Contact(Shape):
    """A contact as a list has them."""

    email: str
    name: str
    outlet: str
    language: str
    timezone: str
    tags: list[str]
    embargo_accepted: bool
    verified: date | None


class Listed(Shape):
    """A contact on one list."""

    audiences: list[str]
    contact: Contact
    list: str


class Held(Shape):
    """One copy of a contact's; `at` is when its state last changed."""

    delivery: int
    advisory: int
    reference: str
    version: int
    audience: str
    kind: str
    state: str
    reason: str
    instant: datetime
    at: datetime


class NotSent(Shape):
    """A time that a contact was on a list and got nothing."""

    advisory: int
    reference: str
    version: int
    audience: str
    reason: str
    at: datetime


class Suppression(Shape):
    """A suppression; it stands while `released_at` is null. `evidence`: what it rests on."""

    email: str
    reason: str
    at: datetime
    by: str
    released_at: datetime | None
    released_by: str
    evidence: int | None


class Answer(Shape):
    """What a contact answered to the embargo terms, and how the office knows.

    Of an answer on the page also the SHA-256 of the `terms`, and the network `address`.
    """

    email: str
    accepted: bool
    at: datetime
    source: str
    terms: str
    address: str


class Wish(Shape):
    """What a contact chose by themselves; empty texts: as the list has it."""

    name: str
    language: str
    timezone: str
    audiences: dict[str, bool]


class Chosen(Shape):
    """One time that a contact chose: what was new in it, and how it came."""

    at: datetime
    wish: Wish
    source: str


class CameBack(Shape):
    """What came of a copy later. `meant`: it is about the address that was written to."""

    at: datetime
    event: str
    email: str
    meant: bool
    permanence: str
    status: str
    diagnostic: str
    delivery: int
    source: str
    matched_by: str
    number: int


class ContactHistory(Shape):
    """Everything about one address."""

    email: str
    name: str
    outlet: str
    suppressed: bool
    left: bool
    accepted: bool
    listed: list[Listed]
    copies: list[Held]
    left_out: list[NotSent]
    suppressions: list[Suppression]
    answers: list[Answer]
    wish: Wish | None
    chosen: list[Chosen]
    came_back: list[CameBack]


class Audience(Shape):
    """An audience, as the configuration has it. `advance`: seconds before the lift, or null."""

    name: str
    language: str
    timezone: str
    advance: float | None
    requires_acceptance: bool
    lists: list[str]
    contacts: int


class Finding(Shape):
    """Something about a row of a list. `refused`: it gives no contact."""

    row: int
    column: str
    code: str
    value: str
    message: str
    refused: bool


class ListLine(Shape):
    """A list. `digest` is the SHA-256 of its file; `fault`: why it cannot be read."""

    name: str
    audiences: list[str]
    contacts: int
    refused: int
    digest: str
    changed_at: datetime | None
    fault: str


class ListWhole(ListLine):
    """A list with whoever is on it."""

    members: list[Contact]
    findings: list[Finding]


class FieldChange(Shape):
    """A column that differs."""

    column: str
    was: str
    now: str


class RowChange(Shape):
    """What a row would do; `row` 0: the contact is in the list and not in the file."""

    row: int
    what: str
    contact: Contact
    fields: list[FieldChange]


class ListComparison(Shape):
    """What a file would make of a list. `seen` is what to say when it is to be done."""

    name: str
    seen: str
    contacts: int
    unchanged: int
    rows: list[RowChange]
    findings: list[Finding]
