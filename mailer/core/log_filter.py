"""Which copies of the log, and in what order: a value that is also an address's query.

What is filtered can be sent to a colleague as a link: `parse(filter.query())` is the filter again.
Instants stand in the query in UTC; what a person types without an offset is of their own zone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from mailer.core.errors import MailerError
from mailer.core.inert import brief, inert
from mailer.core.states import DeliveryState

LEFT_OUT = "left_out"
"""In the log, the state of a contact who was on a list and gets nothing."""

STATES = (*(state.value for state in DeliveryState), LEFT_OUT)

LONGEST = 200
"""Characters of a word that is looked for; nobody's name is longer."""


class LogFilterError(MailerError):
    """A query that no log can answer: which parameter, and what it takes."""


class Sort(StrEnum):
    """What the log is in the order of.

    The first three hold for any number of copies, in time within each: of the dispatch's start
    (or its planning), then as the copies go. The others need few enough copies to be sorted.
    """

    WHEN = "when"
    ADVISORY = "advisory"
    AUDIENCE = "audience"
    CONTACT = "contact"
    OUTLET = "outlet"
    STATE = "state"
    ANSWER = "answer"


FOR_ANY_NUMBER = (Sort.WHEN, Sort.ADVISORY, Sort.AUDIENCE)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which entries: all that agree with every field that is set.

    `advisory` is a reference, `audience` a name; `contact` is looked for in address, name and
    outlet, `outlet` in the outlet, `text` in these and in the reference, the headline and what
    the relay said to what it did not take. `code` is an SMTP code or "4xx", of the latest answer.
    The state changed at `since` (UTC) or later, and before `until`.
    """

    advisory: str = ""
    audience: str = ""
    outlet: str = ""
    contact: str = ""
    states: tuple[str, ...] = ()
    code: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    sort: Sort = Sort.WHEN
    descending: bool = True

    def query(self) -> list[tuple[str, str]]:
        """The parameters of an address; what is as usual is left out."""
        pairs = [(name, getattr(self, field)) for name, field in _WORDS.items()]
        pairs += [("state", state) for state in self.states]
        pairs += [
            (name, _stamp(at)) for name, at in (("since", self.since), ("until", self.until)) if at
        ]
        order = f"-{self.sort}" if self.descending else str(self.sort)
        pairs.append(("sort", "" if order == _USUAL else order))
        return [(name, value) for name, value in pairs if value]

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return any(name != "sort" for name, _ in self.query())


_WORDS = {
    "advisory": "advisory",
    "audience": "audience",
    "outlet": "outlet",
    "contact": "contact",
    "code": "code",
    "q": "text",
}
_USUAL = "-when"
_CODE = re.compile(r"[2-5](?:\d\d|xx)")
PARAMETERS = (*_WORDS, "state", "since", "until", "sort")


def parse(query: Iterable[tuple[str, Any]], zone: tzinfo = UTC) -> LogFilter:
    """The filter of an address's parameters; others among them are not looked at.

    `zone` is of whoever typed an instant without an offset. LogFilterError names what is wrong.
    """
    given: dict[str, list[str]] = {}
    for name, value in query:
        if name in PARAMETERS and isinstance(value, str) and value.strip():
            given.setdefault(name, []).append(_line(value))
    words = {field: given[name][-1] for name, field in _WORDS.items() if name in given}
    code = words.get("code", "").lower()
    if code and not _CODE.fullmatch(code):
        raise LogFilterError(f"code: {brief(code)} is no SMTP code; one such as 550, or 4xx")
    for state in given.get("state", []):
        if state not in STATES:
            raise LogFilterError(f"state: {brief(state)} is none of {', '.join(STATES)}")
    order = given.get("sort", [_USUAL])[-1]
    if order.removeprefix("-") not in set(Sort):
        raise LogFilterError(f"sort: {brief(order)} is none of {', '.join(Sort)}, or one with -")
    return LogFilter(
        **{**words, "code": code},
        states=tuple(state for state in STATES if state in given.get("state", [])),
        since=_instant("since", given, zone),
        until=_instant("until", given, zone),
        sort=Sort(order.removeprefix("-")),
        descending=order.startswith("-"),
    )


def _line(value: str) -> str:
    return " ".join(value.split())[:LONGEST].strip()


def _instant(name: str, given: dict[str, list[str]], zone: tzinfo) -> datetime | None:
    """An instant in UTC; of `until`, a day without an hour is the end of that day."""
    if name not in given:
        return None
    text = given[name][-1]
    try:
        found = datetime.fromisoformat(text)
        if name == "until" and _is_a_day(text):
            found += timedelta(days=1)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise LogFilterError(
            f"{name}: {brief(inert(text))} is no instant; one such as 2027-02-09T00:01"
        ) from None


def _is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


# --- what is looked for -----------------------------------------------------------------------


def folded(text: str) -> str:
    """A text as it is looked for in: without regard to case, width, accents and spacing."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFKC", bare).casefold().split())


def sought(text: str) -> tuple[str, ...]:
    """The words that must all be found, folded."""
    return tuple(dict.fromkeys(folded(text).split()))


def found_in(words: Sequence[str], *texts: str) -> bool:
    """Whether every word (of `sought`) is somewhere in these texts."""
    whole = folded("\n".join(texts))
    return all(word in whole for word in words)
