"""What a template may see: words, and nothing that leads further into the program."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_skeleton

from mailer.compose.prose import Prose, ToldFact, pictures_of, story
from mailer.compose.text import LEFT_TO_RIGHT_MARK, one_line, way_of
from mailer.compose.wording import direction, own_name, word, wording_language
from mailer.core.embargo import say
from mailer.core.errors import TemplateError
from mailer.core.model import (
    KINDS,
    LANGUAGES,
    Contact,
    Dispatch,
    DispatchKind,
    Edition,
    Embargo,
    Office,
    Phone,
    PressContact,
    Version,
)

MARKS = {
    DispatchKind.CORRECTION: "CORRECTION",
    DispatchKind.WITHDRAWAL: "KILL / MANDATORY WITHDRAWAL",
    DispatchKind.EMBARGO_CHANGE: "EMBARGO CHANGED",
}
"""The key, in the catalogs, of what each kind of notice is marked with."""

SAMPLE_AGREEMENT = "https://…"
"""What stands for the address of the agreement where an invitation is only tried or shown."""

LIFTED = "EMBARGO LIFTED"
"""The same of an embargo change once nothing is embargoed any more."""


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number to read ("+44 20 7946 0000"), to follow ("tel:…"), and what it is."""

    text: str
    href: str
    label: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a journalist may call; `mailto` is the link to `email`. Empty where not given.

    `direction` is how the name and the role are written, which may be another way than the text.
    """

    name: str
    role: str
    organisation: str
    email: str
    mailto: str
    phones: tuple[Telephone, ...]
    direction: str


@dataclass(frozen=True, slots=True)
class Reader:
    """The journalist this copy is for; `leave` is the page where they choose, or leave."""

    name: str
    outlet: str
    leave: str


@dataclass(frozen=True, slots=True)
class View:
    """Every variable of a template, by its name; templates/README.md says the same to people."""

    dispatch_kind: str
    mark: str
    note: Prose
    changes_marked: bool
    agreement: str
    embargo_was: tuple[str, ...]
    embargo_now: tuple[str, ...]
    subject_prefix: str
    notice: tuple[str, ...]
    short_notice: str
    organisation: str
    kind: str
    statement: bool
    date: str
    reference: str
    headline: str
    subhead: str
    dateline: str
    facts: tuple[ToldFact, ...]
    body: Prose
    notes: Prose
    spokespeople: Prose
    boilerplate: Prose
    links: tuple[str, ...]
    contacts: tuple[Person, ...]
    languages: tuple[str, ...]
    attachments: tuple[str, ...]
    language: str
    direction: str
    recipient: Reader
    office: str


class Tongues(NamedTuple):
    """The languages in a copy: the text's, the fixed words' (of `model.LANGUAGES`), the note's."""

    text: str
    wording: str
    note: str


def revealed(version: Version, kind: DispatchKind) -> Version:
    """What a message of this kind may show of a version, whatever its template asks for.

    Of a withdrawn text nothing: no headline, no word of it, no file. Of a changed embargo the
    headline alone. In an invitation not even what the item is, or who can be asked about it.
    """
    if kind is DispatchKind.INVITATION:
        silent = (Edition(version.editions[0].language, "", ""),)
        return replace(version, reference="", kind="", editions=silent, contacts=(), attachments=())
    if kind not in (DispatchKind.WITHDRAWAL, DispatchKind.EMBARGO_CHANGE):
        return version
    named = kind is DispatchKind.EMBARGO_CHANGE
    editions = tuple(
        Edition(edition.language, edition.headline if named else "", "")
        for edition in version.editions
    )
    return replace(version, editions=editions, attachments=(), before=())


