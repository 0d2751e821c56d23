"""The log by page, as a stream, and one copy's story. Nothing here changes a copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailer.core.errors import NotThereError
from mailer.core.inert import inert
from mailer.core.log_filter import LogFilter
from mailer.desk.base import DeskBase
from mailer.ledger import store
from mailer.ledger.log import directory, entries, outcomes, pages, story
from mailer.ledger.log.entries import Entry
from mailer.ledger.log.outcomes import AdvisoryOutcome, Counted
from mailer.ledger.log.pages import LogPage
from mailer.ledger.log.story import Story

ON_A_PAGE = 100
LISTED = 200
AT_ONCE = 1_000
"""Entries of an export that are in memory together."""


class Log(DeskBase):
    """What became of every copy."""

    def log_page(
        self,
        wanted: LogFilter,
        *,
        before: str = "",
        after: str = "",
        size: int = ON_A_PAGE,
        headlines: bool = True,
    ) -> LogPage:
        """A page of the log: the first, or the one next to the entry with that key.

        `headlines`: whether who asks may know what is in them.
        """
        self._make_searchable(wanted)
        with self._database.read() as session:
            return pages.page(
                session, wanted, before=before, after=after, size=size, headlines=headlines
            )

    def log_export(self, wanted: LogFilter, *, headlines: bool = True) -> Iterator[Entry]:
        """Every entry of the pages in their order, however many; few are in memory at a time.

        Each page is a moment of its own: what changes meanwhile is told as it is by then.
        """
        after = ""
        while True:
            page = self.log_page(wanted, after=after, size=AT_ONCE, headlines=headlines)
            yield from page.entries
            after = page.after
            if not after:
                return

    def log_entries(self, wanted: LogFilter) -> Iterator[Entry]:
        """Every entry of one moment, oldest change first."""
        self._make_searchable(wanted)
        with self._database.read() as session:
            yield from entries.find(session, wanted)

    def story(self, key: str, *, headline: bool = False) -> Story:
        """Everything that the ledger has of the entry with that key."""
        with self._database.read() as session:
            found = story.story(session, key)
        if found is None:
            raise NotThereError("the log has no such entry")
        return found if headline else replace(found, headline="")

    def advisory_outcome(
        self, reference: str, now: datetime, counted: Counted, *, headline: bool = False
    ) -> AdvisoryOutcome:
        """What an advisory has come to by `now` (UTC). `counted` is kept from look to look."""
        with self._database.read() as session:
            owner = store.advisory(session, reference)
            if owner is None:
                raise NotThereError(f'no advisory "{inert(reference)}" in the ledger')
            found = outcomes.outcome(session, owner, counted, now)
        return found if headline else replace(found, headline="")

    def references(self) -> list[str]:
        """The latest advisories' references."""
        with self._database.read() as session:
            return outcomes.advisories(session, LISTED)

    def _make_searchable(self, wanted: LogFilter) -> None:
        """Take those into the directory who came into the log since somebody searched last."""
        if not (wanted.text or wanted.contact or wanted.outlet):
            return
        while True:
            with self._database.read() as session:
                some = directory.missing(session)
            if some is None:
                return
            with self._database.write() as session:
                directory.add(session, some)
