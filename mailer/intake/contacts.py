"""Lists of journalists in: contacts, and a report of every row that was refused or doubtful.

Nothing is lost in silence: each row of a list is either a contact or a refusal with its row and
reason, and whatever was dropped from a contact's fields is a finding. What is doubtful is read on
the safe side (an embargo acceptance that cannot be read is not an acceptance). A file that cannot
be read at all raises ListError. Values in findings are safe to print on a terminal.

Columns: email (required), name, outlet, language, timezone, tags, embargo_accepted, verified; in
any order, case and surrounding spaces ignored. Tags are separated by `;`, `|` or `,`; a field that
holds the file's own delimiter is in quotes, as always in CSV.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from mailer.core.inert import brief
from mailer.core.model import LANGUAGES, Contact
from mailer.intake.addresses import Refusal, read_address, same_mailbox_key
from mailer.intake.rows import Record, csv_records, unreadable, xlsx_records
from mailer.intake.vcard import vcard_records

COLUMNS = (
    "email",
    "name",
    "outlet",
    "language",
    "timezone",
    "tags",
    "embargo_accepted",
    "verified",
)
"""The columns a list may have. Only the first is required; any other is reported and ignored."""

MAX_TEXT = 200
"""Characters kept of a name, an outlet or a tag."""

_READERS: dict[str, Callable[[Path], Iterator[Record]]] = {
    ".csv": csv_records,
    ".xlsx": xlsx_records,
    ".vcf": vcard_records,
}
_BLANKS = " \t\u00a0"
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"", "no", "n", "false", "0"})
# C0, DEL and C1 controls, line separators, bidi overrides and isolates, BOM, surrogates.
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_LINE_BREAK = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at. `refused`: the row gave no contact.

    `row` is the row as a spreadsheet shows it (the header is row 1); after a quoted field of
    several lines, and in a `.vcf`, the line of the file on which the record starts. `column` is
    empty where the whole row is meant. `code` is stable. `value` is what was found, at most 80
    characters, control and bidi characters as escapes.
    """

    file: str
    row: int
    column: str
    code: str
    value: str
    message: str
    refused: bool


@dataclass(frozen=True, slots=True)
class ListReport:
    """What a list gave: its contacts in their order, and what was found by the way."""

    file: str
    contacts: tuple[Contact, ...]
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> int:
        """How many rows gave no contact. Rows that are not blank = contacts + refused."""
        return sum(finding.refused for finding in self.findings)


class Entry(NamedTuple):
    """A contact and the row it stands in (as in `Finding.row`)."""

    row: int
    contact: Contact


def read_list(path: Path) -> ListReport:
    """Read one `.csv`, `.xlsx` or `.vcf` file. Raises ListError if it cannot be read at all."""
    return _report(path, iter_list(path))


def check_lists(paths: Sequence[Path]) -> tuple[ListReport, ...]:
    """Read several lists and report, too, who is in an earlier one (code `in-another-list`).

    Such a contact is kept in both: an audience may share contacts, and the plan decides.
    Raises ListError at the first file that cannot be read at all.
    """
    first: dict[str, str] = {}
    return tuple(_report(path, _compare(path, first)) for path in paths)


def iter_list(path: Path) -> Iterator[Entry | Finding]:
    """The entries and findings of a list as they are read, for lists too long to hold.

    A CSV list is streamed; only its addresses are kept, to tell duplicates. Raises ListError,
    perhaps after some entries, if the file cannot be read.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise unreadable(path, f"not a kind of list; use one of {', '.join(_READERS)}")
    try:
        if not path.is_file():
            raise unreadable(path, "no such file" if not path.exists() else "not a file")
        yield from _entries(path, reader(path))
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}; check the file"
        raise unreadable(path, what) from error


def _report(path: Path, stream: Iterator[Entry | Finding]) -> ListReport:
    contacts: list[Contact] = []
    findings: list[Finding] = []
    for item in stream:
        if isinstance(item, Finding):
            findings.append(item)
        else:
            contacts.append(item.contact)
    return ListReport(_name(path), tuple(contacts), tuple(findings))


def _compare(path: Path, first: dict[str, str]) -> Iterator[Entry | Finding]:
    """The list's stream, with a finding for each contact that `first` has from another list."""
    file = _name(path)
    for item in iter_list(path):
        yield item
        if isinstance(item, Entry):
            other = first.setdefault(same_mailbox_key(item.contact.email), file)
            if other != file:
                message = f"also in {other}"
                yield _finding(
                    file, item.row, "email", "in-another-list", item.contact.email, message
                )


