"""One claimed delivery on its way through the sender, and what is recorded of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from mailer.core.embargo import Consent, Copy
from mailer.core.model import Contact, Embargo
from mailer.core.outcome import Phase, Reply
from mailer.core.states import DeliveryEvent


class Job(NamedTuple):
    """A delivery that this run has claimed, with what the gate needs to know of it.

    `subject` is the dispatch in words ("HW 12/2026, release to wires").

    `attempts` were made before; `date` is when its dispatch was to start, or later started (the
    message's Date, the same at every retry); after `give_up_at` there is no further attempt.
    Instants are UTC.

    `copy` (which names no delivery), `consent` and `embargo` are what the ledger said at its change
    number `as_of`.
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
    listed_as_accepted: bool = False
    as_of: int = 0


class Begin(NamedTuple):
    """A text that is about to begin: the gate is asked once more, and the attempt is opened.

    `carries_notice` is whether the composed text shows its embargo notice; `relay` is
    "host:port".
    """

    job: Job
    began_at: datetime
    relay: str
    tls_version: str
    carries_notice: bool


class Attempt(NamedTuple):
    """One SMTP transaction, as the ledger keeps it. `reply` is None where none came."""

    began_at: datetime
    ended_at: datetime
    relay: str
    tls_version: str
    phase: Phase
    outcome: str
    reply: Reply | None
    error: str = ""


class Result(NamedTuple):
    """What becomes of a claimed delivery. `attempt` is None where no transaction was begun.

    `to_release`: an advance copy that can no longer go; its contact gets the release instead.
    `hold`: why every copy of the dispatch would fail the same way, so that all of it stops.
    """

    event: DeliveryEvent
    reason: str = ""
    next_attempt_at: datetime | None = None
    attempt: Attempt | None = None
    to_release: bool = False
    hold: str = ""


class End(NamedTuple):
    """A claimed delivery that this run has no longer in hand, and what became of it."""

    job: Job
    result: Result


@dataclass(frozen=True, slots=True)
class RelayFault:
    """A session that a relay ("host:port") would not open or keep; it is tried again then."""

    at: datetime
    relay: str
    step: str
    reply: Reply | None
    error: str
    retry_at: datetime


Entry = Begin | End | RelayFault
"""What goes into the ledger in one group commit."""
