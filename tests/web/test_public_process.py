"""The real `mailer run` with its real public listener beside the console: a port of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
from support import CONFIG, ROOT, closed_port, make_office

from mailer.app import open_app

NOBODY = "A" * 43


def test_a_run_serves_the_journalists_on_a_port_of_their_own(tmp_path: Path) -> None:
    port = closed_port()
    address = f"http://127.0.0.1:{port}"
    public = f'\n[public]\nbase_url = "{address}"\nport = {port}\n'
    config = make_office(tmp_path, config=CONFIG + public)
    env = os.environ | {"MAILER__CONSOLE__PORT": "0"}
    command = [sys.executable, "-m", "mailer", "--config", str(config), "run"]
    with subprocess.Popen(
        command, env=env, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            assert process.stdout is not None
            console, said = "", ""
            for line in process.stdout:
                said += line
                if "console at " in line:
                    console = line.rpartition("console at ")[2].strip()
                if console and f"public at {address}" in said:
                    break
            assert console, said
            assert console != address
            with httpx.Client() as client:
                assert client.get(f"{address}/u/{NOBODY}").status_code == 200
                assert client.get(f"{address}/login").status_code == 404
                assert client.get(f"{address}/metrics").status_code == 404
                assert client.get(f"{console}/login").status_code == 200
                assert client.get(f"{console}/u/{NOBODY}").status_code == 404
        finally:
            process.terminate()
            process.communicate(timeout=60)
    assert process.returncode == 0
    try:
        httpx.get(f"{address}/u/{NOBODY}")
        raise AssertionError("it is served though the run has ended")
    except httpx.ConnectError:
        pass


def test_there_is_no_public_listener_without_an_address(tmp_path: Path) -> None:
    config = make_office(tmp_path)
    with open_app(config, {}):
        pass  # its ledger is there
    command = [sys.executable, "-m", "mailer", "--config", str(config), "public"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 1
    assert "there are no public pages; set [public] base_url" in done.stderr
