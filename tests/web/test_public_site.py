"""The public listener as a whole: what is reachable, what every answer says, what is refused."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from fastapi.routing import iter_route_contexts
from public_client import BASE, CONFIG, NOBODY, PUBLIC, Visitor, public_office
from public_client import _public as public

import mailer.web
import mailer.web.public
from mailer.app import App
from mailer.core.errors import ConfigError
from mailer.core.model import LANGUAGES
from mailer.web.console import create as create_console
from mailer.web.public.guard import Floors, Rate
from mailer.web.public.site import create
from mailer.web.public.wording import catalog, spoken

__all__ = ["public"]
ROUTES = {
    ("GET", "/style.css"),
    ("HEAD", "/style.css"),
    ("GET", "/u/{token}"),
    ("HEAD", "/u/{token}"),
    ("POST", "/u/{token}"),
    ("GET", "/e/{token}"),
    ("HEAD", "/e/{token}"),
    ("POST", "/e/{token}"),
    ("GET", "/e/{token}/files/{number}"),
    ("HEAD", "/e/{token}/files/{number}"),
    ("GET", "/p/{token}"),
    ("HEAD", "/p/{token}"),
    ("POST", "/p/{token}"),
}
"""All that can be reached. A new route without a line here fails."""


def routes(site: object) -> set[tuple[str, str]]:
    return {
        (method, context.path)
        for context in iter_route_contexts(site.routes)  # type: ignore[attr-defined]
        for method in context.methods or ()
    }


def test_never_another_route_than_these(public: App) -> None:
    assert routes(create(public)) == ROUTES


def test_never_a_page_of_the_console(public: App) -> None:
    with Visitor(public) as visitor:
        for _, path in sorted(routes(create_console(public))):
            plain = path.replace("{name:path}", "console.css")
            assert visitor.get(plain).status_code == 404, path


def test_never_a_page_of_a_journalist_at_the_console(public: App) -> None:
    assert not {path for _, path in routes(create_console(public)) if path[:3] in ROUTES}
    assert not {path for _, path in routes(create_console(public)) if "{token}" in path}


def test_never_imports_what_the_console_is_made_of() -> None:
    folder = Path(next(iter(mailer.web.public.__path__)))
    allowed = {"mailer.web.guard"}  # how a request names its host
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mailer.web"):
                own = (node.module or "").startswith("mailer.web.public")
                assert own or node.module in allowed, f"{file.name}: {node.module}"


def test_every_answer_says_that_nothing_of_it_is_kept_run_framed_or_indexed(public: App) -> None:
    with Visitor(public) as visitor:
        for path in (f"/u/{NOBODY}", "/nowhere", "/u/x/y/z"):
            answer = visitor.get(path)
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'")
            assert "script" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "noindex" in answer.headers["x-robots-tag"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "max-age" in answer.headers["strict-transport-security"]
            assert "set-cookie" not in answer.headers
            assert "<script" not in answer.text
            assert "style=" not in answer.text


def test_the_stylesheet_may_be_kept(public: App) -> None:
    with Visitor(public) as visitor:
        answer = visitor.get("/style.css?v=1")
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("host", ["evil.example", "news.lantern.example.evil.example", ""])
def test_never_answers_for_another_host(public: App, host: str) -> None:
    with Visitor(public) as visitor:
        assert visitor.get(f"/u/{NOBODY}", headers={"Host": host}).status_code == 421


def test_one_network_is_slowed_down_and_another_is_not(tmp_path: Path) -> None:
    with public_office(tmp_path, CONFIG + PUBLIC + "requests_a_minute = 10\n") as app:
        with Visitor(app) as visitor:
            answers = [visitor.get(f"/u/{NOBODY}").status_code for _ in range(12)]
            assert answers == [200] * 10 + [429] * 2
            assert visitor.get("/").headers["retry-after"] == "60"
            app.now.move(seconds=61)  # type: ignore[attr-defined]
            assert visitor.get(f"/u/{NOBODY}").status_code == 200


def test_a_network_of_ipv6_counts_as_one(public: App) -> None:
    rate = Rate(2)
    now = public.now()
    assert rate.allows("2001:db8::1", now)
    assert rate.allows("2001:db8::2", now)
    assert not rate.allows("2001:db8::3", now)
    assert rate.allows("2001:db8:0:1::1", now)
    assert rate.allows("192.0.2.1", now)
    assert rate.allows("192.0.2.2", now)


def test_readers_of_ipv4_are_never_one_network_on_a_socket_of_ipv6(public: App) -> None:
    rate = Rate(1)
    assert all(rate.allows(f"::ffff:192.0.2.{host}", public.now()) for host in range(9))


def test_a_body_that_is_too_large_is_refused(public: App) -> None:
    with Visitor(public) as visitor:
        answer = visitor.post(f"/u/{NOBODY}", data={"List-Unsubscribe": "x" * 100_000})
    assert answer.status_code == 413


def test_hostile_paths_are_pages_like_any_other(public: App) -> None:
    with Visitor(public) as visitor:
        for path in ("/u/%00", "/u/%ff%fe", "/u/..%2f..%2fe", "/u/" + "a" * 5000, "/u/%3Cimg%3E"):
            answer = visitor.get(path)
            assert answer.status_code in (200, 404)
            assert "<img" not in answer.text


def test_answers_of_every_token_take_the_same_least_time(public: App) -> None:
    slept: list[float] = []
    with Visitor(public, Floors(0.01, 0.02)) as visitor, pytest.MonkeyPatch.context() as patch:
        from mailer.web.public import guard

        real = guard.asyncio.sleep

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            await real(seconds)

        patch.setattr(guard.asyncio, "sleep", sleep)
        visitor.get(f"/u/{NOBODY}")
        visitor.post(f"/u/{NOBODY}")
    looking, writing = filter(None, slept)  # 0: the last of the wait, in turns
    assert -guard.TICK_S <= looking <= 0.01
    assert -guard.TICK_S <= writing <= 0.02


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_a_public_page_is_missing_in_any_language(language: str) -> None:
    english, other = catalog("en"), catalog(language)
    assert keys(other) == keys(english)
    for message in other:
        if message.id:
            assert message.string
            assert str(message.string).count("%(") == str(message.id).count("%(")


def keys(one: Catalog) -> set[str]:
    return {str(message.id) for message in one if message.id}


def test_every_word_that_a_page_asks_for_is_in_a_catalog() -> None:
    import re

    from mailer.compose.wording import catalog as of_messages

    known = keys(catalog("en")) | keys(of_messages("en"))
    folder = Path(next(iter(mailer.web.public.__path__))) / "html"
    asked = {
        key
        for page in folder.glob("*.html")
        for key in re.findall(r'_\("([^"]+)"', page.read_text("utf-8"))
    }
    assert asked
    assert asked <= known


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        ("", "", "en"),
        ("ru", "fr", "ru"),
        ("xx", "fr", "fr"),
        ("", "de-CH, fr;q=0.9", "de"),
        ("", "tlh, es;q=0.2, it;q=0.9", "it"),
        ("", "fr;q=0", "en"),
        ("", "fr;q=nan, ,;;q=1, de;q=0.5", "de"),
        ("<script>", "*" * 10_000, "en"),
    ],
)
def test_the_language_is_asked_for_accepted_or_the_usual(
    asked: str, accepted: str, expected: str
) -> None:
    assert spoken(asked, accepted, "en") == expected


def test_an_address_that_mail_programs_would_not_use_is_refused(tmp_path: Path) -> None:
    config = CONFIG + PUBLIC.replace("https://", "http://")
    with (
        pytest.raises(ConfigError, match=r"public\.base_url"),
        public_office(tmp_path, config),
    ):
        pass


def test_links_are_written_only_where_there_are_pages(tmp_path: Path) -> None:
    with public_office(tmp_path, CONFIG) as app:
        assert app.config.public.base_url == ""
    assert BASE.startswith("https://")
