"""Where a notice ends and the message that it returns begins, and what that message's head says."""

from __future__ import annotations

import re
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate

from mailer.delivery.bounces import mime
from mailer.delivery.bounces.mime import Part

MOST_LINES = 1_500
MOST_TEXT = 30_000
"""Characters of a notice; what tells of more than some hundred addresses is none of ours."""

_ADDRESS_RE = re.compile(
    r"(?<![\w.!#$%&'*+/=?^`{|}~@-])"
    r"(\"[^\"\n@]{1,64}\"|[\w.!#$%&'*+/=?^`{|}~\u2600-\u27bf\U0001f000-\U0001faff-]{1,64})@(\[[\d.]{7,15}\]|[\w-][\w.-]{0,250})"
)
_PREFIX_RE = re.compile(
    r"^(?:smtp[=:]|['=*]|[^\x00-\x7f]{0,30}(?:收件人|收信人|收件者|[邮郵信]箱|地址|用[户戶]|[帐账帳][号號户戶]|到|至|[给給]|向|往|宛先"
    r"|アドレス|宛|は|を|へ|に|が|の)(?=[\x21-\x7e]))+",
    re.I,
)
"""What stands before an address without a blank; some scripts have none."""
_AFTER_RE = re.compile(r"([A-Za-z0-9-]{1,63})[^\x00-\x7f]")
_MARKER_RE = re.compile(
    r"^[\s>*=_-]{0,80}(?:(?:this|here|below|the following|attached)[^:]{0,40} is a copy"
    r" of (?:the|your)"
    r"|(?:a )?copy of (?:the|your) (?:original )?(?:message|mail)|below this line is"
    r"|start of (?:the )?(?:returned|original|forwarded)|returned (?:mail|message)(?: follows)?\b"
    r"|(?:original|unsent|undelivered|returned|forwarded|bounced|your) (?:message|mail|e-?mail)"
    r"(?: (?:text|headers?|body|contents?|as received|details))?(?: is as)?(?: follows| below"
    r"| begins| attached)?\s{0,9}[-:=.*_]{0,90}\s{0,9}$"
    r"|message (?:text|headers?|contents?|body) follows?|headers? of (?:the )?(?:source|original)"
    r"|(?:unsent|your) message (?:below|reads)|old message:|here is your returned"
    r"|-{1,60} ?(?:message d'origine|urspr[üu]ngliche nachricht|mensaje original"
    r"|messaggio originale|mensagem original|исходное сообщение|原始邮件|原信|元のメッセージ))",
    re.I,
)
_HEAD_RE = re.compile(
    r"^[>\s]{0,4}(?:Return-Path|Received|From|To|Cc|Subject|Date|Message-ID|MIME-Version|Sender"
    r"|Content-Type|Content-Transfer-Encoding|DKIM-Signature|X-[A-Za-z-]{2,40}"
    r"|List-[A-Za-z]{2,20}|Reply-To"
    r"|References|In-Reply-To|Delivered-To|Authentication-Results|ARC-[A-Za-z-]{2,40}):",
    re.I,
)
_INDENT_RE = re.compile(r"[>\s]{0,8}")
_TRACE_RE = re.compile(
    r"^(?:Message-ID|[>\s]{0,4}(?:Return-Path|Received|MIME-Version|DKIM-Sig))", re.I
)
"""What a server writes; a notice that sums a message up, indented, may give its Message-ID."""


@dataclass(frozen=True, slots=True)
class Notice:
    """The words of a notice, line by line, and the head of the message that it returns, if any."""

    lines: tuple[str, ...]
    returned: Part


def read(message: Part) -> Notice:
    """A message's own words, apart from what it returns."""
    plain: list[str] = []
    rich: list[str] = []
    returned: Part | None = None
    for part in message.walk():
        if mime.is_message(part.type):
            returned = returned or (part.parts[0] if part.parts else Part((), b""))
        elif returned is None and not part.parts:
            if part.type == "text/html":
                rich.append(part.text)
            elif part.type.startswith(("text/", "multipart/")):
                plain.append(part.text)
    text = "\n".join(plain)
    if not addresses(text):
        text = "\n".join([text, *rich])  # some say in the one part to look at the other
    lines = [line.rstrip() for line in text.split("\n")[:MOST_LINES]]
    at = min(_end(lines), bisect(list(accumulate(map(len, lines))), MOST_TEXT))
    if returned is None or not returned.fields:
        returned = _head(lines[at:])
    return Notice(tuple(lines[:at]), returned)


def addresses(text: str) -> list[tuple[str, int, int]]:
    """The addresses in a text, and from where to where each stands."""
    found = []
    for match in _ADDRESS_RE.finditer(text):
        domain = _ended(match[2]).rstrip(".-_")
        local = _PREFIX_RE.sub("", match[1])
        if domain and local and ".." not in domain:
            start = match.end(1) - len(local)
            found.append((f"{local}@{domain}", start, match.end(1) + 1 + len(domain)))
    return found


def _ended(domain: str) -> str:
    """A domain without the word of a script that knows no blanks, which follows it."""
    before, dot, last = domain.rpartition(".")
    found = _AFTER_RE.match(last)
    return before + dot + found[1] if found and dot else domain


def mailboxes(part: Part, *names: str) -> list[str]:
    """The addresses in these fields of a header."""
    values = " , ".join(value for name in names for value in part.all(name))
    if " =?" in f" {values}":  # an encoded word that is no name, but an address
        values += " , " + mime.words(values)
    return [address for address, _, _ in addresses(values[: mime.LONGEST_VALUE])]


def _end(lines: list[str]) -> int:
    """The line at which a returned message, or what introduces it, begins."""
    for at, line in enumerate(lines):
        if _MARKER_RE.match(line[:200]) and at:
            return at
        if _HEAD_RE.match(line) and _is_head(lines[at : at + 40]):
            return at
    return len(lines)


def _is_head(lines: list[str]) -> bool:
    """Whether a message's head begins here: three fields at least, one of them a server's."""
    fields = trace = 0
    for line in lines:
        if not line.strip():
            break
        if _HEAD_RE.match(line):
            fields += 1
            trace += bool(_TRACE_RE.match(line))
        elif line[:1] not in " \t>":
            break
    return fields >= 3 and trace >= 1


def _head(lines: list[str]) -> Part:
    """The head of a message that is returned in the running text, indented or quoted perhaps."""
    for at, line in enumerate(lines[:60]):
        indent = _INDENT_RE.match(line)
        before = indent[0] if indent else ""
        if _HEAD_RE.match(line.removeprefix(before)):
            head = [one.removeprefix(before) for one in lines[at : at + 300]]
            fields, _ = mime.split("\n".join(head).encode())
            return Part(fields, b"")
    return Part((), b"")
