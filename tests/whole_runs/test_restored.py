"""A backup of the ledger that is put back after copies went: nobody gets a second one."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from support import ROOT, Sink, make_office

from mailer.core.errors import LedgerError
from mailer.ledger.restored import note, note_of, refuse_older

REF = "LCT 2027/004"
TWENTY = "email,name,outlet\n" + "".join(f"n{i}@daily.example,N,D\n" for i in range(20))


class Mailer:
    """The real command, on an office whose relay is on a port of this machine."""

    def __init__(self, config: Path, port: int) -> None:
        self.ledger = config.parent / "mailer.db"
        self._arguments = [sys.executable, "-m", "mailer", "--config", str(config)]
        relay_here = {"HOST": "127.0.0.1", "PORT": str(port), "TLS": "none"}
        self._environ = os.environ | {f"MAILER__RELAY__{k}": v for k, v in relay_here.items()}
        self._environ["MAILER__EMBARGO__CHECK_CLOCK"] = "false"

    def __call__(self, *arguments: str, status: int = 0) -> str:
        done = subprocess.run(
            [*self._arguments, *arguments],
            env=self._environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def back_up(self, to: Path) -> Path:
        with closing(sqlite3.connect(self.ledger)) as live, closing(sqlite3.connect(to)) as copy:
            live.backup(copy)
        return to

    def put_back(self, copy: Path) -> None:
        for beside in ("-wal", "-shm"):
            self.ledger.with_name(self.ledger.name + beside).unlink(missing_ok=True)
        shutil.copy(copy, self.ledger)


@pytest.fixture
def office(tmp_path: Path, sink: Sink) -> Mailer:
    mailer = Mailer(make_office(tmp_path, national=TWENTY), sink.port)
    mailer("queue", str(tmp_path / "advisory.md"), "--immediate", "--to", "national")
    mailer("approve", REF, "--by", "Chief")
    return mailer


def test_never_twice_from_a_backup_that_was_put_back(
    office: Mailer, sink: Sink, tmp_path: Path
) -> None:
    backup = office.back_up(tmp_path / "backup.db")
    office("run", "--once")
    assert len(sink.taken) == 20
    newest = office.back_up(tmp_path / "newest.db")

    office.put_back(backup)
    said = office("run", "--once", status=1)
    assert said.startswith("mailer: ")
    assert "is older than what was sent from it: a backup was put back" in said
    assert str(note_of(office.ledger)) in said
    assert len(sink.taken) == 20

    office.put_back(newest)
    office("run", "--once")
    assert len(sink.taken) == 20


def test_a_person_can_settle_it_and_go_on(office: Mailer, sink: Sink, tmp_path: Path) -> None:
    backup = office.back_up(tmp_path / "backup.db")
    office("run", "--once")
    office.put_back(backup)
    office("run", "--once", status=1)
    office("cancel", REF, "--by", "Chief")
    note_of(office.ledger).unlink()
    office("run", "--once")
    assert len(sink.taken) == 20
    assert {row["state"] for row in json.loads(office("log", "--json"))} == {"cancelled"}


def test_a_new_ledger_in_the_place_of_one_that_was_used_is_none_put_back(
    office: Mailer, sink: Sink, tmp_path: Path
) -> None:
    office("run", "--once")
    office.ledger.unlink()
    office("run", "--once")
    assert len(sink.taken) == 20


def test_what_cannot_be_noted_or_read_stops_nothing(tmp_path: Path) -> None:
    ledger = tmp_path / "a.db"
    refuse_older(ledger)
    note(tmp_path / "nowhere" / "a.db", 5)
    note(ledger, 5)
    refuse_older(ledger)
    note_of(ledger).write_text("\x00")
    ledger.write_bytes(b"no ledger")
    refuse_older(ledger)


def test_a_note_counts_for_a_ledger_that_has_something_to_send(tmp_path: Path) -> None:
    ledger = tmp_path / "a.db"
    with closing(sqlite3.connect(ledger)) as made:
        made.execute("CREATE TABLE dispatch (id INTEGER)")
        made.execute("CREATE TABLE attempt (id INTEGER PRIMARY KEY, phase TEXT)")
        made.execute("INSERT INTO attempt VALUES (7, 'answered'), (8, 'recipient given')")
        made.execute("INSERT INTO dispatch VALUES (1)")
        made.commit()
    note(ledger, 7)
    refuse_older(ledger)
    note(ledger, 8)
    with pytest.raises(LedgerError, match="a backup was put back"):
        refuse_older(ledger)
