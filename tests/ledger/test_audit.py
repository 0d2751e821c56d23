from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from mailer.ledger import audit
from mailer.ledger.database import Database, open_ledger

NOW = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_ledger(tmp_path / "a.db", now=NOW) as one:
        with one.write() as session:
            for action in ("queue", "approve", "cancel"):
                audit.append(
                    session, at=NOW, actor="é", action=action, subject="R", detail={"n": 1}
                )
        yield one


def broken(database: Database) -> int | None:
    with database.read() as session:
        return audit.first_broken(session)


def test_an_untouched_audit_is_whole(database: Database) -> None:
    assert broken(database) is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit SET actor = 'somebody else' WHERE id = 2",
        "UPDATE audit SET detail = '{}' WHERE id = 2",
        "UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE id = 2",
        "UPDATE audit SET hash = 'x' WHERE id = 2",
    ],
)
def test_a_changed_row_is_found(database: Database, tampering: str) -> None:
    with database.write() as session:
        session.execute(text(tampering))
    assert broken(database) == 2


def test_a_removed_row_is_found(database: Database) -> None:
    with database.write() as session:
        session.execute(text("DELETE FROM audit WHERE id = 2"))
    assert broken(database) == 3
