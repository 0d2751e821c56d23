"""What an approver sees of the recipients: new, gone, changed outlet, not verified for a year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailer.core.difference import Difference
from mailer.core.inert import inert
from mailer.core.model import Contact
from mailer.present.screen import console, count, when_exactly

NAMES = 10
"""How many contacts of a group are named; the others are counted."""


def difference(found: Iterable[Difference], zone: str) -> None:
    """For each audience, its recipients against those of the last dispatch; times in `zone`."""
    for one in found:
        console().print("\n".join(_lines(one, zone)), soft_wrap=True)


def _lines(one: Difference, zone: str) -> list[str]:
    contacts = count(one.contacts, "contact", "contacts")
    if one.since is None:
        lines = [f"{inert(one.audience)}: {contacts}; it was never sent anything before"]
    else:
        said = f"{inert(one.since.reference)}, version {one.since.version}"
        lines = [
            f"{inert(one.audience)}: {contacts}, compared with {said}, sent "
            f"{when_exactly(one.since.at, zone)}"
        ]
        changed = [f"{_who(c.contact)}, was {_outlet(c.was)}" for c in one.changed]
        lines += _group("new", [_who(contact) for contact in one.new])
        lines += _group("gone", [_who(contact) for contact in one.gone])
        lines += _group("changed outlet", changed)
        if not (one.new or one.gone or one.changed):
            lines.append("  the same contacts")
    return lines + _group("not verified for a year", [_who(c) for c in one.unverified])


def _group(title: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    shown = "; ".join(names[:NAMES])
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return [f"  {title} ({len(names)}): {shown}{more}"]


def _who(contact: Contact) -> str:
    named = inert(f"{contact.name} <{contact.email}>" if contact.name else contact.email)
    return f"{named} ({_outlet(contact.outlet)})" if contact.outlet else named


def _outlet(name: str) -> str:
    return inert(name) or "no outlet"
