"""A run whose look at the ledger takes long, and which is told to stop in the middle of it."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta

import pytest
from stories import approve, queue
from support import FakeClock

from mailer import scheduler
from mailer.app import App, runner
from mailer.ledger.dispatching import Notice


def test_a_look_that_takes_long_and_a_stop_in_it_are_never_told_as_faults(
    app: App,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(scheduler, "LOOK_WITHIN", timedelta(seconds=60))
    monkeypatch.setattr(scheduler, "LONG_LOOK", timedelta())
    monkeypatch.setattr(scheduler, "TICK", timedelta(milliseconds=1))
    looking, go_on = threading.Event(), threading.Event()
    ended: list[datetime] = []
    said: list[str] = []

    async def run() -> None:
        worker = runner(app, said.append)
        close_done = worker._queue.close_done

        def slowly(now: datetime) -> list[Notice]:
            looking.set()
            assert go_on.wait(60)
            found = close_done(now)
            ended.append(now)
            return found

        monkeypatch.setattr(worker._queue, "close_done", slowly)
        running = asyncio.create_task(worker.run())
        assert await asyncio.to_thread(looking.wait, 60)
        async with asyncio.timeout(60):  # the steady clock finds that no tick came for a while
            while not any("is waited for" in line for line in said):
                await asyncio.sleep(0.005)
        worker.stop(quietly=True)
        for _ in range(100):  # as far as the stop can come while the look is under way
            await asyncio.sleep(0)
        assert not running.done()
        go_on.set()
        await running

    queue(app)
    approve(app)
    asyncio.run(run())
    assert ended
    assert len([line for line in said if "is waited for" in line]) == 1
    assert [record.getMessage() for record in caplog.records] == []
