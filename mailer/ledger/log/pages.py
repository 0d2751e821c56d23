"""A page of the log, found by the key of its neighbour: the hundredth costs what the first does.

Rows are walked in their order, stretch by stretch (log.stretches), from the key of the page's
neighbour. At most `ROWS` are looked at for one page, or `PROBED` where each has to be looked up
elsewhere; a page that found too few in them says so and can be gone on from. That takes some
40 ms at the most. The orders that are not the ledger's own are sorted, up to `SORTABLE` copies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, literal, null, select
from sqlmodel import Session, col

from mailer.core.log_filter import FOR_ANY_NUMBER, STATES, LogFilter, LogFilterError, Sort, folded
from mailer.ledger.log import agreeing, entries, stretches
from mailer.ledger.log.agreeing import COPY, NOT_SENT, Stretch, chunks
from mailer.ledger.log.entries import Entry
from mailer.ledger.store import table
from mailer.ledger.tables import (
    AdvisoryRow,
    DeliveryRow,
    DispatchRow,
    LeftOutRow,
    VersionRow,
)

ROWS, PROBED = 40_000, 5_000
STRETCHES = 150
"""Stretches without an entry that are looked through for one page."""
SORTABLE = 10_000
WITH_IT = "-"
"""Ends a key whose own entry belongs to the page, too: the page it was on had no other."""


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some entries of the log in its order.

    `before` and `after` are the keys from which the neighbouring pages go on ("": there is none).
    `stopped`: so many rows were looked at that there may be more to find beyond. `sort` is the
    order it is in: the usual one, where there are too many to be sorted as was asked.
    """

    entries: tuple[Entry, ...]
    before: str
    after: str
    stopped: bool
    sort: Sort


def page(
    session: Session,
    wanted: LogFilter,
    *,
    before: str = "",
    after: str = "",
    size: int = 100,
    headlines: bool = True,
) -> LogPage:
    """The entries that follow the one with the key `after`, or precede `before`; else the first.

    LogFilterError for a key that is none. The entry of a key need not agree with the filter.
    """
    back = bool(before)
    key = before or after
    place = _place(session, key) if key else None
    found = stretches.stretches(session, wanted, headlines=headlines)
    if wanted.sort not in FOR_ANY_NUMBER:
        if _few_enough(session, found):
            return _sorted(session, wanted, found, key.removesuffix(WITH_IT), back, size)
        wanted = replace(wanted, sort=Sort.WHEN, descending=True)
    keys, stop = _walk(session, wanted, found, place, back, key.endswith(WITH_IT), size + 1)
    more = len(keys) > size
    keys = keys[:size]
    edge = keys[-1] if more else stop
    if back:
        if not keys and not stop:
            return page(
                session, wanted, size=size, headlines=headlines
            )  # what preceded it is no longer in the log
        keys.reverse()
    with_it = f"{key.removesuffix(WITH_IT)}{WITH_IT}" if key else ""
    first = keys[0] if keys else with_it
    last = keys[-1] if keys else with_it
    return LogPage(
        entries=tuple(entries.load(session, keys)),
        before=edge if back else (first if key else ""),
        after=(last if key else "") if back else edge,
        stopped=bool(stop) and not more,
        sort=wanted.sort,
    )


# --- the place of a key -----------------------------------------------------------------------


def _place(session: Session, key: str) -> tuple[Stretch, int]:
    """A key's stretch and number; LogFilterError where the ledger has no such row."""
    kind, number = key[:1], key[1:].removesuffix(WITH_IT)
    if kind in (COPY, NOT_SENT) and number.isascii() and number.isdigit() and len(number) < 19:
        found = _owner(session, kind, int(number))
        if found is not None:
            return found, int(number)
    raise LogFilterError("before, after: no such place in the log; start from its first page")