def _entries(path: Path, records: Iterator[Record]) -> Iterator[Entry | Finding]:
    file = _name(path)
    header = next(records, None)
    if header is None:
        raise unreadable(path, "empty; the first row names the columns, email among them")
    names = _columns(path, header)
    if header.note:
        yield _finding(
            file, header.row, "", "other-sheets", header.note, "not read; save as a list"
        )
    for name in names:
        if name and name not in COLUMNS:
            message = f"unknown column, ignored; known are {', '.join(COLUMNS)}"
            yield _finding(file, header.row, brief(name), "unknown-column", name, message)
    places = [names.index(name) if name in names else len(names) for name in COLUMNS]
    rows: dict[str, int] = {}
    for record in records:
        contact, findings = _contact(file, record, places, len(names))
        if contact is not None:
            earlier = rows.setdefault(same_mailbox_key(contact.email), record.row)
            if earlier == record.row:
                yield Entry(record.row, contact)
            else:
                message = f"already in row {earlier}, which counts; delete one of them"
                email = contact.email
                yield _finding(file, record.row, "email", "duplicate", email, message, refused=True)
        yield from findings


def _columns(path: Path, header: Record) -> list[str]:
    if header.fault:
        raise unreadable(path, header.fault, row=header.row)
    names = [cell.strip().casefold() for cell in header.cells]
    if "email" not in names:
        shown = ", ".join(brief(name) for name in names[:10]) + (", …" if names[10:] else "")
        what = f"no email column; the columns are: {shown}"
        mended = "name the one with the addresses email, in the list's first row"
        raise unreadable(path, f"{what}; {mended}", row=header.row)
    for name in COLUMNS:
        if names.count(name) > 1:
            raise unreadable(path, f"two columns are named {name}; rename one", row=header.row)
    return names


def _contact(
    file: str, record: Record, places: Sequence[int], width: int
) -> tuple[Contact | None, Sequence[Finding]]:
    """The contact of a record and what was found by the way; no contact: exactly one refusal.

    `places` says where each of COLUMNS stands; `width`, how many columns the header has.
    """
    row, cells, last, fault, remark = record
    if fault:
        return _refused(file, row, "", "unreadable-row", "", fault)
    missing = width - len(cells)
    if missing < 0:
        message = f"more fields than the header's {width}; quote a field that holds a comma"
        return _refused(file, row, "", "too-many-fields", cells[width], message)
    padded = [*cells, *[""] * (missing + 1)]
    values = [padded[place] for place in places]
    written = values[0].strip(_BLANKS)
    email = read_address(written)
    if isinstance(email, Refusal):
        return _refused(file, row, "email", email.code, written, email.reason)
    if last > row and any(map(_swallows, cells)):
        message = f"a quote makes one of rows {row} to {last}; close it"
        return _refused(file, row, "", "unreadable-row", email, message)

    name, outlet = _line(values[1].strip(_BLANKS)), _line(values[2].strip(_BLANKS))
    others = values[3:]
    rest, doubtful = (_rest if sum(map(len, others)) <= MAX_TEXT else _rest.__wrapped__)(*others)
    contact = Contact(email, name.value, intern(outlet.value), *rest)
    if not (remark or doubtful or name.notes or outlet.notes):
        return contact, ()
    notes = [("email", Note("several-addresses", remark))] if remark else []
    notes += [("name", note) for note in name.notes]
    notes += [("outlet", note) for note in outlet.notes]
    shown = {c: value.strip(_BLANKS) for c, value in zip(COLUMNS, values, strict=True)}
    return contact, [
        _finding(file, row, column, note.code, shown[column], note.message)
        for column, note in (*notes, *doubtful)
    ]


def _refused(
    file: str, row: int, column: str, code: str, value: str, message: str
) -> tuple[None, list[Finding]]:
    return None, [_finding(file, row, column, code, value, message, refused=True)]


# --- fields: what each says, and what is to be noted of it ------------------------------------


class Note(NamedTuple):
    """Why a field is doubtful: a stable code, and a sentence for a person."""

    code: str
    message: str


class Read(NamedTuple):
    """A field as it is kept, and what was found by the way."""

    value: Any
    notes: tuple[Note, ...] = ()


def _line(text: str) -> Read:
    """One line of plain text."""
    if text.isprintable() and len(text) <= MAX_TEXT and "  " not in text:
        return Read(text)
    [line], notes = _plain([text])
    return Read(line, notes)


