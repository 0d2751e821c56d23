"""The one sending flow: claim → fill → gate → hand over → classify → record.

Read `Sender._send` downward: that is the life of one copy. Each result is recorded right after
its attempt, before the next copy is touched. A relay that will not have us costs no journalist an
attempt: the circuit opens, everything claimed goes back, and a later call tries again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import ParamSpec, Protocol, TypeVar

from mailer.config import Relay
from mailer.core import outcome
from mailer.core.embargo import Clearance, Consent, Copy, Refusal, RefusalCode, clear
from mailer.core.errors import TemplateError
from mailer.core.job import Attempt, Job, Result
from mailer.core.model import Embargo
from mailer.core.outcome import Outcome, Phase, Reply, Ruling, Step
from mailer.core.states import DeliveryEvent, DeliveryState
from mailer.delivery.smtp import Envelope, Handed, Session, Unavailable

P = ParamSpec("P")
T = TypeVar("T")


class Message(Envelope, Protocol):
    """A composed copy: an envelope, and whether its text shows the embargo notice."""

    @property
    def carries_notice(self) -> bool:
        """Whether the first and the last line of the text are the embargo notice."""


class Ledger(Protocol):
    """What the sender needs of the ledger; `ledger.queue.Queue` is it. All instants in UTC."""

    def claim(self, limit: int, now: datetime) -> list[Job]:
        """Claim deliveries that are due."""

    def begin_text(
        self,
        job: Job,
        tls_version: str,
        began_at: datetime,
        decide: Callable[[Copy, Consent, Embargo | None], Clearance | Refusal],
    ) -> Clearance | Refusal:
        """Ask the gate with what is true now, and make "text begun" durable."""

    def finish(self, job: Job, result: Result, now: datetime) -> DeliveryState:
        """Record what became of a delivery."""

    def move_to_release(self, job: Job, reason: str, now: datetime) -> None:
        """Give an advance copy's contact the release instead."""

    def hold(self, dispatch: int, reason: str) -> None:
        """Stop a dispatch until a person decides."""

    def relay_fault(
        self, step: str, reply: Reply | None, error: str, now: datetime, retry_at: datetime
    ) -> None:
        """Record that the relay would not open a session."""


