"""The API keeps to its own description: no fault of ours, no status that it does not name."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from unittest import SkipTest

import pytest
import schemathesis
from api_client import token
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.schemas import BaseSchema
from stories import approve, queue
from support import LIFT, ROOT, FakeClock, closed_port, make_office, open_office
from test_api_permissions import TABLE

from mailer.app import App
from mailer.core.people import Role
from mailer.web.console import create

load_all_checks()
# What is well formed may still be refused by the desk, so that acceptance is not asked for.
HELD_TO = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "unsupported_method",
    ]
)
EXAMPLES = 10
"""Of each operation, of what it takes and of what it does not."""

HOST = {"Host": "localhost"}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    config = make_office(tmp_path_factory.mktemp("fuzzed"))
    with open_office(config, closed_port(), FakeClock(LIFT)) as app:
        yield app


@pytest.fixture(scope="module")
def bearer(fuzzed: App) -> str:
    return token(fuzzed, Role.APPROVER)


@pytest.fixture(scope="module")
def description(fuzzed: App) -> BaseSchema:
    queue(fuzzed, immediate=True)
    approve(fuzzed)
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", create(fuzzed), headers=HOST)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("route", sorted(set(TABLE) - {"GET /openapi.json"}))
def test_an_operation_keeps_to_its_description(
    description: BaseSchema, bearer: str, route: str, mode: GenerationMode
) -> None:
    method, path = route.split(" ")
    there = {"number": 1} if "{number}" in path and mode is GenerationMode.POSITIVE else None
    headers = {**HOST, "Authorization": f"Bearer {bearer}"}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(description[path][method].as_strategy(generation_mode=mode, path_parameters=there))
    def holds(case: Case) -> None:
        case.call_and_validate(headers=headers, checks=HELD_TO)

    with contextlib.suppress(Unsatisfiable, SkipTest):  # nothing about it can be wrong
        holds()


def test_the_description_is_for_anybody_and_names_every_operation(description: BaseSchema) -> None:
    raw = description.raw_schema
    assert raw["openapi"].startswith("3.1")
    assert raw["servers"] == [{"url": "/api/v1"}]
    told = {f"{method.upper()} {path}" for path, some in raw["paths"].items() for method in some}
    assert told == set(TABLE) - {"GET /openapi.json"}
    for some in raw["paths"].values():
        for operation in some.values():
            assert operation["summary"]
            assert operation["security"] == [{"token": []}]


def test_every_operation_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/api.md").read_text(encoding="utf-8")
    told = re.findall(r"`((?:GET|POST|PUT) /[^`?]*)[^`]*`", text)
    assert set(told) == set(TABLE)
    assert len(told) == len(set(told))
