"""Untrusted text made harmless to look at: in a terminal, in JSON, in a spreadsheet.

A list's field, an advisory's headline or a relay's reply may hold escape sequences, direction
overrides or spreadsheet formulas. Shown, they are characters and nothing more.
"""

from __future__ import annotations

import json
import re
import unicodedata

_ACTIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff"
    "\ud800-\udfff]"
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def inert(text: str) -> str:
    """One line for a terminal: control and direction characters as visible escapes."""
    return _ACTIVE.sub(_escape, text)


def brief(text: str, limit: int = 80) -> str:
    """A value as a message quotes it: one line, printable or escaped, cut at `limit` with "…"."""
    if len(text) <= limit and text.isprintable():
        return text
    safe = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii")
        for c in text[: limit + 1]
    )
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def inert_lines(text: str) -> str:
    """The same for text whose line breaks are its own."""
    return "\n".join(inert(line) for line in text.split("\n"))


def inert_json(value: object, indent: int | None = 2) -> str:
    """JSON that any script can read: what is active stands as \\u escapes, and means the same."""
    dumped = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return "\n".join(_ACTIVE.sub(_json_escape, line) for line in dumped.split("\n"))


def inert_cell(text: str) -> str:
    """A spreadsheet's cell: no control characters, and never the start of a formula (CWE-1236)."""
    return no_formula(inert(text))


def no_formula(text: str) -> str:
    """The same characters, with `'` before what a spreadsheet would take for a formula."""
    # Full-width signs begin a formula as well as the plain ones.
    plain = unicodedata.normalize("NFKC", text[:1])
    return "'" + text if plain.startswith(_FORMULA) else text


def as_written(cell: str) -> str:
    """What `no_formula` was given."""
    return cell[1:] if cell[:1] == "'" and no_formula(cell[1:]) != cell[1:] else cell


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _json_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
