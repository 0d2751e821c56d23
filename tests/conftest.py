"""Settings that every test shares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from stories import DAY
from support import LIFT, FakeClock, Sink, make_office, open_office, relay

from mailer.app import App

# No deadline: these are correctness tests, and a busy machine is not a fault. The blob that
# reproduces a failing example, and so its seed, is printed.
settings.register_profile(
    "mailer",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("mailer")


def pytest_configure(config: pytest.Config) -> None:
    # To collect tests is not to run them: no snapshot is unused because of it.
    if config.option.collectonly:
        config.option.warn_unused_snapshots = True


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(LIFT - 3 * DAY)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with relay(Sink()) as one:
        yield one


@pytest.fixture
def app(tmp_path: Path, sink: Sink, clock: FakeClock) -> Iterator[App]:
    with open_office(make_office(tmp_path), sink.port, clock) as one:
        yield one
