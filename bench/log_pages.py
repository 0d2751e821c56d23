"""How fast the console's pages are with a million copies in the ledger.

    python -m bench.log_pages

A ledger is built with BENCH_COPIES (1,000,000) deliveries to BENCH_PEOPLE (20,000) contacts each,
three in a hundred of them rejected, two expired or deferred, a few in doubt. Then each page is
asked for from a real server on loopback, BENCH_ROUNDS (40) times, at another place or with another
name each time; what counts is from the request to the last octet of its answer.
"""

from __future__ import annotations

import http.client
import os
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from urllib.parse import quote

from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlmodel import Session

from bench import sample_rows
from bench.surroundings import app_of, free_port, office
from mailer.app import App
from mailer.core.people import Role
from mailer.desk.people import token_hash
from mailer.ledger import people as accounts
from mailer.ledger.bulk import insert_many
from mailer.ledger.store import table
from mailer.ledger.tables import AttemptRow, DeliveryRow

COPIES = int(os.environ.get("BENCH_COPIES", "1000000"))
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "20000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
REQUIRED_MS, FIRST_PAGE_MS = 100, 50
START = datetime(2026, 1, 5, 0, 1, tzinfo=UTC)
OUTLETS = [
    f"{name} {n}" for n in range(40) for name in ("BBC Radio", "The Daily", "Agence", "Nordwire")
]
NAMES = ("Ana Lind", "Tobe Okafor", "José Núñez", "Mirela Osei", "Bo Quist", "Maia Sandoval")
RARE = {
    "rejected": (550, "mailbox unavailable"),
    "deferred": (451, "greylisted"),
    "in_doubt": (None, ""),
}


def main() -> None:
    """Build it, ask for everything, show what it took."""
    with office(1) as folder:
        began = time.perf_counter()
        with app_of(folder, 1) as app:
            build(app)
        took = time.perf_counter() - began
        print(f"{COPIES:,} copies, {COPIES // PEOPLE} dispatches, built in {took:.0f} s")
        with served(folder) as ask:
            show(measure(ask))


# --- the ledger -------------------------------------------------------------------------------

Contact = tuple[str, str, str]


