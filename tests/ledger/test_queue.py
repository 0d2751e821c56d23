"""The sender's side of the ledger: one claim each, an honest word after a kill, nothing lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from ledger_sample import (
    DAY,
    GRACE,
    LIFT,
    NOW,
    Filled,
    answer,
    fill,
    new_queue,
    started,
)

from mailer.core.embargo import Clearance, Refusal
from mailer.core.embargo.gate import RefusalCode
from mailer.core.errors import (
    FencedError,
    IllegalTransitionError,
    LedgerBusyError,
    MailerError,
)
from mailer.core.job import Result
from mailer.core.states import DeliveryEvent, DeliveryState, DispatchState
from mailer.ledger import consent, holds, plans
from mailer.ledger.database import open_ledger
from mailer.ledger.flight import Flight

D, S = DeliveryState, DispatchState


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Filled]:
    with open_ledger(tmp_path / "ledger.db", now=NOW) as database:
        yield fill(database)


# --- claims -----------------------------------------------------------------------------------


def test_never_claimed_twice_by_threads(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.db", now=NOW) as database:
        started(fill(database, people=120))
        claimed: list[int] = []

        def claim() -> None:
            with open_ledger(database.path, now=NOW) as own:
                flight = Flight(own, 1, DAY)
                more = True
                while more:
                    with suppress(LedgerBusyError):
                        jobs = flight.claim(7, LIFT)
                        claimed.extend(job.delivery for job in jobs)
                        more = bool(jobs)
                flight.close()

        threads = [threading.Thread(target=claim) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert not any(thread.is_alive() for thread in threads)
    assert len(claimed) == len(set(claimed)) == 2 * 120


def test_never_by_a_run_that_another_has_taken_over_from(filled: Filled) -> None:
    started(filled)
    first, second, third, *_ = filled.queue.claim(3, LIFT)
    assert isinstance(filled.begin(first, LIFT), Clearance)
    other = new_queue(filled.database)
    other.start_run(LIFT, GRACE)
    with pytest.raises(FencedError):
        filled.begin(second, LIFT)
    with pytest.raises(FencedError):
        filled.queue.finish(first, answer(DeliveryEvent.ACCEPT, LIFT), LIFT)
    with pytest.raises(FencedError):
        filled.queue.claim(1, LIFT)
    assert filled.states()[first.delivery] == D.IN_DOUBT
    assert filled.open_attempts() == []
    assert {second.delivery, third.delivery} <= {job.delivery for job in other.claim(9, LIFT)}


def test_dispatches_take_turns_and_retries_come_first(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.db", now=NOW) as database:
        filled = started(fill(database, people=20))
        jobs = filled.queue.claim(10, LIFT)
        dispatches = [job.dispatch for job in jobs]
        assert dispatches == dispatches[:2] * 5
        assert len(set(dispatches)) == 2
        late = jobs[3]
        filled.queue.finish(late, answer(DeliveryEvent.DEFER, LIFT, LIFT), LIFT)
        assert late.delivery in {job.delivery for job in filled.queue.claim(2, LIFT)}


def test_nothing_waits_for_another_writer(filled: Filled) -> None:
    started(filled)
    (job, *_) = filled.queue.claim(1, LIFT)
    with filled.database.write():
        with pytest.raises(LedgerBusyError):
            filled.queue.claim(1, LIFT)
        with pytest.raises(LedgerBusyError):
            filled.begin(job, LIFT)
    assert filled.open_attempts() == []
    assert isinstance(filled.begin(job, LIFT), Clearance)


def test_nothing_is_claimed_before_its_dispatch_is_started(filled: Filled) -> None:
    filled.approve(NOW)
    filled.queue.start_run(NOW, GRACE)
    assert filled.queue.claim(10, LIFT) == []
    filled.queue.start_due(LIFT - DAY, GRACE)
    assert {job.contact.email for job in filled.queue.claim(10, LIFT)} == {"ana@wire.example"}


def test_a_deferred_copy_is_not_claimed_before_its_time(filled: Filled) -> None:
    started(filled)
    (job, *_) = filled.queue.claim(10, LIFT)
    again = LIFT + timedelta(minutes=5)
    filled.queue.finish(job, answer(DeliveryEvent.DEFER, LIFT, again), LIFT)
    assert filled.queue.claim(10, again - timedelta(microseconds=1)) == []
    assert filled.queue.next_instant(LIFT) == again
    (later,) = filled.queue.claim(10, again)
    assert (later.delivery, later.message_id) == (job.delivery, job.message_id)
    assert later.attempts == 1
    assert later.date == job.date


# --- the last question ------------------------------------------------------------------------


@pytest.mark.parametrize("deed", ["cancel", "hold", "hold all", "suppress", "withdraw"])
def test_never_a_text_after_a_person_said_stop(filled: Filled, deed: str) -> None:
    started(filled)
    job, *more = filled.queue.claim(10, LIFT)
    other = next(one for one in more if one.dispatch == job.dispatch)
    with filled.database.write() as session:
        if deed == "suppress":
            consent.suppress(session, job.contact.email.upper(), "asked to", "officer", LIFT)
        elif deed == "hold all":
            holds.place(session, advisory_id=None, reason="", by="officer", now=LIFT)
    if deed == "cancel":
        filled.cancel(LIFT)
    elif deed == "hold":
        said = Result(DeliveryEvent.RETURN, hold="the relay refuses the sender")
        filled.queue.finish(other, said, LIFT)
    elif deed == "withdraw":
        filled.withdraw(LIFT)
    refusal = filled.begin(job, LIFT)
    assert isinstance(refusal, Refusal)
    codes = {
        "cancel": RefusalCode.STOPPED,
        "hold": RefusalCode.STOPPED,
        "hold all": RefusalCode.HELD,
        "suppress": RefusalCode.SUPPRESSED,
        "withdraw": RefusalCode.WITHDRAWN,
    }
    assert refusal.code is codes[deed]
    assert filled.open_attempts() == []


def test_never_an_advance_copy_after_the_contact_revoked(filled: Filled) -> None:
    started(filled, LIFT - DAY)
    (job,) = filled.queue.claim(10, LIFT - DAY)
    with filled.database.write() as session:
        consent.record_acceptance(session, "Ana@Wire.example", False, "telephone", LIFT - DAY)
    refusal = filled.begin(job, LIFT - DAY)
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.NOT_ACCEPTED
    assert filled.open_attempts() == []


def test_never_a_release_by_a_clock_that_was_set_back(filled: Filled) -> None:
    started(filled)
    (job, *_) = filled.queue.claim(1, LIFT)
    refusal = filled.begin(job, LIFT - timedelta(microseconds=1))
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.TOO_EARLY
    assert filled.open_attempts() == []


def test_a_cleared_text_is_on_record_before_it_goes(filled: Filled) -> None:
    started(filled)
    (job, *_) = filled.queue.claim(1, LIFT)
    assert isinstance(filled.begin(job, LIFT), Clearance)
    assert filled.open_attempts() == [job.delivery]
    filled.queue.finish(job, answer(DeliveryEvent.ACCEPT, LIFT), LIFT)
    assert filled.open_attempts() == []
    assert filled.states()[job.delivery] == D.ACCEPTED


# --- a kill -----------------------------------------------------------------------------------


def test_a_killed_run_leaves_in_doubt_what_was_begun_and_gives_back_the_rest(
    filled: Filled,
) -> None:
    started(filled)
    begun, claimed, *_ = filled.queue.claim(3, LIFT)
    assert isinstance(filled.begin(begun, LIFT), Clearance)
    queue = new_queue(filled.database)
    (notice,) = queue.start_run(LIFT + timedelta(seconds=5), GRACE)
    assert "in doubt: 1" in notice.text
    assert filled.states()[begun.delivery] == D.IN_DOUBT
    assert filled.states()[claimed.delivery] == D.PENDING
    assert filled.open_attempts() == []
    assert begun.delivery not in {job.delivery for job in queue.claim(10, LIFT)}
    assert new_queue(filled.database).start_run(LIFT, GRACE) == []


def test_a_kill_in_a_retry_counts_the_attempt_that_was_under_way(filled: Filled) -> None:
    started(filled)
    job, *_ = filled.queue.claim(1, LIFT)
    filled.queue.finish(job, answer(DeliveryEvent.DEFER, LIFT, LIFT), LIFT)
    (again,) = (one for one in filled.queue.claim(9, LIFT) if one.delivery == job.delivery)
    assert isinstance(filled.begin(again, LIFT), Clearance)
    new_queue(filled.database).start_run(LIFT, GRACE)
    assert filled.states()[job.delivery] == D.IN_DOUBT
    assert filled.attempts_of(job.delivery) == [1, 2]


def test_what_a_kill_left_in_doubt_is_sent_again_as_the_next_attempt(filled: Filled) -> None:
    started(filled)
    job, *_ = filled.queue.claim(1, LIFT)
    assert isinstance(filled.begin(job, LIFT), Clearance)
    queue = filled.queue = new_queue(filled.database)
    queue.start_run(LIFT, GRACE)
    filled.resend(job.delivery, LIFT)
    (again,) = (one for one in queue.claim(9, LIFT) if one.delivery == job.delivery)
    assert (again.attempts, again.message_id) == (1, job.message_id)
    assert isinstance(filled.begin(again, LIFT), Clearance)
    queue.finish(again, answer(DeliveryEvent.ACCEPT, LIFT), LIFT)
    assert filled.attempts_of(job.delivery) == [1, 2]


def test_a_copy_claimed_by_a_killed_run_and_cancelled_meanwhile_is_cancelled(
    filled: Filled,
) -> None:
    started(filled)
    claimed = {job.delivery for job in filled.queue.claim(10, LIFT)}
    filled.cancel(LIFT)
    new_queue(filled.database).start_run(LIFT, GRACE)
    assert {filled.states()[one] for one in claimed} == {D.CANCELLED}


def test_nobody_is_left_out_of_the_next_plan_for_a_copy_that_can_never_go(filled: Filled) -> None:
    started(filled)
    filled.queue.claim(10, LIFT)
    filled.cancel(LIFT)
    new_queue(filled.database).start_run(LIFT, GRACE)
    with filled.database.read() as session:
        assert plans.standing(session, 1).holders == frozenset()


def test_a_resend_is_never_taken_where_it_can_never_go(filled: Filled) -> None:
    started(filled)
    job, *rest = filled.queue.claim(10, LIFT)
    assert isinstance(filled.begin(job, LIFT), Clearance)
    filled.queue.finish(job, answer(DeliveryEvent.DOUBT, LIFT), LIFT)
    for one in rest:
        filled.queue.finish(one, answer(DeliveryEvent.DEFER, LIFT, LIFT), LIFT)
    filled.cancel(LIFT)
    with suppress(MailerError):
        filled.resend(job.delivery, LIFT)
    if filled.states()[job.delivery] == D.PENDING:
        filled.approve(LIFT)
        filled.queue.start_due(LIFT, GRACE)
        assert [one.delivery for one in filled.queue.claim(10, LIFT)] == [job.delivery]


# --- when a dispatch starts -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (LIFT - DAY - timedelta(microseconds=1), {S.APPROVED: 3}),
        (LIFT - DAY, {S.SENDING: 1, S.APPROVED: 2}),
        (LIFT - timedelta(microseconds=1), {S.OVERDUE: 1, S.APPROVED: 2}),
        (LIFT, {S.CANCELLED: 1, S.SENDING: 2}),
        (LIFT + GRACE, {S.CANCELLED: 1, S.SENDING: 2}),
        (LIFT + GRACE + timedelta(seconds=1), {S.CANCELLED: 1, S.OVERDUE: 2}),
    ],
)
def test_started_at_its_instant_and_never_before(
    filled: Filled, at: datetime, expected: dict[DispatchState, int]
) -> None:
    filled.approve(NOW)
    filled.queue.start_due(at, GRACE)
    assert Counter(filled.dispatch_states()) == expected


def test_never_started_unapproved_however_late(filled: Filled) -> None:
    assert filled.queue.start_due(LIFT + 300 * DAY, GRACE) == []
    assert set(filled.dispatch_states()) == {S.PLANNED}


def test_an_advance_found_after_the_lift_becomes_part_of_the_release(filled: Filled) -> None:
    started(filled)
    emails = Counter(job.contact.email for job in filled.queue.claim(10, LIFT))
    assert emails["ana@wire.example"] == 1
    assert set(emails.values()) == {1}
    assert len(emails) == 4


def test_a_yes_after_the_instant_counts_lateness_from_the_yes(filled: Filled) -> None:
    late = LIFT + 2 * DAY
    filled.approve(late)
    filled.queue.start_due(late + GRACE, GRACE)
    assert Counter(filled.dispatch_states()) == {S.CANCELLED: 1, S.SENDING: 2}


def test_done_only_when_nothing_is_left_to_send(filled: Filled) -> None:
    started(filled)
    jobs = filled.queue.claim(10, LIFT)
    filled.queue.close_done(LIFT)
    assert S.DONE not in filled.dispatch_states()
    again = LIFT + timedelta(hours=1)
    filled.queue.finish(jobs[0], answer(DeliveryEvent.DEFER, LIFT, again), LIFT)
    for job in jobs[1:]:
        filled.queue.finish(job, answer(DeliveryEvent.ACCEPT, LIFT), LIFT)
    filled.queue.close_done(LIFT)
    assert Counter(filled.dispatch_states())[S.DONE] == 1
    filled.queue.close_done(LIFT + DAY)
    assert Counter(filled.dispatch_states()) == {S.CANCELLED: 1, S.DONE: 2}
    assert filled.states()[jobs[0].delivery] == D.EXPIRED


def test_given_up_only_after_the_whole_time(filled: Filled) -> None:
    started(filled)
    filled.queue.close_done(LIFT + DAY - timedelta(microseconds=1))
    assert D.EXPIRED not in filled.states().values()
    filled.queue.close_done(LIFT + DAY)
    assert {state for state in filled.states().values() if state != D.CANCELLED} == {D.EXPIRED}


def test_a_result_that_the_states_do_not_allow_changes_nothing(filled: Filled) -> None:
    started(filled)
    job, *_ = filled.queue.claim(10, LIFT)
    filled.queue.finish(job, answer(DeliveryEvent.ACCEPT, LIFT), LIFT)
    for event in DeliveryEvent:
        with pytest.raises(IllegalTransitionError):
            filled.queue.finish(job, Result(event, "too late"), LIFT)
    assert filled.states()[job.delivery] == D.ACCEPTED
    assert filled.attempts_of(job.delivery) == [1]
