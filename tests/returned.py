"""Messages that come back about a copy of the sample ledger."""

from __future__ import annotations

from mailer.core import verp
from mailer.ledger.database import Database
from mailer.ledger.tables import DeliveryRow

BOUNCES = ("bounces", "press.lantern.example")


def bounce_address(database: Database, delivery: int) -> str:
    """The envelope sender of a delivery."""
    return verp.verp(*BOUNCES, verp.token(delivery, database.link_key))


def report(
    to: str,
    about: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "550 5.1.1 User unknown",
    envelope_id: str = "",
    message_id: str = "",
    number: int = 1,
) -> bytes:
    """A standard report, sent to the address `to`, about the address `about`."""
    per_message = f"Original-Envelope-Id: {envelope_id}\n" if envelope_id else ""
    returned = f"Message-ID: {message_id}\n" if message_id else ""
    return (
        f"From: MAILER-DAEMON@mx.example\nTo: {to}\nSubject: Undelivered\n"
        f"Message-ID: <report.{number}@mx.example>\nAuto-Submitted: auto-replied\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.example\n{per_message}\n"
        f"Final-Recipient: rfc822; {about}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {said}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{returned}Subject: x\n--b--\n"
    ).encode()


def complaint(to: str, about: str, *, kind: str = "abuse", message_id: str = "") -> bytes:
    """A feedback report."""
    named = f"Original-Rcpt-To: <{about}>\n" if about else ""
    returned = f"Message-ID: {message_id}\n" if message_id else ""
    return (
        f"From: feedback@mail.example\nTo: {to}\nSubject: FW\nMessage-ID: <c@mail.example>\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        "--b\n\ncomplaint\n--b\nContent-Type: message/feedback-report\n\n"
        f"Feedback-Type: {kind}\nVersion: 1\nUser-Agent: x\n{named}\n"
        f"--b\nContent-Type: message/rfc822\n\n{returned}Subject: x\n\ntext\n--b--\n"
    ).encode()


def answer(to: str, row: DeliveryRow, *fields: str, text: str = "Thanks. Who took it?") -> bytes:
    """What a journalist, or their program, answers to a copy."""
    head = [f"From: Ann <{row.email}>", f"To: {to}", "Subject: Re: Gauges"]
    head += [f"In-Reply-To: {row.message_id}", f"Message-ID: <a{row.id}@wire.example>", *fields]
    return "\n".join([*head, "", text, ""]).encode()
