"""Delivery status notifications: the fields of RFC 3464, with what RFC 6533 adds to addresses.

Read for what is meant: fields out of place, blank lines too many or too few, comments, and any
case. What is read is only ever in the report: nothing is guessed.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailer.core.notification import Action, Permanence, Recipient
from mailer.delivery.bounces import codes, mime

MOST_RECIPIENTS = 1_000
LONGEST_DIAGNOSTIC = 1_000

TYPES = ("message/delivery-status", "message/global-delivery-status")

_FIELD_RE = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)")
_ADDRESSES = {"original-recipient", "final-recipient"}
_TOLD = {"action", "status"}
_ANY_OF_THEM_RE = re.compile(r"^[ \t]{0,8}(?:Original|Final)-Recipient[ \t]{0,8}:", re.I | re.M)
_TYPED_RE = re.compile(r"\s*([A-Za-z][\w.-]{0,40})\s*;\s*(.*)", re.S)
_TYPES_RE = re.compile(r"^(?:(?:rfc822|smtp|internet)\s{0,5}[;:]\s{0,5})+", re.I)
_XTEXT_RE = re.compile(r"\+([0-9A-F]{2})")
_UNICODE_RE = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_ANGLE_RE = re.compile(r"<([^<>]{0,500})>")
_COMMENT_RE = re.compile(r"\([^()]{0,500}\)")

_ACTIONS = {
    "err": Action.FAILED,  # OpenSMTPD says "error"
    "undeliver": Action.FAILED,
    "bounce": Action.FAILED,
    "expired": Action.FAILED,
    "delay": Action.DELAYED,
    "defer": Action.DELAYED,
    "deliver": Action.DELIVERED,
    "relay": Action.DELIVERED,
    "expand": Action.DELIVERED,
}
_BY_CLASS = {"5": Action.FAILED, "4": Action.DELAYED, "2": Action.DELIVERED}


@dataclass(slots=True)
class Status:
    """What the reports of a message say: its recipients, and the envelope it was sent with."""

    recipients: list[Recipient] = field(default_factory=list)
    envelope_ids: list[str] = field(default_factory=list)


def looks_like_fields(text: str) -> bool:
    """Whether a text holds the fields of a report, whatever its type says."""
    return _ANY_OF_THEM_RE.search(text) is not None


def read(texts: list[str]) -> Status:
    """All reports of one message. A recipient told of twice is told of once: the worst counts."""
    status = Status()
    found: dict[str, Recipient] = {}
    for text in texts:
        general: dict[str, str] = {}
        for group in _groups(text):
            status.envelope_ids += [
                _xtext(value) for name, value in group if name == "original-envelope-id"
            ]
            fields = dict(reversed(group))
            one = recipient({**general, **fields})
            if one is None:  # the message's own fields; some write the action there
                general = {name: fields[name] for name in _TOLD & fields.keys()}
            if one is None or len(found) >= MOST_RECIPIENTS:
                continue
            key = one.address.casefold()
            if key not in found or _BADNESS[one.action] > _BADNESS[found[key].action]:
                found[key] = one
    status.recipients = list(found.values())
    return status


_BADNESS = {Action.DELIVERED: 0, Action.DELAYED: 1, Action.FAILED: 2}


# --- fields -----------------------------------------------------------------------------------


def _groups(text: str) -> Iterator[list[tuple[str, str]]]:
    """The fields of one recipient, or of the message, together."""
    last: list[tuple[str, str]] = []
    for block in _blocks(text):
        for group in _by_recipient(block):
            names, before = {name for name, _ in group}, {name for name, _ in last}
            if before & _ADDRESSES and not names & _ADDRESSES and not names & before:
                last += group  # a blank line too many: fields without an address are nobody else's
                continue
            if last:
                yield last
            last = group
    if last:
        yield last


def _by_recipient(block: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """A block cut where a blank line is missing: where a field comes that was there already."""
    names = [name for name, _ in block]
    several = max(names.count(name) for name in _ADDRESSES) > 1
    group: list[tuple[str, str]] = []
    for name, value in block:
        known = {field for field, _ in group}
        told = several and name in _ADDRESSES and known & _ADDRESSES and known & _TOLD
        if group and (told or (name in known and name in (_ADDRESSES | _TOLD))):
            yield group
            group = []
        group.append((name, value))
    if group:
        yield group


def _blocks(text: str) -> Iterator[list[tuple[str, str]]]:
    """Fields between blank lines: lower-case names and unfolded values."""
    block: list[tuple[str, list[str]]] = []
    for line in [*textwrap.dedent(text).split("\n"), ""]:
        found = _FIELD_RE.match(line)
        if not line.strip():
            if block:
                yield [(name, _unfolded(lines)) for name, lines in block]
            block = []
        elif line[0] not in " \t" and found:
            block.append((found[1].lower(), [found[2].strip()]))
        elif block:
            block[-1][1].append(line.strip())  # folded, if only by a line's end


def _unfolded(lines: list[str]) -> str:
    return mime.words(" ".join(lines)[: mime.LONGEST_VALUE])


# --- a recipient ------------------------------------------------------------------------------


def recipient(fields: dict[str, str]) -> Recipient | None:
    """What the fields of one recipient say (lower-case names); None if they name nobody."""
    address = _whose(fields)
    if not address:
        return None
    field = fields.get("status", "")
    diagnostic = _diagnostic(fields.get("diagnostic-code", ""))
    status = codes.status(field) or codes.enhanced(diagnostic)
    reply = f"{field} {diagnostic}"
    action = _action(fields.get("action", ""), status, reply)
    final = permanence(action, status, reply)
    if not (fields.get("action") or reply.strip()):  # cut off before it says what became of it
        final = Permanence.TEMPORARY
    return Recipient(address, action, final, status, diagnostic)


def _whose(fields: dict[str, str]) -> str:
    """The address that the message was sent to: the original recipient, else the final one."""
    final = address(fields.get("final-recipient", ""))
    known = [
        address(fields.get("original-recipient", ""), original=True, final=final),
        final,
        address(fields.get("x-actual-recipient", "")),
    ]
    whole = (one for one in known if one.rpartition("@")[2] and "@" in one)
    return next(whole, next(filter(None, known), ""))


def address(value: str, *, original: bool = False, final: str = "") -> str:
    """The address of `type; address`; "" if there is none.

    What RFC 6533 §3 writes for letters beyond ASCII is undone; so is the xtext (RFC 3461 §4) of an
    original recipient, where a server forgot to, unless the final one reads the same.
    """
    found = _TYPED_RE.fullmatch(value)
    kind, text = (found[1].lower(), found[2]) if found else ("", value)
    text = _TYPES_RE.sub("", text)  # some write it twice, or with a colon
    angle = _ANGLE_RE.search(text)
    text = (angle[1] if angle else _COMMENT_RE.sub("", text)).strip().strip(",;")
    if kind == "utf-8" or "\\x{" in text:
        text = _UNICODE_RE.sub(_letter, text)
    if original and kind != "utf-8" and text != final:
        text = _xtext(text)
    if text.startswith("'") and text.endswith("'"):
        text = text[1:-1]
    if '"' not in text:
        whole = (word for word in text.split() if "@" in word.strip("@"))
        text = next(whole, "".join(text.split()))
    if text.startswith("@"):
        text = text.rpartition(":")[2]  # a source route (RFC 5321 §4.1.1.3 has it ignored)
    return text.removeprefix("mailto:")[:500]


def _letter(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else found[0]


def _xtext(text: str) -> str:
    """Text with its xtext undone, if xtext is what it is: every "+" begins what must be encoded."""
    marks = [int(code, 16) for code in _XTEXT_RE.findall(text)]
    if len(marks) != text.count("+"):
        return text
    if not all(mark in (0x2B, 0x3D) for mark in marks):
        return text
    return _XTEXT_RE.sub(lambda found: chr(int(found[1], 16)), text)


def _diagnostic(value: str) -> str:
    found = re.match(r"\s*[A-Za-z][\w.-]{0,40}\s*;\s*", value)
    return " ".join(value[found.end() if found else 0 :].split())[:LONGEST_DIAGNOSTIC]


def _action(value: str, status: str, reply: str) -> Action:
    word = _COMMENT_RE.sub("", value).strip().lower()
    if "fail" in word:
        return Action.FAILED
    for start, action in _ACTIONS.items():
        if word.startswith(start):
            return action
    return _BY_CLASS.get(status[:1] or codes.basic_class(reply), Action.FAILED)


def permanence(action: Action, status: str, reply: str) -> Permanence:
    """Whether it is final: by the enhanced status, else by the reply's code, else by the action."""
    if action is not Action.FAILED or (status[:1] or codes.basic_class(reply)) == "4":
        return Permanence.TEMPORARY
    return Permanence.PERMANENT
