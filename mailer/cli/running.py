"""Running: the sender itself, the console, and the demo."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer import present
from mailer.cli.common import DECIDE, cli, loading, opened, options, tell_if_new
from mailer.core.errors import MailerError
from mailer.core.inert import inert

if TYPE_CHECKING:
    from mailer.app import App


@cli.command("run")
def run_command(
    once: Annotated[bool, typer.Option("--once", help="Do all that is due, and end.")] = False,
    no_console: Annotated[
        bool, typer.Option("--no-console", help="Do not serve the console.")
    ] = False,
) -> None:
    """Send what is approved when its instant comes; ends in good order at Ctrl-C."""
    with loading():
        from mailer.app import open_for_run, run

    with open_for_run(options.config, os.environ) as app:
        say = saying(app)
        if app.took_over_from:
            say(f"taken over from {app.took_over_from}, which has not been seen for a while")
        if not run(_run(app, say, once=once, console=not no_console)):
            raise typer.Exit(DECIDE)


async def _run(app: App, say: Callable[[str], None], *, once: bool, console: bool) -> bool:
    from mailer.app import runner
    from mailer.web import child

    worker = runner(app, say)
    if once:
        tell_if_new(app)
        return await worker.run_once()
    new = "new " if app.new else ""
    say(f"running; {new}ledger {app.config.database.path}; Ctrl-C ends it")
    children = ["console"] if console else []
    if app.config.public.base_url:
        children.append("public")
    if app.config.bounces.taken:
        children.append("bounces run")
    await child.run_with(worker, children, options.config, say, os.environ)
    return True


@cli.command("console")
def console_command(
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="End when standard input ends.")
    ] = False,
) -> None:
    """Serve the console alone, without sending; `mailer run` serves it too."""
    from mailer.web.console import create
    from mailer.web.serve import serve

    with opened() as app:
        serve(create(app), "console", app.config.console, saying(app), until_eof=until_eof)


@cli.command("public")
def public_command(
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="End when standard input ends.")
    ] = False,
) -> None:
    """Serve the journalists' pages alone; `mailer run` serves them too, with [public] base_url."""
    from mailer.web.public.site import create
    from mailer.web.serve import serve

    with opened() as app:
        where = app.config.public
        if not where.base_url:
            raise MailerError("there are no public pages; set [public] base_url")
        serve(create(app), "public", where, saying(app), until_eof=until_eof)


def saying(app: App) -> Callable[[str], None]:
    """Says a line with its instant, at once."""
    zone = app.config.embargo.zone

    def say(text: str) -> None:
        print(f"{present.when_exactly(app.now(), zone)}  {inert(text)}", flush=True)

    return say


@cli.command()
def demo() -> None:
    """Run the whole thing on this machine, with a relay of its own, in ./demo."""
    from mailer.demo import main as demonstrate

    demonstrate(Path("demo"))
