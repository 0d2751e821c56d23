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
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from mailer.core.errors import ListError
from mailer.core.inert import brief

MAX_LINE = 1 << 20
"""Bytes of one line of a text list. A list of people has none this long."""

MAX_UNZIPPED = 200_000_000
"""Bytes that all parts of a spreadsheet may come to when unpacked."""

MAX_SHEET_ROWS = 1_048_576
"""Rows of a sheet (ECMA-376 has no limit; every spreadsheet program has this one)."""

MAX_SHEET_COLUMNS = 64
"""Columns of a sheet that are looked at."""

DELIMITERS = ",;\t"


class Record(NamedTuple):
    """One row as read. `row` and `last` are its first and last line, counted from 1.

    `fault` says why the row cannot be read (its cells are then empty); `note` what a reader
    should know although it can.
    """

    row: int
    cells: Sequence[str]
    last: int
    fault: str = ""
    note: str = ""


def unreadable(path: Path, what: str, *, row: int = 0) -> ListError:
    """The one line that says why a whole file is refused; `row` counts from 1 (0: none)."""
    where = f"row {row}: " if row else ""
    return ListError(f"{brief(str(path), 4096)}: {where}{what}")


def text_lines(path: Path) -> Iterator[str]:
    r"""The lines of a UTF-8 file, with their line ends (\n, \r\n or \r). A BOM is taken off.

    Raises ListError at a byte that is not UTF-8 and at a line over MAX_LINE bytes.
    """
    row = 1
    with path.open("rb") as file:
        for raw in iter(partial(file.readline, MAX_LINE + 1), b""):
            if len(raw) > MAX_LINE:
                raise unreadable(path, f"a line of over {MAX_LINE:,} bytes; not a list", row=row)
            if row == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                row += len(re.findall(rb"\r(?!\n)", raw[: error.start]))
                what = f"byte 0x{raw[error.start]:02X} is not UTF-8"
                raise unreadable(
                    path, f"{what}; save it again as UTF-8 (in Excel: CSV UTF-8)", row=row
                ) from None
            lines = re.split(r"(?<=\r)(?!\n|\Z)", line) if "\r" in line else (line,)
            row += len(lines)
            yield from lines


def csv_records(path: Path) -> Iterator[Record]:
    """The records of a `.csv` file (RFC 4180); the delimiter is the header's commonest of `,;⇥`.

    `row` is the line on which the record starts. Rows with nothing in them are left out.
    """
    lines = text_lines(path)
    before = 0
    for header in lines:
        if header.strip():
            break
        before += 1
    else:
        return
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.reader(
        chain((header,), lines), delimiter=delimiter, strict=True, skipinitialspace=True
    )
    while True:
        row = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # the reader starts afresh on the next line
            last = before + reader.line_num
            yield Record(row, (), last, fault=_csv_fault(row, last, error))
            continue
        if any(map(str.strip, cells)):
            yield Record(row, cells, before + reader.line_num)


def _csv_fault(row: int, last: int, error: csv.Error) -> str:
    if "field limit" in str(error) and row == last:
        return f"a field of over {csv.field_size_limit():,} characters; shorten it"
    if row == last:
        return 'a quote out of place; put the whole field in quotes, and write " inside as ""'
    return f"a quote opened here is not closed: rows {row} to {last} cannot be told apart; close it"


def xlsx_records(path: Path) -> Iterator[Record]:
    """The records of the first sheet of an `.xlsx` file, cells as text, formulas as last shown.

    Dates come as ISO 8601 and truth values as "yes" or "no". Raises ListError if the file is not
    a workbook, or unpacks to more than MAX_UNZIPPED bytes.
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
                first, *others = book.worksheets
                records = _sheet_records(path, first)
                more = ", ".join(sheet.title for sheet in others if _has_rows(sheet))
                yield from (record._replace(note=more) for record in islice(records, 1))
                yield from records
    except (ListError, OSError):
        raise
    except Exception as error:  # openpyxl has no one error: a hostile file can raise nearly any
        what = f"not a readable .xlsx workbook ({type(error).__name__}); save it as CSV UTF-8"
        raise unreadable(path, what) from error


def _sheet_records(path: Path, sheet: Any) -> Iterator[Record]:
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
            yield Record(row, cells, row)


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
