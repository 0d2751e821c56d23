from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, select

import mailer.ledger
from mailer.core.errors import LedgerBusyError, LedgerError
from mailer.ledger import database as databases
from mailer.ledger import linkkey, tables
from mailer.ledger.database import open_ledger

NOW = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)


def alembic_config() -> Config:
    config = Config()
    folder = Path(next(iter(mailer.ledger.__path__))) / "migrations"
    config.set_main_option("script_location", str(folder))
    return config


def test_a_new_ledger_has_the_schema_of_the_tables(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata

    with (
        open_ledger(tmp_path / "a.db", now=NOW) as database,
        database._engine.begin() as connection,
    ):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_schema_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == databases.SCHEMA


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_what_is_committed_survives_a_power_cut_and_keys_are_kept(
    tmp_path: Path, pragma: str, value: object
) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database, database.read() as session:
        assert session.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_others_on_the_machine_cannot_read_the_ledger(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW):
        assert stat.S_IMODE((tmp_path / "a.db").stat().st_mode) == 0o600


def test_an_older_schema_is_upgraded_only_by_run_and_after_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    open_ledger(path, now=NOW).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
        connection.commit()
    with pytest.raises(LedgerError, match="schema 0000, this mailer needs"):
        open_ledger(path, now=NOW)
    migrated = []
    monkeypatch.setattr(databases, "_migrate", migrated.append)
    open_ledger(path, now=NOW, upgrade=True).close()
    assert len(migrated) == 1
    copy = tmp_path / "a.db.schema-0000.20270209T000100Z"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT * FROM alembic_version").fetchall() == [("0000",)]


def test_a_dispatch_planned_before_there_were_seeds_has_none(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    config = alembic_config()
    with databases._engine(path).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO dispatch (version_id, templates, audience, kind, state, instant,"
            " embargo_zone, earlier_zone, note, settings, plan_hash, planned_at, planned_by,"
            " approved_by, reason) VALUES (1, 't', 'a', 'release', 'planned', '2027-02-09', '', '',"
            " '', '{}', '', '2027-02-08', '', '', '')"
        )
        connection.commit()
    open_ledger(path, now=NOW, upgrade=True).close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT audience, seed FROM dispatch").fetchall() == [("a", None)]


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    open_ledger(path, now=NOW).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(LedgerError, match="made by a newer mailer"):
        open_ledger(path, now=NOW, upgrade=True)


@pytest.mark.parametrize("content", [b"not a database at all", b"SQLite format 3\x00" + b"x" * 200])
def test_a_file_that_is_no_ledger_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=r"a\.db") as refused:
        open_ledger(path, now=NOW)
    assert "\n" not in str(refused.value)
    assert path.read_bytes() == content


def test_another_programs_sqlite_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(LedgerError, match="not a mailer's ledger"):
        open_ledger(path, now=NOW)


def test_an_instant_without_a_zone_never_reaches_the_ledger() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        tables.Utc().process_bind_param(NOW.replace(tzinfo=None), None)  # type: ignore[arg-type]


def test_instants_come_back_as_the_same_instants(tmp_path: Path) -> None:
    path = tmp_path / "a ? b#.db"
    with open_ledger(path, now=NOW) as database:
        with database.write() as session:
            session.add(tables.RunRow(host="h", pid=1, started_at=NOW, seen_at=NOW))
        with database.read() as session:
            row = session.get_one(tables.RunRow, 1)
            assert row.started_at == NOW
            assert row.started_at.tzinfo is UTC
    assert path.exists()


def test_a_failed_transaction_changes_nothing(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database:
        with pytest.raises(RuntimeError), database.write() as session:
            session.add(tables.RunRow(host="h", pid=1, started_at=NOW, seen_at=NOW))
            session.flush()
            raise RuntimeError
        with database.read() as session:
            assert session.get(tables.RunRow, 1) is None


def test_who_waits_for_nobody_is_told_and_the_next_one_waits_again(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database:
        with database.write():
            with pytest.raises(LedgerBusyError), database.write(at_once=True):
                pass
        with database.write(at_once=True) as session:
            session.add(tables.RunRow(host="h", pid=1, started_at=NOW, seen_at=NOW))
        with database.read() as session:
            assert session.get(tables.RunRow, 1) is not None
            asked = session.execute(text("PRAGMA busy_timeout")).scalar()
        assert asked == databases.BUSY_TIMEOUT_S * 1000


def test_a_fault_of_the_ledger_never_shows_what_was_written(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database:
        with pytest.raises(IntegrityError) as fault, database.write() as session:
            for _ in range(2):
                session.add(
                    tables.AdvisoryRow(
                        reference="r", reference_key="secret-text", organisation="o", created_at=NOW
                    )
                )
        assert "secret-text" not in str(fault.value)


def test_many_threads_read_and_write_at_once(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database:

        def work(number: int) -> None:
            with database.write() as session:
                session.add(tables.RunRow(host="h", pid=number, started_at=NOW, seen_at=NOW))
            with database.read() as session:
                assert session.exec(select(tables.RunRow).where(tables.RunRow.pid == number)).one()

        with ThreadPoolExecutor(databases.THREADS) as threads:
            list(threads.map(work, range(4 * databases.THREADS)))
        with database.read() as session:
            assert len(session.exec(select(tables.RunRow)).all()) == 4 * databases.THREADS


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (sqlite3.SQLITE_READONLY, "may write to it"),
        (sqlite3.SQLITE_IOERR | 18 << 8, "disk is full"),
        (sqlite3.SQLITE_FULL, "disk is full"),
        (sqlite3.SQLITE_NOTADB, "bring a backup back"),
    ],
)
def test_a_ledger_that_cannot_be_used_says_what_to_do(
    tmp_path: Path, code: int, advice: str
) -> None:
    fault = sqlite3.OperationalError("said by SQLite")
    fault.sqlite_errorcode = code
    with (
        pytest.raises(LedgerError, match=f"said by SQLite; .*{advice}"),
        open_ledger(tmp_path / "mailer.db", now=NOW) as database,
        database.read(),
    ):
        raise fault


def test_a_ledger_that_may_not_be_written_names_its_path_once(tmp_path: Path) -> None:
    path = tmp_path / "mailer.db"
    with pytest.raises(LedgerError) as refused, open_ledger(path, now=NOW) as database:
        with patch.object(linkkey, "key_beside", side_effect=PermissionError(13, "no", str(path))):
            _ = database.link_key
    assert str(refused.value).count(str(path)) == 1
    assert "see that this user may write" in str(refused.value)