def build(app: App) -> None:
    """Advisories once a week, each to everybody, all but the last one done."""
    random = Random(1)
    contacts = [
        (f"n{n}@d{n % 500}.example", f"{NAMES[n % 6]} {n}", OUTLETS[n % len(OUTLETS)])
        for n in range(PEOPLE)
    ]
    with app.database.write(bulk=True) as session:
        sample_rows.begin(session, START)
        for nth in range(max(1, COPIES // PEOPLE)):
            random.shuffle(contacts)
            last = (nth + 1) * PEOPLE >= COPIES
            add_dispatch(session, nth, contacts, random, done=not last)


def add_dispatch(
    session: Session, nth: int, contacts: list[Contact], random: Random, *, done: bool
) -> None:
    """One advisory, and what became of everybody's copy of it."""
    at = START + timedelta(days=7 * nth)
    headline = f"Gauge number {nth} misses the tides"
    row = sample_rows.dispatch(
        session,
        sample_rows.version(session, f"BENCH 2026/{nth:03}", headline, at),
        ("national", "wires", "broadcast")[nth % 3],
        "done" if done else "sending",
        at - timedelta(days=1),
        started_at=at,
        ended_after=timedelta(minutes=1),
        embargoed=True,
    )
    if done:
        likely = {"accepted": 95, "rejected": 3, "expired": 1.9, "in_doubt": 0.1}
    else:
        likely = {"accepted": 60, "deferred": 2, "pending": 38}
    states = random.choices(list(likely), list(likely.values()), k=len(contacts))
    moments = [at + timedelta(milliseconds=n // 2) for n in range(len(contacts))]
    first = (session.execute(text("SELECT max(id) FROM delivery")).scalar() or 0) + 1
    add_copies(session, row.id or 0, contacts, states, moments)
    add_attempts(session, first, states, moments)


def add_copies(
    session: Session,
    dispatch: int,
    contacts: list[Contact],
    states: list[str],
    moments: list[datetime],
) -> None:
    """Everybody's copy, in the state it came to at its moment."""
    copies = (
        (email, email, name, outlet, state, at, f"<{dispatch}.{n}@x.example>", state != "pending")
        for n, ((email, name, outlet), state, at) in enumerate(
            zip(contacts, states, moments, strict=True)
        )
    )
    columns = "email email_key name outlet state changed_at message_id attempts"
    common = {
        "dispatch_id": dispatch,
        "language": "en",
        "timezone": "UTC",
        "tags": "",
        "embargo_accepted": False,
        "reason": "",
    }
    insert_many(session, table(DeliveryRow), columns.split(), copies, common)


def add_attempts(session: Session, first: int, states: list[str], moments: list[datetime]) -> None:
    """The one attempt of every copy, numbered from `first`, that is not pending."""
    attempts = (
        (first + n, at - timedelta(milliseconds=3 + n % 40), at, *attempt_of(state))
        for n, (state, at) in enumerate(zip(states, moments, strict=True))
        if state != "pending"
    )
    columns = "delivery_id began_at ended_at phase outcome code reply"
    common = {
        "number": 1,
        "run_id": sample_rows.RUN,
        "relay": "relay:25",
        "tls_version": "TLSv1.3",
        "enhanced": "",
    }
    insert_many(session, table(AttemptRow), columns.split(), attempts, common)


def attempt_of(state: str) -> tuple[str, str, int | None, str]:
    if state == "accepted":
        return "answered", "accepted", 250, "2.0.0 taken"
    code, reply = RARE.get(state, (452, "insufficient storage"))
    outcome = {"rejected": "permanent", "in_doubt": "in doubt"}.get(state, "retry")
    return "sender given", outcome, code, reply


# --- the pages --------------------------------------------------------------------------------

Ask = Callable[[str], tuple[float, float]]


@contextmanager
def served(folder: Path) -> Iterator[Ask]:
    """`mailer console` on a port, and a browser that says how many milliseconds an answer took: in
    all, and of the console's processor time.
    """
    port, config = free_port(), folder / "config.toml"
    token = secrets.token_urlsafe(32)
    with app_of(folder, 1) as app:
        app.desk.add_person("bench", "a long password", Role.OFFICER, by="bench", now=app.now())
        with app.database.write() as session:
            row = accounts.named(session, "bench")
            assert row is not None
            accounts.begin_session(session, row.id or 0, token_hash(token), app.now())
    with subprocess.Popen(
        [sys.executable, "-m", "mailer", "--config", str(config), "console"],
        env=os.environ | {"MAILER__CONSOLE__PORT": str(port)},
        stdout=subprocess.PIPE,
    ) as console:
        assert console.stdout is not None
        assert console.stdout.readline()
        one = http.client.HTTPConnection("127.0.0.1", port)

        def ask(address: str) -> tuple[float, float]:
            began, busy = time.perf_counter(), worked(console.pid)
            one.request("GET", address, headers={"Cookie": f"session={token}"})
            answer = one.getresponse()
            answer.read()
            took = time.perf_counter() - began
            assert answer.status == 200, (address, answer.status)
            return took * 1000, (worked(console.pid) - busy) * 1000

        try:
            yield ask
        finally:
            one.close()
            console.terminate()


def worked(process: int) -> float:
    """Seconds that a process has had of the processors, to the nanosecond (Linux)."""
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(one.read_text().split()[0]) for one in threads) / 1e9


PAGES = {
    "the log's first page": "/log",
    "a page anywhere": "/log?after={key}",
    "a page anywhere, back": "/log?before={key}",
    "the last page": "/log?after=d150",
    "oldest first": "/log?after={key}&sort=when",
    "by audience, anywhere": "/log?after={key}&sort=audience",
    "one advisory": "/log?advisory={reference}",
    "its rejected ones": "/log?advisory={reference}&state=rejected",
    "the same, by outlet": "/log?advisory={reference}&state=rejected&sort=outlet",
    "everything rejected": "/log?state=rejected&after={key}",
    "everything in doubt": "/log?state=in_doubt",
    "everything accepted": "/log?state=accepted&after={key}",
    "everything pending": "/log?state=pending",
    "one contact's address": "/log?contact=n{person}%40d",
    "one contact, by name": "/log?contact=osei+{person}",
    "free text, one contact": "/log?q=okafor+{person}",
    "free text, a headline": "/log?q=number+{digit}+misses",
    "free text, a quarter of all": "/log?q=bbc&after={key}",
    "free text, of a reply": "/log?q=mailbox+unavailable",
    "free text, nobody": "/log?q=zz{person}",
    "an outlet": "/log?outlet=radio+{digit}&after={key}",
    "an outlet's failures": "/log?outlet=radio+{digit}&state=rejected",
    "code 550": "/log?code=550&after={key}",
    "code 4xx": "/log?code=4xx",
    "a day's": "/log?since=2026-02-02T00%3A00%3A00Z&until=2026-02-03T00%3A00%3A00Z",
    "one contact, since March": "/log?contact=n{person}%40d&since=2026-03-01T00%3A00%3A00Z",
    "left out": "/log?state=left_out",
    "a copy's story": "/log/{key}",
    "what an advisory came to": "/log/advisory/{reference}",
    "the desk": "/",
    "advisories": "/advisories",
    "a contact": "/contacts/one?email={email}",
    "the audit": "/audit",
}


def somewhere(random: Random) -> dict[str, object]:
    """What the addresses are filled with, another time another one."""
    nth = random.randrange(max(1, COPIES // PEOPLE))
    person = random.randrange(PEOPLE)
    return {
        "key": f"d{random.randrange(1, COPIES)}",
        "reference": quote(f"BENCH 2026/{nth:03}", safe=""),
        "person": person,
        "email": f"n{person}%40d{person % 500}.example",
        "digit": random.randrange(9),
    }


Times = tuple[str, float, float, float, float]


def measure(ask: Ask) -> list[Times]:
    """Of each page: its name, the first time, the median, the 95th percentile, the processor's.

    The processor's time is the 95th percentile of it: on a machine with other work to do, that is
    what the page itself costs.
    """
    random, found = Random(2), []
    for name, address in PAGES.items():
        first, _ = ask(address.format(**somewhere(random)))
        took = [ask(address.format(**somewhere(random))) for _ in range(ROUNDS)]
        waited, busy = (sorted(times) for times in zip(*took, strict=True))
        last = min(ROUNDS - 1, round(0.95 * ROUNDS))
        found.append((name, first, statistics.median(waited), waited[last], busy[last]))
    return found


def show(found: list[Times]) -> None:
    columns = Table(title=f"Milliseconds for a page, with {COPIES:,} copies")
    for name in ("page", "first", "p50", "p95", "p95 of the processor", "required"):
        columns.add_column(name, justify="left" if name == "page" else "right")
    for name, *numbers in found:
        required = FIRST_PAGE_MS if "first page" in name else REQUIRED_MS
        style = "" if numbers[2] <= required else "red"
        columns.add_row(name, *(f"{one:.1f}" for one in numbers), f"≤ {required}", style=style)
    Console(width=100).print(columns)


if __name__ == "__main__":
    main()
