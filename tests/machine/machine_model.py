"""What must be, by a reckoning of its own: what may leave now, who holds what, who must be told.

It knows only what people did, what the clock said and what the relay saw. Of the ledger it asks
nothing, except which copies a person's word was about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from machine_office import ACCEPTED, AUDIENCE_OF
from machine_relay import Text

from mailer.core.states import DeliveryEvent

ADVANCE = timedelta(hours=24)
EMBARGOED = ("advance", "correction")
"""The kinds whose holders hear of a new embargo."""


@dataclass(frozen=True)
class Standing:
    """All that bears on what may leave, at one moment. `lift` has the audiences queued so far."""

    now: datetime
    newest: int = -1
    lift: Mapping[str, datetime | None] = field(default_factory=dict)
    approved: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    withdrawn: bool = False
    stopped: bool = False
    accepted: frozenset[str] = ACCEPTED
    suppressed: frozenset[str] = frozenset()

    def embargoed(self) -> set[str]:
        """The audiences whose embargo has not lifted."""
        return {name for name, at in self.lift.items() if at is not None and at > self.now}


@dataclass(frozen=True)
class Copy:
    """One copy as the ledger has it."""

    message_id: str
    email: str
    kind: str
    version: int
    state: str


@dataclass
class Seen:
    """One copy, by its Message-ID, as the relay saw it."""

    who: str
    kind: str
    version: int | None
    fate: str = "flying"
    """flying; accepted, doubt, 4, 5; again: a person said resend; unknown: killed meanwhile."""
    doubted: bool = False
    """It may have arrived, whatever was said of it since."""
    loose: bool = False
    """The run was killed before it surely had recorded the relay's answer."""


