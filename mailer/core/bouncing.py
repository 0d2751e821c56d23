"""When what came back means that an address is written to no more. Pure: a policy over evidence.

A failure is counted once for each copy, whoever tells of it and however often. A delay never
counts, and neither does what a person has undone since.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_ENHANCED_RE = re.compile(r"(?<![\w.])(5\.[0-7]\.\d{1,3})(?!\w|\.\d)")
_OURS = ("5.1.7", "5.1.8")
"""Statuses of class 5.1 that are about the sender's address (RFC 3463 §3.2)."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A copy that failed for good, as a notice said at `at` (UTC)."""

    delivery: int
    at: datetime
    status: str
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """How many copies must fail for good, within how long; addresses that do not exist: one."""

    failures: int = 3
    within: timedelta = timedelta(days=30)


def verdict(
    failures: Iterable[Failure], now: datetime, rules: Rules, since: datetime | None = None
) -> str:
    """Why an address is to be suppressed at `now`, in one line; "" while it is not.

    `since`: when a person last said that it may be written to again; what was before is over.
    """
    counted: dict[int, Failure] = {}
    for failure in failures:
        if (since is None or failure.at > since) and now - failure.at <= rules.within:
            counted.setdefault(failure.delivery, failure)
            if _no_such_address(failure):
                return f"the address does not exist: {_said(failure)}"
    if len(counted) < rules.failures:
        return ""
    latest = max(counted.values(), key=lambda failure: failure.at)
    return f"{len(counted)} copies failed for good within {_days(rules.within)}: {_said(latest)}"


def _no_such_address(failure: Failure) -> bool:
    told = _telling(failure)
    return told.startswith("5.1.") and told not in _OURS


def _telling(failure: Failure) -> str:
    """The status; where it says nothing (5.0.0, as many servers always write), the reply's own."""
    if failure.status and not failure.status.endswith(".0.0"):
        return failure.status
    found = _ENHANCED_RE.search(failure.diagnostic)
    return found[1] if found else failure.status


def _said(failure: Failure) -> str:
    words = [failure.diagnostic or "no reason given"]
    if failure.status and failure.status not in failure.diagnostic:
        words.insert(0, failure.status)
    return " ".join(words)[:200]


def _days(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return f"{days:g} days" if days != 1 else "a day"
