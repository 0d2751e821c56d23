"""Watching: the desk at a glance, from the ledger alone. Nothing here changes anything."""

from __future__ import annotations

from datetime import datetime

from mailer.core import outlook
from mailer.core.outlook import Outlook
from mailer.desk.base import DeskBase
from mailer.ledger import watching
from mailer.ledger.watching import Counts


class Watching(DeskBase):
    """What is coming, what is going out, and what needs a person."""

    def outlook(self, now: datetime, counts: Counts | None = None) -> Outlook:
        """The desk at `now` (UTC). Who looks again and again keeps `counts` from look to look."""
        with self._database.read() as session:
            needed = self._config.embargo.approvals
            found = watching.facts(session, counts or Counts(), now, needed)
        return outlook.make(found, now)
