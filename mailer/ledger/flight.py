"""Copies in hand: claimed, their text begun, answered for. The sender's fast side of the ledger.

Everything that the sessions have to say in two turns of the event loop goes into one transaction
(group commit), on one connection that is used from one thread. Its commits survive a kill of the
process at once, and a power cut after the next `sync`. A claim is synced before any of its copies
is sent, so that after a power cut the copies that may have gone are among those last claimed.

The gate is asked inside the transaction that records "text begun". A hold, a withdrawal or a
suppression is therefore committed either before it, and the text does not go, or after it, and the
copy counts as one that may have gone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from mailer.core import states
from mailer.core.embargo import Clearance, Consent, Refusal, clear
from mailer.core.errors import FencedError, IllegalTransitionError
from mailer.core.job import Attempt, Begin, End, Entry, Job, RelayFault
from mailer.core.model import Contact
from mailer.core.outcome import Phase, Reply
from mailer.core.states import DeliveryEvent, DeliveryState, DispatchEvent, DispatchState
from mailer.ledger import holds
from mailer.ledger.database import Database
from mailer.ledger.dispatching import add_to_releases, settle_change
from mailer.ledger.facts import Facts, facts_of
from mailer.ledger.inviting import let_in
from mailer.ledger.store import move
from mailer.ledger.tables import (
    NOT_ACCEPTED,
    DeliveryRow,
    DispatchRow,
    RelayFaultRow,
    VersionRow,
)

SAMPLE = 64
"""Copies of a dispatch that are looked at before it is due."""
LONG_LOG = 32_000_000
"""Octets of write-ahead log from which it is worth beginning anew."""
NEVER_HAD = (DeliveryState.CANCELLED, DeliveryState.REJECTED, DeliveryState.EXPIRED)
NewSession = Callable[[], Session]
"""Gives the transaction's session, made when it is first asked for."""
_NO_REPLY = Reply(0)
_TEXT_BEGUN = str(Phase.TEXT_BEGUN)
_LIVING = (DispatchState.APPROVED, DispatchState.SENDING)

