"""Untrusted text in Markdown: characters and nothing more.

A field cannot make emphasis, a heading, a table's column, HTML, an image or a link, also not where
a reader makes links of bare addresses (GitHub Flavored Markdown §6.9): those stand as code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailer.core.inert import inert

_PUNCTUATION = re.compile(r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_QUIET = frozenset(",;'\"()-./ ")
_LINKISH = re.compile(r"@|://|:\S|\w\.\w", re.UNICODE)


def words(text: str) -> str:
    """A field as plain words; as code where a reader might take it for an address or a link."""
    shown = inert(text)
    if _LINKISH.search(shown):
        return code(text)
    return _PUNCTUATION.sub(_escaped, shown)


def code(text: str) -> str:
    """A field as code, fenced by more backticks than it holds; empty stays empty."""
    shown = inert(text).strip()
    if not shown:
        return ""
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    # A table's cell is cut at a | in code too, and a backslash before it may itself be escaped
    # (GFM §4.10): it stands as its number.
    return f"{fence}{pad}{shown.replace('|', _PIPE)}{pad}{fence}"


_PIPE = "\\x7c"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table's lines; its cells are already harmless (`words`, `code`, or our own)."""
    columns = list(head)
    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows)]


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    if found in _QUIET:
        return found
    return _ENTITIES.get(found, f"\\{found}")
