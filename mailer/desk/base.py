"""What every room of the desk shares: the configuration, the ledger, and finding an advisory."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from mailer.compose.templates import TemplateSet
from mailer.config import Config
from mailer.core.errors import MailerError
from mailer.core.inert import inert
from mailer.core.model import Version
from mailer.core.plan import Plan
from mailer.desk.proposal import Proposer
from mailer.ledger import plans, store
from mailer.ledger.database import Database
from mailer.ledger.tables import AdvisoryRow, VersionRow


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

    def _keep(
        self,
        session: Session,
        version: Version,
        plan: Plan,
        templates: TemplateSet,
        *,
        by: str,
        now: datetime,
    ) -> VersionRow:
        """A version, its templates and its plan, as they are approved and sent."""
        store.save_templates(session, templates.digest, templates.files)
        row = store.save_version(session, version, by, now)
        domain = self._config.office.domain
        plans.save_plan(
            session, row.id or 0, plan, domain=domain, by=by, now=now, seed=self._seed()
        )
        return row
