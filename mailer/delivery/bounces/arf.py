"""Complaints: feedback reports (RFC 5965), which a mailbox provider sends when a reader objects."""

from __future__ import annotations

from mailer.core.notification import Action, Permanence, Recipient
from mailer.delivery.bounces import mime, status
from mailer.delivery.bounces.mime import Part

TYPE = "message/feedback-report"
COMPLAINANT = "x-hmxmroriginalrecipient"
"""Where Microsoft names the reader, in the message that it returns."""

COMPLAINTS = ("abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", "miscategorized")
"""Feedback-Types that say the reader did not want it; "not-spam" and authentication's do not."""


def fields(part: Part) -> dict[str, list[str]]:
    """The fields of a feedback report, by lower-case name."""
    found: dict[str, list[str]] = {}
    for name, value in mime.split(part.body)[0]:
        found.setdefault(name, []).append(mime.words(value))
    return found


def is_older(message: Part) -> bool:
    """Whether its subject is that of reports from before RFC 5965: Microsoft's, a bare message."""
    subject = message.first("subject").strip().lower()
    return subject.startswith("complaint about message from")


def is_complaint(report: dict[str, list[str]]) -> bool:
    """Whether the reader objected. Without a type, the report itself says so."""
    kinds = [kind.strip().lower() for kind in report.get("feedback-type", [])]
    return not kinds or any(kind in COMPLAINTS for kind in kinds)


def recipients(
    report: dict[str, list[str]], complainants: list[str], returned: list[str]
) -> list[Recipient]:
    """Who complained: as the report says it, else as a field of the returned message does, else
    `returned`, to whom the message was.

    They had the message: hence delivered.
    """
    named = report.get("original-rcpt-to", []) + report.get("removal-recipient", [])
    named = named or complainants
    found = dict.fromkeys(filter(_is_address, map(status.address, named)))
    if not found:
        known = dict.fromkeys(filter(_is_address, returned))
        found = known if len(known) == 1 else found
    return [Recipient(one, Action.DELIVERED, Permanence.TEMPORARY) for one in found]


def _is_address(text: str) -> bool:
    # Some providers black the reader's name out.
    return "@" in text and "redacted" not in text.lower()
