"""A clock that cannot be believed: whole runs, into a real SMTP server, over clocks that jump."""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from support import ADVISORY, LIFT, FakeClock, Sink, make_office, open_office, relay

from mailer import scheduler
from mailer.app import App, open_app, runner
from mailer.core.clockwatch import Reading
from mailer.core.log_filter import LogFilter
from mailer.ledger.log import entries
from mailer.scheduler import kernel_synchronised, read_clocks, utc_now

HOUR = timedelta(hours=1)
EMBARGOED = "LCT 2027/004"
IMMEDIATE = "LCT 2027/005"

Story = Iterator[Reading]


class Clocks(FakeClock):
    """A machine's clocks: time passes for both of them, a jump moves the wall clock alone."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.monotonic = 1000.0

    def read(self, synchronised: bool | None = True) -> Reading:
        return Reading(self.at, self.monotonic, synchronised)

    def pass_by(self, span: timedelta) -> None:
        self.at += span
        self.monotonic += span.total_seconds()

    def jump(self, span: timedelta) -> None:
        self.at += span

    def ticks(self, number: int) -> Story:
        """So many ticks, one second from each to the next."""
        for _ in range(number):
            self.pass_by(timedelta(seconds=1))
            yield self.read()

    def ticks_until(self, done: Callable[[], bool]) -> Story:
        """Ticks at one standing moment, until the sending that they set going has got so far."""
        for _ in range(2000):
            if done():
                return
            yield self.read()
        raise AssertionError("it was not sent")


@pytest.fixture(autouse=True)
def short_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "TICK", timedelta(milliseconds=5))


@pytest.fixture
def clocks() -> Clocks:
    return Clocks(LIFT - 2 * HOUR)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with relay(Sink()) as one:
        yield one


@pytest.fixture
def app(tmp_path: Path, sink: Sink, clocks: Clocks) -> Iterator[App]:
    config = make_office(tmp_path)
    (tmp_path / "immediate.md").write_text(ADVISORY.replace(EMBARGOED, IMMEDIATE), "utf-8")
    with open_office(config, sink.port, clocks) as one:
        queue(one, "advisory.md", embargo="2027-02-09T00:01:00Z")
        approve(one, EMBARGOED)
        queue(one, "immediate.md", embargo=None)
        yield one


def queue(app: App, document: str, *, embargo: str | None) -> None:
    proposal = app.desk.propose(
        app.config.path.parent / document,
        embargo_line=embargo,
        immediate=embargo is None,
        audiences=("national",),
        now=app.now(),
    )
    app.desk.queue(proposal, by="officer", now=app.now())


def approve(app: App, reference: str) -> None:
    app.desk.approve(reference, by="chief", now=app.now())


def play(app: App, story: Story) -> list[str]:
    """Run with one step of the story a tick, until it ends; returns what the run said."""
    said: list[str] = []

    async def run() -> None:
        last: list[Reading] = []

        def read() -> Reading:
            for reading in story:
                last[:] = [reading]
                return reading
            worker.stop(quietly=True)
            return last[0]

        worker = runner(app, said.append, read=read)
        async with asyncio.timeout(60):  # a hang is a failure
            await worker.run()

    asyncio.run(run())
    return said


def alarms(said: list[str]) -> list[str]:
    return [line for line in said if line.startswith("CLOCK NOT TRUSTED")]


def references(sink: Sink) -> list[str]:
    """Of which advisory each message is that the relay took, in order."""
    texts = [taken.content.decode("utf-8", "replace") for taken in sink.taken]
    return [IMMEDIATE if IMMEDIATE in text else EMBARGOED for text in texts]


def states(app: App, reference: str) -> set[str]:
    with app.database.read() as session:
        return {entry.state for entry in entries.find(session, LogFilter(advisory=reference))}


# --- a jump forward ---------------------------------------------------------------------------


def test_never_an_embargoed_text_by_a_clock_that_jumped_over_the_lift(
    app: App, sink: Sink, clocks: Clocks
) -> None:
    def story() -> Story:
        yield from clocks.ticks(2)
        clocks.jump(3 * HOUR)
        yield from clocks.ticks(3)
        assert sink.taken == []
        # What is for immediate release has nothing to fear from a wrong clock.
        approve(app, IMMEDIATE)
        yield from clocks.ticks_until(lambda: len(sink.taken) == 2)
        yield from clocks.ticks(3)
        assert references(sink) == [IMMEDIATE] * 2
        # Set right again; the person says so, and the embargo lifts when it really does.
        clocks.jump(-3 * HOUR)
        app.desk.resume(None, by="chief", now=clocks())
        yield from clocks.ticks(3)
        assert references(sink) == [IMMEDIATE] * 2
        clocks.pass_by(LIFT - clocks())
        yield from clocks.ticks_until(lambda: len(sink.taken) == 4)

    said = play(app, story())
    (alarm,) = alarms(said)
    assert "jumped forward by 10800.0 s" in alarm
    assert "mailer resume --all" in alarm
    assert references(sink) == [IMMEDIATE] * 2 + [EMBARGOED] * 2
    assert states(app, EMBARGOED) == {"accepted"}


def test_what_stopped_goes_once_a_person_says_that_the_new_time_is_right(
    app: App, sink: Sink, clocks: Clocks
) -> None:
    def story() -> Story:
        yield from clocks.ticks(1)
        clocks.jump(3 * HOUR)
        yield from clocks.ticks(3)
        assert sink.taken == []
        app.desk.resume(None, by="chief", now=clocks())
        yield from clocks.ticks_until(lambda: len(sink.taken) == 2)

    assert len(alarms(play(app, story()))) == 1
    assert states(app, EMBARGOED) == {"accepted"}


def test_a_stop_outlives_the_run_that_saw_the_jump(app: App, sink: Sink, clocks: Clocks) -> None:
    def jumps() -> Story:
        yield from clocks.ticks(1)
        clocks.jump(3 * HOUR)
        yield from clocks.ticks(1)

    play(app, jumps())
    play(app, clocks.ticks(5))
    assert sink.taken == []
    assert states(app, EMBARGOED) == {"pending"}


def test_a_machine_that_slept_over_the_lift_only_wakes_late(
    app: App, sink: Sink, clocks: Clocks
) -> None:
    def story() -> Story:
        yield from clocks.ticks(1)
        clocks.pass_by(2 * HOUR + timedelta(minutes=5))  # less than the late grace after the lift
        yield from clocks.ticks_until(lambda: len(sink.taken) == 2)

    assert alarms(play(app, story())) == []
    assert references(sink) == [EMBARGOED] * 2


# --- a jump back ------------------------------------------------------------------------------


def test_a_jump_back_delays_and_never_sends_twice(app: App, sink: Sink, clocks: Clocks) -> None:
    later = "451 4.3.0 later"
    sink.answer = lambda command, rcpt: later if rcpt.startswith("cy") else None

    def story() -> Story:
        clocks.pass_by(LIFT - clocks())
        yield from clocks.ticks_until(lambda: states(app, EMBARGOED) == {"accepted", "deferred"})
        sink.answer = lambda command, rcpt: None
        clocks.jump(-HOUR)
        yield from clocks.ticks(5)
        clocks.pass_by(HOUR - timedelta(minutes=1))
        yield from clocks.ticks(5)
        assert sink.rcpts == ["di@daily.example"]
        clocks.pass_by(HOUR)
        yield from clocks.ticks_until(lambda: len(sink.taken) == 2)
        yield from clocks.ticks(5)

    assert alarms(play(app, story())) == []
    assert sink.rcpts == ["di@daily.example", "cy@daily.example"]


def test_ticks_go_on_when_the_real_wall_clock_is_set_back(tmp_path: Path, sink: Sink) -> None:
    with (
        time_machine.travel(LIFT - 2 * HOUR, tick=True) as machine,
        open_office(make_office(tmp_path), sink.port, utc_now) as app,
    ):

        def story() -> Story:
            yield read_clocks(utc_now)
            machine.shift(-HOUR / 2)
            queue(app, "advisory.md", embargo=None)
            approve(app, EMBARGOED)
            for _ in range(2000):
                yield read_clocks(utc_now)
                if len(sink.taken) == 2:
                    return

        play(app, story())
    assert len(sink.taken) == 2


# --- a clock that nobody keeps right ------------------------------------------------------------


@pytest.mark.parametrize("check", [True, False])
def test_an_unsynchronised_clock_stops_what_is_embargoed_unless_configured_off(
    app: App, sink: Sink, clocks: Clocks, check: bool
) -> None:
    clocks.pass_by(2 * HOUR)
    approve(app, IMMEDIATE)
    environ = {
        "MAILER__RELAY__PORT": str(sink.port),
        "MAILER__EMBARGO__CHECK_CLOCK": str(check).lower(),
    }
    said: list[str] = []

    async def once(app: App) -> bool:
        return await runner(app, said.append, read=lambda: clocks.read(False)).run_once()

    with open_app(app.config.path, environ, now=clocks) as checked:
        done = asyncio.run(once(checked))
    assert done is not check
    assert len(alarms(said)) == check
    assert references(sink).count(IMMEDIATE) == 2
    assert references(sink).count(EMBARGOED) == (0 if check else 2)


# --- reading them -----------------------------------------------------------------------------


def test_this_machines_clocks_can_be_read() -> None:
    first, second = read_clocks(utc_now), read_clocks(utc_now)
    assert first.wall.tzinfo is UTC
    assert first.monotonic <= second.monotonic
    assert first.synchronised in (True, False, None)


def test_no_reading_from_two_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    steady = iter([100.0, 103.0, 103.5, 103.5001])
    walls = iter([LIFT, LIFT + timedelta(seconds=3)])
    monkeypatch.setattr(scheduler, "time", SimpleNamespace(clock_gettime=lambda _: next(steady)))
    reading = read_clocks(lambda: next(walls))
    assert (reading.wall, reading.monotonic) == (LIFT + timedelta(seconds=3), 103.5001)


@pytest.mark.parametrize(
    ("returned", "said"), [(0, True), (1, True), (5, False), (-1, None)], ids=str
)
def test_the_kernels_word(
    monkeypatch: pytest.MonkeyPatch, returned: int, said: bool | None
) -> None:
    libc = SimpleNamespace(adjtimex=lambda timex: returned)
    fake = SimpleNamespace(CDLL=lambda _: libc, c_long=ctypes.c_long)
    monkeypatch.setattr(scheduler, "ctypes", fake)
    assert kernel_synchronised() is said


def test_a_kernel_without_adjtimex_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(CDLL=lambda _: SimpleNamespace())
    monkeypatch.setattr(scheduler, "ctypes", fake)
    assert kernel_synchronised() is None
