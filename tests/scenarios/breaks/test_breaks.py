"""Each published way of breaking an embargo, as a story, and what the program now answers.

The organisations and names are invented; the kinds of break are not: a zone lost on the way, a.m.
for p.m., an hour wrong in the weeks when Europe and America change their clocks, a day wrong
after conversion, no time given, a server that sent early, a stale list, a notice missing.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stories import DAY, REF, approve, document, queue, send, taken
from support import LIFT, ROOT, FakeClock, Sink, open_office

from mailer.app import App
from mailer.core.embargo import Ask, Instant, Reject, read
from mailer.core.errors import MailerError, NeedsDecisionError, TemplateError

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def read_line(line: str) -> Instant | Ask | Reject:
    return read(line, office_zone="Europe/London", now=NOW)


# --- a zone lost on the way -------------------------------------------------------------------


def test_a_zone_lost_on_the_way_is_asked_for(app: App) -> None:
    """The press office wrote "5 a.m. ET"; what was pasted was "5 a.m."."""
    with pytest.raises(NeedsDecisionError) as asked:
        queue(app, line="9 February 2027, 05:00")
    assert "2027-02-09T05:00:00Z" in str(asked.value)
    answer = read_line("05:00, 9 November 2026")
    assert isinstance(answer, Ask)
    assert answer.not_before == max(answer.candidates)


def test_a_zone_that_several_countries_use_is_asked_for() -> None:
    answer = read_line("09:00 IST, 9 November 2026")
    assert isinstance(answer, Ask)
    assert len(answer.candidates) >= 2


# --- a.m. for p.m. ----------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["12 a.m. GMT, 9 November 2026", "12 p.m. GMT, 9 November 2026"])
def test_twelve_of_the_clock_is_never_guessed(line: str) -> None:
    assert isinstance(read_line(line), Ask)


def test_a_bare_hour_is_never_taken_for_the_morning() -> None:
    answer = read_line("9:00 GMT, 9 November 2026")
    assert isinstance(answer, Ask)
    assert set(answer.candidates) >= {at(11, 9, 9), at(11, 9, 21)}
    assert answer.not_before == at(11, 9, 21)


def test_the_plan_says_the_time_in_twenty_four_hours(app: App) -> None:
    queue(app, line="7 p.m. GMT, 9 February 2027")
    assert {row.instant.hour for row in app.desk.plan(REF).rows} == {19}


# --- an hour wrong between two clock changes --------------------------------------------------


def test_the_weeks_when_europe_and_america_change_their_clocks() -> None:
    """On 28 October 2026 London is on GMT, and New York still on EDT: four hours, not five."""
    answer = read_line("5 a.m. ET, 28 October 2026")
    assert isinstance(answer, Instant)
    assert answer.utc == at(10, 28, 9)
    contradicting = read_line("5 a.m. ET / 10 a.m. London time, 28 October 2026")
    assert isinstance(contradicting, Ask)
    assert set(contradicting.candidates) == {at(10, 28, 9), at(10, 28, 10)}


def test_est_printed_while_new_york_is_on_edt_is_asked_about() -> None:
    answer = read_line("05:00 EST, 28 October 2026")
    assert isinstance(answer, Ask)
    assert set(answer.candidates) == {at(10, 28, 9), at(10, 28, 10)}
    assert answer.not_before == at(10, 28, 10)


def test_preflight_warns_of_those_weeks(app: App, clock: FakeClock) -> None:
    clock.at = NOW
    config = app.config.path
    config.write_text(config.read_text() + 'timezone = "America/New_York"\n')
    path = document(app)
    path.write_text(path.read_text().replace("2027-02-09", "2026-10-28"))
    with open_office(config, 1, clock) as again:
        queue(again, ("national",), line="2026-10-28T09:00:00Z")
        found = again.desk.check(REF, now=clock())
    assert "clock-change" in {finding.code for finding in found}


# --- a day wrong after conversion -------------------------------------------------------------


def test_a_day_that_conversion_moved_is_shown_with_its_own_weekday() -> None:
    answer = read_line("Tuesday 10 November 2026, 00:01 Auckland time")
    assert isinstance(answer, Instant)
    assert answer.utc == at(11, 9, 11, 1)


def test_a_weekday_that_contradicts_its_date_is_asked_about(app: App) -> None:
    with pytest.raises(NeedsDecisionError):
        queue(app, line="Monday 9 February 2027, 00:01 GMT")


def test_midnight_is_asked_which_days() -> None:
    answer = read_line("midnight GMT on 9 November 2026")
    assert isinstance(answer, Ask)
    assert set(answer.candidates) == {at(11, 9, 0), at(11, 10, 0)}
    assert answer.not_before == at(11, 10, 0)


# --- no time given ----------------------------------------------------------------------------


def test_a_date_without_a_time_is_asked_about(app: App) -> None:
    with pytest.raises(NeedsDecisionError):
        queue(app, line="9 February 2027")


def test_no_embargo_at_all_is_refused(app: App) -> None:
    with pytest.raises(MailerError, match="an embargo is required"):
        queue(app, line=None)


# --- a server that sent early -----------------------------------------------------------------


def test_a_server_that_looks_a_second_early_sends_nothing(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",))
    approve(app)
    clock.at = LIFT - timedelta(seconds=1)
    send(app)
    assert sink.taken == []


def test_a_text_that_prints_another_embargo_is_not_queued(app: App) -> None:
    path = document(app)
    line = 'embargo = "00:01 GMT, 10 February 2027"\n\n[[contacts]]'
    path.write_text(path.read_text().replace("[[contacts]]", line, 1))
    with pytest.raises(MailerError, match="but it is queued with"):
        queue(app)


# --- a stale list -----------------------------------------------------------------------------


def test_who_left_after_the_plan_gets_nothing(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    app.desk.suppress("cy@daily.example", reason="left The Daily", by="o", now=clock())
    app.desk.record_acceptance(
        "ana@wire.example", accepted=False, source="broke an embargo", by="o", now=clock()
    )
    clock.at = LIFT - DAY
    send(app)
    assert sink.taken == []
    clock.at = LIFT
    send(app)
    assert sorted(name for name, _ in taken(sink)) == ["ana", "bo", "di"]


def test_an_address_not_verified_for_a_year_is_said_before_anybody_approves(
    app: App, clock: FakeClock
) -> None:
    queue(app)
    assert "not-verified" in {finding.code for finding in app.desk.check(REF, now=clock())}


# --- a notice missing from the copy -----------------------------------------------------------


@pytest.mark.parametrize("gone", ["notice.txt", "notice.html"])
def test_a_template_without_its_notice_is_refused_when_it_is_queued(
    app: App, clock: FakeClock, tmp_path: Path, gone: str
) -> None:
    own = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", own)
    (own / "_base" / gone).write_text("", encoding="utf-8")
    config = app.config.path
    config.write_text(config.read_text().replace(f"{ROOT}/templates", "templates"))
    with open_office(config, 1, clock) as again:
        with pytest.raises(TemplateError, match="notice"):
            queue(again)
        with pytest.raises(MailerError, match="no advisory"):
            again.desk.plan(REF)
