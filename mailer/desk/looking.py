"""Looking: the log by page, as a stream, and one copy's story. Nothing here changes a copy."""

from __future__ import annotations

from collections.abc import Iterator

from mailer.core.log_filter import LogFilter
from mailer.desk.base import DeskBase
from mailer.ledger import directory, log, log_page
from mailer.ledger.log import Entry
from mailer.ledger.log_page import LogPage

ON_A_PAGE = 100
AT_ONCE = 1_000
"""Entries of an export that are in memory together."""


class Looking(DeskBase):
    """What became of every copy."""

    def log_page(
        self, wanted: LogFilter, *, before: str = "", after: str = "", size: int = ON_A_PAGE
    ) -> LogPage:
        """A page of the log: the first, or the one next to the entry with that key."""
        self._make_searchable(wanted)
        with self._database.read() as session:
            return log_page.page(session, wanted, before=before, after=after, size=size)

    def log_export(self, wanted: LogFilter) -> Iterator[Entry]:
        """Every entry of the pages in their order, however many; few are in memory at a time.

        Each page is a moment of its own: what changes meanwhile is told as it is by then.
        """
        page = self.log_page(wanted, size=AT_ONCE)
        yield from page.entries
        while page.after:
            page = self.log_page(wanted, after=page.after, size=AT_ONCE)
            yield from page.entries

    def log_entries(self, wanted: LogFilter) -> Iterator[Entry]:
        """Every entry of one moment, oldest change first."""
        self._make_searchable(wanted)
        with self._database.read() as session:
            yield from log.entries(session, wanted)

    def _make_searchable(self, wanted: LogFilter) -> None:
        """Take those into the directory who came into the log since somebody searched last."""
        if not (wanted.text or wanted.contact or wanted.outlet):
            return
        with self._database.read() as session:
            behind = directory.is_behind(session)
        while behind:
            with self._database.write() as session:
                directory.catch_up(session)
                behind = directory.is_behind(session)
