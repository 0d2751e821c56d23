"""A journalist accepts, takes it back, and accepts again, whatever becomes of the advisory.

Nothing embargoed goes while their acceptance does not stand; while it does, they have what those
who accepted have, at once and once; and after the lift everybody has the text.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st
from sqlmodel import col, select
from stories import DAY, REF, document
from support import ADVISORY, CONFIG, LIFT, FakeClock, Sink, make_office, open_office, relay

from mailer.app import App, runner
from mailer.core.errors import MailerError
from mailer.ledger import audit
from mailer.ledger.queue import Queue
from mailer.ledger.tables import DeliveryRow, DispatchRow, VersionRow

ANA, BO, CLEO = "ana@wire.example", "bo@wire.example", "cleo@wire.example"
"""Ana is listed as having accepted; Bo is invited; Cleo never says anything."""
LIST = f"email,name,embargo_accepted\n{ANA},Ana,yes\n{BO},Bo,no\n{CLEO},Cleo,no\n"
INVITING = ADVISORY.replace('headline = "', 'invitation = "Figures on Tuesday."\nheadline = "', 1)
PAGES = '\n[public]\nbase_url = "https://news.lantern.example"\n'
PARTED = CONFIG.replace("check_clock", 'terms = "terms.md"\ncheck_clock') + PAGES
HOUR = timedelta(hours=1)
ADVANCE = LIFT - 24 * HOUR
TEXTS = ("advance", "release", "correction")


@dataclass
class Life:
    """One advisory to one audience with advance copies, its relay, and what the relay has taken."""

    app: App
    sink: Sink
    clock: FakeClock
    version: int = 1
    accepted: dict[str, bool] = field(default_factory=lambda: {ANA: True, BO: False, CLEO: False})
    lift: datetime = LIFT
    withdrawn: bool = False
    told: int = 0

    def say(self, who: str, accepted: bool) -> None:
        self.app.desk.record_acceptance(
            who, accepted=accepted, source="telephone", by="officer", now=self.clock()
        )
        self.accepted[who] = accepted

    def run(self, at: datetime | None = None) -> None:
        """Send what is due, and look at each message that went."""
        self.clock.at = max(self.clock.at, at or self.clock.at)

        async def once() -> None:
            await runner(self.app, lambda _: None).run_once()

        asyncio.run(once())
        for one in self.sink.taken[self.told :]:
            if self.clock() < self.lift and "Four in ten" in str(one.message.get_body(("plain",))):
                assert self.accepted[one.rcpt_to], f"an embargoed text went to {one.rcpt_to}"
                assert "EMBARGOED until" in str(one.message.get_body(("plain",)))
            if self.clock() >= self.lift:
                assert "EMBARGOED until" not in str(one.message.get_body(("plain",)))
        self.told = len(self.sink.taken)

    def live(self, until: datetime) -> None:
        """Be there all the time until then: whatever falls due goes when it does."""
        queue = Queue(self.app.database, DAY)
        self.run()
        while (due := queue.next_instant(self.clock())) and due <= until:
            self.run(due)
        self.run(until)

    def correct(self) -> None:
        self.version += 1
        path = document(self.app)
        path.write_text(INVITING.replace("last winter", f"last winter (figure {self.version})"))
        self.app.desk.correct(path, note="A figure.", by="officer", now=self.clock())
        self.app.desk.approve(REF, by="chief", now=self.clock())

    def move(self, hours: int) -> None:
        self.lift = self.clock() + hours * HOUR
        line = self.lift.isoformat()
        self.app.desk.reschedule(REF, embargo_line=line, by="officer", now=self.clock())
        self.app.desk.approve(REF, by="chief", now=self.clock())

    def end_embargo(self) -> None:
        self.app.desk.lift(REF, by="chief", now=self.clock())
        self.lift = self.clock()

    def withdraw(self) -> None:
        self.app.desk.withdraw(REF, note="Wrong.", by="chief", now=self.clock())
        self.withdrawn = True

    def got(self, who: str, version: int = 0) -> list[str]:
        """The kinds of what somebody got with a text in it, of a version if one is given."""
        with self.app.database.read() as session:
            rows = session.exec(
                select(DispatchRow.kind, VersionRow.number)
                .join(DeliveryRow, col(DeliveryRow.dispatch_id) == col(DispatchRow.id))
                .join(VersionRow, col(VersionRow.id) == col(DispatchRow.version_id))
                .where(DeliveryRow.email == who, DeliveryRow.state == "accepted")
                .where(col(DispatchRow.kind).in_(TEXTS))
                .order_by(col(DispatchRow.id))
            )
            return [kind for kind, number in rows if version in (0, number)]

    def advance_is_due(self) -> bool:
        with self.app.database.read() as session:
            ahead = session.exec(
                select(DispatchRow)
                .where(DispatchRow.kind == "advance", DispatchRow.state != "cancelled")
                .order_by(col(DispatchRow.id).desc())
            ).first()
            return ahead is not None and ahead.instant <= self.clock()

    def look(self) -> None:
        """What must be so whenever everything that is due has gone."""
        embargoed = self.clock() < self.lift
        for who, accepted in self.accepted.items():
            newest = self.got(who, self.version)
            assert len(newest) <= 1, f"{who} got version {self.version} more than once: {newest}"
            assert len(self.got(who)) <= self.version
            if self.withdrawn:
                continue
            if not embargoed:
                assert newest, f"{who} has not got the text after the lift"
            elif accepted and who != CLEO and self.advance_is_due():
                assert newest, f"{who} has accepted, and has not got it in advance"


@contextmanager
def a_life(folder: Path) -> Iterator[Life]:
    config = make_office(folder, config=PARTED, advisory=INVITING, wires=LIST)
    (folder / "terms.md").write_text("Not before the lift.\n")
    clock = FakeClock(LIFT - 72 * HOUR)
    with relay(Sink()) as sink, open_office(config, sink.port, clock) as app:
        proposal = app.desk.propose(
            document(app),
            embargo_line=LIFT.isoformat(),
            immediate=False,
            audiences=("wires",),
            now=clock(),
        )
        app.desk.queue(proposal, by="officer", now=clock())
        app.desk.approve(REF, by="chief", now=clock())
        yield Life(app, sink, clock)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    with a_life(tmp_path) as one:
        yield one


# --- accept, take back, accept again ----------------------------------------------------------

WHO = pytest.mark.parametrize("who", [ANA, BO])


@WHO
def test_taken_back_and_given_again_before_the_advance_it_is_as_if_never(
    life: Life, who: str
) -> None:
    for accepted in (True, False, True):
        life.say(who, accepted)
    life.run(ADVANCE)
    assert life.got(who) == ["advance"]
    life.run(LIFT)
    assert life.got(who) == ["advance"]


@WHO
def test_given_again_after_the_advance_has_gone_it_comes_at_once_and_once(
    life: Life, who: str
) -> None:
    life.say(who, True)
    life.say(who, False)
    life.run(ADVANCE)
    assert life.got(who) == []
    life.run(ADVANCE + HOUR)
    life.say(who, True)
    life.say(who, True)
    life.run()
    assert life.got(who) == ["advance"]
    life.run(LIFT)
    assert life.got(who) == ["advance"]


@WHO
def test_taken_back_again_and_not_given_it_is_the_release(life: Life, who: str) -> None:
    life.say(who, False)
    life.run(ADVANCE)
    for accepted in (True, False, True, False):
        life.say(who, accepted)
    life.run()
    assert life.got(who) == []
    life.run(LIFT)
    assert life.got(who) == ["release"]


@WHO
def test_given_and_taken_back_while_it_waits_and_given_again_it_is_one_copy(
    life: Life, who: str
) -> None:
    life.say(who, False)
    life.run(ADVANCE)
    life.say(who, True)
    life.say(who, False)
    life.run()
    life.say(who, True)
    life.run()
    assert life.got(who) == ["advance"]
    life.run(LIFT)
    assert life.got(who) == ["advance"]


@WHO
def test_given_again_too_late_to_be_sent_it_is_the_release(life: Life, who: str) -> None:
    life.say(who, False)
    life.run(ADVANCE)
    life.say(who, True)
    life.run(LIFT)
    assert life.got(who) == ["release"]


@WHO
def test_given_again_after_the_lift_changes_nothing(life: Life, who: str) -> None:
    life.say(who, False)
    life.run(ADVANCE)
    life.run(LIFT)
    life.say(who, True)
    life.run(LIFT + HOUR)
    assert life.got(who) == ["release"]


def test_never_in_advance_for_who_was_neither_invited_nor_ever_in_it(tmp_path: Path) -> None:
    """Nobody has approved that; what is queued from now on has them in it."""
    with a_life(tmp_path) as life:
        with life.app.database.write() as session:
            invitations = select(DispatchRow).where(DispatchRow.kind == "invitation")
            for row in session.exec(invitations):
                theirs = select(DeliveryRow).where(DeliveryRow.dispatch_id == row.id)
                for delivery in session.exec(theirs):
                    session.delete(delivery)
        life.say(CLEO, True)
        life.run(ADVANCE)
        assert life.got(CLEO) == []
        life.run(LIFT)
        assert life.got(CLEO) == ["release"]


@WHO
@pytest.mark.parametrize("how", ["hold", "cancel"])
def test_never_in_advance_where_that_is_stopped(life: Life, who: str, how: str) -> None:
    life.say(who, False)
    life.run(ADVANCE)
    getattr(life.app.desk, how)(
        REF, by="officer", now=life.clock(), **({"reason": ""} if how == "hold" else {})
    )
    life.say(who, True)
    life.run(ADVANCE + HOUR)
    assert life.got(who) == []


# --- and the advisory changes meanwhile -------------------------------------------------------


@WHO
def test_after_a_correction_who_accepts_again_gets_the_newest_text_in_advance(
    life: Life, who: str
) -> None:
    life.say(who, False)
    life.run(ADVANCE)
    life.correct()
    life.run()
    assert life.got(who) == []
    life.say(who, True)
    life.run()
    assert (life.got(who), life.got(who, 2)) == (["advance"], ["advance"])
    life.run(LIFT)
    assert life.got(who) == ["advance"]


def test_a_holder_who_takes_it_back_gets_the_correction_at_the_lift_and_unmarked(
    life: Life,
) -> None:
    life.run(ADVANCE)
    life.say(ANA, False)
    life.correct()
    life.run()
    assert life.got(ANA) == ["advance"]
    life.run(LIFT - timedelta(seconds=1))
    assert life.got(ANA) == ["advance"]
    life.run(LIFT)
    assert life.got(ANA) == ["advance", "correction"]


def test_a_holder_who_takes_it_back_and_gives_it_again_gets_the_correction_then(
    life: Life,
) -> None:
    life.run(ADVANCE)
    life.say(ANA, False)
    life.correct()
    life.run()
    life.say(ANA, True)
    life.run()
    assert life.got(ANA) == ["advance", "correction"]
    life.run(LIFT)
    assert life.got(ANA) == ["advance", "correction"]


def test_a_correction_that_waits_for_a_lift_days_later_is_not_given_up(life: Life) -> None:
    life.run(ADVANCE)
    life.say(ANA, False)
    life.move(200)
    life.correct()
    life.live(life.lift - HOUR)
    assert life.got(ANA) == ["advance"]
    life.run(life.lift)
    assert life.got(ANA) == ["advance", "correction"]


@WHO
def test_lifted_early_who_took_it_back_has_the_release_at_once(life: Life, who: str) -> None:
    life.say(who, False)
    life.run(ADVANCE)
    life.end_embargo()
    life.say(who, True)
    life.run()
    assert life.got(who) == ["release"]


@WHO
def test_never_anything_of_what_is_withdrawn_however_they_accept(life: Life, who: str) -> None:
    life.say(who, False)
    life.run(ADVANCE)
    life.withdraw()
    life.say(who, True)
    life.run()
    life.run(LIFT)
    assert life.got(who) == []


@WHO
def test_moved_later_who_accepts_again_gets_it_in_advance_of_the_new_lift(
    life: Life, who: str
) -> None:
    life.say(who, False)
    life.run(ADVANCE)
    life.move(48)
    life.say(who, True)
    life.run(ADVANCE + 12 * HOUR)
    assert life.got(who) == []
    life.run(ADVANCE + 24 * HOUR)
    assert life.got(who) == ["advance"]


def test_each_word_is_in_the_audit_which_stays_whole(life: Life) -> None:
    life.run(ADVANCE)
    for accepted in (False, True):
        life.say(ANA, accepted)
    deeds = [(d.action, d.subject) for d in life.app.desk.audit() if d.subject == ANA]
    assert sorted(deeds) == [("accept", ANA), ("withdraw acceptance", ANA)]
    with life.app.database.read() as session:
        assert audit.first_broken(session) is None


# --- any order --------------------------------------------------------------------------------

says = st.tuples(st.just("say"), st.sampled_from([ANA, BO]), st.booleans())
DEEDS = st.one_of(
    says,
    says,
    st.tuples(st.just("pass"), st.sampled_from([1, 10, 24, 49])),
    st.tuples(st.just("run")),
    st.tuples(st.just("correct")),
    st.tuples(st.just("move"), st.sampled_from([2, 30])),
    st.tuples(st.just("lift")),
    st.tuples(st.just("withdraw")),
)


LIVES = int(os.environ.get("CONSENT_LIVES", "20"))


@settings(
    max_examples=LIVES,
    deadline=None,
    derandomize="CONSENT_LIVES" not in os.environ,
    phases=[Phase.explicit, Phase.generate],
)
@given(st.lists(DEEDS, min_size=2, max_size=9))
def test_whatever_comes_in_whatever_order(deeds: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder, a_life(Path(folder)) as life:
        for deed in deeds:
            note(str(deed))
            life.clock.move(seconds=1)
            try:
                do(life, *deed)
            except MailerError:
                continue  # nothing is left to change
            if deed[0] == "run":
                life.look()
        life.live(max(life.lift, life.clock()))
        life.look()


def do(life: Life, what: str, *more: object) -> None:
    match what, more:
        case "say", (str(who), bool(accepted)):
            life.say(who, accepted)
        case "pass", (int(hours),):
            life.live(life.clock() + hours * HOUR)
        case "run", ():
            life.run()
        case "correct", ():
            life.correct()
        case "move", (int(hours),):
            was = life.lift
            try:
                life.move(hours)
            except MailerError:
                life.lift = was
                raise
        case "lift", ():
            life.end_embargo()
        case "withdraw", ():
            life.withdraw()