class Sender:
    """Sends what is due. One at a time per ledger: the run lock sees to that."""

    def __init__(
        self,
        ledger: Ledger,
        compose: Callable[[Job], Message],
        connect: Callable[[Relay], Awaitable[Session | Unavailable]],
        relay: Relay,
        now: Callable[[], datetime],
        random: Random,
        say: Callable[[str], None],
    ) -> None:
        self._ledger = ledger
        self._compose = compose
        self._connect = connect
        self._relay = relay
        self._now = now
        self._random = random
        self._say = say
        # One writer: SQLite takes one at a time anyway, and a slow disk must not stop the loop.
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._claimed: deque[Job] = deque()
        self._claiming = asyncio.Lock()
        self._pacing = asyncio.Lock()
        self._stopping = False
        self._failures = 0
        self.closed_until: datetime | None = None
        """While the circuit is open: when the relay is tried again (UTC)."""

    async def send_due(self) -> None:
        """Send all that is due now, over as many sessions as configured; ends when nothing is."""
        if self._stopping or (self.closed_until and self._now() < self.closed_until):
            return
        self.closed_until = None
        # After a failure one session feels its way before the others follow.
        sessions = 1 if self._failures else self._relay.connections
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(sessions):
                    group.create_task(self._work())
        finally:
            while self._claimed:
                self._give_back(self._claimed.popleft())

    def stop(self) -> None:
        """Finish the copies in flight and begin no other."""
        self._stopping = True

    async def _work(self) -> None:
        session: Session | None = None
        try:
            while (job := await self._next_job()) is not None:
                if session is None or not session.usable:
                    session = await self._open(job)
                    if session is None:
                        return
                await self._send(session, job)
        finally:
            if session is not None and session.usable:
                await session.quit()

    async def _next_job(self) -> Job | None:
        if self._stopping or self.closed_until is not None:
            return None
        async with self._claiming:
            if not self._claimed:
                batch = 4 * self._relay.connections
                self._claimed.extend(await self._db(self._ledger.claim, batch, self._now()))
            return self._claimed.popleft() if self._claimed else None

    async def _open(self, job: Job) -> Session | None:
        """A session, or None: then the circuit is open and the job has gone back."""
        opened: Session | Unavailable | None = None
        try:
            opened = await self._connect(self._relay)
        finally:
            if not isinstance(opened, Session):
                self._give_back(job)
        if isinstance(opened, Session):
            if self._failures:
                self._say("the relay is there again")
            self._failures = 0
            return opened
        if self.closed_until is None:
            await self._open_circuit(opened)
        return None

    async def _open_circuit(self, fault: Unavailable) -> None:
        self._failures += 1
        ruling = outcome.rule(fault.step, fault.reply)
        wait = outcome.pause(self._failures, self._random.random())
        now = self._now()
        self.closed_until = now + wait
        await self._db(
            self._ledger.relay_fault, fault.step, fault.reply, fault.error, now, self.closed_until
        )
        needs = "; a person must look at this" if ruling.person else ""
        self._say(
            f"relay {self._relay.host}:{self._relay.port} is not available ({fault}){needs}; "
            f"nothing is lost, next try in {wait.total_seconds():.0f} s"
        )

    # --- the life of one copy -----------------------------------------------------------------

    async def _send(self, session: Session, job: Job) -> None:
        began = self._now()
        try:
            message = self._compose(job)
        except TemplateError as error:
            await self._db(self._ledger.hold, job.dispatch, str(error))
            self._say(f"{job.subject}: held: {error}")
            return await self._finish(job, Result(DeliveryEvent.RETURN))
        notice = message.carries_notice
        cleared = clear(replace(job.copy, carries_notice=notice), job.consent, job.embargo, began)
        if isinstance(cleared, Refusal):
            return await self._refused(job, cleared)

        text_begun = False

        async def begin_text() -> Clearance | Refusal:
            nonlocal text_begun

            def decide(
                copy: Copy, consent: Consent, embargo: Embargo | None
            ) -> Clearance | Refusal:
                fresh = replace(copy, carries_notice=notice)
                return clear(fresh, consent, embargo, self._now())

            text_begun = True
            answer = await self._db(
                self._ledger.begin_text, job, session.tls_version, began, decide
            )
            text_begun = isinstance(answer, Clearance)
            return answer

        await self._pace()
        try:
            handed = await session.hand_over(cleared, message, begin_text)
        except asyncio.CancelledError:
            session.abort()
            self._interrupted(session, job, began, text_begun)
            raise
        if isinstance(handed, Refusal):
            return await self._refused(job, handed)
        return await self._record(session, job, began, handed)

    async def _record(self, session: Session, job: Job, began: datetime, handed: Handed) -> None:
        ruling = outcome.rule(handed.step, handed.reply)
        now = self._now()
        await self._finish(job, self._result(session, job, began, handed, ruling, now))
        if ruling.outcome is Outcome.IN_DOUBT:
            self._say(
                f"{job.subject}: in doubt: {job.contact.email}: "
                f"{handed.error or 'no clear answer'}; find out, then: mailer resolve"
            )
        if ruling.hold and handed.reply:
            said = f"the relay refuses our sender: {handed.reply.code} {handed.reply.text}"
            await self._db(self._ledger.hold, job.dispatch, said)
            self._say(f"{job.subject}: held: {said}; approve it again once that is mended")

    def _result(
        self,
        session: Session,
        job: Job,
        began: datetime,
        handed: Handed,
        ruling: Ruling,
        now: datetime,
    ) -> Result:
        attempt = Attempt(
            began_at=began,
            ended_at=now,
            relay=f"{self._relay.host}:{self._relay.port}",
            tls_version=session.tls_version,
            phase=handed.phase,
            outcome=ruling.outcome,
            reply=handed.reply,
            error=handed.error,
        )
        event = _EVENTS[ruling.outcome]
        if event is not DeliveryEvent.DEFER:
            return Result(event, attempt=attempt)
        again = outcome.retry_at(job.attempts + 1, now, job.give_up_at, self._random.random())
        if again is None:
            return Result(DeliveryEvent.EXPIRE, "tried for too long", attempt=attempt)
        return Result(event, next_attempt_at=again, attempt=attempt)

    async def _refused(self, job: Job, refusal: Refusal) -> None:
        """The gate is shut: put the copy where the reason says."""
        if refusal.code in (RefusalCode.LIFTED, RefusalCode.NOT_ACCEPTED):
            await self._db(self._ledger.move_to_release, job, refusal.reason, self._now())
        elif refusal.code in (RefusalCode.SUPERSEDED, RefusalCode.WITHDRAWN):
            await self._finish(job, Result(DeliveryEvent.CANCEL, refusal.reason))
        elif refusal.code is RefusalCode.SUPPRESSED:
            await self._finish(job, Result(DeliveryEvent.SUPPRESS, refusal.reason))
        else:
            if refusal.code is RefusalCode.NO_NOTICE:
                await self._db(self._ledger.hold, job.dispatch, refusal.reason)
                self._say(f"{job.subject}: held: {refusal.reason}")
            waits = Result(DeliveryEvent.RETURN, next_attempt_at=refusal.not_before)
            await self._finish(job, waits)

    def _interrupted(self, session: Session, job: Job, began: datetime, text_begun: bool) -> None:
        """We were stopped in the middle of a transaction: the truth about it, at once."""
        if not text_begun:
            return self._give_back(job)
        handed = Handed(Step.DOT, Phase.DOT_SENT, None, "stopped before the relay's answer came")
        ruling = outcome.rule(handed.step, None)
        now = self._now()
        result = self._result(session, job, began, handed, ruling, now)
        self._writer.submit(self._ledger.finish, job, result, now).result()
        return None

    # --- small parts --------------------------------------------------------------------------

    async def _finish(self, job: Job, result: Result) -> None:
        await self._db(self._ledger.finish, job, result, self._now())

    def _give_back(self, job: Job) -> None:
        result = Result(DeliveryEvent.RETURN)
        self._writer.submit(self._ledger.finish, job, result, self._now()).result()

    async def _pace(self) -> None:
        """Keep to `max_rate` messages a second over all sessions."""
        if self._relay.max_rate:
            async with self._pacing:
                await asyncio.sleep(1 / self._relay.max_rate)

    async def _db(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a ledger call on the writer; once begun it is finished, even if we are cancelled."""
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._writer, lambda: call(*args, **kwargs))
        return await asyncio.shield(done)


_EVENTS = {
    Outcome.ACCEPTED: DeliveryEvent.ACCEPT,
    Outcome.RETRY: DeliveryEvent.DEFER,
    Outcome.PERMANENT: DeliveryEvent.REJECT,
    Outcome.IN_DOUBT: DeliveryEvent.DOUBT,
}
