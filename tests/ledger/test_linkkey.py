from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ledger_sample import fill

from mailer.core import links
from mailer.core.errors import LedgerError
from mailer.core.links import Links
from mailer.ledger import linkkey
from mailer.ledger.database import open_ledger

NOW = datetime(2027, 2, 9, tzinfo=UTC)


def test_every_copy_is_found_by_its_links_and_by_no_other(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database:
        rows = fill(database, people=3).rows()
        assert [row.link for row in rows] == [
            links.kept(database.link_key, row.message_id) for row in rows
        ]
        assert len({row.link for row in rows}) == len(rows)


def test_never_a_token_or_the_key_in_the_ledger(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database:
        rows = fill(database).rows()
        database.checkpoint()
        made = [Links.of(database.link_key, row.message_id) for row in rows]
        key = database.link_key
    content = (tmp_path / "a.db").read_bytes()
    for one in made:
        assert one.kept in content
        for token in (one.embargo, one.preferences, one.unsubscribe):
            assert token.encode() not in content
    assert key not in content
    assert key.hex().encode() not in content


def test_others_on_the_machine_cannot_read_the_key(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database:
        file = linkkey.file_beside(database.path)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert [one for one in tmp_path.iterdir() if "link-key" in one.name] == [file]


def test_the_key_stays_what_it_is(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database:
        first = database.link_key
    with open_ledger(tmp_path / "a.db", now=NOW) as database:
        assert database.link_key == first


def test_a_lost_key_gives_new_links_to_what_has_not_left_alone(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database:
        before = fill(database).rows()
        with database.write() as session:
            sent = session.merge(before[0])
            sent.state = "accepted"
            session.add(sent)
        linkkey.file_beside(database.path).unlink()
    with open_ledger(tmp_path / "a.db", now=NOW) as database, database.read() as session:
        for nth, row in enumerate(before):
            now = session.get_one(type(row), row.id)
            same = now.link == row.link
            assert same == (nth == 0)
            assert same or now.link == links.kept(database.link_key, row.message_id)


@pytest.mark.parametrize("content", [b"", b"no key\n", b"ab" * 31, b"\xff\xfe"])
def test_a_file_that_is_no_key_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    open_ledger(tmp_path / "a.db", now=NOW).close()
    file = linkkey.file_beside(tmp_path / "a.db")
    file.write_bytes(content)
    with (
        open_ledger(tmp_path / "a.db", now=NOW) as database,
        pytest.raises(LedgerError, match="this is no link key") as refused,
    ):
        fill(database)
    assert "\n" not in str(refused.value)
    assert file.read_bytes() == content
