"""One copy as the bytes a relay takes: RFC 5322 and MIME, with CRLF, safe without 8BITMIME.

The headers are exactly ours: From, To, Reply-To, Subject, Date, Message-ID, List-Id,
Content-Language, MIME-Version, Content-Type. Each value is written by one of the functions here,
from words without line ends, so nothing from an advisory, a list or the configuration can add a
header or a second address. (The standard library's `EmailMessage` folds names and addresses
wrongly in releases that are still in use, and takes ten times as long.)

No `Precedence` (RFC 2076 discourages it) and no `Auto-Submitted` (a person approved this text and
answers replies); `List-Id` is what keeps well-made auto-responders quiet (RFC 3834, RFC 5230).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from urllib.parse import quote

from email_validator import EmailNotValidError, validate_email

from mailer.compose.templates import Rendered
from mailer.compose.text import one_line
from mailer.compose.view import revealed
from mailer.core.errors import ConfigError, ListError
from mailer.core.model import Attachment, Contact, Dispatch, Office, Version

_FOLD = 76
_ATOMS_RE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ADDRESS_RE = re.compile(r'[^\s<>()\[\],;:\\"@\x00-\x1f\x7f]+@[^\s<>()\[\],;:\\"@\x00-\x1f\x7f]+')
_MESSAGE_ID_RE = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_TAG_RE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE_RE = re.compile(
    r"(application|audio|font|image|model|text|video)/[A-Za-z0-9.+_-]{1,100}"
)


@dataclass(frozen=True, slots=True)
class Message:
    """One copy, ready for the relay.

    `content` is the whole message with CRLF, not dot-stuffed, of lines up to 998 octets. It is
    ASCII unless an address needs SMTPUTF8 (RFC 6531): then `rcpt_to` or `mail_from` is not ASCII
    either. `message_id` has its angle brackets.
    """

    mail_from: str
    rcpt_to: str
    message_id: str
    content: bytes
    subject: str
    text: str
    html: str


def build(
    rendered: Rendered,
    version: Version,
    dispatch: Dispatch,
    recipient: Contact,
    office: Office,
    message_id: str,
    date: datetime,
) -> Message:
    """The message of one copy; `message_id` with angle brackets, `date` aware, written in UTC.

    Raises `ListError` or `ConfigError` for an address that cannot be one mailbox.
    """
    if not _MESSAGE_ID_RE.fullmatch(message_id) or date.tzinfo is None:
        raise ValueError("a message needs a Message-ID in angle brackets and an aware date")
    audience = dispatch.audience
    sender_name, mail_from = _mailbox(audience.sender, audience.name, "sender")
    rcpt_to = _address(recipient.email)
    if rcpt_to is None:
        raise ListError(f"{one_line(recipient.email)!r} is not one address; correct it in its list")
    headers = [
        ("From", _named(sender_name, mail_from)),
        ("To", _named(one_line(recipient.name), rcpt_to)),
        ("Subject", _unstructured(one_line(rendered.subject))),
        ("Date", format_datetime(date.astimezone(UTC))),
        ("Message-ID", message_id),
        ("List-Id", _named(one_line(office.name), _list_id(audience.name, office.domain))),
        ("MIME-Version", "1.0"),
    ]
    if audience.reply_to:
        reply_to = _named(*_mailbox(audience.reply_to, audience.name, "reply_to"))
        headers.insert(2, ("Reply-To", reply_to))
    language = version.edition(recipient.language, audience.language).language
    if _TAG_RE.fullmatch(language):
        headers.insert(-1, ("Content-Language", language))
    attachments = revealed(version, dispatch.kind).attachments
    return Message(
        mail_from=mail_from,
        rcpt_to=rcpt_to,
        message_id=message_id,
        content=_headers(headers) + _body(rendered, attachments, message_id),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
    )


# --- headers ----------------------------------------------------------------------------------


def _headers(pairs: list[tuple[str, str]]) -> bytes:
    return "".join(f"{_folded(name, value)}\r\n" for name, value in pairs).encode()


def _folded(name: str, value: str) -> str:
    """A header in lines of up to 76 columns, folded at its spaces only (RFC 5322 §2.2.3)."""
    lines = [f"{name}:"]
    for token in value.split(" "):
        if len(lines[-1]) + 1 + len(token) > _FOLD and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {token}"
    return "\r\n".join(lines)


def _unstructured(words: str) -> str:
    """Words as they are where they are short ASCII, else as encoded words (RFC 2047)."""
    plain = words.isascii() and "=?" not in words and max(map(len, words.split(" "))) <= _FOLD - 12
    return words if plain else _encoded(words)


def _encoded(words: str) -> str:
    return (
        Header(words, "utf-8", maxlinelen=_FOLD, header_name="Content-Language")
        .encode(linesep="\n")
        .replace("\n ", " ")
    )


def _named(name: str, address: str) -> str:
    """A mailbox, or a List-Id: a name that can be read as nothing else, and <address>."""
    if not name:
        return address if "@" in address else f"<{address}>"
    if _unstructured(name) != name:
        return f"{_encoded(name)} <{address}>"
    if _ATOMS_RE.fullmatch(name):
        return f"{name} <{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def _list_id(audience: str, domain: str) -> str:
    """`audience.domain` as RFC 2919 wants it; a name without Latin letters is shown by its hash."""
    label = re.sub(r"[^a-z0-9]+", "-", audience.lower()).strip("-")
    label = label[:60] or hashlib.sha256(audience.encode(errors="replace")).hexdigest()[:12]
    return f"{label}.{re.sub(r'[^A-Za-z0-9.-]', '', domain)}"


@lru_cache(maxsize=256)
def _mailbox(mailbox: str, audience: str, key: str) -> tuple[str, str]:
    name, address = parseaddr(one_line(mailbox))
    ascii_address = _address(address)
    if ascii_address is None:
        raise ConfigError(
            f"audience {one_line(audience)}: {key}: {one_line(mailbox)!r} is not a mailbox;"
            ' write it as "Name <address@example.org>"'
        )
    return one_line(name), ascii_address


def _address(address: str) -> str | None:
    """The one address this is, with its domain in ASCII where it can be; None if it is not one."""
    if not _ADDRESS_RE.fullmatch(address):
        return None
    if address.isascii():
        return address
    try:
        valid = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return None
    return valid.ascii_email or valid.normalized


# --- body -------------------------------------------------------------------------------------


def _body(rendered: Rendered, attachments: tuple[Attachment, ...], message_id: str) -> bytes:
    alternative = _multipart(
        "alternative", message_id, [_text(rendered.text, "plain"), _text(rendered.html, "html")]
    )
    if not attachments:
        return alternative
    return _multipart("mixed", message_id, [alternative, *map(_attached, attachments)])


def _multipart(kind: str, message_id: str, parts: list[bytes]) -> bytes:
    # "=_" stands in no quoted-printable and no base64 text (RFC 2045 §6.7); the rest is a hash
    # that nobody can know who writes the text.
    boundary = f"=_{hashlib.sha256(f'{kind} {message_id}'.encode()).hexdigest()[:32]}"
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'
    between = f"--{boundary}\r\n".encode()
    inner = b"".join(between + part + b"\r\n" for part in parts)
    return head.encode() + inner + f"--{boundary}--\r\n".encode()


@lru_cache(maxsize=128)
def _text(text: str, subtype: str) -> bytes:
    lines = text.split("\n")
    content = "\r\n".join(lines).encode()
    if content.isascii() and max(map(len, lines)) <= _FOLD:
        return _part(f"text/{subtype}; charset=utf-8", "7bit", content)
    quoted = binascii.b2a_qp(content, istext=True)
    if len(quoted) * 3 <= len(content) * 4:
        return _part(f"text/{subtype}; charset=utf-8", "quoted-printable", quoted)
    return _part(f"text/{subtype}; charset=utf-8", "base64", _base64(content))


def _part(media_type: str, encoding: str, content: bytes, *extra: str) -> bytes:
    head = [f"Content-Type: {media_type}", f"Content-Transfer-Encoding: {encoding}", *extra]
    return "\r\n".join([*head, "", ""]).encode() + content


@lru_cache(maxsize=16)
def _attached(attachment: Attachment) -> bytes:
    kind = attachment.media_type
    media_type = kind if _MEDIA_TYPE_RE.fullmatch(kind) else "application/octet-stream"
    return _part(media_type, "base64", _base64(attachment.content), _disposition(attachment.name))


def _disposition(name: str) -> str:
    """An attachment's name in RFC 2231's continued parameters, whatever its letters or length."""
    value = quote(one_line(name) or "attachment", safe="")
    pieces = re.findall(r"(?:%..|[^%]){1,20}", value)
    first, *rest = pieces
    lines = ["Content-Disposition: attachment", f"filename*0*=utf-8''{first}"]
    lines += [f"filename*{number}*={piece}" for number, piece in enumerate(rest, 1)]
    if not rest:
        lines[1] = f"filename*=utf-8''{first}"
    return ";\r\n ".join(lines)


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
