"""Open sessions with real relays: warmed, kept, shared by nobody; the next relay when one fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from random import Random

from aiosmtpd.smtp import SMTP, Envelope, Session
from support import Sink, closed_port, relay

from mailer.config import Relay
from mailer.core.embargo import Clearance, Refusal
from mailer.core.job import Entry, Job
from mailer.delivery.opening import connect
from mailer.delivery.pool import Line, Pool
from mailer.delivery.record import Record
from mailer.delivery.smtp import Session as Open
from mailer.delivery.smtp import Unavailable

NOW = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)


Connect = Callable[[Relay], Awaitable[Open | Unavailable]]


class Kept:
    """A ledger that keeps what it is told, for faults of relays alone."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def claim(self, limit: int, now: datetime) -> list[Job]:
        return []

    def commit(self, entries: Sequence[Entry], now: datetime) -> list[Clearance | Refusal]:
        self.entries += entries
        return []

    def sync(self) -> None:
        """Nothing is on a disk."""


class Slow(Sink):
    """A relay that takes its time over NOOP."""

    async def handle_NOOP(
        self, server: SMTP, session: Session, envelope: Envelope, argument: str
    ) -> str:
        await asyncio.sleep(0.1)
        return "250 OK"


def relay_at(port: int) -> Relay:
    keys = {"host": "127.0.0.1", "port": port, "tls": "none", "connections": 3}
    return Relay.model_validate(keys)


def with_pool(
    ports: Sequence[int],
    play: Callable[[Pool], Awaitable[None]],
    connect: Connect = connect,
) -> tuple[Kept, list[str]]:
    kept, said = Kept(), list[str]()

    async def main() -> None:
        record = Record(kept, lambda: NOW, said.append)
        relays = [relay_at(port) for port in ports]
        pool = Pool(relays, connect, record, lambda: NOW, Random(0), said.append)
        await play(pool)
        await pool.close()
        await record.settled()

    asyncio.run(main())
    return kept, said


async def take(pool: Pool) -> Line:
    line = await pool.take()
    assert line is not None
    return line


def test_warmed_sessions_are_those_that_are_taken() -> None:
    async def play(pool: Pool) -> None:
        await pool.warm()
        await pool.warm()
        lines = [await take(pool) for _ in range(3)]
        assert len({id(line.session) for line in lines}) == 3
        for line in lines:
            pool.give_back(line)
        assert (await take(pool)).session in [line.session for line in lines]
        for line in lines:
            line.session.abort()

    with relay(Sink()) as sink:
        with_pool([sink.port], play)


def test_never_a_session_that_is_being_asked_whether_it_is_still_there() -> None:
    async def play(pool: Pool) -> None:
        await pool.warm()
        asking = asyncio.create_task(pool.warm())
        await asyncio.sleep(0.02)
        during = await take(pool)
        assert not during.session._wire.owed
        await asking
        later = [await take(pool) for _ in range(3)]
        assert during.session not in [line.session for line in later]
        for line in (during, *later):
            await line.session.quit()

    with relay(Slow()) as sink:
        with_pool([sink.port], play)


def test_a_warmed_session_never_waits_for_one_that_the_relay_keeps_waiting() -> None:
    waits = asyncio.Event()
    asked: list[Relay] = []

    async def connect_once(relay: Relay) -> Open | Unavailable:
        asked.append(relay)
        if len(asked) > 1:
            await waits.wait()
        return await connect(relay)

    async def play(pool: Pool) -> None:
        warming = asyncio.create_task(pool.warm())
        async with asyncio.timeout(60):
            while not pool._idle:
                await asyncio.sleep(0.01)
        pool.give_back(await take(pool))
        assert not warming.done()
        waits.set()
        await warming

    with relay(Sink()) as sink:
        with_pool([sink.port], play, connect_once)


def test_the_next_relay_when_the_first_is_down_and_nobody_pays_for_it() -> None:
    async def play(pool: Pool) -> None:
        assert pool.allowed == 3
        line = await take(pool)
        assert line.circuit.relay.port == ports[1]
        assert pool.closed_until is None
        pool.give_back(line)

    with relay(Sink()) as sink:
        ports = [closed_port(), sink.port]
        kept, said = with_pool(ports, play)
    assert [type(entry).__name__ for entry in kept.entries] == ["RelayFault"]
    assert "not available" in said[0]


def test_none_when_every_relay_is_down_and_it_is_known_until_when() -> None:
    async def play(pool: Pool) -> None:
        assert await pool.take() is None
        assert pool.allowed == 0
        assert pool.closed_until is not None
        assert pool.closed_until > NOW

    with_pool([closed_port(), closed_port()], play)
