"""Running: the sender itself, and the demo."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from mailer import present
from mailer.app import App, open_for_run, runner
from mailer.cli.common import DECIDE, cli, options
from mailer.core.inert import inert


@cli.command("run")
def run_command(
    once: Annotated[bool, typer.Option("--once", help="Do all that is due, and end.")] = False,
) -> None:
    """Send what is approved when its instant comes; ends in good order at Ctrl-C."""
    with open_for_run(options.config, os.environ) as app:
        zone = app.config.embargo.zone

        def say(text: str) -> None:
            moment = present.when_exactly(app.now(), zone)
            print(f"{moment}  {inert(text)}", flush=True)

        if app.took_over_from:
            say(f"taken over from {app.took_over_from}, which has not been seen for a while")
        if not asyncio.run(_run(app, say, once=once)):
            raise typer.Exit(DECIDE)


async def _run(app: App, say: Callable[[str], None], *, once: bool) -> bool:
    worker = runner(app, say)
    if once:
        return await worker.run_once()
    say(f"running; ledger {app.config.database.path}; Ctrl-C ends it")
    await worker.run()
    return True


@cli.command()
def demo() -> None:
    """Run the whole thing on this machine, with a relay of its own, in ./demo."""
    from mailer.demo import main as demonstrate

    demonstrate(Path("demo"))
