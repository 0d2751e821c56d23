"""RFC 5322 and MIME by the letter: what is wrong with a message, told by a reader of our own.

It shares nothing with what writes our messages, and is stricter than mail programs are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ONCE = ("Date", "From", "To", "Message-ID", "Subject", "MIME-Version", "Content-Type", "List-Id")
AT_MOST_ONCE = (*ONCE, "Sender", "Reply-To", "In-Reply-To", "References", "List-Unsubscribe")

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = rf"{_ATEXT}(?:\.{_ATEXT})*"
_WORD = r"=\?utf-8\?(?:q\?[!->@-~]*|b\?[A-Za-z0-9+/=]*)\?="
_QUOTED = r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"'
_PHRASE = rf"(?:{_WORD}|{_QUOTED}|{_ATEXT})(?: (?:{_WORD}|{_QUOTED}|{_ATEXT}))*"
_MAILBOX = rf"(?:(?:{_PHRASE} )?<{_DOT_ATOM}@{_DOT_ATOM}>|{_DOT_ATOM}@{_DOT_ATOM})"
_ID = rf"<{_DOT_ATOM}@{_DOT_ATOM}>"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE = rf"{_DAY}, \d\d {_MONTH} \d{{4}} \d\d:\d\d:\d\d [+-]\d{{4}}"
_URI = r"<(?:https|mailto):[A-Za-z0-9._~:/?#\[\]@!$&'()*+;=%-]+>"
_TAG = r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*"
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]+"
_PARAMETER = rf"{_TOKEN}=(?:{_TOKEN}|{_QUOTED})"
GRAMMAR = {
    "From": _MAILBOX,
    "To": _MAILBOX,
    "Reply-To": _MAILBOX,
    "Date": _DATE,
    "Message-ID": _ID,
    "In-Reply-To": _ID,
    "References": rf"{_ID}(?: {_ID})*",
    "List-Unsubscribe": rf"{_URI}(?:, {_URI})*",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "List-Id": rf"(?:{_PHRASE} )?<{_DOT_ATOM}>",
    "MIME-Version": r"1\.0",
    "Subject": rf"(?:{_WORD}|(?!=\?)[\x21-\x7e]+)(?: (?:{_WORD}|(?!=\?)[\x21-\x7e]+))*",
    "Content-Language": rf"{_TAG}(?:, {_TAG})*",
    "Content-Type": rf"{_TOKEN}/{_TOKEN}(?:; {_PARAMETER})*",
    "Content-Transfer-Encoding": "7bit|quoted-printable|base64",
    "Content-Disposition": rf"(?:inline|attachment)(?:; {_PARAMETER})*",
    "Content-ID": _ID,
}


def faults(content: bytes) -> list[str]:
    """What is wrong with a whole message, as it goes to the wire, in words; nothing if empty."""
    return [*_lines(content), *_entity(content, top=True)]


def _lines(content: bytes) -> Iterator[str]:
    if not content.isascii():
        yield "an octet that is not ASCII"
    if re.search(rb"(?<!\r)\n|\r(?!\n)|\x00", content):
        yield "a bare CR, a bare LF or a NUL"
    if not content.endswith(b"\r\n"):
        yield "the last line has no end"
    for line in content.split(b"\r\n"):
        if len(line) > 998:
            yield f"a line of {len(line)} octets"


def _entity(content: bytes, *, top: bool) -> Iterator[str]:
    head, _, body = content.partition(b"\r\n\r\n")
    fields = [*_fields(head.decode("ascii", "replace"))]
    names = [name for name, _ in fields]
    for name, value in fields:
        grammar = GRAMMAR.get(name)
        if grammar is None:
            yield f"a header that nobody asked for: {name}"
        elif not re.fullmatch(grammar, value):
            yield f"{name}: {value!r} is not what it may be"
        for word in re.findall(r"=\?[^ ]*\?=", value):
            if len(word) > 75:
                yield f"{name}: an encoded word of {len(word)}"
    if top:
        yield from (f"{name} is not there once" for name in ONCE if names.count(name) != 1)
        yield from (f"{name} is there twice" for name in AT_MOST_ONCE if names.count(name) > 1)
    for line in head.split(b"\r\n"):
        if len(line) > 78 and b" " in re.sub(rb"^(?:[!-9;-~]+:)? ", b"", line):
            yield f"{line!r} is longer than 78, and could be folded"
    yield from _body(dict(fields), body)


def _fields(head: str) -> Iterator[tuple[str, str]]:
    for field in re.split(r"\r\n(?![ \t])", head):
        if any(not line.strip() for line in field.split("\r\n")):
            yield "(a folded line with nothing on it)", field
        name, _, value = re.sub(r"\r\n(?=[ \t])", "", field).partition(":")
        yield name, value.removeprefix(" ")


def _body(head: dict[str, str], body: bytes) -> Iterator[str]:
    kind = head.get("Content-Type", "text/plain")
    encoding = head.get("Content-Transfer-Encoding", "7bit")
    boundary = re.search(r'^multipart/.*boundary="([^"]+)"', kind)
    if boundary is None:
        if encoding == "base64" and not re.fullmatch(rb"(?:[A-Za-z0-9+/=]{1,76}(?:\r\n)?)*", body):
            yield "Base64 that is none, or of long lines"
        if encoding == "quoted-printable":
            if re.search(rb"=(?![0-9A-F]{2}|\r\n)|[ \t]\r\n|[^\t\r\n\x20-\x7e]", body):
                yield "quoted-printable that is none"
            if any(len(line) > 76 for line in body.split(b"\r\n")):
                yield "quoted-printable of long lines"
        return
    if encoding not in ("7bit", "8bit", "binary"):
        yield "a multipart that is encoded (RFC 2045 §6.4)"
    mark = re.escape(boundary[1].encode())
    first, *parts = re.split(rb"(?:^|\r\n)--" + mark + rb"(?=--|\r\n)", body)
    if first.strip() or len(parts) < 2 or not parts[-1].startswith(b"--"):
        yield "a multipart that is not one"
    if parts[-1].removeprefix(b"--").strip():
        yield "words after the last part"
    for part in parts[:-1]:
        yield from _entity(part.removeprefix(b"\r\n"), top=False)
