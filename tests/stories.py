"""What the stories of tests share: queue, approve, send, and what the ledger and the relay say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from support import Sink

from mailer.app import App, run, runner
from mailer.core.log_filter import LogFilter
from mailer.core.model import Progress

REF = "LCT 2027/004"
DAY = timedelta(hours=24)


def document(app: App) -> Path:
    return app.config.path.parent / "advisory.md"


def queue(
    app: App,
    to: tuple[str, ...] = ("wires", "national"),
    *,
    line: str | None = "2027-02-09T00:01:00Z",
    immediate: bool = False,
    embargo_for: Mapping[str, str] | None = None,
) -> None:
    proposal = app.desk.propose(
        document(app),
        embargo_line=None if immediate else line,
        immediate=immediate,
        audiences=to,
        embargo_for=embargo_for or {},
        now=app.now(),
    )
    app.desk.queue(proposal, by="officer", now=app.now())


def approve(app: App, by: str = "chief") -> None:
    app.desk.approve(REF, by=by, now=app.now())


def send(app: App) -> list[str]:
    """Do all that is due; returns what the run said."""
    said: list[str] = []

    async def once() -> None:
        await runner(app, said.append).run_once()

    run(once())
    return said


def states(app: App) -> dict[tuple[str, str], str]:
    """The state of each contact's latest copy of each kind, by local part and kind."""
    found = app.desk.log_entries(LogFilter())
    return {(e.email.partition("@")[0], e.kind): e.state for e in found}


def progress(app: App) -> list[Progress]:
    return app.desk.progress()


def taken(sink: Sink) -> list[tuple[str, str]]:
    """What the relay took, in its order: local part and subject."""
    return [(one.rcpt_to.partition("@")[0], str(one.message["Subject"])) for one in sink.taken]
