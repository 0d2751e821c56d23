"""A text part that is cut at its slots: encoded beforehand, but for the lines that have one.

Promises the bytes of `mime.text_part`, dot-stuffed, for whatever words are filled in. How a part
travels hangs on the whole of it: one letter outside ASCII in a name makes a 7bit part
quoted-printable. So the constant lines are kept ready in each encoding, and are counted beforehand.
"""

from __future__ import annotations

import binascii
from functools import cached_property, lru_cache
from typing import NamedTuple

from mailer.compose.mime import base64_lines, is_plain, is_short, text_head, text_part

NAME, OUTLET, LEAVE = "\x00", "\x01", "\x02"
"""What stands in a text for the contact's words; no other text has control characters."""

_KEPT = 65_536
_LINE = 57
"""The octets of a line of Base64."""


def escaped(words: str) -> str:
    """Words as HTML's serialization writes them in a text node (no-break spaces they have none)."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def stuffed(lines: bytes) -> tuple[bytes, int]:
    """What begins with a line, with its leading dots doubled (RFC 5321 §4.5.2); and how many."""
    more = lines.replace(b"\r\n.", b"\r\n..")
    if more.startswith(b"."):
        more = b"." + more
    return more, len(more) - len(lines)


class _Ready(NamedTuple):
    """The constant lines in one encoding, dot-stuffed, and how they count.

    `start` has the part's headers and all before the first line with a slot; `rest` has each such
    line and what follows it.
    """

    start: bytes
    rest: tuple[tuple[str, bytes], ...]
    dots: int
    octets: int


class CutText:
    """A part whose lines with slots are filled in per contact."""

    def __init__(self, subtype: str, text: str) -> None:
        """`text` is as it was rendered, with `NAME`, `OUTLET` and `LEAVE` for the contact's."""
        self._subtype, self._html = subtype, subtype == "html"
        self._lines, self._blocks = _cut(text)
        self._has_outlet, self._has_leave = OUTLET in text, LEAVE in text
        self._plain = all(is_plain(line) for block in self._blocks for line in block.split("\n"))
        self._raw = [block.replace("\n", "\r\n").encode() for block in self._blocks]
        self._octets = sum(map(len, self._raw))

    @property
    def constant(self) -> bool:
        """Whether it has no slot."""
        return not self._lines

    def whole(self) -> bytes:
        """The part, not stuffed, if it has no slot."""
        return text_part("".join(self._blocks), self._subtype)

    def fill(self, name: str, outlet: str, leave: str, pieces: list[bytes]) -> int:
        """Add the part to `pieces`, dot-stuffed; returns how many dots were doubled."""
        # Written for speed: one loop, and no call that can be spared.
        if self._html:
            name, outlet = escaped(name), escaped(outlet) if self._has_outlet else ""
            leave = escaped(leave)
        if self._plain and (dots := self._fill_plain(name, outlet, leave, pieces)) is not None:
            return dots
        quoted, octets, dots = self._quoted.octets, self._octets, self._quoted.dots
        filled = [self._quoted.start]
        for line, following in self._quoted.rest:
            line = line.replace(NAME, name)
            if self._has_outlet:
                line = line.replace(OUTLET, outlet)
            if self._has_leave:
                line = line.replace(LEAVE, leave)
            raw = line.encode()
            done = binascii.b2a_qp(raw, istext=True)
            octets += len(raw)
            quoted += len(done)
            if b"\r\n." in done or done.startswith(b"."):
                done, more = stuffed(done)
                dots += more
            filled += (done, following)
        if is_short(quoted, octets):
            pieces += filled
            return dots
        self._fill_base64(name, outlet, leave, pieces)
        return 0

    def _fill_plain(self, name: str, outlet: str, leave: str, pieces: list[bytes]) -> int | None:
        dots = self._seven_bit.dots
        filled = [self._seven_bit.start]
        for line, following in self._seven_bit.rest:
            line = line.replace(NAME, name).replace(OUTLET, outlet).replace(LEAVE, leave)
            if not is_plain(line[:-2]):
                return None
            if line.startswith("."):
                line = f".{line}"
                dots += 1
            filled += (line.encode(), following)
        pieces += filled
        return dots

    def _fill_base64(self, name: str, outlet: str, leave: str, pieces: list[bytes]) -> None:
        """Lines of Base64 before the first slot and after the last are made only once."""
        filled = (line.replace(NAME, name).replace(OUTLET, outlet) for line in self._lines)
        lines = [line.replace(LEAVE, leave).encode() for line in filled]
        first, last = self._raw[0], self._raw[-1]
        between = [piece for pair in zip(self._raw[1:], lines[1:], strict=False) for piece in pair]
        middle = b"".join((first[len(first) - len(first) % _LINE :], lines[0], *between))
        skip = -len(middle) % _LINE
        pieces.append(self._base64_start)
        if skip < len(last):
            after = _tail if len(last) < _KEPT else _tail.__wrapped__
            pieces += (base64_lines(middle + last[:skip]), b"\r\n", after(last, skip))
        else:
            pieces.append(base64_lines(middle + last))

    @cached_property
    def _seven_bit(self) -> _Ready:
        return self._made_ready("7bit", self._raw)

    @cached_property
    def _quoted(self) -> _Ready:
        blocks = [binascii.b2a_qp(block, istext=True) for block in self._raw]
        return self._made_ready("quoted-printable", blocks)

    @cached_property
    def _base64_start(self) -> bytes:
        first = self._raw[0]
        whole = base64_lines(first[: len(first) - len(first) % _LINE])
        return text_head(self._subtype, "base64") + whole + (b"\r\n" if whole else b"")

    def _made_ready(self, encoding: str, blocks: list[bytes]) -> _Ready:
        start, *rest = (stuffed(block)[0] for block in blocks)
        octets = sum(map(len, blocks))
        dots = len(start) + sum(map(len, rest)) - octets
        head = text_head(self._subtype, encoding)
        return _Ready(head + start, tuple(zip(self._lines, rest, strict=True)), dots, octets)


@lru_cache(maxsize=512)
def _tail(block: bytes, skip: int) -> bytes:
    """The end of a part from one of the 57 places where a line of Base64 can begin."""
    return base64_lines(block[skip:])


def _cut(text: str) -> tuple[list[str], list[str]]:
    """The lines with slots, each with CRLF, and the blocks of whole lines around them."""
    *whole, rest = text.split("\n")
    if rest:
        raise ValueError("a text ends with a line feed")
    lines: list[str] = []
    blocks = [""]
    for line in whole:
        if NAME in line or OUTLET in line or LEAVE in line:
            lines.append(f"{line}\r\n")
            blocks.append("")
        else:
            blocks[-1] += f"{line}\n"
    return lines, blocks
