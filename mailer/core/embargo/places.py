"""What words name a place's time, a month or a weekday: CLDR's names and the tables of `words`.

Every name is looked up as its folded words with marks dropped: "Knox, Indiana" is "knox indiana".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

from mailer.core.embargo import words, zone_words
from mailer.core.embargo.words import fold
from mailer.core.embargo.zone_words import Abbreviation
from mailer.core.model import LANGUAGES

LONGEST = 6
"""No name of a place or a zone has more words than this."""

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Places:
    """Zones whose own time is meant, whatever their offset that day. Several: any of them."""

    zones: tuple[str, ...]


Meaning = Places | Abbreviation


def key(name: str) -> str:
    """A name as the tables are asked for it."""
    return " ".join(_WORD.findall(fold(name)))


@cache
def locale(language: str) -> Locale:
    """Babel's locale of one of our languages; English is British."""
    return Locale.parse("en_GB" if language == "en" else language)


def city(zone: str, language: str) -> str:
    """The city (or island) an IANA zone is named after; empty for zones of no place."""
    canonical = get_global("zone_aliases").get(zone, zone)
    if "/" not in canonical or canonical.startswith("Etc/"):
        return ""
    named = locale(language).time_zones.get(canonical, {}).get("city")
    name: str = named or canonical.rsplit("/", 1)[1].replace("_", " ")
    return name.replace("\xad", "")


@cache
def zone_names() -> dict[str, str]:
    """Every IANA name by its small letters."""
    return {zone.lower(): zone for zone in sorted(available_timezones())}


@cache
def meanings() -> dict[str, Meaning]:
    """Every name of a zone or place, in all our languages. Our own tables win over CLDR's."""
    found: dict[str, Meaning] = {}
    cities: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for name, zone in _cities(language):
            cities.setdefault(key(name), set()).add(zone)
            if language == "ru":
                cities.setdefault(_adjective(key(name)), set()).add(zone)
        for name, zones in _countries(language):
            found.setdefault(key(name), Places(zones))
    for name, inside in cities.items():
        country = found.get(name)
        also = country.zones if isinstance(country, Places) else ()
        found[name] = Places(tuple(sorted(inside.union(also))))
    for language in LANGUAGES:
        found |= dict(_long_names(language))
    for phrase, abbreviation in zone_words.ZONE_PHRASES.items():
        if abbreviation in zone_words.ABBREVIATIONS:
            found[key(phrase)] = zone_words.ABBREVIATIONS[abbreviation]
    for zone, names in zone_words.PLACES.items():
        found |= {key(name): Places((zone,)) for name in names.split("|")}
    found |= {name: Places(zones) for name, zones in zone_words.SHARED_PLACES.items()}
    found.pop("", None)
    return found


def _cities(language: str) -> Iterator[tuple[str, str]]:
    for zone in zone_names().values():
        name = city(zone, language)
        if name:
            yield name, get_global("zone_aliases").get(zone, zone)


def _adjective(city: str) -> str:
    """A Russian city as "по омскому времени" and "по самарскому времени" have it."""
    return f"{city}ому" if city.endswith("ск") else re.sub("[аыья]$", "", city) + "скому"


def _countries(language: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    of = get_global("territory_zones")
    for code, name in locale(language).territories.items():
        main = zone_words.MAIN_ZONES.get(code)
        zones = (main,) if main else tuple(z for z in of.get(code, ()) if z.lower() in zone_names())
        if zones and code.isalpha() and code not in ("AQ", "UM", "ZZ"):
            yield name, zones


def _long_names(language: str) -> Iterator[tuple[str, Meaning]]:
    for metazone, (zone, winter, summer) in zone_words.METAZONES.items():
        long = locale(language).meta_zones.get(metazone, {}).get("long", {})
        literal = metazone in zone_words.LITERAL_GENERIC
        for season, name in dict(long).items():
            minutes = summer if season == "daylight" else winter
            meant: Meaning = Abbreviation(((zone, minutes),))
            if season == "generic" and not literal:
                meant = Places((zone,))
            yield key(name), meant
            if language == "en" and metazone.startswith("America_"):
                yield key(f"US {name}"), meant


@cache
def months() -> dict[str, tuple[int, frozenset[str]]]:
    """Folded month name → its number and the languages that write it so."""
    found: dict[str, tuple[int, frozenset[str]]] = {}
    for language in LANGUAGES:
        for name, number in _named(language, "months"):
            _, languages = found.get(name, (number, frozenset()))
            found[name] = number, languages | {language}
    found["sep"] = 9, found["sep"][1] | {"en"}  # which is "Sept" in British English
    own = {key(name): (number, frozenset[str]()) for name, number in words.MONTHS.items()}
    return own | found


@cache
def weekdays() -> dict[str, tuple[int, frozenset[str]]]:
    """Folded weekday name → its number (Monday is 0) and the languages that write it so."""
    found: dict[str, tuple[int, frozenset[str]]] = {}
    for language in LANGUAGES:
        for name, number in _named(language, "days"):
            _, languages = found.get(name, (number, frozenset()))
            found[name] = number, languages | {language}
    own = {key(name): (number, frozenset[str]()) for name, number in words.WEEKDAYS.items()}
    return own | found


def _named(language: str, what: str) -> Iterator[tuple[str, int]]:
    tables = getattr(locale(language), what)
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in tables[context][width].items():
                yield key(name), number
