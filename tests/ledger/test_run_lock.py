"""One run at a time, whatever becomes of the one before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ledger_sample import GRACE, LIFT, fill, new_queue, started
from sqlmodel import select

from mailer.core.errors import LedgerError
from mailer.core.states import DeliveryState
from mailer.ledger import lease
from mailer.ledger.database import open_ledger
from mailer.ledger.lease import LEASE, RunLock
from mailer.ledger.tables import RunRow

NOW = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)


def seen(path: Path, at: datetime, *, ended: bool = False) -> None:
    with open_ledger(path, now=NOW) as database, database.write() as session:
        over = at if ended else None
        session.add(RunRow(host="h", pid=1, started_at=at, seen_at=at, ended_at=over))


def test_never_two_runs_on_the_same_ledger(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with RunLock(path, NOW):
        seen(path, NOW - LEASE)
        with (
            pytest.raises(LedgerError, match="another `mailer run` is using this ledger"),
            RunLock(path, NOW),
        ):
            raise AssertionError("two runs at once")
    with RunLock(path, NOW):
        pass


def test_a_run_that_has_not_written_its_row_yet_is_not_taken_over_from(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    seen(path, NOW - 10 * LEASE, ended=True)
    with (
        RunLock(path, NOW),
        pytest.raises(LedgerError, match="another `mailer run`"),
        RunLock(path, NOW),
    ):
        raise AssertionError("two runs at once")


def test_a_frozen_run_is_taken_over_from_and_a_third_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    seen(path, NOW - LEASE - timedelta(seconds=1))
    frozen = RunLock(path, NOW)
    with frozen:
        with RunLock(path, NOW):
            seen(path, NOW)
            with pytest.raises(LedgerError, match="another `mailer run`"), RunLock(path, NOW):
                raise AssertionError("three runs at once")
        with RunLock(path, NOW):
            pass


@pytest.mark.parametrize("rebooted", [False, True])
def test_after_a_power_cut_all_that_was_claimed_is_in_doubt_and_after_a_kill_it_is_not(
    tmp_path: Path, rebooted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database:
        filled = started(fill(database))
        claimed = {job.delivery for job in filled.queue.claim(3, LIFT)}
        if rebooted:
            monkeypatch.setattr("mailer.ledger.queue.boot", lambda: "another boot")
        new_queue(database).start_run(LIFT, GRACE)
        expected = DeliveryState.IN_DOUBT if rebooted else DeliveryState.PENDING
        assert {filled.states()[one] for one in claimed} == {expected}
        assert filled.open_attempts() == []
        waiting = [s for d, s in filled.states().items() if d not in claimed]
        assert DeliveryState.IN_DOUBT not in waiting


def test_every_run_says_which_boot_it_belongs_to(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.db", now=NOW) as database:
        new_queue(database).start_run(NOW, GRACE)
        with database.read() as session:
            assert session.exec(select(RunRow)).one().boot == lease.boot()