@lru_cache(4096)
def _rest(*texts: str) -> tuple[tuple[Any, ...], tuple[tuple[str, Note], ...]]:
    """The columns after the outlet, and what is to be noted of which.

    Remembered, where they are short: few such values stand in many rows.
    """
    readers = (_language, _timezone, _tags, _acceptance, _verified)
    fields = [reader(text.strip(_BLANKS)) for reader, text in zip(readers, texts, strict=True)]
    noted = zip(COLUMNS[3:], fields, strict=True)
    notes = tuple((column, note) for column, field in noted for note in field.notes)
    return tuple(field.value for field in fields), notes


def _tags(text: str) -> Read:
    parts, notes = _plain(re.split("[;|,]", text))
    return Read(tuple(dict.fromkeys(filter(None, parts))), notes)


def _plain(parts: Sequence[str]) -> tuple[list[str], tuple[Note, ...]]:
    notes = []
    if any(map(_CONTROL.search, parts)):
        notes.append(Note("control-characters", "control characters removed"))
        parts = [_CONTROL.sub("", _LINE_BREAK.sub(" ", part)) for part in parts]
    parts = [" ".join(part.split()) for part in parts]
    if any(len(part) > MAX_TEXT for part in parts):
        notes.append(Note("too-long", f"cut to {MAX_TEXT} characters"))
    return [part[:MAX_TEXT].rstrip() for part in parts], tuple(notes)


def _language(text: str) -> Read:
    primary = text[:40].replace("_", "-").partition("-")[0].lower()
    if not text or primary in LANGUAGES:
        return Read(primary)
    return Read("", (Note("unknown-language", f"left empty; use one of {', '.join(LANGUAGES)}"),))


def _timezone(text: str) -> Read:
    if not text or text in _zones():
        return Read(text)
    small = text[:40].lower().replace(" ", "_")
    zone = _zones_by_small_letters().get(small, "")
    if zone:
        return Read(zone)
    near = _near_zone(small)
    meant = f"did you mean {near}?" if near else "use an IANA name, like Europe/Paris"
    return Read("", (Note("unknown-zone", f"left empty; {meant}"),))


def _acceptance(text: str) -> Read:
    said = text.lower()
    accepted = said in _YES or _date(said[:40]) is not None
    if accepted or said in _NO:
        return Read(accepted)
    message = "counts as not accepted; write yes, no or the date of acceptance (2026-03-31)"
    return Read(False, (Note("bad-acceptance", message),))


def _verified(text: str) -> Read:
    verified = _date(text[:40])
    if verified is None and text:
        return Read(None, (Note("bad-date", "left empty; write a date like 2026-03-31"),))
    return Read(verified)


def _swallows(cell: str) -> bool:
    """Whether an address follows a line break: a stray quote made rows into one field."""
    before = cell[: max(cell.rfind("@"), 0)]
    return "\n" in before or "\r" in before


def _date(text: str) -> date | None:
    """A date written YYYY-MM-DD and no other way (ISO 8601 calendar date, extended)."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _zones_by_small_letters() -> dict[str, str]:
    return {zone.lower(): zone for zone in sorted(_zones())}


def _near_zone(small: str) -> str:
    """The zone that was meant: that city's, or one spelt nearly so. Few are compared: a list may
    be long."""
    places = _zones_by_place()
    area, slash, city = small.partition("/")
    if not slash:
        return next(iter(places.get(area, [])), "")
    begins = f"{area}/{city[:1]}"
    near = get_close_matches(small, [zone.lower() for zone in places.get(begins, [])], n=1)
    return _zones_by_small_letters()[near[0]] if near else ""


@cache
def _zones_by_place() -> dict[str, list[str]]:
    """Zones by their city, and by their area with the first letter of the city."""
    found: dict[str, list[str]] = {}
    for small, zone in _zones_by_small_letters().items():
        area, _, city = small.rpartition("/")
        if area and area != "etc":
            found.setdefault(city, []).append(zone)
            found.setdefault(f"{area}/{city[:1]}", []).append(zone)
    return found


def _name(path: Path) -> str:
    return brief(str(path), 4096)


def _finding(
    file: str,
    row: int,
    column: str,
    code: str,
    value: str,
    message: str,
    *,
    refused: bool = False,
) -> Finding:
    return Finding(file, row, column, code, brief(value), message, refused)
