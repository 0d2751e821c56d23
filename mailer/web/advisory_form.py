"""The editor's form: what a browser posts, as a draft's content; and a draft's content, as fields.

A field of the document is named f.headline, of an edition e.fr.headline, of a contact c.0.email,
an audience's own embargo own.wires. What a browser sends is held to a size before it is read.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated

from babel import Locale
from fastapi import Depends, Form, Request
from starlette.datastructures import FormData, UploadFile

from mailer.core.errors import DocumentError
from mailer.core.model import LANGUAGES, Attachment
from mailer.intake import attachments, files
from mailer.intake import fields as typed
from mailer.intake.fields import ContactFields, EditionFields, Fields
from mailer.ledger.drafts import DraftContent

WITH_FILES, TEXT_ONLY = attachments.MAX_TOTAL + 4_000_000, 8_000_000
"""Octets of a form's body (`max_body_size` of its route)."""

MOST_FILES, MOST_FIELDS, MOST_CONTACTS = 40, 600, 40

LANGUAGE_NAMES = {code: Locale(code).english_name or code for code in LANGUAGES}

_LANGUAGE = re.compile(r"e\.(?P<language>[a-z]{2,3})\.(?P<field>[a-z]+)")


@dataclass(frozen=True, slots=True)
class Written:
    """A draft's content as a form shows it."""

    said: Fields
    editions: Mapping[str, EditionFields]
    audiences: tuple[str, ...]
    own: Mapping[str, str]


def of_content(content: DraftContent) -> Written:
    """What the form shows of a draft."""
    return Written(
        typed.fields_of(content.document),
        {language: typed.edition_fields_of(text) for language, text in content.editions.items()},
        content.audiences,
        content.embargo_for,
    )


def to_content(written: Written) -> DraftContent:
    """What is kept of it. An own embargo of an audience that is not chosen is dropped."""
    return DraftContent(
        typed.document(written.said),
        {language: typed.edition_document(said) for language, said in written.editions.items()},
        written.audiences,
        {a: line.strip() for a, line in written.own.items() if a in written.audiences and line},
    )


# --- from a browser -----------------------------------------------------------------------------


async def _posted(request: Request) -> AsyncIterator[FormData]:
    async with request.form(
        max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=files.MAX_TEXT
    ) as form:
        yield form


Posted = Annotated[FormData, Depends(_posted)]
"""A form, read whole and held to a size. A route that takes it stays a plain function."""


Said = Annotated[str, Form()]
"""One field's text, of a form that has few."""


def text(form: FormData, name: str) -> str:
    """A field's text; a file in its place is none."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def texts(form: FormData, name: str) -> tuple[str, ...]:
    """All texts of that name."""
    return tuple(value for value in form.getlist(name) if isinstance(value, str))


def written(form: FormData, known: Iterable[str]) -> Written:
    """What was written in the form; `known` are the names of the audiences that there are."""
    names = [f.name for f in fields(Fields) if f.name not in ("contacts", "attachments")]
    # A button of a question about an embargo answers for its field.
    chosen = {n.removeprefix("choose."): text(form, n) for n in form if n.startswith("choose.")}
    said = Fields(
        **{name: chosen.get(f"f.{name}", text(form, f"f.{name}")) for name in names},
        contacts=_contacts(form),
        attachments=tuple(n for n in texts(form, "named") if n not in texts(form, "strike")),
    )
    audiences = tuple(name for name in known if name in texts(form, "audience"))
    own = {name: chosen.get(f"own.{name}", text(form, f"own.{name}")) for name in audiences}
    return Written(said, _editions(form), audiences, own)


def _editions(form: FormData) -> dict[str, EditionFields]:
    found: dict[str, EditionFields] = {}
    allowed = {f.name for f in fields(EditionFields)}
    for name in form:
        match = _LANGUAGE.fullmatch(name)
        if match and match["field"] in allowed:
            said = found.get(match["language"], EditionFields())
            found[match["language"]] = replace(said, **{match["field"]: text(form, name)})
    if (dropped := text(form, "drop")) in found:
        del found[dropped]
    if (added := text(form, "language")) in LANGUAGES and text(form, "do") == "language":
        found.setdefault(added, EditionFields())
    return found


def _contacts(form: FormData) -> tuple[ContactFields, ...]:
    names = [f.name for f in fields(ContactFields)]
    rows = (
        ContactFields(**{name: text(form, f"c.{number}.{name}") for name in names})
        for number in range(MOST_CONTACTS)
    )
    return tuple(row for row in rows if row != ContactFields())


def uploads(form: FormData, name: str) -> tuple[Attachment, ...]:
    """The files of that name, read no further than attachments may be large."""
    found = [one for one in form.getlist(name) if isinstance(one, UploadFile) and one.filename]
    return tuple(attachments.uploaded(one.filename or "", content(one)) for one in found)


def content(one: UploadFile) -> bytes:
    """An uploaded file's content. DocumentError for one that is too large."""
    read = one.file.read(attachments.MAX_TOTAL + 1)
    if len(read) > attachments.MAX_TOTAL:
        raise DocumentError(f"a file is larger than {attachments.MAX_TOTAL // 1_000_000} MB")
    return read
