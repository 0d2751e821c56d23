"""The words of the public pages in the languages of `model.LANGUAGES`, and which one to speak.

The catalogs are `.po` files in locale/; what they do not have is asked of the messages' own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from mailer.compose import wording
from mailer.core.model import LANGUAGES

_LONGEST_HEADER = 500
_RANGE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=(\d(?:\.\d{0,3})?)\s*)?")


@lru_cache(maxsize=len(LANGUAGES))
def catalog(language: str) -> Catalog:
    """The catalog of one of `model.LANGUAGES`. Raises `babel.messages.pofile.PoFileError`."""
    path = files("mailer.web.public") / "locale" / f"{language}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@lru_cache(maxsize=1024)
def word(key: str, language: str) -> str:
    """`key` in one of `model.LANGUAGES`."""
    message = catalog(language).get(key)
    return str(message.string) if message and message.string else wording.word(key, language)


def spoken(asked: str, accepted: str, usual: str) -> str:
    """The language of a page: what its address asks for, else what the browser says, else `usual`.

    `accepted` is Accept-Language (RFC 9110 §12.5.4), from anybody: what is not understood in it is
    passed over. Nothing that the ledger knows counts, so the page is the same for every token.
    """
    if asked in LANGUAGES:
        return asked
    best, weight = usual, 0.0
    for one in accepted[:_LONGEST_HEADER].split(","):
        found = _RANGE.fullmatch(one)
        if found and found[1].lower() in LANGUAGES and float(found[2] or 1) > weight:
            best, weight = found[1].lower(), float(found[2] or 1)
    return best
