"""What the console never lets happen. Each test is named after what it forbids."""

from __future__ import annotations

import hashlib
import inspect
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from console_client import ORIGIN, PASSWORD, Browser, add_person, begin_session, browser
from hypothesis import example, given
from hypothesis import strategies as st
from support import FakeClock, make_office
from test_permissions_table import TABLE

from mailer.app import App, open_app
from mailer.core.people import IDLE, LONGEST, Role
from mailer.desk import people
from mailer.ledger import people as ledger_people
from mailer.web.console import LARGEST_BODY
from mailer.web.guard import HEADERS
from mailer.web.pages import local

# --- sessions ---------------------------------------------------------------------------------


def is_in(one: Browser) -> bool:
    return one.get("/").status_code == 200


def test_never_a_session_that_was_there_before_the_login(app: App) -> None:
    """Session fixation: what an attacker planted is of no use, and an older session ends."""
    add_person(app, Role.STAFF)
    with browser(app) as one:
        one.cookies.set("session", "planted", domain="localhost.local")
        one.log_in("staff")
        first = one.cookies.get("session")
        assert first not in ("planted", None)
        one.log_in("staff")
        second = one.cookies.get("session")
        assert second != first
        assert is_in(one)
        one.cookies.clear()
        one.cookies.set("session", str(first), domain="localhost.local")
        assert not is_in(one)


def test_never_a_session_after_logout(app: App) -> None:
    with browser(app, Role.STAFF) as one:
        token = one.cookies["session"]
        one.post("/logout")
        one.cookies.set("session", token, domain="localhost.local")
        assert not is_in(one)


@pytest.mark.parametrize("what", ["password", "role", "removed"])
def test_never_a_session_after_a_change_of(app: App, what: str) -> None:
    with browser(app, Role.STAFF) as one, browser(app, Role.STAFF) as other:
        assert is_in(one)
        assert is_in(other)
        if what == "password":
            app.desk.set_password("staff", "another long password", by="x", now=app.now())
        elif what == "role":
            app.desk.set_role("staff", Role.OFFICER, by="x", now=app.now())
        else:
            app.desk.remove_person("staff", by="x", now=app.now())
        assert not is_in(one)
        assert not is_in(other)


def test_never_a_session_that_was_left_alone_for_long(app: App, clock: FakeClock) -> None:
    with browser(app, Role.STAFF) as one:
        for _ in range(3):
            clock.move(seconds=(IDLE - timedelta(minutes=2)).total_seconds())
            assert is_in(one)
        clock.move(seconds=(IDLE + timedelta(minutes=1)).total_seconds())
        assert not is_in(one)


def test_never_a_session_for_ever(app: App, clock: FakeClock) -> None:
    with browser(app, Role.STAFF) as one:
        for _ in range(int(LONGEST / timedelta(hours=1)) - 1):
            clock.move(hours=1)
            assert is_in(one)
        clock.move(hours=1)
        assert not is_in(one)


def test_a_page_never_waits_for_a_writer(app: App, clock: FakeClock) -> None:
    with browser(app, Role.STAFF) as one:
        clock.move(minutes=5)
        with app.database.write():
            assert is_in(one)


def test_never_a_session_from_the_future(app: App, clock: FakeClock) -> None:
    with browser(app, Role.STAFF) as one:
        clock.move(hours=-1)
        assert not is_in(one)


def test_the_cookie_is_never_for_scripts_or_other_sites(app: App) -> None:
    add_person(app, Role.STAFF)
    with browser(app) as one:
        said = one.log_in("staff").headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "domain" not in said


def test_neither_a_token_nor_a_password_is_ever_in_the_ledger(app: App) -> None:
    with browser(app, Role.STAFF) as one:
        token = one.cookies["session"]
    path = app.config.database.path
    kept = b"".join(f.read_bytes() for f in path.parent.glob(f"{path.name}*"))
    assert token.encode() not in kept
    assert PASSWORD.encode() not in kept
    assert hashlib.sha256(token.encode()).hexdigest().encode() in kept


