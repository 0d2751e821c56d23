"""The machine's office: small templates that say what they are, and a ledger that can be killed."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlmodel import Session
from support import make_office

from mailer.app import App, open_app
from mailer.ledger.database import Database

AUDIENCES = {
    "wires": ("ana@wire.example", "eva@wire.example", "bo@wire.example"),
    "national": ("cy@daily.example", "di@daily.example"),
}
AUDIENCE_OF = {who: name for name, people in AUDIENCES.items() for who in people}
ACCEPTED = frozenset({"ana@wire.example", "eva@wire.example", "cy@daily.example"})

TEMPLATES = {
    "_base/subject.txt": "{{ short_notice }} {{ mark }} {{ reference }}",
    "_base/advisory.txt": "{{ notice|join('\n') }}\n{{ mark }}\n\nKIND-{{ dispatch_kind }}-\n\n"
    "{{ body }}\n\n{{ contacts[0].email }}\n\n{{ notice|join('\n') }}",
    "_base/advisory.html": "<p>{{ notice|join(' ') }}</p><p>{{ mark }}</p><p>{{ body }}</p>"
    "<p>{{ notice|join(' ') }}</p>",
    "_base/withdrawal.txt": "{{ mark }}\n\nKIND-{{ dispatch_kind }}-\n\n{{ body }}",
    "_base/withdrawal.html": "<p>{{ mark }}</p><p>{{ body }}</p>",
    "_base/embargo_change.txt": "{{ notice|join('\n') }}\n{{ mark }}\n\n"
    "KIND-{{ dispatch_kind }}-\n\n{{ body }}\n\n{{ notice|join('\n') }}",
    "_base/embargo_change.html": "<p>{{ notice|join(' ') }}</p><p>{{ mark }}</p><p>{{ body }}</p>"
    "<p>{{ notice|join(' ') }}</p>",
    "wires/style.css": "",
    "national/style.css": "",
}
"""Every one shows the body, so that what must reveal nothing is seen to reveal nothing."""


class Killed(BaseException):
    """The process is gone: nothing of it reads or writes any more."""


class Life(Database):
    """The ledger as one process has it, until it is killed: then nothing more is committed."""

    def __init__(self, database: Database) -> None:
        self.path = database.path
        self.alive = True
        self._whole = database
        self._open = 0
        self._count = threading.Lock()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction, unless the process is killed before it commits."""
        with self._counted(), self._whole.write() as session:
            self._breathe()
            yield session
            self._breathe()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A look, unless the process is killed."""
        with self._counted(), self._whole.read() as session:
            yield session

    log_size = 0

    def hot(self) -> Connection:
        """The connection of the copies in hand."""
        self._breathe()
        return self._whole.hot()

    @contextmanager
    def hot_write(
        self, connection: Connection
    ) -> Iterator[tuple[sqlite3.Cursor, Callable[[], Session]]]:
        """A transaction on it, unless the process is killed before it commits."""
        with self._counted(), self._whole.hot_write(connection) as both:
            self._breathe()
            yield both
            self._breathe()

    def sync(self) -> None:
        """No power is cut here."""
        self._breathe()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._breathe()
        with self._count:
            self._open += 1
        try:
            yield
        finally:
            with self._count:
                self._open -= 1

    def _breathe(self) -> None:
        if not self.alive:
            raise Killed

    def end(self) -> None:
        """The process is over; what its threads had begun comes to its end first."""
        self.alive = False
        while self._open:
            time.sleep(0.0001)


class House:
    """One office for all lives that are tried: its ledger is put back to a start for each."""

    def __init__(self, folder: Path, port: int, now: Callable[[], datetime]) -> None:
        people = {
            name: "email,embargo_accepted\n"
            + "".join(f"{one},{'yes' if one in ACCEPTED else 'no'}\n" for one in addresses)
            for name, addresses in AUDIENCES.items()
        }
        config = make_office(folder, **people)
        text = config.read_text()
        text = "".join(
            'templates = "templates"\n' if line.startswith("templates") else line
            for line in text.splitlines(keepends=True)
        )
        config.write_text(text)
        for name, content in TEMPLATES.items():
            (folder / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "templates" / name).write_text(content)
        self.folder = folder
        self._starts: dict[str, Any] = {}
        self.document = folder / "advisory.md"
        self.apps: list[App] = []
        """By how many connections they have to the relay, less one."""
        for connections in ("1", "2"):
            environ = {
                "MAILER__DATABASE__URL": "sqlite:///ledger.db",
                "MAILER__RELAY__PORT": str(port),
                "MAILER__RELAY__CONNECTIONS": connections,
                "MAILER__EMBARGO__CHECK_CLOCK": "false",
            }
            self.apps.append(open_app(config, environ, upgrade=True, now=now))
        self.app = self.apps[0]
        event.listen(
            self.app.database._engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA synchronous = OFF"),
        )
        self.close()
        self._keep("empty")

    def begin_as(self, name: str, make: Callable[[], Any]) -> Any:
        """Put the ledger back to a start of that name. `make` makes it of an empty one, once, and
        returns what else belongs to that start."""
        if name not in self._starts:
            self._put_back("empty")
            self._starts[name] = deepcopy(make())
            self.close()
            self._keep(name)
        self._put_back(name)
        return deepcopy(self._starts[name])

    def _put_back(self, name: str) -> None:
        self.close()
        for path in self.folder.glob("ledger.db-*"):
            path.unlink()
        # Into the file that is there: another in its place would be refused.
        shutil.copyfile(self.folder / f"{name}.start", self.folder / "ledger.db")

    def _keep(self, name: str) -> None:
        shutil.copy(self.folder / "ledger.db", self.folder / f"{name}.start")

    def close(self) -> None:
        """Close every connection to the ledger."""
        for app in self.apps:
            app.database.close()
