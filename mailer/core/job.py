"""One claimed delivery on its way through the sender."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailer.core.embargo import Consent, Copy
from mailer.core.model import Contact, Embargo
from mailer.core.outcome import Phase, Reply
from mailer.core.states import DeliveryEvent


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery that this run has claimed, with what the gate needs to know of it.

    `subject` is the dispatch in words ("HW 12/2026, release to wires").

    `attempts` were made before; `date` is when its dispatch started (the message's Date, the same
    at every retry); after `give_up_at` there is no further attempt. Instants are UTC.
    """

    delivery: int
    dispatch: int
    subject: str
    contact: Contact
    message_id: str
    attempts: int
    date: datetime
    give_up_at: datetime
    copy: Copy
    consent: Consent
    embargo: Embargo | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One SMTP transaction, as the ledger keeps it. `reply` is None where none came."""

    began_at: datetime
    ended_at: datetime
    relay: str
    tls_version: str
    phase: Phase
    outcome: str
    reply: Reply | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of a claimed delivery. `attempt` is None where no transaction was begun."""

    event: DeliveryEvent
    reason: str = ""
    next_attempt_at: datetime | None = None
    attempt: Attempt | None = None
