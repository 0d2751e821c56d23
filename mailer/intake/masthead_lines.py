"""One line of a masthead: kind, date, reference, embargo, organisation, or nothing known.

Pure rules. A line may hold several, side by side: "PRESS RELEASE | 8 October 2026 | Ref: HW 12".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from mailer.core.embargo.said import announces, said_in
from mailer.intake.blocks import bare, plain
from mailer.intake.dates import only_date, place_and_date
from mailer.intake.vocabulary import (
    BARE_REFERENCE,
    EMBARGO,
    FIELD_LABEL,
    FIVE_W,
    IMMEDIATE,
    ISSUED_BY,
    KIND,
    KIND_OF,
    NUMBER_AND_DATE,
    NUMBERED,
    REFERENCE_LABEL,
    STATEMENT_BY,
    TITLE_LABEL,
)


@dataclass(frozen=True, slots=True)
class Fields:
    """What one line of a masthead says. `title` is surely the headline; `name` may be anything."""

    organisation: str = ""
    kind: str = ""
    day: date | None = None
    ambiguous_date: str = ""
    reference: str = ""
    dateline: str = ""
    embargo: str = ""
    title: str = ""
    name: str = ""


_KIND_ALONE = re.compile(rf"^{KIND}\s*:?$", re.IGNORECASE)
_KIND_FIRST = re.compile(
    rf"^(?:joint\s+)?{KIND}(?P<sep>\s*[:|/•·,]\s*|\s+[–—-]+\s+|\s*\(|\s+)(?P<rest>.+)$", re.I
)
_KIND_LAST = re.compile(
    rf"^(?P<rest>.+?)(?P<sep>\s*[:|/•·,]\s*|\s+[–—-]+\s+|\s+){KIND}\s*:?$", re.I
)
_IN_BRACKETS = re.compile(r"^(?P<name>\w.{8,}?)\s*[(\[](?P<embargo>[^()\[\]]+)[)\]]$")
_COLUMNS = re.compile(r"\s*[|•·]\s*|\t+|\s{3,}|\s+[–—-]+\s+|;\s+")


def fields_of(text: str, recurs: Callable[[str], bool]) -> Fields | None:
    """What a masthead line says, or None. `recurs`: whether a name occurs again in the document."""
    words = bare(text)
    if not words or len(words) > 200 or FIVE_W.match(words):
        return None
    if (found := _simple(words)) is not None:
        return found
    if STATEMENT_BY.match(words):
        return Fields(kind="statement", title=words)
    if match := _KIND_FIRST.match(words):
        return _kind_and_more(match, recurs, first=True)
    if match := _KIND_LAST.match(words):
        return _kind_and_more(match, recurs, first=False)
    columns = [column for column in _COLUMNS.split(text) if plain(column)]
    if len(columns) > 1:
        read = [fields_of(column, recurs) for column in columns]
        known = [fields for fields in read if fields]
        if len(known) == len(read):
            return _merged(known)
        if len(columns) == len(known) + 1 > 2 and any(fields.kind for fields in known):
            name = bare(columns[read.index(None)])  # "Harbour Trust – press release – 4 March 2026"
            return _merged([*known, Fields(name=name)])
    return None


def says_embargo(words: str) -> bool:
    """Whether a line says when the text may be used: as press offices begin one, or all of it."""
    return bool(EMBARGO.match(words)) or announces(words)


def _simple(words: str) -> Fields | None:
    if (match := _IN_BRACKETS.match(words)) and says_embargo(match["embargo"]):
        return Fields(embargo=match["embargo"], name=match["name"])
    beside_kind = _KIND_FIRST.match(words) or _KIND_LAST.match(words)
    if match := IMMEDIATE.match(words):
        day = only_date(words[match.end() :].strip(" :|–—-•·,;."))
        return Fields(embargo=words, day=day.value if day else None)
    if EMBARGO.match(words) or (
        not beside_kind and (announces(words) or any(said_in(words, "en")))
    ):
        return Fields(embargo=words)
    if match := _KIND_ALONE.match(words):
        return Fields(kind=_kind(match))
    if match := REFERENCE_LABEL.match(words):
        return Fields(reference=match["value"].strip())
    if match := TITLE_LABEL.match(words):
        return Fields(title=match["value"])
    if match := FIELD_LABEL.match(words):
        return Fields(organisation=match["value"])
    if found := only_date(words):
        return Fields(day=found.value, ambiguous_date="" if found.value else found.printed)
    if not beside_kind and (match := BARE_REFERENCE.match(words)):
        return Fields(reference=match["value"] or match["number"])
    if not beside_kind and (line := place_and_date(words)) and line.found:
        ambiguous = "" if line.found.value else line.found.printed
        return Fields(dateline=line.printed, day=line.found.value, ambiguous_date=ambiguous)
    return None


def _kind(match: re.Match[str]) -> str:
    return KIND_OF[re.sub(r"\s+", " ", match["kind"].casefold())]


def _kind_and_more(
    match: re.Match[str], recurs: Callable[[str], bool], *, first: bool
) -> Fields | None:
    kind, rest, sep = _kind(match), match["rest"].strip(), match["sep"].strip()
    if sep == "(":
        rest = rest.removesuffix(")")
    if first and (number := NUMBERED.match(rest)) and not only_date(rest):
        return Fields(kind=kind, reference=number["value"])
    if first and (dated := NUMBER_AND_DATE.match(rest)) and (day := only_date(dated["day"])):
        return Fields(kind=kind, reference=dated["value"], day=day.value)
    if (more := fields_of(rest, recurs)) is not None:
        return _merged([Fields(kind=kind), more])
    if sep == ":" and first and not recurs(rest):
        return Fields(kind=kind, title=rest)
    if first and kind != "statement" and (issued := ISSUED_BY.match(rest)):
        return Fields(kind=kind, organisation=issued["value"])
    if sep or recurs(rest):
        return Fields(kind=kind, name=rest)
    if match.string.isupper() and not first and len(rest.split()) <= 8:
        return Fields(kind=kind, name=rest)
    return None


def _merged(read: Sequence[Fields]) -> Fields:
    def first(key: str) -> str:
        return next((value for fields in read if (value := getattr(fields, key))), "")

    return Fields(
        organisation=first("organisation"),
        kind=first("kind"),
        day=next((fields.day for fields in read if fields.day), None),
        ambiguous_date=first("ambiguous_date"),
        reference=first("reference"),
        dateline=first("dateline"),
        embargo=" ".join(fields.embargo for fields in read if fields.embargo),
        title=first("title"),
        name=" ".join(fields.name for fields in read if fields.name),
    )
