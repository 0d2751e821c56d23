"""A press document, as it comes, to a draft: Markdown, plain text, Word and PDF.

    draft = read(Path("advisory.md"))
    draft.headline, draft.warnings

Promises: nothing is invented; what was not found is empty and said in a warning; whatever is wrong
with a file is one DocumentError. Front matter between `+++` lines says what else is found by rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from babel import localedata

from mailer.core import embargo
from mailer.core.embargo import Ask, Instant
from mailer.core.errors import DocumentError
from mailer.core.inert import brief
from mailer.core.model import Draft, Edition, PressContact, ReadWarning
from mailer.intake import files, front_matter, plain
from mailer.intake.blocks import Line, blocks_of
from mailer.intake.checks import link_warnings, links_in, quotation_warnings, snippet, warn
from mailer.intake.files import Source
from mailer.intake.forwarded import unwrapped

_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
_FROM_THE_WHOLE = ("headline", "body")


def read(path: Path) -> Draft:
    """The draft a document is, with the language editions that lie beside it.

    `advisory.md` brings `advisory.ar.md`, `advisory.fr.md` … Raises DocumentError.
    """
    source = files.load(path)
    beside = ((language, files.load(one)) for language, one in _editions_of(path))
    return _whole(source, _tag_of(path), beside)


def parse(name: str, content: bytes, editions: Mapping[str, str] = MappingProxyType({})) -> Draft:
    """The same of a document that is at hand. `editions` are Markdown, by language.

    Nothing is read from the disk: `name` only says by its suffix what it is. Raises DocumentError.
    """
    beside = (
        (language, files.parse(f"edition {language}.md", text.encode()))
        for language, text in editions.items()
    )
    return _whole(files.parse(name, content), "", beside)


def _whole(source: Source, language: str, beside: Iterable[tuple[str, Source]]) -> Draft:
    draft = _draft(source)
    draft = replace(draft, language=language or draft.language)
    editions: list[Edition] = []
    warnings = [*source.warnings, *draft.warnings]
    for named, other in beside:
        edition, theirs, more = _edition(other, named)
        clash = next((e for e in editions if e.language == edition.language), None)
        if clash or edition.language == draft.language:
            raise DocumentError(
                f"{other.name}: is a second text in {edition.language!r};"
                " say its language in its name or front matter, or take one away"
            )
        editions.append(edition)
        warnings += [*more, *_unused(draft, theirs, other.name)]
    return replace(draft, editions=tuple(editions), warnings=tuple(warnings))


def _draft(source: Source) -> Draft:
    parts = front_matter.split(source.lines, source.name)
    if parts:
        return front_matter.draft_of(*parts, source.name)
    lines, warnings = unwrapped(source.lines)
    draft = plain.draft_of(lines, wrapped=source.wrapped, typeset=source.typeset)
    return replace(draft, warnings=(*warnings, *draft.warnings))


def _unused(draft: Draft, theirs: Draft, name: str) -> list[ReadWarning]:
    """What an edition says that only the original can: another embargo, other contacts."""
    found: list[str] = []
    line = theirs.embargo_line
    if line and _instants(line, theirs.language) != _instants(draft.embargo_line, draft.language):
        found.append(f"its embargo is not the original's, and not used: {snippet(line)}")
    known = {contact.email for contact in draft.contacts}
    others = [contact for contact in theirs.contacts if contact.email not in known]
    if others:
        named = ", ".join(brief(contact.name or contact.email) for contact in others)
        found.append(f"its own contacts are not used: {named}")
    return [warn("edition-differs", 0, f"{name}: {said}") for said in found]


def _instants(line: str, language: str) -> frozenset[datetime]:
    """All that an embargo line may mean; `now` is long before any that is compared."""
    if not line:
        return frozenset()
    match embargo.read(line, office_zone="UTC", now=_LONG_AGO, language=language or "en"):
        case Instant(utc):
            return frozenset({utc})
        case Ask(candidates):
            return frozenset(candidates)
        case _:
            return frozenset()


def _edition(source: Source, language: str) -> tuple[Edition, Draft, list[ReadWarning]]:
    """A language edition; its warnings name its file, as their lines are that file's."""
    parts = front_matter.split(source.lines, source.name)
    if parts:
        edition, draft = front_matter.edition_of(*parts, source.name, language)
    else:
        draft = plain.draft_of(source.lines, wrapped=source.wrapped, typeset=source.typeset)
        edition = Edition(
            language, draft.headline, draft.body, draft.subhead, draft.dateline, draft.notes
        )
    inherited = {f"no {name} found" for name in plain.EXPECTED if name not in _FROM_THE_WHOLE}
    warnings = [
        replace(warning, message=f"{source.name}: {warning.message}")
        for warning in [*source.warnings, *draft.warnings]
        if warning.message not in inherited
    ]
    return edition, draft, warnings


