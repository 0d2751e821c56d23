"""An edition's text as its templates have it: each part both as HTML and as plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from mailer.compose.markdown import Picture, to_html, to_text
from mailer.compose.sections import Sections, sections
from mailer.compose.text import WIDTH, one_line
from mailer.compose.wording import direction
from mailer.core.model import Attachment, Edition, Version

_INDENT = 2
_OFFSET_RE = re.compile(r"UTC-\d\d:\d\d(?::\d\d)?")


class Prose:
    """A text that is HTML in a `.html` template and plain text in a `.txt` one."""

    __slots__ = ("_html", "_text")

    def __init__(self, html: str, text: str) -> None:
        self._html, self._text = html, text

    def __html__(self) -> str:
        return self._html

    def __str__(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)


@dataclass(frozen=True, slots=True)
class ToldFact:
    """One fact of a media advisory or a photo call: "When", and its words."""

    label: str
    words: Prose


@dataclass(frozen=True, slots=True)
class Story:
    """The officer's note and every part of the text; `links` are the footnotes of all of it.

    `shown` are the names of the files that the HTML shows as pictures; `marked` is whether what
    is new in it is marked.
    """

    note: Prose
    facts: tuple[ToldFact, ...]
    body: Prose
    notes: Prose
    spokespeople: Prose
    boilerplate: Prose
    links: tuple[str, ...]
    shown: frozenset[str]
    marked: bool


def pictures_of(version: Version, domain: str) -> tuple[Picture, ...]:
    """The images among a version's attachments; a text shows one by naming its file."""
    return tuple(
        Picture(attachment.name, content_id(attachment, domain))
        for attachment in version.attachments
        if attachment.media_type.startswith("image/")
    )


@lru_cache(maxsize=16)
def content_id(attachment: Attachment, domain: str) -> str:
    """An attachment's Content-ID without its brackets (RFC 2392): the same for the same octets."""
    return f"{attachment.sha256[:32]}@{re.sub(r'[^A-Za-z0-9.-]', '', domain)}"


@lru_cache(maxsize=64)
def story(
    edition: Edition,
    kind: str,
    note: str,
    pictures: tuple[Picture, ...],
    before: Edition | None = None,
    foreign: str = "",
) -> Story:
    """All of an edition's text, its links numbered in the order in which they are read.

    With `before`, the text that a correction replaces, what is new in it is marked. `foreign` is
    the note's language where it is not that of the message around it; then the HTML says so.
    """
    links: list[str] = []
    every: list[str] = []
    way = direction(edition.language)

    old = _whole(sections(before, kind)) if before else None

    def prose(words: str, width: int = WIDTH, old: str | None = old, way: str = way) -> Prose:
        every.append(to_html(words, way, pictures, old))
        return Prose(every[-1], to_text(words, links, width, pictures, old))

    parts = sections(edition, kind)
    said = prose(note, old=None, way=direction(foreign) if foreign else way)
    if foreign and said:
        mark = f'lang="{escape(one_line(foreign))}" dir="{direction(foreign)}"'
        said = Prose(f"<div {mark}>\n{said.__html__()}</div>", str(said))
    facts = [ToldFact(one_line(f.label), prose(f.words, WIDTH - _INDENT)) for f in parts.facts]
    body, speakers, notes, about = map(
        prose, (parts.body, parts.spokespeople, parts.notes, parts.boilerplate)
    )
    shown = {name for name, cid in pictures if any(f'"cid:{cid}"' in html for html in every)}
    marked = any("<ins>" in html for html in every)
    parts_of_it = (body, notes, speakers, about)
    return Story(said, tuple(facts), *parts_of_it, tuple(links), frozenset(shown), marked)


def _whole(parts: Sections) -> str:
    every = (parts.body, parts.spokespeople, parts.notes, parts.boilerplate)
    return "\n\n".join((*(fact.words for fact in parts.facts), *every))


def unbroken(line: str) -> Prose:
    """A line with an instant, as an HTML template has it: its UTC offset is never broken in two."""
    kept = r'<span style="white-space: nowrap">\g<0></span>'
    return Prose(_OFFSET_RE.sub(kept, escape(line)), line)
