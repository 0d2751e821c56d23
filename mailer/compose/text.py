"""Plain text made safe and fitted: what comes in from a document or a list is only ever words."""

from __future__ import annotations

import re
from unicodedata import bidirectional

WIDTH = 72
"""Columns of the text part."""

LEFT_TO_RIGHT_MARK = "\u200e"

# Controls, surrogates and the invisible marks that turn text around (UAX #9): none of them is
# a word, and the last can make an address or a time read backwards. LRM, RLM, ALM and the
# joiners stay, for Arabic, Persian and Indic scripts need them.
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
)
_UNSEEN_RE = re.compile(f"[{_UNSEEN}]")
_SURROGATE_RE = re.compile("[\ud800-\udfff]")
_NEWLINE_RE = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACE_RE = re.compile(r"\s+")
# Where no line may break: before a footnote's number, and inside the marks that French spaces out.
_GLUED_RE = re.compile(r"(?<=\S) (?=\[\d+\]|[:;!?»](?:\s|$))|(?<=«) (?=\S)", re.MULTILINE)
_GLUE = "\x1a"
_GAP_RE = re.compile("[ \t]+")
# Letters of two columns (UAX #11), and where a line may break without a space (UAX #14).
_IDEOGRAPHS = "\u2e80-\u312f\u3190-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff"
_WIDE_RE = re.compile(
    f"[{_IDEOGRAPHS}\u1100-\u115f\uac00-\ud7a3\uffe0-\uffe6\U0001f300-\U0001faff]"
)
_BREAK_RE = re.compile(
    f"(?<=[{_IDEOGRAPHS}])(?<![「『（【〈《〔])(?![、。，．・：；！？」』）】〉》〕…ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々])"
)


def one_line(value: str) -> str:
    """The words of `value` on one line: no control characters, no runs of space, no edges."""
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip(" ")  # nearly every name is so, and there is nothing else to do
    return _SPACE_RE.sub(" ", paragraphs(value)).strip()


def paragraphs(value: str) -> str:
    """`value` with its lines ended by a line feed, and without control characters."""
    return encodable(_UNSEEN_RE.sub("", _NEWLINE_RE.sub("\n", value)))


def encodable(value: str) -> str:
    """`value` with every lone surrogate replaced, so that it can be written as UTF-8."""
    return _SURROGATE_RE.sub("\ufffd", value)


def columns(value: str) -> int:
    """How wide a text stands in a typewriter's face: an ideograph and an emoji are two columns."""
    return len(value) if value.isascii() else len(value) + len(_WIDE_RE.findall(value))


def wrap(value: str, width: int = WIDTH, first: str = "", rest: str | None = None) -> str:
    """`value` in lines of at most `width` columns; a word longer than that stays whole.

    `first` begins the first line and `rest` the others (default: spaces as wide as `first`).
    A line feed in `value` is kept as a line's end. Chinese and Japanese, which have no spaces,
    break between letters, but for marks that begin or end no line.
    """
    rest = " " * columns(first) if rest is None else rest
    filled: list[str] = []
    for line in _GLUED_RE.sub(_GLUE, value).split("\n"):
        filled.append(rest if filled else first)
        room, gap = width - columns(filled[-1]), ""
        for word in _GAP_RE.split(line.strip(" \t")):
            pieces = [word] if word.isascii() else _BREAK_RE.split(word)
            for piece in filter(None, pieces):
                wide = columns(gap) + columns(piece)
                if wide > room and filled[-1] not in (first, rest):
                    filled.append(rest)
                    room, gap = width - columns(rest), ""
                    wide = columns(piece)
                filled[-1] += gap + piece
                room, gap = room - wide, ""
            gap = " "
    return "\n".join(line.rstrip(" \t") for line in filled).replace(_GLUE, " ")


def way_of(value: str) -> str:
    """Which way a text runs by its first letter that says so: "rtl", "ltr", or "" (UAX #9 P2)."""
    for letter in value:
        kind = bidirectional(letter)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return ""


def underline(value: str, mark: str = "-") -> str:
    """`value` wrapped, and a line of `mark` under it as long as its longest line."""
    lines = wrap(value)
    return f"{lines}\n{mark * min(WIDTH, max(map(columns, lines.split(chr(10)))))}"


def tidy(value: str) -> str:
    """A rendered text part: no blank edges, no two blank lines together, one last line feed."""
    lines = [line.rstrip() for line in paragraphs(value).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"
