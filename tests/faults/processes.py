"""Real `mailer run` processes to kill, freeze and start again, over and over.

`Nursery` starts them fast: a process that has imported the mailer forks one child per start. Each
child is a process of its own that runs the real command, with no thread and no open file from
before; only the import, two seconds of it, is not done anew.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from support import ROOT

_NURSERY = """
import json, os, sys
from mailer.cli import main

def run(order):
    out = os.open(order["out"], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.update(order["environ"])
    sys.argv = ["mailer", *order["arguments"]]
    status = 1
    try:
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        import traceback
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        run(json.loads(line))
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


_COUNT = itertools.count()


@dataclass
class Child:
    """A process that was started, and where it writes."""

    pid: int
    out: Path
    _answers: IO[str]
    _status: int | None = None

    def signal(self, number: int) -> None:
        """Send it a signal, unless its end is known."""
        if self._status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill -9: no instruction of it is run any more."""
        self.signal(signal.SIGKILL)

    def wait(self) -> tuple[int, str]:
        """Until it has ended: how (negative: by that signal), and what it said."""
        if self._status is None:
            self._status = int(self._answers.readline())
        return self._status, self.out.read_text(encoding="utf-8")


@dataclass
class Nursery:
    """Starts one `mailer` process after another."""

    process: subprocess.Popen[str]

    def start(self, config: Path, environ: Mapping[str, str], *arguments: str) -> Child:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        out = config.parent / f"said-{next(_COUNT)}"
        order = {
            "arguments": ["--config", str(config), *arguments],
            "environ": dict(environ),
            "out": str(out),
        }
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return Child(int(self.process.stdout.readline()), out, self.process.stdout)


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery, for as long as the block lasts. Who starts a child waits for its end."""
    process = subprocess.Popen(
        [sys.executable, "-c", _NURSERY],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Nursery(process)
    finally:
        process.communicate()


def relay_environ(port: int, **settings: object) -> dict[str, str]:
    """The environment that points an office at a relay on this machine."""
    keys = {"host": "127.0.0.1", "port": port, "tls": "none", **settings}
    environ = {f"MAILER__RELAY__{key.upper()}": str(value) for key, value in keys.items()}
    # Of many lives of one dispatch the last begins long after it was approved.
    return environ | {"MAILER__EMBARGO__CHECK_CLOCK": "false", "MAILER__EMBARGO__LATE_GRACE": "1d"}
