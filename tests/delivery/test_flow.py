"""How hard to lean on the relays: rules over numbers, whatever the relays answer."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailer.config import Relay
from mailer.core.outcome import LONGEST_PAUSE
from mailer.delivery.flow import STUMBLES, Circuit, Domains, Pace, Window, domain_of

NOW = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
JITTER = st.floats(0, 1, exclude_max=True)


def circuit() -> Circuit:
    return Circuit(Relay.model_validate({"host": "localhost", "tls": "none"}))


@given(st.integers(1, 100), st.lists(st.booleans(), max_size=500))
def test_the_window_stays_between_one_and_its_limit(limit: int, answers: list[bool]) -> None:
    window = Window(limit)
    assert window.sessions == limit
    for taken in answers:
        before = window.size
        window.taken() if taken else window.put_off()
        assert 1 <= window.sessions <= limit
        assert window.size >= before if taken else window.size <= before


@given(st.integers(2, 100))
def test_a_window_that_shrank_to_one_grows_back(limit: int) -> None:
    window = Window(limit)
    for _ in range(2 * limit):
        window.put_off()
    assert window.sessions == 1
    for _ in range(limit * limit):
        window.taken()
    assert window.sessions == limit


def test_a_relay_that_refuses_one_session_more_is_asked_for_it_ever_more_rarely() -> None:
    window, refusals = Window(20), []
    for copy in range(10_000):
        if window.sessions > 5:
            assert window.full(5) == (not refusals)
            refusals.append(copy)
        window.taken()
    assert 5 < len(refusals) < 50
    assert refusals[1] < 20


@given(st.floats(0.1, 10_000), st.lists(st.floats(0, 5), min_size=2, max_size=200))
def test_never_more_messages_than_the_rate(rate: float, pauses: list[float]) -> None:
    pace, moment, sent = Pace(rate), 0.0, []
    for pause in pauses:
        moment += pause + pace.wait(moment + pause)
        pace.spend(moment)
        sent.append(moment)
    assert all(later - sooner >= 0.999 / rate for sooner, later in itertools.pairwise(sent))


def test_no_rate_is_no_limit() -> None:
    pace = Pace(0)
    pace.spend(1)
    assert pace.wait(1) == 0


@given(st.integers(1, 40), JITTER)
def test_an_open_circuit_is_left_alone_for_a_while_and_a_clear_answer_closes_it(
    failures: int, jitter: float
) -> None:
    one = circuit()
    for _ in range(failures):
        wait = one.fails(NOW, jitter)
        assert timedelta() < wait <= LONGEST_PAUSE
        assert not one.can_be_tried(NOW)
        assert one.can_be_tried(NOW + wait)
        assert one.can_be_tried(NOW - timedelta(hours=1)), "the clock was set back"
    assert one.works()
    assert one.can_be_tried(NOW)
    assert not one.works()


def test_sessions_lost_in_a_row_are_too_many_and_one_that_answers_between_them_starts_anew() -> (
    None
):
    one = circuit()
    assert [one.stumbled() for _ in range(STUMBLES)] == [False] * (STUMBLES - 1) + [True]
    other = circuit()
    for _ in range(STUMBLES - 1):
        other.stumbled()
    other.works()
    assert not other.stumbled()


@given(st.integers(1, 5), st.lists(st.sampled_from("ab"), max_size=60))
def test_never_more_copies_at_once_to_a_domain_than_its_limit(limit: int, steps: list[str]) -> None:
    domains, at_work = Domains(limit, 0), {"a": 0, "b": 0}
    for domain in steps:
        if domains.wait(domain, 0) == 0:
            domains.begins(domain, 0)
            at_work[domain] += 1
            assert at_work[domain] <= limit
        else:
            assert at_work[domain] == limit
            domains.ends(domain)
            at_work[domain] -= 1


def test_a_domain_that_keeps_putting_us_off_is_left_alone_and_no_other() -> None:
    domains = Domains(1, 0)
    for _ in range(STUMBLES):
        domains.answered("a.example", put_off=True, moment=10, jitter=0)
    assert domains.wait("a.example", 10) == 1
    assert domains.wait("a.example", 11) == 0
    assert domains.wait("b.example", 10) == 0
    domains.answered("a.example", put_off=False, moment=10, jitter=0)
    assert domains.wait("a.example", 10) == 0


def test_domains_are_compared_without_regard_to_case() -> None:
    assert domain_of("A@Daily.Example") == domain_of("b@daily.example") == "daily.example"
