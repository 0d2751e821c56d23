"""Measures the program against what people write by hand, on this machine, in one run.

The contestants take turns for several rounds, because machines are noisy; what counts is the
ratio of the medians. Each sends the same number of personalised messages into the same sink:
Postfix's `smtp-sink` where it is installed, else aiosmtpd (then the sink is the bottleneck).
Numbers go to bench/results.json.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
from rich.console import Console
from rich.table import Table

from mailer.app import open_app, runner
from mailer.core.errors import MailerError
from mailer.demo import relay
from mailer.intake import contacts

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results.json"
ROUNDS = 5
MESSAGES = 1000
SESSIONS = 4
LISTED = 100_000

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
PARAGRAPH = (
    "Four in ten of the gauges that coastal towns rely on failed on the night. " * 6 + "\n\n"
)

CONFIG = f"""
templates = "{ROOT}/templates"
[organisation]
name = "Bench"
domain = "bench.example"
[embargo]
zone = "UTC"
check_clock = false
[relay]
host = "127.0.0.1"
tls = "none"
connections = {SESSIONS}
[[audience]]
name = "national"
lists = ["national.csv"]
sender = "Bench <press@bench.example>"
"""


def main() -> None:
    """Run every round, print the table, and keep the numbers."""
    with sink() as (port, kind):
        results = {
            "sink": kind,
            "messages": MESSAGES,
            "sessions": SESSIONS,
            "rounds": ROUNDS,
            "messages_per_second": rates(port),
            "seconds": {
                "check a list of 100,000 rows": once(check_list),
                "plan and keep 100,000 contacts": once(plan_many),
            },
            "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
    results["ratios"] = ratios(results["messages_per_second"])
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    show(results)


def rates(port: int) -> dict[str, list[float]]:
    """Messages a second of each contestant, round by round, taking turns."""
    contestants: dict[str, Callable[[int], float]] = {"mailer": ours, "plain loop": plain_loop}
    measured: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, send in contestants.items():
            measured[name].append(round(MESSAGES / send(port), 1))
    return measured


def ratios(measured: dict[str, list[float]]) -> dict[str, float]:
    """The program's median over each contestant's."""
    medians = {name: statistics.median(rounds) for name, rounds in measured.items()}
    return {
        f"mailer / {name}": round(medians["mailer"] / median, 2)
        for name, median in medians.items()
        if name != "mailer"
    }


# --- the contestants --------------------------------------------------------------------------


def ours(port: int) -> float:
    """The program as it is: gate, template, personalised message, ledger rows, four sessions."""
    with office(MESSAGES) as folder, app_of(folder, port) as app:
        proposal = app.desk.propose(
            folder / "advisory.md",
            embargo_line=None,
            immediate=True,
            audiences=["national"],
            now=app.now(),
        )
        app.desk.queue(proposal, by="bench", now=app.now())
        app.desk.approve("BENCH 1", by="bench", now=app.now())

        async def send() -> float:
            worker = runner(app, lambda _: None)
            began = time.perf_counter()
            if not await worker.run_once():
                raise MailerError("the bench's sink did not take every message")
            return time.perf_counter() - began

        return asyncio.run(send())


def plain_loop(port: int) -> float:
    """What people write: an EmailMessage and `send_message` for each, over as many sessions."""

    async def work(numbers: range) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for number in numbers:
                message = EmailMessage()
                message["From"] = "press@bench.example"
                message["To"] = f"n{number}@daily.example"
                message["Subject"] = "A message of ordinary length"
                message.set_content(f"Dear {number}\n\n{PARAGRAPH * 4}")
                message.add_alternative(f"<p>Dear {number}</p>{PARAGRAPH * 4}", subtype="html")
                await client.send_message(message)

    async def send() -> float:
        began = time.perf_counter()
        await asyncio.gather(*(work(range(n, MESSAGES, SESSIONS)) for n in range(SESSIONS)))
        return time.perf_counter() - began

    return asyncio.run(send())


def check_list() -> None:
    """Read and check a long list."""
    with office(LISTED) as folder:
        report = contacts.read_list(folder / "lists" / "national.csv")
        if len(report.contacts) != LISTED:
            raise MailerError("the bench's list was not read whole")


def plan_many() -> None:
    """Read an advisory and a long list, plan, and keep plan and recipients in the ledger."""
    with office(LISTED) as folder, app_of(folder, 1) as app:
        proposal = app.desk.propose(
            folder / "advisory.md",
            embargo_line=None,
            immediate=True,
            audiences=["national"],
            now=app.now(),
        )
        app.desk.queue(proposal, by="bench", now=app.now())


def once(call: Callable[[], None]) -> float:
    """Seconds that a call takes."""
    began = time.perf_counter()
    call()
    return round(time.perf_counter() - began, 2)


# --- surroundings -----------------------------------------------------------------------------


@contextmanager
def office(people: int) -> Iterator[Path]:
    """An office with one list of so many people, in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "lists").mkdir()
        rows = "".join(f"n{i}@daily{i % 50}.example,Name {i},The Daily\n" for i in range(people))
        (folder / "lists" / "national.csv").write_text("email,name,outlet\n" + rows)
        (folder / "config.toml").write_text(CONFIG)
        (folder / "advisory.md").write_text(ADVISORY + PARAGRAPH * 4)
        yield folder


def app_of(folder: Path, port: int) -> Any:
    """The program on that office, with the sink as its relay."""
    return open_app(folder / "config.toml", {"MAILER__RELAY__PORT": str(port)})


@contextmanager
def sink() -> Iterator[tuple[int, str]]:
    """Something that takes messages and throws them away: its port, and what it is."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/bin:/usr/local/sbin")
    if program is None:
        with tempfile.TemporaryDirectory() as name, relay(Path(name)) as port:
            yield port, "aiosmtpd"
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([program, "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    try:
        wait_for(port)
        yield port, "smtp-sink"
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    """Until somebody listens on it."""
    for _ in range(100):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise MailerError("smtp-sink did not start")


def show(results: dict[str, Any]) -> None:
    """The table on the screen."""
    table = Table(title=f"into {results['sink']}, {MESSAGES} messages, {SESSIONS} sessions")
    table.add_column("contestant")
    table.add_column("messages/s (median)", justify="right")
    table.add_column("rounds", justify="right")
    for name, rounds in results["messages_per_second"].items():
        median = f"{statistics.median(rounds):,.0f}"
        table.add_row(name, median, " ".join(f"{r:,.0f}" for r in rounds))
    screen = Console()
    screen.print(table)
    for name, ratio in results["ratios"].items():
        screen.print(f"{name}: {ratio}")
    for name, seconds in results["seconds"].items():
        screen.print(f"{name}: {seconds} s")
    screen.print(f"peak memory: {results['peak_rss_mb']} MB; numbers in {RESULTS.name}")


if __name__ == "__main__":
    sys.exit(main())
