"""A ledger with something of everything that a log can hold, and what a filter should find in it.

`expected` reads every row and asks in plain Python: slow, and with nothing of the ledger's ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from sqlmodel import Session, col, select

from bench import sample_rows
from mailer.core.log_filter import LEFT_OUT, STATES, LogFilter, Sort, folded, found_in, sought
from mailer.ledger import store
from mailer.ledger.database import Database
from mailer.ledger.log import directory
from mailer.ledger.tables import (
    AttemptRow,
    DeliveryRow,
    DispatchRow,
    LeftOutRow,
    VersionRow,
)

START = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
AUDIENCES = ("wires", "national", "broadcast")
OUTLETS = ("BBC News", "Continental Press", "Agence de Genève", "", '=HYPERLINK("x")', "a\u202eb")
NAMES = ("Ana Lind", "Tobe Okafor", "José Núñez", "", "{{ 7*7 }}", "<b>Bo</b>")
HEADLINES = ("Tides", "Harbour gauges miss", "{{ config }}", "Ça ira")
REPLIES = ("mailbox unavailable", "<img src=x onerror=alert(1)> \x1b[2J", "greylisted", "no such")
HOLDS = {
    "planned": ("pending",),
    "sending": ("pending", "sending", "accepted", "deferred", "rejected", "in_doubt"),
    "done": ("accepted", "accepted", "accepted", "rejected", "expired", "in_doubt", "suppressed"),
    "cancelled": ("cancelled", "cancelled", "accepted", "in_doubt"),
}
UNREMARKABLE = ("pending", "sending")
CODES = {
    "pending": 530,
    "sending": 451,
    "accepted": 250,
    "deferred": 451,
    "rejected": 550,
    "expired": 452,
    "in_doubt": None,
}


def fill(database: Database, *, dispatches: int = 24, people: int = 40, seed: int = 1) -> None:
    """Some advisories with their dispatches in every state, and who was left out."""
    random = Random(seed)
    with database.write() as session:
        sample_rows.begin(session, START)
        for nth in range(dispatches):
            if nth % 4 == 0:
                version = _version(session, nth, random)
            _dispatch(session, version, nth, people, random)


def _version(session: Session, nth: int, random: Random) -> VersionRow:
    at = START + timedelta(hours=nth)
    reference = f"LCT 2027/{nth:03}"
    version = sample_rows.version(session, reference, random.choice(HEADLINES), at)
    for _ in range(random.randrange(5)):
        email, name, outlet = _person(random, 40)
        session.add(
            LeftOutRow(
                version_id=version.id or 0,
                audience=random.choice(AUDIENCES),
                email=email,
                email_key=email,
                name=name,
                outlet=outlet,
                reason="already in wires",
                at=at,
            )
        )
    return version


def _person(random: Random, people: int) -> tuple[str, str, str]:
    nth = random.randrange(people)
    return f"n{nth}@d{nth % 5}.example", random.choice(NAMES), random.choice(OUTLETS)


def _dispatch(session: Session, version: VersionRow, nth: int, people: int, random: Random) -> None:
    planned_at = version.created_at + timedelta(minutes=nth)
    state = random.choice(list(HOLDS))
    started = state != "planned" and (state != "cancelled" or random.random() < 0.5)
    started_at = planned_at + timedelta(hours=random.randrange(6)) if started else None
    row = sample_rows.dispatch(
        session,
        version,
        random.choice(AUDIENCES),
        state,
        planned_at,
        started_at=started_at,
        ended_after=timedelta(minutes=30),
    )
    holds = HOLDS[state] if started or state == "planned" else ("cancelled",)
    for number in random.sample(range(people), random.randrange(1, people)):
        _delivery(session, row, number, random.choice(holds), random)


def _delivery(
    session: Session, dispatch: DispatchRow, number: int, state: str, random: Random
) -> None:
    _, name, outlet = _person(random, 40)
    email = f"n{number}@d{number % 5}.example"
    span = timedelta(seconds=random.randrange(1700)) if dispatch.started_at else timedelta(0)
    changed_at = (dispatch.started_at or dispatch.planned_at) + span
    if state == "cancelled" and dispatch.ended_at:
        changed_at = dispatch.ended_at
    delivery = DeliveryRow(
        dispatch_id=dispatch.id or 0,
        email=email,
        email_key=email,
        name=name,
        outlet=outlet,
        language="en",
        timezone="UTC",
        embargo_accepted=False,
        state=state,
        message_id=f"<{dispatch.id}.{number}@x.example>",
        changed_at=changed_at,
    )
    session.add(delivery)
    session.flush()
    if state not in CODES or (state in UNREMARKABLE and random.random() < 0.5):
        return
    before = random.randrange(3)
    for nth in range(before + 1):
        last = nth == before
        outcome = {"accepted": "accepted", "in_doubt": "in doubt"}.get(state, "retry")
        session.add(
            AttemptRow(
                delivery_id=delivery.id or 0,
                number=nth + 1,
                run_id=sample_rows.RUN,
                began_at=changed_at - timedelta(milliseconds=40),
                ended_at=changed_at,
                relay="relay:25",
                phase="answered",
                outcome=outcome if last else "retry",
                code=CODES[state] if last else 451,
                reply=random.choice(REPLIES),
            )
        )
    delivery.attempts = before + 1
    session.add(delivery)


def directory_made(database: Database) -> None:
    """Everybody can be searched for."""
    while True:
        with database.write() as session:
            some = directory.missing(session)
            if some is None:
                return
            directory.add(session, some)


# --- what should be found ---------------------------------------------------------------------


class Everything:
    """All rows of a ledger, read once. Not a dataclass: a failing example would print them all."""

    def __init__(
        self,
        copies: list[tuple[DeliveryRow, DispatchRow, VersionRow, list[AttemptRow]]],
        left_out: list[tuple[LeftOutRow, VersionRow]],
    ) -> None:
        self.copies, self.left_out = copies, left_out


def everything_in(database: Database) -> Everything:
    with database.read() as session:
        dispatches = {row.id: row for row in session.exec(select(DispatchRow))}
        versions = {row.id: row for row in session.exec(select(VersionRow))}
        attempts: dict[int, list[AttemptRow]] = {}
        for one in session.exec(select(AttemptRow).order_by(col(AttemptRow.number))):
            attempts.setdefault(one.delivery_id, []).append(one)
        copies = []
        for row in session.exec(select(DeliveryRow)):
            dispatch = dispatches[row.dispatch_id]
            version = versions[dispatch.version_id]
            copies.append((row, dispatch, version, attempts.get(row.id or 0, [])))
        out = [(row, versions[row.version_id]) for row in session.exec(select(LeftOutRow))]
        return Everything(copies, out)


def expected(everything: Everything, wanted: LogFilter) -> list[str]:
    """The keys of all entries that agree, in the order asked for."""
    found = [*_copies(everything, wanted), *_left_out(everything, wanted)]
    found.sort(key=lambda one: one[0], reverse=True)  # the latest first
    by_time = wanted.sort is Sort.WHEN
    found.sort(key=lambda one: one[0] if by_time else one[1], reverse=wanted.descending)
    return [key for _, _, key in found]


def _copies(everything: Everything, wanted: LogFilter) -> Iterator[tuple[tuple, tuple, str]]:
    for row, dispatch, version, tried in everything.copies:
        taken = row.state == "accepted" or (row.state in UNREMARKABLE and not row.attempts)
        failed = [] if taken else [one for one in tried if one.outcome != "accepted"]
        if not _agrees(wanted, row, version, dispatch.audience, row.state, row.changed_at, failed):
            continue
        code = tried[-1].code if tried else None
        if wanted.code and not (
            code and str(code).startswith(wanted.code.rstrip("x")) and code > 0
        ):
            continue
        at = (dispatch.started_at or dispatch.planned_at, "d", dispatch.id, row.id)
        audience = dispatch.audience
        yield at, _by(wanted, row, version, audience, row.state, code), f"d{row.id}"


def _left_out(everything: Everything, wanted: LogFilter) -> Iterator[tuple[tuple, tuple, str]]:
    for row, version in everything.left_out:
        if wanted.code or not _agrees(wanted, row, version, row.audience, LEFT_OUT, row.at, []):
            continue
        at = (version.created_at, "l", version.id, row.id)
        yield at, _by(wanted, row, version, "", LEFT_OUT, 0), f"l{row.id}"


def _agrees(
    wanted: LogFilter,
    row: DeliveryRow | LeftOutRow,
    version: VersionRow,
    audience: str,
    state: str,
    at: datetime,
    failed: list[AttemptRow],
) -> bool:
    person = (row.email, row.name, row.outlet)
    reference = version.content["reference"]
    text = sought(wanted.text)
    replies = [one.reply.lower() for one in failed]
    return (
        (not wanted.advisory or store.reference_key(wanted.advisory) == reference.casefold())
        and (not wanted.audience or wanted.audience == audience)
        and (not wanted.states or state in wanted.states)
        and (wanted.since is None or at >= wanted.since)
        and (wanted.until is None or at < wanted.until)
        and found_in(sought(wanted.contact), *person)
        and found_in(sought(wanted.outlet), row.outlet)
        and (
            found_in(text, *person)
            or found_in(text, reference, version.headline)
            or any(all(word.lower() in reply for word in wanted.text.split()) for reply in replies)
        )
    )


def _by(
    wanted: LogFilter,
    row: DeliveryRow | LeftOutRow,
    version: VersionRow,
    audience: str,
    state: str,
    code: int | None,
) -> tuple:
    return {
        Sort.WHEN: (),
        Sort.ADVISORY: (folded(version.content["reference"]),),
        Sort.AUDIENCE: (audience,),
        Sort.CONTACT: (folded(row.name or row.email_key), row.email_key),
        Sort.OUTLET: (folded(row.outlet),),
        Sort.STATE: (STATES.index(state),),
        Sort.ANSWER: (code or 0,),
    }[wanted.sort]