def _tag_of(path: Path) -> str:
    """The language a file's name says: "ar" of `advisory.ar.md`, or the empty string."""
    tag = path.stem.rpartition(".")[2] if "." in path.stem else ""
    known = tag and localedata.exists(tag.replace("-", "_"))
    return tag.partition("-")[0].casefold() if known else ""


def _editions_of(path: Path) -> list[tuple[str, Path]]:
    """The language editions beside a document, by name; a link out of the folder is refused."""
    found = []
    try:
        beside = sorted(path.parent.iterdir())
    except OSError as error:
        raise DocumentError(f"{brief(str(path.parent))}: {error.strerror}") from None
    for candidate in beside:
        stem, _, _ = candidate.stem.rpartition(".")
        if candidate.suffix != ".md" or stem != path.stem or not (language := _tag_of(candidate)):
            continue
        if candidate.resolve().parent != path.parent.resolve():
            raise DocumentError(f"{brief(candidate.name)}: leads out of its folder")
        found.append((language, candidate))
    return found


# --- JSON -------------------------------------------------------------------------------------


def to_json(draft: Draft) -> dict[str, object]:
    """The draft as `mailer read --json` prints it: these keys, in this order.

    A single value that was not found is None, a list is empty; the date is ISO 8601.
    """
    return {
        "organisation": draft.organisation or None,
        "kind": draft.kind or None,
        "date": draft.date.isoformat() if draft.date else None,
        "reference": draft.reference or None,
        "headline": draft.headline or None,
        "subhead": draft.subhead or None,
        "dateline": draft.dateline or None,
        "language": draft.language or None,
        "body": draft.body or None,
        "notes": draft.notes or None,
        "embargo_line": draft.embargo_line or None,
        "invitation": draft.invitation or None,
        "contacts": _contacts(draft.contacts),
        "links": [{"text": x.text, "url": x.url, "line": x.line} for x in draft.links],
        "attachments": list(draft.attachments),
        "warnings": [
            {"code": x.code, "line": x.line, "message": x.message} for x in draft.warnings
        ],
        "editions": [
            {
                "language": x.language,
                "headline": x.headline or None,
                "subhead": x.subhead or None,
                "dateline": x.dateline or None,
                "body": x.body or None,
                "notes": x.notes or None,
            }
            for x in draft.editions
        ],
    }


def _contacts(contacts: Sequence[PressContact]) -> list[dict[str, object]]:
    return [
        {
            "name": contact.name or None,
            "role": contact.role or None,
            "organisation": contact.organisation or None,
            "email": contact.email or None,
            "phones": [{"number": x.number, "label": x.label} for x in contact.phones],
        }
        for contact in contacts
    ]


def text_warnings(markdown: str) -> tuple[ReadWarning, ...]:
    """What a careful reader would ask about a text alone; lines are its own, from 1."""
    lines = [Line(number, text) for number, text in enumerate(markdown.split("\n"), 1)]
    found = link_warnings(links_in(lines)) + quotation_warnings(blocks_of(lines, wrapped=False))
    return tuple(found)
