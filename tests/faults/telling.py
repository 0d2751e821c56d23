"""What the tests of faults share: an office with a dispatch due, a scripted relay, the accounts."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from scripted import Relay, running
from sqlalchemy import text
from stories import approve, queue
from support import ADVISORY, LIFT, FakeClock, make_office, open_office

from mailer.app import App, open_app, run, runner

SECRETS = (b"Four in ten", b"tide gauges", b"Message-ID:", b"Message-Id:")
"""What no relay may see but after its 354."""

QUICK = {
    "connect_timeout": timedelta(seconds=1),
    "command_timeout": timedelta(milliseconds=250),
    "data_timeout": timedelta(milliseconds=250),
    "transaction_timeout": timedelta(seconds=1),
}
"""Deadlines for a relay that keeps silent; the configuration itself has whole seconds."""


@dataclass(frozen=True)
class Try:
    """One attempt, as the ledger has it."""

    phase: str
    outcome: str
    code: int | None


@dataclass(frozen=True)
class Copy:
    """One delivery and its attempts, as the ledger has them."""

    email: str
    state: str
    reason: str
    message_id: str
    attempts: int
    tries: tuple[Try, ...]

    @property
    def key(self) -> tuple[str, str]:
        return (self.message_id, self.email)


@dataclass(frozen=True)
class Fault:
    """One row of what kept the relay from us."""

    step: str
    code: int | None
    reply: str


def read_copies(app: App) -> dict[str, Copy]:
    """Every delivery of the ledger, by local part."""
    with app.database.read() as session:
        tries: dict[int, list[Try]] = {}
        attempts = "SELECT delivery_id, phase, outcome, code FROM attempt ORDER BY number"
        for delivery, phase, outcome, code in session.execute(text(attempts)):
            tries.setdefault(delivery, []).append(Try(phase, outcome, code))
        columns = "SELECT id, email, state, reason, message_id, attempts FROM delivery"
        return {
            row.email.partition("@")[0]: Copy(*row[1:], tuple(tries.get(row.id, ())))
            for row in session.execute(text(columns))
        }


def account(relay: Relay, copies: dict[str, Copy]) -> None:
    """The relay's record and the ledger agree, and nothing was seen that must not be."""
    assert relay.violations == []
    for one in relay.heard:
        assert not any(secret in one.line for secret in SECRETS), "text outside of a text"
    for one in relay.transactions:
        assert one.rcpt_taken or one.text in (b"", b".\r\n"), "text for a recipient refused"
    assert not repeated(relay.accepted), "accepted twice"
    assert not repeated(relay.may_have), "a second copy of what may have arrived"
    accepted = {copy.key for copy in copies.values() if copy.state == "accepted"}
    in_doubt = {copy.key for copy in copies.values() if copy.state == "in_doubt"}
    assert accepted <= set(relay.accepted), "accepted in the ledger alone"
    assert set(relay.accepted) <= accepted | in_doubt, "accepted, and the ledger does not say so"
    assert "sending" not in {copy.state for copy in copies.values()}


def together(*relays: Relay) -> Relay:
    """The records of several relays as one."""
    return Relay(
        transactions=[each for one in relays for each in one.transactions],
        heard=[each for one in relays for each in one.heard],
        violations=[each for one in relays for each in one.violations],
    )


def repeated(counts: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    return [key for key, number in counts.items() if number > 1]


@dataclass
class Story:
    """One office at work with one scripted relay."""

    app: App
    relay: Relay
    clock: FakeClock
    said: list[str] = field(default_factory=list)

    def send(self) -> list[str]:
        """Do all that is due; returns what the run said."""
        said: list[str] = []

        async def once() -> None:
            await runner(self.app, said.append, random=Random(1)).run_once()

        run(once())
        return said

    def send_later(self) -> list[str]:
        """The same after every pause and first retry has passed."""
        self.clock.move(minutes=6)
        return self.send()

    def approve_again(self) -> None:
        approve(self.app)

    @property
    def copies(self) -> dict[str, Copy]:
        return read_copies(self.app)

    @property
    def faults(self) -> list[Fault]:
        with self.app.database.read() as session:
            found = session.execute(text("SELECT step, code, reply FROM relay_fault ORDER BY id"))
            return [Fault(*row) for row in found]

    def account(self) -> None:
        account(self.relay, self.copies)


def people(*names: str) -> str:
    rows = "".join(f"{name}@daily.example,Name of {name},The Daily\n" for name in names)
    return "email,name,outlet\n" + rows


class Offices:
    """Offices with a dispatch approved and due. Made once a kind, and copied for each test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, str], Path] = {}
        self._count = 0

    def make(self, *names: str, advisory: str = ADVISORY, at: datetime = LIFT) -> Path:
        """The config file of a new office whose one dispatch, approved then, goes to these."""
        listed = people(*names)
        if (listed, advisory) not in self._made:
            made = self._folder / f"kind-{len(self._made)}"
            config = make_office(made, advisory=advisory, national=listed)
            with open_office(config, 1, FakeClock(at)) as app:
                queue(app, ("national",), immediate=True)
                approve(app)
            self._made[listed, advisory] = made
        self._count += 1
        here = self._folder / f"office-{self._count}"
        shutil.copytree(self._made[listed, advisory], here)
        return here / "config.toml"

    @contextmanager
    def open(
        self,
        relay: Relay,
        names: tuple[str, ...] = ("n0", "n1", "n2"),
        advisory: str = ADVISORY,
        clock: FakeClock | None = None,
        **settings: Any,
    ) -> Iterator[Story]:
        """The office at work with this relay; `settings` of `[relay]` go over one connection."""
        path = self.make(*names, advisory=advisory)
        with at_work(path, relay, clock, **settings) as story:
            yield story


@contextmanager
def at_work(
    path: Path, relay: Relay, clock: FakeClock | None = None, **settings: Any
) -> Iterator[Story]:
    """The office of this configuration with this relay, running; `settings` are of `[relay]`."""
    clock = clock or FakeClock(LIFT)
    quick = {key: value for key, value in settings.items() if isinstance(value, timedelta)}
    given = {"connections": 1, "port": 1} | settings
    with running(relay):
        given["port"] = relay.port if given["port"] == 1 else given["port"]
        environ = {
            f"MAILER__RELAY__{key.upper()}": str(value)
            for key, value in given.items()
            if key not in quick
        }
        environ["MAILER__EMBARGO__CHECK_CLOCK"] = "false"
        with open_app(path, environ, upgrade=True, now=clock) as app:
            shorter = app.config.relay.model_copy(update=quick)
            config = app.config.model_copy(update={"relay": shorter})
            yield Story(replace(app, config=config), relay, clock)
