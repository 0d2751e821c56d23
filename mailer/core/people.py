"""The people of the press office: their roles, and the table of what each role may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

JOURNALIST = "the journalist"
"""Who did it, as the audit and a suppression have it, where it was no person of the office."""


class Role(StrEnum):
    """What a person is in the press office."""

    STAFF = "staff"
    OFFICER = "officer"
    APPROVER = "approver"
    ADMIN = "admin"


class Act(StrEnum):
    """What a page or an API route lets a person do. Each route names one."""

    READ_DESK = "see what happens next"
    READ_LOG = "read the log of every copy, and export it"
    READ_CONTACTS = "read lists, audiences and a contact's history"
    READ_ADVISORY = "read an advisory's text, attachments and previews"
    WRITE_ADVISORY = "write, queue, reschedule, correct or cancel an advisory; test sends"
    STOP = "hold an advisory or everything, and withdraw"
    APPROVE = "approve, lift and resume"
    RESOLVE = "settle a copy in doubt, and resend"
    CHANGE_CONTACTS = "change lists, suppressions and embargo acceptances"
    READ_AUDIT = "read who did what"
    READ_SETTINGS = "read the configuration, and test the relay"
    CHANGE_PEOPLE = "add and remove users, and change their roles and passwords"
    OWN_ACCOUNT = "change one's own zone, password and API tokens"


_STAFF = frozenset({Act.READ_DESK, Act.READ_LOG, Act.READ_CONTACTS, Act.OWN_ACCOUNT})
_OFFICER = _STAFF | {
    Act.READ_ADVISORY,
    Act.WRITE_ADVISORY,
    Act.STOP,
    Act.RESOLVE,
    Act.CHANGE_CONTACTS,
    Act.READ_AUDIT,
}

ACTS: Mapping[Role, frozenset[Act]] = {
    Role.STAFF: _STAFF,
    Role.OFFICER: _OFFICER,
    Role.APPROVER: _OFFICER | {Act.APPROVE},
    # Runs the machine, and has no need of an embargoed text.
    Role.ADMIN: _STAFF | {Act.READ_AUDIT, Act.READ_SETTINGS, Act.CHANGE_PEOPLE},
}
"""What each role may do, and nothing else."""

IDLE = timedelta(hours=2)
"""A session that was not used for so long has ended."""

LONGEST = timedelta(hours=12)
"""A session ends so long after login, used or not."""

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256
"""Characters. NIST SP 800-63B asks for length, and for no mixture of kinds."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the console. `login` is what they log in with, `zone` their IANA zone."""

    id: int
    login: str
    name: str
    email: str
    role: Role
    zone: str

    def may(self, act: Act) -> bool:
        """Whether this person's role lets them do it."""
        return may(self.role, act)


def may(role: Role, act: Act) -> bool:
    """Whether the table says that a role may do it."""
    return act in ACTS[role]


def session_ended(began: datetime, seen: datetime, now: datetime) -> bool:
    """Whether a session is over at `now`: too long unused, or too long since login.

    One from the future is over too: a clock was set back.
    """
    return not (timedelta() <= now - began < LONGEST and now - seen < IDLE)


def password_fault(password: str, login: str) -> str:
    """What is wrong with a new password, in words; empty if nothing is."""
    if len(password) < SHORTEST_PASSWORD:
        return f"a password has at least {SHORTEST_PASSWORD} characters"
    if len(password) > LONGEST_PASSWORD:
        return f"a password has at most {LONGEST_PASSWORD} characters"
    if password.casefold().strip() == login.casefold() or len(set(password)) < 4:
        return "this password is too easily guessed"
    return ""
