"""The public pages under whoever means no good: fuzzed, hammered, timed."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from public_client import (
    NOBODY,
    ONE_CLICK,
    PUBLIC,
    Visitor,
    everything,
    links_of,
    public_office,
)
from support import CONFIG

from mailer.app import App
from mailer.web.public.guard import Floors
from mailer.web.public.site import create

TERMS = CONFIG.replace("check_clock", 'terms = "terms.md"\ncheck_clock')
UNLIMITED = PUBLIC + "requests_a_minute = 100000\n"
ANA = "ana@wire.example"


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder: Path = tmp_path_factory.mktemp("public")
    (folder / "terms.md").write_text("# Terms\n\nNothing before the lift.\n")
    with public_office(folder, TERMS + UNLIMITED) as app:
        yield app


@pytest.fixture(scope="module")
def visitor(public: App) -> Iterator[Visitor]:
    with Visitor(public) as one:
        yield one


# --- fuzzed -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def described(public: App) -> object:
    site = create(public, Floors(0, 0))
    with warnings.catch_warnings():
        # GET and HEAD are one function, and so have one name: nobody reads this description.
        warnings.filterwarnings("ignore", "Duplicate Operation ID", UserWarning)
        return schemathesis.openapi.from_dict(site.openapi())


def test_never_a_fault_whatever_is_asked(public: App, described: object, visitor: Visitor) -> None:
    before, asked = everything(public), 0
    for found in described.get_all_operations():  # type: ignore[attr-defined]
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: schemathesis.Case) -> None:
            nonlocal asked
            words = case.as_transport_kwargs(base_url=str(visitor.base_url))
            words.pop("cookies", None)
            answer = visitor.request(**words)
            assert answer.status_code < 500, (case.method, case.path, answer.text[:300])
            asked += 1

        ask()
    assert asked > 100
    assert everything(public) == before


@given(st.text(max_size=80), st.sampled_from("upe"), st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_never_a_fault_or_a_word_of_theirs_in_the_page(
    visitor: Visitor, path: str, purpose: str, body: bytes
) -> None:
    from urllib.parse import quote

    at = f"/{purpose}/{quote(path, safe='', errors='replace')}"
    for answer in (
        visitor.get(at, headers={"Accept-Language": "fr;q=0.1, <b>"}),
        visitor.post(at, content=body, headers={"Content-Type": "application/json"}),
        visitor.post(
            at, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
        ),
        visitor.post(at, content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}),
    ):
        assert answer.status_code < 500
        assert "<b>" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_are_not_known(public: App, visitor: Visitor, method: str) -> None:
    before = everything(public)
    token = links_of(public, ANA).unsubscribe
    for path in (f"/u/{token}", f"/p/{token}", f"/e/{token}", "/style.css"):
        assert visitor.request(method, path).status_code == 405
    assert everything(public) == before


def test_a_foreign_page_or_cookie_gains_nothing(public: App, visitor: Visitor) -> None:
    hostile = {"Origin": "https://evil.example", "Cookie": "session=x", "Authorization": "Basic x"}
    plain, with_more = visitor.get(f"/u/{NOBODY}"), visitor.get(f"/u/{NOBODY}", headers=hostile)
    assert plain.text == with_more.text
    assert "access-control-allow-origin" not in with_more.headers
    assert "set-cookie" not in with_more.headers


# --- timed ------------------------------------------------------------------------------------


ROUNDS = 40
TELLING = 3
"""Standard deviations; chance alone reaches them once in 370 times."""


@pytest.mark.parametrize(
    ("purpose", "data"),
    [("e", None), ("e", {"terms": "0" * 64}), ("u", ONE_CLICK), ("p", {"language": "fr"})],
    ids=["agreement", "no acceptance", "one click", "preferences"],
)
def test_never_tells_by_its_time_whether_a_token_is_known(
    public: App, purpose: str, data: dict[str, str] | None
) -> None:
    """By ranks (Mann and Whitney): a known token's answers come no sooner or later than others'.

    In turns, so that whatever else the machine does meets both alike; a difference that is there
    shows again when it is looked for again. By chance it fails less than once in ten thousand runs.
    """
    made = links_of(public, ANA)
    known = {"e": made.embargo, "u": made.unsubscribe, "p": made.preferences}[purpose]
    paths = {True: f"/{purpose}/{known}", False: f"/{purpose}/{NOBODY}"}
    order = Random(7)

    def measured() -> float:
        taken: dict[bool, list[float]] = {True: [], False: []}
        with Visitor(public, Floors(0.03, 0.1)) as visitor:
            for _ in range(ROUNDS):
                for which in order.sample((True, False), 2):
                    began = time.perf_counter()
                    answer = visitor.request("POST" if data else "GET", paths[which], data=data)
                    taken[which].append(time.perf_counter() - began)
                    assert answer.status_code == 200
        return deviation(taken[True], taken[False])

    first = measured()
    if abs(first) > TELLING:
        again = measured()
        assert abs(again) < TELLING or (again > 0) != (first > 0), (first, again)


def deviation(one: list[float], other: list[float]) -> float:
    """How many standard deviations the rank sum of `one` is from what chance would have it."""
    ranked = sorted([(value, True) for value in one] + [(value, False) for value in other])
    ranks = sum(rank for rank, (_, mine) in enumerate(ranked, 1) if mine)
    n, m = len(one), len(other)
    expected = n * (n + m + 1) / 2
    return (ranks - expected) / (n * m * (n + m + 1) / 12) ** 0.5


def test_the_ranks_would_tell_a_difference() -> None:
    draw = Random(1)
    slow = [draw.gauss(1.1, 0.1) for _ in range(ROUNDS)]
    fast, same = ([draw.gauss(1.0, 0.1) for _ in range(ROUNDS)] for _ in range(2))
    assert abs(deviation(slow, fast)) > 4
    assert abs(deviation(same, fast)) < 4
