"""One's own API tokens, as a page."""

from __future__ import annotations

import re

import pytest
from console_client import PASSWORD, Browser, add_person, browser

from mailer.app import App
from mailer.core.people import Role

FORM = {"name": "the website", "role": "staff", "days": "30", "password": PASSWORD}


def made(one: Browser, **changed: str) -> str:
    page = one.post("/settings/tokens", data=FORM | changed)
    assert page.status_code == 200, page.text
    found = re.search(r'class="secret">([^<]+)<', page.text)
    assert found
    return found[1]


def test_a_token_is_shown_once_and_works_until_it_is_revoked(app: App) -> None:
    with browser(app, Role.OFFICER) as one:
        token = made(one)
        page = one.get("/settings/tokens").text
        assert token not in page
        assert "the website" in page
        assert app.desk.token_person(token, now=app.now()) is not None
        number = app.desk.tokens()[0].id
        assert one.post(f"/settings/tokens/{number}/revoke").status_code == 303
        assert app.desk.token_person(token, now=app.now()) is None


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"password": "wrong"}, 422),
        ({"role": "approver"}, 422),
        ({"days": "0"}, 422),
        ({"days": "99999"}, 422),
        ({"name": " "}, 422),
    ],
    ids=str,
)
def test_never_a_token_for_more_than_its_person_may_or_without_the_password(
    app: App, changed: dict[str, str], status: int
) -> None:
    with browser(app, Role.OFFICER) as one:
        assert one.post("/settings/tokens", data=FORM | changed).status_code == status
    assert app.desk.tokens() == []


def test_never_another_persons_token(app: App) -> None:
    with browser(app, Role.OFFICER) as one, browser(app, Role.APPROVER) as other:
        token = made(one)
        assert "the website" not in other.get("/settings/tokens").text
        number = app.desk.tokens()[0].id
        assert other.post(f"/settings/tokens/{number}/revoke").status_code == 404
    assert app.desk.token_person(token, now=app.now()) is not None


def test_a_user_who_is_removed_and_added_again_never_has_the_old_tokens(app: App) -> None:
    with browser(app, Role.OFFICER) as one:
        token = made(one)
    app.desk.remove_person("officer", by="t", now=app.now())
    assert app.desk.token_person(token, now=app.now()) is None
    add_person(app, Role.OFFICER)
    assert app.desk.token_person(token, now=app.now()) is None
