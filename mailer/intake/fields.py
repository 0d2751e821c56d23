"""A document's fields as a person types them in a form, and the document they make.

    text = document(fields)      # front matter between +++ lines, then the body
    fields_of(text) == fields    # whatever was typed: nothing is refused, and nothing is lost

What is typed need not be right: a date may be half written. Whether it is an advisory is for
`documents.parse` to say, which reads the same text.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from mailer.core.errors import DocumentError
from mailer.core.model import Draft, Edition, PressContact
from mailer.intake.front_matter import EDITION_KEYS, FENCE

_OUT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LABELLED = re.compile(r"(?P<number>[^()]*\S)\s*\((?P<label>[^()]*)\)")


@dataclass(frozen=True, slots=True)
class ContactFields:
    """Whom journalists may call. `phones`: one to a line, "+44 20 7946 0123 (office)"."""

    name: str = ""
    role: str = ""
    organisation: str = ""
    email: str = ""
    phones: str = ""


@dataclass(frozen=True, slots=True)
class EditionFields:
    """The text in another language."""

    headline: str = ""
    subhead: str = ""
    dateline: str = ""
    body: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """An advisory as it is typed. `embargo` is its line; `attachments` are names of files."""

    organisation: str = ""
    kind: str = ""
    date: str = ""
    reference: str = ""
    headline: str = ""
    subhead: str = ""
    dateline: str = ""
    language: str = ""
    embargo: str = ""
    invitation: str = ""
    body: str = ""
    notes: str = ""
    contacts: tuple[ContactFields, ...] = ()
    attachments: tuple[str, ...] = ()


LINES = ("organisation", "kind", "reference", "headline", "subhead", "dateline", "language",
         "embargo")  # fmt: skip
"""The fields that are one line of text."""


def of_draft(draft: Draft) -> Fields:
    """The fields of a document that was read, for a person to put right."""
    return Fields(
        **{name: getattr(draft, name) for name in LINES if name != "embargo"},
        date=draft.date.isoformat() if draft.date else "",
        embargo=draft.embargo_line,
        invitation=draft.invitation,
        body=draft.body,
        notes=draft.notes,
        contacts=tuple(_contact_of(contact) for contact in draft.contacts),
        attachments=draft.attachments,
    )


def of_edition(edition: Edition) -> EditionFields:
    """The fields of a language edition that was read."""
    return EditionFields(**{f.name: getattr(edition, f.name) for f in fields(EditionFields)})


def _contact_of(contact: PressContact) -> ContactFields:
    phones = (f"{p.number} ({p.label})" if p.label else p.number for p in contact.phones)
    return ContactFields(
        contact.name, contact.role, contact.organisation, contact.email, "\n".join(phones)
    )


# --- fields to text -----------------------------------------------------------------------------


def document(said: Fields) -> str:
    """The document: front matter with what is not empty, then the body."""
    said = tidy(said)
    lines = [f"{name} = {_text(value)}" for name in LINES if (value := getattr(said, name))]
    if said.date:
        lines.append(f"date = {said.date if _is_day(said.date) else _text(said.date)}")
    if said.attachments:
        lines.append(f"attachments = [{', '.join(map(_text, said.attachments))}]")
    if said.invitation:
        lines.append(f"invitation = {_prose(said.invitation)}")
    if said.notes:
        lines.append(f"notes = {_prose(said.notes)}")
    for contact in said.contacts:
        lines += ["", "[[contacts]]", *_contact_lines(contact)]
    return _with_body(lines, said.body)


def edition_document(said: EditionFields) -> str:
    """The document of a language edition; its language is said beside it."""
    said = EditionFields(**{f.name: _clean(getattr(said, f.name)) for f in fields(said)})
    keys = [name for name in EDITION_KEYS if name not in ("language", "notes")]
    lines = [
        f"{name} = {_text(' '.join(v.split()))}" for name in keys if (v := getattr(said, name))
    ]
    if said.notes:
        lines.append(f"notes = {_prose(said.notes)}")
    return _with_body(lines, said.body)


def tidy(said: Fields) -> Fields:
    """The same without control characters, each one-line field on one line, no empty contact."""
    texts = {name: " ".join(_clean(getattr(said, name)).split()) for name in (*LINES, "date")}
    contacts = tuple(_tidy_contact(contact) for contact in said.contacts)
    return replace(
        said,
        **texts,
        body=_clean(said.body),
        notes=_clean(said.notes),
        invitation=_clean(said.invitation),
        contacts=tuple(c for c in contacts if c != ContactFields()),
        attachments=tuple(" ".join(_clean(name).split()) for name in said.attachments),
    )


def _tidy_contact(said: ContactFields) -> ContactFields:
    texts = {name: " ".join(_clean(getattr(said, name)).split()) for name in _CONTACT}
    return replace(said, **texts, phones=_lines(said.phones))


_CONTACT = ("name", "role", "organisation", "email")


def _contact_lines(contact: ContactFields) -> Iterable[str]:
    for name in _CONTACT:
        if value := getattr(contact, name):
            yield f"{name} = {_text(value)}"
    if contact.phones:
        phones = (_phone(line) for line in contact.phones.split("\n"))
        yield f"phones = [{', '.join(phones)}]"


def _phone(line: str) -> str:
    if labelled := _LABELLED.fullmatch(line):
        number, label = labelled["number"], labelled["label"].strip()
        return f"{{ number = {_text(number)}, label = {_text(label)} }}"
    return _text(line)


def _with_body(lines: Sequence[str], body: str) -> str:
    return "\n".join([FENCE, *lines, FENCE, "", body.strip("\n")]) + "\n"


def _text(value: str) -> str:
    # What JSON escapes TOML escapes alike; DEL was taken out.
    return json.dumps(value, ensure_ascii=False)


def _prose(value: str) -> str:
    """A text of several lines, readable, in which no line can close the front matter."""
    if "\n" not in value:
        return _text(value)
    quoted = re.sub(r'"(?="|\Z)', r'\\"', value.replace("\\", "\\\\"))
    return '"""\n' + re.sub(r"^\+", r"\\u002B", quoted, flags=re.MULTILINE) + '"""'


def _clean(text: str) -> str:
    return _OUT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _lines(text: str) -> str:
    return "\n".join(line for raw in _clean(text).split("\n") if (line := " ".join(raw.split())))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# --- text to fields -----------------------------------------------------------------------------


def fields_of(text: str) -> Fields:
    """The fields of a document with front matter; DocumentError if that is not TOML."""
    table, body = _parts(text)
    contacts = table.get("contacts")
    names = table.get("attachments")
    return Fields(
        **{name: _said(table.get(name)) for name in (*LINES, "date", "invitation", "notes")},
        body=body,
        contacts=tuple(_contact(c) for c in contacts) if isinstance(contacts, list) else (),
        attachments=tuple(map(_said, names)) if isinstance(names, list) else (),
    )


def edition_fields_of(text: str) -> EditionFields:
    """The fields of a language edition's document."""
    table, body = _parts(text)
    names = (f.name for f in fields(EditionFields) if f.name != "body")
    return EditionFields(**{name: _said(table.get(name)) for name in names}, body=body)


