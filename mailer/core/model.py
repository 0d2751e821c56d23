"""The frozen types that everything speaks in.

All instants are aware datetimes in UTC; the zone a person wrote is a separate IANA name.
Languages are BCP 47 primary tags ("en", "ar"). Nothing here does I/O or reads a clock.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

KINDS = ("media advisory", "press release", "statement", "photo call")
"""What may be issued, in the field's words; anything else is refused or read as unknown."""

LANGUAGES = ("en", "fr", "es", "de", "pt", "it", "ar", "ru")
"""The languages whose fixed wording the shipped templates know."""

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


# --- what is issued ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number in E.164 (ITU-T), with the label its document gave it ("UK mobile")."""

    number: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class PressContact:
    """A person at the press office whom journalists may call. Empty strings where not given."""

    name: str = ""
    role: str = ""
    organisation: str = ""
    email: str = ""
    phones: tuple[Phone, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link as printed; `line` is its 1-based line in the document it was read from."""

    text: str
    url: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """Something a careful reader would ask about. `code` is stable, `line` is 1-based (0: none)."""

    code: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Edition:
    """An advisory's text in one language. `body` and `notes` are Markdown (CommonMark)."""

    language: str
    headline: str
    body: str
    subhead: str = ""
    dateline: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be read of a document. What was not found is empty, and never invented.

    `editions` are the other languages' texts; the fields above are the original's.
    `attachments` are paths relative to the document's folder, not yet opened.
    """

    organisation: str = ""
    kind: str = ""
    date: date | None = None
    reference: str = ""
    headline: str = ""
    subhead: str = ""
    dateline: str = ""
    language: str = ""
    body: str = ""
    notes: str = ""
    embargo_line: str = ""
    invitation: str = ""
    contacts: tuple[PressContact, ...] = ()
    links: tuple[Link, ...] = ()
    attachments: tuple[str, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()
    editions: tuple[Edition, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with every copy, by content: what was approved is what is sent."""

    name: str
    media_type: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """The content's hash, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Version:
    """One frozen text of an advisory. `editions[0]` is the original. `number` counts from 1.

    `before` are the editions of the version that it follows, for a correction to mark what is new.
    """

    reference: str
    number: int
    organisation: str
    kind: str
    date: date
    editions: tuple[Edition, ...]
    contacts: tuple[PressContact, ...]
    attachments: tuple[Attachment, ...] = ()
    before: tuple[Edition, ...] = ()

    def edition(self, *languages: str | None) -> Edition:
        """The text in the first of these languages that there is, else the original."""
        for language in languages:
            for edition in self.editions:
                if edition.language == language:
                    return edition
        return self.editions[0]

    @property
    def content_hash(self) -> str:
        """SHA-256 over everything a journalist could read: neither its number nor its past."""
        content = asdict(self)
        del content["number"], content["before"]
        content["attachments"] = [(a.name, a.media_type, a.sha256) for a in self.attachments]
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(canonical.encode()).hexdigest()


# --- who gets it ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contact:
    """A journalist as a list has them. `email` is normalised; empty strings where not given."""

    email: str
    name: str = ""
    outlet: str = ""
    language: str = ""
    timezone: str = ""
    tags: tuple[str, ...] = ()
    embargo_accepted: bool = False
    verified: date | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """A named set of contacts with a template, a language, a sender and a release rule.

    `advance` is how long before the lift those who accepted the embargo get their marked copy;
    None: nobody before the lift. `not_before_local`: a release waits for that hour of the
    journalist's own morning. `open`: they may join and leave it
    by themselves. `sender` and `reply_to` are RFC 5322 mailboxes.
    """

    name: str
    template: str
    language: str
    sender: str
    reply_to: str = ""
    timezone: str = ""
    advance: timedelta | None = None
    requires_acceptance: bool = True
    subject_prefix: str = ""
    not_before_local: time | None = None
    open: bool = False


# --- when -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Embargo:
    """The instant (UTC) before which the text is embargoed, and the IANA zone it was set in."""

    instant: datetime
    zone: str


class DispatchKind(StrEnum):
    """Why a dispatch goes out."""

    INVITATION = "invitation"
    ADVANCE = "advance"
    RELEASE = "release"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    EMBARGO_CHANGE = "embargo change"


NOTICES = (DispatchKind.CORRECTION, DispatchKind.WITHDRAWAL, DispatchKind.EMBARGO_CHANGE)
"""Kinds that go to exactly those who hold, or may hold, an earlier copy."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One version to one audience at one instant (UTC), of one kind. `embargo` None: immediate.

    Of a notice, `note` says in the officer's words what changed, or why; of an invitation it is all
    that is said to those who have not accepted the embargo. Of an embargo change, `earlier` is the
    embargo that no longer holds.
    """

    audience: Audience
    kind: DispatchKind
    instant: datetime
    embargo: Embargo | None
    note: str = ""
    earlier: Embargo | None = None

    def embargoed(self, now: datetime) -> bool:
        """Whether a copy composed at `now` (UTC) must carry the embargo notice.

        An advance copy always; a notice of what is still embargoed until the lift; a withdrawal
        and an invitation never, because they hold no text.
        """
        if self.kind is DispatchKind.ADVANCE:
            return True
        if self.kind in (DispatchKind.INVITATION, DispatchKind.RELEASE, DispatchKind.WITHDRAWAL):
            return False
        return self.embargo is not None and now < self.embargo.instant


@dataclass(frozen=True, slots=True)
class Office:
    """Who issues: the organisation's name, its mail domain, IANA zone and usual language."""

    name: str
    domain: str
    zone: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Progress:
    """How a dispatch stands, counted: what a live view and `mailer show` tell of it."""

    dispatch: int
    reference: str
    audience: str
    kind: DispatchKind
    state: str
    instant: datetime
    counts: dict[str, int]
    reason: str = ""

    @property
    def planned(self) -> int:
        """How many deliveries the dispatch has."""
        return sum(self.counts.values())
