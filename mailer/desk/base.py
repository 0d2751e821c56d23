"""What every room of the desk shares: the configuration, the ledger, and finding an advisory."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from sqlmodel import Session

from mailer.config import Config
from mailer.core.errors import MailerError
from mailer.core.inert import inert
from mailer.desk.proposal import Proposer
from mailer.ledger import store
from mailer.ledger.database import Database
from mailer.ledger.tables import AdvisoryRow


def new_seed() -> int:
    """What a plan's order of sending is drawn from: nobody can know it beforehand."""
    return secrets.randbits(31)


class DeskBase:
    """One office's configuration and ledger. `seed` gives each plan the one of its order."""

    def __init__(
        self, config: Config, database: Database, seed: Callable[[], int] = new_seed
    ) -> None:
        self._seed = seed
        self._config = config
        self._database = database
        self._proposer = Proposer(config)

    def _named(self, by: str) -> str:
        """Who does it; the record has no deed by nobody."""
        if not by.strip():
            raise MailerError("say who you are: --by NAME")
        return by.strip()

    def _advisory(self, session: Session, reference: str) -> AdvisoryRow:
        found = store.advisory(session, reference)
        if found is None:
            raise MailerError(
                f'no advisory "{inert(reference)}" in the ledger; `mailer show` lists them'
            )
        return found
