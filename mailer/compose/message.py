"""One copy as the bytes a relay takes: RFC 5322 and MIME, with CRLF, safe without 8BITMIME.

The headers are exactly ours: From, To, Reply-To, Subject, Date, Message-ID, In-Reply-To,
References, List-Unsubscribe, List-Unsubscribe-Post, List-Id, Content-Language, MIME-Version,
Content-Type. docs/explanation/message.md says why each is there. Each value is written by a
function of `headers`, from words without line ends, so nothing from an advisory, a list or the
configuration can add a header or a second address.

No `Precedence` (RFC 2076 discourages it) and no `Auto-Submitted` (a person approved this text and
answers replies); `List-Id` is what keeps well-made auto-responders quiet (RFC 3834, RFC 5230).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import NamedTuple

from mailer.compose.calendar import calendar
from mailer.compose.headers import (
    address_of,
    headers,
    leave_by_mail,
    list_id,
    mailbox_of,
    named,
    to_header,
)
from mailer.compose.headers import unstructured as words
from mailer.compose.mime import bodies, text_part
from mailer.compose.prose import pictures_of
from mailer.compose.templates import Rendered
from mailer.compose.text import one_line
from mailer.compose.view import revealed, tongues
from mailer.core.errors import ListError
from mailer.core.model import Attachment, Contact, Dispatch, Office, Version

_MESSAGE_ID_RE = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_TAG_RE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_WEB_RE = re.compile(r"https://[A-Za-z0-9.:\[\]-]+/[A-Za-z0-9._~/?=&%-]{0,400}")


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


class Own(NamedTuple):
    """What no other copy has: its name, what it follows, and the addresses of its reader alone.

    `message_id`, and `references` to this contact's earlier messages of the item, the oldest first
    (RFC 5322 §3.6.4), have angle brackets. `unsubscribe` is the one-click address (RFC 8058), empty
    where the office has no public pages; `agreement` the page where the embargo is accepted;
    `by_mail` the mailto address to leave by, without which that is the one where answers go.
    """

    message_id: str
    references: Sequence[str] = ()
    unsubscribe: str = ""
    agreement: str = ""
    by_mail: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What all copies of a dispatch share that have one language and one zone: all but the below.

    In order: `before_to`, the To header, `before_own`, the copy's own headers (`own_headers`),
    `before_text`, the plain text's part, `between`, the HTML's, and `after`, whose attachments all
    frames share. `leave` is where a mail goes that asks to leave the list, as a mailto address,
    unless a copy has one of its own.
    """

    mail_from: str
    leave: str
    before_to: bytes
    before_own: bytes
    before_text: bytes
    between: bytes
    after: tuple[bytes, ...]


def build(
    rendered: Rendered,
    version: Version,
    dispatch: Dispatch,
    recipient: Contact,
    office: Office,
    own: Own,
    date: datetime,
) -> Message:
    """The message of one copy; `date` aware, written in UTC; `embargoed` as that date has it.

    Raises `ListError` or `ConfigError` for an address that cannot be one mailbox.
    """
    around = frame(rendered, version, dispatch, recipient, office, date)
    rcpt_to = forward_path(recipient)
    head = around.before_to, to_header(one_line(recipient.name), rcpt_to), around.before_own
    text, html = text_part(rendered.text, "plain"), text_part(rendered.html, "html")
    body = around.before_text, text, around.between, html, *around.after
    return Message(
        mail_from=around.mail_from,
        rcpt_to=rcpt_to,
        message_id=own.message_id,
        content=b"".join((*head, own_headers(own, around.leave), *body)),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
    )


def frame(
    rendered: Rendered,
    version: Version,
    dispatch: Dispatch,
    recipient: Contact,
    office: Office,
    date: datetime,
) -> Frame:
    """The frame of this contact's copy; of the contact only the language and the zone count."""
    if date.tzinfo is None:
        raise ValueError("a message needs an aware date")
    spoken = [*dict.fromkeys(tongues(version, dispatch, recipient))]
    audience, version = dispatch.audience, revealed(version, dispatch.kind)
    sender_name, mail_from = mailbox_of(audience.sender, audience.name, "sender")
    list_name = list_id(audience.name, office.domain)
    answers = mail_from
    before_own = [
        ("Subject", words(one_line(rendered.subject))),
        ("Date", format_datetime(date.astimezone(UTC))),
    ]
    if audience.reply_to:
        reply_name, answers = mailbox_of(audience.reply_to, audience.name, "reply_to")
        before_own.insert(0, ("Reply-To", named(reply_name, answers)))
    after_own = [("List-Id", named(one_line(office.name), list_name)), ("MIME-Version", "1.0")]
    tags = [language for language in spoken if _TAG_RE.fullmatch(language)]
    if tags:
        after_own.insert(-1, ("Content-Language", ", ".join(tags)))
    # For the reader's program: no other message has it. Nothing rests on its being secret.
    mark = f"{version.reference} {version.number} {dispatch.kind} {audience.name} {spoken[0]}"
    files = list(version.attachments)
    pictures = {
        name: cid
        for name, cid in pictures_of(version, office.domain)
        if f'"cid:{cid}"' in rendered.html
    }
    entry = calendar(version, dispatch, recipient, office, embargoed=dispatch.embargoed(date))
    start, between, after = bodies(mark, _with(entry, files), pictures)
    return Frame(
        mail_from=mail_from,
        leave=leave_by_mail(answers),
        before_to=headers([("From", named(sender_name, mail_from))]),
        before_own=headers(before_own),
        before_text=headers(after_own) + start,
        between=between,
        after=after,
    )


def _with(entry: Attachment | None, files: list[Attachment]) -> list[Attachment]:
    return [entry, *files] if entry else files


def forward_path(recipient: Contact) -> str:
    """The one address this contact is written to; raises `ListError` if there is not just one."""
    address = address_of(recipient.email)
    if address is None:
        raise ListError(f"{one_line(recipient.email)!r} is not one address; correct it in its list")
    return address


def own_headers(own: Own, leave: str) -> bytes:
    """The headers that no other copy has; `leave` is its mailto address if it has none of its own.

    Raises `ValueError` for an identifier or an address that is not of its form.
    """
    if not all(map(_MESSAGE_ID_RE.fullmatch, (own.message_id, *own.references))):
        raise ValueError("a message needs a Message-ID in angle brackets")
    said = f"Message-ID: {own.message_id}\r\n"
    if own.references:
        said += f"In-Reply-To: {own.references[-1]}\r\n"
        said += "References: " + "\r\n ".join(own.references) + "\r\n"
    leave = own.by_mail or leave
    if not own.unsubscribe:
        return f"{said}List-Unsubscribe: <{leave}>\r\n".encode()
    if not _WEB_RE.fullmatch(own.unsubscribe):
        raise ValueError("an address to unsubscribe at is an https one")
    said += f"List-Unsubscribe: <{own.unsubscribe}>,\r\n <{leave}>\r\n"
    return f"{said}List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode()
