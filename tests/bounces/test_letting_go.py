"""How long what came back is kept: by the clock, and never what somebody still needs."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from bounce_office import Office, open_bounce_office
from returned import answer, bounce_address, report
from sqlmodel import col, select
from support import FakeClock

from mailer.app import collector
from mailer.ledger import evidence
from mailer.ledger.tables import CameBackRow

CY, DI = "cy@daily.example", "di@daily.example"


@pytest.fixture
def office(tmp_path: Path, clock: FakeClock) -> Iterator[Office]:
    with open_bounce_office(tmp_path, clock) as one:
        yield one


def let_go(office: Office) -> int:
    return office.app.desk.let_go(now=office.clock())


def lengths(office: Office) -> list[int]:
    """How long what is kept of each message is."""
    with office.app.database.read() as session:
        rows = session.exec(select(CameBackRow).order_by(col(CameBackRow.id)))
        return [len(row.content) for row in rows]


def test_the_words_go_after_90_days_and_what_they_said_stays(office: Office) -> None:
    office.bounced(office.row(CY), status="4.2.2", said="full")
    office.clock.move(days=89)
    assert let_go(office) == 0
    before = office.told(CY)
    office.clock.move(days=1, seconds=1)
    assert let_go(office) == 1
    assert lengths(office) == [0]
    assert office.told(CY) == before
    assert let_go(office) == 0


def test_never_taken_again_when_its_words_are_gone(office: Office) -> None:
    content = report(bounce_address(office.app.database, office.row(CY).id or 0), CY)
    office.take(content)
    office.app.desk.unsuppress(CY, by="officer", now=office.clock())
    office.clock.move(days=91)
    assert let_go(office) == 1
    assert office.take(content).known


def test_a_message_about_no_copy_is_forgotten(tmp_path: Path, clock: FakeClock) -> None:
    with open_bounce_office(tmp_path, clock, more='keep = "7d"') as office:
        office.take(b"Subject: Out of office\nAuto-Submitted: auto-replied\n\nAway.")
        office.take(report("bounces@press.lantern.example", CY))
        office.clock.move(days=8)
        assert let_go(office) == 2
        assert office.counts() == (0, 0)


def test_never_what_a_standing_suppression_rests_on(office: Office) -> None:
    office.bounced(office.row(CY))
    office.bounced(office.row(DI), status="4.2.2", said="full")
    office.clock.move(days=365)
    assert let_go(office) == 1
    assert [length > 0 for length in lengths(office)] == [True, False]
    office.app.desk.unsuppress(CY, by="officer", now=office.clock())
    assert let_go(office) == 1
    assert lengths(office) == [0, 0]


def test_never_what_waits_to_be_forwarded(office: Office) -> None:
    office.take(answer("x@y.example", office.row(CY)))
    office.clock.move(days=365)
    assert let_go(office) == 0
    ((number, _),) = office.app.desk.to_forward(office.clock())
    office.app.desk.forwarded(number, taken=True, said="250 ok", now=office.clock())
    assert let_go(office) == 1


def test_however_many_they_are(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "AT_ONCE", 2)
    for number in range(5):
        office.take(report(f"x{number}@press.lantern.example", CY, number=number))
    office.clock.move(days=91)
    assert let_go(office) == 5


def test_what_takes_bounces_lets_go_too(tmp_path: Path, clock: FakeClock) -> None:
    maildir = tmp_path / "Maildir"
    for folder in ("new", "cur", "tmp"):
        (maildir / folder).mkdir(parents=True)
    more = f'maildir = "{maildir}"\n'
    with open_bounce_office(tmp_path / "office", clock, more=more) as office:
        office.take(report("x@press.lantern.example", CY))
        office.clock.move(days=91)
        assert asyncio.run(collector(office.app, lambda _: None).once())
        assert office.counts() == (0, 0)


def test_what_is_due_is_found_by_an_index(office: Office) -> None:
    """However long the ledger is: it is asked for every half minute."""
    seen: list[str] = []
    with closing(sqlite3.connect(office.app.config.database.path)) as connection:
        with office.app.database.read() as session:
            raw = session.connection().connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.set_trace_callback(seen.append)
            evidence.due_to_let_go(session, office.clock())
            raw.set_trace_callback(None)
        (asked,) = [one for one in seen if one.startswith("SELECT")]
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked}"))
    assert "USING INDEX came_back_kept (at<?)" in plan
