"""The ledger's SQLite file: opening it, its schema, and its transactions.

Every transaction that writes takes SQLite's write lock when it begins, so that what it read is
still true when it commits. WAL with synchronous=FULL: what was committed survives a power cut; the
one `hot` connection of a run says itself when (`sync`).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from mailer.core.errors import LedgerBusyError, LedgerError
from mailer.ledger import SCHEMA, linkkey

BUSY_TIMEOUT_S = 60
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_RIGHTS = "; see that this user may write to it and to its folder"
_DISK = "; see whether its disk is full or fails"
_OTHER_FILE = "; bring a backup back, or name the right file as [database] url"
_HINTS = {
    sqlite3.SQLITE_PERM: _RIGHTS,
    sqlite3.SQLITE_READONLY: _RIGHTS,
    sqlite3.SQLITE_CANTOPEN: _RIGHTS,
    sqlite3.SQLITE_FULL: _DISK,
    sqlite3.SQLITE_IOERR: _DISK,
    sqlite3.SQLITE_CORRUPT: _OTHER_FILE,
    sqlite3.SQLITE_NOTADB: _OTHER_FILE,
}
"""What a person can do about SQLite's fault."""

CACHE_KIB, BULK_CACHE_KIB = 2_000, 65_536
"""What a connection keeps of the file in memory (the first is SQLite's own), in KiB."""

THREADS = 40
"""How many may be at it at once: each has a connection of its own, so that none waits for another.
As many as the console answers at once."""

_BULK, _AT_ONCE = "mailer_bulk", "mailer_at_once"
_LOG = "mailer_log"


class Database:
    """An open ledger. Use `write()` and `read()`; close it with `close()` or `with`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._engine = _engine(path)
        self._reading = self._engine.execution_options(mailer_reads_only=True)
        self._at_once = self._engine.execution_options(mailer_at_once=True)
        self._opened = _identity(path)

    @cached_property
    def link_key(self) -> bytes:
        """What the links in messages are made with; read by those alone who make some."""
        with _told_plainly(self.path, OSError):
            return linkkey.key_beside(self.path)

    @contextmanager
    def write(self, *, bulk: bool = False, at_once: bool = False) -> Iterator[Session]:
        """A transaction that holds the write lock from its start, committed at the end.

        `bulk`: it adds very many rows, and gets memory to keep their indexes at hand meanwhile.
        `at_once`: it waits for no other writer, but raises LedgerBusyError.
        """
        self._require_there()
        engine = self._at_once if at_once else self._engine
        with _told_plainly(self.path), self._session(engine) as session:
            connection = session.connection()
            if bulk:
                connection.exec_driver_sql(f"PRAGMA cache_size = -{BULK_CACHE_KIB}")
                connection.info[_BULK] = True
            yield session
            self._require_there()
            session.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that sees one moment of the ledger and never waits for a writer."""
        with _told_plainly(self.path), self._session(self._reading) as session:
            yield session

    def _session(self, bind: Engine | Connection, *, autoflush: bool = True) -> Session:
        info = {linkkey.INFO: lambda: self.link_key}
        return Session(bind, autoflush=autoflush, expire_on_commit=False, info=info)

    # --- for one writer that commits often ------------------------------------------------------

    def hot(self) -> Connection:
        """A connection whose commits survive a kill, and a power cut only after `sync`.

        It never waits for another writer: `hot_write` raises LedgerBusyError instead.
        """
        with _told_plainly(self.path):
            connection = self._engine.connect().execution_options(mailer_begins_itself=True)
            raw = _raw(connection)
            raw.execute("PRAGMA busy_timeout = 0")
            raw.execute("PRAGMA synchronous = NORMAL")
            raw.execute("PRAGMA wal_autocheckpoint = 0")
            raw.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()  # the log is there now
            connection.detach()  # it is not for others afterwards
            connection.info[_LOG] = _identity(self._log)
            return connection

    @contextmanager
    def hot_write(
        self, connection: Connection
    ) -> Iterator[tuple[sqlite3.Cursor, Callable[[], Session]]]:
        """A transaction with the write lock on a `hot` connection; committed at the end.

        The session is made when it is first asked for: most transactions of a run need none.
        """
        raw = _raw(connection)
        made: list[Session] = []

        def session() -> Session:
            if not made:
                made.append(self._session(connection, autoflush=False))
            return made[0]

        with _told_plainly(self.path):
            raw.execute("BEGIN IMMEDIATE")
            try:
                yield raw.cursor(), session
                for one in made:
                    one.flush()
                self._require_there()
                self._require_there(self._log, connection.info[_LOG])
                raw.commit()
            except BaseException:
                raw.rollback()
                raise
            finally:
                for one in made:
                    one.close()

    def _require_there(self, path: Path | None = None, opened: object = None) -> None:
        """Raise LedgerError unless a file that we have open is what is found by its name.

        The system lets us go on writing to a file that was deleted or moved, or whose volume was
        taken away: what is committed to it is lost. Without arguments: the ledger itself.
        """
        path, opened = path or self.path, opened or self._opened
        found = _identity(path)
        if found == opened:
            return
        if found is None:
            raise LedgerError(
                f"{path}: the ledger is not there any more; bring it back, or its volume"
            )
        raise LedgerError(
            f"{path}: another file has taken the ledger's place; put the right one there, or "
            "stop this run and start it again with this one"
        )

    @property
    def log_size(self) -> int:
        """Octets of the write-ahead log."""
        return self._log.stat().st_size if self._log.exists() else 0

    def sync(self) -> None:
        """Return when every commit so far is on the disk. From any thread."""
        self._require_there()
        with _told_plainly(self.path, OSError):
            file = os.open(self._log, os.O_RDONLY)
            try:
                os.fsync(file)
            finally:
                os.close(file)

    def checkpoint(self, connection: Connection | None = None) -> None:
        """Copy what the write-ahead log holds into the ledger, as far as nobody is in the way."""
        with _told_plainly(self.path):
            if connection is not None:
                _raw(connection).execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                return
            with self._reading.connect() as other:
                _raw(other).execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _raw(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)


