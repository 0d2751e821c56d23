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
from email import base64mime
from email.charset import Charset
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
_WORD = 64
_UTF8 = Charset("utf-8")
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


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same in all copies of a dispatch that share a language: all but two headers.

    In order: `before_to`, the To header, `before_id`, the Message-ID, `before_text`, the plain
    text's part, `between`, the HTML's, and `after`, whose attachments all frames share.
    """

    mail_from: str
    before_to: bytes
    before_id: bytes
    before_text: bytes
    between: bytes
    after: tuple[bytes, ...]


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
    name = one_line(recipient.name)
    around = frame(rendered.subject, version, dispatch, recipient, office, date)
    identity = message_id_octets(message_id)
    rcpt_to = forward_path(recipient)
    content = (
        *(around.before_to, to_header(name, rcpt_to), around.before_id, identity),
        *(around.before_text, text_part(rendered.text, "plain")),
        *(around.between, text_part(rendered.html, "html"), *around.after),
    )
    return Message(
        mail_from=around.mail_from,
        rcpt_to=rcpt_to,
        message_id=message_id,
        content=b"".join(content),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
    )


def frame(
    subject: str,
    version: Version,
    dispatch: Dispatch,
    recipient: Contact,
    office: Office,
    date: datetime,
) -> Frame:
    """The frame of this contact's copy; of the contact only the language counts."""
    if date.tzinfo is None:
        raise ValueError("a message needs an aware date")
    audience = dispatch.audience
    language = version.edition(recipient.language, audience.language).language
    sender_name, mail_from = _mailbox(audience.sender, audience.name, "sender")
    before_id = [
        ("Subject", _unstructured(one_line(subject))),
        ("Date", format_datetime(date.astimezone(UTC))),
    ]
    if audience.reply_to:
        reply_to = _named(*_mailbox(audience.reply_to, audience.name, "reply_to"))
        before_id.insert(0, ("Reply-To", reply_to))
    after_id = [
        ("List-Id", _named(one_line(office.name), _list_id(audience.name, office.domain))),
        ("MIME-Version", "1.0"),
    ]
    if _TAG_RE.fullmatch(language):
        after_id.insert(-1, ("Content-Language", language))
    # For the reader's program: no other message has it. Nothing rests on its being secret.
    mark = f"{version.reference} {version.number} {dispatch.kind} {audience.name} {language}"
    start, between, after = _bodies(mark, revealed(version, dispatch.kind).attachments)
    return Frame(
        mail_from=mail_from,
        before_to=_headers([("From", _named(sender_name, mail_from))]),
        before_id=_headers(before_id) + b"Message-ID: ",
        before_text=b"\r\n" + _headers(after_id) + start,
        between=between,
        after=after,
    )


def forward_path(recipient: Contact) -> str:
    """The one address this contact is written to; raises `ListError` if there is not just one."""
    address = _address(recipient.email)
    if address is None:
        raise ListError(f"{one_line(recipient.email)!r} is not one address; correct it in its list")
    return address


def message_id_octets(message_id: str) -> bytes:
    """The value of the Message-ID header, which is one identifier and nothing more."""
    if not _MESSAGE_ID_RE.fullmatch(message_id):
        raise ValueError("a message needs a Message-ID in angle brackets")
    return message_id.encode()


# --- headers ----------------------------------------------------------------------------------


def _headers(pairs: list[tuple[str, str]]) -> bytes:
    return "".join(f"{_folded(name, value)}\r\n" for name, value in pairs).encode()


def to_header(name: str, address: str) -> bytes:
    """The whole To header of one mailbox; `name` is one line, and may be empty."""
    short = len(name) <= _WORD and len(name) + len(address) <= _FOLD - len("To:  <>")
    if short and _ATOMS_RE.fullmatch(name) and "=?" not in name:
        # What nearly every header comes to, at a tenth of the cost: nothing to quote or to fold.
        return f"To: {name} <{address}>\r\n".encode()
    return _headers([("To", _named(name, address))])


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
    plain = words.isascii() and "=?" not in words and max(map(len, words.split(" "))) <= _WORD
    return words if plain else _encoded(words)


def _encoded(words: str) -> str:
    """Encoded words: the first fits beside any header's name, each other is one line's."""
    octets = words.encode()
    if 6 * (len(octets) - len(words)) <= len(octets) + 8:  # else Base64 is the shorter for sure
        word = _UTF8.header_encode(words)
        if word.startswith("=?utf-8?q?"):
            if len(word) <= _FOLD - len("Content-Language: "):
                return word
            header = Header(words, "utf-8", maxlinelen=_FOLD, header_name="Content-Language")
            return header.encode(linesep="\n").replace("\n ", " ")
    # What `Header` makes of it too, but it tries each letter.
    tokens = []
    start, room = 0, 33
    while start < len(octets):
        end = start + room
        while end < len(octets) and octets[end] & 0xC0 == 0x80:
            end -= 1  # a letter's octets stay together (RFC 2047 §5)
        tokens.append(base64mime.header_encode(octets[start:end], "utf-8"))
        start, room = end, 45
    return " ".join(tokens)


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


def _bodies(
    mark: str, attachments: tuple[Attachment, ...]
) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    """What stands before, between and after the two texts: the boundaries and the attachments."""
    head, limit = _boundary("alternative", mark)
    start, between, end = head + limit[2:], limit, limit[:-2] + b"--\r\n"
    if not attachments:
        return start, between, (end,)
    head, limit = _boundary("mixed", mark)
    files = [part for attachment in attachments for part in (_attached(attachment), limit)]
    files[-1] = limit[:-2] + b"--\r\n"
    return head + limit[2:] + start, between, (end + limit, *files)


def _boundary(kind: str, mark: str) -> tuple[bytes, bytes]:
    """The head of a multipart, and the line between its parts with the line ends around it."""
    # "=_" stands in no base64 and no quoted-printable text (RFC 2045 §6.7), and a text that has it
    # is never 7bit: see `is_plain`. So no text, whoever wrote it, can hold a boundary.
    boundary = f"=_{hashlib.sha256(f'{kind} {mark}'.encode(errors='replace')).hexdigest()[:32]}"
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'
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
    return len(line) <= _FOLD and line.isascii() and "=_" not in line


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
    kind = attachment.media_type
    media_type = kind if _MEDIA_TYPE_RE.fullmatch(kind) else "application/octet-stream"
    return _part(
        media_type, "base64", base64_lines(attachment.content), _disposition(attachment.name)
    )


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


def base64_lines(content: bytes) -> bytes:
    """Base64 in lines of 76, the last without its end."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
