"""Lists as files: `.csv` and `.xlsx`, read row by row as text, whatever was put in them.

The first record is the header. A row that cannot be read comes out as a record with a fault and
the rows after it still come; a file that cannot be read raises ListError. CSV is streamed: memory
does not grow with the file.
"""

from __future__ import annotations

import codecs
import csv
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from functools import partial
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, NamedTuple

from mailer.core.errors import ListError
from mailer.core.inert import brief
from mailer.intake.columns import MOST, names_addresses

MAX_LINE = 1 << 20
"""Bytes of one line of a text list. A list of people has none this long."""

MAX_UNZIPPED = 200_000_000
"""Bytes that all parts of a spreadsheet may come to when unpacked."""

MAX_SHEET_ROWS = 1_048_576
"""Rows of a sheet (ECMA-376 has no limit; every spreadsheet program has this one)."""

MAX_SHEET_COLUMNS = 128
"""Columns of a sheet that are looked at (Outlook exports 92)."""

DELIMITERS = ",;\t|"

ROWS_ABOVE = 20
"""Rows that may stand above the one that names the columns."""

_HIDDEN = re.compile(rb"""<(?:\w+:)?row\s[^<>]*?\bhidden=["'](?:1|true)["'][^<>]*""")
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d{1,7})["']""")
_BY_CONTENT = (
    (b"PK\x03\x04", ".xlsx", "a spreadsheet; name it .xlsx"),
    (b"\xd0\xcf\x11\xe0", "", "an old .xls workbook or has a password; save it anew as .xlsx"),
    (b"BEGIN:VCARD", ".vcf", "address cards; name it .vcf"),
    (b"<", "", "a web page; open it in a spreadsheet and save it as CSV UTF-8"),
)


class Note(NamedTuple):
    """Why something is doubtful: a stable code, a sentence for a person, and what was found."""

    code: str
    message: str
    value: str = ""


class Record(NamedTuple):
    """One row as read. `row` counts from 1; `lines` of the file make it.

    `fault` says why the row cannot be read (its cells are then empty); `note` what a reader
    should know although it can.
    """

    row: int
    cells: Sequence[str]
    lines: int = 1
    fault: str = ""
    note: Note | None = None


def refuse_other_kinds(path: Path) -> None:
    """Raise ListError if a file is by its content of another kind than its name says."""
    with path.open("rb") as file:
        head = file.read(1000).removeprefix(codecs.BOM_UTF8)
    kind = path.suffix.lower()
    for begins, suffix, what in _BY_CONTENT:
        if head.lstrip().upper().startswith(begins) and suffix != kind:
            raise unreadable(path, f"by its content it is {what}")
    if kind != ".xlsx" and b"\0" in re.split(rb"[\r\n]", head)[0]:
        raise unreadable(path, "its first row is not UTF-8 text; save it again as CSV UTF-8")


def unreadable(path: Path, what: str, *, row: int = 0) -> ListError:
    """The one line that says why a whole file is refused; `row` counts from 1 (0: none)."""
    where = f"row {row}: " if row else ""
    return ListError(f"{brief(str(path), 4096)}: {where}{what}")


def text_lines(path: Path) -> Iterator[str]:
    r"""The lines of a UTF-8 file, with their line ends (\n, \r\n or \r). A BOM is taken off.

    Raises ListError at a byte that is not UTF-8 and at a line over MAX_LINE bytes.
    """
    number = 1
    with path.open("rb") as file:
        for raw in iter(partial(file.readline, MAX_LINE + 1), b""):
            if len(raw) > MAX_LINE:
                raise unreadable(path, f"line {number}: over {MAX_LINE:,} bytes; not a list")
            if number == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                number += len(re.findall(rb"\r(?!\n)", raw[: error.start]))
                what = f"line {number}: byte 0x{raw[error.start]:02X} is not UTF-8"
                mended = "save it again as UTF-8 (in Excel: CSV UTF-8)"
                raise unreadable(path, f"{what}; {mended}") from None
            lines = re.split(r"(?<=\r)(?!\n|\Z)", line) if "\r" in line else (line,)
            number += len(lines)
            yield from lines


def csv_records(path: Path) -> Iterator[Record]:
    """The records of a `.csv` file (RFC 4180); the delimiter is the one that parts its header.

    Rows are counted as a spreadsheet shows them, a field of several lines in one; those with
    nothing in them are left out.
    """
    lines = text_lines(path)
    first = list(islice(lines, ROWS_ABOVE))
    reader = csv.reader(
        chain(first, lines), delimiter=_delimiter(first), strict=True, skipinitialspace=True
    )
    for row in count(1):
        before = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # the reader starts afresh on the next line
            yield Record(row, (), fault=_csv_fault(reader.line_num - before, error))
            continue
        if any(map(str.strip, cells)):
            yield Record(row, cells, reader.line_num - before)


