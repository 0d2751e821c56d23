"""The real `mailer` command, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import ROOT


class Mailer:
    """The command line of one office, with its relay on a port of this machine."""

    def __init__(self, config: Path, port: int) -> None:
        self.ledger = config.parent / "mailer.db"
        self._arguments = [sys.executable, "-m", "mailer", "--config", str(config)]
        relay_here = {"HOST": "127.0.0.1", "PORT": str(port), "TLS": "none"}
        self._environ = os.environ | {f"MAILER__RELAY__{k}": v for k, v in relay_here.items()}
        self._environ["MAILER__EMBARGO__CHECK_CLOCK"] = "false"

    def __call__(self, *arguments: str, status: int = 0) -> str:
        """What it printed; of one that printed nothing, its error."""
        done = subprocess.run(
            [*self._arguments, *arguments],
            env=self._environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout or done.stderr

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self._arguments, *arguments],
            env=self._environ,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def log(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = json.loads(self("log", "--json"))
        return entries

    def wait(self, done: Callable[[list[dict[str, Any]]], bool]) -> None:
        for _ in range(60):
            if done(self.log()):
                return
            time.sleep(0.5)
        raise AssertionError(self("log"))
