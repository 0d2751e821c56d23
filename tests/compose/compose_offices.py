"""An office of each language, read from `editions/*.toml`.

Whoever reads one language's messages reads such as an office of that language sends: its people,
their titles and what it says of a change included.
"""

from __future__ import annotations

import base64
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailer.core.model import LANGUAGES, Attachment, Contact, Edition, Office, Phone, PressContact

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
