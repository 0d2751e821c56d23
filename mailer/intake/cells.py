"""What one cell of a list says: read on the safe side, and said of whatever is doubtful. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from babel import Locale

from mailer.core.inert import as_written
from mailer.core.model import LANGUAGES
from mailer.intake.columns import COLUMNS
from mailer.intake.rows import Note

MAX_TEXT = 200
"""Characters kept of a name, an outlet or a tag."""

BLANKS = " \t\u00a0"

# A spreadsheet writes truth in its own language.
_YES = frozenset(
    {"yes", "y", "true", "1", "oui", "vrai", "sí", "si", "verdadero", "ja", "wahr", "sim"}
    | {"verdadeiro", "sì", "vero", "نعم", "да", "истина"}
)
_NO = frozenset(
    {"", "no", "n", "false", "0", "non", "faux", "falso", "nein", "falsch", "não", "nao"}
    | {"لا", "нет", "ложь"}
)
_ISO_639_2 = {"eng": "en", "fra": "fr", "fre": "fr", "spa": "es", "deu": "de", "ger": "de"}
_ISO_639_2 |= {"por": "pt", "ita": "it", "ara": "ar", "rus": "ru"}
# C0, DEL and C1 controls, line separators, bidi overrides and isolates, BOM, surrogates.
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_LINE_BREAK = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")


def says_no(text: str) -> bool:
    """Whether a cell is empty or says no, in any language of the lists."""
    return text.strip(BLANKS).lower() in _NO


class Read(NamedTuple):
    """A field as it is kept, and what was found by the way."""

    value: Any
    notes: tuple[Note, ...] = ()


def line(text: str) -> Read:
    """One line of plain text."""
    text = text.strip(BLANKS)
    if text[:1] == "'":
        text = as_written(text)
    if text.isprintable() and len(text) <= MAX_TEXT and "  " not in text:
        return Read(text)
    [line], notes = _plain([text])
    return Read(line, notes)


@lru_cache(4096)
def rest(*texts: str) -> tuple[tuple[Any, ...], tuple[tuple[str, Note], ...]]:
    """The columns after the outlet, and what is to be noted of which.

    Remembered, where they are short: few such values stand in many rows.
    """
    readers = (_language, _timezone, _tags, _acceptance, _verified)
    fields = [reader(text.strip(BLANKS)) for reader, text in zip(readers, texts, strict=True)]
    noted = zip(COLUMNS[3:], fields, strict=True)
    notes = tuple((column, note) for column, field in noted for note in field.notes)
    return tuple(field.value for field in fields), notes


def _tags(text: str) -> Read:
    parts, notes = _plain(re.split("[;|,]", as_written(text)))
    return Read(tuple(dict.fromkeys(filter(None, parts))), notes)


def _plain(parts: Sequence[str]) -> tuple[list[str], tuple[Note, ...]]:
    notes = []
    if any(map(_CONTROL.search, parts)):
        notes.append(Note("control-characters", "control characters removed"))
        parts = [_CONTROL.sub("", _LINE_BREAK.sub(" ", part)) for part in parts]
    parts = [" ".join(part.split()) for part in parts]
    if any(len(part) > MAX_TEXT for part in parts):
        notes.append(Note("too-long", f"cut to {MAX_TEXT} characters"))
    return [part[:MAX_TEXT].rstrip() for part in parts], tuple(notes)


def _language(text: str) -> Read:
    primary = re.split(r"[-_(]", text[:40])[0].strip().lower()
    if not text or primary in LANGUAGES:
        return Read(primary)
    if primary in _languages():
        return Read(_languages()[primary])
    return Read("", (Note("unknown-language", f"left empty; use one of {', '.join(LANGUAGES)}"),))


def _timezone(text: str) -> Read:
    if not text or text in _zones():
        return Read(text)
    small = text[:40].lower().replace(" ", "_")
    zone = _zones_by_small_letters().get(small, "")
    if zone:
        return Read(zone)
    near = _near_zone(small)
    meant = f"did you mean {near}?" if near else "use an IANA name, like Europe/Paris"
    return Read("", (Note("unknown-zone", f"left empty; {meant}"),))


def _acceptance(text: str) -> Read:
    said = text.lower()
    accepted = said in _YES or _date(said[:40]) is not None
    if accepted or said in _NO:
        return Read(accepted)
    message = "counts as not accepted; write yes, no or the date of acceptance (2026-03-31)"
    return Read(False, (Note("bad-acceptance", message),))


def _verified(text: str) -> Read:
    verified = _date(text[:40])
    if verified is None and text:
        return Read(None, (Note("bad-date", "left empty; write a date like 2026-03-31"),))
    return Read(verified)


def _date(text: str) -> date | None:
    """A date written YYYY-MM-DD and no other way (ISO 8601 calendar date, extended)."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@cache
def _languages() -> dict[str, str]:
    """The languages by their names in each of them, and by their three letters."""
    names = {
        name.lower(): code
        for said_in in LANGUAGES
        for code, name in Locale(said_in).languages.items()
        if code in LANGUAGES
    }
    return names | _ISO_639_2


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _zones_by_small_letters() -> dict[str, str]:
    return {zone.lower(): zone for zone in sorted(_zones())}


def _near_zone(small: str) -> str:
    """The zone that was meant: that city's, or one spelt nearly so. Few are compared: a list may
    be long."""
    places = _zones_by_place()
    area, slash, city = small.partition("/")
    if not slash:
        return next(iter(places.get(area, [])), "")
    begins = f"{area}/{city[:1]}"
    near = get_close_matches(small, [zone.lower() for zone in places.get(begins, [])], n=1)
    return _zones_by_small_letters()[near[0]] if near else ""


@cache
def _zones_by_place() -> dict[str, list[str]]:
    """Zones by their city, and by their area with the first letter of the city."""
    found: dict[str, list[str]] = {}
    for small, zone in _zones_by_small_letters().items():
        area, _, city = small.rpartition("/")
        if area and area != "etc":
            found.setdefault(city, []).append(zone)
            found.setdefault(f"{area}/{city[:1]}", []).append(zone)
    return found