class Model:
    """The reckoning. `now` is the standing of this moment."""

    def __init__(self, now: datetime) -> None:
        self.history = [Standing(now)]
        self.copies: dict[str, Seen] = {}
        self.of_this_run: list[Seen] = []
        self.maybe: set[str] = set()
        """Whose 354 was answered by a lost line: their text may have begun, or not."""
        self.refused: set[str] = set()
        """Who has taken back their yes at some time."""
        self.said: dict[str, DeliveryEvent] = {}
        """What a person said last of a copy in doubt, by Message-ID."""
        self.by_word: set[str] = set()
        self.listed: set[str] = set()
        self.owed_correction: set[str] = set()
        self.owed_change: set[str] = set()
        self.told: set[str] = set()
        self.known: set[str] = set()
        self.dropped: set[str] = set()
        """Whose copies were cancelled, and who was not queued for again."""
        self.killed = False
        self.latest = now

    @property
    def now(self) -> Standing:
        """The standing of this moment."""
        return self.history[-1]

    def change(self, **what: object) -> None:
        """From this moment something else is true."""
        self.history.append(replace(self.now, **what))  # type: ignore[arg-type]
        self.latest = max(self.latest, self.now.now)

    # --- what people did ----------------------------------------------------------------------

    def queued(self, version: int, lift: datetime | None, planned: Mapping[str, set[str]]) -> None:
        """A plan was queued: for whom, by audience."""
        self.change(
            newest=version,
            stopped=False,
            lift={**self.now.lift, **dict.fromkeys(planned, lift)},
            approved=self.now.approved - set(planned),
        )
        people = set().union(*planned.values())
        self.listed |= people
        self.dropped -= people

    def approved(self) -> None:
        """A person said yes to all there is."""
        self.change(approved=frozenset(self.now.lift))

    def corrected(self, version: int) -> None:
        """A new version is planned, and waits for a yes."""
        self.change(newest=version, stopped=False, approved=frozenset())
        self.owed_correction = {one for one in self.listed if self._holds(one)}
        self.owed_change.clear()

    def moved(self, audiences: Collection[str], at: datetime, *, approved: bool) -> None:
        """The embargo of some audiences is another now."""
        approval = self.now.lift if approved else self.now.approved - set(audiences)
        self.change(
            lift={**self.now.lift, **dict.fromkeys(audiences, at)},
            approved=frozenset(approval),
            stopped=False,
        )
        theirs = {who for who in self.listed if AUDIENCE_OF[who] in audiences}
        holding = {who for who in theirs if self._holds(who, EMBARGOED)}
        self.owed_change = (self.owed_change - theirs) | (holding - self.owed_correction)

    def withdrew(self) -> None:
        """It is withdrawn; its notices are approved."""
        self.change(withdrawn=True, stopped=False, approved=frozenset(self.now.lift))
        self.owed_correction.clear()
        self.owed_change.clear()

    def cancelled(self) -> None:
        """Whatever had not left is cancelled."""
        self.change(stopped=True)
        self.dropped |= self.listed
        self.owed_correction.clear()
        self.owed_change.clear()

    def resolved(self, event: DeliveryEvent, entries: Iterable[Copy]) -> None:
        """A person said what became of copies in doubt, or that they go again."""
        for entry in entries:
            self.said[entry.message_id] = event
            self.by_word.add(entry.email)
            copy = self.copies.get(entry.message_id)
            if copy is None:
                continue
            copy.loose = False
            copy.fate = {"resend": "again", "accept": "accepted", "reject": "5"}[event]
            copy.doubted = event is not DeliveryEvent.REJECT or self.now.withdrawn

    # --- what the relay saw -------------------------------------------------------------------

    def begun(self, text: Text, since: int, until: int) -> None:
        """A text came. Everything that must never be is looked for here."""
        faults = [self._fault(standing, text) for standing in self.history[since : until + 1]]
        assert not all(faults), faults[-1]
        copy = self.copies.get(text.message_id)
        version = text.versions[0] if text.versions else None
        if copy is None:
            copy = Seen(text.who, text.kind, version)
            twins = [c for c in self.copies.values() if (c.who, c.version) == (text.who, version)]
            had = [c for c in twins if c.doubted or c.fate in ("flying", "accepted", "doubt")]
            assert version is None or not had or text.who in self.by_word, "a version went twice"
        else:
            assert copy.who == text.who, "one Message-ID for two people"
            assert copy.fate in ("4", "again", "unknown"), f"a copy went twice ({copy.fate})"
        copy.fate = "flying"
        self.copies[text.message_id] = copy
        self.of_this_run.append(copy)

    def ended(self, text: Text, reply: str) -> None:
        """What became of a text."""
        copy = self.copies[text.message_id]
        if reply.endswith("dot") and reply[0] in "45":
            copy.fate = reply[0]
            if not self._holds(text.who):
                self.owed_correction.discard(text.who)
            if not self._holds(text.who, EMBARGOED):
                self.owed_change.discard(text.who)
            return
        answered = reply[0].isdecimal() or reply == "kill answer"
        copy.fate = "accepted" if answered else "doubt"
        copy.doubted = copy.doubted or not answered
        if text.kind == "withdrawal":
            self.told.add(text.who)
        if text.kind == "embargo change":
            self.owed_change.discard(text.who)
        if self.now.newest in text.versions:
            self.owed_correction.discard(text.who)

    def was_killed(self) -> None:
        """The run was killed: what the relay answered may not have been recorded."""
        self.killed = True

    def run_ended(self) -> None:
        """A run is over, in one way or the other."""
        for copy in self.of_this_run if self.killed else ():
            copy.loose = True
            if copy.fate in ("4", "5", "flying"):
                copy.fate = "unknown"
        self.of_this_run.clear()

    # --- what may leave -----------------------------------------------------------------------

    def _fault(self, at: Standing, text: Text) -> str:
        """Why this text must not leave at such a moment, or nothing."""
        audience, resent = AUDIENCE_OF[text.who], text.message_id in self.said
        if at.held:
            return "something left while it was on hold"
        if text.who in at.suppressed:
            return "a suppressed address was written to"
        if text.who not in self.listed:
            return "one who was never listed was written to"
        if audience not in at.approved and not resent:
            return "something left that nobody had approved"
        if at.stopped and not resent:
            return "something left after it was cancelled"
        if text.kind == "withdrawal":
            if text.versions:
                return "a withdrawal tells the text"
            if not at.withdrawn:
                return "a withdrawal of what is not withdrawn"
            return "" if self._may_hold(text.who) else "told of a withdrawal without holding it"
        if at.withdrawn:
            return "something left after it was withdrawn"
        if text.versions != ([] if text.kind == "embargo change" else [at.newest]):
            return f"text {text.versions} in {text.kind}, and the newest is {at.newest}"
        if text.kind in ("correction", "embargo change") and not self._ever_held(text.who):
            return f"a notice ({text.kind}) to one who never held anything"
        return self._early(at, text, audience)

    def _early(self, at: Standing, text: Text, audience: str) -> str:
        lift = at.lift[audience]
        if lift is None or at.now >= lift:
            return "an advance copy after the lift" if text.kind == "advance" else ""
        if text.kind == "release":
            return "an embargoed text went to all before its lift"
        if text.who not in at.accepted:
            return "an embargoed text went to one who had not accepted"
        if not text.embargoed_until(lift):
            return "an embargoed copy does not say its embargo"
        if text.kind == "advance" and at.now < lift - ADVANCE:
            return "an advance copy went before its instant"
        return ""

    # --- who holds what -----------------------------------------------------------------------

    def _texts(self, who: str) -> list[Seen]:
        return [c for c in self.copies.values() if c.who == who and c.version is not None]

    def _holds(self, who: str, kinds: Collection[str] = ()) -> bool:
        """Whether they hold a text, or it is on its way, as far as it is certain."""
        return any(
            copy.doubted or copy.fate in ("accepted", "doubt", "flying")
            for copy in self._texts(who)
            if not kinds or copy.kind in kinds
        )

    def _may_hold(self, who: str) -> bool:
        unsure = who in self.maybe or any(copy.fate == "unknown" for copy in self._texts(who))
        return unsure or self._holds(who)

    def _ever_held(self, who: str) -> bool:
        return self._may_hold(who) or who in self.by_word

    # --- what the ledger must say -------------------------------------------------------------

    def ledger_agrees(self, entries: Iterable[Copy]) -> None:
        """Every copy is in the one state that what happened to it leads to; none is gone."""
        copies = {one.message_id: one for one in entries}
        assert self.known <= copies.keys(), "a copy is gone from the ledger"
        self.known = set(copies)
        for message_id, entry in copies.items():
            self._agrees(entry, self.copies.get(message_id))
        missing = self.copies.keys() - copies.keys()
        assert not missing, f"the relay saw copies that the ledger does not know: {missing}"

    def _agrees(self, entry: Copy, copy: Seen | None) -> None:
        said, fate = self.said.get(entry.message_id), copy.fate if copy else ""
        told = f"{entry.email}, {entry.kind}: the ledger says {entry.state}, the relay saw {fate}"
        unsure = entry.email in self.maybe or fate == "unknown" or (copy and copy.loose)
        match entry.state:
            case "accepted":
                assert fate == "accepted" or said == DeliveryEvent.ACCEPT, told
            case "in_doubt":
                assert fate == "doubt" or unsure, told
            case "rejected":
                assert entry.email in self.refused or said == DeliveryEvent.REJECT, told
            case "sending":
                assert self.killed, told
            case "suppressed":
                assert entry.email in self.now.suppressed, told
        wanted = {"accepted": "accepted", "doubt": "in_doubt", "5": "rejected"}.get(fate)
        if wanted is not None and not (copy and copy.loose):
            assert entry.state == wanted, told
        elif fate == "accepted":
            assert entry.state in ("accepted", "in_doubt", "sending"), told
        elif fate == "doubt":
            assert entry.state in ("in_doubt", "sending"), told

    def all_is_told(self, entries: Iterable[Copy]) -> None:
        """At the end: nobody waits, holders have their notices, and everyone the newest text."""
        rows = list(entries)
        waiting = [one for one in rows if one.state in ("pending", "deferred", "sending")]
        assert not waiting, f"still waiting when everything had come to an end: {waiting}"
        if self.now.stopped:
            return
        if self.now.withdrawn:
            ended = self._ended(rows, "withdrawal")
            missed = {who for who in self.listed if self._must_hear(who)} - self.told - ended
            assert not missed, f"holders were not told of the withdrawal: {missed}"
            return
        changes = self._ended(rows, "embargo change")
        missed = self.owed_change - changes
        assert not missed, f"holders were not told of the new embargo: {missed}"
        missed = self.owed_correction - self._ended(rows)
        assert not missed, f"holders were not told of the correction: {missed}"
        got = {c.who for c in self.copies.values() if c.version == self.now.newest}
        lost = self.listed - self.dropped - got - self._ended(rows)
        assert not lost, f"never got the newest text, and nothing says why: {lost}"

    def _must_hear(self, who: str) -> bool:
        return any(c.doubted or c.fate in ("accepted", "doubt") for c in self._texts(who))

    def _ended(self, rows: Iterable[Copy], kind: str = "") -> set[str]:
        """Who gets no more, and the ledger says why."""
        newest = self.now.newest
        final = ("rejected", "expired", "suppressed")
        return self.now.suppressed | {
            one.email
            for one in rows
            if (not kind or one.kind == kind)
            and (one.state in final or (one.state == "in_doubt" and one.version == newest + 1))
        }
