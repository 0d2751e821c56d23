"""The console, the public pages and what takes bounces, each a child process of `mailer run`.

Started, started again after a crash, ended with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mailer.scheduler import Runner

AGAIN_AFTER_S, AGAIN_AFTER_AT_MOST_S = 1, 60
"""How long a child that ended by itself is left alone: longer each time it does so at once."""

STEADY_AFTER_S = 60
"""One that has served for so long has recovered."""

END_WITHIN_S = 8


async def run_with(
    worker: Runner,
    children: Iterable[str],
    config: Path,
    say: Callable[[str], None],
    environ: Mapping[str, str],
) -> None:
    """Run until the worker ends, with these children (`CALLED`) beside it."""
    keepers = [asyncio.create_task(keep(name, config, say, environ)) for name in children]
    try:
        await worker.run()
    finally:
        for keeper in keepers:
            keeper.cancel()
        if keepers:
            await asyncio.wait(keepers)


async def keep(
    name: str, config: Path, say: Callable[[str], None], environ: Mapping[str, str]
) -> None:
    """Keep a child, by the words of its command, until cancelled. It raises nothing of its own.

    It is in a session of its own, so that Ctrl-C reaches the run alone; and it ends when its
    standard input does, so that a run that was killed leaves none behind.
    """
    command = [
        sys.executable,
        "-m",
        "mailer",
        "--config",
        str(config),
        *name.split(),
        "--until-eof",
    ]
    pause, loop = AGAIN_AFTER_S, asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            child = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.PIPE, start_new_session=True, env=dict(environ)
            )
        except OSError as error:
            ended = f"cannot be started: {error.strerror}"
        else:
            ended = f"ended with status {await _ended(child)}"
        pause = AGAIN_AFTER_S if loop.time() - began > STEADY_AFTER_S else pause
        await asyncio.sleep(pause)  # told to end with the run, it may be the first to
        say(f"{CALLED[name]} {ended}; it is started again; sending goes on")
        pause = min(2 * pause, AGAIN_AFTER_AT_MOST_S)


CALLED = {
    "console": "the console",
    "public": "the public listener",
    "bounces run": "what takes bounces",
}
"""The children there are, by the words of their command, and what people call them."""


async def _ended(child: asyncio.subprocess.Process) -> int:
    try:
        return await child.wait()
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
            try:
                async with asyncio.timeout(END_WITHIN_S):
                    await child.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
