"""What every room of the desk shares: the configuration, the ledger, deeds, finding an advisory."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlmodel import Session

from mailer.config import Config
from mailer.core.errors import MailerError
from mailer.core.inert import inert
from mailer.ledger import audit, store
from mailer.ledger.database import Database
from mailer.ledger.tables import AdvisoryRow


def new_seed() -> int:
    """What a plan's order of sending is drawn from: nobody can know it beforehand."""
    return secrets.randbits(31)


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person does, in one transaction with the record of it. `now` is UTC."""

    session: Session
    by: str
    now: datetime

    def record(
        self, action: str, subject: str, detail: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        """Its row in the audit. `detail` never holds a secret or the text of an advisory."""
        audit.append(self.session, self.now, self.by, action, subject, detail)


class DeskBase:
    """One office's configuration and ledger. `seed` gives each plan the one of its order."""

    def __init__(
        self, config: Config, database: Database, seed: Callable[[], int] = new_seed
    ) -> None:
        self._seed = seed
        self._config = config
        self._database = database

    @contextmanager
    def _deed(self, by: str, now: datetime, *, bulk: bool = False) -> Iterator[Deed]:
        """The transaction in which somebody does something; the record has no deed by nobody."""
        by = named(by)
        with self._database.write(bulk=bulk) as session:
            yield Deed(session, by, now)

    def _advisory(self, session: Session, reference: str) -> AdvisoryRow:
        found = store.advisory(session, reference)
        if found is None:
            raise MailerError(
                f'no advisory "{inert(reference)}" in the ledger; `mailer show` lists them'
            )
        return found


def named(by: str) -> str:
    """Who does it. MailerError if nobody says so."""
    if not by.strip():
        raise MailerError("say who you are: --by NAME")
    return by.strip()
