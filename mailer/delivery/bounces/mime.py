"""A message as a tree of parts, in bounded time and memory whatever is in it.

The standard library's parser recurses into nested parts without a limit, and decodes delivery
reports before their transfer encoding. This one takes the first `MOST_OCTETS`, goes `DEEPEST`
levels down, and never raises.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header

MOST_OCTETS = 2_000_000
MOST_PARTS = 100
DEEPEST = 10
MOST_FIELDS = 400
MOST_HEAD = 200_000
LONGEST_VALUE = 8_000
LONGEST_LINE = 2_000
MOST_TEXT = 200_000

_NO_CHARSETS = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined")
"""Python's, not the mail's; some take time that grows with the square of what they are given."""

_JAPANESE = b"\x1b$"
"""How the two-octet letters of ISO-2022 begin: in no other text is there an escape."""

_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "iso-8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "us-ascii": "utf-8",
}
"""What is written under these names, by those who write them."""

_FIELD_RE = re.compile(rb"([!-9;-~]{1,80}):[ \t]*")
_TYPE_RE = re.compile(r"\s*([\w.+-]{1,60}/[\w.+-]{1,60})", re.ASCII)
_PARAMETER_RE = re.compile(r';\s*([\w-]{1,40})\*?\s*=\s*(?:"([^"]{0,300})"|([^\s;"]{1,300}))')
_COMMENT_RE = re.compile(r"\([^()]{0,200}\)")
_BREAKS_RE = re.compile(
    r"<(?:/?br|/?p|/?div|/?tr|/?h\d|/?li|/?ul|/?table|/?pre)\b[^<>]{0,500}>", re.I
)
_CELL_RE = re.compile(r"</?t[dh]\b[^<>]{0,500}>", re.I)
_TAG_RE = re.compile(r"<[!/a-zA-Z][^<>]{0,2000}>")
_HIDDEN_RE = re.compile(r"<(style|script|title|head)\b", re.I)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its header fields as (lower-case name, unfolded value), and its octets decoded.

    `parts` are a multipart's parts, or the one message within a message/rfc822.
    """

    fields: tuple[tuple[str, str], ...]
    body: bytes
    parts: tuple[Part, ...] = ()

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return [value for field, value in self.fields if field == name]

    def first(self, name: str) -> str:
        """The first value of a field, or ""."""
        return next((value for field, value in self.fields if field == name), "")

    @property
    def type(self) -> str:
        """The media type in lower case; text/plain where none is given."""
        found = _TYPE_RE.match(self.first("content-type"))
        return found[1].lower() if found else "text/plain"

    def parameter(self, name: str) -> str:
        """A parameter of the content type, or ""."""
        value = _COMMENT_RE.sub("", self.first("content-type"))
        for found in _PARAMETER_RE.finditer(value):
            if found[1].lower() == name:
                return found[2] if found[2] is not None else found[3]
        return ""

    @property
    def text(self) -> str:
        """The part's text, HTML without its tags; its length and its lines' are bounded."""
        text = decoded(self.body[:MOST_TEXT], self.parameter("charset"))
        if self.type == "text/html":
            text = _without_tags(text)
        return "\n".join(line[:LONGEST_LINE] for line in text.split("\n"))

    def walk(self, *, into_messages: bool = False) -> Iterator[Part]:
        """This part and all below it; those of a message within it only if asked."""
        yield self
        if self.type.startswith("message/") and not into_messages:
            return
        for part in self.parts:
            yield from part.walk(into_messages=into_messages)


def read(raw: bytes) -> Part:
    """A whole message."""
    raw = raw[:MOST_OCTETS].removeprefix(codecs.BOM_UTF8)  # a file may begin with one
    raw = raw.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not raw.partition(b"\n")[0].strip():
        raw = raw.lstrip(b" \t\n")
    if raw.startswith((b"From ", b">From ")):  # as an mbox has it
        raw = raw.partition(b"\n")[2]
    return _Reader().entity(raw, 0)


_LASTING = ("from", "to", "subject", "date", "message-id", "in-reply-to")


def lasting(raw: bytes) -> bytes:
    """What of a message stays as it is however it is carried, to know it again by.

    Servers on the way add fields, and may change line ends.
    """
    plain = raw.replace(b"\r\n", b"\n")
    fields, body = split(plain)
    head = "\n".join(f"{name}: {value}" for name, value in fields if name in _LASTING)
    return head.encode("utf-8", "replace") + b"\n\n" + body.strip()


