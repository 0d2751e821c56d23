"""Lists of journalists in: contacts, and a report of every row that was refused or doubtful.

Nothing is lost in silence: each row of a list is either a contact or a refusal with its row and
reason, and whatever was dropped from a contact's fields is a finding. What is doubtful is read on
the safe side (an embargo acceptance that cannot be read is not an acceptance). A file that cannot
be read at all raises ListError. Values in findings are safe to print on a terminal.

The columns are those of `columns.COLUMNS`, in any order and by any of the names it knows; the row
that names them may stand below a title. A field that holds the file's own delimiter is in quotes,
as always in CSV.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from sys import intern
from typing import NamedTuple

from mailer.core.inert import as_written, brief
from mailer.core.model import Contact
from mailer.intake import cells
from mailer.intake.addresses import (
    Refusal,
    from_header,
    is_unread,
    read_address,
    same_mailbox_key,
)
from mailer.intake.columns import COLUMNS, Layout, TwoColumnsError, layout
from mailer.intake.rows import (
    ROWS_ABOVE,
    Note,
    Record,
    csv_records,
    refuse_other_kinds,
    unreadable,
    xlsx_records,
)
from mailer.intake.vcard import vcard_records

_READERS: dict[str, Callable[[Path], Iterator[Record]]] = {
    ".csv": csv_records,
    ".xlsx": xlsx_records,
    ".vcf": vcard_records,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at. `refused`: the row gave no contact.

    `row` is the row as a spreadsheet shows it; in a `.vcf`, the line on which the card starts.
    `column` is empty where the whole row is meant. `code` is stable. `value` is what was found, at
    most 80 characters, control and bidi characters as escapes.
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
        """How many rows gave no contact. Rows below the header = contacts + refused."""
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
    first: dict[str, tuple[str, bool]] = {}
    return tuple(_report(path, _compare(path, first)) for path in paths)


def iter_list(path: Path) -> Iterator[Entry | Finding]:
    """The entries and findings of a list as they are read, for lists too long to hold.

    An entry that comes again, by its row, is the one that counts: a later row contradicted it.
    Raises ListError, perhaps after some entries, if the file cannot be read.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise unreadable(path, f"not a kind of list; save it as one of {', '.join(_READERS)}")
    try:
        if not path.is_file():
            raise unreadable(path, "no such file" if not path.exists() else "not a file")
        refuse_other_kinds(path)
        yield from _entries(path, reader(path))
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}; check the file"
        raise unreadable(path, what) from error


def _report(path: Path, stream: Iterator[Entry | Finding]) -> ListReport:
    contacts: dict[int, Contact] = {}
    findings: list[Finding] = []
    for item in stream:
        if isinstance(item, Finding):
            findings.append(item)
        else:
            contacts[item.row] = item.contact
    return ListReport(_name(path), tuple(contacts.values()), tuple(findings))


def _compare(path: Path, first: dict[str, tuple[str, bool]]) -> Iterator[Entry | Finding]:
    """The list's stream, with a finding for each contact that `first` has from another list."""
    file = _name(path)
    for item in iter_list(path):
        yield item
        if isinstance(item, Entry):
            row, contact = item
            mine = (file, contact.embargo_accepted)
            key = same_mailbox_key(contact.email)
            other, accepted = first.setdefault(key, mine)
            if other == file:
                first[key] = mine  # of a row that comes again, the last counts
            else:
                message = f"also in {other}"
                if accepted != contact.embargo_accepted:
                    message += "; the embargo is accepted in one of the two only"
                yield _finding(file, row, "email", "in-another-list", contact.email, message)


def _entries(path: Path, records: Iterator[Record]) -> Iterator[Entry | Finding]:
    file = _name(path)
    header, columns, above = _header(path, records)
    if above:
        what = f"above the names of the columns, in row {header.row}; not read"
        yield _finding(file, above[0].row, "", "rows-above", " ".join(above[0].cells), what)
    if header.note and header.note.code == "other-sheets":
        code, message, value = header.note
        yield _finding(file, header.row, "", code, value, message)
    if columns.unread:
        shown = ", ".join(brief(name, 40) for name in columns.unread[:30])
        more = len(columns.unread) - 30
        what = f"not read: {shown}{f' and {more} more' if more > 0 else ''}"
        message = f"{what}; the columns of a list are {', '.join(COLUMNS)}"
        yield _finding(file, header.row, "", "unknown-column", "", message)
    rows: dict[str, Entry] = {}
    for record in records:
        contact, findings = _contact(file, record, columns)
        if contact is not None:
            key = same_mailbox_key(contact.email)
            entry = Entry(record.row, contact)
            earlier = rows.setdefault(key, entry)
            if earlier is entry:
                yield entry
            else:
                email = contact.email
                message = f"already in row {earlier.row}, which counts; delete one of them"
                yield _finding(file, record.row, "email", "duplicate", email, message, refused=True)
                if earlier.contact.embargo_accepted and not contact.embargo_accepted:
                    refuted = replace(earlier.contact, embargo_accepted=False)
                    rows[key] = earlier._replace(contact=refuted)
                    yield rows[key]
                    message = (
                        f"counts as not accepted: row {record.row} does not say so; delete one"
                    )
                    column = "embargo_accepted"
                    yield _finding(file, earlier.row, column, "bad-acceptance", email, message)
        yield from findings


