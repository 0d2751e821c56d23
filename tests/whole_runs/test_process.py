"""The real `mailer` process: run as a press office runs it, interrupted, killed, started again."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, Sink, make_office, relay
from whole_process import Mailer

SEED = ROOT.parent / "shared" / "press" / "000_96ad5148e1ef8570.txt"
REF = "LCT 2027/004"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with relay(Sink()) as one:
        yield one


def people(number: int) -> str:
    rows = "".join(f"n{i}@daily.example,Name {i},The Daily\n" for i in range(number))
    return "email,name,outlet\n" + rows


def states(entries: list[dict[str, Any]]) -> list[str]:
    return sorted(entry["state"] for entry in entries)


@pytest.mark.skipif(
    not SEED.exists(), reason="the real press documents are not beside the checkout"
)
def test_a_real_document_goes_to_every_contact_once_and_not_before_the_lift(
    tmp_path: Path, sink: Sink
) -> None:
    office = tmp_path / "office"
    mailer = Mailer(office / "config.toml", sink.port)
    mailer("init", str(office))
    assert "it would take our mail" in mailer("config", "check")
    lift = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=12)
    to = ("--to", "wires,national,broadcast,arabic")
    plan = json.loads(mailer("queue", str(SEED), "--embargo", lift.isoformat(), *to, "--json"))
    mailer("approve", "EUR 55/011/2013", "--by", "Chief")
    running = mailer.start("run", "--no-console")
    try:
        mailer.wait(lambda log: not {"pending", "sending", "deferred"} & set(states(log)))
    finally:
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=60)
    assert running.returncode == 0, said

    log = mailer.log()
    accepted = {entry["email"]: entry for entry in log if entry["state"] == "accepted"}
    assert sorted(sink.rcpts) == sorted(accepted)
    planned = sum(row["contacts"] for row in plan["dispatches"])
    assert len(sink.taken) == len(accepted) == planned
    for taken in sink.taken:
        entry = accepted[taken.rcpt_to]
        assert taken.message["Message-ID"] == entry["message_id"]
        embargoed = taken.message["Subject"].startswith(("EMBARGOED", "SOUS", "محظور"))
        assert embargoed == (entry["kind"] == "advance")
        if entry["kind"] == "release":
            assert taken.at >= lift


@pytest.mark.parametrize(
    ("moment", "in_doubt"), [("RCPT", 0), ("DATA", 1)], ids=["between two messages", "in the text"]
)
def test_killed_and_started_again_loses_nobody_and_sends_nobody_two(
    tmp_path: Path, sink: Sink, moment: str, in_doubt: int
) -> None:
    config = make_office(tmp_path, national=people(12))
    config.write_text(config.read_text().replace("connections = 2", "connections = 1"))
    mailer = Mailer(config, sink.port)
    document = str(tmp_path / "advisory.md")
    mailer("queue", document, "--immediate", "--to", "national")
    mailer("approve", REF, "--by", "Chief")
    running: list[subprocess.Popen[str]] = []
    came: list[str] = []

    def kill_at_the_sixth(command: str, rcpt: str) -> str | None:
        came.extend([rcpt] * (command == moment))
        if command == moment and len(came) == 6:
            running.pop().kill()
            return "250 too late" if command == "DATA" else None
        return None

    sink.answer = kill_at_the_sixth
    running.append(first := mailer.start("run", "--no-console"))
    first.communicate(timeout=60)
    assert first.returncode == -signal.SIGKILL
    assert len(sink.rcpts) < 12

    said = mailer("run", "--once", status=3 if in_doubt else 0)
    assert ("in doubt" in said) == bool(in_doubt)
    assert states(mailer.log()) == ["accepted"] * (12 - in_doubt) + ["in_doubt"] * in_doubt
    assert len(sink.rcpts) == len(set(sink.rcpts)) == 12


def test_ctrl_c_finishes_and_records_the_message_in_flight(tmp_path: Path, sink: Sink) -> None:
    config = make_office(tmp_path, national=people(40))
    mailer = Mailer(config, sink.port)
    mailer("queue", str(tmp_path / "advisory.md"), "--immediate", "--to", "national")
    mailer("approve", REF, "--by", "Chief")
    running: list[subprocess.Popen[str]] = []

    def interrupt_at_the_tenth(command: str, rcpt: str) -> str | None:
        if command == "DATA" and len(sink.taken) == 9 and running:
            running.pop().send_signal(signal.SIGINT)
        return None

    sink.answer = interrupt_at_the_tenth
    running.append(first := mailer.start("run", "--no-console"))
    said, _ = first.communicate(timeout=60)
    assert first.returncode == 0, said
    entries = mailer.log()
    accepted = {entry["email"] for entry in entries if entry["state"] == "accepted"}
    assert accepted == set(sink.rcpts)
    assert 10 <= len(accepted) < 40
    assert states(entries) == ["accepted"] * len(accepted) + ["pending"] * (40 - len(accepted))
    mailer("run", "--once")
    assert len(sink.rcpts) == len(set(sink.rcpts)) == 40


def test_a_second_run_is_refused_with_one_clear_line(tmp_path: Path, sink: Sink) -> None:
    mailer = Mailer(make_office(tmp_path), sink.port)
    first = mailer.start("run", "--no-console")
    try:
        assert first.stdout is not None
        assert "running" in first.stdout.readline()
        second = mailer.start("run", "--no-console")
        said, _ = second.communicate(timeout=60)
        assert second.returncode == 1
        assert said.count("\n") == 1
        assert "another `mailer run` is using this ledger" in said
    finally:
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=60)
    assert first.returncode == 0
