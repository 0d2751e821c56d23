"""What a browser keeps as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

ROWS_AT_ONCE = 500


def as_file(name: str) -> dict[str, str]:
    """The header of an answer that is kept as a file, and never opened in a page of ours."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def as_csv(rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """RFC 4180, in UTF-8, a few rows in memory at a time. The cells are inert already."""
    rows = iter(rows)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        text = io.StringIO()
        csv.writer(text).writerows(some)
        yield text.getvalue().encode()
