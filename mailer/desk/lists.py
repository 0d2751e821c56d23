"""Lists: who is on them, what a new version would change, and putting it in their place.

A list is a file. The desk changes it whole, after a person has seen what that does, and keeps the
one before.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from mailer.core import listchange
from mailer.core.errors import ListError, MailerError
from mailer.core.inert import brief
from mailer.core.listchange import ListChange, What
from mailer.core.model import Contact
from mailer.desk.base import DeskBase
from mailer.intake import contacts as reading
from mailer.intake import lists
from mailer.intake.contacts import Entry, Finding, ListReport
from mailer.intake.lists import Kept
from mailer.ledger import consent

KINDS = (".csv", ".xlsx", ".vcf")

MOST_ROWS = 100_000
"""Rows of a file that is compared; a longer list is put in its place by hand."""


@dataclass(frozen=True, slots=True)
class ListView:
    """A list as it is. `changed_at` (UTC) is the file's own; `fault`: why it cannot be read."""

    name: str
    path: Path
    audiences: tuple[str, ...]
    contacts: tuple[Contact, ...]
    findings: tuple[Finding, ...]
    digest: str
    changed_at: datetime | None
    fault: str = ""

    @property
    def refused(self) -> int:
        """How many rows give no contact."""
        return sum(finding.refused for finding in self.findings)


@dataclass(frozen=True, slots=True)
class ListProposal:
    """What a file would make of a list. `seen` is the list's digest that it was compared with.

    `suppressed`: those of the new list who get nothing in any case (case-folded addresses).
    """

    name: str
    seen: str
    change: ListChange
    findings: tuple[Finding, ...]
    contacts: int
    suppressed: frozenset[str]


class Lists(DeskBase):
    """The lists of the office's audiences."""

    def lists(self) -> tuple[ListView, ...]:
        """Every list that an audience has, in the configuration's order."""
        return tuple(self._view(name) for name in self._list_paths())

    def list_named(self, name: str) -> ListView:
        """One list. Raises MailerError if no audience has it."""
        self._list_path(name)
        return self._view(name)

    def list_versions(self, name: str) -> list[Kept]:
        """A list's earlier versions, the newest first."""
        return lists.versions(self._list_path(name))

    def compare_list(self, name: str, file: Path, called: str = "") -> ListProposal:
        """What `file` would change in a list. Nothing is kept. Raises ListError for no list.

        `called`: what its sender calls it; where it is kept is nothing to them.
        """
        view = self.list_named(name)
        _same_kind(view.path, file)
        try:
            entries, findings = _entries(file)
        except ListError as error:
            where = brief(str(file), 4096)
            raise ListError(str(error).replace(where, brief(called or file.name))) from None
        with self._database.read() as session:
            suppressed = {row.email_key for row in consent.suppressions(session)}
        there = {entry.contact.email.casefold() for entry in entries}
        return ListProposal(
            name=name,
            seen=view.digest,
            change=listchange.compare(view.contacts, entries),
            findings=tuple(findings),
            contacts=len(entries),
            suppressed=frozenset(there & suppressed),
        )

    def replace_list(self, name: str, file: Path, *, seen: str, by: str, now: datetime) -> None:
        """Put `file` in a list's place; the old one is kept. It counts from the next queueing.

        Raises MailerError if the list is not the one of digest `seen` any more, or if nobody would
        be left on it.
        """
        target = self._list_path(name)
        proposal = self.compare_list(name, file)
        if not proposal.contacts:
            raise ListError(f"{name}: nobody would be left on it; look at the refused rows")
        # The ledger's write lock is also that of the lists: two people cannot replace one at once.
        with self._deed(by, now) as deed, _as_list(target, file) as content:
            if seen != proposal.seen or lists.digest(target) != seen:
                raise MailerError(
                    f"{name}: it was changed while you looked; look at the change again"
                )
            detail = {"was": seen, "is": lists.digest(content), "contacts": proposal.contacts}
            detail |= {str(what): proposal.change.number(what) for what in What}
            deed.record("replace list", name, detail)
            deed.session.flush()
            lists.replace(target, content, now)

    # --- parts --------------------------------------------------------------------------------

    def _list_paths(self) -> dict[str, Path]:
        """Each list by the name that the configuration gives it."""
        folder = self._config.lists
        found: dict[str, Path] = {}
        for audience in self._config.audience:
            for path in audience.lists:
                inside = path.is_relative_to(folder)
                name = path.relative_to(folder).as_posix() if inside else path.name
                found.setdefault(name, path)
        return found

    def _list_path(self, name: str) -> Path:
        paths = self._list_paths()
        if name not in paths:
            raise MailerError(
                f'no audience has a list "{brief(name)}"; there are {", ".join(paths)}'
            )
        return paths[name]

    def _view(self, name: str) -> ListView:
        path = self._list_path(name)
        audiences = tuple(one.name for one in self._config.audience if path in one.lists)
        try:
            found = path.stat()
            same = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            digest, report = _read(path, same)
        except OSError as error:
            fault = f"{name}: cannot be read: {error.strerror}; check the file"
            return ListView(name, path, audiences, (), (), "", None, fault)
        except ListError as error:
            return ListView(name, path, audiences, (), (), lists.digest(path), None, str(error))
        changed_at = datetime.fromtimestamp(found.st_mtime, UTC)
        return ListView(name, path, audiences, report.contacts, report.findings, digest, changed_at)


@lru_cache(maxsize=64)
def _read(path: Path, same: tuple[int, ...]) -> tuple[str, ListReport]:  # noqa: ARG001
    """A list and its digest, read anew when the file is another (`same`)."""
    return lists.digest(path), reading.read_list(path)


def _entries(file: Path) -> tuple[list[Entry], list[Finding]]:
    entries: dict[int, Entry] = {}
    findings: list[Finding] = []
    for item in reading.iter_list(file):
        if isinstance(item, Finding):
            findings.append(item)
        else:
            entries[item.row] = item
        if len(entries) + len(findings) > MOST_ROWS:
            raise ListError(
                f"{file}: over {MOST_ROWS:,} rows; put so long a list in the folder by hand"
            )
    return list(entries.values()), findings


def _same_kind(target: Path, file: Path) -> None:
    """A CSV list takes every kind of file; of the others, each only its own."""
    kind, into = file.suffix.lower(), target.suffix.lower()
    if kind not in KINDS:
        raise ListError(f"not a kind of list: use one of {', '.join(KINDS)}")
    if into not in (".csv", kind):
        raise ListError(f"{target.name} is a {into} file; give a {into} file for it")


@contextmanager
def _as_list(target: Path, file: Path) -> Iterator[Path]:
    """The file as the list keeps it: as it is, or its contacts as CSV."""
    if file.suffix.lower() == target.suffix.lower():
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "list.csv"
        lists.write_csv(written, reading.read_list(file).contacts)
        yield written
