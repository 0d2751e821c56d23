"""The public pages, attacked: what nobody outside may bring about, and what no page gives away."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from httpx import Response
from public_client import NOBODY, ONE_CLICK, PUBLIC, Visitor, links_of, public_office, queue
from sqlmodel import select
from starlette.types import Message
from support import CONFIG
from test_public_agree import ADVANCE, INVITING, Story, story

from mailer.app import App
from mailer.desk import Desk
from mailer.ledger.tables import AcceptanceRow, AuditRow, SuppressionRow, WishRow
from mailer.web.public import guard
from mailer.web.public.guard import Floors, Rate
from mailer.web.public.site import create

__all__ = ["story"]
ANA = "ana@wire.example"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NOW = datetime(2027, 2, 9, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def public(tmp_path: Path) -> Iterator[App]:
    config = CONFIG.replace("check_clock", 'terms = "terms.md"\ncheck_clock')
    (tmp_path / "terms.md").write_text("Nothing before the lift.\n")
    with public_office(tmp_path, config + PUBLIC) as app:
        yield app


@pytest.fixture
def visitor(public: App) -> Iterator[Visitor]:
    with Visitor(public) as one:
        yield one


# --- what an answer says ----------------------------------------------------------------------


def is_guarded(answer: Response) -> None:
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers


@pytest.mark.parametrize("purpose", "epu")
def test_never_a_page_that_can_be_framed_or_kept_even_when_something_breaks(
    public: App, monkeypatch: pytest.MonkeyPatch, purpose: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the text of the advisory")

    for name in ("leave", "choose", "text_for", "terms"):
        monkeypatch.setattr(Desk, name, broken)
    data = {"e": {"terms": "0" * 64}, "p": {"language": "fr"}, "u": ONE_CLICK}[purpose]
    with Visitor(public) as visitor:
        visitor._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
        answer = visitor.post(f"/{purpose}/{NOBODY}", data=data)
    assert answer.status_code == 500
    assert "the text of the advisory" not in answer.text
    is_guarded(answer)


WRONG: dict[str, Callable[[Visitor], Response]] = {
    "another method": lambda v: v.put(f"/u/{NOBODY}"),
    "another method at the stylesheet": lambda v: v.put("/style.css"),
    "another host": lambda v: v.get("/style.css", headers={"Host": "evil.example"}),
    "no page": lambda v: v.get("/"),
    "too much": lambda v: v.post(f"/u/{NOBODY}", content=b"a" * 100_000, headers=FORM),
    "too much in pieces": lambda v: v.post(
        f"/p/{NOBODY}", content=(b"a" * 9_000 for _ in range(9)), headers=FORM
    ),
    "many fields": lambda v: v.post(f"/p/{NOBODY}", content=b"audience=x&" * 1_400, headers=FORM),
    "a wrong form": lambda v: v.post(f"/p/{NOBODY}", data={"language": "x" * 65}),
    "a wrong number": lambda v: v.get(f"/e/{NOBODY}/files/one"),
    "a slash more": lambda v: v.post(f"/u/{NOBODY}/", data=ONE_CLICK),
}


@pytest.mark.parametrize("which", WRONG)
def test_never_an_answer_without_its_guards_whatever_was_wrong(
    visitor: Visitor, which: str
) -> None:
    answer = WRONG[which](visitor)
    assert 400 <= answer.status_code < 500
    is_guarded(answer)


@pytest.mark.parametrize(
    "path",
    ["//evil.example/u/x", "/%2Fevil.example/", "/%5Cevil.example/", "/u/..%2f..%2fetc", "/u//x"],
)
@pytest.mark.parametrize("host", [{}, {"X-Forwarded-Host": "evil.example"}])
def test_never_leads_to_another_site(visitor: Visitor, path: str, host: dict[str, str]) -> None:
    for at in (f"https://news.lantern.example{path}", f"/u/{NOBODY}?lang=//evil.example"):
        answer = visitor.get(at, headers=host)
        assert "location" not in answer.headers
        assert not re.search(r"""(?:href|src|action)=["'](?:https?:|//|[^"']*evil)""", answer.text)


@pytest.mark.parametrize("asked", ['"><script>', "fr\r\nX-Evil: 1", "FR", "xx", "en;q=9", "%00"])
def test_never_a_word_of_the_asked_language_in_the_page(visitor: Visitor, asked: str) -> None:
    answer = visitor.get(f"/u/{NOBODY}", params={"lang": asked}, headers={"Accept-Language": "de"})
    assert answer.status_code == 200
    assert '<html lang="de" dir="ltr">' in answer.text
    assert "x-evil" not in answer.headers
    assert asked not in answer.text.replace('hreflang="en"', "")


def test_never_markup_or_a_picture_from_the_terms(public: App, visitor: Visitor) -> None:
    terms = public.config.embargo.terms
    assert terms is not None
    terms.write_text(
        "<script>alert(1)</script>\n\n[a](javascript:alert(1)) ![b](https://evil.example/b.png)\n\n"
        '<form action="https://evil.example"><input name=x></form>\n\n{{ 7*7 }} [c](//evil.example)'
    )
    page = visitor.get(f"/e/{NOBODY}").text
    section = page.partition('<section class="terms"')[2].partition("</section>")[0]
    for tag in ("<script", "<form", "<input", "<img", 'javascript:alert(1)"', 'src="', "49"):
        assert tag not in section
    assert not re.search(r'href="(?!https://)', section)


# --- what it costs ----------------------------------------------------------------------------


@pytest.mark.parametrize("spent", [0.0, 0.01, 0.05, 0.07, 0.31, 2.0])
def test_never_tells_by_its_time_how_much_there_was_to_do(spent: float) -> None:
    """On a busy machine too: what takes longer than the floor takes two of them, or three."""
    floor = 0.05
    floors = (spent + guard._until_next(floor, spent)) / floor
    assert abs(floors - round(floors)) < 1e-9
    assert guard._until_next(0, spent) == 0


async def ask_slowly(app: App, path: str) -> list[Message]:
    """A request that says what is coming, and whose body never comes to its end."""
    sent: list[Message] = []
    pieces = iter([{"type": "http.request", "body": b"List-Unsub", "more_body": True}])
    never = asyncio.Event()

    async def receive() -> Message:
        piece = next(pieces, None)
        if piece is None:
            await never.wait()
        return piece or {}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "client": ("192.0.2.1", 1),
        "server": ("news.lantern.example", 443),
        "headers": [
            (b"host", b"news.lantern.example"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", b"30"),
        ],
    }
    async with asyncio.timeout(60):
        await create(app, Floors(0, 0))(scope, receive, send)
    return sent


@pytest.mark.anyio
async def test_never_waits_for_ever_for_a_body(
    public: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "BODY_WITHIN_S", 0.2)
    sent = await ask_slowly(public, f"/u/{links_of(public, ANA).unsubscribe}")
    assert [400 <= one["status"] < 500 for one in sent if "status" in one] in ([True], [])
    assert not public.desk.contact(ANA).suppressed


def test_never_more_memory_than_so_many_networks_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MOST_ADDRESSES", 100)
    rate = Rate(10)
    for number in range(1_000):
        assert rate.allows(f"2001:db8:{number:x}::1", NOW)
        assert len(rate._seen) <= 100
    later = NOW + timedelta(hours=1)
    assert rate.allows("192.0.2.1", later)


def test_never_a_long_address_in_the_ledger(public: App) -> None:
    """What a proxy passes on may be anything."""
    site = create(public, Floors(0, 0))
    with Visitor(public) as visitor:
        visitor._transport.app = site  # type: ignore[attr-defined]
        visitor._transport.client = ("<script>" * 500, 1)  # type: ignore[attr-defined]
        visitor.post(f"/u/{links_of(public, ANA).unsubscribe}", data=ONE_CLICK)
    with public.database.read() as session:
        deed = session.exec(select(AuditRow).where(AuditRow.action == "unsubscribe")).one()
    assert len(deed.detail["from"]) == guard.LONGEST_ADDRESS


# --- at once, and again -----------------------------------------------------------------------


def at_once(app: App, ask: Callable[[Visitor], object], times: int = 8) -> None:
    """The same request from several at the same time."""
    visitors = [Visitor(app) for _ in range(times)]
    with ThreadPoolExecutor(times) as pool:
        list(pool.map(ask, visitors))
    for visitor in visitors:
        visitor.close()


def test_never_two_suppressions_for_clicks_at_once(public: App) -> None:
    path = f"/u/{links_of(public, ANA).unsubscribe}"
    at_once(public, lambda visitor: visitor.post(path, data=ONE_CLICK))
    with public.database.read() as session:
        assert len(session.exec(select(SuppressionRow)).all()) == 1
        deeds = select(AuditRow).where(AuditRow.action == "unsubscribe")
        assert len(session.exec(deeds).all()) == 1


def test_never_fills_the_ledger_by_saying_the_same_again(public: App) -> None:
    path = f"/p/{links_of(public, ANA).preferences}"
    at_once(public, lambda visitor: visitor.post(path, data={"language": "fr"}))
    with Visitor(public) as visitor:
        visitor.post(path, data={"language": "fr"})
        visitor.post(path, data={"language": "de"})
    with public.database.read() as session:
        assert [row.language for row in session.exec(select(WishRow))] == ["fr", "de"]


@pytest.mark.anyio
async def test_never_two_advance_copies_for_two_acceptances_at_once(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    path = story.path()
    page = story.visitor.get(path).text
    digest = re.search(r'name="terms" value="([0-9a-f]+)"', page)
    assert digest
    at_once(story.app, lambda visitor: visitor.post(path, data={"terms": digest[1]}))
    with story.app.database.read() as session:
        assert len(session.exec(select(AcceptanceRow)).all()) == 1
    await story.send()
    assert [one[:9] for one in story.got("bo@wire.example")] == ["Invitatio", "EMBARGOED"]


@pytest.mark.anyio
async def test_never_a_file_of_another_advisorys_media_kit(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    path = story.path()
    story.accept(path)
    (story.folder / "secret.csv").write_text("secret\n")
    more = '"gauges.csv", "map.png", "secret.csv"'
    text = INVITING.replace('"gauges.csv", "map.png"', more).replace("2027/004", "2027/005")
    (story.folder / "advisory.md").write_text(text)
    queue(story.app, story.folder)
    story.app.desk.approve("LCT 2027/005", by="Chief", now=story.app.now())
    assert story.visitor.get(f"{path}/files/1").status_code == 200
    for number in ("3", "03", "+3", "3/", "999999999999999999999", "%33"):
        answer = story.visitor.get(f"{path}/files/{number}")
        assert answer.status_code in (404, 422)
        assert "secret" not in answer.text
    other = links_of(story.app, ANA)
    for token in (other.unsubscribe, other.preferences, NOBODY):
        assert story.visitor.get(f"/e/{token}/files/1").status_code == 404


def test_never_a_deed_by_the_link_for_another_one(public: App, visitor: Visitor) -> None:
    """Who knows the link to choose can neither leave nor accept; who can leave, not accept."""
    made = links_of(public, ANA)
    for path in (f"/u/{made.preferences}", f"/e/{made.preferences}", f"/e/{made.unsubscribe}"):
        page = visitor.get(path).text
        digest = re.search(r'name="terms" value="([0-9a-f]+)"', page)
        visitor.post(path, data={**ONE_CLICK, "terms": digest[1] if digest else ""})
    with public.database.read() as session:
        assert session.exec(select(SuppressionRow)).all() == []
        assert session.exec(select(AcceptanceRow)).all() == []
