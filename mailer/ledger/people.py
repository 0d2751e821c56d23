"""Users and their sessions: rows ↔ core types. Nothing here sees a password or a token in clear.

Every function works inside the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from mailer.core.people import Person, Role, session_ended
from mailer.ledger.store import table
from mailer.ledger.tables import LoginRow, PersonRow

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a session was last used."""


def login_key(login: str) -> str:
    """Logins are compared without regard to case."""
    return login.strip().casefold()


def person_of(row: PersonRow) -> Person:
    """A user's row as the rules know it."""
    return Person(row.id, row.login, row.name, row.email, Role(row.role), row.zone)


def every(session: Session) -> list[PersonRow]:
    """The users there are, by login; those who were removed are left out."""
    there = select(PersonRow).where(col(PersonRow.removed_at).is_(None))
    return list(session.exec(there.order_by(col(PersonRow.login_key))))


def named(session: Session, login: str) -> PersonRow | None:
    """The user of that login, removed or not."""
    return session.exec(select(PersonRow).where(PersonRow.login_key == login_key(login))).first()


def keep(session: Session, before: PersonRow | None, new: PersonRow) -> PersonRow:
    """A new user; in the place of `before`, if there was one of that login once."""
    if before is not None:
        new.id = before.id
    row = session.merge(new)
    session.flush()
    return row


def begin_session(session: Session, person_id: int, token_hash: str, now: datetime) -> None:
    """A session from now on."""
    session.add(LoginRow(token_hash=token_hash, person_id=person_id, began_at=now, seen_at=now))


def session_person(session: Session, token_hash: str, now: datetime) -> tuple[Person, bool] | None:
    """Whose session it is, and whether it is time to `touch` it; None: nobody's, or it is over."""
    found = session.exec(
        select(LoginRow, PersonRow)
        .join(PersonRow)
        .where(LoginRow.token_hash == token_hash)
        .where(col(PersonRow.removed_at).is_(None))
    ).first()
    if found is None or session_ended(found[0].began_at, found[0].seen_at, now):
        return None
    return person_of(found[1]), now - found[0].seen_at >= SEEN_EVERY


def touch(session: Session, token_hash: str, now: datetime) -> None:
    """A session was used."""
    row = session.get(LoginRow, token_hash)
    if row is not None:
        row.seen_at = now
        session.add(row)


def end_session(session: Session, token_hash: str) -> int | None:
    """End one session; whose it was, or None if there was none."""
    row = session.get(LoginRow, token_hash)
    if row is None:
        return None
    session.delete(row)
    return row.person_id


def end_sessions(session: Session, person_id: int) -> None:
    """End every session of a user."""
    session.execute(delete(table(LoginRow)).where(col(LoginRow.person_id) == person_id))


def drop_ended(session: Session, now: datetime) -> None:
    """Take out the rows of sessions that are over."""
    for row in session.exec(select(LoginRow)):
        if session_ended(row.began_at, row.seen_at, now):
            session.delete(row)
