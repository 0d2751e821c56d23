"""Events of Amazon SES, which its notification service mails as JSON: bounces, delays, complaints,
deliveries (https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from mailer.core.notification import Action, Kind, Permanence, Recipient
from mailer.delivery.bounces import codes, mime, status
from mailer.delivery.bounces.mime import Part

MOST_RECIPIENTS = 100
NOT_COMPLAINED = "not-spam"


@dataclass(frozen=True, slots=True)
class Event:
    """What an event says, whose message it is about, and that message's Message-ID."""

    kind: Kind
    recipients: tuple[Recipient, ...]
    complaint: bool
    sender: str
    message_id: str


def read(message: Part) -> Event | None:
    """The event that a message is made of, or None: its text begins with it."""
    for part in message.walk():
        if part.parts or not part.type.startswith("text/"):
            continue
        event = _loaded(mime.decoded(part.body[: mime.MOST_TEXT], part.parameter("charset")))
        if isinstance(event.get("Message"), str):  # in the envelope of the notification service
            event = _loaded(event["Message"])
        told = _told(event)
        if told is not None:
            return told
    return None


def _loaded(text: str) -> dict[str, Any]:
    text = text.lstrip()
    if not text.startswith("{"):
        return {}
    try:
        found, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _told(event: dict[str, Any]) -> Event | None:
    name = event.get("notificationType") or event.get("eventType")
    mail = _dict(event.get("mail"))
    if not isinstance(name, str) or not mail or name not in _KINDS:
        return None
    section, recipients_name, recipient = _KINDS[name]
    said = _dict(event.get(section))
    sender = _text(mail.get("source")).casefold()
    found = [recipient(one, said) for one in _list(said.get(recipients_name))]
    told = tuple(one for one in found if "@" in one.address and one.address.casefold() != sender)
    kind = Kind.ARF if section == "complaint" else Kind.DSN
    if kind is Kind.ARF and len(told) > 1:
        told = ()  # it names all at the reader's provider; any of them may have been it
    complaint = kind is Kind.ARF and said.get("complaintFeedbackType") != NOT_COMPLAINED
    ids = [_dict(one) for one in _list(mail.get("headers"))]
    known = (_text(one.get("value")) for one in ids if _named(one) == "message-id")
    return Event(kind, told, complaint, sender, next(known, ""))


def _bounced(one: object, said: dict[str, Any]) -> Recipient:
    told = status.recipient(
        {
            "final-recipient": _address(one),
            "action": "failed",
            "status": _text(_dict(one).get("status")),
            "diagnostic-code": _text(_dict(one).get("diagnosticCode")),
        }
    )
    if told is None:
        return _NOBODY
    if said.get("bounceType") != "Permanent":
        told = replace(told, permanence=Permanence.TEMPORARY)
    return told


def _delayed(one: object, said: dict[str, Any]) -> Recipient:
    return replace(_bounced(one, said), action=Action.DELAYED, permanence=Permanence.TEMPORARY)


def _arrived(one: object, said: dict[str, Any]) -> Recipient:
    reply = _text(said.get("smtpResponse"))
    return Recipient(
        status.address(_address(one)),
        Action.DELIVERED,
        Permanence.TEMPORARY,
        codes.status(reply),
        " ".join(reply.split())[: status.LONGEST_DIAGNOSTIC],
    )


_NOBODY = Recipient("", Action.FAILED, Permanence.TEMPORARY)
_KINDS: dict[str, tuple[str, str, Callable[[object, dict[str, Any]], Recipient]]] = {
    "Bounce": ("bounce", "bouncedRecipients", _bounced),
    "DeliveryDelay": ("deliveryDelay", "delayedRecipients", _delayed),
    "Delivery": ("delivery", "recipients", _arrived),
    "Complaint": ("complaint", "complainedRecipients", _arrived),
}


def _address(one: object) -> str:
    return _text(one if isinstance(one, str) else _dict(one).get("emailAddress"))


def _named(one: dict[str, Any]) -> str:
    return _text(one.get("name")).casefold()


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value[:MOST_RECIPIENTS] if isinstance(value, list) else []


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    # JSON may spell what is no letter at all.
    return value[:2_000].encode("utf-8", "replace").decode().replace("\0", " ")