class _Reader:
    def __init__(self) -> None:
        self._left = MOST_PARTS

    def entity(self, raw: bytes, depth: int) -> Part:
        self._left -= 1
        fields, body = split(raw)
        part = Part(fields, body)
        kind = part.type
        if depth >= DEEPEST or self._left <= 0:
            return Part(fields, _transferred(body, part.first("content-transfer-encoding")))
        if kind.startswith("multipart/"):
            boundary = part.parameter("boundary")
            pieces = _pieces(body, boundary.encode("utf-8", "surrogateescape")) if boundary else []
            return Part(fields, body, tuple(self._some(pieces, depth)))
        body = _transferred(body, part.first("content-transfer-encoding"))
        if is_message(kind):
            return Part(fields, body, (self.entity(body.lstrip(b"\n"), depth + 1),))
        return Part(fields, body)

    def _some(self, pieces: list[bytes], depth: int) -> Iterator[Part]:
        for piece in pieces:
            if self._left <= 0:
                return
            yield self.entity(piece, depth + 1)


def is_message(kind: str) -> bool:
    """Whether a part of this type holds a message, or the head of one."""
    return kind in (
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "message/rfc822-headers",
        "message/global-headers",
        "message/news",
        "text/rfc822",
    )


def split(raw: bytes) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """The header fields and the body; the body begins where no field or folded line is."""
    fields: list[tuple[str, list[bytes]]] = []
    at = 0
    while at < min(len(raw), MOST_HEAD) and len(fields) < MOST_FIELDS:
        end = raw.find(b"\n", at)
        end = len(raw) if end < 0 else end
        line = raw[at : min(end, at + LONGEST_VALUE)]
        if not line.strip():
            at = end + 1
            break
        found = _FIELD_RE.match(line)
        if line[:1] in b" \t" and fields:
            fields[-1][1].append(line.strip())
        elif found:
            fields.append((found[1].decode("ascii").lower(), [line[found.end() :].strip()]))
        elif not line.startswith((b">From ", b"From ")):
            break
        at = end + 1
    unfolded = tuple((name, _value(lines)) for name, lines in fields)
    return unfolded, raw[at:]


def _value(lines: list[bytes]) -> str:
    value, room = [], LONGEST_VALUE
    for line in lines:
        value.append(line[:room])
        room -= len(line)
        if room <= 0:
            break
    return decoded(b" ".join(value), "utf-8").replace("\n", " ")


def words(value: str) -> str:
    """A header's value with its encoded words (RFC 2047) as text."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value[:LONGEST_VALUE])
    except (ValueError, LookupError, binascii.Error):
        return value
    return "".join(
        piece if isinstance(piece, str) else decoded(piece, charset or "")
        for piece, charset in pieces
    )


def decoded(octets: bytes, charset: str) -> str:
    """Octets as text, whatever charset is claimed. NUL becomes a blank."""
    claimed = charset.strip("'\" ").lower()
    names = [_WIDER.get(claimed, claimed), "utf-8"]
    if _JAPANESE in octets:
        names.insert(0, "iso2022_jp_ext")  # in a header it often stands as it is
    for name in names:
        if name.replace("-", "_") in _NO_CHARSETS:
            continue
        try:
            text = octets.decode(name or "utf-8")
        except (LookupError, ValueError):  # an unknown charset, or not of it (UnicodeError)
            continue
        if isinstance(text, str):
            return text.replace("\0", " ")
    return octets.decode("cp1252", "replace").replace("\0", " ")


def _transferred(body: bytes, encoding: str) -> bytes:
    match encoding.strip().lower():
        case "base64":
            letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
            try:
                return base64.b64decode(letters[: len(letters) // 4 * 4] + _rest(letters))
            except binascii.Error:
                return body
        case "quoted-printable":
            return quopri.decodestring(body)
        case _:
            return body


def _rest(letters: bytes) -> bytes:
    rest = letters[len(letters) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    """The parts between a boundary's lines; the last may lack its end."""
    pieces: list[bytes] = []
    body, mark = b"\n" + body, b"\n--" + boundary
    start, at = -1, body.find(mark)
    while at >= 0 and len(pieces) < MOST_PARTS:
        end = body.find(b"\n", at + 1)
        end = len(body) if end < 0 else end
        rest = body[at + len(mark) : min(end, at + len(mark) + 200)].strip()
        if rest in (b"", b"--"):
            if start >= 0:
                pieces.append(body[start:at])
            start = end + 1
            if rest:
                return pieces
        at = body.find(mark, end)
    if 0 <= start < len(body):
        pieces.append(body[start:])
    return pieces


def _without_tags(text: str) -> str:
    kept, at = [], 0
    while found := _HIDDEN_RE.search(text, at):
        kept.append(text[at : found.start()])
        end = text.lower().find(f"</{found[1].lower()}", found.end()) if len(kept) < 20 else -1
        at = end if end >= 0 else len(text)
    text = "".join([*kept, text[at:]]).replace("\n", " ")
    text = _CELL_RE.sub(" ", _BREAKS_RE.sub("\n", text))
    text = html.unescape(_TAG_RE.sub("", text))
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))
