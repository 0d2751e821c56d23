"""What every room of the desk shares: the configuration, the ledger, and finding an advisory."""

from __future__ import annotations

from sqlmodel import Session

from mailer.config import Config
from mailer.core.errors import MailerError
from mailer.core.inert import inert
from mailer.desk.proposal import Proposer
from mailer.ledger import store
from mailer.ledger.database import Database
from mailer.ledger.tables import AdvisoryRow


class DeskBase:
    """One office's configuration and ledger."""

    def __init__(self, config: Config, database: Database) -> None:
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