def line_of_body(text: str, line: int) -> int:
    """A line of a document as a line of its body, from 1; 0 if it stands before that."""
    before = text.count("\n", 0, len(text) - len(_parts(text)[1]) - 1)
    return max(0, line - before)


def _parts(text: str) -> tuple[dict[str, Any], str]:
    head, fence, rest = text.removeprefix(f"{FENCE}\n").partition(f"\n{FENCE}\n")
    if text.startswith(f"{FENCE}\n{FENCE}\n"):
        head, fence, rest = "", FENCE, text.removeprefix(f"{FENCE}\n{FENCE}\n")
    if not fence or not text.startswith(FENCE):
        return {}, text.strip("\n")
    try:
        return tomllib.loads(head), rest.strip("\n")
    except (ValueError, RecursionError):
        raise DocumentError("the draft: its front matter is not TOML; import it anew") from None


def _contact(table: Any) -> ContactFields:
    if not isinstance(table, dict):
        return ContactFields()
    phones = table.get("phones")
    printed = map(_printed, phones) if isinstance(phones, list) else ()
    said = ContactFields(**{name: _said(table.get(name)) for name in _CONTACT})
    return replace(said, phones="\n".join(printed))


def _printed(phone: Any) -> str:
    if isinstance(phone, dict):
        label = _said(phone.get("label"))
        return f"{_said(phone.get('number'))} ({label})" if label else _said(phone.get("number"))
    return _said(phone)


def _said(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)
