"""The checks of a whole version: text, contacts, audiences, copies, clocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

from mailer.core.model import Audience, Contact, DispatchKind, Embargo, ReadWarning, Version
from mailer.core.preflight import clocks, statements, text
from mailer.core.preflight.finding import SHOWN, Finding, listed, pieces, plain
from mailer.core.preflight.statements import Setting

CLIPPED = 102_000
"""Octets of HTML above which widely used mail programs show only the beginning of a message."""

YEAR = timedelta(days=365)
"""An address that was last verified longer ago than this is named."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One rendered copy. `subject` is its dispatch in words ("advance to wires"), `title` its own.

    `notice` are the lines that `text` must begin with and end with; empty where none is due.
    `size` is that of the whole message, in octets.
    """

    subject: str
    audience: str
    kind: DispatchKind
    title: str
    text: str
    html: str
    notice: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Checked:
    """All that is looked at. `recipients` is by audience name; `faults` are template errors.

    `embargoes` holds each dispatch's audience and embargo (None: immediate), repeated or not.
    `warnings` are from reading the text, each with where. `office_zone` is an IANA name.
    `relay_size` is in octets; None: not known, 0: no limit.
    """

    version: Version
    embargoes: tuple[tuple[Audience, Embargo | None], ...]
    recipients: Mapping[str, tuple[Contact, ...]]
    samples: tuple[Sample, ...]
    faults: tuple[str, ...]
    warnings: tuple[tuple[str, ReadWarning], ...]
    office_zone: str
    relay_size: int | None


def check(what: Checked, now: datetime) -> tuple[Finding, ...]:
    """Every finding, none twice: those that block first, then by where and line.

    `now` is aware. Never raises, whatever the text; takes time in proportion to its length.
    """
    found = dict.fromkeys(_found(what, now.astimezone(UTC)))
    return tuple(sorted(found, key=lambda f: (not f.blocks, f.where, f.line, f.code, f.message)))


def _found(what: Checked, now: datetime) -> Iterator[Finding]:
    for fault in what.faults:
        yield Finding("template", True, "template", 0, plain(fault))
    embargoes = tuple(dict.fromkeys(embargo for _, embargo in what.embargoes))
    held_against = Setting(embargoes, what.office_zone, now)
    attached = {attachment.name for attachment in what.version.attachments}
    for piece in pieces(what.version):
        yield from statements.look(piece, held_against)
        yield from text.look(piece, what.version.date, attached)
    for where, warning in what.warnings:
        yield Finding(warning.code, False, plain(where), warning.line, plain(warning.message))
    yield from _contacts(what.version)
    yield from _copies(what)
    yield from _invitations(what)
    yield from _clipped(what)
    yield from _sizes(what)
    yield from _audiences(what, now)
    for embargo in embargoes:
        if embargo is not None:
            those = {a: what.recipients.get(a.name, ()) for a, e in what.embargoes if e == embargo}
            yield from clocks.look(embargo, those, what.office_zone)


def _contacts(version: Version) -> Iterator[Finding]:
    reachable = [c for c in version.contacts if c.email.strip() or c.phones]
    if not reachable:
        said = "No contact is named with an e-mail address or a telephone number; add one."
        yield Finding("no-contact", True, "contacts", 0, said)
    elif not any(contact.phones for contact in reachable):
        said = "No telephone number is given; journalists on deadline will want to call."
        yield Finding("no-telephone", False, "contacts", 0, said)

    for unread in (c.email for c in reachable if _UNREAD.match(c.email)):
        said = f"Nobody answers mail to {plain(unread, 80)}; name an address that somebody reads."
        yield Finding("no-reader", False, "contacts", 0, said)


_UNREAD = re.compile(
    r"\s*(?:(?:do[._-]?)?not?[._-]?reply|postmaster|mailer-daemon|bounces?|abuse|hostmaster|root)"
    r"(?:[+._-][^@]*)?@",
    re.IGNORECASE,
)

# --- copies -----------------------------------------------------------------------------------

_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")


def _copies(what: Checked) -> Iterator[Finding]:
    for sample in what.samples:
        lacking = list(_lacking(sample))
        if lacking:
            said = (
                f"The embargo notice is missing {' and '.join(lacking)};"
                " the template must begin and end with it."
            )
            yield Finding("no-notice", True, plain(sample.subject), 0, said)


def _clipped(what: Checked) -> Iterator[Finding]:
    for sample in what.samples:
        octets = len(sample.html.encode(errors="replace"))
        if octets > CLIPPED:
            said = (
                f"Its HTML is {octets // 1000} kB, and some mail programs cut it off after"
                f" {CLIPPED // 1000}; shorten the text, or attach a part of it."
            )
            yield Finding("clipped", False, plain(sample.subject), 0, said)


def _invitations(what: Checked) -> Iterator[Finding]:
    headlines = [_folded(e.headline) for e in what.version.editions if e.headline.strip()]
    for sample in what.samples:
        words = _folded(f"{sample.title} {sample.text}")
        if sample.kind is DispatchKind.INVITATION and any(one in words for one in headlines):
            said = "The invitation says the headline, which is embargoed; take it out of it."
            yield Finding("invitation-tells", True, plain(sample.subject), 0, said)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _lacking(sample: Sample) -> Iterator[str]:
    if not sample.notice:
        return
    lines = sample.text.rstrip("\n").split("\n")
    if tuple(lines[: len(sample.notice)]) != sample.notice:
        yield "at the head of the plain text"
    if tuple(lines[-len(sample.notice) :]) != sample.notice:
        yield "at the end of the plain text"
    visible = _SPACE.sub("", unescape(_TAG.sub("", sample.html)))
    if sample.html and visible.count(_SPACE.sub("", "".join(sample.notice))) < 2:
        yield "in the HTML, where it must stand twice"


def _sizes(what: Checked) -> Iterator[Finding]:
    limit = what.relay_size
    if not limit or limit < 0:
        return
    alone = False
    for attachment in what.version.attachments:
        size = _encoded(len(attachment.content))
        if size > limit:
            alone = True
            where = f"attachment {plain(attachment.name)}"
            said = (
                f"It is {_megabytes(size)} as it is sent, and the relay takes"
                f" {_megabytes(limit)}; make it smaller or link to it."
            )
            yield Finding("too-large", True, where, 0, said)
    for sample in () if alone else what.samples:
        if sample.size > limit:
            said = (
                f"The message is {_megabytes(sample.size)}, and the relay takes"
                f" {_megabytes(limit)}; leave out or shrink an attachment."
            )
            yield Finding("too-large", True, plain(sample.subject), 0, said)


def _encoded(octets: int) -> int:
    """Octets of a file in Base64, with the ends of its lines (RFC 2045, section 6.8)."""
    characters = -(-octets // 3) * 4
    return characters + -(-characters // 76) * 2


def _megabytes(octets: int) -> str:
    return f"{octets / 1_000_000:.1f} MB" if octets >= 1_000_000 else f"{octets} octets"


# --- audiences --------------------------------------------------------------------------------


def _audiences(what: Checked, now: datetime) -> Iterator[Finding]:
    names = list(dict.fromkeys(audience.name for audience, _ in what.embargoes))
    if not names:
        yield Finding("empty-audience", True, "audiences", 0, "It goes to no audience; name one.")
    today = now.astimezone(ZoneInfo(clocks.known(what.office_zone) or "UTC")).date()
    for name in names:
        contacts = what.recipients.get(name, ())
        if not contacts:
            said = "Nobody is in this audience, or everybody in it is left out."
            yield Finding("empty-audience", True, plain(name), 0, said)
        people = {contact.email: contact for contact in contacts}
        old = [c for c in people.values() if c.verified is None or today - c.verified > YEAR]
        if old:
            said = (
                f"{len(old)} of {len(people)} addresses not verified for a year, or never:"
                f" {_listed_emails(c.email for c in old)}."
            )
            yield Finding("not-verified", False, plain(name), 0, said)
    yield from _several(what, names)


def _several(what: Checked, names: list[str]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    again = {
        contact.email
        for name in names
        for contact in what.recipients.get(name, ())
        if first.setdefault(contact.email, name) != name
    }
    several = [email for email in first if email in again] if again else []
    if several:
        people = "1 contact is" if len(several) == 1 else f"{len(several)} contacts are"
        said = (
            f"{people} in more than one audience: {_listed_emails(several)};"
            " look which copy each of them is to have."
        )
        yield Finding("several-audiences", False, "audiences", 0, said)


def _listed_emails(emails: Iterable[str]) -> str:
    # Of very many only the first few are shown, and made fit for it.
    return listed([plain(one, 80) if nth < SHOWN else one for nth, one in enumerate(emails)])
