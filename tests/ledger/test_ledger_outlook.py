"""The facts of the outlook, from a real ledger: what it says, and how rarely it counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from ledger_sample import LIFT, NOW, Filled, fill, started
from sqlalchemy import Engine, event
from stories import REF, approve, queue, send
from support import FakeClock, Sink, closed_port, make_office, open_office

from mailer.app import App
from mailer.core.outlook import NeedKind, Outlook, Tally
from mailer.core.states import DispatchState
from mailer.ledger import outlook
from mailer.ledger.database import open_ledger
from mailer.ledger.outlook import STILL, Counts


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Filled]:
    with open_ledger(tmp_path / "mailer.db", now=NOW) as database:
        yield fill(database, people=3)


def look(app: App) -> Outlook:
    return app.desk.outlook(app.now())


def kinds(app: App) -> list[NeedKind]:
    return [need.kind for need in look(app).needs]


def test_an_empty_ledger_has_nothing_to_tell(app: App) -> None:
    seen = look(app)
    assert (seen.coming, seen.going, seen.needs, seen.stopped) == ((), (), (), None)


def test_a_release_from_its_plan_to_its_end(app: App, clock: FakeClock) -> None:
    queue(app)
    assert kinds(app) == [NeedKind.APPROVAL]
    assert [len(one.passages) for one in look(app).coming] == [1, 2]
    approve(app)
    assert kinds(app) == [NeedKind.NO_RUN]
    clock.at = LIFT
    send(app)
    done = look(app)
    assert not done.coming
    told = [(one.audience, one.kind, one.state, one.tally) for one in done.going]
    assert ("national", "release", "done", Tally(accepted=2)) in told
    clock.at = LIFT + outlook.JUST_ENDED + timedelta(seconds=1)
    assert not look(app).going


def test_a_relay_that_is_down_is_read_from_the_ledger(tmp_path: Path, clock: FakeClock) -> None:
    with open_office(make_office(tmp_path), closed_port(), clock) as app:
        queue(app)
        approve(app)
        clock.at = LIFT
        send(app)
        down = [need for need in look(app).needs if need.kind is NeedKind.RELAY]
        assert len(down) == 1
        assert "connect" in down[0].text


def test_a_clock_in_doubt_is_read_from_the_ledger(filled: Filled) -> None:
    filled.queue.hold_embargoed("the clock jumped forward by 9.0 s", LIFT)
    with filled.database.read() as session:
        (hold,) = outlook.facts(session, Counts(), LIFT, 1).holds
    assert hold.by_clock
    assert hold.embargoed_only


def test_everything_stopped_and_resumed(app: App) -> None:
    app.desk.hold(None, reason="wrong figures", by="Mirela", now=app.now())
    seen = look(app)
    assert seen.stopped is not None
    assert (seen.stopped.by, seen.stopped.reason) == ("Mirela", "wrong figures")
    assert [need.kind for need in seen.needs] == [NeedKind.STOPPED]
    app.desk.resume(None, by="Mirela", now=app.now())
    assert look(app).stopped is None


def test_copies_in_doubt_name_their_advisory(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT
    sink.answer = lambda command, rcpt: "drop" if command == "DATA" else None
    send(app)
    doubtful = [need for need in look(app).needs if need.kind is NeedKind.IN_DOUBT]
    assert [need.reference for need in doubtful] == [REF]


# --- how rarely it counts ---------------------------------------------------------------------


@pytest.fixture
def said() -> Iterator[list[tuple[str, object]]]:
    """Every question that is put to the ledger, with its values."""
    found: list[tuple[str, object]] = []

    def note(_: object, cursor: object, statement: str, args: object, *rest: object) -> None:
        if statement.startswith("SELECT"):
            found.append((statement, args))

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


def counted(said: list[tuple[str, object]]) -> int:
    return sum("GROUP BY delivery.state" in statement for statement, _ in said)


def test_copies_of_what_does_not_send_are_not_counted_each_second(
    filled: Filled, said: list[tuple[str, object]]
) -> None:
    filled.approve(NOW)
    dispatches = len(filled.dispatches())
    counts = Counts()

    def looked_at(seconds: float) -> int:
        with filled.database.read() as session:
            outlook.facts(session, counts, NOW + timedelta(seconds=seconds), 1)
        return counted(said)

    assert looked_at(0) == dispatches
    assert looked_at(STILL.total_seconds() - 1) == dispatches
    assert looked_at(STILL.total_seconds()) == 2 * dispatches


def test_a_large_dispatch_is_counted_less_often_than_a_small_one(
    filled: Filled, said: list[tuple[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    started(filled)
    counts = Counts()

    def looked_at(seconds: float) -> int:
        with filled.database.read() as session:
            seen = outlook.facts(session, counts, LIFT + timedelta(seconds=seconds), 1)
        assert any(one.state == DispatchState.SENDING for one in seen.passages)
        return counted(said)

    first = looked_at(0)
    second = looked_at(1)
    assert second > first  # three copies take no time to count
    monkeypatch.setattr(outlook, "COPIES_A_SECOND", 1)
    assert looked_at(2) == second


def test_counting_uses_an_index_and_never_the_table(
    filled: Filled, said: list[tuple[str, object]]
) -> None:
    started(filled)
    said.clear()
    with filled.database.read() as session:
        outlook.facts(session, Counts(), LIFT, 1)
        asked = [(statement, args) for statement, args in said if "delivery" in statement]
        assert asked
        for statement, args in asked:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", args)
            told = " | ".join(str(row[3]) for row in plan)
            assert "SCAN delivery" not in told, told
            assert "delivery USING INDEX delivery_of_dispatch" not in told, told