def _owner(session: Session, kind: str, number: int) -> Stretch | None:
    if kind == COPY:
        query = (
            select(
                col(DispatchRow.id),
                col(DispatchRow.planned_at),
                col(AdvisoryRow.reference),
                col(DispatchRow.audience),
                col(DispatchRow.started_at),
            )
            .join(table(DeliveryRow), col(DeliveryRow.dispatch_id) == col(DispatchRow.id))
            .join(table(VersionRow), col(VersionRow.id) == col(DispatchRow.version_id))
            .where(col(DeliveryRow.id) == number)
        )
    else:
        query = (
            select(
                col(VersionRow.id),
                col(VersionRow.created_at),
                col(AdvisoryRow.reference),
                col(LeftOutRow.audience),
                null(),
            )
            .join(table(LeftOutRow), col(LeftOutRow.version_id) == col(VersionRow.id))
            .where(col(LeftOutRow.id) == number)
        )
    query = query.join(table(AdvisoryRow), col(AdvisoryRow.id) == col(VersionRow.advisory_id))
    row = session.execute(query).first()
    return Stretch(kind, row[0], row[4] or row[1], row[2], row[3]) if row else None


# --- in the ledger's own order ----------------------------------------------------------------


def _ordered(found: Iterable[Stretch], wanted: LogFilter) -> list[Stretch]:
    """Within an advisory or audience the latest come first, whichever way these are."""
    by_time = sorted(
        found,
        key=lambda one: (one.at, one.kind, one.id),
        reverse=wanted.descending or wanted.sort is not Sort.WHEN,
    )
    if wanted.sort is Sort.ADVISORY:
        by_time.sort(key=lambda one: folded(one.reference), reverse=wanted.descending)
    if wanted.sort is Sort.AUDIENCE:
        by_time.sort(
            key=lambda one: one.audience if one.kind == COPY else "", reverse=wanted.descending
        )
    return by_time


def _walk(
    session: Session,
    wanted: LogFilter,
    found: list[Stretch],
    place: tuple[Stretch, int] | None,
    back: bool,
    with_it: bool,
    number: int,
) -> tuple[list[str], str]:
    """Up to so many keys beyond a place, and, if it was not looked further, the last one seen."""
    ordered = _ordered(found, wanted)
    down = wanted.descending or wanted.sort is not Sort.WHEN
    start: int | None = None
    if place is not None:
        ordered, start = _from(ordered, place, wanted, back)
    if back:
        ordered.reverse()
        down = not down
    keys: list[str] = []
    left = PROBED if agreeing.probes(wanted) else ROWS
    empty, looked_at = 0, ""
    if start is not None and with_it:
        start += 1 if down else -1
    for stretch in ordered:
        beyond = start if place is not None and _same(stretch, place[0]) else None
        window = _Window(session, wanted, stretch, down, beyond)
        ids, seen, last = window.look(number - len(keys), left)
        keys += [f"{stretch.kind}{one}" for one in ids]
        if len(keys) >= number:
            return keys, ""
        left -= seen
        empty += not ids
        looked_at = f"{stretch.kind}{last}" if last is not None else looked_at
        if looked_at and (left <= 0 or empty >= STRETCHES):
            return keys, looked_at
    return keys, ""


def _same(one: Stretch, other: Stretch) -> bool:
    return (one.kind, one.id) == (other.kind, other.id)


def _from(
    ordered: list[Stretch], place: tuple[Stretch, int], wanted: LogFilter, back: bool
) -> tuple[list[Stretch], int]:
    """The stretches from a place on (or back), though its own may not be among them."""
    own, number = place
    among = [one for one in ordered if not _same(one, own)]
    mine = next((one for one in ordered if _same(one, own)), own)
    every = _ordered([*among, mine], wanted)
    at = every.index(mine)
    part = every[: at + 1] if back else every[at:]
    return [one for one in part if one is not own], number