def open_ledger(path: Path, *, now: datetime, upgrade: bool = False, make: bool = True) -> Database:
    """Open the ledger; with `make`, where there is none and never was one, a new one.

    A ledger that is looked for in the wrong place, or is gone, must never look like one in which
    nothing has been sent: its link key tells that there was one.

    An older schema is upgraded only with `upgrade`, after the file was copied aside; otherwise
    it is refused, because a `mailer run` of the older program may be using it.
    """
    with _told_plainly(path, OSError):
        key = linkkey.file_beside(path)
        if not path.exists() and key.exists():
            raise LedgerError(
                f"{path}: the ledger is gone, and its link key is there: bring a backup back; to "
                f"begin again without it, remove {key}"
            )
        if not path.exists() and not make:
            raise LedgerError(
                f"{path}: there is no ledger there; correct [database] url if this office has one, "
                "and else the first `mailer queue` or `mailer run` makes it"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        found = _schema_of(path)
    if found is not None and found > SCHEMA:
        raise LedgerError(
            f"{path}: the ledger was made by a newer mailer (schema {found}, this one knows "
            f"{SCHEMA}); use that one"
        )
    if found is not None and found < SCHEMA and not upgrade:
        raise LedgerError(
            f"{path}: the ledger has schema {found}, this mailer needs {SCHEMA}; stop every "
            "mailer of the older version, then `mailer run` upgrades it"
        )
    has_key = key.exists()
    with _told_plainly(path, OSError):
        database = Database(path)
        linkkey.make_beside(path)
    if found != SCHEMA:
        with _told_plainly(path, OSError):
            if found is not None:
                _copy_aside(path, found, now)
            _migrate(database._engine)
    if found is not None and not has_key:
        with database.write() as session:
            linkkey.renew(session)
    return database


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from every other, however it is named; None: it is not to be had."""
    try:
        found = os.stat(path)  # noqa: PTH116 (asked at every commit; Path.stat takes as long again)
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def _schema_of(path: Path) -> str | None:
    """The schema's version, or None where there is no ledger yet."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        tables = {r[0] for r in connection.execute("SELECT name FROM sqlite_master")}
        if "alembic_version" not in tables:
            if tables:
                raise LedgerError(f"{path}: this SQLite file is not a mailer's ledger")
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _copy_aside(path: Path, schema: str, now: datetime) -> None:
    copy = path.with_name(f"{path.name}.schema-{schema}.{now:%Y%m%dT%H%M%SZ}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    shutil.copymode(path, copy)


def _migrate(engine: Engine) -> None:
    # Imported here: it takes longer than many a command runs, and is needed once a release.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _engine(path: Path) -> Engine:
    new = not path.exists()
    uri = f"{path.absolute().as_uri()}?mode=rw"  # never to make a new one where ours has gone

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, check_same_thread=False)

    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        creator=connect,
        max_overflow=THREADS,
        hide_parameters=True,  # a fault's message would hold what was written: a text, an address
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _: Any) -> None:
        # We say BEGIN ourselves: sqlite3 would say it too late, after the first SELECT.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "checkin")
    def _on_checkin(connection: sqlite3.Connection | None, record: Any) -> None:
        if connection is not None and record.info.pop(_BULK, False):
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        if connection is not None and record.info.pop(_AT_ONCE, False):
            connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("mailer_at_once", False):
            connection.info[_AT_ONCE] = True
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        if not options.get("mailer_begins_itself", False):
            reads = options.get("mailer_reads_only", False)
            connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    if new:
        # It will hold embargoed texts and journalists' addresses: for its owner only.
        with _told_plainly(path, OSError):
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    return engine


@contextmanager
def _told_plainly(path: Path, *faults: type[Exception]) -> Iterator[None]:
    """SQLite's own faults (and `faults`), as one line that a person can act on."""
    told: tuple[type[Exception], ...] = (DBAPIError, sqlite3.Error, *faults)
    try:
        yield
    except told as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, sqlite3.IntegrityError):
            raise
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code in _BUSY:
            raise LedgerBusyError(
                f"{path}: the ledger is locked, somebody else is writing to it"
            ) from error
        said = (cause.strerror if isinstance(cause, OSError) else None) or cause
        hint = _RIGHTS if isinstance(cause, PermissionError) else _HINTS.get(code, "")
        raise LedgerError(f"{path}: the ledger cannot be used: {said}{hint}") from error