def test_a_token_is_never_compared_but_looked_up_by_its_hash() -> None:
    """No comparison of secrets has a length of time to measure: the hash is a key of a table."""
    source = inspect.getsource(ledger_people.session_person)
    assert "LoginRow.token_hash == token_hash" in source
    assert "token_hash(token)" in inspect.getsource(people.People._whose)


# --- who asks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
        {"Sec-Fetch-Site": "same-site", "Origin": ORIGIN},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost.evil.example"},
        {},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_never_a_change_that_another_site_asked_for(
    app: App, headers: dict[str, str], method: str
) -> None:
    add_person(app, Role.STAFF)
    with browser(app) as one:
        begin_session(one, "staff")
        for name in ("Sec-Fetch-Site", "Origin"):
            del one.headers[name]
        assert one.request(method, "/logout", headers=headers).status_code == 403
        assert is_in(one)


def test_a_browser_that_tells_only_the_origin_is_believed(app: App) -> None:
    with browser(app, Role.STAFF) as one:
        del one.headers["Sec-Fetch-Site"]
        assert one.post("/logout").status_code == 303


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost:80:80",
        "localhost@evil",
        "",
        "127.0.0.2",
    ],
)
def test_never_an_answer_under_another_hosts_name(app: App, host: str) -> None:
    with browser(app, Role.STAFF) as one:
        answer = one.get("/", headers={"Host": host})
        assert answer.status_code == 421
        assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8025", "127.0.0.1:1", "[::1]:8025"])
def test_our_own_names_are_answered(app: App, host: str) -> None:
    with browser(app) as one:
        assert one.get("/login", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("tls", [True, False])
def test_behind_a_proxy_only_its_name_and_its_pages_are_ours(
    tmp_path: Path, clock: FakeClock, tls: bool
) -> None:
    name = f"{'https' if tls else 'http'}://press.example.org"
    environ = {"MAILER__CONSOLE__BASE_URL": name, "MAILER__CONSOLE__BEHIND_PROXY": "true"}
    with open_app(make_office(tmp_path), environ, upgrade=True, now=clock) as app:
        add_person(app, Role.STAFF)
        with browser(app) as one:
            del one.headers["Sec-Fetch-Site"]
            form, host = {"login": "staff", "password": PASSWORD}, {"Host": "press.example.org"}
            for origin, status in ((name, 303), ("http://evil.example", 403)):
                answer = one.post("/login", data=form, headers=host | {"Origin": origin})
                assert answer.status_code == status
                assert ("strict-transport-security" in answer.headers) == tls
            assert one.get("/login", headers={"Host": "evil.example"}).status_code == 421
            cookie = one.post("/login", data=form, headers=host | {"Origin": name})
            assert cookie.headers["set-cookie"].startswith("__Host-session=") == tls
            begin_session(one, "staff", "__Host-session" if tls else "session")
            zone = one.post("/settings/zone", data={"zone": "UTC"}, headers=host | {"Origin": name})
            assert zone.headers["set-cookie"].endswith("; Secure") == tls


def test_a_forwarded_host_is_never_believed(app: App) -> None:
    with browser(app) as one:
        answer = one.get("/x", headers={"X-Forwarded-Host": "evil.example"})
        assert "evil" not in answer.text + str(answer.headers)


# --- where it leads ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "///evil",
     "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", " //evil.example", "evil", ""],
)  # fmt: skip
def test_login_never_leads_to_another_site(app: App, target: str) -> None:
    add_person(app, Role.STAFF)
    with browser(app) as one:
        assert 'name="next" value="/"' in one.get("/login", params={"next": target}).text
        assert one.log_in("staff", next=target).headers["location"] == "/"
        assert one.get("/login", params={"next": target}).headers["location"] == "/"


@given(st.text() | st.text(alphabet="/\\:.@?#eE \t\r\n", max_size=12).map(lambda t: "/" + t))
@example("/log?state=rejected&q=a%20b")
def test_a_local_address_never_has_a_host(target: str) -> None:
    found = local(target)
    assert found.startswith("/")
    assert not found.startswith("//")
    assert "\\" not in found
    assert found.isprintable()