def _header(path: Path, records: Iterator[Record]) -> tuple[Record, Layout, Sequence[Record]]:
    """The row that names the columns, what they are, and what stands above it."""
    above: list[Record] = []
    for record in records:
        if record.fault:
            raise unreadable(path, record.fault, row=record.row)
        try:
            columns = layout(record.cells)
        except TwoColumnsError as error:
            what = f"two columns mean the same: {' and '.join(map(brief, error.args))}; rename one"
            raise unreadable(path, what, row=record.row) from None
        if columns:
            return record, columns, above
        if any("@" in cell for cell in record.cells):
            if not above:
                what = "an address, and no header above it; name the columns in a row above it"
                raise unreadable(path, what, row=record.row)
            above = above[-1:]  # what stands right above the addresses was meant to be the header
            break
        above.append(record)
        if len(above) > ROWS_ABOVE:
            break
    if not above:
        raise unreadable(path, "empty; the first row names the columns, email among them")
    meant = above[0]
    shown = ", ".join(brief(name.strip()) for name in meant.cells[:10])
    shown += ", …" if meant.cells[10:] else ""
    mended = "name the one with the addresses email"
    if meant.note:
        mended += f"; {meant.note.message}"
    what = f"no email column; the columns are: {shown}; {mended}"
    raise unreadable(path, what, row=meant.row)


def _contact(
    file: str, record: Record, columns: Layout
) -> tuple[Contact | None, Sequence[Finding]]:
    """The contact of a record and what was found by the way; no contact: exactly one refusal."""
    row, found, lines, fault, remark = record
    if fault:
        return _refused(file, row, "", "unreadable-row", "", fault)
    missing = columns.width - len(found)
    if missing < 0 and (more := next(filter(str.strip, found[columns.width :]), "")):
        message = f"more fields than the header's {columns.width}; quote a field that holds a comma"
        return _refused(file, row, "", "too-many-fields", more, message)
    padded = [*found[: columns.width], *[""] * (max(missing, 0) + 1)]
    values = [padded[place] for place in columns.places]
    written = as_written(values[0].strip(cells.BLANKS))
    called, email = "", read_address(written)
    if isinstance(email, Refusal) or written[0] == "'":
        called, bare = from_header(written)
        email = read_address(bare)
    if isinstance(email, Refusal):
        return _refused(file, row, "email", email.code, written, email.reason)
    if lines > 1 and any(map(_swallows, found)):
        message = f"a quote makes one row of {lines} lines; close it"
        return _refused(file, row, "", "unreadable-row", email, message)
    for place, column in columns.no_mail:
        if not cells.says_no(padded[place]):
            message = "says that they want no mail; delete the row, or empty the cell"
            return _refused(file, row, brief(column), "wants-no-mail", padded[place], message)

    values[1] = (columns.name(padded) if columns.parts else values[1]) or called
    name, outlet = cells.line(values[1]), cells.line(values[2])
    others = values[3:]
    short = sum(map(len, others)) <= cells.MAX_TEXT
    rest, doubtful = (cells.rest if short else cells.rest.__wrapped__)(*others)
    contact = Contact(email, name.value, intern(outlet.value), *rest)
    unread = is_unread(email)
    if not (remark or unread or doubtful or name.notes or outlet.notes):
        return contact, ()
    notes = [("email", remark)] if remark else []
    if unread:
        notes.append(("email", Note("unread-address", "nobody reads it; ask for another")))
    notes += [("name", note) for note in name.notes]
    notes += [("outlet", note) for note in outlet.notes]
    shown = {c: value.strip(cells.BLANKS) for c, value in zip(COLUMNS, values, strict=True)}
    return contact, [
        _finding(file, row, column, note.code, shown[column], note.message)
        for column, note in (*notes, *doubtful)
    ]


def _swallows(cell: str) -> bool:
    """Whether an address follows a line break: a stray quote made rows into one field."""
    before = cell[: max(cell.rfind("@"), 0)]
    return "\n" in before or "\r" in before


def _refused(
    file: str, row: int, column: str, code: str, value: str, message: str
) -> tuple[None, list[Finding]]:
    return None, [_finding(file, row, column, code, value, message, refused=True)]


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
