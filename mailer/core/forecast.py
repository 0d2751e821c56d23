"""What each audience has at every instant from now to the last wave, and what stops or starts it.

A forecast from the plan: it takes it that the relay answers at once, that what waits for approval
is approved in time, and that whoever reads an embargoed copy honours its notice. What waits for a
person and whose instant has gone by is told as a row, and never as something an audience has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailer.core.model import Contact, DispatchKind, Embargo
from mailer.core.plan import release_instant
from mailer.core.states import DispatchState
from mailer.core.timeline import Has, HoldNow, Lane, LiftNow, Row, Segment, Timeline, Wave

_TEXTS = (DispatchKind.ADVANCE, DispatchKind.RELEASE)


def make(
    waves: Sequence[Wave], people: Mapping[str, int], now: datetime, *, withdrawn: bool = False
) -> Timeline:
    """The timeline as of `now` (UTC). `waves` are in the order they were planned.

    `people` says how many contacts each audience has, by its name.
    """
    lanes = [_Lane(name, own, now) for name, own in _by_audience(waves).items()]
    coming = [event for lane in lanes for event in lane.coming]
    lifts = [lane.lift for lane in lanes if lane.lift is not None]
    last = max([*(event.at for event in coming), *lifts, now])
    end = last + max((last - now) / 8, timedelta(hours=1))
    finished = tuple(lane.finish(people.get(lane.name, 0), end) for lane in lanes)
    rows = [
        Row(event.at, event.lane, _EVENTS[event.kind], event.copies, event.once)
        for event in sorted(coming, key=lambda event: event.at)
    ]
    rows += [] if withdrawn else _lift_rows(lanes)
    return Timeline(
        now=now,
        end=end,
        rows=tuple(sorted(rows, key=lambda row: (row.instant, row.event != _LIFTS))),
        lanes=finished,
        hold=_hold_now(lanes),
        lift=None if withdrawn else _lift_now(lanes, now),
        withdrawn=withdrawn,
    )


_LIFTS = "the embargo lifts"
_EVENTS = {
    DispatchKind.INVITATION: "invitation to accept the embargo",
    DispatchKind.ADVANCE: "advance copy",
    DispatchKind.RELEASE: "release",
    DispatchKind.CORRECTION: "correction",
    DispatchKind.WITHDRAWAL: "withdrawal",
    DispatchKind.EMBARGO_CHANGE: "notice of the new embargo",
}


# --- one audience -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    lane: str
    kind: DispatchKind
    copies: int
    wave: int
    once: str = ""
    waits: bool = False


@dataclass(slots=True)
class _Holding:
    """What an audience has, as one event after another changes it."""

    has: Has = Has.NOTHING
    contacts: int = 0
    embargoed: bool = False
    once: str = ""
    texts: int = 0
    notice: int = -1

    def take(self, event: _Event, *, embargoed: bool) -> None:
        if event.kind in _TEXTS:
            self.texts += event.copies
        if self.has is Has.WITHDRAWN and event.kind is not DispatchKind.WITHDRAWAL:
            return
        if event.kind in (DispatchKind.EMBARGO_CHANGE, DispatchKind.INVITATION):
            return
        if event.kind in _TEXTS:
            advance = event.kind is DispatchKind.ADVANCE
            if advance and self.has not in (Has.NOTHING, Has.ADVANCE):
                return
            self.has, self.contacts = (Has.ADVANCE if advance else Has.TEXT), self.texts
            self.embargoed = advance and embargoed
        else:
            withdrawal = event.kind is DispatchKind.WITHDRAWAL
            self.has = Has.WITHDRAWN if withdrawal else Has.CORRECTION
            self.contacts = event.copies + (self.contacts if self.notice == event.wave else 0)
            self.embargoed = embargoed and not withdrawal
            self.notice = event.wave
        self.once = event.once or self.once

    def lift(self) -> None:
        if self.has is Has.ADVANCE:
            self.has = Has.TEXT
        self.embargoed = False


@dataclass(slots=True)
class _Lane:
    """One audience's waves, the embargo that binds it, and what is still to come for it."""

    name: str
    waves: list[tuple[int, Wave]]
    now: datetime
    embargo: Embargo | None = None
    lift: datetime | None = None
    coming: list[_Event] = field(default_factory=list)
    out_at_lift: int = 0

    def __post_init__(self) -> None:
        alive = [wave for _, wave in self.waves if wave.state is not DispatchState.CANCELLED]
        newest = (alive or [wave for _, wave in self.waves])[-1]
        self.embargo = newest.dispatch.embargo
        if self.embargo is not None and self.embargo.instant > self.now:
            self.lift = self.embargo.instant
        self.coming = sorted(
            (self._event(number, wave) for number, wave in self.waves if wave.going),
            key=lambda event: event.at,
        )

    def _event(self, number: int, wave: Wave) -> _Event:
        """When a wave will go: late ones now, a text never before the embargo, as the gate has it.

        An advance copy that would come after its embargo goes as the release.
        """
        kind = wave.dispatch.kind
        at = max(wave.dispatch.instant, self.now)
        own = wave.dispatch.embargo
        bounds = [one.instant for one in (own, self.embargo) if one is not None]
        if kind is DispatchKind.ADVANCE and bounds and at >= max(bounds):
            kind = DispatchKind.RELEASE
        if kind is DispatchKind.RELEASE:
            at = max([at, *bounds])
        gone_by = bool(wave.once) and at <= self.now
        return _Event(at, self.name, kind, wave.going, number, wave.once, gone_by)

    def finish(self, contacts: int, end: datetime) -> Lane:
        """Tell it as segments; leaves behind how many hold an embargoed copy when it lifts."""
        holding = self._so_far()
        expected = [event for event in self.coming if not event.waits]
        segments: list[Segment] = []
        stops = sorted({self.now, *(event.at for event in expected), *filter(None, [self.lift])})
        for start, stop in zip(stops, [*stops[1:], end], strict=True):
            if start == self.lift:
                self.out_at_lift = holding.contacts if holding.embargoed else 0
                holding.lift()
            for event in expected:
                if event.at == start:
                    holding.take(event, embargoed=self._binds(start))
            segments.append(
                Segment(
                    start,
                    stop,
                    holding.has,
                    min(holding.contacts, contacts) if contacts else holding.contacts,
                    holding.embargoed,
                    holding.once,
                )
            )
        return Lane(self.name, contacts, self.embargo, tuple(_joined(segments)))

    def _so_far(self) -> _Holding:
        holding = _Holding()
        gone = [(wave.dispatch.instant, number, wave) for number, wave in self.waves if wave.held]
        for at, number, wave in sorted(gone, key=lambda one: one[:2]):
            event = _Event(at, self.name, wave.dispatch.kind, wave.held, number)
            holding.take(event, embargoed=self._binds(self.now))
        if not self._binds(self.now):
            holding.lift()
        return holding

    def _binds(self, instant: datetime) -> bool:
        return self.embargo is not None and instant < self.embargo.instant

    @property
    def out(self) -> int:
        """How many hold an embargoed copy now."""
        return sum(w.held for _, w in self.waves if w.dispatch.kind is DispatchKind.ADVANCE)