def tongues(version: Version, dispatch: Dispatch, recipient: Contact) -> Tongues:
    """The languages of this contact's copy.

    What holds no text, an invitation and a withdrawal, speaks the reader's own language, whichever
    editions there are. The officer's note is in the original's.
    """
    original, audience = version.editions[0].language, dispatch.audience.language
    if dispatch.kind in (DispatchKind.INVITATION, DispatchKind.WITHDRAWAL):
        asked = (recipient.language, audience, original)
        text = wording = next((language for language in asked if language in LANGUAGES), "en")
    else:
        text = version.edition(recipient.language, audience).language
        wording = wording_language(text, audience)
    return Tongues(text, wording, original if dispatch.note else text)


def shown_zone(dispatch: Dispatch, recipient: Contact, *, embargoed: bool) -> str:
    """What decides the zone of the instants in this contact's copy; empty where it does not."""
    if not embargoed and dispatch.kind is not DispatchKind.EMBARGO_CHANGE:
        return ""
    return recipient.timezone or dispatch.audience.timezone


def notice(
    version: Version, dispatch: Dispatch, recipient: Contact, *, embargoed: bool
) -> tuple[str, ...]:
    """The embargo notice of this contact's copy: one line, or two where the zones differ.

    The reader's zone first, then the one the embargo was set in. Empty unless `embargoed`
    (`Dispatch.embargoed`); `TemplateError` if there is then no embargo to announce.
    """
    if not embargoed:
        return ()
    embargo, zone = _embargo_for(version, dispatch, recipient)
    return _notice(embargo, zone, tongues(version, dispatch, recipient).wording)


def view(
    version: Version,
    dispatch: Dispatch,
    recipient: Contact,
    office: Office,
    *,
    embargoed: bool,
    leave: str = "",
    agreement: str = "",
) -> View:
    """What the templates of this contact's copy see; `embargoed` as for `notice`.

    `agreement` is the address at which an invited contact may accept the embargo.
    """
    text, wording, said = tongues(version, dispatch, recipient)
    version = revealed(version, dispatch.kind)
    edition = version.edition(recipient.language, dispatch.audience.language)
    pictures = pictures_of(version, office.domain)
    before = _replaced(version, dispatch, edition)
    foreign = said if said != text else ""
    told = story(edition, version.kind, dispatch.note, pictures, before, foreign)
    short = ""
    if embargoed:
        short = _short_notice(*_embargo_for(version, dispatch, recipient), wording)
    was, now = _change(dispatch, recipient, wording, embargoed=embargoed)
    invites = dispatch.kind is DispatchKind.INVITATION
    return View(
        dispatch_kind=dispatch.kind.value,
        mark=_mark(dispatch.kind, wording, embargoed=embargoed),
        note=told.note,
        changes_marked=told.marked,
        agreement=(one_line(agreement) or SAMPLE_AGREEMENT) if invites else "",
        embargo_was=was,
        embargo_now=now,
        subject_prefix=one_line(dispatch.audience.subject_prefix),
        notice=notice(version, dispatch, recipient, embargoed=embargoed),
        short_notice=short,
        organisation=one_line(version.organisation),
        kind=word(version.kind, wording) if version.kind in KINDS else one_line(version.kind),
        statement=version.kind == "statement",
        date="" if invites else format_date(version.date, "long", locale=_locale(wording)),
        reference=one_line(version.reference),
        headline=one_line(edition.headline),
        subhead=one_line(edition.subhead),
        dateline=one_line(edition.dateline),
        facts=told.facts,
        body=told.body,
        notes=told.notes,
        spokespeople=told.spokespeople,
        boilerplate=told.boilerplate,
        links=told.links,
        contacts=tuple(_person(person, direction(text)) for person in version.contacts),
        languages=tuple(
            own_name(one_line(other.language))
            for other in version.editions
            if other.language != edition.language
        ),
        attachments=tuple(
            one_line(file.name) for file in version.attachments if file.name not in told.shown
        ),
        language=one_line(text),
        direction=direction(text),
        recipient=Reader(one_line(recipient.name), one_line(recipient.outlet), one_line(leave)),
        office=one_line(office.name),
    )


