"""One run at a time: the lock, the lease, and which boot of the machine a run belongs to.

A lock on a file is let go by the kernel however its process ends, so a run can begin right after
another was killed. A process that is frozen keeps it: once it has not been seen for the length of
the lease, another run may take over. What keeps the frozen one from sending when it thaws is not
the lock but the fence: each run has a number, and `flight` refuses all but the newest.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from mailer.core.errors import LedgerError
from mailer.core.outlook import LEASE


class RunLock:
    """Held by the one `mailer run` of a ledger; taken at `now` (UTC).

    Raises LedgerError while another holds it that has been seen within the lease.
    """

    def __init__(self, ledger: Path, now: datetime) -> None:
        self._ledger = ledger
        self._path = ledger.with_name(ledger.name + ".lock")
        self._now = now
        self._file = -1
        self.took_over_from = ""
        """The frozen process that held it, in words; empty if nobody did."""

    def __enter__(self) -> Self:
        file = self._lock(self._path)
        if file is None:
            seen = last_seen(self._ledger)
            if seen is None or self._now - seen <= LEASE:
                raise LedgerError(
                    f"another `mailer run` is using this ledger ({self._holder()}); stop it first, "
                    "or leave it to its work"
                )
            self.took_over_from = self._holder()
            file = self._replace()
        self._file = file
        os.ftruncate(file, 0)
        os.write(file, f"process {os.getpid()} on {socket.gethostname()}".encode())
        return self

    def __exit__(self, *_: object) -> None:
        os.ftruncate(self._file, 0)
        os.close(self._file)

    def _lock(self, path: Path) -> int | None:
        while True:
            file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                return None
            # Another may have put a new file in its place between the two.
            if path.exists() and os.fstat(file).st_ino == path.stat().st_ino:
                return file
            os.close(file)

    def _replace(self) -> int:
        """A lock file of our own in the place of the one that a frozen process holds."""
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        file = self._lock(new)
        if file is None:
            raise LedgerError(f"{new}: is locked; remove it")
        new.replace(self._path)
        return file

    def _holder(self) -> str:
        said = self._path.read_text(errors="replace")[:200].strip()
        return said or str(self._path)


def last_seen(path: Path) -> datetime | None:
    """When the newest run that has not ended was last seen (UTC); None: nobody can say.

    Asked before the ledger is opened, because an older one is upgraded only under the lock.
    """
    newest = "SELECT seen_at, ended_at FROM run ORDER BY id DESC LIMIT 1"
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            row = connection.execute(newest).fetchone()
    except sqlite3.Error:
        return None
    return datetime.fromisoformat(row[0]).replace(tzinfo=UTC) if row and row[1] is None else None


def lives(ledger: Path, now: datetime) -> bool:
    """Whether a run is at work on a ledger at `now` (UTC)."""
    seen = last_seen(ledger)
    return seen is not None and now - seen <= LEASE


def boot() -> str:
    """What tells this boot of this machine from every other; empty where nothing does.

    What a killed process wrote is still there after it; what it wrote before a power cut may not
    be. Only this tells the two apart.
    """
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return _boot_session()


def _boot_session() -> str:
    """The same on macOS."""
    value, size = ctypes.create_string_buffer(64), ctypes.c_size_t(64)
    try:
        failed = ctypes.CDLL(None).sysctlbyname(
            b"kern.bootsessionuuid", value, ctypes.byref(size), None, 0
        )
    except (AttributeError, OSError):
        return ""
    return "" if failed else value.value.decode(errors="replace")
