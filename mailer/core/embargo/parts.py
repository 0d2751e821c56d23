"""What a printed line is made of: the parts that `grammar` finds and `resolve` weighs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mailer.core.embargo.clock import Clock
from mailer.core.embargo.places import Meaning


@dataclass(frozen=True, slots=True)
class Days:
    """The dates that were printed, as (year or None, month, day): several where it is unclear."""

    options: tuple[tuple[int | None, int, int], ...]
    doubt: str = ""
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week; Monday is 0."""

    number: int


@dataclass(frozen=True, slots=True)
class Relative:
    """A word such as "tomorrow": so many days after the day it is read."""

    word: str
    days: int


@dataclass(frozen=True, slots=True)
class Shift:
    """The words "next day", "day before": said of one of several clocks."""

    days: int


@dataclass(frozen=True, slots=True)
class Offset:
    """A printed offset from UTC, east positive (ISO 8601; the opposite of Etc/GMT names)."""

    east: timedelta


@dataclass(frozen=True, slots=True)
class Zone:
    """Words that name a zone, and what they mean.

    `aside`: a place that may not be named for its clock: "University of Washington: embargo …".
    """

    text: str
    meaning: Meaning | Offset
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Local:
    """The words "local time", which do not say where."""


@dataclass(frozen=True, slots=True)
class Immediate:
    """The words "for immediate release", or a denial of them."""

    denied: bool


@dataclass(frozen=True, slots=True)
class Unembargoed:
    """The words "no embargo"."""

    text: str


@dataclass(frozen=True, slots=True)
class Opening:
    """The word "embargo", or a colon: plain words before it are a headline."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood. `matters`: it may change the instant wherever in the line it stands."""

    text: str
    matters: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that looks like a time or a date and cannot be one."""

    reason: str


Part = (
    Clock | Days | Weekday | Relative | Shift | Zone | Local
    | Immediate | Unembargoed | Opening | Unknown | Broken
)  # fmt: skip

Read = tuple[Part | None, int] | None
"""What a rule of the grammar read (None: nothing worth keeping), and where it ends. Or no match."""
