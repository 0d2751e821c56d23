"""An office of each language, and its advisory as every kind of message that there is.

`editions/*.toml` are the offices: whoever reads one language's messages reads a message such as an
office of that language sends, its people, their titles and what it says of a change included.
"""

from __future__ import annotations

import base64
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from compose_sample import VERSION, dispatch, following

from mailer.core.model import (
    LANGUAGES,
    Attachment,
    Contact,
    Dispatch,
    DispatchKind,
    Edition,
    Office,
    Phone,
    PressContact,
    Version,
)

KINDS = (
    *("press release", "media advisory", "statement", "photo call"),
    *("release", "correction", "withdrawal", "embargo change", "embargo lifted", "invitation"),
)
"""What may be issued, as an advance copy; then what else a message may be."""

DOMAIN = "press.example.org"
FOLDER = Path(__file__).parent / "editions"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mNo6JgAAAMkAZlpSmAJAAAAAElFTkSuQmCC"
)
"""A picture (PNG) of one grey dot."""


@dataclass(frozen=True)
class Desk:
    """An office, whoever reads its messages, and all that it has written in its language."""

    office: Office
    reader: Contact
    people: tuple[PressContact, ...]
    edition: Edition
    facts: str
    about: str
    said: dict[str, str]
    sender: str
    picture: Attachment


def _desk(language: str) -> Desk:
    told: dict[str, Any] = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    reader = told["reader"]
    people = tuple(
        PressContact(
            person["name"],
            person["role"],
            person.get("organisation", ""),
            person["email"],
            tuple(Phone(number, label) for number, label in person["phones"]),
        )
        for person in told["contacts"]
    )
    words = (told[key].strip() + "\n" for key in ("body", "notes", "facts", "about"))
    body, notes, facts, about = words
    return Desk(
        Office(told["organisation"], DOMAIN, told["zone"], language),
        Contact(
            *(reader["email"], reader["name"], reader["outlet"], language, reader["zone"]),
            embargo_accepted=True,
        ),
        people,
        Edition(language, told["headline"], body, told["subhead"], told["dateline"], notes),
        facts,
        about,
        told["said"],
        f"{told['sender']} <press@{DOMAIN}>",
        Attachment(told["picture"], "image/png", PIXEL),
    )


DESKS = {language: _desk(language) for language in LANGUAGES}


@cache
def version(kind: str, language: str) -> Version:
    """The advisory of this language's office as something of this kind, with a picture in it.

    The other languages' editions go with it, so that the message says that there are some.
    """
    desk = DESKS[language]
    issued = kind if kind in KINDS[:4] else "press release"
    body = desk.edition.body
    if issued in ("media advisory", "photo call"):
        lead, *more = body.split("\n\n")
        body = "\n\n".join((desk.facts, lead, *(part for part in more if part.startswith("> "))))
    if issued == "photo call":
        body += f"\n\n![{desk.edition.headline}](<{desk.picture.name}>)"
    edition = replace(desk.edition, body=body, notes=f"{desk.edition.notes}\n{desk.about}")
    before = (replace(edition, body=body.replace("84", "48")),) if kind == "correction" else ()
    return replace(
        VERSION,
        organisation=desk.office.name,
        kind=issued,
        editions=(edition, *(DESKS[other].edition for other in LANGUAGES if other != language)),
        contacts=desk.people,
        attachments=(desk.picture,),
        before=before,
    )


def sent(kind: str, template: str, language: str) -> Dispatch:
    """The dispatch of a message of this kind, of this language's office."""
    desk = DESKS[language]
    if kind in KINDS[:4]:
        one = dispatch(template)
    elif kind in ("release", "invitation"):
        one = dispatch(template, DispatchKind(kind))
    elif kind == "embargo lifted":
        one = following(DispatchKind.EMBARGO_CHANGE, template, lifted=True)
    else:
        one = following(DispatchKind(kind), template)
    first, zone = desk.people[0], desk.office.zone
    return replace(
        one,
        audience=replace(
            one.audience,
            language=language,
            sender=desk.sender,
            reply_to=f"{first.name} <{first.email}>",
            timezone=zone,
        ),
        embargo=one.embargo and replace(one.embargo, zone=zone),
        earlier=one.earlier and replace(one.earlier, zone=zone),
        note=desk.said.get(kind, ""),
    )
