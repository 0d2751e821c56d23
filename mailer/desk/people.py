"""People: who may use the console, and their sessions.

A token is drawn from the system's randomness and kept as its SHA-256: what is looked up is a hash,
so that neither a stolen ledger nor the time of a comparison gives a session away.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from contextlib import suppress
from datetime import datetime
from zoneinfo import available_timezones

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session

from mailer.core.errors import LedgerBusyError, MailerError
from mailer.core.inert import inert
from mailer.core.people import Person, Role, password_fault
from mailer.desk.base import DeskBase
from mailer.ledger import audit, people, tokens
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
        by, login = self._named(by), login.strip()
        if not login or not login.isprintable() or len(login) > 64 or " " in login:
            raise MailerError("a login is up to 64 characters without spaces")
        zone = _known(zone or self._config.embargo.zone)
        hashed = _hash(password, login)
        with self._database.write() as session:
            row = people.named(session, login)
            if row is not None and row.removed_at is None:
                raise MailerError(f'there is a user "{inert(login)}" already')
            row = people.keep(
                session,
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
            _audit(session, row, "add user", by, now, role=role.value)
            return people.person_of(row)

    def people(self) -> list[Person]:
        """Everyone who may log in, by login."""
        with self._database.read() as session:
            return [people.person_of(row) for row in people.every(session)]

    def set_password(self, login: str, password: str, *, by: str, now: datetime) -> None:
        """A new password; every session of the user ends."""
        by = self._named(by)
        hashed = _hash(password, login)
        with self._database.write() as session:
            row = self._person(session, login)
            row.password_hash = hashed
            session.add(row)
            people.end_sessions(session, row.id or 0)
            _audit(session, row, "change password", by, now)

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
        by = self._named(by)
        with self._database.write() as session:
            row = self._person(session, login)
            before, row.role = row.role, role
            session.add(row)
            people.end_sessions(session, row.id or 0)
            _audit(session, row, "change role", by, now, before=before, role=role.value)

    def set_zone(self, login: str, zone: str) -> None:
        """The IANA zone in which a user is told the time."""
        with self._database.write() as session:
            row = self._person(session, login)
            row.zone = _known(zone)
            session.add(row)

    def remove_person(self, login: str, *, by: str, now: datetime) -> None:
        """Nobody logs in as them any more, and their tokens end; what they did stays on record."""
        by = self._named(by)
        with self._database.write() as session:
            row = self._person(session, login)
            row.removed_at, row.password_hash = now, ""
            session.add(row)
            people.end_sessions(session, row.id or 0)
            tokens.revoke_all(session, row.id or 0, now)
            _audit(session, row, "remove user", by, now)

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
                session.add(again)
            people.drop_ended(session, now)
            people.begin_session(session, again.id or 0, token_hash(token), now)
            _audit(session, again, "log in", again.login, now)
            return people.person_of(again), token

    def session_person(self, token: str, *, now: datetime) -> Person | None:
        """Whose session this token is of; None: nobody's, or it is over."""
        kept = token_hash(token)
        with self._database.read() as session:
            found = people.session_person(session, kept, now)
        if found is None:
            return None
        person, stale = found
        if stale:
            # A page does not wait for a writer only to say that it was looked at.
            with suppress(LedgerBusyError), self._database.write(at_once=True) as session:
                people.touch(session, kept, now)
        return person

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
                _audit(session, row, "log out", row.login, now)

    def _person(self, session: Session, login: str) -> PersonRow:
        row = people.named(session, login)
        if row is None or row.removed_at is not None:
            raise MailerError(f'no user "{inert(login)}"; `mailer user list` names them')
        return row


def _audit(
    session: Session, row: PersonRow, action: str, by: str, now: datetime, **detail: str
) -> None:
    audit.append(session, at=now, actor=by, action=action, subject=row.login, detail=detail)


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
