"""Reading one message that came back. Pure: octets in, a frozen value out; it never raises.

In this order: the fields of a standard report; a complaint; a service's event; a notice in a
server's own words; an answer that no person wrote; and what is left is a person's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mailer.core.notification import Kind, Notification, Recipient
from mailer.delivery.bounces import (
    arf,
    asking,
    autoreply,
    events,
    known,
    mime,
    notice,
    quoted,
    status,
    vacation,
)
from mailer.delivery.bounces.mime import Part
from mailer.delivery.bounces.quoted import Notice

_ENVELOPE = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_RETURNED_FROM = ("return-path", "x-envelope-from", "errors-to")
_ID_RE = re.compile(r"<[^<>\s@]{1,250}@[^<>\s@]{1,250}>")
MOST_IDS = 50


def read(raw: bytes) -> Notification:
    """What a message says, whoever wrote it, and however it is made."""
    message = mime.read(raw)
    words = quoted.read(message)
    is_notice = _is_report(message) or notice.is_notice(message, words)
    told = status.read(_reports(message, loose=is_notice))
    if told.recipients:
        return _told(message, words, Kind.DSN, told.recipients, told.envelope_ids)
    complaint = next((part for part in message.walk() if part.type == arf.TYPE), None)
    if complaint is not None:
        return _complaint(message, words, arf.fields(complaint))
    event = events.read(message)
    if event is not None:
        return _event(message, words, event)
    if arf.is_older(message) and words.returned.fields:
        return _complaint(message, words, {})
    if autoreply.is_read_receipt(message):
        return _told(message, words, Kind.AUTO_REPLY)
    automatic, text = autoreply.by_header(message), vacation.own(words.lines[:60])
    answers = automatic is not False and autoreply.by_words(message, text)
    systems = _is_report(message) or notice.is_systems(message)
    if is_notice and (systems or not answers):
        found = (
            notice.recipients(message, words)
            or known.recipients(raw, notice.own(message, words))
            or notice.only_returned_to(message, words)
        )
        if found or (systems and not answers):
            return _told(message, words, Kind.DSN, found, told.envelope_ids)
    if automatic and not answers and notice.is_daemons(message):
        found = notice.recipients(message, words)  # in words that nobody here knows
        if found:
            return _told(message, words, Kind.DSN, found, told.envelope_ids)
    if automatic or answers or (automatic is None and _is_absence(message, text)):
        return _told(message, words, Kind.AUTO_REPLY)
    return _told(message, words, Kind.OTHER)


def _reports(message: Part, *, loose: bool) -> list[str]:
    """The texts of a message's reports: typed as such, else (`loose`) found in its text.

    A report within a message within this one counts where a system passes it on. What a person
    forwards is the person's.
    """
    systems = notice.is_systems(message) or autoreply.by_header(message) is True
    if not systems and autoreply.is_forwarded(mime.words(message.first("subject"))):
        return []
    typed = [part.text for part in message.walk() if part.type in status.TYPES]
    if typed:
        return typed
    if loose:
        parts = (part for part in message.walk() if not part.parts)
        texts = [part.text for part in parts if status.looks_like_fields(part.text)]
        if texts:
            return texts
    for part in message.walk() if systems else ():
        if part.type == "message/rfc822" and part.parts and _is_report(part.parts[0]):
            return _reports(part.parts[0], loose=False)
    return []


def _is_absence(message: Part, text: str) -> bool:
    """Whether it is one by its text, or by a subject that is its own."""
    subject = mime.words(message.first("subject"))[:300].strip()
    return vacation.says_so("" if autoreply.is_answer(subject) else subject, text)


def _is_report(message: Part) -> bool:
    report = message.type == "multipart/report"
    return report and message.parameter("report-type").lower() in ("delivery-status", "")


def _complaint(message: Part, words: Notice, report: dict[str, list[str]]) -> Notification:
    complainants = quoted.mailboxes(words.returned, arf.COMPLAINANT)
    told = _told(
        message,
        words,
        Kind.ARF,
        arf.recipients(report, complainants, notice.returned_to(message, words)),
        [one.strip() for one in report.get("original-envelope-id", [])],
        complaint=arf.is_complaint(report),
    )
    senders = [address for value in report.get("original-mail-from", []) for address in _in(value)]
    return replace(told, addresses=_few([*senders, *told.addresses]))


def _event(message: Part, words: Notice, event: events.Event) -> Notification:
    told = _told(message, words, event.kind, event.recipients, complaint=event.complaint)
    return replace(
        told,
        addresses=_few([event.sender, *told.addresses]),
        message_ids=_few([event.message_id, *told.message_ids]),
    )


def _told(
    message: Part,
    words: Notice,
    kind: Kind,
    recipients: Sequence[Recipient] = (),
    envelope_ids: Sequence[str] = (),
    *,
    complaint: bool = False,
) -> Notification:
    ids = [
        found
        for part, names in (
            (words.returned, ("message-id",)),
            (message, ("in-reply-to", "references", "x-original-message-id")),
        )
        for name in names
        for value in part.all(name)
        for found in _ID_RE.findall(value)
    ]
    addresses = quoted.mailboxes(message, *_ENVELOPE)
    addresses += quoted.mailboxes(words.returned, *_RETURNED_FROM)
    return Notification(
        kind,
        tuple(recipients),
        addresses=_few(addresses),
        envelope_ids=_few(envelope_ids),
        message_ids=_few(ids),
        automatic=kind is not Kind.OTHER or _is_bulk(message),
        complaint=complaint,
        sender=next(iter(quoted.mailboxes(message, "from")), ""),
        plain=asking.is_plain(message),
        more=asking.says_more(message, words),
    )


def _is_bulk(message: Part) -> bool:
    return message.first("precedence").strip().lower() in ("bulk", "junk")


def _in(value: str) -> list[str]:
    return [address for address, _, _ in quoted.addresses(value)]


def _few(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))[:MOST_IDS]
