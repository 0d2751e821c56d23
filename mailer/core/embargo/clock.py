"""Times of day as printed, every time of day that they may mean, and how reasons say them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_NOON, _DAY = timedelta(hours=12), timedelta(hours=24)
_START_OR_END = "midnight may be the start or the end of that day"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day: how long after the day's first midnight, ascending; several where unclear.

    24 hours is the midnight that ends the day. `doubt` says why there are several, or, with
    `unsure`, why even a single one is not to be believed.
    """

    readings: tuple[timedelta, ...]
    doubt: str = ""
    unsure: bool = False


def noon() -> Clock:
    """The word "noon"."""
    return Clock((_NOON,))


def midnight() -> Clock:
    """The word "midnight": which day's, the word does not say."""
    return Clock((timedelta(0), _DAY), _START_OR_END)


def shown(time: timedelta) -> str:
    """A time of day as "00:01", with seconds only where there are any."""
    seconds = int(time.total_seconds())
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text


def spoken(day: date) -> str:
    """A day as the reasons say it: "3 March 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def clock(time: timedelta, half: str, *, either: bool = False) -> Clock | str:
    """What an hour and minutes mean with the half of the day that was said, or why nothing.

    `half` is "", "am", "pm", "noon", "night" or "midnight"; `either`: without one, an hour up to
    twelve may be of either half.
    """
    hour, sharp = time // timedelta(hours=1), time % timedelta(hours=1) == timedelta(0)
    if time > _DAY:
        return f"{shown(time)} is not a time of day"
    if half in ("am", "pm", "night", "midnight") and hour in (12, 0 if half == "midnight" else 12):
        return _twelve(time, half, sharp)
    if half == "":
        if either and 1 <= hour <= 12:
            other = (time + _NOON) if hour < 12 else time - _NOON
            return Clock(tuple(sorted((time, other))), f"{shown(time)} may be a.m. or p.m.")
        return Clock((time,))
    if half in ("midnight", "noon") and hour not in (0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 24):
        return _contradiction(time, half)
    if half == "am":
        return Clock((time,)) if hour < 12 else _contradiction(time, half)
    if half == "noon":
        return Clock((time if hour >= 12 else time + _NOON,))
    if half == "pm":
        if hour == 0 or hour == 24:
            return _contradiction(time, half)
        return Clock((time + _NOON if hour < 12 else time,))
    if half == "night" and 6 <= hour < 12:
        return Clock((time + _NOON,))
    return Clock((time,))


def _twelve(time: timedelta, half: str, sharp: bool) -> Clock:
    past = time % _NOON
    if half == "pm":
        if sharp:
            return Clock((_NOON, _DAY), "offices write 12 p.m. for noon and for midnight")
        return Clock((_NOON + past,))
    if sharp:
        return Clock((timedelta(0), _DAY), _START_OR_END)
    if half == "am":
        return Clock((past,))
    return Clock((past, _DAY + past), _START_OR_END)


def _contradiction(time: timedelta, half: str) -> Clock:
    other = time - _NOON if time >= _NOON else time + _NOON
    said = {"am": "a.m.", "pm": "p.m."}.get(half, half)
    return Clock(tuple(sorted((time, other))), f"{shown(time)} and {said} contradict each other")
