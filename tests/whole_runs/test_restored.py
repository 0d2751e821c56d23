"""A backup of the ledger that is put back after copies went: nobody gets a second one."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support import Sink, make_office
from whole_process import Mailer

from mailer.core.errors import LedgerError
from mailer.ledger.linkkey import file_beside
from mailer.ledger.restored import note, note_of, refuse_older

REF = "LCT 2027/004"
TWENTY = "email,name,outlet\n" + "".join(f"n{i}@daily.example,N,D\n" for i in range(20))


def back_up(ledger: Path, to: Path) -> Path:
    with closing(sqlite3.connect(ledger)) as live, closing(sqlite3.connect(to)) as copy:
        live.backup(copy)
    return to


def put_back(copy: Path, ledger: Path) -> None:
    for beside in ("-wal", "-shm"):
        ledger.with_name(ledger.name + beside).unlink(missing_ok=True)
    shutil.copy(copy, ledger)


@pytest.fixture
def office(tmp_path: Path, sink: Sink) -> Mailer:
    mailer = Mailer(make_office(tmp_path, national=TWENTY), sink.port)
    mailer("queue", str(tmp_path / "advisory.md"), "--immediate", "--to", "national")
    mailer("approve", REF, "--by", "Chief")
    return mailer


def test_never_twice_from_a_backup_that_was_put_back(
    office: Mailer, sink: Sink, tmp_path: Path
) -> None:
    backup = back_up(office.ledger, tmp_path / "backup.db")
    office("run", "--once")
    assert len(sink.taken) == 20
    newest = back_up(office.ledger, tmp_path / "newest.db")

    put_back(backup, office.ledger)
    said = office("run", "--once", status=1)
    assert said.startswith("mailer: ")
    assert "is older than what was sent from it: a backup was put back" in said
    assert str(note_of(office.ledger)) in said
    assert len(sink.taken) == 20

    put_back(newest, office.ledger)
    office("run", "--once")
    assert len(sink.taken) == 20


def test_a_person_can_settle_it_and_go_on(office: Mailer, sink: Sink, tmp_path: Path) -> None:
    backup = back_up(office.ledger, tmp_path / "backup.db")
    office("run", "--once")
    put_back(backup, office.ledger)
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
    file_beside(office.ledger).unlink()  # else there was one, and it is missed
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
