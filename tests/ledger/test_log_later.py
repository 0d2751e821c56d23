"""What changed late is found by when it changed, and counted anew by then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from ledger_sample import DAY, GRACE, LIFT, NOW, Filled, answer, fill, started
from sqlmodel import select
from stories import REF

from mailer.core.log_filter import LogFilter
from mailer.core.states import DeliveryEvent
from mailer.ledger import audit, store
from mailer.ledger.database import Database, open_ledger
from mailer.ledger.log import outcomes, pages
from mailer.ledger.log.outcomes import AdvisoryOutcome, Counted
from mailer.ledger.tables import DeliveryRow


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_ledger(tmp_path / "a.db", now=NOW) as one:
        yield one


@pytest.fixture
def filled(database: Database) -> Iterator[Filled]:
    one = started(fill(database, people=4))
    yield one
    if one.queue.in_hand is not None:
        one.queue.in_hand.close()


def since(filled: Filled, moment: object) -> set[str]:
    with filled.database.read() as session:
        found = pages.page(session, LogFilter(since=moment))  # type: ignore[arg-type]
        return {entry.email for entry in found.entries}


def send_all(filled: Filled, event: DeliveryEvent = DeliveryEvent.ACCEPT) -> None:
    for nth, job in enumerate(filled.queue.claim(100, LIFT)):
        filled.begin(job, LIFT)
        took = LIFT + timedelta(seconds=nth / 2)
        filled.queue.finish(job, answer(event, took), took)
    filled.queue.close_done(LIFT + timedelta(minutes=1))


def settled(filled: Filled, moment: object) -> str:
    """One copy that somebody says was accepted, at that moment; whose it is."""
    with filled.database.write() as session:
        row = session.exec(select(DeliveryRow).where(DeliveryRow.state == "in_doubt")).first()
        assert row is not None
        row.state, row.reason, row.changed_at = "accepted", "says chief", moment  # type: ignore[assignment]
        session.add(row)
        audit.append(
            session,
            at=moment,  # type: ignore[arg-type]
            actor="chief",
            action="resolve",
            subject=REF,
            detail={"as": "accept", "deliveries": [row.id]},
        )
        return row.email


def test_a_copy_settled_long_after_its_dispatch_ended_is_found(filled: Filled) -> None:
    send_all(filled, DeliveryEvent.DOUBT)
    assert since(filled, LIFT + DAY) == set()
    email = settled(filled, LIFT + 2 * DAY)
    assert since(filled, LIFT + DAY) == {email}


def test_a_copy_in_hand_when_all_was_cancelled_and_the_run_died_is_found(filled: Filled) -> None:
    (job, *_) = filled.queue.claim(1, LIFT)
    filled.begin(job, LIFT)
    filled.cancel(LIFT + timedelta(seconds=1))
    assert since(filled, LIFT + DAY) == set()
    filled.queue.start_run(LIFT + 3 * DAY, GRACE)
    assert since(filled, LIFT + DAY) == {job.contact.email}


# --- what an advisory came to -----------------------------------------------------------------


def outcome(filled: Filled, counted: Counted, moment: object = LIFT) -> AdvisoryOutcome:
    with filled.database.read() as session:
        owner = store.advisory(session, REF)
        assert owner is not None
        return outcomes.outcome(session, owner, counted, moment)  # type: ignore[arg-type]


def test_each_copy_is_counted_in_one_state_and_at_its_tenth(filled: Filled) -> None:
    send_all(filled)
    found = outcome(filled, Counted())
    by = {(one.audience, one.kind): one.counts for one in found.dispatches}
    assert by["national", "release"] == {"accepted": 4}
    assert sum(one.copies for one in found.dispatches) == len(filled.rows())
    accepted = found.accepted()
    assert [number for _, number in accepted] == list(range(1, len(accepted) + 1))
    assert [tenth for tenth, _ in accepted] == [1 + 5 * nth for nth in range(len(accepted))]
    assert {one.name for one in found.slowest()} == {"daily.example", "wire.example"}


def test_what_was_counted_is_remembered_until_it_can_be_otherwise(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_all(filled, DeliveryEvent.DOUBT)
    counted, read = Counted(), 0
    count = outcomes._count

    def counting(*arguments: object) -> object:
        nonlocal read
        read += 1
        return count(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(outcomes, "_count", counting)
    first = outcome(filled, counted)
    assert read == len(first.dispatches)
    done = sum(one.state == "done" for one in first.dispatches)
    assert outcome(filled, counted) == first
    assert read <= 2 * len(first.dispatches) - done
    settled(filled, LIFT + DAY)
    again = outcome(filled, counted, LIFT + DAY)
    assert sum(one.counts.get("accepted", 0) for one in again.dispatches) == 1
    assert again.accepted() == []  # a person's word is no answer of the relay
