"""One copy's whole story: planned, approved, each attempt, what people decided. All by its key.

It costs a few look-ups, however many copies there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from mailer.core.model import Embargo
from mailer.core.outcome import Outcome, Phase
from mailer.core.states import DeliveryState
from mailer.ledger import evidence, store
from mailer.ledger.log import entries
from mailer.ledger.log.agreeing import COPY, NOT_SENT
from mailer.ledger.log.entries import Entry
from mailer.ledger.store import table
from mailer.ledger.tables import (
    AdvisoryRow,
    ApprovalRow,
    AttemptRow,
    AuditRow,
    DeliveryRow,
    DispatchRow,
    HoldRow,
    LeftOutRow,
    RunRow,
    VersionRow,
)


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt (instants UTC). `began_at`: the gate let it through and its text could begin.

    `host` is where the run was; `milliseconds` is None while it is under way.
    """

    number: int
    began_at: datetime
    ended_at: datetime | None
    host: str
    relay: str
    tls_version: str
    phase: str
    outcome: str
    code: int | None
    enhanced: str
    reply: str

    @property
    def milliseconds(self) -> int | None:
        """How long it took."""
        if self.ended_at is None:
            return None
        return round((self.ended_at - self.began_at).total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to the copy, when (UTC), by whom or what; `detail` in words."""

    at: datetime
    what: str
    by: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the ledger has of an entry of the log. `steps` and `attempts` in their order.

    `others` are the same contact's other entries of this advisory. `headline` is part of the
    text: not for everyone.
    """

    entry: Entry
    headline: str
    instant: datetime | None
    embargo: Embargo | None
    dispatch_state: str
    steps: tuple[Step, ...]
    attempts: tuple[Tried, ...]
    others: tuple[Entry, ...]

    @property
    def in_doubt(self) -> bool:
        """Whether a person has to say what became of it."""
        return self.entry.state == DeliveryState.IN_DOUBT


def story(session: Session, key: str) -> Story | None:
    """The story of the entry with that key; None where there is none."""
    number = key[1:]
    if key[:1] not in (COPY, NOT_SENT) or not (number.isascii() and number.isdigit()):
        return None
    if len(number) > 18:
        return None
    entry = next(entries.load(session, [key]), None)
    if entry is None:
        return None
    if key[0] == NOT_SENT:
        return _left_out(session, entry, session.get_one(LeftOutRow, int(number)))
    row = session.get_one(DeliveryRow, int(number))
    dispatch = session.get_one(DispatchRow, row.dispatch_id)
    version = session.get_one(VersionRow, dispatch.version_id)
    tried = tuple(_attempts(session, row))
    return Story(
        entry=entry,
        headline=version.headline,
        instant=dispatch.instant,
        embargo=store.dispatch_of(dispatch).embargo,
        dispatch_state=dispatch.state,
        steps=tuple(
            sorted(
                [
                    *_steps(session, row, dispatch, version),
                    *_told(tried),
                    *_came_back(session, row),
                ],
                key=lambda step: step.at,
            )
        ),
        attempts=tried,
        others=tuple(_others(session, version, row.email_key, key)),
    )


def _left_out(session: Session, entry: Entry, row: LeftOutRow) -> Story:
    version = session.get_one(VersionRow, row.version_id)
    step = Step(row.at, "left out", version.created_by, row.reason)
    others = tuple(_others(session, version, row.email_key, entry.key))
    return Story(entry, version.headline, None, None, "", (step,), (), others)


def _attempts(session: Session, row: DeliveryRow) -> list[Tried]:
    found = session.execute(
        select(AttemptRow, col(RunRow.host))
        .outerjoin(table(RunRow), col(RunRow.id) == col(AttemptRow.run_id))
        .where(col(AttemptRow.delivery_id) == row.id)
        .order_by(col(AttemptRow.number))
    )
    return [
        Tried(
            number=one.number,
            began_at=one.began_at,
            ended_at=one.ended_at,
            host=host or "",
            relay=one.relay,
            tls_version=one.tls_version,
            phase=one.phase,
            outcome=one.outcome,
            code=one.code,
            enhanced=one.enhanced,
            reply=one.reply,
        )
        for one, host in found
    ]


def _steps(
    session: Session, row: DeliveryRow, dispatch: DispatchRow, version: VersionRow
) -> list[Step]:
    steps = [Step(dispatch.planned_at, "planned", dispatch.planned_by)]
    given = select(ApprovalRow).where(col(ApprovalRow.dispatch_id) == dispatch.id)
    for (one,) in session.execute(given):
        steps.append(Step(one.at, "approved", one.by))
        if one.voided_at is not None:
            steps.append(Step(one.voided_at, "approval void", one.by, one.void_reason))
    steps += _stops(session, version.advisory_id, dispatch)
    if dispatch.started_at is not None:
        steps.append(Step(dispatch.started_at, "dispatch started"))
    steps += _settled(session, row.id, session.get_one(AdvisoryRow, version.advisory_id))
    if row.state in (DeliveryState.CANCELLED, DeliveryState.SUPPRESSED, DeliveryState.EXPIRED):
        steps.append(Step(row.changed_at, row.state, "", row.reason))
    return steps


_WHAT: dict[str, str] = {Outcome.RETRY: "put off", Outcome.PERMANENT: "refused"}
CLEARED = (Phase.TEXT_BEGUN, Phase.DOT_SENT, Phase.ANSWERED)
"""How far an attempt comes only after the gate has let it through."""


def _told(tried: Sequence[Tried]) -> Iterator[Step]:
    """Each attempt's beginning and end."""
    for one in tried:
        if one.phase in CLEARED:
            yield Step(one.began_at, "cleared", "", f"attempt {one.number}, its text may go")
        else:
            yield Step(one.began_at, f"attempt {one.number}", "", "ended before its text")
        if one.ended_at is not None:
            said = " ".join(filter(None, (str(one.code or ""), one.enhanced, one.reply)))
            yield Step(one.ended_at, _WHAT.get(one.outcome, one.outcome), "", said)


def _came_back(session: Session, row: DeliveryRow) -> Iterator[Step]:
    """What notifications said of it later: they add, and rewrite nothing."""
    for one in evidence.told(session, deliveries=[row.id]):
        elsewhere = "" if one.meant else f"about {one.email},"
        said = " ".join(filter(None, (elsewhere, one.permanence, one.status, one.diagnostic)))
        yield Step(one.at, one.event, "", f"{said} (known by its {one.matched_by})".strip())


def _stops(session: Session, advisory_id: int, dispatch: DispatchRow) -> list[Step]:
    """The holds that kept it, from its planning to its end."""
    which = or_(col(HoldRow.advisory_id) == advisory_id, col(HoldRow.advisory_id).is_(None))
    released = or_(
        col(HoldRow.released_at).is_(None), col(HoldRow.released_at) >= dispatch.planned_at
    )
    query = select(HoldRow).where(which, released)
    if dispatch.ended_at is not None:
        query = query.where(col(HoldRow.at) <= dispatch.ended_at)
    if dispatch.embargo_instant is None:
        query = query.where(col(HoldRow.embargoed_only).is_(False))
    steps = []
    for (hold,) in session.execute(query):
        steps.append(Step(hold.at, "on hold", hold.by, hold.reason))
        if hold.released_at is not None:
            steps.append(Step(hold.released_at, "hold ended", hold.released_by))
    return steps


def _settled(session: Session, delivery: int, owner: AdvisoryRow) -> list[Step]:
    """What people have said became of it."""
    deeds = (
        select(AuditRow)
        .where(col(AuditRow.subject) == owner.reference, col(AuditRow.action) == "resolve")
        .order_by(col(AuditRow.id))
    )
    said: dict[str, str] = {
        "resend": "to be sent again",
        "accept": "the relay has it",
        "reject": "it did not go",
    }
    found: list[Any] = [one for (one,) in session.execute(deeds)]
    return [
        Step(deed.at, "settled", deed.actor, said.get(deed.detail.get("as", ""), ""))
        for deed in found
        if delivery in deed.detail.get("deliveries", [])
    ]


def _others(session: Session, version: VersionRow, email_key: str, key: str) -> list[Entry]:
    """The same contact's other entries of the advisory, oldest first."""
    copies = (
        select(col(DeliveryRow.id))
        .join(table(DispatchRow), col(DispatchRow.id) == col(DeliveryRow.dispatch_id))
        .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
        .where(col(DeliveryRow.email_key) == email_key)
        .where(col(VersionRow.advisory_id) == version.advisory_id)
    )
    out = (
        select(col(LeftOutRow.id))
        .join(table(VersionRow), col(VersionRow.id) == col(LeftOutRow.version_id))
        .where(col(LeftOutRow.email_key) == email_key)
        .where(col(VersionRow.advisory_id) == version.advisory_id)
    )
    keys = [f"{COPY}{one}" for one in session.execute(copies).scalars()]
    keys += [f"{NOT_SENT}{one}" for one in session.execute(out).scalars()]
    found = entries.load(session, [one for one in keys if one != key])
    return sorted(found, key=lambda entry: entry.at)
