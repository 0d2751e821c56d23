"""The real `mailer run` with its real console: served, killed, served again, ended."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
import trustme
from console_client import PASSWORD
from support import ROOT, Sink, make_office

from mailer.app import open_app
from mailer.config import Console
from mailer.core.errors import MailerError
from mailer.web import serve
from mailer.web.console import create

RUN = [sys.executable, "-m", "mailer", "--config"]


def environ(sink: Sink, **more: str) -> dict[str, str]:
    console = {"MAILER__CONSOLE__PORT": "0", "MAILER__EMBARGO__CHECK_CLOCK": "false"}
    relay = {"MAILER__RELAY__PORT": str(sink.port), "MAILER__RELAY__TLS": "none"}
    return os.environ | console | relay | {f"MAILER__CONSOLE__{k}": v for k, v in more.items()}


def command(config: Path, env: dict[str, str], *words: str, stdin: str = "") -> str:
    return subprocess.run(
        [*RUN, config, *words], env=env, cwd=ROOT, input=stdin, text=True,
        capture_output=True, timeout=60, check=True,
    ).stdout  # fmt: skip


@contextmanager
def started(config: Path, env: dict[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*RUN, config, *words], env=env, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line_with(process: subprocess.Popen[str], words: str) -> str:
    """Read on until a line with these words."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return line
    raise AssertionError(seen)


def address(process: subprocess.Popen[str]) -> str:
    return line_with(process, "console at ").rpartition("console at ")[2].strip()


def children(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc here")


@needs_proc
def test_a_console_that_is_killed_never_stops_the_sending_and_comes_back(
    tmp_path: Path, sink: Sink
) -> None:
    config, env = make_office(tmp_path), environ(sink)
    command(config, env, "user", "add", "ines", "--role", "officer", stdin=PASSWORD + "\n")
    with started(config, env, "run") as run:
        first = address(run)
        with httpx.Client(base_url=first, headers={"Origin": first}) as one:
            form = {"login": "ines", "password": PASSWORD}
            assert one.post("/login", data=form).status_code == 303
            assert one.get("/").status_code == 200
            assert one.get("/readyz").json()["ready"]
        (console,) = children(run.pid)
        os.kill(console, signal.SIGKILL)
        assert "sending goes on" in line_with(run, "the console ended with status -9")
        command(
            config, env, "queue", str(tmp_path / "advisory.md"), "--immediate", "--to", "national"
        )
        command(config, env, "approve", "LCT 2027/004", "--by", "chief")
        again = address(run)
        assert httpx.get(again + "/healthz").text == "ok\n"
        line_with(run, "done")
        assert len(sink.taken) == 2
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)
    assert run.returncode == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(again + "/healthz")


def test_a_run_that_is_killed_never_leaves_a_console_behind(tmp_path: Path, sink: Sink) -> None:
    with started(make_office(tmp_path), environ(sink), "run") as run:
        address(run)
        run.kill()
        run.communicate(timeout=60)  # ends when the console, too, has closed its end of the pipe


def test_an_answer_is_never_kept_back_until_there_is_more() -> None:
    """Nagle's algorithm is off on what is accepted: asyncio asks which protocol it is."""
    with closing(serve._listen(Console(port=0), "console")) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_once_never_serves_a_console(tmp_path: Path, sink: Sink) -> None:
    assert "console" not in command(make_office(tmp_path), environ(sink), "run", "--once")


def test_with_tls_the_cookie_is_for_this_host_alone_and_plain_http_is_over(
    tmp_path: Path, sink: Sink
) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(tmp_path / "cert.pem", append=number > 0)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    env = environ(sink, HOST="localhost", TLS_CERTIFICATE="cert.pem", TLS_KEY="key.pem")
    config = make_office(tmp_path)
    command(config, env, "user", "add", "ines", "--role", "staff", stdin=PASSWORD + "\n")
    with started(config, env, "console") as console:
        there = address(console)
        assert there.startswith("https://localhost:")
        with httpx.Client(base_url=there, verify=context, headers={"Origin": there}) as one:
            answer = one.post("/login", data={"login": "ines", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-session=")
        assert "Secure" in cookie
        assert "max-age=31536000" in answer.headers["strict-transport-security"]
        console.send_signal(signal.SIGTERM)
        console.communicate(timeout=60)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"HOST": "0.0.0.0"}, "in the clear on the network"),
        ({"BEHIND_PROXY": "true"}, "needs base_url"),
        ({"TLS_CERTIFICATE": "none.pem"}, "go together"),
        ({"TLS_CERTIFICATE": "none.pem", "TLS_KEY": "none.pem"}, "no certificate and key"),
        ({"PORT": "{taken}"}, "cannot be had"),
    ],
    ids=str,
)
def test_a_console_that_cannot_be_served_says_why_in_one_line(
    tmp_path: Path, sink: Sink, more: dict[str, str], said: str
) -> None:
    env = environ(sink, **{name: text.format(taken=sink.port) for name, text in more.items()})
    with (
        pytest.raises(MailerError, match=said) as refused,
        open_app(make_office(tmp_path), env, upgrade=True) as app,
    ):
        serve.serve(create(app), "console", app.config.console, print)
    assert "\n" not in str(refused.value)
