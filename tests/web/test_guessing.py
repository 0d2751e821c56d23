"""Guessing never gets anybody far: at users, at passwords, from one address or many."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from console_client import add_person, browser
from support import FakeClock

from mailer.app import App
from mailer.core.people import Role
from mailer.desk import people
from mailer.web import guard, throttle


def test_login_never_tells_which_users_there_are(app: App) -> None:
    """Unknown, removed and known: the same words, and the same work by the same hash."""
    add_person(app, Role.STAFF)
    add_person(app, Role.STAFF, "gone")
    app.desk.remove_person("gone", by="x", now=app.now())
    with browser(app) as one:
        answers = [one.log_in(login, "wrong") for login in ("staff", "gone", "nobody")]
    assert {answer.status_code for answer in answers} == {401}
    said = {
        answer.text.replace(f'value="{login}"', "")
        for answer, login in zip(answers, ("staff", "gone", "nobody"), strict=True)
    }
    assert len(said) == 1
    hasher = PasswordHasher()
    assert not hasher.check_needs_rehash(people.NOBODYS_HASH)


def test_the_hash_of_nobody_is_checked_for_an_unknown_user(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    monkeypatch.setattr(people, "_matches", lambda kept, _: bool(checked.append(kept)))
    app.desk.log_in("nobody", "wrong", now=app.now())
    assert checked == [people.NOBODYS_HASH]


def test_never_more_guesses_at_an_account_than_its_limit(app: App, clock: FakeClock) -> None:
    add_person(app, Role.STAFF)
    with browser(app) as one:
        for _ in range(throttle.PAIR_LIMIT):
            assert one.log_in("Staff ", "wrong").status_code == 401
        refused = one.log_in("staff")
        assert refused.status_code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= throttle.WINDOW.total_seconds()
        clock.move(seconds=throttle.WINDOW.total_seconds())
        assert one.log_in("staff").status_code == 303


def test_never_more_guesses_from_an_address_than_its_limit(clock: FakeClock) -> None:
    limits = throttle.Throttle()
    waits = [limits.begin(f"n{i}", "192.0.2.1", clock()) for i in range(throttle.ADDRESS_LIMIT + 1)]
    assert [bool(wait) for wait in waits] == [False] * throttle.ADDRESS_LIMIT + [True]
    assert not limits.begin("n0", "192.0.2.2", clock())


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_the_many_addresses_of_one_subscriber_are_one(address: str, network: str) -> None:
    assert guard.network_of(address) == network


def test_a_failed_login_is_logged_by_its_address_and_never_by_what_was_typed(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    with browser(app) as one:
        for _ in range(throttle.PAIR_LIMIT + 1):
            one.log_in("my-password-in-the-wrong-field", "wrong")
    assert "log in failed from testclient" in caplog.text
    assert "log in refused from testclient" in caplog.text
    assert "wrong-field" not in caplog.text


def test_guesses_from_elsewhere_never_lock_out_who_was_in_before(clock: FakeClock) -> None:
    limits = throttle.Throttle()
    assert not limits.begin("chief", "192.0.2.1", clock())
    limits.succeeded("chief", "192.0.2.1")
    for i in range(throttle.ACCOUNT_LIMIT):
        assert not limits.begin("chief", f"198.51.100.{i}", clock())
    assert limits.begin("chief", "203.0.113.1", clock())
    assert not limits.begin("chief", "192.0.2.1", clock())


def test_logging_in_right_never_counts_as_a_guess(clock: FakeClock) -> None:
    limits = throttle.Throttle()
    for _ in range(3 * throttle.ACCOUNT_LIMIT):
        assert not limits.begin("chief", "192.0.2.1", clock())
        limits.succeeded("chief", "192.0.2.1")


@pytest.mark.parametrize("password", ["short", "x" * 300, "a" * 20, "staffstaffstaff"[:5]])
def test_never_a_password_that_is_easily_guessed(app: App, password: str) -> None:
    with pytest.raises(Exception, match="password"):
        app.desk.add_person("staff", password, Role.STAFF, by="x", now=app.now())