_CONSENT = """
  EXISTS (SELECT 1 FROM suppression s WHERE s.email_key = {key} AND s.released_at IS NULL),
  (SELECT a.accepted FROM acceptance a WHERE a.email_key = {key} ORDER BY a.id DESC LIMIT 1)
"""
_DUE = f"""
SELECT d.id, d.email, d.name, d.outlet, d.language, d.timezone, d.tags, d.embargo_accepted,
  d.message_id, d.attempts, {_CONSENT.format(key="d.email_key")}
FROM delivery d WHERE d.dispatch_id = ? AND d.state = ? AND d.{NOT_ACCEPTED}
"""  # noqa: S608 (nothing of it comes from outside)
_FRESH = f"{_DUE} AND d.next_attempt_at IS NULL ORDER BY d.id LIMIT ?"
_AGAIN = f"{_DUE} AND d.next_attempt_at <= ? ORDER BY d.next_attempt_at, d.id LIMIT ?"
_THESE = "id IN (SELECT value FROM json_each(?))"
"""One statement for all copies that something is said of takes half the time of one for each."""
_CLAIM = f"UPDATE delivery SET state = 'sending' WHERE {_THESE}"  # noqa: S608
_ASK_CONSENT = f"SELECT {_CONSENT.format(key='?1')}"
_BEGIN = """
INSERT INTO attempt (delivery_id, number, run_id, began_at, relay, tls_version, phase, outcome,
  enhanced, reply) VALUES (?, ?, ?, ?, ?, ?, ?, '', '', '')
"""
_ANSWERED = """
UPDATE attempt SET ended_at = ?, phase = ?, outcome = ?, code = ?, enhanced = ?, reply = ?
WHERE delivery_id = ? AND number = ?
"""
_REFUSED_EARLY = """
INSERT INTO attempt (ended_at, phase, outcome, code, enhanced, reply, delivery_id, number,
  run_id, began_at, relay, tls_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_IS_THERE = "SELECT 1 FROM attempt WHERE delivery_id = ? AND number = ?"
_END = f"""
UPDATE delivery SET state = ?, reason = ?, next_attempt_at = ?, attempts = ?, changed_at = ?
WHERE state = 'sending' AND {_THESE}
"""  # noqa: S608
_RETURN = f"""
UPDATE delivery SET state = ?, reason = ?, next_attempt_at = ?, attempts = ?
WHERE state = 'sending' AND {_THESE}
"""  # noqa: S608


class Flight:
    """The copies that one run has in hand. All instants are aware and in UTC.

    Every method raises LedgerBusyError while another process writes, LedgerError when the file
    cannot be used, and FencedError once another run has taken over; then nothing was changed.
    """

    def __init__(self, database: Database, run: int, give_up_after: timedelta) -> None:
        self._database = database
        self._run = run
        self._give_up_after = give_up_after
        self._connection = database.hot()
        self._log_is_copied = False
        self._seen_version = -1
        self._as_of = 0
        self._dispatches: dict[int, Facts] = {}
        self._started: list[int] | None = None

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def sync(self) -> None:
        """Return when all that was committed survives a power cut. From any thread."""
        self._database.sync()
        if self._database.log_size > LONG_LOG:
            self._database.checkpoint()
            self._log_is_copied = True

    def upcoming(self, now: datetime, within: timedelta) -> list[Job]:
        """Some copies of what falls due within that time, as they will be when it is."""
        with self._transaction() as (cursor, session):
            soon = (
                session()
                .execute(
                    select(col(DispatchRow.id))
                    .where(col(DispatchRow.state) == DispatchState.APPROVED)
                    .where(col(DispatchRow.instant) > now)
                    .where(col(DispatchRow.instant) <= now + within)
                )
                .scalars()
            )
            ids = [one for one in soon if one is not None]
            return [job for one in ids for job in self._due(cursor, session, one, SAMPLE, now)]

    # --- claiming -----------------------------------------------------------------------------

    def claim(self, limit: int, now: datetime) -> list[Job]:
        """Claim up to `limit` deliveries that are due, from all dispatches in turn."""
        if self._log_is_copied:
            # Nobody writes between this and our next commit, which then begins the log anew.
            self._log_is_copied = False
            self._database.checkpoint(self._connection)
        with self._transaction() as (cursor, session):
            ids = self._sending(session)
            share = -(-limit // max(1, len(ids)))
            shares = [self._due(cursor, session, one, share, now) for one in ids]
            in_turn = chain.from_iterable(zip_longest(*shares))
            jobs = [job for job in in_turn if job is not None][:limit]
            cursor.execute(_CLAIM, (_listed(job.delivery for job in jobs),))
            return jobs

    def _sending(self, session: NewSession) -> list[int]:
        """The dispatches that copies are sent of, first the one that was due first."""
        if self._started is None:
            started = (
                select(col(DispatchRow.id))
                .join(VersionRow)
                .where(col(DispatchRow.state) == DispatchState.SENDING)
                .where(~holds.bears_on_dispatch())
                .order_by(col(DispatchRow.instant), col(DispatchRow.id))
            )
            found = session().execute(started).scalars()
            self._started = [one for one in found if one is not None]
        return self._started

    def _due(
        self, cursor: sqlite3.Cursor, session: NewSession, dispatch: int, limit: int, now: datetime
    ) -> list[Job]:
        """What is due of a dispatch: first what is tried again, then in the order of the plan."""
        rows: list[Any] = []
        for state in states.UNSENT:
            again = (dispatch, str(state), _stamp(now), limit - len(rows))
            rows += cursor.execute(_AGAIN, again).fetchall()
        for state in states.UNSENT:
            rows += cursor.execute(_FRESH, (dispatch, str(state), limit - len(rows))).fetchall()
        return self._jobs(self._facts(session, dispatch).at(now), dispatch, rows) if rows else []

    def _jobs(self, facts: Facts, dispatch: int, rows: Sequence[Any]) -> list[Job]:
        give_up_at = facts.tried_from + self._give_up_after
        jobs = []
        for row in rows:
            delivery, email, name, outlet, language, zone, tags, listed, message_id = row[:9]
            attempts, suppressed, answered = row[9:]
            consent = _consent(email, listed, suppressed, answered)
            labels = tuple(tag for tag in tags.split(";") if tag) if tags else ()
            accepted = consent.embargo_accepted
            contact = Contact(email, name, outlet, language, zone, labels, accepted)
            job = Job(
                *(delivery, dispatch, facts.subject, contact, message_id, attempts),
                *(facts.date, give_up_at, facts.copy, consent, facts.embargo),
                *(bool(listed), self._as_of),
            )
            jobs.append(job)
        return jobs

    # --- group commit -------------------------------------------------------------------------

    def commit(self, entries: Sequence[Entry], now: datetime) -> list[Clearance | Refusal]:
        """Record all of this in one transaction; the gate's answers to what begins, in order.

        `now` is the moment at which the gate is asked.
        """
        begins = [entry for entry in entries if isinstance(entry, Begin)]
        ends = [entry for entry in entries if isinstance(entry, End)]
        with self._transaction() as (cursor, session):
            self._end(cursor, session, ends, now)
            answers = [self._ask(cursor, session, begin, now) for begin in begins]
            cleared = [
                _opened(begin, self._run)
                for begin, answer in zip(begins, answers, strict=True)
                if isinstance(answer, Clearance)
            ]
            cursor.executemany(_BEGIN, cleared)
            for entry in entries:
                if isinstance(entry, RelayFault):
                    self._save_fault(session(), entry)
        return answers

    def _ask(
        self, cursor: sqlite3.Cursor, session: NewSession, begin: Begin, now: datetime
    ) -> Clearance | Refusal:
        """The gate's answer, with what the ledger says at this moment."""
        job = begin.job
        copy, consent, embargo = job.copy, job.consent, job.embargo
        email = job.contact.email
        if job.as_of != self._as_of:
            facts = self._facts(session, job.dispatch)
            copy, embargo = facts.copy, facts.embargo
            said = cursor.execute(_ASK_CONSENT, (email.casefold(),)).fetchone()
            consent = _consent(email, job.listed_as_accepted, *said)
        copy = copy.of(job.delivery, email, carries_notice=begin.carries_notice)
        return clear(copy, consent, embargo, now)

    def _end(
        self, cursor: sqlite3.Cursor, session: NewSession, ends: Sequence[End], now: datetime
    ) -> None:
        answered: list[tuple[End, Attempt]] = []
        after: list[tuple[End, DeliveryState]] = []
        ended: dict[tuple[DeliveryState, str, str | None, int], list[int]] = {}
        for end in ends:
            job, result = end.job, end.result
            state = states.after(states.DELIVERY, DeliveryState.SENDING, result.event)
            cancelled = (
                state not in states.HAS_OR_MAY_HAVE
                and self._facts(session, job.dispatch).copy.state is DispatchState.CANCELLED
            )
            if cancelled and state in states.UNSENT:
                state = states.after(states.DELIVERY, state, DeliveryEvent.CANCEL)
            again = _stamp(result.next_attempt_at) if result.next_attempt_at else None
            attempts = job.attempts + (result.attempt is not None)
            same = (state, result.reason, again, attempts)
            ended.setdefault(same, []).append(job.delivery)
            if result.attempt is not None:
                answered.append((end, result.attempt))
            if result.to_release or result.hold or (cancelled and state in NEVER_HAD):
                after.append((end, state))
        changed_at = _stamp(now)
        for (state, *rest), ids in ended.items():
            # A copy that was only claimed and given back has no news to tell.
            back = state is DeliveryState.PENDING
            told = (_listed(ids),) if back else (changed_at, _listed(ids))
            cursor.execute(_RETURN if back else _END, (str(state), *rest, *told))
            if cursor.rowcount != len(ids):
                raise IllegalTransitionError(
                    "a copy in this run's hand is not in its hand any more"
                )
        self._save_attempts(cursor, answered)
        for end, state in after:
            self._settle(session(), end, state, now)

    def _save_attempts(
        self, cursor: sqlite3.Cursor, answered: Sequence[tuple[End, Attempt]]
    ) -> None:
        """Close the attempts whose text had begun, and add those that never came so far."""
        rows = [_answer(end.job, attempt) for end, attempt in answered]
        cursor.executemany(_ANSWERED, rows)
        if cursor.rowcount == len(rows):
            return
        for row, (_, attempt) in zip(rows, answered, strict=True):
            if not cursor.execute(_IS_THERE, row[-2:]).fetchone():
                more = (_stamp(attempt.began_at), attempt.relay, attempt.tls_version)
                cursor.execute(_REFUSED_EARLY, (*row, self._run, *more))

    def _settle(self, session: Session, end: End, state: DeliveryState, now: datetime) -> None:
        """What the end of one copy does to others: its release, its dispatch, notices of it."""
        dispatch = session.get_one(DispatchRow, end.job.dispatch)
        row = session.get_one(DeliveryRow, end.job.delivery)
        if end.result.hold and dispatch.state in _LIVING:
            move(dispatch, DispatchEvent.HOLD, end.result.hold)
            session.add(dispatch)
        if end.result.to_release:
            add_to_releases(session, [row], dispatch, now)
            session.flush()
            let_in(session, row.email, now)  # they may have accepted since it was claimed
        if dispatch.state == DispatchState.CANCELLED and state in NEVER_HAD:
            settle_change(session, row, dispatch, now)
        session.flush()
        self._forget()

    def _save_fault(self, session: Session, fault: RelayFault) -> None:
        reply = fault.reply or Reply(0)
        session.add(
            RelayFaultRow(
                run_id=self._run,
                at=fault.at,
                relay=fault.relay,
                step=fault.step,
                code=reply.code or None,
                enhanced=reply.enhanced,
                reply=reply.text or fault.error,
                retry_at=fault.retry_at,
            )
        )
        session.flush()

    # --- what is known, and whether it is still so --------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[tuple[sqlite3.Cursor, NewSession]]:
        """A transaction of this run's own, in which what is remembered of dispatches is true."""
        with self._database.hot_write(self._connection) as (cursor, session):
            version = cursor.execute("PRAGMA data_version").fetchone()[0]
            if version != self._seen_version:
                self._seen_version = version
                self._forget()
                self._require_lease(cursor)
            yield cursor, session

    def _forget(self) -> None:
        self._as_of += 1
        self._dispatches.clear()
        self._started = None

    def _require_lease(self, cursor: sqlite3.Cursor) -> None:
        (newest,) = cursor.execute("SELECT max(id) FROM run").fetchone()
        if newest != self._run:
            self._seen_version = -1
            raise FencedError(
                "the ledger was taken over by another `mailer run`; this one sends nothing more"
            )

    def _facts(self, session: NewSession, dispatch: int) -> Facts:
        facts = self._dispatches.get(dispatch)
        if facts is None:
            row = session().get_one(DispatchRow, dispatch, populate_existing=True)
            facts = self._dispatches[dispatch] = facts_of(session(), row)
        return facts


