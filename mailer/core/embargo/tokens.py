"""A printed line in pieces, whatever alphabet, digits, dashes and spaces it was printed with."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from mailer.core.embargo.places import zone_names
from mailer.core.embargo.words import fold


@dataclass(frozen=True, slots=True)
class Token:
    """A number ("num"), a word, an IANA name ("iana") or a mark; `glued` to what precedes it."""

    text: str
    fold: str
    kind: str
    glued: bool


END = Token("", "", "end", False)

_PIECE = re.compile(r"(?P<num>[0-9]+)|(?P<word>[^\W\d_]+)|(?P<mark>\S)")
_IANA = re.compile(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+|[A-Z]+(?:-[A-Za-z]+|[0-9][A-Z]*)")
_MERIDIEM = re.compile(r"(?<=[0-9])\s?([AaPp])\s?\.?\s?[Mm](?![^\W_])\.?")
_INITIALS = re.compile(r"(?<![^\W_])[A-Za-z](?:\.[A-Za-z]){1,5}(?![^\W_])\.?")
_MARKS = str.maketrans({**dict.fromkeys("‐‑−", "-"), **dict.fromkeys("—―", "–"), "،": ","})
_DROPPED = ("Mn", "Me", "Cf", "Cc", "Cs", "Cn", "Co")


def clean(line: str) -> str:
    """The line with plain digits, spaces and dashes; no controls, no bidi signs, no loose marks.

    Nor the marks of Markdown that stand around words.
    """
    kept: list[str] = []
    for char in unicodedata.normalize("NFKC", line.translate(_MARKS)).translate(_MARKS):
        category = unicodedata.category(char)
        if category == "Nd":
            kept.append(str(unicodedata.decimal(char)))
        elif category[0] == "Z" or char in "\t\r\n*`":
            kept.append(" ")
        elif category not in _DROPPED:
            kept.append(char)
    text = _MERIDIEM.sub(r" \1m ", "".join(kept))
    return _INITIALS.sub(lambda found: found.group().replace(".", "") + " ", text)


def tokenise(text: str) -> tuple[Token, ...]:
    """A cleaned line in pieces."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        piece = _IANA.match(text, at)
        kind = "iana"
        if piece is None or piece.group().lower() not in zone_names():
            piece = _PIECE.match(text, at)
            assert piece is not None
            kind = piece.lastgroup or "mark"
        glued = at > 0 and not text[at - 1].isspace()
        found.append(Token(piece.group(), fold(piece.group()), kind, glued))
        at = piece.end()
    return tuple(found)
