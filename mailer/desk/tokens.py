"""Tokens for the API, and doing once what a program asks for twice.

A token is drawn from the system's randomness, shown once, and kept as its SHA-256.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from mailer.core.errors import MailerError
from mailer.core.inert import brief
from mailer.core.people import ACTS, Person, Role
from mailer.desk.people import People, token_hash
from mailer.ledger import people, tokens
from mailer.ledger.tokens import Earlier, Token

PREFIX = "mailer_"
"""How a token begins, so that one that leaks is known for what it is."""


class Tokens(People):
    """API tokens. Each deed is one transaction with its audit row."""

    def add_token(
        self, login: str, name: str, role: Role, *, lasts: timedelta | None, by: str, now: datetime
    ) -> tuple[Token, str]:
        """A token of a user's, in a role that lets it do no more than they may; and the token.

        `lasts` None: until it is revoked. It is told this once, and can never be shown again.
        """
        if not name.strip() or not name.isprintable() or len(name) > 80:
            raise MailerError("a token's name is up to 80 characters: what will use it")
        if lasts is not None and lasts <= timedelta():
            raise MailerError("a token lasts for at least a day")
        token = PREFIX + secrets.token_urlsafe(32)
        with self._deed(by, now) as deed:
            owner = self._person(deed.session, login)
            person = people.person_of(owner)
            if not ACTS[role] <= ACTS[person.role]:
                raise MailerError(
                    f"{person.role} may not do all that {role} may; choose another role"
                )
            expires_at = now + lasts if lasts else None
            kept = token_hash(token)
            made = tokens.add(deed.session, owner, name.strip(), role, kept, now, expires_at)
            detail = {"token": made.id, "name": made.name, "role": role.value}
            deed.record("add token", owner.login, detail)
            return made, token

    def tokens(self) -> list[Token]:
        """Every token there ever was, oldest first."""
        with self._database.read() as session:
            return tokens.every(session)

    def revoke_token(self, number: int, *, by: str, now: datetime) -> Token:
        """End a token. What it has done stays done."""
        with self._deed(by, now) as deed:
            token = tokens.revoke(deed.session, number, now)
            if token is None:
                raise MailerError(f"no token {number} that lives; `mailer token list` names them")
            deed.record("revoke token", token.login, {"token": token.id, "name": token.name})
            return token

    def token_person(self, token: str, *, now: datetime) -> Person | None:
        """Who comes with a token, in the token's role; None: it is nobody's, or over."""
        return self._whose(token, tokens.person_of, tokens.used, now)

    # --- once ---------------------------------------------------------------------------------

    def begin_once(
        self, person: Person, key: str, request_hash: str, *, now: datetime
    ) -> Earlier | None:
        """Take an idempotency key for a request; or the earlier request of the person with it."""
        if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= 200:
            raise MailerError(f"an idempotency key is 1 to 200 ASCII characters, not {brief(key)}")
        with self._database.write() as session:
            return tokens.begin(session, person.id, key, request_hash, now)

    def end_once(self, person: Person, key: str, status: int | None, answer: str) -> None:
        """Remember the answer for a day; `status` None: nothing was done, and the key is free."""
        with self._database.write() as session:
            tokens.end(session, person.id, key, status, answer)
