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
from mailer.delivery.flow import Circuit, Window
from mailer.delivery.record import Record
from mailer.delivery.smtp import Handed, Session, Unavailable


@dataclass(frozen=True, slots=True)
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
        self.window = Window(relays[0].connections)

    # --- how many -----------------------------------------------------------------------------

    @property
    def closed_until(self) -> datetime | None:
        """While no relay can be tried: when the first is tried again (UTC)."""
        now = self._now()
        if any(circuit.can_be_tried(now) for circuit in self._circuits):
            return None
        return min(circuit.closed_until or now for circuit in self._circuits)

    @property
    def allowed(self) -> int:
        """How many sessions may be at work now; 0: no relay can be tried."""
        circuit = self._preferred()
        return 0 if circuit is None else self.allowed_on(circuit)

    def allowed_on(self, circuit: Circuit) -> int:
        """How many may be at work with this relay; after a failure one feels its way."""
        return 1 if circuit.failures else min(self.window.sessions, circuit.relay.connections)

    def _preferred(self) -> Circuit | None:
        """The most preferred relay that can be tried now."""
        now = self._now()
        return next((one for one in self._circuits if one.can_be_tried(now)), None)

    # --- sessions -----------------------------------------------------------------------------

    async def warm(self) -> None:
        """Open as many sessions as are allowed, and keep those alive that are open."""
        circuit = self._preferred()
        if circuit is None:
            return
        # Out of the pool while they are asked: the lift may come meanwhile, and take what is in it.
        asked, self._idle = self._idle, []
        for line in asked:
            if line.circuit is circuit and await line.session.still_there():
                self._idle.append(line)
            else:
                await line.session.quit()
        opening = self.allowed_on(circuit) - len(self._idle)
        for session in await asyncio.gather(*(self._open(circuit) for _ in range(opening))):
            if session is not None:
                self._idle.append(Line(session, circuit))

    async def take(self) -> Line | None:
        """A session with the best relay there is; None: every circuit is open."""
        while (circuit := self._preferred()) is not None:
            while self._idle:
                line = self._idle.pop()
                if line.circuit is circuit and line.session.usable:
                    return line
                await line.session.quit()
            opened = await self._open(circuit)
            if opened is not None:
                return Line(opened, circuit)
        return None

    def give_back(self, line: Line) -> None:
        """Keep a session for the next who needs one, unless it is of no more use."""
        if line.session.usable:
            self._idle.append(line)
        else:
            line.session.abort()

    async def close(self) -> None:
        """Say goodbye on every session that is idle."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(line.session.quit() for line in idle))

    async def _open(self, circuit: Circuit) -> Session | None:
        opened = await self._connect(circuit.relay)
        if isinstance(opened, Session):
            return opened
        if circuit.can_be_tried(self._now()):  # else another session was told the same
            ruling = outcome.rule(opened.step, opened.reply)
            self._open_circuit(circuit, opened, person=ruling.person)
        return None

    # --- what the answers say of a relay ------------------------------------------------------

    def weigh(self, circuit: Circuit, handed: Handed, ruling: Ruling) -> None:
        """Lean harder on a relay that takes copies, less on one that puts them off or hangs up."""
        if ruling.outcome is Outcome.ACCEPTED:
            self.window.taken()
        elif ruling.outcome in (Outcome.RETRY, Outcome.IN_DOUBT):
            self.window.put_off()
        if handed.reply is None or handed.reply.code == 421:
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
