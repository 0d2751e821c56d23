"""The audit as a page: filtered, paged by key, verified."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from console_client import browser
from hypothesis import given
from hypothesis import strategies as st

from mailer.app import App
from mailer.core.people import Role
from mailer.ledger import audit
from mailer.ledger.audit import AuditFilter


def deeds(app: App, number: int) -> None:
    with app.database.write() as session:
        for i in range(number):
            audit.append(
                session,
                at=app.now(),
                actor=("ines", "chief")[i % 2],
                action="suppress",
                subject=f"n{i}@x.example",
                detail={"reason": '<b>=1+1\u202e"'},
            )


def rows(page: str) -> list[int]:
    return [int(row) for row in re.findall(r'data-label="Row"[^>]*>(\d+)<', page)]


def test_every_deed_is_on_exactly_one_page(app: App) -> None:
    deeds(app, 120)
    with browser(app, Role.ADMIN) as one:
        address, seen = "/audit", []
        while address:
            page = one.get(address).text
            seen += rows(page)
            found = re.search(r'rel="next" href="([^"]+)"', page)
            address = found[1].replace("&amp;", "&") if found else ""
    total = app.desk.verify_audit().rows
    assert seen == list(range(total, 0, -1))


def test_a_filter_stays_from_page_to_page(app: App) -> None:
    deeds(app, 120)
    with browser(app, Role.ADMIN) as one:
        page = one.get("/audit", params={"who": "INES", "about": "n1"}).text
        assert "n10@x.example" in page
        assert "chief" not in page
        older = one.get("/audit", params={"who": "ines"}).text
        assert 'href="/audit?who=ines&amp;before=' in older


def test_hostile_details_are_inert(app: App) -> None:
    deeds(app, 1)
    with browser(app, Role.ADMIN) as one:
        page = one.get("/audit").text
    assert "<b>" not in page
    assert "&lt;b&gt;=1+1\\u202e&#34;" in page
    assert "\u202e" not in page


def test_a_changed_row_is_found_and_an_unreadable_one_breaks_no_page(app: App) -> None:
    deeds(app, 9)
    with browser(app, Role.ADMIN) as one:
        assert "The record is whole: all 11 rows" in one.get("/audit?verify=1").text
        with closing(sqlite3.connect(app.config.database.path)) as ledger:
            ledger.execute("UPDATE audit SET actor = 'nobody', detail = '{' WHERE id = 4")
            ledger.commit()
        page = one.get("/audit?verify=1")
    assert page.status_code == 200
    assert "broken at row 4" in page.text
    assert 4 not in rows(page.text)
    assert 3 in rows(page.text)


@given(
    who=st.sampled_from(["", "i", "ines", "%", "_", "chief", "zz"]),
    limit=st.integers(1, 20),
)
def test_pages_hold_what_the_filter_holds(app: App, who: str, limit: int) -> None:
    if not app.desk.audit():
        deeds(app, 25)
    expected = [e.row for e in reversed(app.desk.audit()) if who in e.actor]
    found: list[int] = []
    before: int | None = None
    while True:
        entries, before = app.desk.audit_page(AuditFilter(who=who), before=before, limit=limit)
        assert len(entries) <= limit
        found += [entry.row for entry in entries]
        if before is None:
            break
    assert found == expected