def _consent(email: str, listed: bool, suppressed: int, answered: int | None) -> Consent:
    return Consent(email, bool(suppressed), bool(listed if answered is None else answered))


def _opened(begin: Begin, run: int) -> tuple[object, ...]:
    job = begin.job
    return (
        job.delivery,
        job.attempts + 1,
        run,
        _stamp(begin.began_at),
        begin.relay,
        begin.tls_version,
        _TEXT_BEGUN,
    )


def _answer(job: Job, attempt: Attempt) -> tuple[object, ...]:
    reply = attempt.reply or _NO_REPLY
    return (
        _stamp(attempt.ended_at),
        str(attempt.phase),
        str(attempt.outcome),
        reply.code or None,
        reply.enhanced,
        reply.text or attempt.error,
        job.delivery,
        job.attempts + 1,
    )


def _listed(ids: Iterable[int]) -> str:
    """Numbers as JSON has them, which is as Python writes them."""
    return str(list(ids))


def _stamp(at: datetime) -> str:
    """An instant as the columns keep it (`tables.Utc`); `isoformat` takes twice the time."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    second = _second(at.year, at.month, at.day, at.hour, at.minute, at.second)
    return f"{second}.{at.microsecond:06}"


@lru_cache(maxsize=64)
def _second(year: int, month: int, day: int, hour: int, minute: int, second: int) -> str:
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
