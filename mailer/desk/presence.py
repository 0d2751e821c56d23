"""Who has which draft open, as far as their browsers have said lately.

Kept in memory and nowhere else: it is of no use after a restart, and asking who is there must
never wait for a lift, nor a lift for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

AWAY = timedelta(seconds=60)
"""Who has not been seen for so long has left."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A person, and when their browser last said that they are there (UTC)."""

    name: str
    at: datetime


class Presence:
    """Last seen, by draft and person. For any number of threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: dict[int, dict[str, datetime]] = {}

    def note(self, draft: int, name: str, now: datetime) -> tuple[Seen, ...]:
        """This person is there now; returns who else is, by name."""
        with self._lock:
            self._forget(now)
            here = self._seen.setdefault(draft, {})
            here[name] = now
            return tuple(Seen(other, here[other]) for other in sorted(here) if other != name)

    def _forget(self, now: datetime) -> None:
        for draft, here in list(self._seen.items()):
            left = {name: at for name, at in here.items() if now - at < AWAY}
            if left:
                self._seen[draft] = left
            else:
                del self._seen[draft]
