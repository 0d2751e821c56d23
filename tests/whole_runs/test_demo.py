"""The demo: ends by itself where nobody looks, and opens onto the console at a terminal."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
from support import ROOT


def start(folder: Path, stdout: int) -> subprocess.Popen[bytes]:
    env = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "dumb", "COLUMNS": "120"}
    return subprocess.Popen(
        [sys.executable, "-m", "mailer", "demo"],
        cwd=folder,
        env=env,
        stdout=stdout,
        stderr=subprocess.STDOUT,
    )


def test_without_a_terminal_the_demo_ends_by_itself(tmp_path: Path) -> None:
    with start(tmp_path, subprocess.PIPE) as demo:
        said, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0, said
    assert re.search(rb"(\d+) of \1 copies accepted", said)
    assert b"The console" not in said


def test_at_a_terminal_the_demo_opens_onto_the_console_until_ctrl_c(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with start(tmp_path, theirs) as demo, os.fdopen(ours, "rb", buffering=0) as screen:
        os.close(theirs)
        try:
            said = ""
            while "console at" not in said:
                said += screen.read(4096).decode(errors="replace")
            found = re.search(r"The console: (http://127\.0\.0\.1:\d+)", said)
            login = re.search(r"log in as staff +with (\S+)", said)
            assert found, said
            assert login, said
            with httpx.Client(base_url=found[1], headers={"Origin": found[1]}) as one:
                form = {"login": "staff", "password": login[1]}
                assert one.post("/login", data=form).status_code == 303
                assert "SEA 12/003/2027" in one.get("/").text
        finally:
            demo.send_signal(signal.SIGINT)
        demo.wait(timeout=60)
    assert demo.returncode == 0
