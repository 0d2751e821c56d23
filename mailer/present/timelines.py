"""A timeline in words: a table of what happens, a bar for each audience, and data for scripts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mailer.core.inert import inert
from mailer.core.timeline import Has, HoldNow, Lane, LiftNow, Row, Segment, Timeline
from mailer.present.screen import console, count, plain, show_table, stamp, table_of, when

if TYPE_CHECKING:
    from mailer.desk import TimelineView

BAR = 60
"""Characters of an audience's bar."""

MARKS = {Has.NOTHING: "·", Has.ADVANCE: "▒", Has.TEXT: "█", Has.CORRECTION: "▓", Has.WITHDRAWN: "×"}

INSTANTS = 4
"""How many instants a sentence names; the others are counted."""


def timeline(view: TimelineView) -> None:
    """What happens when, what each audience has meanwhile, and what a hold or a lift would do."""
    found, zone = view.timeline, view.office_zone
    screen = console()
    screen.print(heading(view), style="bold", soft_wrap=True)
    screen.print()
    if found.rows:
        table = table_of("UTC", f"office ({zone})", "audience", "what happens")
        table.add_column("contacts", justify="right")
        for row in found.rows:
            times = when(row.instant, "UTC"), when(row.instant, zone)
            table.add_row(*times, inert(row.audience), event(row), str(row.contacts))
        show_table(screen, table)
        screen.print()
    width = max((len(lane.audience) for lane in found.lanes), default=0)
    at = positions(found, BAR, 4)
    for lane in found.lanes:
        screen.print(f"{inert(lane.audience):{width}}  {_bar(lane, at)}", soft_wrap=True)
    screen.print(f"{'':{width}}  {_ruler(found, at)}", soft_wrap=True)
    legend = "   ".join(f"{mark} {has}" for has, mark in MARKS.items())
    screen.print(f"{'':{width}}  {legend}   (not to scale)\n", soft_wrap=True)
    for lane in found.lanes:
        screen.print(f"{inert(lane.audience)}: {in_words(lane, zone)}", soft_wrap=True)
    screen.print()
    for sentence in prospects(found):
        screen.print(sentence, soft_wrap=True)


def timeline_json(view: TimelineView) -> dict[str, Any]:
    """A timeline for scripts: instants in UTC; `lift` is null where no embargo is left."""
    found = view.timeline
    return {
        "reference": view.reference,
        "version": view.version,
        "office_zone": view.office_zone,
        "now": stamp(found.now),
        "end": stamp(found.end),
        "withdrawn": found.withdrawn,
        "rows": plain(found.rows),
        "audiences": [
            {
                "audience": lane.audience,
                "contacts": lane.contacts,
                "embargo": stamp(lane.embargo.instant) if lane.embargo else None,
                "embargo_zone": lane.embargo.zone if lane.embargo else None,
                "segments": plain(lane.segments),
            }
            for lane in found.lanes
        ],
        "hold": plain(found.hold),
        "lift": plain(found.lift),
    }


# --- the words, which the picture uses too ----------------------------------------------------


def heading(view: TimelineView) -> str:
    """Of what, and as of when."""
    state = ", withdrawn" if view.timeline.withdrawn else ""
    as_of = when(view.timeline.now, "UTC")
    return f"{inert(view.reference)}, version {view.version}{state}, as of {as_of}"


def event(row: Row) -> str:
    """What happens, and what a person must do first."""
    return f"{row.event}, once {row.once}" if row.once else row.event


def holding(one: Segment, lane: Lane) -> str:
    """What an audience has: "advance copy (7 of 8)"."""
    if one.has is Has.NOTHING:
        return str(one.has)
    bound = ", embargoed" if one.embargoed and one.has is not Has.ADVANCE else ""
    once = f", once {one.once}" if one.once else ""
    return f"{one.has} ({one.contacts} of {lane.contacts}){bound}{once}"


def in_words(lane: Lane, zone: str) -> str:
    """All that an audience has, one thing after another."""
    parts = [holding(lane.segments[0], lane)]
    parts += [f"from {when(s.start, zone)} {holding(s, lane)}" for s in lane.segments[1:]]
    return "; ".join(parts)


def prospects(found: Timeline) -> tuple[str, str]:
    """What a hold now would stop, and what a lift now would send."""
    return _hold(found.hold), _lift(found)


def _hold(hold: HoldNow) -> str:
    out = ""
    if hold.out:
        holders = count(hold.out, "contact holds", "contacts hold")
        out = f" {holders} an embargoed copy already; no hold takes that back."
    if not hold.copies:
        return f"A hold now would stop nothing: no copy is free to go.{out}"
    named = [when(instant, "UTC") for instant in hold.instants[:INSTANTS]]
    more = len(hold.instants) - INSTANTS
    instants = " and ".join(filter(None, (", ".join(named), f"{more} more" if more > 0 else "")))
    return f"A hold now would stop {count(hold.copies, 'copy', 'copies')}, of {instants}.{out}"


def _lift(found: Timeline) -> str:
    lift: LiftNow | None = found.lift
    if lift is None:
        return "There is no embargo left to lift."
    first = ", once resumed," if lift.on_hold else ""
    sends = f"A lift now would{first} send {count(lift.at_once, 'copy', 'copies')} at once"
    if lift.mornings:
        sends += f", and {lift.mornings} in their contacts' own mornings"
    if not lift.told:
        return f"{sends}; nobody holds an embargoed copy that would have to be told."
    told = count(lift.told, "holder", "holders")
    return f"{sends}, and tell {told} of an embargoed copy ({inert(', '.join(lift.audiences))})."


# --- the bars ---------------------------------------------------------------------------------


def positions(found: Timeline, width: float, least: float) -> dict[datetime, float]:
    """Where each instant at which anything happens stands on a line of `width`.

    Longer stretches take more room, as the square root of their length, but each takes `least`
    if there is room for that: a minute must be seen beside three days.
    """
    stops = {found.now, found.end, *(row.instant for row in found.rows)}
    stops |= {one.start for lane in found.lanes for one in lane.segments}
    ordered = sorted(stops)
    spans = [(b - a).total_seconds() ** 0.5 for a, b in pairwise(ordered)]
    floor = min(least, width / len(spans))
    spare = width - floor * len(spans)
    at, places = 0.0, {ordered[0]: 0.0}
    for instant, span in zip(ordered[1:], spans, strict=True):
        at += floor + spare * span / sum(spans)
        places[instant] = at
    return places


def _bar(lane: Lane, at: dict[datetime, float]) -> str:
    return "".join(
        MARKS[one.has] * (round(at[one.end]) - round(at[one.start])) for one in lane.segments
    )


def _ruler(found: Timeline, at: dict[datetime, float]) -> str:
    marks: Iterable[tuple[int, str]] = [
        (0, "^now"),
        *((round(at[lift]), "^lift") for lift in found.lifts if lift in at),
    ]
    line = ""
    for place, mark in marks:
        line = line.ljust(place) + mark if place >= len(line) + (1 if line else 0) else line
    return line
