"""The public pages over a real office, somebody at them, and the links of a copy in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select
from support import CONFIG, LIFT, FakeClock, make_office, open_office

from mailer.app import App
from mailer.core.links import Links
from mailer.ledger.tables import DeliveryRow, DispatchRow
from mailer.web.public.guard import Floors
from mailer.web.public.site import create

BASE = "https://news.lantern.example"
PUBLIC = f'\n[public]\nbase_url = "{BASE}"\n'
AT_ONCE = Floors(0, 0)
NOBODY = "A" * 43
"""A token of the right shape that is nobody's."""
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class Visitor(TestClient):
    """Somebody at the public pages, with neither cookie nor name; follows no redirect by itself."""

    def __init__(self, app: App, floors: Floors = AT_ONCE) -> None:
        super().__init__(create(app, floors), base_url=BASE, follow_redirects=False)
        self.office = app


@contextmanager
def public_office(folder: Path, config: str = CONFIG + PUBLIC, **parts: str) -> Iterator[App]:
    """An office with public pages and one advisory queued and approved, three days before it."""
    clock = FakeClock(LIFT - timedelta(days=3))
    with open_office(make_office(folder, config=config, **parts), 1, clock) as app:
        queue(app, folder)
        app.desk.approve("LCT 2027/004", by="Chief", now=app.now())
        yield app


def queue(app: App, folder: Path) -> None:
    """The office's advisory, planned and waiting for approval."""
    audiences = [audience.name for audience in app.config.audience]
    proposal = app.desk.propose(
        folder / "advisory.md",
        embargo_line="00:01 GMT, 9 February 2027",
        immediate=False,
        audiences=audiences,
        now=app.now(),
    )
    app.desk.queue(proposal, by="Officer", now=app.now())


def links_of(app: App, email: str, kind: str = "") -> Links:
    """The links in a contact's newest copy (of a kind)."""
    with app.database.read() as session:
        of_them = select(DeliveryRow).join(DispatchRow).where(DeliveryRow.email == email)
        if kind:
            of_them = of_them.where(DispatchRow.kind == kind)
        row = session.exec(of_them.order_by(col(DeliveryRow.id).desc())).first()
        assert row is not None
        return Links.of(app.database.link_key, row.message_id)


def everything(app: App) -> list[tuple[object, ...]]:
    """All that is in the ledger, to see whether anything has changed."""
    with app.database.read() as session:
        connection = session.connection()
        names = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).scalars()
        return [
            tuple(row)
            for name in list(names)
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')
        ]


@pytest.fixture(name="public")
def _public(tmp_path: Path) -> Iterator[App]:
    with public_office(tmp_path) as app:
        yield app
