"""Advisories at a glance, and whom an act would concern: as many as the act then finds."""

from __future__ import annotations

import pytest
from stories import DAY, REF, approve, document, queue, send
from support import ADVISORY, LIFT, FakeClock

from mailer.app import App
from mailer.core.errors import MailerError, NotThereError
from mailer.core.standing import AdvisoryState
from mailer.ledger import changes, store


def counted(app: App) -> tuple[dict[str, int], dict[str, int]]:
    affected = app.desk.advisory(REF).affected
    return dict(affected.holding), dict(affected.waiting)


def test_whom_an_act_concerns_is_whom_it_finds(app: App, clock: FakeClock) -> None:
    queue(app)
    assert counted(app) == ({}, {"wires": 2, "national": 2})
    approve(app)
    clock.at = LIFT - DAY
    send(app)
    assert counted(app) == ({"wires": 1}, {"wires": 1, "national": 2})
    with app.database.read() as session:
        owner = store.advisory(session, REF)
        assert owner is not None
        holders = changes.holders(session, owner.id or 0)
        assert [(g.audience.name, [c.email for c in g.contacts]) for g in holders] == [
            ("wires", ["ana@wire.example"])
        ]
    change = app.desk.withdraw(REF, note="", by="chief", now=clock())
    assert (change.notified, change.unaware) == (1, 3)
    send(app)
    assert counted(app) == ({"wires": 1}, {})
    assert app.desk.advisory(REF).state is AdvisoryState.WITHDRAWN


def test_an_advisory_stands_where_its_dispatches_do(app: App, clock: FakeClock) -> None:
    queue(app)
    (line,) = app.desk.advisories()
    assert (line.number, line.reference, line.version) == (1, REF, 1)
    assert (line.audiences, line.next_at) == (("wires", "national"), LIFT - DAY)
    assert [embargo.instant for embargo in line.embargoes] == [LIFT]
    seen = [line.state]
    approve(app)
    seen.append(app.desk.advisories()[0].state)
    app.desk.hold(None, reason="", by="chief", now=clock())
    seen.append(app.desk.advisories()[0].state)
    app.desk.resume(None, by="chief", now=clock())
    clock.at = LIFT
    send(app)
    seen.append(app.desk.advisories()[0].state)
    app.desk.hold(REF, reason="", by="chief", now=clock())
    seen.append(app.desk.advisories()[0].state)
    assert seen == ["waits for approval", "approved", "on hold", "done", "done"]
    assert app.desk.advisories()[0].next_at is None


def test_the_newest_version_titles_an_advisory(app: App, clock: FakeClock) -> None:
    queue(app)
    document(app).write_text(ADVISORY.replace("Four in ten", "Three in ten"), encoding="utf-8")
    app.desk.correct(document(app), note="A figure.", by="officer", now=clock())
    (line,) = app.desk.advisories()
    assert line.headline.startswith("Three in ten")
    assert line.version == 2
    assert app.desk.reference(1) == REF
    with pytest.raises(NotThereError, match="no advisory 2"):
        app.desk.reference(2)


def test_a_moved_embargo_is_never_told_as_it_was(app: App, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT - DAY
    send(app)  # the advance copy keeps the embargo that it was marked with
    moved = LIFT + DAY
    app.desk.reschedule(REF, embargo_line=moved.isoformat(), by="officer", now=clock())
    (line,) = app.desk.advisories()
    assert [one.instant for one in line.embargoes] == [moved]
    assert [one.instant for one in app.desk.plan(REF).in_force if one] == [moved]
    app.desk.lift(REF, by="chief", now=clock())
    (line,) = app.desk.advisories()
    assert [one.instant for one in line.embargoes] == [clock.at]
    assert [one.instant for one in app.desk.plan(REF).in_force if one] == [clock.at]
    app.desk.withdraw(REF, note="", by="chief", now=clock())
    (line,) = app.desk.advisories()
    assert [one.instant for one in line.embargoes] == [clock.at]


def test_an_audience_whose_embargo_stayed_keeps_it(app: App, clock: FakeClock) -> None:
    queue(app)
    moved = LIFT + DAY
    app.desk.reschedule(
        *(REF,), embargo_line=moved.isoformat(), audiences=["wires"], by="officer", now=clock()
    )
    found = {
        one.instant: {row.audience for row in rows}
        for one, rows in app.desk.plan(REF).in_force.items()
        if one
    }
    assert found == {moved: {"wires"}, LIFT: {"national"}}


def test_an_embargo_is_never_moved_for_an_audience_that_is_not_there(
    app: App, clock: FakeClock
) -> None:
    queue(app, ("wires",))
    moved = (LIFT + DAY).isoformat()
    with pytest.raises(MailerError, match='not planned for "national"; it is for wires'):
        app.desk.reschedule(
            *(REF,), embargo_line=moved, audiences=["national"], by="officer", now=clock()
        )
    assert [one.instant for one in app.desk.plan(REF).in_force if one] == [LIFT]


def test_what_is_over_and_was_for_nobody_is_not_in_the_plan(app: App, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT - DAY
    send(app)
    app.desk.reschedule(*(REF,), embargo_line=(LIFT + DAY).isoformat(), by="officer", now=clock())
    approve(app)
    clock.move(days=1)
    send(app)
    rows = app.desk.plan(REF).rows
    assert [row.contacts for row in rows if row.kind == "advance"] == [1]
    assert all(row.contacts for row in rows if row.state == "done")
