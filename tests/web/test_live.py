"""The live desk: one look at the ledger for all who watch, and only news is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from console_client import PASSWORD, Browser, browser
from stories import queue
from support import FakeClock

from mailer.app import App
from mailer.core.errors import LedgerBusyError
from mailer.core.outlook import Outlook
from mailer.core.people import Role
from mailer.ledger.outlook import Counts
from mailer.web import desk_page, live
from mailer.web.live import Live, Look, TooManyError

SOON = 0.01


def once(one: Browser) -> str:
    answer = one.get("/desk/live", params={"once": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    return answer.text


def events(text: str) -> list[str]:
    return [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event:")]


class Eye:
    """What looks; it says how often, and fails when told to."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.fails = False
        self.looks = 0

    def __call__(self, counts: Counts) -> Outlook:
        self.looks += 1
        if self.fails:
            raise LedgerBusyError("locked")
        return self.app.desk.outlook(self.app.now(), counts)


async def take(looks: AsyncGenerator[Look | None], number: int) -> list[Look | None]:
    return [await anext(looks) for _ in range(number)]


def test_a_stream_begins_with_all_parts(app: App) -> None:
    queue(app)
    with browser(app, Role.OFFICER) as one:
        assert events(once(one)) == list(desk_page.PARTS)


def test_twenty_who_watch_cost_one_look_a_second(app: App) -> None:
    eye = Eye(app)
    seen = Live(eye, SOON)

    async def watch() -> list[list[Look | None]]:
        async def one() -> list[Look | None]:
            async with aclosing(seen.watch()) as looks:
                return await take(looks, 4)

        return await asyncio.gather(*(one() for _ in range(20)))

    got = asyncio.run(watch())
    assert all(len(each) == 4 for each in got)
    different = {id(look) for each in got for look in each}
    assert len(different) <= eye.looks
    assert eye.looks < 20


def test_nobody_watching_is_nobody_looking(app: App) -> None:
    eye = Eye(app)
    seen = Live(eye, SOON)

    async def watch_and_leave() -> asyncio.Task[None] | None:
        async with aclosing(seen.watch()) as looks:
            await take(looks, 2)
            task = seen._task
        assert seen._task is None
        return task

    async def story() -> None:
        task = await watch_and_leave()
        assert task is not None
        with pytest.raises(asyncio.CancelledError):
            await task
        await watch_and_leave()  # and it begins again

    asyncio.run(story())


def test_a_ledger_that_cannot_be_read_is_said_and_does_not_end_the_stream(app: App) -> None:
    eye = Eye(app)
    seen = Live(eye, SOON)

    async def story() -> None:
        async with aclosing(seen.watch()) as looks:
            assert await anext(looks) is not None
            eye.fails = True
            while await anext(looks) is not None:
                pass
            eye.fails = False
            while await anext(looks) is None:
                pass

    asyncio.run(story())


def test_never_more_watch_than_can_be_served(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "AT_MOST", 1)
    seen = Live(Eye(app), SOON)

    async def story() -> None:
        async with aclosing(seen.watch()) as first:
            await anext(first)
            async with aclosing(seen.watch()) as second:
                with pytest.raises(TooManyError):
                    await anext(second)

    asyncio.run(story())


def test_what_has_not_changed_is_not_told_again(app: App, clock: FakeClock) -> None:
    queue(app)
    seen = Live(Eye(app))
    before = seen.look()
    clock.move(seconds=40)  # the counts are taken anew, and are the same
    after = seen.look(fresh=True)
    assert after.outlook.at != before.outlook.at
    assert desk_page._told(after) == desk_page._told(before)
    app.desk.hold(None, reason="x", by="y", now=app.now())
    told = desk_page._told(seen.look(fresh=True))
    changed = {part for part in desk_page.PARTS if told[part] != desk_page._told(before)[part]}
    assert "needs" in changed
    assert "going" not in changed


def test_pages_loaded_within_a_second_share_one_look(app: App) -> None:
    with browser(app, Role.OFFICER) as one:
        eye = Eye(app)
        one.app.state.live = Live(eye, every_s=60)  # type: ignore[attr-defined]
        for _ in range(5):
            one.get("/")
        assert eye.looks == 1


def test_a_stream_ends_when_its_session_has_ended(
    app: App, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with browser(app, Role.STAFF) as one:
        one.app.state.live = Live(Eye(app), SOON)  # type: ignore[attr-defined]

        def its_password_changes(_: Look) -> dict[str, object]:
            app.desk.set_password("staff", PASSWORD + "2", by="admin", now=clock.at)
            clock.at += desk_page.SESSION_ASKED_EVERY
            return {}

        monkeypatch.setattr(desk_page, "_told", its_password_changes)
        text = one.get("/desk/live").text
    assert events(text) == ["over"]


def test_a_stream_ends_when_the_console_is_to_end(app: App) -> None:
    with browser(app, Role.STAFF) as one:
        answers = iter([False, False, True])
        one.app.state.ending = lambda: next(answers)  # type: ignore[attr-defined]
        one.app.state.live = Live(Eye(app), SOON)  # type: ignore[attr-defined]
        assert events(one.get("/desk/live").text) == list(desk_page.PARTS)


def test_watching_is_no_use_of_a_session(app: App, clock: FakeClock) -> None:
    with browser(app, Role.STAFF) as one:
        token = one.cookies["session"]
        for _ in range(5):
            clock.move(minutes=50)
            app.desk.session_lives(token, now=clock.at)
        assert not app.desk.session_lives(token, now=clock.at)
