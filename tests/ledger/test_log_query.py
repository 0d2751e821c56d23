"""The log's pages: each entry that agrees once, in order, forwards and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_sample import (
    AUDIENCES,
    NAMES,
    OUTLETS,
    START,
    Everything,
    directory_made,
    everything_in,
    expected,
    fill,
)

from mailer.core.log_filter import STATES, LogFilter, LogFilterError, Sort
from mailer.ledger.database import Database, open_ledger
from mailer.ledger.log import agreeing, entries, pages, stretches
from mailer.ledger.tables import NOT_ACCEPTED

TEXTS = ("", "bbc", "d1.example", "okafor", "geneve", "tides", "2027/004", "img", "mailbox", "%")
INSTANTS = st.none() | st.integers(0, 60).map(lambda hours: START + timedelta(hours=hours))
FILTERS = st.builds(
    LogFilter,
    advisory=st.sampled_from(("", "", "", "lct  2027/004", "LCT 2027/012", "none")),
    audience=st.sampled_from(("", "", *AUDIENCES)),
    outlet=st.sampled_from(("", "", "bbc", "Geneve", "=")),
    contact=st.sampled_from(("", "", "n1", "nunez", "press", "@d3", "nobody")),
    states=st.lists(st.sampled_from(STATES), max_size=3, unique=True).map(
        lambda chosen: tuple(state for state in STATES if state in chosen)
    ),
    code=st.sampled_from(("", "", "250", "550", "4xx", "451", "2xx")),
    since=INSTANTS,
    until=INSTANTS,
    text=st.sampled_from(TEXTS),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with open_ledger(tmp_path_factory.mktemp("log") / "a.db", now=START) as one:
        fill(one)
        directory_made(one)
        yield one


@pytest.fixture(scope="module")
def everything(database: Database) -> Everything:
    return everything_in(database)


def walked(database: Database, wanted: LogFilter, size: int) -> tuple[list[str], list[str]]:
    """All keys, from the first page to the last and back again."""
    forwards: list[str] = []
    backwards: list[str] = []
    with database.read() as session:
        page = pages.page(session, wanted, size=size)
        assert not page.before
        forwards += [entry.key for entry in page.entries]
        steps = 0
        while page.after:
            page = pages.page(session, wanted, after=page.after, size=size)
            forwards += [entry.key for entry in page.entries]
            assert (steps := steps + 1) < 2000
        backwards = [entry.key for entry in reversed(page.entries)]
        while page.before:
            page = pages.page(session, wanted, before=page.before, size=size)
            if page == pages.page(session, wanted, size=size) and backwards:
                known = set(backwards)  # nothing was before: the first page is told again
                backwards += [e.key for e in reversed(page.entries) if e.key not in known]
                break
            backwards += [entry.key for entry in reversed(page.entries)]
            assert (steps := steps + 1) < 4000
    return forwards, backwards


@settings(max_examples=80)
@given(FILTERS, st.sampled_from((3, 50, 1000)))
def test_pages_hold_each_entry_that_agrees_once_and_in_order(
    database: Database, everything: Everything, wanted: LogFilter, size: int
) -> None:
    should = expected(everything, wanted)
    forwards, backwards = walked(database, wanted, size)
    assert forwards == should
    assert backwards == should[::-1]


@settings(max_examples=40)
@given(FILTERS.filter(lambda wanted: wanted.sort in (Sort.WHEN, Sort.ADVISORY, Sort.AUDIENCE)))
def test_a_page_that_stopped_early_is_gone_on_from(
    database: Database, everything: Everything, wanted: LogFilter
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "ROWS", 17)
        patch.setattr(pages, "PROBED", 9)
        patch.setattr(pages, "STRETCHES", 3)
        patch.setattr(stretches, "FEW", 4)
        forwards, backwards = walked(database, wanted, 5)
    should = expected(everything, wanted)
    assert forwards == should
    assert backwards == should[::-1]


@settings(max_examples=40)
@given(FILTERS)
def test_the_stream_is_the_same_entries_in_the_order_they_changed(
    database: Database, everything: Everything, wanted: LogFilter
) -> None:
    with database.read() as session:
        found = list(entries.find(session, wanted))
    assert sorted(entry.key for entry in found) == sorted(expected(everything, wanted))
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)


def test_too_many_to_be_sorted_come_in_the_usual_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SORTABLE", 10)
    with database.read() as session:
        page = pages.page(session, LogFilter(sort=Sort.CONTACT, descending=False), size=5)
        usual = pages.page(session, LogFilter(), size=5)
    assert (page.sort, page.entries) == (Sort.WHEN, usual.entries)


@pytest.mark.parametrize(
    "key", ["x", "d", "d0", "d-1", "d99999999", "l99999999", "d1 OR 1=1", "d٣", "d" + "9" * 30]
)
def test_never_a_fault_for_a_place_that_is_none(database: Database, key: str) -> None:
    with database.read() as session, pytest.raises(LogFilterError):
        pages.page(session, LogFilter(), after=key)


@pytest.mark.parametrize("name", [*NAMES, *OUTLETS, "' OR 1=1 --", "/", "_"])
def test_what_is_looked_for_is_never_read_as_a_pattern(
    database: Database, everything: Everything, name: str
) -> None:
    wanted = LogFilter(contact=" ".join(name.split()))
    with database.read() as session:
        page = pages.page(session, wanted, size=5000)
    assert [entry.key for entry in page.entries] == expected(everything, wanted)


def plan_of(database: Database, statement: str) -> str:
    with database.read() as session:
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
        return " ".join(row[3] for row in rows)


def test_no_page_reads_a_whole_table_of_copies(database: Database) -> None:
    """What the indexes of the log are for: SQLite must take them for what is asked."""
    odd, failed = agreeing.ODD, agreeing.FAILED
    for statement, index in (
        ("SELECT id FROM delivery WHERE dispatch_id = 1 ORDER BY id DESC", "delivery_of_dispatch"),
        (
            f"SELECT id FROM delivery WHERE dispatch_id = 1 AND {odd} ORDER BY id DESC",
            "delivery_odd",
        ),
        (
            f"SELECT state, count(*) FROM delivery WHERE dispatch_id = 1 AND {NOT_ACCEPTED}"
            " GROUP BY state",
            "delivery_waiting",
        ),
        (f"SELECT delivery_id FROM attempt WHERE {failed} AND reply LIKE '%a%'", "attempt_failed"),
        (f"SELECT delivery_id FROM attempt WHERE {failed} AND code = 550", "attempt_failed"),
    ):
        told = plan_of(database, statement)
        assert f"COVERING INDEX {index}" in told
        assert "TEMP B-TREE" not in told
