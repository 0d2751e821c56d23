"""Log-in attempts, limited: for each account from each address, for each address, each account.

Kept in memory: a console that starts again forgets them. Each limit counts the failures of the last
`WINDOW`. Whoever guesses at an account from many addresses must not lock its owner out: an address
from which an account was logged in to before does not count the failures of others.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Hashable, Iterator
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
PAIR_LIMIT, ADDRESS_LIMIT, ACCOUNT_LIMIT = 5, 30, 50
"""How many failures: of one account from one address, from one address, of one account."""

MOST_KEYS = 50_000


class Throttle:
    """Counts failures. An attempt counts as one from its beginning until it has succeeded."""

    def __init__(self) -> None:
        self._failures: dict[Hashable, deque[datetime]] = {}
        self._known: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def begin(self, account: str, address: str, now: datetime) -> timedelta:
        """Begin an attempt: nothing to wait, or how long; then it must not be tried."""
        with self._lock:
            kept = [
                (self._recent(key, now), limit) for key, limit in self._limits(account, address)
            ]
            full = [times[0] + WINDOW - now for times, limit in kept if len(times) >= limit]
            if full:
                return max(full)
            for times, _ in kept:
                times.append(now)
            return timedelta()

    def succeeded(self, account: str, address: str) -> None:
        """The attempt was no failure; nor are the account's from there any more."""
        with self._lock:
            for key, _ in self._limits(account, address):
                if self._failures.get(key):
                    self._failures[key].pop()
            self._failures.pop(("pair", account, address), None)
            self._known.add((account, address))

    def _limits(self, account: str, address: str) -> Iterator[tuple[Hashable, int]]:
        yield ("pair", account, address), PAIR_LIMIT
        yield ("address", address), ADDRESS_LIMIT
        if (account, address) not in self._known:
            yield ("account", account), ACCOUNT_LIMIT

    def _recent(self, key: Hashable, now: datetime) -> deque[datetime]:
        if len(self._failures) >= MOST_KEYS:
            self._failures = {
                one: times
                for one, times in self._failures.items()
                if times and now - times[-1] < WINDOW
            }
        times = self._failures.setdefault(key, deque())
        while times and not timedelta() <= now - times[0] < WINDOW:
            times.popleft()
        return times
