from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core.outcome import (
    LONGEST_PAUSE,
    LONGEST_RETRY,
    RULINGS,
    SHORTEST_RETRY,
    URGENT_RETRY,
    URGENT_TRIES,
    Outcome,
    Reply,
    Step,
    asked_wait,
    pause,
    retry_at,
    rule,
)

NOW = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("step", "code", "outcome"),
    [
        (Step.CONNECT, None, Outcome.CIRCUIT_OPEN),
        (Step.BANNER, 421, Outcome.CIRCUIT_OPEN),
        (Step.BANNER, 554, Outcome.CIRCUIT_OPEN),
        (Step.STARTTLS, 454, Outcome.CIRCUIT_OPEN),
        (Step.STARTTLS, None, Outcome.CIRCUIT_OPEN),
        (Step.AUTH, 535, Outcome.CIRCUIT_OPEN),
        (Step.AUTH, 454, Outcome.CIRCUIT_OPEN),
        (Step.MAIL, 451, Outcome.RETRY),
        (Step.MAIL, 550, Outcome.RETRY),
        (Step.MAIL, None, Outcome.RETRY),
        (Step.RCPT, 450, Outcome.RETRY),
        (Step.RCPT, 452, Outcome.RETRY),
        (Step.RCPT, 552, Outcome.RETRY),
        (Step.RCPT, 550, Outcome.PERMANENT),
        (Step.RCPT, 421, Outcome.RETRY),
        (Step.DATA, 451, Outcome.RETRY),
        (Step.DATA, 554, Outcome.PERMANENT),
        (Step.DATA, 250, Outcome.RETRY),
        (Step.TEXT, None, Outcome.IN_DOUBT),
        (Step.DOT, 250, Outcome.ACCEPTED),
        (Step.DOT, 251, Outcome.ACCEPTED),
        (Step.DOT, 421, Outcome.RETRY),
        (Step.DOT, 552, Outcome.PERMANENT),
        (Step.DOT, 354, Outcome.IN_DOUBT),
        (Step.DOT, None, Outcome.IN_DOUBT),
    ],
)
def test_rulings(step: Step, code: int | None, outcome: Outcome) -> None:
    assert rule(step, Reply(code) if code else None).outcome is outcome


def test_a_refused_sender_holds_the_dispatch_and_a_refused_recipient_does_not() -> None:
    assert rule(Step.MAIL, Reply(550)).hold
    for step in (Step.MAIL, Step.RCPT, Step.DATA, Step.DOT):  # "log in first", whoever it is for
        assert rule(step, Reply(530)).hold
    assert not rule(Step.RCPT, Reply(550)).hold


def test_a_refused_login_waits_for_a_person() -> None:
    assert rule(Step.AUTH, Reply(535)).person
    assert not rule(Step.AUTH, Reply(454)).person


@given(st.sampled_from(Step), st.none() | st.builds(Reply, st.integers(-1, 9999)))
def test_there_is_a_ruling_for_everything_and_only_a_2yz_after_the_dot_is_accepted(
    step: Step, reply: Reply | None
) -> None:
    ruling = rule(step, reply)
    if ruling.outcome is Outcome.ACCEPTED:
        assert step is Step.DOT
        assert reply is not None
        assert str(reply.code).startswith("2")
    if ruling.outcome is Outcome.IN_DOUBT:
        assert step in (Step.TEXT, Step.DOT)


def test_every_step_has_a_ruling_for_no_answer() -> None:
    assert {step for step, pattern in RULINGS if pattern == "none"} == set(Step)


@pytest.mark.parametrize(
    ("text", "enhanced", "rest"),
    [
        ("2.0.0 Ok: queued", "2.0.0", "Ok: queued"),
        ("5.1.1 <a@b>: no such user", "5.1.1", "<a@b>: no such user"),
        ("4.7.1", "4.7.1", ""),
        ("10.1.1 no", "", "10.1.1 no"),
        ("Ok", "", "Ok"),
        ("2.0.0Ok", "", "2.0.0Ok"),
    ],
)
def test_enhanced_status(text: str, enhanced: str, rest: str) -> None:
    assert Reply.parse(250, text) == Reply(250, rest, enhanced)


@given(st.text(max_size=300), st.integers(200, 599))
def test_no_reply_text_is_lost(text: str, code: int) -> None:
    reply = Reply.parse(code, text)
    assert "".join((reply.enhanced + reply.text).split()) == "".join(text.split())


@given(st.integers(1, 1000), st.floats(0, 1, exclude_max=True))
def test_retries_wait_and_never_beyond_giving_up(attempts: int, jitter: float) -> None:
    again = retry_at(attempts, NOW, NOW + DAY, jitter)
    assert again is not None
    assert SHORTEST_RETRY <= again - NOW <= LONGEST_RETRY
    assert retry_at(attempts, NOW, NOW + timedelta(seconds=1), jitter) is None


@given(st.integers(1, 19), st.floats(0, 1, exclude_max=True))
def test_retries_grow(attempts: int, jitter: float) -> None:
    first = retry_at(attempts, NOW, NOW + DAY, jitter)
    second = retry_at(attempts + 1, NOW, NOW + DAY, jitter)
    assert first is not None
    assert second is not None
    assert second >= first


def test_the_first_hour_is_dense() -> None:
    latest = [retry_at(n, NOW, NOW + DAY, 0.999) for n in range(1, URGENT_TRIES + 1)]
    assert all(at is not None and at - NOW <= URGENT_RETRY for at in latest)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Greylisted, please come back later", 300),
        ("gray-listing in action", 300),
        ("try again in 90 seconds", 90),
        ("Greylisted for 7 minutes", 420),
        ("please retry after 00:05:30", 330),
        ("come back in 2 hours", 7200),
        ("in 99999 hours", 4 * 3600),
        ("mailbox full", None),
        ("error in 3 of our servers", None),
    ],
)
def test_a_relay_that_says_how_long_to_wait_is_not_asked_before(
    text: str, seconds: int | None
) -> None:
    reply = Reply(451, text)
    asked = asked_wait(reply)
    assert asked == (None if seconds is None else timedelta(seconds=seconds))
    if asked is not None:
        again = retry_at(1, NOW, NOW + DAY, 0.5, reply)
        assert again is not None
        assert again >= NOW + asked


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_pauses_stay_between_half_a_second_and_a_minute(failures: int, jitter: float) -> None:
    assert timedelta(seconds=0.5) <= pause(failures, jitter) <= LONGEST_PAUSE
