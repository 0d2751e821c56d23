"""Everything the office knows of one address, as text and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from mailer.core.inert import inert
from mailer.core.people import JOURNALIST
from mailer.present.screen import console, count, plain, when_exactly

if TYPE_CHECKING:
    from mailer.desk.contacts import ContactView
    from mailer.ledger.contacts import Answered, Suppressed
    from mailer.ledger.evidence import Told

COPIES = 10
"""How many of the newest copies are told; the log has them all."""


def contact(view: ContactView, zone: str) -> None:
    """What is known of an address: what they chose, whether they are written to, what came back."""
    console().print("\n".join(_lines(view, zone)), soft_wrap=True)


def contact_json(view: ContactView) -> dict[str, Any]:
    """The same for scripts; instants in UTC."""
    return {name: plain(getattr(view, name)) for name in _TOLD}


_TOLD = (
    "email", "name", "outlet", "suppressed", "left", "accepted", "listed", "chosen",
    "suppressions", "answers", "came_back", "copies", "left_out", "wish",
)  # fmt: skip


def _lines(view: ContactView, zone: str) -> Iterator[str]:
    yield inert(f"{view.name} <{view.email}>" if view.name else view.email)
    if view.outlet:
        yield f"  outlet: {inert(view.outlet)}"
    for one in view.listed:
        said = filter(None, (one.contact.language, one.contact.timezone))
        yield f"  on {inert(one.list)}, for {', '.join(one.audiences)}{_in_brackets(said)}"
    if not view.listed:
        yield "  on no list"
    if view.wish:
        yield f"  chose: {inert(view.wish.words)} (it wins over the lists)"
    for chosen in view.chosen:
        words = inert(chosen.wish.words) or "the same again"
        yield f"    {when_exactly(chosen.at, zone)}  {words}: {inert(chosen.source)}"
    yield f"  mail: {_mail(view)}"
    for suppressed in view.suppressions:
        yield from _suppression(suppressed, zone)
    given = "" if view.answers else ", says the list" if view.listed else ""
    yield f"  embargo: {'accepted' if view.accepted else 'not accepted'}{given}"
    for answer in view.answers:
        yield f"    {when_exactly(answer.at, zone)}  {_answer(answer, view)}"
    if view.came_back:
        yield "  came back:"
    for back in view.came_back:
        yield f"    {when_exactly(back.at, zone)}  {_back(back)}"
    if view.copies:
        copies = count(len(view.copies), "copy", "copies")
        yield f"  {copies}; `mailer log --contact {inert(view.email)}` has all of them"
    for copy in view.copies[:COPIES]:
        why = f": {inert(copy.reason)}" if copy.reason else ""
        what = f"{inert(copy.reference)}, version {copy.version}, {copy.kind} to {copy.audience}"
        yield f"    {when_exactly(copy.at, zone)}  {what}: {copy.state}{why}"


def _mail(view: ContactView) -> str:
    if view.left:
        return "unsubscribed by their own word; gets nothing"
    return "suppressed; gets nothing" if view.suppressed else "may be written to"


def _suppression(one: Suppressed, zone: str) -> Iterator[str]:
    who = inert(one.by) if one.by == JOURNALIST else f"suppressed by {inert(one.by)}"
    yield f"    {when_exactly(one.at, zone)}  {who}: {inert(one.reason)}"
    if one.released_at:
        yield f"    {when_exactly(one.released_at, zone)}  released by {inert(one.released_by)}"


def _answer(one: Answered, view: ContactView) -> str:
    said = f"{'accepted' if one.accepted else 'withdrawn'}: {inert(one.source)}"
    terms = view.terms.get(one.terms)
    if terms:
        said += f"; terms {terms.digest[:8]} ({terms.language})"
    return f"{said}; from {inert(one.address)}" if one.address else said


def _back(one: Told) -> str:
    about = "" if one.meant else f" (of {inert(one.email)})"
    said = " ".join(filter(None, (one.permanence, one.status, one.diagnostic)))
    return f"{one.event}{about}{f': {inert(said)}' if said else ''}"


def _in_brackets(words: Iterable[str]) -> str:
    said = ", ".join(map(inert, words))
    return f" ({said})" if said else ""
