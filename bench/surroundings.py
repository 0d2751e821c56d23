"""What every measurement stands in: an office of any size, a sink, a Postfix, a child process.

Everything listens on loopback and lives in a temporary folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import private_postfix
from bench.private_postfix import free_port, program, wait_for
from mailer.app import App, open_app
from mailer.core.errors import MailerError

ROOT = Path(__file__).parent.parent
PEERS = Path(os.environ.get("BENCH_PEERS", ROOT / ".venv-bench" / "bin"))
"""Where the programs are that are only measured."""
SESSIONS = 16
DOMAINS = 50
REFERENCE = "BENCH 1"
AUDIENCE = "bench"

ADVISORY = """+++
organisation = "Bench"
kind = "press release"
reference = "BENCH 1"
headline = "A message of ordinary length"
[[contacts]]
name = "Press Office"
email = "press@bench.example"
+++

"""
PARAGRAPH = "Four in ten of the gauges that coastal towns rely on failed on the night. " * 6
PARAGRAPHS = 5
"""So many make a message of about 8 kB, in plain text and HTML."""

CONFIG = """
[organisation]
name = "Bench"
domain = "bench.example"
[embargo]
zone = "UTC"
check_clock = false
[relay]
host = "127.0.0.1"
tls = "none"
connections = {sessions}
[[audience]]
name = "bench"
lists = ["bench.csv"]
sender = "Bench <press@bench.example>"
"""
# Each copy has a text of its own, in both of its parts.
TEMPLATES = {
    "advisory.txt": '{% extends "_base/advisory.txt" %}\n{% block first %}\n'
    "Dear {{ recipient.name }} of {{ recipient.outlet }},\n{% endblock %}\n",
    "advisory.html": '{% extends "_base/advisory.html" %}\n{% block first %}\n'
    "<p>Dear {{ recipient.name }} of <em>{{ recipient.outlet }}</em>,</p>\n{% endblock %}\n",
}


@contextmanager
def office(people: int, sessions: int = SESSIONS) -> Iterator[Path]:
    """An office with one list of so many people, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "lists").mkdir()
        with (folder / "lists" / "bench.csv").open("w") as rows:
            rows.write("email,name,outlet\n")
            for n in range(people):
                nth = n % DOMAINS
                rows.write(f"n{n}@daily{nth}.example,Name Number {n},The Daily {nth}\n")
        shutil.copytree(ROOT / "templates", folder / "templates")
        (folder / "templates" / AUDIENCE).mkdir()
        for file, text in TEMPLATES.items():
            (folder / "templates" / AUDIENCE / file).write_text(text)
        (folder / "config.toml").write_text(CONFIG.format(sessions=sessions))
        (folder / "advisory.md").write_text(ADVISORY + f"{PARAGRAPH}\n\n" * PARAGRAPHS)
        yield folder


def app_of(folder: Path, port: int) -> App:
    """The program on that office, with whoever listens on that port as its relay."""
    return open_app(folder / "config.toml", {"MAILER__RELAY__PORT": str(port)})


def plan(app: App, folder: Path, embargo: str | None = None) -> None:
    """Queue the office's advisory to everybody, at once or under an embargo."""
    proposal = app.desk.propose(
        folder / "advisory.md",
        embargo_line=embargo,
        immediate=embargo is None,
        audiences=[AUDIENCE],
        now=app.now(),
    )
    app.desk.queue(proposal, by="bench", now=app.now())


def approve(app: App) -> None:
    """Say yes to it."""
    app.desk.approve(REFERENCE, by="bench", now=app.now())


def size_of_a_message(app: App) -> int:
    """Octets of one whole copy as it goes."""
    *_, release = app.desk.copies(REFERENCE, AUDIENCE)
    return len(release.message.content)


# --- child processes --------------------------------------------------------------------------


def alone(module: str, *arguments: object, python: str = sys.executable) -> dict[str, Any]:
    """Run a module of bench/ in a process of its own; what it prints last is its result."""
    command = [python, "-m", f"bench.{module}", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise MailerError(f"bench.{module}: {(done.stderr or done.stdout).strip()[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def peak_rss_mb() -> float:
    """This process's own peak of resident memory, in MB of 10^6 (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) * 1024 / 1e6, 1)
    return 0.0


# --- who takes the messages -------------------------------------------------------------------

DISCARDING = """
default_transport = discard:
relay_transport = discard:
local_transport = discard:
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
default_process_limit = 100
"""


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's smtp-sink on a port: it takes messages and throws them away."""
    found = program("smtp-sink")
    if found is None:
        raise MailerError("the bench needs Postfix's smtp-sink (Debian: apt install postfix)")
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        [found, "-c", *user, f"127.0.0.1:{port}", "1000"], stdout=subprocess.DEVNULL
    )
    try:
        wait_for(port, "smtp-sink")
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def postfix() -> Iterator[int]:
    """A real Postfix on a port, which queues what it takes and then discards it. Needs root."""
    if program("postfix") is None or os.geteuid() != 0:
        raise MailerError("a real Postfix: needs root and Debian's postfix package")
    with private_postfix.running(DISCARDING) as port:
        yield port
