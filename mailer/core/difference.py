"""Whom a plan is for, compared with whom the same audience was last planned for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailer.core.model import Contact

STALE = timedelta(days=365)
"""After this long a contact counts as not verified."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The dispatch that a plan is compared with: of what, and when it started (UTC)."""

    reference: str
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """A contact who was planned for an outlet before, and now for another."""

    contact: Contact
    was: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What is other about an audience's recipients. `since` None: it never had anything yet.

    `unverified`: those whose address was not verified for a year, or never.
    """

    audience: str
    contacts: int
    since: Earlier | None
    new: tuple[Contact, ...]
    gone: tuple[Contact, ...]
    changed: tuple[Changed, ...]
    unverified: tuple[Contact, ...]


def between(
    audience: str,
    since: Earlier | None,
    then: Iterable[Contact],
    planned: Iterable[Contact],
    now: datetime,
) -> Difference:
    """Compare by address, without regard to case; of two of one address the later counts.

    Whoever differs is told by address: the order of sending is a drawn one, and says nothing.
    """
    before = _by_address(then)
    after = _by_address(planned)
    oldest = (now - STALE).date()
    return Difference(
        audience=audience,
        contacts=len(after),
        since=since,
        new=tuple(one for key, one in after.items() if key not in before),
        gone=tuple(one for key, one in before.items() if key not in after),
        changed=tuple(
            Changed(one, before[key].outlet)
            for key, one in after.items()
            if key in before and before[key].outlet != one.outlet
        ),
        unverified=tuple(
            one for one in after.values() if one.verified is None or one.verified < oldest
        ),
    )


def _by_address(contacts: Iterable[Contact]) -> dict[str, Contact]:
    return dict(sorted({contact.email.casefold(): contact for contact in contacts}.items()))