class _Window:
    """Rows of one stretch that agree, from a place on, and how many were looked at for them."""

    def __init__(
        self,
        session: Session,
        wanted: LogFilter,
        stretch: Stretch,
        down: bool,
        beyond: int | None,
    ) -> None:
        self._session, self._wanted, self._stretch = session, wanted, stretch
        self._down, self._beyond = down, beyond
        self._id = agreeing.of_row(stretch.kind).c.id

    def look(self, number: int, rows: int) -> tuple[list[int], int, int | None]:
        """Up to `number` that agree among the next `rows`; how many were seen; the last of them."""
        if self._stretch.ids is not None:
            return self._among(self._stretch.ids, number, rows)
        inner = self._rows(agreeing.columns(self._stretch.kind), rows).subquery()
        where = agreeing.conditions(inner.c, self._stretch, self._wanted)
        query = select(inner.c.id).where(*where).limit(number)
        found = list(self._session.execute(query).scalars())
        if len(found) >= number or not where:
            return found, len(found), found[-1] if found else None
        ids = self._rows((self._id,), rows).subquery()
        edge = func.min(ids.c.id) if self._down else func.max(ids.c.id)
        seen, last = self._session.execute(select(func.count(), edge).select_from(ids)).one()
        return found, seen, last

    def _rows(self, what: Sequence[Any], rows: int) -> Any:
        query, number = agreeing.rows(self._stretch, what), self._id
        if self._beyond is not None:
            query = query.where(number < self._beyond if self._down else number > self._beyond)
        return query.order_by(number.desc() if self._down else number).limit(rows)

    def _among(
        self, ids: Sequence[int], number: int, rows: int
    ) -> tuple[list[int], int, int | None]:
        """The same, where it is known which rows can agree."""
        ahead = sorted(ids, reverse=self._down)
        if self._beyond is not None:
            beyond = self._beyond
            ahead = [one for one in ahead if (one < beyond if self._down else one > beyond)]
        ahead = ahead[:rows]
        found: list[int] = []
        seen = 0
        for some in chunks(ahead):
            part = replace(self._stretch, ids=tuple(some))
            ((query, c),) = agreeing.queries(part, self._wanted)
            agreed = set(self._session.execute(query.with_only_columns(c.id)).scalars())
            for one in some:
                seen += 1
                if one in agreed:
                    found.append(one)
                    if len(found) == number:
                        return found, seen, one
        return found, seen, ahead[-1] if ahead else None


# --- sorted -----------------------------------------------------------------------------------


def _few_enough(session: Session, found: Iterable[Stretch]) -> bool:
    """Whether so few rows may agree that they can be sorted."""
    left = SORTABLE
    for one in found:
        if one.ids is not None:
            left -= len(one.ids)
        else:
            some = agreeing.rows(one, [agreeing.of_row(one.kind).c.id])
            inner = some.limit(left + 1).subquery()
            left -= session.execute(select(func.count()).select_from(inner)).scalar() or 0
        if left < 0:
            return False
    return True


def _sorted(
    session: Session,
    wanted: LogFilter,
    found: Iterable[Stretch],
    key: str,
    back: bool,
    size: int,
) -> LogPage:
    rows: list[tuple[Any, str]] = []
    for one in _ordered(found, LogFilter()):
        rows += _sortable(session, wanted, one)
    rows.sort(key=lambda row: row[0], reverse=wanted.descending)
    keys = [name for _, name in rows]
    at = 0
    if key:
        if key not in keys:
            raise LogFilterError("before, after: that copy has changed; start from the first page")
        at = keys.index(key) + (0 if back else 1)
    begin, end = (max(0, at - size), at) if back else (at, at + size)
    some = keys[begin:end]
    return LogPage(
        entries=tuple(entries.load(session, some)),
        before=some[0] if some and begin > 0 else "",
        after=some[-1] if some and end < len(keys) else "",
        stopped=False,
        sort=wanted.sort,
    )


def _sortable(session: Session, wanted: LogFilter, stretch: Stretch) -> Iterator[tuple[Any, str]]:
    """Each row of a stretch that agrees, latest first: by what it is sorted, and its key."""
    found: list[Any] = []
    for query, c in agreeing.queries(stretch, wanted):
        other: Any = c.state
        if wanted.sort is Sort.ANSWER:
            other = agreeing.latest_code(c) if stretch.kind == COPY else literal(0)
        chosen = query.with_only_columns(c.id, c.email_key, c.name, c.outlet, other)
        found += session.execute(chosen).all()
    found.sort(key=lambda one: one[0], reverse=True)
    for number, email, name, outlet, other in found:
        by: Any
        if wanted.sort is Sort.CONTACT:
            by = (folded(name or email), email)
        elif wanted.sort is Sort.OUTLET:
            by = folded(outlet)
        elif wanted.sort is Sort.STATE:
            by = STATES.index(other)
        else:
            by = other or 0
        yield by, f"{stretch.kind}{number}"
