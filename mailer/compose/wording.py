"""The fixed wording of a message in the languages of `model.LANGUAGES`.

The catalogs are gettext `.po` files beside this module, read as they are: there is nothing to
compile, and a translator edits the file that runs. Keys are the English words.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from mailer.core.model import LANGUAGES, RIGHT_TO_LEFT


@lru_cache(maxsize=len(LANGUAGES))
def catalog(language: str) -> Catalog:
    """The catalog of one of `model.LANGUAGES`. Raises `babel.messages.pofile.PoFileError`."""
    path = files("mailer.compose") / "locale" / f"{language}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@lru_cache(maxsize=1024)
def word(key: str, language: str) -> str:
    """`key` in one of `model.LANGUAGES`; a key that no catalog has is returned as it is."""
    message = catalog(language).get(key)
    return str(message.string) if message and message.string else key


def wording_language(edition: str, audience: str) -> str:
    """The language of the fixed words around a text in the language `edition`.

    The text's own where there is a catalog, else the audience's if it is written in the same
    direction, else English: never Arabic words around an English text.
    """
    if edition in LANGUAGES:
        return edition
    same_way = (edition in RIGHT_TO_LEFT) == (audience in RIGHT_TO_LEFT)
    return audience if audience in LANGUAGES and same_way else "en"


def own_name(language: str) -> str:
    """What a language calls itself ("français"), or its tag if nobody knows."""
    try:
        return Locale.parse(language).get_language_name(language) or language
    except (ValueError, UnknownLocaleError):
        return language


def direction(language: str) -> str:
    """How a language is written: "rtl" or "ltr", as HTML's `dir` has it."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
