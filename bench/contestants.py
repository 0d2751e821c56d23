"""Who sends: the program, Postfix's smtp-source, the loop people write, and django-post-office.

Each runs alone in a process of its own (`python -m bench.contestants NAME PORT MESSAGES`) and says
how many messages it sent in how many seconds, from when sending starts to when the last is
accepted: start-up and planning are not counted for anybody.
"""

from __future__ import annotations

import asyncio
import cProfile
import json
import pstats
import subprocess
import sys
import time
from email.message import EmailMessage
from typing import Any

from bench import lift
from bench.surroundings import (
    PARAGRAPH,
    PARAGRAPHS,
    SESSIONS,
    app_of,
    approve,
    office,
    plan,
    program,
)
from mailer.app import App, run, runner
from mailer.core.errors import MailerError

HEADERS_OF_SMTP_SOURCE = 250
"""Octets of the headers that smtp-source writes before the `-l` ones; near enough."""


def ours(port: int, messages: int) -> dict[str, Any]:
    """The program as it is, from the lift: gate, personalised message, ledger rows.

    Sessions are open and templates compiled by then, as before any lift.
    """
    lifted = lift.release(port, messages, SESSIONS)
    return {"messages": messages, "bytes": lifted["bytes"], "seconds": lifted["last, ms"] / 1000}


async def send(app: App) -> float:
    """Send all that is due; the seconds it took."""
    worker = runner(app, lambda _: None)
    began = time.perf_counter()
    if not await worker.run_once():
        raise MailerError("the relay did not take every message")
    return time.perf_counter() - began


def profile(port: int, messages: int) -> dict[str, Any]:
    """Where the program's time goes: the costliest functions of one run, by their own time.

    Of the event loop's thread: what it waits for the relay and the ledger stands under `poll`.
    """
    with office(messages) as folder, app_of(folder, port) as app:
        plan(app, folder)
        approve(app)
        profiler = cProfile.Profile()
        profiler.enable()
        run(send(app))
        profiler.disable()
    statistics: Any = pstats.Stats(profiler)
    rows = sorted(statistics.stats.items(), key=lambda row: -row[1][2])
    total = sum(row[1][2] for row in rows)
    return {
        "profile": [
            {"where": _place(*where), "calls": calls, "share": round(own / total, 3)}
            for where, (_, calls, own, _, _) in rows[:15]
        ]
    }


def _place(file: str, line: int, name: str) -> str:
    parts = file.split("/")
    return f"{'/'.join(parts[-2:])}:{line} {name}" if file != "~" else name


def smtp_source(port: int, messages: int, size: int) -> dict[str, Any]:
    """Postfix's load generator: one constant message, nothing recorded. The ceiling."""
    found = program("smtp-source")
    if found is None:
        raise MailerError("smtp-source is not installed (Debian: apt install postfix)")
    length = str(size - HEADERS_OF_SMTP_SOURCE)
    counts = ["-l", length, "-m", str(messages), "-s", str(SESSIONS)]
    people = ["-f", "press@bench.example", "-t", "n@daily.example"]
    began = time.perf_counter()
    subprocess.run([found, "-d", *counts, *people, f"127.0.0.1:{port}"], check=True)
    return {"messages": messages, "seconds": time.perf_counter() - began}


def plain_loop(port: int, messages: int) -> dict[str, Any]:
    """What people write: an EmailMessage and `send_message` for each, over as many sessions."""
    import aiosmtplib

    body = f"{PARAGRAPH}\n\n" * PARAGRAPHS

    async def work(numbers: range) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for number in numbers:
                message = EmailMessage()
                message["From"] = "Bench <press@bench.example>"
                message["To"] = f"n{number}@daily.example"
                message["Subject"] = "A message of ordinary length"
                message.set_content(f"Dear Name {number}\n\n{body}")
                page = "".join(f"<p>{part}</p>" for part in body.split("\n\n"))
                message.add_alternative(f"<p>Dear Name {number}</p>{page}", subtype="html")
                await client.send_message(message)

    async def all_of_them() -> float:
        began = time.perf_counter()
        await asyncio.gather(*(work(range(n, messages, SESSIONS)) for n in range(SESSIONS)))
        return time.perf_counter() - began

    return {"messages": messages, "seconds": asyncio.run(all_of_them())}


CONTESTANTS = {"ours": ours, "profile": profile, "plain_loop": plain_loop}


def main() -> None:
    """One contestant, once."""
    name, port, messages = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    print(json.dumps(CONTESTANTS[name](port, messages)))


if __name__ == "__main__":
    main()
