"""People: who may use the console, and their sessions.

A token is drawn from the system's randomness and kept as its SHA-256: what is looked up is a hash,
so that neither a stolen ledger nor the time of a comparison gives a session away.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from zoneinfo import available_timezones

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session

from mailer.core.errors import LedgerBusyError, MailerError
from mailer.core.inert import inert
from mailer.core.people import Person, Role, password_fault
from mailer.desk.base import Deed, DeskBase
from mailer.ledger import people, tokens
from mailer.ledger.tables import PersonRow

_HASHER = PasswordHasher()

_AT_ONCE = threading.BoundedSemaphore(4)
"""Each comparison takes 64 MiB: no crowd at the login may take the machine's memory."""

NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$Z9iiU1tHN2SMYQC22lWWeg"
    "$XNgdkjYk5F15s6HmysF42X5cuJaZiQqfzmf2z0+6PEg"
)
"""What the password of an unknown user is compared with, so that it takes as long."""


def token_hash(token: str) -> str:
    """How a token is kept. It is random enough to need no salt."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class People(DeskBase):
    """Users and sessions. Each deed is one transaction with its audit row."""

    def add_person(
        self,
        login: str,
        password: str,
        role: Role,
        *,
        by: str,
        now: datetime,
        name: str = "",
        email: str = "",
        zone: str = "",
    ) -> Person:
        """A new user. The name is the login and the zone the office's, if nothing else is said."""
        login = login.strip()
        if not login or not login.isprintable() or len(login) > 64 or " " in login:
            raise MailerError("a login is up to 64 characters without spaces")
        zone = _known(zone or self._config.embargo.zone)
        hashed = _hash(password, login)
        with self._deed(by, now) as deed:
            row = people.named(deed.session, login)
            if row is not None and row.removed_at is None:
                raise MailerError(f'there is a user "{inert(login)}" already')
            row = people.keep(
                deed.session,
                row,
                PersonRow(
                    login=login,
                    login_key=people.login_key(login),
                    name=name.strip() or login,
                    email=email.strip(),
                    role=role,
                    zone=zone,
                    password_hash=hashed,
                    created_at=now,
                ),
            )
            deed.record("add user", row.login, {"role": role.value})
            return people.person_of(row)

    def people(self) -> list[Person]:
        """Everyone who may log in, by login."""
        with self._database.read() as session:
            return [people.person_of(row) for row in people.every(session)]

    def set_password(self, login: str, password: str, *, by: str, now: datetime) -> None:
        """A new password; every session of the user ends."""
        hashed = _hash(password, login)
        with self._deed(by, now) as deed:
            row = self._person(deed.session, login)
            row.password_hash = hashed
            people.end_sessions(deed.session, row.id)
            deed.record("change password", row.login)

    def change_own_password(self, login: str, old: str, new: str, *, now: datetime) -> None:
        """The same by the user, who knows the present one."""
        self.require_password(login, old)
        self.set_password(login, new, by=login, now=now)

    def require_password(self, login: str, password: str) -> None:
        """MailerError if this is not the user's password."""
        with self._database.read() as session:
            kept = self._person(session, login).password_hash
        if not _matches(kept, password):
            raise MailerError("the present password is another one; nothing was changed")

    def set_role(self, login: str, role: Role, *, by: str, now: datetime) -> None:
        """A new role; every session of the user ends."""
        with self._deed(by, now) as deed:
            row = self._person(deed.session, login)
            before, row.role = row.role, role
            people.end_sessions(deed.session, row.id)
            deed.record("change role", row.login, {"before": before, "role": role.value})

    def set_zone(self, login: str, zone: str) -> None:
        """The IANA zone in which a user is told the time."""
        with self._database.write() as session:
            row = self._person(session, login)
            row.zone = _known(zone)

    def remove_person(self, login: str, *, by: str, now: datetime) -> None:
        """Nobody logs in as them any more, and their tokens end; what they did stays on record."""
        with self._deed(by, now) as deed:
            row = self._person(deed.session, login)
            row.removed_at, row.password_hash = now, ""
            people.end_sessions(deed.session, row.id)
            tokens.revoke_all(deed.session, row.id, now)
            deed.record("remove user", row.login)

    # --- sessions -----------------------------------------------------------------------------

    def log_in(self, login: str, password: str, *, now: datetime) -> tuple[Person, str] | None:
        """The user and the token of a new session; None if the two do not belong together.

        It does the same work whether there is such a user or not.
        """
        with self._database.read() as session:
            row = people.named(session, login)
            known = row is not None and row.removed_at is None
            kept = row.password_hash if row is not None and known else NOBODYS_HASH
        if not _matches(kept, password) or row is None or not known:
            return None
        token = secrets.token_urlsafe(32)
        with self._database.write() as session:
            again = self._person(session, row.login)
            if again.password_hash != kept:
                return None
            if _HASHER.check_needs_rehash(kept):
                again.password_hash = _HASHER.hash(password)
            people.drop_ended(session, now)
            people.begin_session(session, again.id, token_hash(token), now)
            Deed(session, again.login, now).record("log in", again.login)
            return people.person_of(again), token

    def session_person(self, token: str, *, now: datetime) -> Person | None:
        """Whose session this token is of; None: nobody's, or it is over."""
        return self._whose(token, people.session_person, people.touch, now)

    def session_lives(self, token: str, *, now: datetime) -> bool:
        """Whether a session is not over. It does not count as using it."""
        with self._database.read() as session:
            return people.session_person(session, token_hash(token), now) is not None

    def log_out(self, token: str, *, now: datetime) -> None:
        """End a session."""
        with self._database.write() as session:
            person_id = people.end_session(session, token_hash(token))
            if person_id is not None:
                row = session.get_one(PersonRow, person_id)
                Deed(session, row.login, now).record("log out", row.login)

    def _whose(
        self,
        token: str,
        find: Callable[[Session, str, datetime], tuple[Person, bool] | None],
        touch: Callable[[Session, str, datetime], None],
        now: datetime,
    ) -> Person | None:
        """Whose a token is; that it was used is noted where that is due."""
        kept = token_hash(token)
        with self._database.read() as session:
            found = find(session, kept, now)
        if found is None:
            return None
        person, stale = found
        if stale:
            # A page does not wait for a writer only to say that it was looked at.
            with suppress(LedgerBusyError), self._database.write(at_once=True) as session:
                touch(session, kept, now)
        return person

    def _person(self, session: Session, login: str) -> PersonRow:
        row = people.named(session, login)
        if row is None or row.removed_at is not None:
            raise MailerError(f'no user "{inert(login)}"; `mailer user list` names them')
        return row


def _hash(password: str, login: str) -> str:
    fault = password_fault(password, login)
    if fault:
        raise MailerError(fault)
    return _HASHER.hash(password)


def _matches(kept: str, password: str) -> bool:
    try:
        with _AT_ONCE:
            return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def _known(zone: str) -> str:
    if zone not in available_timezones():
        raise MailerError(f'"{inert(zone)}" is not a time zone; an IANA name like Europe/London is')
    return zone
