"""Whole stories, each a folder: an office, an advisory, what happens when, and every message sent.

`story.toml` says the steps; `expected/` holds each message as the relay took it. They run over a
real socket into a real SMTP server and a real ledger; only the clock, the Message-IDs and the
order are fixed. After a change that is meant: `pytest tests/scenarios --snapshot-update`, and
read the diff.
"""

from __future__ import annotations

import itertools
import shutil
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, FakeClock, Sink, closed_port, open_office, relay

from mailer.app import App, run, runner
from mailer.core.log_filter import LogFilter
from mailer.ledger import plans
from mailer.ledger.log import entries

HERE = Path(__file__).parent
STORIES = sorted(path.parent.name for path in HERE.glob("*/story.toml"))


@pytest.fixture
def fixed_message_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = itertools.count(1)
    monkeypatch.setattr(plans, "token_hex", lambda _: f"copy-{next(numbers):04d}")
    monkeypatch.setattr(plans, "fair_order", lambda contacts, _: contacts)


@pytest.mark.usefixtures("fixed_message_ids")
@pytest.mark.parametrize("name", STORIES)
def test_story(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder = tmp_path / "office"
    shutil.copytree(HERE / name, folder)
    if not (folder / "templates").exists():
        shutil.copytree(ROOT / "templates", folder / "templates")
    story = tomllib.loads((folder / "story.toml").read_text(encoding="utf-8"))
    clock = FakeClock(story["start"])
    sink = Sink()
    with relay(sink):
        with open_office(folder / "config.toml", sink.port, clock) as app:
            _plan(app, story, folder)
        for step in story["step"]:
            _play(step, folder, sink, clock)
    _compare(sink, HERE / name / "expected", update=request.config.getoption("update_snapshots"))


def _plan(app: App, story: dict[str, Any], folder: Path) -> None:
    proposal = app.desk.propose(
        folder / story.get("document", "advisory.md"),
        embargo_line=story.get("embargo"),
        immediate=story.get("immediate", False),
        audiences=story["to"],
        now=app.now(),
    )
    app.desk.queue(proposal, by="officer", now=app.now())
    app.desk.approve(proposal.view.reference, by="chief", now=app.now())


def _play(step: dict[str, Any], folder: Path, sink: Sink, clock: FakeClock) -> None:
    clock.at = step["at"]
    before = len(sink.taken)
    port = closed_port() if step.get("relay") == "down" else sink.port
    with open_office(folder / "config.toml", port, clock) as app:

        async def once() -> None:
            await runner(app, lambda said: None).run_once()

        run(once())
        with app.database.read() as session:
            counted = Counter(entry.state for entry in entries.find(session, LogFilter()))
    assert sorted(sink.rcpts[before:]) == sorted(step.get("taken", [])), step["at"]
    assert dict(counted) == step["states"], step["at"]


def _compare(sink: Sink, expected: Path, *, update: bool) -> None:
    sent = {f"{number:02d}-{t.rcpt_to}.eml": t for number, t in enumerate(_in_order(sink), 1)}
    if update:
        shutil.rmtree(expected, ignore_errors=True)
        expected.mkdir()
        for name, taken in sent.items():
            (expected / name).write_bytes(taken.content)
    assert sorted(path.name for path in expected.iterdir()) == sorted(sent)
    for name, taken in sent.items():
        assert taken.content == (expected / name).read_bytes(), name


def _in_order(sink: Sink) -> list[Any]:
    """Several sessions send at once; the Message-ID tells the order in which it was planned."""
    return sorted(sink.taken, key=lambda taken: str(taken.message["Message-ID"]))
