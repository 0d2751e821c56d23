"""Compile a message once, fill it per contact.

All copies of a dispatch to readers of one language and one zone are the same but for the To header,
the headers of their own, and where a template writes the contact's name, outlet or link to leave.
Such a message is rendered and encoded once and cut at those places; a copy is the pieces with the
contact's words between.

Promises, for every contact, exactly the bytes of `message.build` after a `templates.render` of that
contact's own. What cannot be cut (`cutting`), what comes out otherwise on trial, and what has more
kinds of readers than are worth keeping is rendered in full for each copy: slower, never wrong.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from mailer.compose import message
from mailer.compose.cut_text import LEAVE, NAME, OUTLET, CutText, escaped, stuffed
from mailer.compose.cutting import cuttable
from mailer.compose.headers import to_header
from mailer.compose.message import Own
from mailer.compose.templates import Rendered, TemplateSet, carries_notice, render, syntax
from mailer.compose.text import one_line
from mailer.compose.view import notice, shown_zone, tongues
from mailer.core.errors import MailerError
from mailer.core.model import Contact, Dispatch, DispatchKind, Office, Version

KINDS_OF_READERS = 64
"""How many compiled messages a dispatch keeps; readers of any other kind are rendered in full."""

_SHARED = 65_536
_TRIALS = (
    ("Ann O'Neil-Smith", "The Post"),
    (".", "..%(name)s {{ x }} =_"),
    ('"A" <b>&amp;</b> =?x?= \\', "B & \u200fب‎\u0338"),
    ("a 'b' " * 300, "\U0001f419 ليلى é" * 40),
)
"""Names and outlets that a compiled message is tried on."""


class Filled(NamedTuple):
    """One copy, ready for the wire.

    `data` is the message dot-stuffed and ended with <CRLF>.<CRLF>; `size` counts its octets without
    either (RFC 1870 §5). `carries_notice` as the gate asks it. `envid` is the envelope's name, if
    it has one (RFC 3461 §4.4).
    """

    mail_from: str
    rcpt_to: str
    data: bytes
    size: int
    carries_notice: bool
    envid: str = ""


class Copies:
    """All copies of one dispatch, for any contact."""

    def __init__(
        self, templates: TemplateSet, version: Version, dispatch: Dispatch, office: Office
    ) -> None:
        self._templates = templates
        self._version = version
        self._dispatch = dispatch
        self._office = office
        self._compiled: dict[tuple[object, ...], _Compiled | None] = {}
        self._found: dict[tuple[object, ...], _Compiled | None] = {}

    def fill(self, contact: Contact, own: Own, date: datetime) -> Filled:
        """One contact's copy; raises what `templates.render` and `message.build` raise.

        An invitation, with its contact's own address in the text, is rendered for each.
        """
        if self._dispatch.kind is DispatchKind.INVITATION:
            return self.whole(contact, own, date)
        name, outlet = one_line(contact.name), one_line(contact.outlet)
        words = (not name, not outlet, not own.unsubscribe)
        kind = (contact.language, contact.timezone, *words, date)
        try:
            compiled = self._found[kind]
        except KeyError:
            compiled = self._find(kind, contact, own, date)
        if compiled is None:
            return self.whole(contact, own, date)
        return compiled.fill(contact, name, outlet, own)

    def whole(self, contact: Contact, own: Own, date: datetime) -> Filled:
        """The same copy, rendered and built from the beginning."""
        rendered = self._rendered(contact, own, date)
        built = message.build(
            rendered, self._version, self._dispatch, contact, self._office, own, date
        )
        carries = self._carries_notice(rendered, contact, date)
        data = dot_stuffed(built.content)
        return Filled(built.mail_from, built.rcpt_to, data, len(built.content), carries)

    def _find(
        self, kind: tuple[object, ...], contact: Contact, own: Own, date: datetime
    ) -> _Compiled | None:
        """What is compiled for this kind of reader; kinds whose copies are the same share it."""
        embargoed = self._dispatch.embargoed(date)
        zone = shown_zone(self._dispatch, contact, embargoed=embargoed)
        same = (tongues(self._version, self._dispatch, contact), zone, *kind[2:])
        if same not in self._compiled:
            if len(self._compiled) == KINDS_OF_READERS:
                return None
            self._compiled[same] = self._compile(contact, own, date)
        if len(self._found) == 16 * KINDS_OF_READERS:
            self._found.clear()
        self._found[kind] = self._compiled[same]
        return self._compiled[same]

    def _compile(self, contact: Contact, own: Own, date: datetime) -> _Compiled | None:
        """The message cut at its slots, tried and found right; else None."""
        token = secrets.token_hex(8)
        marks = [f"{token}{field} \"'&lt;<i>{token}" for field in ("name", "outlet")]
        marked = _named(contact, *marks)
        leave = f"{token}leave" if own.unsubscribe else ""
        try:
            wording = tongues(self._version, self._dispatch, contact).wording
            if not cuttable(*syntax(self._templates, self._dispatch, wording)):
                return None
            rendered = self._rendered(marked, own._replace(unsubscribe=leave), date)
            around = message.frame(
                rendered, self._version, self._dispatch, contact, self._office, date
            )
            text = _cut(rendered.text, [*marks, leave], token)
            html = _cut(rendered.html, [*map(escaped, marks), leave], token)
            if text is None or html is None:
                return None
            carries = self._carries_notice(rendered, marked, date)
            compiled = _Compiled(around, CutText("plain", text), CutText("html", html), carries)
            return compiled if self._stands(compiled, contact, own, date) else None
        except MailerError:
            # Whoever's copy it is will be told, with the words of that copy.
            return None

    def _stands(self, compiled: _Compiled, contact: Contact, own: Own, date: datetime) -> bool:
        """Whether what is filled in is what would have been rendered."""
        for name, outlet in _TRIALS if compiled.cut else _TRIALS[:1]:
            one = _named(replace(contact, email="trial@example.org"), name, outlet)
            words = one_line(one.name), one_line(one.outlet)
            if compiled.fill(one, *words, own) != self.whole(one, own, date):
                return False
        return True

    def _rendered(self, contact: Contact, own: Own, date: datetime) -> Rendered:
        return render(
            self._templates,
            self._version,
            self._dispatch,
            contact,
            self._office,
            embargoed=self._dispatch.embargoed(date),
            leave=own.unsubscribe,
            agreement=own.agreement,
        )

    def _carries_notice(self, rendered: Rendered, contact: Contact, date: datetime) -> bool:
        embargoed = self._dispatch.embargoed(date)
        wanted = notice(self._version, self._dispatch, contact, embargoed=embargoed)
        return carries_notice(rendered, wanted)


class _Compiled:
    """A message cut at its slots, for contacts of one language and zone.

    Whether they have a name and an outlet is settled too. A name has no line end and no edge of
    space, so the notice and the mark stand in every copy where they stood in the one compiled.
    """

    def __init__(
        self, around: message.Frame, text: CutText, html: CutText, carries_notice: bool
    ) -> None:
        self._mail_from = around.mail_from
        self._before_to, self._before_own = around.before_to, around.before_own
        self._leave = around.leave
        self._carries_notice = carries_notice
        self._dots = 0
        self._start: list[bytes] = []
        self._cuts: list[tuple[CutText, list[bytes]]] = []
        layout: tuple[bytes | CutText, ...] = (around.before_text, text, around.between, html)
        for piece in (*layout, *around.after):
            if isinstance(piece, bytes):
                self._add(piece)
            elif piece.constant:
                self._add(piece.whole())
            else:
                self._cuts.append((piece, []))
        self._add(b".\r\n", dots=False)

    @property
    def cut(self) -> bool:
        """Whether its texts differ from one contact to the next."""
        return bool(self._cuts)

    def _add(self, piece: bytes, *, dots: bool = True) -> None:
        constants = self._cuts[-1][1] if self._cuts else self._start
        if dots:
            piece, more = stuffed(piece)
            self._dots += more
        # A large one is an attachment, and all that is compiled shares it.
        if constants and len(constants[-1]) + len(piece) < _SHARED:
            constants[-1] += piece
        else:
            constants.append(piece)

    def fill(self, contact: Contact, name: str, outlet: str, own: Own) -> Filled:
        """This contact's copy; `name` and `outlet` are theirs, each on one line."""
        rcpt_to = message.forward_path(contact)
        to = to_header(name, rcpt_to)
        headers = message.own_headers(own, self._leave)
        pieces = [self._before_to, to, self._before_own, headers, *self._start]
        dots = self._dots
        for part, constants in self._cuts:
            dots += part.fill(name, outlet, own.unsubscribe, pieces)
            pieces += constants
        data = b"".join(pieces)
        size = len(data) - dots - len(b".\r\n")
        return Filled(self._mail_from, rcpt_to, data, size, self._carries_notice)


def dot_stuffed(content: bytes) -> bytes:
    """A message as DATA carries it: dots doubled, <CRLF>.<CRLF> at the end (RFC 5321 §4.5.2)."""
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    return stuffed(content)[0] + b".\r\n"


def _named(contact: Contact, name: str, outlet: str) -> Contact:
    """The contact with other words, where they have any."""
    return replace(
        contact,
        name=name if one_line(contact.name) else "",
        outlet=outlet if one_line(contact.outlet) else "",
    )


def _cut(text: str, marks: Sequence[str], token: str) -> str | None:
    """The text as `CutText` takes it, or None if a mark stands there otherwise than written."""
    if NAME in text or OUTLET in text or LEAVE in text or "\r" in text:
        return None
    for mark, slot in zip(marks, (NAME, OUTLET, LEAVE), strict=True):
        text = text.replace(mark, slot) if mark else text
    return None if token in text else text
