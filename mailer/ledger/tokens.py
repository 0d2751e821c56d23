"""API tokens and idempotency keys: rows ↔ what the desk knows. Tokens are seen only as hashes.

Every function works inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from mailer.core.people import ACTS, Person, Role
from mailer.ledger import people
from mailer.ledger.store import table
from mailer.ledger.tables import ApiTokenRow, IdempotencyRow, PersonRow

USED_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a token was last used."""

KEPT = timedelta(hours=24)
"""How long the answer to a request with an idempotency key is remembered."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed: never the token itself. Instants are UTC."""

    id: int
    login: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None

    def lives(self, now: datetime) -> bool:
        """Whether it can be used at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def every(session: Session) -> list[Token]:
    """All tokens there ever were, oldest first."""
    found = select(ApiTokenRow, PersonRow).join(PersonRow).order_by(col(ApiTokenRow.id))
    return [_token(row, person) for row, person in session.exec(found)]


def add(
    session: Session,
    person: PersonRow,
    name: str,
    role: Role,
    token_hash: str,
    now: datetime,
    expires_at: datetime | None,
) -> Token:
    """A new token of a person's."""
    row = ApiTokenRow(
        person_id=person.id,
        name=name,
        role=role,
        token_hash=token_hash,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return _token(row, person)


def revoke(session: Session, number: int, now: datetime) -> Token | None:
    """End a token; None if there is none of that number that lives."""
    found = session.exec(
        select(ApiTokenRow, PersonRow).join(PersonRow).where(ApiTokenRow.id == number)
    ).first()
    if found is None or found[0].revoked_at is not None:
        return None
    found[0].revoked_at = now
    session.add(found[0])
    return _token(*found)


def revoke_all(session: Session, person_id: int, now: datetime) -> None:
    """End every token of a user who is removed: one who is added again has none."""
    living = update(table(ApiTokenRow)).where(col(ApiTokenRow.person_id) == person_id)
    session.execute(living.where(col(ApiTokenRow.revoked_at).is_(None)).values(revoked_at=now))


def person_of(session: Session, token_hash: str, now: datetime) -> tuple[Person, bool] | None:
    """Who comes with a token, in the token's role; and whether it is time to note its use.

    None: nobody's, over, revoked, of somebody who was removed, or of a role that lets it do what
    its person may not do (any more).
    """
    found = session.exec(
        select(ApiTokenRow, PersonRow)
        .join(PersonRow)
        .where(ApiTokenRow.token_hash == token_hash)
        .where(col(PersonRow.removed_at).is_(None))
    ).first()
    if found is None:
        return None
    row, owner = found
    token, person = _token(row, owner), people.person_of(owner)
    if not token.lives(now) or not ACTS[token.role] <= ACTS[person.role]:
        return None
    stale = row.used_at is None or not timedelta() <= now - row.used_at < USED_EVERY
    whole = Person(person.id, person.login, person.name, person.email, token.role, person.zone)
    return whole, stale


def used(session: Session, token_hash: str, now: datetime) -> None:
    """Note that a token was used."""
    row = session.exec(select(ApiTokenRow).where(ApiTokenRow.token_hash == token_hash)).first()
    if row is not None:
        row.used_at = now
        session.add(row)


def _token(row: ApiTokenRow, person: PersonRow) -> Token:
    return Token(
        id=row.id,
        login=person.login,
        name=row.name,
        role=Role(row.role),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )


# --- idempotency keys ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier request with the same key. `status` None: it has not been answered."""

    same: bool
    at: datetime
    status: int | None
    answer: str


def begin(
    session: Session, person_id: int, key: str, request_hash: str, now: datetime
) -> Earlier | None:
    """Take a key for a request; or the earlier request that has it."""
    session.execute(delete(table(IdempotencyRow)).where(col(IdempotencyRow.at) < now - KEPT))
    row = _keyed(session, person_id, key)
    if row is not None:
        return Earlier(row.request_hash == request_hash, row.at, row.status, row.answer)
    session.add(IdempotencyRow(person_id=person_id, key=key, request_hash=request_hash, at=now))
    return None


def end(session: Session, person_id: int, key: str, status: int | None, answer: str) -> None:
    """Keep what the request was answered; `status` None: nothing was done, and the key is free."""
    row = _keyed(session, person_id, key)
    if row is None:
        return
    if status is None:
        session.delete(row)
        return
    row.status, row.answer = status, answer
    session.add(row)


def _keyed(session: Session, person_id: int, key: str) -> IdempotencyRow | None:
    return session.exec(
        select(IdempotencyRow)
        .where(IdempotencyRow.person_id == person_id)
        .where(IdempotencyRow.key == key)
    ).first()