def _delimiter(lines: Sequence[str]) -> str:
    """What parts the first line that names the addresses, else the first line with anything."""
    for line in lines:
        for delimiter in sorted(DELIMITERS, key=line.count, reverse=True):
            if any(map(names_addresses, line.split(delimiter, MOST)[:MOST])):
                return delimiter
    return max(DELIMITERS, key=next(filter(str.strip, lines), "").count)


def _csv_fault(lines: int, error: csv.Error) -> str:
    if "field limit" in str(error) and lines == 1:
        return f"a field of over {csv.field_size_limit():,} characters; shorten it"
    if lines == 1:
        return 'a quote out of place; put the whole field in quotes, and write " inside as ""'
    return f"a quote opened here is not closed: {lines:,} lines cannot be told apart; close it"


def xlsx_records(path: Path) -> Iterator[Record]:
    """The records of the first sheet that is shown and not empty, cells as text, formulas as last
    shown.

    Dates come as ISO 8601 and truth values as "yes" or "no". A row that is hidden, or filtered
    out, comes as every other, with a note. Raises ListError if the file is not a workbook, or
    unpacks to more than MAX_UNZIPPED bytes.
    """
    try:
        from openpyxl import load_workbook  # here: few commands read a spreadsheet

        with path.open("rb") as file:
            with zipfile.ZipFile(file) as archive:
                if sum(part.file_size for part in archive.infolist()) > MAX_UNZIPPED:
                    what = f"unpacks to over {MAX_UNZIPPED // 1_000_000} MB; save it as CSV UTF-8"
                    raise unreadable(path, what)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about drawings, filters and the like
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            with closing(book):
                sheets: list[Any] = book.worksheets
                if len({sheet._worksheet_path for sheet in sheets}) < len(sheets):
                    raise unreadable(path, "two of its sheets are one; save it as CSV UTF-8")
                filled = [sheet for sheet in sheets if _has_rows(sheet)]
                shown = [sheet for sheet in filled if sheet.sheet_state == "visible"]
                for sheet in (shown or filled)[:1]:
                    others = ", ".join(other.title for other in filled if other is not sheet)
                    records = _sheet_records(path, sheet)
                    if others:
                        name = brief(sheet.title)
                        what = f'only the sheet "{name}" is read; save the others as lists'
                        note = Note("other-sheets", what, others)
                        yield from (one._replace(note=note) for one in islice(records, 1))
                    yield from records
    except (ListError, OSError):
        raise
    except Exception as error:  # openpyxl has no one error: a hostile file can raise nearly any
        what = f"not a readable .xlsx workbook ({type(error).__name__}); save it as CSV UTF-8"
        raise unreadable(path, what) from error


def _sheet_records(path: Path, sheet: Any) -> Iterator[Record]:
    hidden = _hidden_rows(sheet)
    sheet.reset_dimensions()  # what the file claims is not trusted
    rows = sheet.iter_rows(values_only=True, max_col=MAX_SHEET_COLUMNS)
    for row, values in enumerate(_quietly(rows), start=1):
        if row > MAX_SHEET_ROWS:
            what = f"more rows than a sheet can have ({MAX_SHEET_ROWS:,})"
            raise unreadable(path, what, row=row)
        width = len(values)
        while width and values[width - 1] is None:
            width -= 1
        cells = [_cell(value) for value in values[:width]]
        if any(map(str.strip, cells)):
            yield Record(row, cells, note=_UNSEEN if row in hidden else None)


_UNSEEN = Note("hidden-row", "hidden in the spreadsheet, but read; delete it if it is not meant")


def _hidden_rows(sheet: Any) -> set[int]:
    """The rows that are hidden or filtered out (openpyxl tells it only of a whole book)."""
    found: set[int] = set()
    with sheet._get_source() as source:
        rest = b""
        for part in iter(partial(source.read, 1 << 20), b""):
            rest = rest[-1000:] + part
            for row in _HIDDEN.finditer(rest):
                if number := _ROW_NUMBER.search(row[0]):
                    found.add(int(number[1]))
    return found


def _has_rows(sheet: Any) -> bool:
    """Whether anything stands in the first rows of a sheet."""
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True, max_row=1000, max_col=MAX_SHEET_COLUMNS)
    return any(cell is not None for row in _quietly(rows) for cell in row)


def _quietly(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The same rows, without openpyxl's warnings of what it leaves out (filters, formats)."""
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            some = list(islice(rows, 1000))
        if not some:
            return
        yield from some


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
