"""TOML front matter between `+++` lines: every field of an advisory, said instead of found.

Pure: text in, draft out. Each fault is a DocumentError that names file, line and key.
"""

from __future__ import annotations

import contextlib
import difflib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import phonenumbers

from mailer.core.errors import DocumentError
from mailer.core.inert import brief
from mailer.core.model import KINDS, Draft, Edition, Phone, PressContact
from mailer.intake.blocks import Block, Line, Shape, blocks_of
from mailer.intake.checks import EMAIL, link_warnings, links_in, quotation_warnings
from mailer.intake.language import language_of
from mailer.intake.plain import is_inside, not_found
from mailer.intake.vocabulary import KIND_OF

FENCE = "+++"
EDITION_KEYS = ("language", "headline", "subhead", "dateline", "notes")
"""What the front matter of a language edition may say; the rest is the original's."""

KEYS = (
    "organisation", "kind", "date", "reference", "headline", "subhead", "dateline", "language",
    "embargo", "invitation", "notes", "attachments", "contacts",
)  # fmt: skip
"""What the front matter of an advisory may say."""

CONTACT_KEYS = ("name", "role", "organisation", "email", "phones")
"""What a `[[contacts]]` table may say."""

PHONE_KEYS = ("number", "label")
"""What a telephone's table may say; a string is the number alone."""


def split(lines: Sequence[Line], name: str) -> tuple[str, Sequence[Line]] | None:
    """The front matter's TOML and the lines after it, or None if the text has none."""
    start = next((at for at, line in enumerate(lines) if line.text.strip()), None)
    if start is None or lines[start].text.rstrip() != FENCE:
        return None
    for end in range(start + 1, len(lines)):
        if lines[end].text.rstrip() == FENCE:
            # Blank lines in front keep TOML's line numbers those of the file.
            toml = "\n" * (start + 1) + "\n".join(line.text for line in lines[start + 1 : end])
            return toml, lines[end + 1 :]
    raise DocumentError(
        f"{name}: line {lines[start].number}: front matter opens with +++ and is never closed;"
        " put a line +++ after it"
    )


def draft_of(toml: str, lines: Sequence[Line], name: str) -> Draft:
    """The advisory a file with front matter is. `lines` are the body; `name` is for messages."""
    said = _Said(toml, name)
    said.only(KEYS)
    headline, body, blocks = _headline_and_body(said.text("headline"), lines)
    links = tuple(link for block in blocks for link in links_in(block.lines))
    draft = Draft(
        organisation=said.text("organisation"),
        kind=said.kind(),
        date=said.day(),
        reference=said.text("reference"),
        headline=headline,
        subhead=said.text("subhead"),
        dateline=said.text("dateline"),
        language=said.language() or language_of(f"{headline}\n{body}"),
        body=body,
        notes=said.prose("notes"),
        embargo_line=said.embargo(),
        invitation=said.prose("invitation"),
        contacts=said.contacts(),
        links=links,
        attachments=said.attachments(),
    )
    warnings = [*link_warnings(links), *quotation_warnings(blocks), *not_found(draft)]
    return replace(draft, warnings=tuple(warnings))


def edition_of(toml: str, lines: Sequence[Line], name: str, language: str) -> tuple[Edition, Draft]:
    """A language edition with front matter, and a draft that carries its warnings."""
    said = _Said(toml, name)
    said.only(
        EDITION_KEYS,
        "a language edition says only {accepted}; the rest belongs in the original",
    )
    headline, body, blocks = _headline_and_body(said.text("headline"), lines)
    edition = Edition(
        language=said.language() or language,
        headline=headline,
        body=body,
        subhead=said.text("subhead"),
        dateline=said.text("dateline"),
        notes=said.prose("notes"),
    )
    links = [link for block in blocks for link in links_in(block.lines)]
    draft = Draft(headline=headline, body=body)
    warnings = [
        *link_warnings(links),
        *quotation_warnings(blocks),
        *not_found(draft, ("headline", "body")),
    ]
    return edition, replace(draft, warnings=tuple(warnings))


def _headline_and_body(headline: str, lines: Sequence[Line]) -> tuple[str, str, Sequence[Block]]:
    """The body is Markdown already and kept as it is; a first heading serves as headline."""
    blocks: Sequence[Block] = blocks_of(lines, wrapped=False)
    start = next((at for at, line in enumerate(lines) if line.text.strip()), 0)
    if not headline and blocks and blocks[0].shape is Shape.HEADING:
        headline, blocks = blocks[0].plain, blocks[1:]
        start = start + 1 if lines[start].text.lstrip().startswith("#") else start + 2
    body = "\n".join(line.text for line in lines[start:])
    return headline, body.strip("\n").rstrip(), blocks


