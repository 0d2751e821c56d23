"""Lists as address cards: vCard 3.0 (RFC 2426) and 4.0 (RFC 6350), and 2.1 as phones export it.

Each card is one record. A card that cannot be read comes out as a record with a fault and the
cards after it still come. Only the properties that a list knows are looked at; photographs and
all else are passed over. Unescaping and quoted-printable are vobject's. Its line grammar is not
given a line before ours has matched it: on a crafted one it needs time exponential in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vobject.base import textLineToContentLine
from vobject.icalendar import stringToTextValues

from mailer.intake.rows import Note, Record, text_lines, unreadable

COLUMNS = ("email", "name", "outlet", "language", "timezone", "tags")
"""The columns that a card fills, in the order of a record's cells."""

MAX_CARD = 131_072
"""Characters of the properties read from one card."""

_VALUE = r'(?:"[^"]*"|[^";:,=]*)'
_LINE = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)"
    rf"(?P<params>(?:;[\w-]+(?:={_VALUE}(?:,{_VALUE})*)?)*):(?P<value>.*)",
    re.ASCII | re.DOTALL,
)
_WANTED = re.compile(r"(?:[\w-]+\.)?(?:EMAIL|FN|N|ORG|LANG|TZ|CATEGORIES)[;:]", re.I | re.A)


def vcard_records(path: Path) -> Iterator[Record]:
    """The records of a `.vcf` file (UTF-8), a header of COLUMNS first.

    `row` is the line of the card's BEGIN. Of several addresses the preferred one is taken, else
    the first, and the record's note says so. Raises ListError if there is no card in the file.
    """
    yield Record(0, COLUMNS)
    start, found = 0, False
    card: list[str] = []
    row = 0
    for row, line in _unfolded(text_lines(path)):
        mark = line.strip().upper()
        if mark == "BEGIN:VCARD":
            if start:
                yield Record(start, (), fault="a card that is not ended; add END:VCARD")
            start, found, card = row, True, []
        elif mark == "END:VCARD":
            found = True
            if start:
                yield _record(start, card)
            else:
                yield Record(row, (), fault="the end of a card that was never begun")
            start = 0
        elif start and _WANTED.match(line):
            card.append(line)
    if start:
        yield Record(start, (), fault="a card that is not ended; add END:VCARD")
    if not found:
        raise unreadable(path, "no card (BEGIN:VCARD) in it; export the contacts as vCard again")


def _unfolded(lines: Iterator[str]) -> Iterator[tuple[int, str]]:
    """Logical lines (RFC 6350 §3.2), each with the number of its first physical line."""
    parts: list[str] = []
    start = size = 0
    quoted = False
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n")
        # vCard 2.1 goes on after a "=" at the end of a quoted-printable line.
        soft = quoted and size <= MAX_CARD and parts[-1].endswith("=")
        if parts and (soft or line[:1] in (" ", "\t")):
            if size <= MAX_CARD:  # what is longer is refused with its card
                if soft:
                    parts[-1] = parts[-1][:-1]
                parts.append(line if soft else line[1:])
                size += len(line) - 1
            continue
        if parts:
            yield start, "".join(parts)
        parts, start, size = [line], number, len(line)
        quoted = "QUOTED-PRINTABLE" in line.partition(":")[0].upper()
    if parts:
        yield start, "".join(parts)


def _record(row: int, lines: list[str]) -> Record:
    if sum(map(len, lines)) > MAX_CARD:
        return Record(row, (), fault=f"a card of over {MAX_CARD:,} characters; shorten it")
    properties: dict[str, list[Any]] = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        try:
            if not match:
                raise ValueError(line)
            value = match.start("value")  # what is before it is in any case in vCard 2.1
            content = textLineToContentLine(line[:value].upper() + line[value:])
        except Exception:  # vobject raises ValueError, TypeError, LookupError and its own
            name = re.split("[;:]", line, maxsplit=1)[0].upper()
            return Record(row, (), fault=f"the card's {name} cannot be read; export it again")
        properties.setdefault(content.name, []).append(content)

    emails = sorted(properties.get("EMAIL", []), key=_preference)
    note = None
    if len(emails) > 1:
        what = f"{len(emails)} addresses in the card; only this one is used"
        note = Note("several-addresses", what)
    cells = (
        _text(emails),
        _text(properties.get("FN", [])) or _given_and_family(properties.get("N", [])),
        _parts(properties.get("ORG", []))[0],
        _text(sorted(properties.get("LANG", []), key=_preference)),
        _text(properties.get("TZ", [])),
        "|".join(
            tag
            for content in properties.get("CATEGORIES", [])
            for tag in stringToTextValues(content.value)
        ),
    )
    return Record(row, cells, note=note)


def _preference(content: Any) -> int:
    """RFC 6350 §5.3: PREF counts from 1, the best, to 100; in 2.1 and 3.0 a bare TYPE=pref."""
    types = [*content.params.get("TYPE", []), *content.singletonparams]
    if "PREF" in types:
        return 1
    level = next(iter(content.params.get("PREF", [])), "")
    return int(level) if level.isdecimal() and len(level) <= 3 else 101


def _text(contents: list[Any]) -> str:
    return str(stringToTextValues(contents[0].value, None)[0]) if contents else ""


def _parts(contents: list[Any]) -> list[str]:
    return list(stringToTextValues(contents[0].value, ";")) if contents else [""]


def _given_and_family(contents: list[Any]) -> str:
    family, given, *_ = [*_parts(contents), ""]
    return f"{given} {family}".strip()
