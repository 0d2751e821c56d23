"""What the API answers about advisories, and what it is asked to do with them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mailer.core.model import LANGUAGES
from mailer.desk import Desk, Document
from mailer.intake.files import MAX_TEXT
from mailer.web.api.shapes import Asked, Base64, Contact, Email, Embargo, Note, Shape, Text, octets

Language = Annotated[str, Field(pattern=f"^({'|'.join(LANGUAGES)})$")]
Line = Annotated[str, Field(min_length=1, max_length=500, description="00:01 GMT, 9 February 2027")]
Outcome = Literal["resend", "accepted", "rejected"]
AudienceName = Annotated[str, Field(min_length=1, max_length=64)]


class AdvisoryLine(Shape):
    """An advisory in a list of them. `next_at`: when its next dispatch is due."""

    number: int
    reference: str
    headline: str
    kind: str
    version: int
    state: str
    audiences: list[str]
    embargoes: list[Embargo]
    next_at: datetime | None
    last_at: datetime | None


class PlanRow(Shape):
    """One dispatch of a plan."""

    audience: str
    kind: str
    instant: datetime
    zone: str
    contacts: int
    state: str
    reason: str
    embargo: Embargo | None


class LeftOut(Shape):
    """A contact who gets nothing, and why."""

    audience: str
    contact: Contact
    reason: str


class Plan(Shape):
    """A plan, before it is queued or after."""

    reference: str
    headline: str
    kind: str
    version: int
    embargo: Embargo | None
    office_zone: str
    rows: list[PlanRow]
    left_out: list[LeftOut]
    notes: list[str]


class Finding(Shape):
    """What preflight found. `blocks`: it cannot be approved as it is."""

    code: str
    blocks: bool
    where: str
    line: int
    message: str


class Proposal(Shape):
    """What queueing would do. Nothing of it is kept."""

    plan: Plan
    findings: list[Finding]


class Queued(Shape):
    """What was queued. Nothing goes before it is approved."""

    number: int
    plan: Plan


class ToApprove(Shape):
    """What a yes would be to. `mark` is what to say when it is given."""

    mark: str
    dispatches: int
    copies: int
    needed: int
    given: list[str]
    planned_by: str


class Hold(Shape):
    """A hold in force: on everything, everything embargoed, or a reference."""

    at: datetime
    what: str
    by: str
    reason: str


class Advisory(Shape):
    """An advisory: its plan, how it stands, what bears on it, and what a yes would be to."""

    number: int
    state: str
    withdrawn_at: datetime | None
    plan: Plan
    holds: list[Hold]
    to_approve: ToApprove | None
    findings: list[Finding]


class Difference(Shape):
    """What is other about an audience's recipients; `since`: the advisory it is compared with."""

    audience: str
    contacts: int
    since: str | None
    new: list[Contact]
    gone: list[Contact]
    changed: list[Contact]
    unverified: int


class Segment(Shape):
    """What an audience has from `start` until before `end`, and how many of it."""

    start: datetime
    end: datetime
    has: str
    contacts: int
    embargoed: bool
    once: str


class Lane(Shape):
    """One audience on the timeline."""

    audience: str
    contacts: int
    embargo: Embargo | None
    segments: list[Segment]


class Timeline(Shape):
    """What each audience has at every instant from now on."""

    now: datetime
    end: datetime
    withdrawn: bool
    lanes: list[Lane]


class Copy(Shape):
    """A copy as a contact of an audience would get it."""

    kind: str
    contact: str
    subject: str
    text: str
    html: str


class Change(Shape):
    """What a change did. `going` false: it waits for approval."""

    notified: int
    unaware: int
    cancelled: int
    going: bool


class Approved(Shape):
    """What a yes did. `missing`: how many more people must say it."""

    approved: int
    waiting: int
    missing: int


class Cancelled(Shape):
    """How many copies were stopped, and how many had left."""

    stopped: int
    had_left: int


class Resolved(Shape):
    """How many copies in doubt were settled."""

    settled: int


class Sent(Shape):
    """What the relay answered."""

    answer: str


# --- asked --------------------------------------------------------------------------------------


class File(Asked):
    """A file, in base64."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    content: Base64


class Documented(Asked):
    """An advisory's document: text as it is, a Word or PDF file in base64."""

    document: Annotated[str, Field(min_length=1)]
    format: Literal["md", "txt", "docx", "pdf"] = "md"
    editions: dict[Language, Annotated[str, Field(max_length=MAX_TEXT)]] = Field(
        default_factory=dict, description="Markdown by language"
    )
    attachments: list[File] = Field(default_factory=list, max_length=20)

    def read(self, desk: Desk) -> Document:
        """The document. Raises MailerError."""
        text = self.format in ("md", "txt")
        return desk.document(
            f"document.{self.format}",
            self.document.encode() if text else octets("document", self.document),
            editions=self.editions,
            files={one.name: octets(one.name, one.content) for one in self.attachments},
        )


class Planned(Documented):
    """A document with its embargo, or none (`immediate`), and its audiences."""

    audiences: Annotated[list[AudienceName], Field(min_length=1, max_length=100)]
    embargo: Line | None = None
    immediate: bool = False
    embargo_for: dict[AudienceName, Line] = Field(
        default_factory=dict, description="an audience's own embargo"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Planned:
        if (self.embargo is None) != self.immediate:
            raise ValueError("say either embargo or immediate")
        return self


class Corrected(Documented):
    """The text that replaces the one of its reference; `note` tells holders what changed."""

    note: Note


class Yes(Asked):
    """`seen` is the mark of what you looked at."""

    seen: Annotated[str, Field(min_length=1, max_length=200)]


class Why(Asked):
    """A reason, for the record."""

    reason: Text


class Told(Asked):
    """What those who hold a copy are told."""

    note: Annotated[str, Field(max_length=5000)] = ""


class Moved(Asked):
    """The new embargo, of all audiences or of some."""

    embargo: Line
    audiences: list[AudienceName] = Field(default_factory=list, max_length=100)


class Settled(Asked):
    """How copies in doubt are settled: of one contact, or (null) all of them."""

    contact: Email | None = None
    outcome: Outcome


class Trial(Asked):
    """Which copy to send to the address of the token's user."""

    audience: AudienceName
    kind: Literal["invitation", "advance", "release", "correction", "withdrawal", "embargo change"]
    contact: Email | None = None