class _Said:
    """The table of a front matter, asked key by key."""

    def __init__(self, toml: str, name: str) -> None:
        self._toml, self._name = toml, name
        try:
            self._table: dict[str, Any] = tomllib.loads(toml)
        except RecursionError:
            raise DocumentError(f"{name}: the front matter is nested too deeply") from None
        except ValueError as error:
            raise DocumentError(f"{name}: {_toml_fault(str(error), toml)}") from None

    def _fault(self, key: str, what: str) -> DocumentError:
        where = _line_of(key, self._toml)
        return DocumentError(f"{self._name}: {f'line {where}: ' if where else ''}{key}: {what}")

    def only(
        self, accepted: Sequence[str], rule: str = "unknown key; accepted: {accepted}"
    ) -> None:
        for key in self._table:
            if key not in accepted:
                near = difflib.get_close_matches(key, accepted, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise self._fault(_shown(key), rule.format(accepted=", ".join(accepted)) + hint)

    def _get(self, key: str, kind: type, what: str, table: dict[str, Any] | None = None) -> Any:
        value = (self._table if table is None else table).get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise self._fault(key, f"{what} is wanted, not {_shown(value)}")
        return value

    def text(self, key: str, table: dict[str, Any] | None = None) -> str:
        return " ".join((self._get(key, str, 'a text in "quotes"', table) or "").split())

    def prose(self, key: str) -> str:
        return str(self._get(key, str, 'a text in "quotes"') or "").strip()

    def kind(self) -> str:
        said = self.text("kind")
        if said and said.casefold() not in KIND_OF:
            raise self._fault("kind", f"{_shown(said)} is none of: {', '.join(KINDS)}")
        return KIND_OF[said.casefold()] if said else ""

    def language(self) -> str:
        said = self.text("language")
        if said and not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", said):
            raise self._fault("language", f"{_shown(said)} is no language tag such as en or ar")
        return said.partition("-")[0].casefold()

    def day(self) -> date | None:
        value = self._table.get("date")
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = date.fromisoformat(value)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        raise self._fault("date", f"a day such as 2027-02-09 is wanted, not {_shown(value)}")

    def embargo(self) -> str:
        value = self._table.get("embargo")
        return value.isoformat() if isinstance(value, datetime) else self.text("embargo")

    def attachments(self) -> tuple[str, ...]:
        names = self._get("attachments", list, 'a list such as ["figures.csv"]') or []
        for name in names:
            if not isinstance(name, str) or not is_inside(name):
                raise self._fault(
                    "attachments",
                    f"{_shown(name)} is not a file name inside the advisory's folder",
                )
        return tuple(names)

    def contacts(self) -> tuple[PressContact, ...]:
        tables = self._get("contacts", list, "[[contacts]] tables") or []
        return tuple(self._contact(table) for table in tables)

    def _contact(self, table: object) -> PressContact:
        said = self._checked(table, "contacts", CONTACT_KEYS)
        email = self.text("email", said)
        if email and not EMAIL.fullmatch(email):
            raise self._fault("email", f"{_shown(email)} is no e-mail address")
        phones = self._get("phones", list, "a list of telephone numbers", said) or []
        return PressContact(
            name=self.text("name", said),
            role=self.text("role", said),
            organisation=self.text("organisation", said),
            email=email,
            phones=tuple(self._phone(phone) for phone in phones),
        )

    def _phone(self, phone: object) -> Phone:
        said = {"number": phone} if isinstance(phone, str) else phone
        table = self._checked(said, "phones", PHONE_KEYS)
        printed = self.text("number", table)
        try:
            number = phonenumbers.parse(printed, None)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise self._fault(
                "phones",
                f"{_shown(printed)} is no number with its country, such as +44 20 7946 0123",
            )
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return Phone(e164, self.text("label", table))

    def _checked(self, table: object, key: str, accepted: Sequence[str]) -> dict[str, Any]:
        if not isinstance(table, dict):
            raise self._fault(key, f"a table with {', '.join(accepted)} is wanted")
        for unknown in table.keys() - set(accepted):
            raise self._fault(
                _shown(unknown), f"unknown key in {key}; accepted: {', '.join(accepted)}"
            )
        return table


def _shown(value: object) -> str:
    return brief(str(value), 60)


def _toml_fault(message: str, toml: str) -> str:
    at = re.search(r"^(?P<what>.*?)\s*\(at line (?P<line>\d+), column \d+\)$", message, re.DOTALL)
    if at:
        return f"line {at['line']}: the front matter is not TOML: {brief(at['what'], 120)}"
    return f"line {toml.count(chr(10)) + 1}: the front matter is not TOML: {brief(message, 120)}"


def _line_of(key: str, toml: str) -> int:
    wanted = re.compile(
        rf"^\s*(?:\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*(?:=|\.|\])|[{{,]\s*{re.escape(key)}\s*="
    )
    for number, line in enumerate(toml.split("\n"), start=1):
        if wanted.search(line):
            return number
    return 0
