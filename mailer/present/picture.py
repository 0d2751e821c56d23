"""A timeline as one self-contained SVG: no script, no font from elsewhere, light and dark.

What an audience has is told by colour, by pattern and in words. Every text goes through the XML
library's own escaping, after `inert`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from mailer.core.inert import inert
from mailer.core.timeline import Has, Lane, Segment, Timeline
from mailer.present.screen import count, when
from mailer.present.timelines import event, heading, holding, in_words, positions, prospects

if TYPE_CHECKING:
    from mailer.desk import TimelineView

WIDTH, LEFT, RIGHT = 800, 158, 28
TOP, LANE, BAR = 128, 62, 34
LETTER = 6.3
"""About how wide a letter of a 12 px label is; a label that would not fit is left to the list."""

TICK = 84
"""How wide a time on the axis is."""

CHARACTERS = 122
"""In a line of text."""

ROWS = 24
"""How many events the picture lists; `mailer timeline` prints them all."""

_Place = dict[str, float | str]

NOT_XML = re.compile("[\ufffe\uffff]")

STYLE = """
text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1c2733 }
.paper { fill: #ffffff; stroke: #d8e0e7 }
.name { font-size: 14px; font-weight: 600 }
.title { font-size: 19px; font-weight: 650 }
.soft { fill: #566675 }
.small { font-size: 11px }
.rule { stroke: #d8e0e7 }
.tick { stroke: #8a99a8; stroke-dasharray: 1 4 }
.now { stroke: #1c2733; stroke-width: 1.5 }
.lift { stroke: #b3261e; stroke-width: 2; stroke-dasharray: 7 3 }
.flag-now { fill: #1c2733 }
.flag-lift { fill: #b3261e }
.flag { font-size: 11px; font-weight: 650; fill: #ffffff }
.nothing { fill: #f3f6f8; stroke: #b5c0ca; stroke-dasharray: 3 3 }
.advance { fill: #fbe3ab; stroke: #b7791f }
.text { fill: #bfe5d0; stroke: #1f7a52 }
.correction { fill: #cfe1f7; stroke: #2c65a8 }
.withdrawn { fill: #f8d2cf; stroke: #b3261e }
.once { stroke-dasharray: 6 4; opacity: 0.7 }
.on-advance, .on-text, .on-correction, .on-withdrawn { paint-order: stroke; stroke-width: 5px; \
stroke-linejoin: round; font-weight: 600 }
.on-advance { stroke: #fbe3ab }
.on-text { stroke: #bfe5d0 }
.on-correction { stroke: #cfe1f7 }
.on-withdrawn { stroke: #f8d2cf }
.ink-advance { stroke: #dca43f; stroke-width: 3 }
.ink-correction { fill: #6f9fd8 }
.ink-withdrawn { stroke: #e08f89; stroke-width: 1.5; fill: none }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .paper { fill: #11181f; stroke: #2d3a46 }
  .soft { fill: #9fb0bf }
  .rule { stroke: #2d3a46 }
  .tick { stroke: #5d6d7c }
  .now { stroke: #e6edf3 }
  .lift { stroke: #ff8f86 }
  .flag-now { fill: #e6edf3 }
  .flag-lift { fill: #ff8f86 }
  .flag { fill: #11181f }
  .nothing { fill: #18212a; stroke: #4a5a69 }
  .advance { fill: #4d3a10; stroke: #e0ab4a }
  .text { fill: #134a33; stroke: #4fc08d }
  .correction { fill: #1b3a5f; stroke: #7fb2ee }
  .withdrawn { fill: #561d1a; stroke: #ff8f86 }
  .on-advance { stroke: #4d3a10 }
  .on-text { stroke: #134a33 }
  .on-correction { stroke: #1b3a5f }
  .on-withdrawn { stroke: #561d1a }
  .ink-advance { stroke: #8a6a22 }
  .ink-correction { fill: #4778b0 }
  .ink-withdrawn { stroke: #a04a45 }
}
"""

LOOKS = {
    Has.NOTHING: "nothing",
    Has.ADVANCE: "advance",
    Has.TEXT: "text",
    Has.CORRECTION: "correction",
    Has.WITHDRAWN: "withdrawn",
}
PATTERNED = (Has.ADVANCE, Has.CORRECTION, Has.WITHDRAWN)


def timeline_svg(view: TimelineView) -> str:
    """The picture, as an XML document without a declaration, for a file or an HTML page."""
    found = view.timeline
    shown = found.rows[:ROWS]
    floor = TOP + LANE * len(found.lanes) + 6
    listed = floor + 66
    closing = listed + 20 * (len(shown) + (len(found.rows) > ROWS)) + 24
    lines = [line for sentence in prospects(found) for line in _wrapped(sentence)]
    height = closing + 18 * len(lines) + 10
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {height}",
            "width": str(WIDTH),
            "height": str(height),
            "role": "img",
            "aria-labelledby": "timeline-title timeline-desc",
        },
    )
    _put(root, "title", f"Timeline of {heading(view)}", id="timeline-title")
    _put(root, "desc", _description(view), id="timeline-desc")
    _put(root, "style", STYLE)
    _patterns(_put(root, "defs"))
    _put(root, "rect", class_="paper", x=0.5, y=0.5, width=WIDTH - 1, height=height - 1, rx=10)
    _put(root, "text", _cut(inert(view.reference), 60), class_="title", x=24, y=36)
    _put(root, "text", _subtitle(view), class_="soft", x=24, y=57)
    at = {i: LEFT + x for i, x in positions(found, WIDTH - LEFT - RIGHT, TICK + 4).items()}
    _axis(root, view, at, floor)
    for number, lane in enumerate(found.lanes):
        _lane(root, lane, view.office_zone, at, TOP + LANE * number)
    _flags(root, found, at, floor)
    _legend(root, floor + 26)
    _list(root, view, listed)
    for number, line in enumerate(lines):
        _put(root, "text", line, x=24, y=closing + 18 * number)
    return ET.tostring(root, encoding="unicode") + "\n"


# --- its parts --------------------------------------------------------------------------------


def _axis(root: ET.Element, view: TimelineView, at: dict[datetime, float], floor: float) -> None:
    """The times: the lifts and now first, then whatever has room beside them."""
    found, zone = view.timeline, view.office_zone
    same = zone in ("UTC", "Etc/UTC")
    _put(root, "text", "UTC", class_="soft small", x=24, y=TOP - 26)
    if not same:
        place = zone.rpartition("/")[2].replace("_", " ")
        _put(root, "text", _cut(place, 18), class_="soft small", x=24, y=TOP - 12)
    placed: list[float] = []
    ends = (*found.lifts, found.now)
    ordered = [*ends, *(i for i in at if i not in ends and i != found.end)]
    for instant in ordered:
        if instant not in at:
            continue
        x = at[instant]
        if instant != found.now:
            _put(root, "line", class_="tick", x1=x, x2=x, y1=TOP - 6, y2=floor)
        middle = min(x, WIDTH - RIGHT - TICK / 2 + 12)
        if any(abs(middle - other) < TICK for other in placed):
            continue
        placed.append(middle)
        zones = ("UTC",) if same else ("UTC", zone)
        for line, one in enumerate(zones):
            _put(
                root, "text", _short(instant, one), class_="soft small",
                x=middle, y=TOP - 26 + 14 * line, text_anchor="middle",
            )  # fmt: skip


def _lane(root: ET.Element, lane: Lane, zone: str, at: dict[datetime, float], top: float) -> None:
    group = _put(root, "g")
    _put(group, "title", f"{inert(lane.audience)}: {in_words(lane, zone)}")
    name = _cut(inert(lane.audience), 16)
    _put(group, "text", name, class_="name", x=24, y=top + 20)
    contacts = count(lane.contacts, "contact", "contacts")
    _put(group, "text", contacts, class_="soft small", x=24, y=top + 36)
    for one in lane.segments:
        _segment(group, one, lane, at[one.start], at[one.end], top + 6)


def _segment(
    group: ET.Element, one: Segment, lane: Lane, left: float, right: float, top: float
) -> None:
    look = LOOKS[one.has]
    width = max(right - left - 2, 1)
    box: _Place = {"x": left + 1, "y": top, "width": width, "height": BAR, "rx": min(5, width / 2)}
    drawn = _put(group, "rect", class_=look + (" once" if one.once else ""), **box)
    _put(drawn, "title", holding(one, lane))
    if one.has in PATTERNED:
        _put(group, "rect", fill=f"url(#{look}-pattern)", **box)
    share = f"{one.contacts} of {lane.contacts}"
    candidates = [(holding(one, lane),), (str(one.has), share), (share,)]
    for lines in candidates[:1] if one.has is Has.NOTHING else candidates:
        if max(map(len, lines)) * LETTER + 8 <= width:
            _label(group, lines, look, left + 1 + width / 2, top + BAR / 2 + 4)
            return


def _label(group: ET.Element, lines: tuple[str, ...], look: str, x: float, y: float) -> None:
    style = "soft" if look == LOOKS[Has.NOTHING] else f"on-{look}"
    for number, line in enumerate(lines):
        height = y + 14 * (number - (len(lines) - 1) / 2)
        _put(group, "text", line, class_=style, x=x, y=height, text_anchor="middle")


def _flags(root: ET.Element, found: Timeline, at: dict[datetime, float], floor: float) -> None:
    """Now, across all lanes; and each lift, across the lanes whose embargo it is."""
    _put(root, "line", class_="now", x1=LEFT, x2=LEFT, y1=TOP - 8, y2=floor)
    _flag(root, "now", LEFT)
    for lift in found.lifts:
        x = at.get(lift)
        if x is None:
            continue
        _flag(root, "lift", x)
        for number, lane in enumerate(found.lanes):
            if lane.embargo is not None and lane.embargo.instant == lift:
                top = TOP + LANE * number - 4
                _put(root, "line", class_="lift", x1=x, x2=x, y1=top, y2=top + BAR + 20)


def _flag(root: ET.Element, word: str, x: float) -> None:
    _put(root, "rect", class_=f"flag-{word}", x=x - 17, y=TOP - 54, width=34, height=16, rx=4)
    _put(root, "text", word, class_="flag", x=x, y=TOP - 42, text_anchor="middle")


def _legend(root: ET.Element, top: float) -> None:
    x = 24.0
    for has, look in LOOKS.items():
        box: _Place = {"x": x, "y": top - 11, "width": 22, "height": 14, "rx": 3}
        _put(root, "rect", class_=look, **box)
        if has in PATTERNED:
            _put(root, "rect", fill=f"url(#{look}-pattern)", **box)
        _put(root, "text", str(has), class_="soft", x=x + 29, y=top)
        x += 29 + len(has) * 6 + 26
    _put(
        root, "text", "lengths not to scale", class_="soft small",
        x=WIDTH - RIGHT, y=top, text_anchor="end",
    )  # fmt: skip


def _list(root: ET.Element, view: TimelineView, top: float) -> None:
    rows, zone = view.timeline.rows, view.office_zone
    _put(root, "line", class_="rule", x1=24, x2=WIDTH - RIGHT, y1=top - 22, y2=top - 22)
    if not rows:
        _put(root, "text", "Nothing more is to come.", class_="soft", x=24, y=top)
    for number, row in enumerate(rows[:ROWS]):
        y = top + 20 * number
        _put(root, "text", when(row.instant, "UTC"), x=24, y=y)
        _put(root, "text", when(row.instant, zone), class_="soft", x=198, y=y)
        what = f"{_cut(inert(row.audience), 24)}: {event(row)}"
        _put(root, "text", _cut(what, 48), x=420, y=y)
        contacts = count(row.contacts, "contact", "contacts")
        _put(root, "text", contacts, class_="soft", x=WIDTH - RIGHT, y=y, text_anchor="end")
    if len(rows) > ROWS:
        more = f"and {len(rows) - ROWS} more"
        _put(root, "text", more, class_="soft", x=24, y=top + 20 * ROWS)


def _patterns(defs: ET.Element) -> None:
    """Stripes, dots and crosses: what is not told by colour alone."""
    size: _Place = {"width": 9, "height": 9, "patternUnits": "userSpaceOnUse"}
    stripes = _put(defs, "pattern", id="advance-pattern", patternTransform="rotate(45)", **size)
    _put(stripes, "line", class_="ink-advance", x1=0, y1=0, x2=0, y2=9)
    dots = _put(defs, "pattern", id="correction-pattern", **size)
    _put(dots, "circle", class_="ink-correction", cx=4.5, cy=4.5, r=1.7)
    crosses = _put(defs, "pattern", id="withdrawn-pattern", **size)
    _put(crosses, "path", class_="ink-withdrawn", d="M0 0 L9 9 M9 0 L0 9")


# --- small things -----------------------------------------------------------------------------


def _description(view: TimelineView) -> str:
    lanes = (
        f"{inert(lane.audience)}: {in_words(lane, view.office_zone)}."
        for lane in view.timeline.lanes
    )
    return " ".join([*lanes, *prospects(view.timeline)])


def _subtitle(view: TimelineView) -> str:
    found = view.timeline
    state = "withdrawn · " if found.withdrawn else ""
    now = f"{when(found.now, 'UTC')} = {when(found.now, view.office_zone)}"
    return f"{state}version {view.version} · as of {now} ({view.office_zone})"


def _put(parent: ET.Element, tag: str, text: str = "", /, **attributes: float | str) -> ET.Element:
    named = {
        name.rstrip("_").replace("_", "-"): f"{v:g}" if isinstance(v, int | float) else v
        for name, v in attributes.items()
    }
    element = ET.SubElement(parent, tag, named)
    if text:
        element.text = NOT_XML.sub("\ufffd", text)
    return element


def _short(instant: datetime, zone: str) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %H:%M}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _wrapped(text: str) -> Iterable[str]:
    line = ""
    for word in text.split():
        if line and len(line) + len(word) + 1 > CHARACTERS:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line