def test_who_was_led_to_login_comes_back_to_the_page(app: App) -> None:
    add_person(app, Role.STAFF)
    with browser(app) as one:
        led = one.get("/", params={"a": "b c"}).headers["location"]
        assert led == "/login?next=%2F%3Fa%3Db%2Bc"
        assert 'value="/?a=b+c"' in one.get(led).text
        assert one.log_in("staff", next="/?a=b+c").headers["location"] == "/?a=b+c"


def test_a_link_in_a_mail_finds_the_session_by_asking_once_more(app: App) -> None:
    with browser(app) as one:
        arrived = one.get("/?a=b", headers={"Sec-Fetch-Site": "cross-site"})
        assert arrived.status_code == 200
        assert 'content="0;url=/?a=b"' in arrived.text
        asked_again = one.get("/?a=b", headers={"Sec-Fetch-Site": "same-origin"})
        assert asked_again.status_code == 303


@pytest.mark.parametrize(
    "name",
    ["../guard.py", "..%2fguard.py", "%2e%2e/guard.py", "....//guard.py", "/etc/passwd",
     "..\\guard.py", "console.css/../../guard.py", "console.css%00", ""],
)  # fmt: skip
def test_never_a_file_outside_of_the_static_ones(app: App, name: str) -> None:
    with browser(app) as one:
        answer = one.get(f"/static/{name}")
        assert answer.status_code in (404, 303)
        assert "Content-Security" not in answer.text
        assert "root:" not in answer.text


# --- what the browser is told -----------------------------------------------------------------


def test_never_a_script_or_a_style_that_is_not_ours(app: App) -> None:
    with browser(app, Role.STAFF) as one:
        answers = [one.get("/"), one.get("/nothing"), one.get("/login"), one.post("/logout")]
        answers.append(one.get("/", headers={"Host": "evil"}))
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"


def test_nothing_behind_a_session_is_ever_kept_by_a_browser(app: App) -> None:
    for role in Role:
        add_person(app, role)
    with browser(app) as one:
        for route, (roles, address, _) in TABLE.items():
            method = route.partition(" ")[0]
            begin_session(one, Role.APPROVER if roles and Role.APPROVER in roles else Role.ADMIN)
            if roles is not None and method == "GET":
                assert "no-store" in one.get(address).headers["cache-control"], route


def test_a_static_file_is_kept_only_at_the_address_of_its_content(app: App) -> None:
    with browser(app) as one:
        page = one.get("/login").text
        address = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
        assert "immutable" in one.get(address).headers["cache-control"]
        assert "immutable" not in one.get("/static/console.css?v=other").headers["cache-control"]


def test_never_a_body_larger_than_a_form(app: App) -> None:
    add_person(app, Role.STAFF)
    with browser(app) as one:
        answer = one.log_in("staff", "x" * (LARGEST_BODY + 1))
    assert answer.status_code == 413
    assert all(answer.headers[name] == value for name, value in HEADERS.items())


def test_hostile_text_is_never_markup(app: App) -> None:
    app.desk.add_person(
        "x", PASSWORD, Role.STAFF, by="t", now=app.now(), name='<img src=x onerror="a()">\u202e'
    )
    with browser(app) as one:
        begin_session(one, "x")
        page = one.get("/").text
    assert "<img" not in page
    assert "&lt;img src=x onerror=" in page
    assert "\u202e" not in page


def test_a_fault_never_shows_what_it_is_about(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    with browser(app, Role.STAFF) as one, closing(sqlite3.connect(":memory:")):
        one._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
        monkeypatch.setattr(type(app.desk), "session_person", lambda *_, **__: 1 / 0, raising=True)
        answer = one.get("/")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_no_template_has_an_inline_script_or_style() -> None:
    folder = Path(people.__file__).parents[1] / "web" / "html"
    for page in folder.rglob("*.html"):
        text = page.read_text("utf-8")
        assert "style=" not in text, page.name
        assert "<style" not in text, page.name
        assert " on" not in {w for w in text.split('"') if w.endswith("=")}, page.name
        assert not [t for t in text.split("<script")[1:] if not t.startswith(' src="{{ static(')]
