"""The life of an advisory after it was queued: who hears of a change, who does not, what stops."""

from __future__ import annotations

import itertools
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from stories import DAY, REF, approve, document, queue, send, states, taken
from support import LIFT, ROOT, FakeClock, Sink, make_office, open_office

from mailer.app import App
from mailer.core.errors import MailerError
from mailer.core.states import DeliveryEvent

LATER = "2027-02-10T00:01:00Z"


def edit(app: App, old: str = "Four in ten of", new: str = "Half of") -> Path:
    path = document(app)
    path.write_text(path.read_text().replace(old, new))
    return path


def after_the_advance(app: App, clock: FakeClock) -> None:
    """Queued and approved; the advance copy has gone to Ana, and nothing else."""
    queue(app)
    approve(app)
    clock.at = LIFT - DAY
    send(app)
    clock.move(minutes=1)


# --- reschedule and lift ----------------------------------------------------------------------


def test_reschedule_stops_the_old_instant_at_once_and_waits_for_approval(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",))
    approve(app)
    change = app.desk.reschedule(REF, embargo_line=LATER, by="officer", now=clock())
    assert (change.notified, change.unaware, change.cancelled) == (0, 2, 2)
    clock.at = LIFT
    send(app)
    assert sink.taken == []
    approve(app)
    send(app)
    assert sink.taken == []
    clock.at = LIFT + DAY
    send(app)
    assert len(sink.taken) == 2


def test_exactly_the_holders_of_an_advance_copy_hear_of_a_new_embargo(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    after_the_advance(app, clock)
    change = app.desk.reschedule(REF, embargo_line=LATER, by="officer", now=clock())
    assert (change.notified, change.unaware) == (1, 3)
    send(app)
    assert len(sink.taken) == 1
    approve(app)
    send(app)
    notice = sink.taken[1]
    assert notice.rcpt_to == "ana@wire.example"
    text = notice.message.get_body(("plain",))
    assert text is not None
    assert "10 February 2027" in text.get_content()
    assert "9 February 2027" in text.get_content()
    clock.at = LIFT
    send(app)
    assert len(sink.taken) == 2
    clock.at = LIFT + DAY
    send(app)
    assert sorted(name for name, _ in taken(sink)[2:]) == ["bo", "cy", "di"]


def test_lift_sends_the_release_now_and_tells_the_holders(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    after_the_advance(app, clock)
    change = app.desk.lift(REF, by="chief", now=clock())
    assert change.going
    send(app)
    assert sorted(name for name, _ in taken(sink)[1:]) == ["ana", "bo", "cy", "di"]
    assert not any(subject.startswith("EMBARGOED") for _, subject in taken(sink)[1:])


def test_an_embargo_that_has_lifted_cannot_be_moved(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app, ("national",))
    approve(app)
    clock.at = LIFT
    send(app)
    with pytest.raises(MailerError, match="no embargo left to change"):
        app.desk.reschedule(REF, embargo_line=LATER, by="officer", now=clock())


def test_reschedule_of_one_audience_leaves_the_others_alone(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app)
    approve(app)
    app.desk.reschedule(REF, embargo_line=LATER, audiences=["national"], by="o", now=clock())
    approve(app)
    clock.at = LIFT
    send(app)
    assert sorted(sink.rcpts) == ["ana@wire.example", "bo@wire.example"]


# --- hold and resume --------------------------------------------------------------------------


@pytest.mark.parametrize("which", [REF, None])
def test_nothing_leaves_while_it_is_on_hold(
    app: App, sink: Sink, clock: FakeClock, which: str | None
) -> None:
    queue(app, ("national",))
    approve(app)
    app.desk.hold(which, reason="a doubt", by="officer", now=clock())
    clock.at = LIFT
    send(app)
    assert sink.taken == []
    app.desk.resume(which, by="chief", now=clock())
    send(app)
    assert len(sink.taken) == 2


def test_what_was_resumed_hours_later_is_not_overdue(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",))
    approve(app)
    app.desk.hold(REF, reason="", by="officer", now=clock())
    clock.at = LIFT + timedelta(hours=5)
    app.desk.resume(REF, by="chief", now=clock())
    send(app)
    assert len(sink.taken) == 2


@pytest.mark.parametrize("moment", ["RCPT", "DATA"])
def test_hold_stops_in_the_middle_of_a_dispatch(
    tmp_path: Path, sink: Sink, clock: FakeClock, moment: str
) -> None:
    people = "email\n" + "".join(f"n{i}@daily.example\n" for i in range(10))
    config = make_office(tmp_path, national=people)
    config.write_text(config.read_text().replace("connections = 2", "connections = 1"))
    with open_office(config, sink.port, clock) as app:
        queue(app, ("national",), immediate=True)
        approve(app)
        reached = itertools.count(1)

        def hold_at_the_fourth(command: str, rcpt: str) -> str | None:
            if command == moment and next(reached) == 4:
                app.desk.hold(None, reason="stop", by="officer", now=clock())
            return None

        sink.answer = hold_at_the_fourth
        send(app)
        assert len(sink.taken) == (3 if moment == "RCPT" else 4)
        app.desk.resume(None, by="chief", now=clock())
        send(app)
        assert len(sink.rcpts) == len(set(sink.rcpts)) == 10


def test_only_what_is_on_hold_can_be_resumed(app: App, clock: FakeClock) -> None:
    with pytest.raises(MailerError, match="not on hold"):
        app.desk.resume(None, by="chief", now=clock())


# --- correct ----------------------------------------------------------------------------------


def test_holders_get_a_correction_and_the_others_the_new_text(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    after_the_advance(app, clock)
    change = app.desk.correct(edit(app), note="It was half.", by="officer", now=clock())
    assert (change.notified, change.unaware) == (1, 3)
    send(app)
    assert len(sink.taken) == 1
    approve(app)
    send(app)
    correction = sink.taken[1].message
    assert sink.taken[1].rcpt_to == "ana@wire.example"
    assert "CORRECTION" in correction["Subject"]
    text = correction.get_body(("plain",))
    assert text is not None
    assert "It was half." in text.get_content()
    assert text.get_content().startswith("EMBARGOED")
    clock.at = LIFT
    send(app)
    for one in sink.taken[2:]:
        body = one.message.get_body(("plain",))
        assert body is not None
        assert "Half of" in body.get_content()
        assert "CORRECTION" not in one.message["Subject"]
    assert sorted(name for name, _ in taken(sink)[2:]) == ["bo", "cy", "di"]


def test_who_may_hold_a_copy_gets_the_correction_too(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    sink.answer = lambda command, rcpt: (
        "drop" if (command, rcpt) == ("DATA", "cy@daily.example") else None
    )
    send(app)
    sink.answer = lambda command, rcpt: None
    change = app.desk.correct(edit(app), note="It was half.", by="officer", now=clock())
    assert (change.notified, change.unaware) == (2, 0)
    with pytest.raises(MailerError, match="replaced or withdrawn"):
        app.desk.resolve(REF, contact=None, event=DeliveryEvent.RESEND, by="c", now=clock())
    approve(app)
    send(app)
    assert sorted(name for name, _ in taken(sink)) == ["cy", "di", "di"]


def test_a_correction_of_what_nobody_holds_is_heard_by_nobody(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",))
    approve(app)
    change = app.desk.correct(edit(app), note="It was half.", by="officer", now=clock())
    assert (change.notified, change.unaware, change.cancelled) == (0, 2, 2)
    approve(app)
    clock.at = LIFT
    send(app)
    assert not any("CORRECTION" in subject for _, subject in taken(sink))
    assert len(sink.taken) == 2


def test_a_correction_that_changes_nothing_is_refused(app: App, clock: FakeClock) -> None:
    queue(app)
    with pytest.raises(MailerError, match="already a version"):
        app.desk.correct(document(app), note="?", by="officer", now=clock())


# --- withdraw ---------------------------------------------------------------------------------


def test_exactly_the_holders_hear_of_a_withdrawal_and_it_tells_nothing(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    after_the_advance(app, clock)
    change = app.desk.withdraw(REF, note="The figures are wrong.", by="chief", now=clock())
    assert (change.notified, change.unaware, change.cancelled) == (1, 3, 3)
    assert change.going
    send(app)
    clock.at = LIFT
    send(app)
    assert sink.rcpts == ["ana@wire.example", "ana@wire.example"]
    kill = sink.taken[1]
    assert b"harbour gauges" not in kill.content
    with pytest.raises(MailerError, match="was withdrawn"):
        queue(app)
    with pytest.raises(MailerError, match="was withdrawn"):
        app.desk.correct(edit(app), note="?", by="officer", now=clock())


def test_withdrawn_before_anyone_has_it_tells_nobody(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app)
    approve(app)
    change = app.desk.withdraw(REF, note="", by="chief", now=clock())
    assert (change.notified, change.unaware, change.cancelled) == (0, 4, 4)
    clock.at = LIFT
    send(app)
    assert sink.taken == []
    assert set(states(app).values()) == {"cancelled"}


# --- two approvals ----------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path, sink: Sink, clock: FakeClock) -> App:
    config = make_office(tmp_path)
    config.write_text(config.read_text().replace("[relay]", "approvals = 2\n[relay]"))
    return open_office(config, sink.port, clock)


def test_two_people_must_approve(two: App, sink: Sink, clock: FakeClock) -> None:
    queue(two, ("national",))
    assert two.desk.approve(REF, by="Chief", now=clock()).missing == 1
    clock.at = LIFT
    send(two)
    assert sink.taken == []
    with pytest.raises(MailerError, match="another person must"):
        two.desk.approve(REF, by=" chief", now=clock())
    assert two.desk.approve(REF, by="Deputy", now=clock()).approved == 1
    send(two)
    assert len(sink.taken) == 2
    two.database.close()


def test_the_submitter_is_never_the_second_approver(two: App, clock: FakeClock) -> None:
    queue(two, ("national",))
    approve(two)
    with pytest.raises(MailerError, match="cannot be the second"):
        two.desk.approve(REF, by="Officer", now=clock())
    two.database.close()


def test_an_approval_of_something_else_does_not_count(
    two: App, sink: Sink, clock: FakeClock
) -> None:
    queue(two, ("national",))
    approve(two)
    two.desk.reschedule(REF, embargo_line=LATER, by="officer", now=clock())
    assert two.desk.approve(REF, by="deputy", now=clock()).missing == 1
    two.database.close()


# --- per-medium embargoes, mornings -----------------------------------------------------------


def test_an_audience_follows_its_own_embargo(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app, embargo_for={"national": "2027-02-09T18:00:00Z"})
    approve(app)
    clock.at = LIFT
    send(app)
    assert sorted(sink.rcpts) == ["ana@wire.example", "bo@wire.example"]
    clock.at = LIFT.replace(hour=18, minute=0) - timedelta(microseconds=1)
    send(app)
    assert len(sink.taken) == 2
    clock.at = LIFT.replace(hour=18, minute=0)
    send(app)
    assert len(sink.taken) == 4


def test_a_release_waits_for_the_journalists_own_morning(
    tmp_path: Path, sink: Sink, clock: FakeClock
) -> None:
    people = (
        "email,timezone\n"
        "tokyo@daily.example,Asia/Tokyo\n"
        "london@daily.example,Europe/London\n"
        "paris@daily.example,Europe/Paris\n"
        "lima@daily.example,America/Lima\n"
    )
    config = make_office(tmp_path, national=people)
    config.write_text(config.read_text() + 'not_before_local = "07:00"\n')
    with open_office(config, sink.port, clock) as app:
        queue(app, ("national",))
        approve(app)
        waves = []
        for minutes in range(0, 12 * 60, 20):
            clock.at = LIFT + timedelta(minutes=minutes)
            before = len(sink.taken)
            send(app)
            waves += [(minutes // 60, one.rcpt_to.partition("@")[0]) for one in sink.taken[before:]]
    assert sorted(waves) == [(0, "lima"), (0, "tokyo"), (6, "paris"), (7, "london")]


# --- preflight --------------------------------------------------------------------------------


def test_what_preflight_blocks_cannot_be_approved(app: App, sink: Sink, clock: FakeClock) -> None:
    edit(app, "Four in ten", "Embargoed until 10 February 2027, 06:00 GMT. Four in ten")
    queue(app)
    blocking = {f.code for f in app.desk.check(REF, now=clock()) if f.blocks}
    assert "embargo-contradicted" in blocking
    with pytest.raises(MailerError, match=r"cannot be approved as it is"):
        approve(app)
    clock.at = LIFT
    send(app)
    assert sink.taken == []


def test_what_preflight_warns_of_can_be_approved(app: App, clock: FakeClock) -> None:
    edit(app, "Four in ten of", "TBC of")
    queue(app)
    assert "placeholder" in {f.code for f in app.desk.check(REF, now=clock())}
    approve(app)


def test_a_kill_stops_what_waits_even_if_its_notice_cannot_be_made(
    app: App, sink: Sink, clock: FakeClock, tmp_path: Path
) -> None:
    after_the_advance(app, clock)
    broken = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", broken)
    (broken / "_base" / "withdrawal.txt").write_text("{{ nonsense }}")
    config = app.config.path
    config.write_text(config.read_text().replace(f"{ROOT}/templates", "templates"))
    with open_office(config, sink.port, clock) as again:
        with pytest.raises(MailerError, match="nothing more of it leaves; but its holders"):
            again.desk.withdraw(REF, note="", by="chief", now=clock())
        clock.at = LIFT
        send(again)
        assert len(sink.taken) == 1
        shutil.copy(ROOT / "templates" / "_base" / "withdrawal.txt", broken / "_base")
        assert again.desk.withdraw(REF, note="", by="chief", now=clock()).notified == 1
        send(again)
        assert sink.rcpts == ["ana@wire.example"] * 2
        with pytest.raises(MailerError, match="every holder was told"):
            again.desk.withdraw(REF, note="", by="chief", now=clock())


# --- what one change does to another ----------------------------------------------------------


def test_a_correction_after_a_reschedule_carries_the_new_embargo(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    after_the_advance(app, clock)
    app.desk.reschedule(REF, embargo_line=LATER, by="officer", now=clock())
    approve(app)
    send(app)
    app.desk.correct(edit(app), note="It was half.", by="officer", now=clock())
    approve(app)
    clock.at = LIFT
    send(app)
    text = sink.taken[-1].message.get_body(("plain",))
    assert text is not None
    assert "until Wednesday, 10 February 2027" in text.get_content()
    assert {one.rcpt_to for one in sink.taken} == {"ana@wire.example"}


def test_moving_one_embargo_leaves_one_that_has_lifted_alone(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, embargo_for={"national": "2027-02-09T18:00:00Z"})
    approve(app)
    clock.at = LIFT
    sink.answer = lambda command, rcpt: "451 later" if rcpt.startswith("bo") else None
    send(app)
    sink.answer = lambda command, rcpt: None
    change = app.desk.reschedule(REF, embargo_line=LATER, by="officer", now=clock())
    assert (change.notified, change.unaware, change.cancelled) == (0, 2, 2)
    clock.move(minutes=2)
    send(app)
    assert states(app)["bo", "release"] == "accepted"


def test_an_older_version_is_not_queued_again(app: App, clock: FakeClock) -> None:
    queue(app, ("national",))
    edit(app)
    app.desk.correct(document(app), note="half", by="officer", now=clock())
    edit(app, "Half of", "Four in ten of")
    with pytest.raises(MailerError, match="version 1, and there is a newer one"):
        queue(app, ("wires",))


@pytest.mark.parametrize("answer", ["451 later", "550 no"])
def test_who_did_not_get_the_copy_in_flight_is_not_told_of_its_withdrawal(
    app: App, sink: Sink, clock: FakeClock, answer: str
) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    changed = []

    def withdraw_in_the_text(command: str, rcpt: str) -> str | None:
        if (command, rcpt) != ("DATA", "cy@daily.example"):
            return None
        if not changed:
            changed.append(app.desk.withdraw(REF, note="", by="chief", now=clock()))
            return answer
        return None

    sink.answer = withdraw_in_the_text
    send(app)
    send(app)
    assert "cy@daily.example" not in sink.rcpts


def test_who_did_not_get_the_copy_in_flight_gets_what_replaces_it(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    changed = []

    def correct_in_the_text(command: str, rcpt: str) -> str | None:
        if (command, rcpt) == ("DATA", "cy@daily.example") and not changed:
            change = app.desk.correct(edit(app), note="half", by="officer", now=clock())
            changed.append(change)
            return "451 later"
        return None

    sink.answer = correct_in_the_text
    send(app)
    approve(app)
    send(app)
    texts = [one for one in sink.taken if one.rcpt_to == "cy@daily.example"]
    assert len(texts) == 1
    assert b"Half of" in texts[0].content


def test_lift_does_not_swallow_a_correction_that_waits(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    after_the_advance(app, clock)
    app.desk.correct(edit(app), note="It was half.", by="officer", now=clock())
    app.desk.lift(REF, by="chief", now=clock())
    send(app)
    (correction,) = [one for one in sink.taken[1:] if one.rcpt_to == "ana@wire.example"]
    text = correction.message.get_body(("plain",))
    assert text is not None
    assert "It was half." in text.get_content()
    assert "Half of" in text.get_content()
    assert "EMBARGOED" not in text.get_content()


def test_who_was_in_doubt_and_is_to_be_sent_again_hears_of_a_withdrawal(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    sink.answer = lambda command, rcpt: (
        "drop" if (command, rcpt) == ("DATA", "cy@daily.example") else None
    )
    send(app)
    sink.answer = lambda command, rcpt: None
    app.desk.resolve(REF, contact=None, event=DeliveryEvent.RESEND, by="chief", now=clock())
    assert app.desk.withdraw(REF, note="", by="chief", now=clock()).notified == 2
    send(app)
    assert sorted(name for name, _ in taken(sink)) == ["cy", "di", "di"]


def test_nobody_is_planned_twice_when_a_change_meets_a_copy_that_was_claimed(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("wires",))
    approve(app)
    clock.at = LIFT - DAY
    moved = []

    def reschedule_and_drop(command: str, rcpt: str) -> str | None:
        if command == "RCPT" and not moved:
            moved.append(app.desk.reschedule(REF, embargo_line=LATER, by="officer", now=clock()))
            return "451 later"
        return None

    sink.answer = reschedule_and_drop
    send(app)
    approve(app)
    clock.at += DAY
    send(app)
    clock.at += DAY
    send(app)
    assert sorted(name for name, _ in taken(sink)) == ["ana", "bo"]


@pytest.mark.parametrize("change", ["lift", "reschedule"])
def test_what_is_in_doubt_is_not_sent_again_under_an_embargo_that_is_another_now(
    app: App, sink: Sink, clock: FakeClock, change: str
) -> None:
    queue(app, ("wires",))
    approve(app)
    clock.at = LIFT - DAY
    sink.answer = lambda command, rcpt: "drop" if command == "DATA" else None
    send(app)
    sink.answer = lambda command, rcpt: None
    clock.move(minutes=1)
    if change == "lift":
        app.desk.lift(REF, by="chief", now=clock())
    else:
        app.desk.reschedule(REF, embargo_line=LATER, by="chief", now=clock())
    with pytest.raises(MailerError, match="whose embargo is another now"):
        app.desk.resolve(REF, contact=None, event=DeliveryEvent.RESEND, by="c", now=clock())


def test_moving_one_embargo_while_another_audience_is_sent_to_can_be_approved(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT - DAY
    moved = []

    def reschedule_in_the_text(command: str, rcpt: str) -> str | None:
        if command == "DATA" and not moved:
            who = ["national"]
            moved.append(
                app.desk.reschedule(REF, embargo_line=LATER, audiences=who, by="o", now=clock())
            )
        return None

    sink.answer = reschedule_in_the_text
    send(app)
    approve(app)
    clock.at = LIFT + DAY
    send(app)
    approve(app)
    send(app)
    assert sorted(name for name, _ in taken(sink)) == ["ana", "bo", "cy", "di"]
