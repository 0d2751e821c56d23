"""The one sending flow: claim → fill → gate → hand over → classify → record.

Read `Sender._send` downward: that is the life of one copy. Sessions work side by side on the event
loop; what they have to record goes to the ledger in one transaction (`record`), and no text
begins before the one before it on its session is recorded. A relay that will not have us costs no
journalist an attempt: its circuit opens, what is claimed goes back or by the next relay.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from random import Random
from typing import NamedTuple, Protocol

from mailer.config import Relay
from mailer.core import outcome
from mailer.core.embargo import Clearance, Refusal, RefusalCode, clear
from mailer.core.errors import TemplateError
from mailer.core.job import Attempt, Begin, End, Job, Result
from mailer.core.outcome import Outcome, Phase, Ruling, Step
from mailer.core.states import DeliveryEvent
from mailer.delivery.flow import Circuit, Domains, Pace
from mailer.delivery.pool import Line, Pool
from mailer.delivery.record import Ledger, Record
from mailer.delivery.smtp import Envelope, Handed, Session, Unavailable

CLAIMED = 256
"""Copies claimed at once. After a power cut at most one and a half times as many are in doubt."""
UNWRITTEN_WAIT_S = 2.0
"""Seconds given to the ledger at the end to take what is still to be recorded."""

_OF_THE_DISPATCH = (
    RefusalCode.HELD,
    RefusalCode.STOPPED,
    RefusalCode.NOT_APPROVED,
    RefusalCode.TOO_EARLY,
)
"""Refusals that every other copy of the dispatch would meet too, and that leave it waiting."""


class Message(Envelope, Protocol):
    """A composed copy: an envelope, and whether its text shows the embargo notice."""

    @property
    def carries_notice(self) -> bool:
        """Whether the first and the last line of the text are the embargo notice."""


class Ready(NamedTuple):
    """A claimed copy, composed, that the gate has let through once."""

    job: Job
    message: Message
    clearance: Clearance


class Sender:
    """Sends what is due, in the loop that it is made in. One at a time per ledger: run lock and
    lease see to that."""

    def __init__(
        self,
        ledger: Ledger,
        compose: Callable[[Job], Message],
        connect: Callable[[Relay], Awaitable[Session | Unavailable]],
        relays: Sequence[Relay],
        now: Callable[[], datetime],
        random: Random,
        say: Callable[[str], None],
    ) -> None:
        self._compose = compose
        self._now = now
        self._random = random
        self._say = say
        self._record = Record(ledger, now, say)
        self._pool = Pool(relays, connect, self._record, now, random, say)
        first = relays[0]
        self._pace = Pace(first.max_rate)
        self._domains = Domains(first.domain_connections, first.domain_rate)
        self._claimed: deque[Job] = deque()
        self._claiming: asyncio.Task[None] | None = None
        self._dry = False
        self._workers = 0
        self._group: asyncio.TaskGroup | None = None
        self._stopping = False
        self._time = asyncio.get_running_loop().time

    @property
    def closed_until(self) -> datetime | None:
        """While no relay can be tried: when the first is tried again (UTC)."""
        return self._pool.closed_until

    async def send_due(self) -> None:
        """Send all that is due now, over as many sessions as allowed; ends when nothing is."""
        if self._stopping or self.closed_until is not None:
            return
        self._dry = False
        try:
            async with asyncio.TaskGroup() as self._group:
                self._hire()
        finally:
            self._group = None
            await self._hand_back()

    def look_again(self) -> None:
        """What has become due since is sent beside a copy whose answer takes its ten minutes."""
        if self._workers:  # else the next `send_due` looks
            self._dry = False
            self._hire()

    def stop(self) -> None:
        """Finish the copies in flight and begin no other."""
        self._stopping = True

    async def close(self) -> None:
        """Say goodbye on every session that is still open."""
        await self._pool.close()

    # --- before the lift ----------------------------------------------------------------------

    async def warm(self, jobs: Iterable[Job]) -> None:
        """Open the sessions and compose the first copies of what is about to be due.

        Nothing of it reaches a relay but greetings: the copies are composed to have their
        templates compiled, and dropped.
        """
        if self._stopping:
            return
        await self._pool.warm()
        for job in jobs:
            with suppress(TemplateError):
                self._compose(job)

    # --- the workers --------------------------------------------------------------------------

    def _hire(self) -> None:
        if self._group is None or self._stopping:
            return
        for _ in range(self._pool.allowed - self._workers):
            self._workers += 1
            self._group.create_task(self._work())

    async def _work(self) -> None:
        """One session's share: copy after copy, each envelope with the text before it."""
        line: Line | None = None
        ready: Ready | None = None
        try:
            ready = await self._next()
            while ready is not None:
                if line is None or not line.session.usable:
                    if line is not None:
                        self._pool.give_back(line)
                    line = await self._pool.take(wary=ready.job.attempts > 0)
                    if line is None:
                        return
                if line.circuit.crowded and not line.session.engaged:
                    return
                sending, ready = ready, None
                ready = await self._send(line, sending)
        finally:
            self._workers -= 1
            if ready is not None:
                self._put_back(ready)
                if line is None and self._pool.has_idle:
                    self._hire()
            if line is not None:
                self._pool.give_back(line)

    async def _next(self) -> Ready | None:
        """The next copy that may go, or None: nothing is due, or we are to stop."""
        while not self._stopping and self.closed_until is None:
            ready = self._at_hand()
            if ready is not None:
                return ready
            if self._claimed:
                await asyncio.sleep(self._patience())
            elif not self._dry:
                await asyncio.shield(self._fetch())
            else:
                break
        return None

    def _at_hand(self) -> Ready | None:
        """A claimed copy that rate and domain allow now, composed and let through by the gate."""
        moment = self._time()
        while self._claimed and not self._stopping and not self._pace.wait(moment):
            job = self._pick(moment)
            if job is None:
                break
            if len(self._claimed) < CLAIMED // 2 and not self._dry:
                self._fetch()
            ready = self._prepare(job)
            if ready is not None:
                self._pace.spend(moment)
                self._domains.begins(job.contact.email, moment)
                return ready
        return None

    def _pick(self, moment: float) -> Job | None:
        """The first claimed copy whose domain may have one more."""
        if not self._domains.limited:
            return self._claimed.popleft()
        for place, job in enumerate(self._claimed):
            if self._domains.wait(job.contact.email, moment) == 0:
                del self._claimed[place]
                return job
        return None

    def _patience(self) -> float:
        """Seconds until it is worth looking again at what is claimed."""
        moment = self._time()
        waits = [self._domains.wait(job.contact.email, moment) for job in self._claimed]
        known = [wait for wait in waits if wait is not None]
        return max(self._pace.wait(moment), min([*known, 0.05]), 0.001)

    def _fetch(self) -> asyncio.Task[None]:
        """Claim more, ahead of need; one claim at a time."""
        if self._claiming is None or self._claiming.done():
            self._claiming = asyncio.create_task(self._claim_more())
        return self._claiming

    async def _claim_more(self) -> None:
        jobs = await self._record.claim(max(CLAIMED, 4 * self._pool.most))
        self._dry = not jobs
        self._claimed.extend(jobs)

    async def _hand_back(self) -> None:
        """What was claimed and is not sent goes back; everything is recorded."""
        if self._claiming is not None:
            await asyncio.wait([self._claiming], timeout=UNWRITTEN_WAIT_S)
            if self._claiming.done():
                self._claiming.result()
        while self._claimed:
            self._give_back(self._claimed.popleft())
        try:
            async with asyncio.timeout(UNWRITTEN_WAIT_S if self._stopping else None):
                await self._record.settled()
        except TimeoutError:
            self._record.close()

    def _give_back(self, job: Job) -> None:
        self._record.end(End(job, Result(DeliveryEvent.RETURN)))

    def _put_back(self, ready: Ready) -> None:
        """Another session shall send it."""
        self._domains.ends(ready.job.contact.email)
        self._claimed.appendleft(ready.job)

    # --- the life of one copy -----------------------------------------------------------------

    def _prepare(self, job: Job) -> Ready | None:
        """Compose a copy and ask the gate; None: it does not go, and why is recorded."""
        try:
            message = self._compose(job)
        except TemplateError as error:
            self._stop_dispatch(job, str(error))
            return None
        notice = message.carries_notice
        copy = job.copy.of(job.delivery, job.contact.email, carries_notice=notice)
        cleared = clear(copy, job.consent, job.embargo, self._now())
        if isinstance(cleared, Refusal):
            self._refused(job, cleared)
            return None
        return Ready(job, message, cleared)

    async def _send(self, line: Line, ready: Ready) -> Ready | None:
        """Hand one copy over; returns the next, whose envelope may be on its way already."""
        job, session, circuit = ready.job, line.session, line.circuit
        notice = ready.message.carries_notice
        begin = Begin(job, self._now(), circuit.name, session.tls_version, notice)
        begin_text = partial(self._record.begin, begin)
        follows: Ready | None = None

        def following() -> tuple[Clearance, Envelope] | None:
            nonlocal follows
            if circuit.at_work <= circuit.sessions:
                follows = self._at_hand()
            return (follows.clearance, follows.message) if follows else None

        try:
            handed = await session.hand_over(ready.clearance, ready.message, begin_text, following)
        except BaseException as error:
            self._interrupted(session, begin, error)
            if follows is not None:
                self._put_back(follows)
            raise
        finally:
            self._domains.ends(job.contact.email)
        if isinstance(handed, Refusal):
            self._refused(job, handed)
        elif session.carried and handed.step is Step.MAIL and handed.over:
            # The relay has had enough of this session, as it may (RFC 5321 §3.8), not of this copy.
            self._claimed.appendleft(job)
        else:
            self._conclude(circuit, begin, handed)
        if follows is not None and session.usable:
            return follows
        if follows is not None:
            self._put_back(follows)
        return await self._next()

    def _conclude(self, circuit: Circuit, begin: Begin, handed: Handed) -> None:
        """Classify what the relay answered, record it, and weigh what it says of the relay."""
        job, ruling = begin.job, outcome.rule(handed.step, handed.reply)
        result = self._result(begin, handed, ruling, self._now())
        self._record.end(End(job, result))
        if ruling.outcome is Outcome.IN_DOUBT:
            self._say(
                f"{job.subject}: in doubt: {job.contact.email}: "
                f"{handed.error or 'no clear answer'}; find out, then: mailer resolve"
            )
        if result.hold:
            self._drop(job.dispatch)
            self._say(f"{job.subject}: held: {result.hold}; approve it again once that is mended")
        self._pool.weigh(circuit, handed, ruling)
        if self._domains.limited:
            moment, jitter = self._time(), self._random.random()
            off = ruling.outcome is Outcome.RETRY
            self._domains.answered(job.contact.email, put_off=off, moment=moment, jitter=jitter)
        self._hire()

    def _result(self, begin: Begin, handed: Handed, ruling: Ruling, now: datetime) -> Result:
        attempt = Attempt(
            *(begin.began_at, now, begin.relay, begin.tls_version),
            *(handed.phase, ruling.outcome, handed.reply, handed.error),
        )
        event = _EVENTS[ruling.outcome]
        hold = ""
        if ruling.hold and handed.reply:
            hold = f"the relay refuses our sender: {handed.reply.code} {handed.reply.text}"
        if event is not DeliveryEvent.DEFER:
            return Result(event, attempt=attempt, hold=hold)
        job = begin.job
        again = outcome.retry_at(
            job.attempts + 1, now, job.give_up_at, self._random.random(), handed.reply
        )
        if again is None:
            return Result(DeliveryEvent.EXPIRE, "tried for too long", attempt=attempt, hold=hold)
        return Result(event, next_attempt_at=again, attempt=attempt, hold=hold)

    def _refused(self, job: Job, refusal: Refusal) -> None:
        """The gate is shut: put the copy where the reason says."""
        code = refusal.code
        if code in (RefusalCode.LIFTED, RefusalCode.NOT_ACCEPTED) and not refusal.not_before:
            result = Result(DeliveryEvent.CANCEL, refusal.reason, to_release=True)
        elif code in _NO_MORE:
            result = Result(DeliveryEvent.CANCEL, refusal.reason)
        elif code is RefusalCode.SUPPRESSED:
            result = Result(DeliveryEvent.SUPPRESS, refusal.reason)
        elif code is RefusalCode.NO_NOTICE:
            return self._stop_dispatch(job, refusal.reason)
        else:
            said = refusal.reason if code is RefusalCode.NOT_ACCEPTED else ""
            result = Result(DeliveryEvent.RETURN, said, next_attempt_at=refusal.not_before)
        self._record.end(End(job, result))
        if code in _OF_THE_DISPATCH:
            self._drop(job.dispatch)
        return None

    def _stop_dispatch(self, job: Job, reason: str) -> None:
        """Every copy of it would fail the same way; a person must mend it."""
        self._record.end(End(job, Result(DeliveryEvent.RETURN, hold=reason)))
        self._drop(job.dispatch)
        self._say(f"{job.subject}: held: {reason}")

    def _drop(self, dispatch: int) -> None:
        """Give back whatever else is claimed of a dispatch that has stopped."""
        kept = [job for job in self._claimed if job.dispatch != dispatch]
        for job in self._claimed:
            if job.dispatch == dispatch:
                self._give_back(job)
        self._claimed = deque(kept)

    def _interrupted(self, session: Session, begin: Begin, error: BaseException) -> None:
        """We were stopped in the middle of a transaction: the truth about it, at once."""
        session.abort()
        now = self._now()
        if session.in_text:
            said = "stopped before the relay's answer came"
            handed = Handed(Step.DOT, Phase.DOT_SENT, None, said)
            result = self._result(begin, handed, outcome.rule(handed.step, None), now)
        else:
            said = f"stopped before the text: {error}".removesuffix(": ")
            handed = Handed(Step.DATA, Phase.TEXT_BEGUN, None, said)
            attempt = self._result(begin, handed, Ruling(Outcome.RETRY), now).attempt
            result = Result(DeliveryEvent.RETURN, attempt=attempt)
        self._record.end(End(begin.job, result))


_NO_MORE = (RefusalCode.SUPERSEDED, RefusalCode.WITHDRAWN, RefusalCode.ALREADY_ACCEPTED)
_EVENTS = {
    Outcome.ACCEPTED: DeliveryEvent.ACCEPT,
    Outcome.RETRY: DeliveryEvent.DEFER,
    Outcome.PERMANENT: DeliveryEvent.REJECT,
    Outcome.IN_DOUBT: DeliveryEvent.DOUBT,
}
