"""What machines are told that watch the console."""

from __future__ import annotations

from pathlib import Path

import pytest
from console_client import Browser, browser
from fastapi.testclient import TestClient
from support import FakeClock, make_office

from mailer.app import App, open_app
from mailer.ledger.tables import RunRow
from mailer.web.console import create


def a_run(app: App) -> None:
    with app.database.write() as session:
        session.add(RunRow(host="h", pid=1, started_at=app.now(), seen_at=app.now()))


def test_alive_is_only_that_the_console_answers(app: App) -> None:
    with browser(app) as one:
        assert one.get("/healthz").text == "ok\n"
        assert one.head("/healthz").status_code == 200


def test_ready_is_a_ledger_and_a_run_that_was_seen(app: App, clock: FakeClock) -> None:
    with browser(app) as one:
        assert one.get("/readyz").json() == {"ready": False, "ledger": True, "run": False}
        a_run(app)
        answer = one.get("/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (200, True)
        clock.move(seconds=16)
        assert one.get("/readyz").status_code == 503


def loopback(app: App) -> TestClient:
    return TestClient(create(app), base_url="http://localhost", client=("127.0.0.1", 4000))


def test_figures_are_for_this_machine(app: App) -> None:
    a_run(app)
    with loopback(app) as one:
        figures = one.get("/metrics").text
    assert "mailer_run_up 1.0" in figures
    assert 'mailer_copies{state="accepted"} 0.0' in figures
    assert 'mailer_needs_person{kind="in_doubt"} 0.0' in figures


def test_figures_are_never_for_another_machine_without_the_token(
    tmp_path: Path, clock: FakeClock
) -> None:
    config = make_office(tmp_path)
    environ = {"MAILER__CONSOLE__METRICS_TOKEN": "a token"}
    with open_app(config, environ, upgrade=True, now=clock) as app, Browser(app) as one:
        for given, status in (("Bearer a token", 200), ("Bearer a toke", 403), ("", 403)):
            assert one.get("/metrics", headers={"Authorization": given}).status_code == status


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_figures_never_tell_of_an_advisory(app: App, path: str) -> None:
    with loopback(app) as one:
        text = one.get(path).text
    assert "LCT" not in text
    assert "Lantern" not in text
