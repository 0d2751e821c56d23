"""Roles and sessions: the table of who may do what, and when a session is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailer.core.people import (
    ACTS,
    IDLE,
    LONGEST,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    Act,
    Role,
    may,
    password_fault,
    session_ended,
)

NOON = datetime(2027, 2, 9, 12, tzinfo=UTC)
TEXTS = {Act.READ_ADVISORY, Act.WRITE_ADVISORY}
spans = st.timedeltas(timedelta(days=-2), timedelta(days=2))


def test_every_role_is_in_the_table_and_every_act_is_somebodys() -> None:
    assert set(ACTS) == set(Role)
    assert set().union(*ACTS.values()) == set(Act)


def test_an_officer_may_what_staff_may_and_an_approver_what_an_officer_may() -> None:
    assert ACTS[Role.STAFF] < ACTS[Role.OFFICER] < ACTS[Role.APPROVER]


def test_only_an_approver_may_let_a_text_go() -> None:
    assert [role for role in Role if may(role, Act.APPROVE)] == [Role.APPROVER]


def test_neither_staff_nor_an_admin_ever_reads_a_text() -> None:
    for role in (Role.STAFF, Role.ADMIN):
        assert not ACTS[role] & TEXTS


def test_only_an_admin_may_say_who_may() -> None:
    assert [role for role in Role if may(role, Act.CHANGE_PEOPLE)] == [Role.ADMIN]


@given(seen=spans, now=spans)
def test_a_session_never_outlives_its_limits(seen: timedelta, now: timedelta) -> None:
    over = session_ended(NOON, NOON + seen, NOON + now)
    if now >= LONGEST or now - seen >= IDLE or now < timedelta():
        assert over
    else:
        assert not over


@given(password=st.text(max_size=300), login=st.text(min_size=1, max_size=30))
def test_a_password_is_told_what_is_wrong_with_it(password: str, login: str) -> None:
    good = not password_fault(password, login)
    assert good <= (SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD)
    assert good <= (password.casefold().strip() != login.casefold())


def test_a_long_password_of_plain_words_is_good() -> None:
    assert password_fault("correct horse battery", "ines") == ""