def _replaced(version: Version, dispatch: Dispatch, edition: Edition) -> Edition | None:
    """The earlier text that a correction is compared with: that in the same language."""
    if dispatch.kind is not DispatchKind.CORRECTION:
        return None
    same = (before for before in version.before if before.language == edition.language)
    return next(same, None)


def _embargo_for(version: Version, dispatch: Dispatch, recipient: Contact) -> tuple[Embargo, str]:
    if dispatch.embargo is None:
        raise TemplateError(
            f"{one_line(version.reference)}: an embargoed copy for {dispatch.audience.name} has no"
            " embargo to announce; set one, or send it as a release"
        )
    return dispatch.embargo, _zone(dispatch.embargo, dispatch, recipient)


def _zone(embargo: Embargo, dispatch: Dispatch, recipient: Contact) -> str:
    return recipient.timezone or dispatch.audience.timezone or embargo.zone


def _mark(kind: DispatchKind, wording: str, *, embargoed: bool) -> str:
    lifted = kind is DispatchKind.EMBARGO_CHANGE and not embargoed
    key = LIFTED if lifted else MARKS.get(kind, "")
    return word(key, wording) if key else ""


def _change(
    dispatch: Dispatch, recipient: Contact, wording: str, *, embargoed: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The earlier embargo and the one that holds now, in the reader's zone and in its own."""
    if dispatch.kind is not DispatchKind.EMBARGO_CHANGE:
        return (), ()
    was, now = (
        _instants(embargo, _zone(embargo, dispatch, recipient), wording) if embargo else ()
        for embargo in (dispatch.earlier, dispatch.embargo if embargoed else None)
    )
    return was, now


@lru_cache(maxsize=1024)
def _instants(embargo: Embargo, zone: str, wording: str) -> tuple[str, ...]:
    """An embargo in this zone and, if it reads otherwise there, in the zone it was set in."""
    here, issued = (one_line(say(embargo.instant, z, wording)) for z in (zone, embargo.zone))
    return (here,) if here == issued else (here, issued)


@lru_cache(maxsize=1024)
def _notice(embargo: Embargo, zone: str, wording: str) -> tuple[str, ...]:
    keys = ("EMBARGOED until %(instant)s", "EMBARGO as issued: %(instant)s")
    instants = _instants(embargo, zone, wording)
    return tuple(
        one_line(word(key, wording) % {"instant": instant})
        for key, instant in zip(keys, instants, strict=False)
    )


@lru_cache(maxsize=1024)
def _short_notice(embargo: Embargo, zone: str, wording: str) -> str:
    local = embargo.instant.astimezone(ZoneInfo(zone))
    day = format_skeleton("MMMd", local, locale=_locale(wording))
    instant = f"{local:%H:%M} {_offset(local)} {day}"
    return one_line(word("EMBARGOED until %(instant)s", wording) % {"instant": instant})


def _offset(local: datetime) -> str:
    """ "GMT", or the offset from it: every other short name of a zone has two meanings."""
    offset = local.utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset else 0
    if not minutes:
        return "GMT"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")


def _locale(wording: str) -> Locale:
    return Locale.parse("en_GB" if wording == "en" else wording)


@lru_cache(maxsize=256)
def _person(person: PressContact, way: str) -> Person:
    email = one_line(person.email)
    return Person(
        one_line(person.name),
        one_line(person.role),
        one_line(person.organisation),
        email,
        f"mailto:{quote(email, safe='@.+-_')}" if email else "",
        tuple(_telephone(phone, way) for phone in person.phones),
        way_of(f"{person.name} {person.role} {person.organisation}") or way,
    )


def _telephone(phone: Phone, way: str) -> Telephone:
    number, label = one_line(phone.number), one_line(phone.label)
    # Between Arabic words a number with spaces is shown with its groups turned round (UAX #9).
    mark = LEFT_TO_RIGHT_MARK if way == "rtl" else ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return Telephone(mark + number, "", label)
    return Telephone(
        mark + phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.RFC3966),
        label,
    )
