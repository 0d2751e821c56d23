"""The whole job into another program's SMTP server: Postfix's smtp-sink."""

from __future__ import annotations

import email
import email.policy
import os
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from needs import find, needs
from stories import DAY, approve, queue, send, states
from support import CONFIG, LIFT, FakeClock, closed_port, make_office, open_office

from mailer.app import App
from mailer.core.log_filter import LogFilter

pytestmark = needs("smtp-sink", "apt install postfix")

PEOPLE = 40
NATIONAL = "email,name,outlet\n" + "".join(
    f"n{i}@daily.example,Ünï Nåme {i},The Daily\n" for i in range(PEOPLE)
)
QUICK = 'connections = 4\nconnect_timeout = "5s"\ncommand_timeout = "10s"\ndata_timeout = "10s"'


class SmtpSink:
    """A running smtp-sink that keeps each message it takes in a file of its own."""

    def __init__(self, folder: Path, port: int, *options: str) -> None:
        self.folder, self.port = folder, port
        program = find("smtp-sink")
        assert program is not None
        user = ("-u", "nobody") if os.geteuid() == 0 else ()
        dump = ("-d", f"{folder}/%Y%m%d.")
        self._process = subprocess.Popen(
            [program, *user, *dump, *options, f"127.0.0.1:{port}", "100"], stderr=subprocess.PIPE
        )

    def wait(self) -> None:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError(self.stop())

    def stop(self) -> str:
        self._process.kill()
        _, err = self._process.communicate(timeout=60)
        return err.decode(errors="replace")

    def messages(self) -> list[tuple[str, str, EmailMessage]]:
        """Sender, recipient and message of all that it took (smtp-sink(1), dump format)."""
        found = []
        for path in sorted(self.folder.iterdir()):
            content = path.read_bytes()
            # What the sink adds of its own ends with its Received header.
            added, _, rest = content.partition(b"Received: ")
            if not rest:
                continue  # a session that only looked in
            said = re.search(rb"(?m)^X-Mail-Args: <(.*?)>", added)
            recipients = re.findall(rb"(?m)^X-Rcpt-Args: <(.*?)>", added)
            assert said is not None
            assert len(recipients) == 1, "two addresses on one message"
            parsed = email.message_from_bytes(b"Received: " + rest, policy=email.policy.default)
            assert isinstance(parsed, EmailMessage)
            found.append((said[1].decode(), recipients[0].decode(), parsed))
        return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the sink's own user may write to, whoever that is."""
    with tempfile.TemporaryDirectory(prefix="smtp-sink-") as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.fixture
def sink(folder: Path) -> Iterator[SmtpSink]:
    one = SmtpSink(folder, closed_port())
    try:
        one.wait()
        yield one
    finally:
        one.stop()


@pytest.fixture
def app(tmp_path: Path, sink: SmtpSink, clock: FakeClock) -> Iterator[App]:
    config = CONFIG.replace("connections = 2", QUICK)
    office = make_office(tmp_path / "office", config=config, national=NATIONAL)
    with open_office(office, sink.port, clock) as one:
        yield one


def test_every_contact_one_message_and_none_before_the_lift(
    app: App, sink: SmtpSink, clock: FakeClock
) -> None:
    queue(app)
    approve(app)
    send(app)
    assert sink.messages() == []

    clock.at = LIFT - DAY
    send(app)
    ((_, advance, message),) = sink.messages()
    assert advance == "ana@wire.example"
    assert str(message["Subject"]).startswith("EMBARGOED")

    clock.at = LIFT - timedelta(microseconds=1)
    send(app)
    assert len(sink.messages()) == 1

    clock.at = LIFT
    send(app)
    everybody = ["ana@wire.example", "bo@wire.example"]
    everybody += [f"n{i}@daily.example" for i in range(PEOPLE)]
    taken = sink.messages()
    assert sorted(rcpt for _, rcpt, _ in taken) == sorted(everybody)
    assert set(states(app).values()) == {"accepted"}
    send(app)
    assert len(sink.messages()) == len(everybody)

    entries = {entry.email: entry for entry in app.desk.log_entries(LogFilter())}
    for sender, rcpt, message in taken:
        assert sender == "press@lantern.example"
        assert message["Message-ID"] == entries[rcpt].message_id
        assert str(message["To"].addresses[0].addr_spec) == rcpt
        assert message.defects == []
        plain, page = message.get_body(("plain",)), message.get_body(("html",))
        assert plain is not None
        assert page is not None
        assert "Four in ten of the tide gauges" in plain.get_content()
    for entry in entries.values():
        assert (entry.code, entry.phase) == (250, "answered")


@pytest.mark.parametrize(
    ("options", "state"),
    [
        (("-r", "RCPT"), "deferred"),
        (("-f", "RCPT"), "rejected"),
        (("-f", "."), "rejected"),
        (("-q", "RCPT"), "deferred"),
        (("-q", "."), "in_doubt"),
    ],
    ids=["4xx to RCPT", "5xx to RCPT", "5xx to the text", "drops at RCPT", "drops at the dot"],
)
def test_what_postfix_refuses_or_drops_is_recorded_as_it_was(
    tmp_path: Path, folder: Path, clock: FakeClock, options: tuple[str, ...], state: str
) -> None:
    config = CONFIG.replace("connections = 2", QUICK)
    office = make_office(tmp_path / "office", config=config)
    one = SmtpSink(folder, closed_port(), *options)
    try:
        one.wait()
        with open_office(office, one.port, clock) as app:
            queue(app, ("national",), immediate=True)
            approve(app)
            send(app)
            assert set(states(app).values()) == {state}
    finally:
        one.stop()