def _by_audience(waves: Iterable[Wave]) -> dict[str, list[tuple[int, Wave]]]:
    lanes: dict[str, list[tuple[int, Wave]]] = {}
    for number, wave in enumerate(waves):
        lanes.setdefault(wave.dispatch.audience.name, []).append((number, wave))
    return lanes


def _joined(segments: Iterable[Segment]) -> list[Segment]:
    """Neighbours that say the same, made one."""
    joined: list[Segment] = []
    for one in segments:
        last = joined[-1] if joined else None
        if last is not None and _said(last) == _said(one):
            joined[-1] = Segment(last.start, one.end, *_said(one))
        else:
            joined.append(one)
    return joined


def _said(one: Segment) -> tuple[Has, int, bool, str]:
    return one.has, one.contacts, one.embargoed, one.once


# --- all of them ------------------------------------------------------------------------------


def _lift_rows(lanes: Iterable[_Lane]) -> list[Row]:
    grouped: dict[datetime, list[_Lane]] = {}
    for lane in lanes:
        if lane.lift is not None:
            grouped.setdefault(lane.lift, []).append(lane)
    return [
        Row(at, ", ".join(lane.name for lane in own), _LIFTS, sum(o.out_at_lift for o in own))
        for at, own in grouped.items()
    ]


def _hold_now(lanes: Iterable[_Lane]) -> HoldNow:
    copies, out = 0, 0
    instants: set[datetime] = set()
    for lane in lanes:
        out += lane.out if lane.lift is not None else 0
        for number, wave in lane.waves:
            if wave.going and not wave.on_hold:
                copies += wave.going
                instants |= {event.at for event in lane.coming if event.wave == number}
    return HoldNow(copies, tuple(sorted(instants)), out)


def _lift_now(lanes: Iterable[_Lane], now: datetime) -> LiftNow | None:
    ahead = [lane for lane in lanes if lane.lift is not None]
    if not ahead:
        return None
    at_once = mornings = 0
    for lane in ahead:
        for _, wave in lane.waves:
            if wave.going and wave.dispatch.kind in _TEXTS:
                for zone, copies in wave.zones.items():
                    contact = Contact("", timezone=zone)
                    if release_instant(wave.dispatch.audience, contact, now) > now:
                        mornings += copies
                    else:
                        at_once += copies
    told = [lane for lane in ahead if lane.out]
    return LiftNow(
        at_once,
        mornings,
        sum(lane.out for lane in told),
        tuple(lane.name for lane in told),
        on_hold=any(wave.on_hold for lane in ahead for _, wave in lane.waves),
    )
