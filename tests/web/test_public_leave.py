"""Unsubscribing: what a journalist, a mail program and a scanner do with the link."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from public_client import BASE, NOBODY, ONE_CLICK, Visitor, everything, links_of
from public_client import _public as public
from support import LIFT, FakeClock

from mailer.app import App, Composer
from mailer.core.links import LIFE, Purpose
from mailer.core.model import LANGUAGES
from mailer.ledger import audit, consent
from mailer.ledger.flight import Flight
from mailer.ledger.queue import Queue

__all__ = ["public"]
ANA = "ana@wire.example"


def suppressed(app: App) -> list[tuple[str, str, str]]:
    with app.database.read() as session:
        return [(row.email, row.reason, row.by) for row in consent.suppressions(session)]


def token(app: App, email: str = ANA) -> str:
    return links_of(app, email).unsubscribe


@pytest.mark.parametrize("how", ["GET", "HEAD"])
def test_never_unsubscribes_because_scanners_open_the_link(public: App, how: str) -> None:
    before = everything(public)
    with Visitor(public) as visitor:
        path = f"/u/{token(public)}"
        answers = {visitor.request(how, path).status_code for _ in range(100)}
    assert answers == {200}
    assert everything(public) == before


@pytest.mark.parametrize("body", ["form", "multipart"])
def test_one_click_unsubscribes_without_cookie_or_redirect(public: App, body: str) -> None:
    with Visitor(public) as visitor:
        path = f"/u/{token(public)}"
        if body == "form":
            answer = visitor.post(path, data=ONE_CLICK)
        else:
            answer = visitor.post(path, files={"List-Unsubscribe": (None, "One-Click")})
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert "location" not in answer.headers
    said = "unsubscribed (one click) by the link in LCT 2027/004, advance to wires"
    assert suppressed(public) == [(ANA, said, "the journalist")]


def test_the_button_sends_what_a_mail_program_does_and_is_told_apart(public: App) -> None:
    with Visitor(public) as visitor:
        path = f"/u/{token(public)}"
        page = visitor.get(path).text
        assert len(re.findall("<button", page)) == 1
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        assert fields.items() >= ONE_CLICK.items()
        assert visitor.post(path, data=fields).status_code == 200
    assert [reason.partition(")")[0] for _, reason, _ in suppressed(public)] == [
        "unsubscribed (page"
    ]


def test_it_is_audited_with_its_evidence_and_only_once(public: App) -> None:
    with Visitor(public) as visitor:
        for _ in range(3):
            visitor.post(f"/u/{token(public)}", data=ONE_CLICK)
    with public.database.read() as session:
        assert audit.first_broken(session) is None
        row = session.connection().exec_driver_sql(
            "SELECT actor, subject, detail FROM audit WHERE action = 'unsubscribe'"
        )
        ((actor, subject, detail),) = row.all()
    assert (actor, subject) == ("the journalist", ANA)
    assert "LCT 2027/004, advance to wires" in detail
    assert "testclient" in detail
    assert len(suppressed(public)) == 1


@pytest.mark.parametrize(
    "data", [{}, {"List-Unsubscribe": ""}, {"List-Unsubscribe": "one-click"}, {"page": "yes"}]
)
def test_never_unsubscribes_without_the_word(public: App, data: dict[str, str]) -> None:
    before = everything(public)
    with Visitor(public) as visitor:
        answer = visitor.post(f"/u/{token(public)}", data=data)
    assert answer.status_code == 200
    assert "Nothing was changed yet" in answer.text
    assert everything(public) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_never_tells_a_known_token_from_an_unknown_one(public: App, method: str) -> None:
    known = token(public)
    with Visitor(public) as visitor:
        pages = []
        for one in (known, NOBODY, known[:-2], "x"):
            answer = visitor.request(
                method, f"/u/{one}", data=ONE_CLICK if method == "POST" else None
            )
            shown = re.sub(r"/[up]/[^\"?]+", "/…", answer.text)
            pages.append((answer.status_code, sorted(answer.headers), shown))
    assert all(page[0] == pages[0][0] and page[2] == pages[0][2] for page in pages)
    assert all(page[1] == pages[0][1] for page in pages)


def test_a_link_that_has_expired_does_nothing(public: App) -> None:
    clock = public.now
    assert isinstance(clock, FakeClock)
    clock.at = LIFT + LIFE[Purpose.UNSUBSCRIBE] + timedelta(days=1)
    before = everything(public)
    with Visitor(public) as visitor:
        assert visitor.post(f"/u/{token(public)}", data=ONE_CLICK).status_code == 200
    assert everything(public) == before


def test_the_page_leads_to_the_preferences_of_the_same_copy(public: App) -> None:
    made = links_of(public, ANA)
    with Visitor(public) as visitor:
        page = visitor.get(f"/u/{made.unsubscribe}?lang=de").text
    assert f'href="/p/{made.preferences}?lang=de"' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_the_readers_language(public: App, language: str) -> None:
    with Visitor(public) as visitor:
        by_browser = visitor.get("/u/x", headers={"Accept-Language": f"tlh, {language}-XX;q=0.8"})
        by_address = visitor.get(f"/u/x?lang={language}", headers={"Accept-Language": "it"})
    assert by_browser.text == by_address.text
    way = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{way}">' in by_browser.text


def test_what_waits_for_who_has_left_is_never_sent(public: App, tmp_path: Path) -> None:
    with Visitor(public) as visitor:
        visitor.post(f"/u/{token(public)}", data=ONE_CLICK)
    advance = LIFT - timedelta(days=1)
    queue = Queue(public.database, timedelta(days=1))
    queue.start_run(advance, timedelta(minutes=15))
    queue.start_due(advance, timedelta(minutes=15))
    flight = Flight(public.database, 1, timedelta(days=1))
    try:
        (job,) = flight.claim(10, advance)
    finally:
        flight.close()
    assert job.contact.email == ANA
    assert job.consent.suppressed


def test_every_copy_says_where_its_own_reader_unsubscribes(public: App) -> None:
    advance = LIFT - timedelta(days=1)
    queue = Queue(public.database, timedelta(days=1))
    queue.start_run(advance, timedelta(minutes=15))
    queue.start_due(advance, timedelta(minutes=15))
    flight = Flight(public.database, 1, timedelta(days=1))
    compose = Composer(public.database, public.config)
    try:
        (job,) = flight.claim(10, advance)
        first, again = compose(job).data, compose(job).data
    finally:
        flight.close()
    assert first == again
    assert f"List-Unsubscribe: <{BASE}/u/{token(public)}>".encode() in first
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in first
