"""What a new version of a list would change, row by row, against the contacts it has. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from mailer.core.model import Contact


class What(StrEnum):
    """What becomes of a contact."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One column of a contact, as it was and as it would be, as a list writes it."""

    column: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """What one row would do. `row` is that of the new file; 0: the contact is no longer in it."""

    row: int
    what: What
    contact: Contact
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ListChange:
    """Everything a new version would do: first in the order of its rows, then who is gone."""

    rows: tuple[RowChange, ...]
    unchanged: int

    def number(self, what: What) -> int:
        """How many contacts it happens to."""
        return sum(row.what is what for row in self.rows)


COLUMNS = tuple(field.name for field in fields(Contact))
"""The columns of a list, in the order of a contact's fields."""


def compare(before: Iterable[Contact], after: Iterable[tuple[int, Contact]]) -> ListChange:
    """Compare by address, without regard to case. `after` is each contact with its row."""
    gone = {contact.email.casefold(): contact for contact in before}
    rows: list[RowChange] = []
    unchanged = 0
    for row, contact in after:
        earlier = gone.pop(contact.email.casefold(), None)
        if earlier is None:
            rows.append(RowChange(row, What.NEW, contact))
        elif earlier == contact:
            unchanged += 1
        else:
            rows.append(RowChange(row, What.CHANGED, contact, _between(earlier, contact)))
    rows += [RowChange(0, What.GONE, contact) for contact in gone.values()]
    return ListChange(tuple(rows), unchanged)


def cells(contact: Contact) -> tuple[str, ...]:
    """A contact as a list writes it, in the order of COLUMNS."""
    return tuple(_written(getattr(contact, column)) for column in COLUMNS)


def _between(was: Contact, now: Contact) -> tuple[FieldChange, ...]:
    both = zip(COLUMNS, cells(was), cells(now), strict=True)
    return tuple(FieldChange(column, old, new) for column, old, new in both if old != new)


def _written(value: str | bool | tuple[str, ...] | date | None) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ";".join(value)
        case date():
            return value.isoformat()
        case str():
            return value
