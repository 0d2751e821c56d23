"""The log as a file: exactly what is filtered, in its order, a few entries in memory at a time.

No cell is a formula and no character acts on anything (core.inert), whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from openpyxl import Workbook

from mailer import present
from mailer.core.inert import inert_json
from mailer.core.log_filter import parse
from mailer.core.people import Act
from mailer.ledger.log.entries import Entry
from mailer.web import downloads
from mailer.web.access import LogReader, Office

router = APIRouter()

ROWS_ON_A_SHEET = 1_000_000
"""A little less than Excel takes; more go onto another sheet."""

LONGEST_CELL = 32_767
"""Characters that Excel takes."""

CHUNK = 1 << 16
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("/log/export.{form}")
def export(
    request: Request, app: Office, person: LogReader, form: Literal["csv", "json", "xlsx"]
) -> Response:
    """All that agrees with the address's filter, as a file to keep."""
    wanted = parse(request.query_params.multi_items(), ZoneInfo(person.zone))
    entries = app.desk.log_export(wanted, headlines=person.may(Act.READ_ADVISORY))
    made = {"csv": as_csv, "json": as_json, "xlsx": as_xlsx}[form](entries)
    name = f"log-{app.now():%Y%m%dT%H%M%SZ}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(made, media_type=TYPES[form], headers=headers)


def as_csv(entries: Iterable[Entry]) -> Iterator[bytes]:
    """RFC 4180, in UTF-8."""
    return downloads.as_csv(present.log_table(entries))


def as_json(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A list of the objects that `mailer log --json` prints."""
    before = "[\n"
    for entry in entries:
        yield (before + inert_json(present.entry_json(entry), indent=None)).encode()
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"


def as_xlsx(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A workbook. It is written to a file without a name first: only a whole one can be read."""
    book = Workbook(write_only=True)
    rows = present.log_table(entries)
    head = next(rows)
    sheet = _sheet(book, head)
    for number, row in enumerate(rows):
        if number and number % ROWS_ON_A_SHEET == 0:
            sheet = _sheet(book, head)
        sheet.append([one[:LONGEST_CELL] if isinstance(one, str) else one for one in row])
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _sheet(book: Workbook, head: list[Any]) -> Any:
    sheet = book.create_sheet("Log")
    sheet.freeze_panes = "A2"
    sheet.append(head)
    return sheet
