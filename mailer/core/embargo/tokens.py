"""A printed line in pieces, whatever alphabet, digits, dashes and spaces it was printed with."""

from __future__ import annotations

import html
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
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_NOTE = re.compile(rf"(?<![{_RAISED}])[{_RAISED}](?![{_RAISED}])|[¼-¾⅐-⅞]")
_DATE_TIME_GROUP = re.compile(r"(?<!\w)(\d\d)(\d{4})\s?[Zz]\s?([A-Za-z]{3})\s?(?:20)?(\d\d)(?!\w)")
_DASHED_DATE = re.compile(r"(?<!\w)(\d{1,4})–([^\W_]{1,9}\.?)–(\d{2,4})(?!\w)")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,60}>")
_MARKS = str.maketrans({**dict.fromkeys("‐‑−", "-"), **dict.fromkeys("—―", "–"), "،": ","})
_DROPPED = ("Mn", "Me", "Cf", "Cc", "Cs", "Cn", "Co")


def clean(line: str) -> str:
    """The line with plain digits, spaces and dashes; no controls, no bidi signs, no loose marks.

    Nor the marks of Markdown and HTML that stand around words. A footnote's digit and a fraction
    are "^", for the time or date they stand at is not the one without them.
    """
    kept: list[str] = []
    noted = _NOTE.sub("^", _TAG.sub(" ", html.unescape(line)).translate(_MARKS))
    for char in unicodedata.normalize("NFKC", noted).translate(_MARKS):
        category = unicodedata.category(char)
        if category == "Nd":
            kept.append(str(unicodedata.decimal(char)))
        elif category[0] == "Z" or char in "\t\r\n*`":
            kept.append(" ")
        elif category not in _DROPPED:
            kept.append(char)
    text = _MERIDIEM.sub(r" \1m ", "".join(kept))
    text = _DASHED_DATE.sub(r"\1-\2-\3", text)
    text = _DATE_TIME_GROUP.sub(r"\2 Z \1 \3 20\4", text)
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
