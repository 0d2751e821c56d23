"""The wiring: the only place that chooses the parts and puts them together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Self, TypeVar

import uvloop

from mailer import config as configuration
from mailer.compose.headers import leave_by_mail
from mailer.compose.message import Own
from mailer.compose.signing import Signer
from mailer.compose.slots import Copies, Filled
from mailer.compose.templates import TemplateSet
from mailer.config import Config
from mailer.core import links, verp
from mailer.core.clockwatch import Reading
from mailer.core.errors import TemplateError
from mailer.core.job import Job
from mailer.core.links import Links, Purpose
from mailer.core.model import NOTICES, DispatchKind
from mailer.delivery import opening
from mailer.delivery.sender import Sender
from mailer.desk import Desk
from mailer.desk.bounces import MOST_OCTETS as MOST_TAKEN
from mailer.ledger import store, threads
from mailer.ledger.database import Database, open_ledger
from mailer.ledger.flight import Flight
from mailer.ledger.lease import RunLock
from mailer.ledger.queue import Queue
from mailer.ledger.restored import refuse_older
from mailer.ledger.tables import DispatchRow
from mailer.scheduler import Clock, Runner, utc_now

if TYPE_CHECKING:
    from mailer.delivery.bounces.collecting import Collector

Result = TypeVar("Result")

DISPATCHES_AT_ONCE = 16
"""How many dispatches' texts and templates are kept in memory while they are sent."""


@dataclass(frozen=True, slots=True)
class App:
    """One office at work: its configuration, its ledger, its desk, and the time."""

    config: Config
    database: Database
    desk: Desk
    now: Clock
    new: bool = False
    """Whether its ledger was made just now."""
    took_over_from: str = ""
    """The frozen run that this one has taken the ledger over from, in words."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()


def open_app(
    path: Path,
    environ: Mapping[str, str],
    *,
    upgrade: bool = False,
    make: bool = True,
    now: Clock = utc_now,
) -> App:
    """Read the configuration and open its ledger; `upgrade` is for `mailer run` alone.

    `make` is for what may be an office's first deed; all else refuses a ledger that is not there.
    """
    config = configuration.load(path, environ, look=False)
    new = not config.database.path.exists()
    database = open_ledger(config.database.path, now=now(), upgrade=upgrade, make=make)
    return App(config, database, Desk(config, database), now, new)


class Composer:
    """Composes claimed copies from what the ledger keeps: text and templates as approved.

    A notice refers to what its contact has of the item; what comes back goes to an envelope sender
    that names the delivery, and so does a mail that leaves, if there is an address for it. Raises
    ConfigError if the configured key signs nothing.
    """

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._office = config.office
        self._signer = Signer.configured(config)
        self._bounces = config.bounces.parts
        self._pages = config.public.base_url
        self._loaded = lru_cache(maxsize=DISPATCHES_AT_ONCE)(self._load)

    def __call__(self, job: Job) -> Filled:
        """One contact's copy; raises TemplateError."""
        references = self._references(job) if job.copy.kind in NOTICES else ()
        leave, agreement = self._addresses(job) if self._pages else ("", "")
        if job.copy.kind is DispatchKind.INVITATION and not agreement:
            raise TemplateError(
                "there is no page where the embargo is accepted; set [public] base_url"
            )
        own = Own(job.message_id, references, leave, agreement, self._leave_by_mail(job))
        filled = self._loaded(job.dispatch).fill(job.contact, own, job.date)
        if self._bounces is not None:
            token = verp.token(job.delivery, self._database.link_key)
            sender = verp.verp(*self._bounces, token)
            filled = filled._replace(mail_from=sender, envid=token)
        return self._signer.signed(filled) if self._signer else filled

    def _addresses(self, job: Job) -> tuple[str, str]:
        """Where this copy's reader leaves, with one click, and accepts the embargo."""
        made = Links.of(self._database.link_key, job.message_id)
        leave = links.page(self._pages, Purpose.UNSUBSCRIBE, made.unsubscribe)
        agreement = links.page(self._pages, Purpose.EMBARGO, made.embargo, job.contact.language)
        # One-click unsubscribing is for https addresses alone (RFC 8058 §3.1).
        return leave if leave.startswith("https://") else "", agreement

    def _leave_by_mail(self, job: Job) -> str:
        """Where a mail says that this copy's reader leaves, if what comes back is taken."""
        if self._bounces is None:
            return ""
        token = verp.token(job.delivery, self._database.link_key, verp.Use.LEAVING)
        return leave_by_mail(verp.verp(*self._bounces, token))

    def _references(self, job: Job) -> tuple[str, ...]:
        with self._database.read() as session:
            return threads.earlier(session, job.dispatch, job.contact.email)

    def _load(self, dispatch: int) -> Copies:
        with self._database.read() as session:
            row = session.get_one(DispatchRow, dispatch)
            templates = TemplateSet(store.load_templates(session, row.templates))
            version = store.load_version(session, row.version_id)
            return Copies(templates, version, store.dispatch_of(row), self._office)


def runner(
    app: App,
    say: Callable[[str], None],
    random: Random | None = None,
    read: Callable[[], Reading] | None = None,
) -> Runner:
    """Everything that a `mailer run` needs, put together. Call inside a running event loop.

    `read` reads all clocks; without it, `app.now` and this machine's are read.
    """
    relay, rules = app.config.relay, app.config.embargo
    compose = Composer(app.database, app.config)

    def sender(flight: Flight) -> Sender:
        return Sender(
            ledger=flight,
            compose=compose,
            connect=opening.connect,
            relays=relay.in_order,
            now=app.now,
            random=random or Random(),  # noqa: S311 (spreads retries; guards nothing)
            say=say,
        )

    return Runner(
        Queue(app.database, relay.give_up_after),
        sender,
        app.now,
        say,
        late_grace=rules.late_grace,
        warm=relay.warm,
        check_clock=rules.check_clock,
        read=read,
    )


def collector(app: App, say: Callable[[str], None]) -> Collector:
    """What takes the messages that come back, from the places of `[bounces]`."""
    from mailer.delivery.bounces.collecting import Collector  # its libraries are for it alone

    def take(content: bytes, source: str) -> None:
        taken = app.desk.take(content, source=source, now=app.now())
        if not taken.known:
            say(f"bounces: {source}: {taken}")

    def let_go() -> None:
        app.desk.let_go(now=app.now())

    def forward() -> None:
        done = app.desk.forward(now=app.now())
        if done:
            say(f"bounces: forwarded {done} to {app.config.bounces.forward_to}")

    return Collector(app.config.bounces, take, forward, let_go, say, most=MOST_TAKEN)


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run it to its end, on libuv's event loop: a message costs about a seventh less there."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        return loop.run(main)


@contextmanager
def open_for_run(path: Path, environ: Mapping[str, str]) -> Iterator[App]:
    """The office with its run lock taken and its ledger upgraded, if need be: for `mailer run`."""
    config = configuration.load(path, environ, look=False)
    refuse_older(config.database.path)
    with (
        RunLock(config.database.path, utc_now()) as lock,
        open_app(path, environ, upgrade=True) as app,
    ):
        yield replace(app, took_over_from=lock.took_over_from)
