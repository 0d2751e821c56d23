"""What happens at the lift: the first body byte, and the last message accepted.

`python -m bench.lift PORT MESSAGES SESSIONS` queues a release under an embargo that lifts some
seconds ahead, approves it, runs the real Runner over the lift, and reads the ledger afterwards.
The sink that sees the first byte is ours, because smtp-sink says no times; it has one session and
few messages, so that it is not what is measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from bench.surroundings import alone, app_of, approve, office, plan, size_of_a_message
from mailer.app import App, run, runner
from mailer.core.errors import MailerError
from mailer.ledger.tables import AttemptRow

AHEAD = timedelta(seconds=4)
"""Between approval and lift: time enough to stage and to warm up what can be."""

PATIENCE = 300
"""Seconds after the lift in which everything must have gone."""

FEW = 20


def measure(port: int, messages: int) -> dict[str, Any]:
    """Both figures and whether anything went before, in milliseconds after the lift."""
    whole = alone("lift", port, messages, 16)
    with first_byte_sink() as (own_port, seen):
        lifted = alone("lift", own_port, FEW, 1)["lift"]
        if not seen:
            raise MailerError("nothing reached the bench's sink at the lift")
        first = round((seen[0] - lifted) * 1000, 1)
    return {
        "messages": messages,
        "first body byte, ms": first,
        "last accepted, ms": whole["last, ms"],
        "accepted": whole["accepted"],
        "before the lift": sum(at < lifted for at in seen) + whole["before"],
    }


def main() -> None:
    """One release over its lift, in a process of its own."""
    print(json.dumps(release(*map(int, sys.argv[1:4]))))


def release(port: int, messages: int, sessions: int) -> dict[str, Any]:
    """Queue, approve, run over the lift; what the ledger says of it, and a message's octets."""
    with office(messages, sessions) as folder, app_of(folder, port) as app:
        # Planning takes its time, so the embargo is first far off and then moved to be near.
        far = app.now() + timedelta(days=1)
        plan(app, folder, f"{far:%Y-%m-%dT%H:%M:%SZ}")
        lift = (app.now() + AHEAD + _time_to_move(messages)).replace(microsecond=0)
        app.desk.reschedule(
            "BENCH 1", embargo_line=f"{lift:%Y-%m-%dT%H:%M:%SZ}", by="bench", now=app.now()
        )
        approve(app)
        size = size_of_a_message(app)
        if app.now() >= lift:
            raise MailerError("the bench's own preparations took until after the lift")
        run(_over(app, messages, lift))
        return {**_recorded(app, lift), "bytes": size}


def _time_to_move(messages: int) -> timedelta:
    return timedelta(seconds=messages / 1000)


async def _over(app: App, messages: int, lift: datetime) -> None:
    """Run until every copy has its answer."""
    worker = runner(app, lambda _: None)
    running = asyncio.create_task(worker.run())
    # It looks rarely, so as not to take from what it measures.
    await asyncio.sleep(max((lift - app.now()).total_seconds(), 0) + 1)
    deadline = time.monotonic() + PATIENCE
    while _accepted(app) < messages and not running.done():
        if time.monotonic() > deadline:
            raise MailerError("not everything was accepted in time after the lift")
        await asyncio.sleep(0.5)
    worker.stop()
    await running


def _accepted(app: App) -> int:
    with app.database.read() as session:
        number = session.execute(
            select(func.count()).where(col(AttemptRow.outcome) == "accepted")
        ).scalar()
        return number or 0


def _recorded(app: App, lift: datetime) -> dict[str, Any]:
    with app.database.read() as session:
        first, last = session.execute(
            select(func.min(col(AttemptRow.began_at)), func.max(col(AttemptRow.ended_at)))
        ).one()
        before = session.execute(
            select(func.count()).where(col(AttemptRow.ended_at) < lift)
        ).scalar()
    return {
        "lift": lift.timestamp(),
        "first, ms": _after(first, lift),
        "last, ms": _after(last, lift),
        "accepted": _accepted(app),
        "before": before or 0,
    }


def _after(at: datetime, lift: datetime) -> float:
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return round((aware - lift) / timedelta(milliseconds=1), 1)


# --- the sink that sees when ------------------------------------------------------------------


@contextmanager
def first_byte_sink() -> Iterator[tuple[int, list[float]]]:
    """A small SMTP server in a thread: its port, and when each text's first byte came."""
    seen: list[float] = []
    ready = threading.Event()
    ports: list[int] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        server = await asyncio.start_server(lambda r, w: _session(r, w, seen), "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()

    def work() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield ports[0], seen
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _session(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[float]
) -> None:
    answers = {b"QUIT": b"221 bye\r\n", b"DATA": b"354 go on\r\n"}
    writer.write(b"220 bench ESMTP\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"EHLO":
            writer.write(b"250-bench\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
            continue
        writer.write(answers.get(verb, b"250 ok\r\n"))
        if verb == b"DATA":
            await writer.drain()
            await reader.readexactly(1)
            seen.append(time.time())
            while await reader.readline() not in (b".\r\n", b""):
                pass
            writer.write(b"250 taken\r\n")
        elif verb == b"QUIT":
            break
    writer.close()


if __name__ == "__main__":
    main()
