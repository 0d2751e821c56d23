"""One's own account, the users, the configuration: as pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from console_client import PASSWORD, add_person, begin_session, browser
from support import FakeClock, Sink, make_office, open_office

from mailer.app import App, open_app
from mailer.config import load, told
from mailer.core.people import Role
from mailer.web import throttle

NEW = "several quite plain words"


def test_times_are_told_in_each_users_own_zone_with_its_name(app: App) -> None:
    with browser(app, Role.STAFF) as one:
        assert one.post("/settings/zone", data={"zone": "Asia/Baku"}).status_code == 303
        page = one.get("/settings").text
    assert "Times are shown in Asia/Baku now." in page
    assert 'title="2027-02-06 00:01:00 UTC">04:01:00 (Baku, UTC+04:00)</time>' in page


def test_what_was_done_is_told_once(app: App) -> None:
    with browser(app, Role.STAFF) as one:
        one.post("/settings/zone", data={"zone": "Asia/Baku"})
        assert "now." in one.get("/settings").text
        assert "Asia/Baku now." not in one.get("/settings").text


def test_a_zone_that_is_none_is_refused(app: App) -> None:
    with browser(app, Role.STAFF) as one:
        answer = one.post("/settings/zone", data={"zone": "Mars/Base"})
    assert answer.status_code == 422
    assert "is not a time zone" in answer.text


def test_a_changed_password_ends_every_other_session_and_renews_this_one(app: App) -> None:
    with browser(app, Role.STAFF) as one, browser(app, Role.STAFF) as other:
        before = one.cookies["session"]
        form = {"old": PASSWORD, "new": NEW, "again": NEW}
        assert one.post("/settings/password", data=form).status_code == 303
        assert one.cookies["session"] != before
        assert one.get("/").status_code == 200
        assert other.get("/").status_code == 303
        assert other.log_in("staff").status_code == 401
        assert other.log_in("staff", NEW).status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "the present password is another one"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "x"}, "are not the same"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "at least 12 characters"),
    ],
)
def test_a_password_is_changed_only_by_who_knows_it(
    app: App, form: dict[str, str], said: str
) -> None:
    with browser(app, Role.STAFF) as one:
        answer = one.post("/settings/password", data=form)
        assert answer.status_code == 422
        assert said in answer.text
        assert one.log_in("staff").status_code == 303


def test_a_stolen_session_never_guesses_the_password_for_long(app: App) -> None:
    with browser(app, Role.STAFF) as one:
        form = {"old": "wrong", "new": NEW, "again": NEW}
        found = {one.post("/settings/password", data=form).status_code for _ in range(9)}
    assert found == {422, 429}
    assert throttle.PAIR_LIMIT < 9


def test_an_admin_adds_changes_and_removes_a_user(app: App) -> None:
    with browser(app, Role.ADMIN) as one, browser(app) as other:
        form = {"login": "Ines", "name": "Inês D", "role": "staff", "password": PASSWORD}
        assert one.post("/settings/users", data=form).status_code == 303
        page = one.get("/settings/users").text
        assert "Ines may log in now, as staff." in page
        assert "Inês D" in page
        number = next(person.id for person in app.desk.people() if person.login == "Ines")
        assert other.log_in("ines").status_code == 303
        one.post(f"/settings/users/{number}/role", data={"role": "officer"})
        assert other.get("/").status_code == 303
        one.post(f"/settings/users/{number}/password", data={"password": NEW})
        assert other.log_in("ines").status_code == 401
        assert other.log_in("ines", NEW).status_code == 303
        one.post(f"/settings/users/{number}/remove")
        assert other.get("/").status_code == 303
        assert other.log_in("ines", NEW).status_code == 401
    deeds = [(entry.actor, entry.action, entry.subject) for entry in app.desk.audit()]
    for action in ("add user", "change role", "change password", "remove user"):
        assert ("admin", action, "Ines") in deeds


def test_a_removed_user_can_be_added_again_and_is_not_who_they_were(app: App) -> None:
    add_person(app, Role.ADMIN, "ines")
    app.desk.remove_person("ines", by="t", now=app.now())
    again = app.desk.add_person("ines", NEW, Role.STAFF, by="t", now=app.now())
    assert again.role is Role.STAFF
    assert [person.login for person in app.desk.people()] == ["ines"]


@pytest.mark.parametrize("deed", ["role", "password", "remove"])
def test_an_admin_never_locks_themselves_out_by_a_slip(app: App, deed: str) -> None:
    with browser(app, Role.ADMIN) as one:
        number = app.desk.people()[0].id
        form = {"role": "staff", "password": NEW}
        answer = one.post(f"/settings/users/{number}/{deed}", data=form)
        assert answer.status_code == 422
        assert "this is you" in answer.text
        assert one.get("/").status_code == 200


def test_a_refused_user_leaves_what_was_typed_but_no_password(app: App) -> None:
    with browser(app, Role.ADMIN) as one:
        form = {"login": "two words", "name": "Inês", "role": "staff", "password": PASSWORD}
        answer = one.post("/settings/users", data=form)
    assert answer.status_code == 422
    assert 'value="two words"' in answer.text
    assert "Inês" in answer.text
    assert PASSWORD not in answer.text


def test_the_configuration_never_shows_a_secret(tmp_path: Path, clock: FakeClock) -> None:
    config = make_office(tmp_path)
    environ = {
        "MAILER__RELAY__USERNAME": "press",
        "MAILER__RELAY__PASSWORD": "hush-hush-relay",
        "MAILER__CONSOLE__METRICS_TOKEN": "hush-hush-token",
    }
    with open_app(config, environ, upgrade=True, now=clock) as app:
        with browser(app, Role.ADMIN) as one:
            page = one.get("/settings/configuration").text
    assert "hush" not in page
    assert page.count("••••••••") == 2
    assert "Lantern press office &lt;press@lantern.example&gt;" in page


def test_every_key_of_the_configuration_is_told(tmp_path: Path) -> None:
    from mailer.config import keys

    config = make_office(tmp_path)
    fallback = '[[relay.fallback]]\nhost = "127.0.0.1"\nport = 2\ntls = "none"\n'
    config.write_text(config.read_text().replace("[[audience]]", f"{fallback}\n[[audience]]", 1))
    said = {
        f"{section.strip('[]').partition(']')[0]}.{key}".lstrip(".")
        for section, rows in told(load(config, {}))
        for key, _ in rows
    }
    assert said == set(keys())


def test_the_relay_is_tried_as_a_sender_would(app: App, sink: Sink) -> None:
    with browser(app, Role.ADMIN) as one:
        assert f"127.0.0.1:{sink.port}: no TLS, no login" in one.post("/settings/relay-test").text
    assert sink.taken == []


def test_a_relay_that_is_not_there_is_said_in_words(tmp_path: Path, clock: FakeClock) -> None:
    with open_office(make_office(tmp_path), 1, clock) as app:
        with browser(app, Role.ADMIN) as one:
            answer = one.post("/settings/relay-test")
    assert answer.status_code == 200
    assert "check relay.host" in answer.text


def test_a_page_never_asks_for_a_session_in_its_address(app: App) -> None:
    add_person(app, Role.STAFF)
    with browser(app) as one:
        token = begin_session(one, "staff")
        assert token not in one.get("/").text
