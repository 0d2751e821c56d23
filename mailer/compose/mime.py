"""The parts of a message's body: texts, files and the boundaries between them (RFC 2045 to 2049).

Whatever a text holds, its part is of lines that any relay takes, and no line of it is a boundary.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote

from mailer.compose.headers import FOLD
from mailer.compose.text import one_line
from mailer.core.model import Attachment

_MEDIA_TYPE_RE = re.compile(
    r"(application|audio|font|image|model|text|video)/[A-Za-z0-9.+_-]{1,100}"
)
_METHOD_RE = re.compile(rb"\r\nMETHOD:(PUBLISH|CANCEL)\r\n")


def bodies(
    mark: str, files: Sequence[Attachment], pictures: Mapping[str, str]
) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    """What stands before, between and after the two texts: the boundaries and the attachments.

    `pictures` are the names of the files that the HTML shows, and their Content-IDs (RFC 2392).
    """
    head, limit = _boundary("alternative", mark)
    start, between = head + limit[2:], limit
    end: tuple[bytes, ...] = (_last(limit),)
    shown = [_shown(file, pictures[file.name]) for file in files if file.name in pictures]
    if shown:
        head, limit = _boundary("related", mark)
        between += head + limit[2:]
        end = (limit, *_between(shown, limit), *end)
    attached = [_attached(file) for file in files if file.name not in pictures]
    if not attached:
        return start, between, end
    head, limit = _boundary("mixed", mark)
    return head + limit[2:] + start, between, (*end, limit, *_between(attached, limit))


def _between(parts: list[bytes], limit: bytes) -> Iterator[bytes]:
    """Parts with the line `limit` between them, and the last of its kind after them."""
    for part in parts[:-1]:
        yield from (part, limit)
    yield from (parts[-1], _last(limit))


def _last(limit: bytes) -> bytes:
    return limit[:-2] + b"--\r\n"


def _boundary(kind: str, mark: str) -> tuple[bytes, bytes]:
    """The head of a multipart, and the line between its parts with the line ends around it."""
    # "=_" stands in no base64 and no quoted-printable text (RFC 2045 §6.7), and a text that has it
    # is never 7bit: see `is_plain`. So no text, whoever wrote it, can hold a boundary.
    boundary = f"=_{hashlib.sha256(f'{kind} {mark}'.encode(errors='replace')).hexdigest()[:32]}"
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'
    return head.encode(), f"\r\n--{boundary}\r\n".encode()


@lru_cache(maxsize=128)
def text_part(text: str, subtype: str) -> bytes:
    """A text as a part of a message, in the plainest encoding that is short and safe."""
    lines = text.split("\n")
    content = "\r\n".join(lines).encode()
    if all(map(is_plain, lines)):
        return text_head(subtype, "7bit") + content
    quoted = binascii.b2a_qp(content, istext=True)
    if is_short(len(quoted), len(content)):
        return text_head(subtype, "quoted-printable") + quoted
    return text_head(subtype, "base64") + base64_lines(content)


def is_plain(line: str) -> bool:
    """Whether a line may travel as it is; it does if every line of its text may."""
    return len(line) <= FOLD and line.isascii() and "=_" not in line


def is_short(quoted: int, octets: int) -> bool:
    """Whether quoted-printable makes no more of a text than base64 would."""
    return quoted * 3 <= octets * 4


def text_head(subtype: str, encoding: str) -> bytes:
    """The headers of a text part and the empty line after them."""
    return _part(f"text/{subtype}; charset=utf-8", encoding, b"")


def _part(media_type: str, encoding: str, content: bytes, *extra: str) -> bytes:
    head = [f"Content-Type: {media_type}", f"Content-Transfer-Encoding: {encoding}", *extra]
    return "\r\n".join([*head, "", ""]).encode() + content


@lru_cache(maxsize=16)
def _attached(attachment: Attachment) -> bytes:
    kind = _media_type(attachment)
    method = _METHOD_RE.search(attachment.content) if kind == "text/calendar" else None
    if method:
        kind += f"; charset=utf-8; method={method[1].decode()}"  # RFC 6047 §2.4
    disposition = _disposition("attachment", attachment.name)
    return _part(kind, "base64", base64_lines(attachment.content), disposition)


@lru_cache(maxsize=16)
def _shown(attachment: Attachment, content_id: str) -> bytes:
    extra = (f"Content-ID: <{content_id}>", _disposition("inline", attachment.name))
    return _part(_media_type(attachment), "base64", base64_lines(attachment.content), *extra)


def _media_type(attachment: Attachment) -> str:
    kind = attachment.media_type
    return kind if _MEDIA_TYPE_RE.fullmatch(kind) else "application/octet-stream"


def _disposition(how: str, name: str) -> str:
    """An attachment's name in RFC 2231's continued parameters, whatever its letters or length."""
    value = quote(one_line(name) or "attachment", safe="")
    pieces = re.findall(r"(?:%..|[^%]){1,20}", value)
    first, *rest = pieces
    lines = [f"Content-Disposition: {how}", f"filename*0*=utf-8''{first}"]
    lines += [f"filename*{number}*={piece}" for number, piece in enumerate(rest, 1)]
    if not rest:
        lines[1] = f"filename*=utf-8''{first}"
    return ";\r\n ".join(lines)


def base64_lines(content: bytes) -> bytes:
    """Base64 in lines of 76, the last without its end."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
