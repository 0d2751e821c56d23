"""The open sessions, and the relays behind them: which is used next, and how many at once.

Relays are in order of preference. Each has a circuit of its own; a relay that will not have us
costs no journalist an attempt, and what goes on is whatever the next relay, or a later try, takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from mailer.config import Relay
from mailer.core import outcome
from mailer.core.job import RelayFault
from mailer.core.outcome import Outcome, Ruling
from mailer.delivery.flow import Circuit
from mailer.delivery.record import Record
from mailer.delivery.smtp import Handed, Session, Unavailable


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """An open session, and the circuit of its relay."""

    session: Session
    circuit: Circuit


class Pool:
    """Opens sessions and keeps those that are idle. Use it from the event loop's thread."""

    def __init__(
        self,
        relays: Sequence[Relay],
        connect: Callable[[Relay], Awaitable[Session | Unavailable]],
        record: Record,
        now: Callable[[], datetime],
        random: Random,
        say: Callable[[str], None],
    ) -> None:
        self._circuits = [Circuit(relay) for relay in relays]
        self._connect = connect
        self._record = record
        self._now = now
        self._random = random
        self._say = say
        self._idle: list[Line] = []
        self.most = max(relay.connections for relay in relays)
        """The most sessions that are ever at work at once."""

    # --- how many -----------------------------------------------------------------------------

    @property
    def closed_until(self) -> datetime | None:
        """While no relay can be tried: when the first is tried again (UTC)."""
        if self._circuits[0].closed_until is None:
            return None  # asked for every copy: without a look at the clock
        now = self._now()
        if any(circuit.can_be_tried(now) for circuit in self._circuits):
            return None
        return min(circuit.closed_until or now for circuit in self._circuits)

    @property
    def allowed(self) -> int:
        """How many sessions may be at work now; 0: no relay can be tried."""
        first = self._circuits[0]
        if first.closed_until is None:
            return first.sessions
        sessions = 0
        for circuit in self._usable():
            sessions += circuit.sessions
            if not circuit.failures:
                break
        return sessions

    def _usable(self) -> list[Circuit]:
        """The relays that can be tried now, most preferred first."""
        now = self._now()
        return [circuit for circuit in self._circuits if circuit.can_be_tried(now)]

    def _preferred(self, *, wary: bool = False) -> Circuit | None:
        """The relay to use now; None: no relay can be tried.

        A relay that had failed is tried by one session, and not by a `wary` one, as long as there
        is another that has not.
        """
        usable = self._usable()
        for circuit in usable:
            if not circuit.failures or not (wary or circuit.at_work):
                return circuit
        return usable[0] if usable else None

    # --- sessions -----------------------------------------------------------------------------

    async def warm(self) -> None:
        """Open as many sessions as are allowed, and keep those alive that are open."""
        # Out of the pool while they are asked: the lift may come meanwhile, and take what is in it.
        asked, self._idle = self._idle, []
        while (circuit := self._preferred()) is not None:
            mine = [line for line in asked if line.circuit is circuit]
            asked = [line for line in asked if line.circuit is not circuit]
            kept = await asyncio.gather(*(self._keep(line) for line in mine))
            opening = circuit.sessions - sum(kept)
            opened = await asyncio.gather(*(self._open_idle(circuit) for _ in range(opening)))
            if any(kept) or any(opened) or not opening:
                break
        for line in asked:
            await line.session.quit()

    async def _keep(self, line: Line) -> bool:
        """An idle session is kept in the pool if it is still there."""
        there = await line.session.still_there()
        if there:
            self._idle.append(line)
        else:
            line.session.abort()
        return there

    async def _open_idle(self, circuit: Circuit) -> bool:
        """One more session for the pool, as soon as it is open, whatever becomes of the others."""
        session = await self._open(circuit)
        if session is not None:
            self._idle.append(Line(session, circuit))
        return session is not None

    async def take(self, *, wary: bool = False) -> Line | None:
        """A session with the best relay there is; None: every circuit is open, or it has enough.

        `wary`: it is for a copy that was put off before, which shall not be what a relay that had
        failed is tried with, time and again. Give the session back with `give_back`.
        """
        while (circuit := self._preferred(wary=wary)) is not None:
            line = await self._line(circuit)
            if line is not None:
                circuit.at_work += 1
            if line is not None or not circuit.failures:
                return line
        return None

    @property
    def has_idle(self) -> bool:
        """Whether there is a session to take."""
        return bool(self._idle)

    async def _line(self, circuit: Circuit) -> Line | None:
        """A session with this relay, idle or new; None: it would not have us."""
        while (line := self._idle_with(circuit)) is not None:
            if line.session.usable:
                return line
            line.session.abort()
        opened = await self._open(circuit)
        return None if opened is None else Line(opened, circuit)

    def _idle_with(self, circuit: Circuit) -> Line | None:
        """The idle session with this relay that was last at work; it is idle no more."""
        line = next((one for one in reversed(self._idle) if one.circuit is circuit), None)
        if line is not None:
            self._idle.remove(line)
        return line

    def give_back(self, line: Line) -> None:
        """Keep a session for the next who needs one, unless it is of no more use."""
        line.circuit.at_work -= 1
        if line.session.usable and not line.session.engaged:
            self._idle.append(line)
        else:
            line.session.abort()

    async def close(self) -> None:
        """Say goodbye on every session that is idle."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(line.session.quit() for line in idle))

    async def _open(self, circuit: Circuit) -> Session | None:
        circuit.at_work += 1
        circuit.opening += 1
        try:
            opened = await self._connect(circuit.relay)
        finally:
            circuit.opening -= 1
            circuit.at_work -= 1
        if isinstance(opened, Session):
            return opened
        ruling = outcome.rule(opened.step, opened.reply)
        later = opened.reply is not None and opened.reply.code // 100 == 4
        if later and not ruling.person and self._has_others(circuit, opened):
            return None
        if circuit.can_be_tried(self._now()):  # else another session was told the same
            self._open_circuit(circuit, opened, person=ruling.person)
        return None

    def _has_others(self, circuit: Circuit, refusal: Unavailable) -> bool:
        """Whether a relay that refuses a session has let us have others, or may yet."""
        idle = sum(line.circuit is circuit for line in self._idle)
        has = idle + circuit.at_work - circuit.opening
        if has and circuit.window.full(has):
            self._say(
                f"relay {circuit.name} has given us {has} of {circuit.relay.connections} "
                f"connections and refuses more ({refusal}); it goes on with these"
            )
        return has > 0 or circuit.opening > 0

    # --- what the answers say of a relay ------------------------------------------------------

    def weigh(self, circuit: Circuit, handed: Handed, ruling: Ruling) -> None:
        """Lean harder on a relay that takes copies, less on one that puts them off or hangs up."""
        if ruling.outcome is Outcome.ACCEPTED:
            circuit.window.taken()
        elif ruling.outcome in (Outcome.RETRY, Outcome.IN_DOUBT):
            circuit.window.put_off()
        if handed.over:
            if circuit.stumbled():
                error = handed.error or "it closes every session"
                fault = Unavailable(handed.step, handed.reply, error)
                self._open_circuit(circuit, fault, person=False)
        elif circuit.works():
            self._say(f"relay {circuit.name} is there again")

    def _open_circuit(self, circuit: Circuit, fault: Unavailable, *, person: bool) -> None:
        now = self._now()
        wait = circuit.fails(now, self._random.random())
        self._record.fault(
            RelayFault(now, circuit.name, fault.step, fault.reply, fault.error, now + wait)
        )
        needs = "; a person must look at this" if person else ""
        self._say(
            f"relay {circuit.name} is not available ({fault}){needs}; "
            f"nothing is lost, next try in {wait.total_seconds():.0f} s"
        )
