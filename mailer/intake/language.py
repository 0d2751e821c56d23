"""Which language a text is in, said only when it is sure, else the empty string. Pure rules."""

from __future__ import annotations

import re
from collections import Counter

from mailer.intake.vocabulary import STOP_WORDS

_STOP = {language: frozenset(words.split()) for language, words in STOP_WORDS.items()}
_ARABIC = re.compile(r"[\u0620-\u064a]")
_NOT_ARABIC = re.compile(r"[پچژگکیےٹڈړېۍەێۆ]")  # Persian, Urdu, Pashto, Kurdish
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_NOT_RUSSIAN = re.compile(r"[іїєґўјљњћђџѓќѕәіңғүұқөһ]", re.IGNORECASE)


def language_of(text: str) -> str:
    """One of `model.LANGUAGES` by script or by its most frequent words, or the empty string."""
    sample = text[:20_000]
    letters = sum(char.isalpha() for char in sample)
    if letters < 20:
        return ""
    if len(_ARABIC.findall(sample)) > letters / 2:
        return "" if _NOT_ARABIC.search(sample) else "ar"
    if len(_CYRILLIC.findall(sample)) > letters / 2:
        russian = re.search(r"[ыэё]", sample, re.IGNORECASE) and not _NOT_RUSSIAN.search(sample)
        return "ru" if russian else ""
    words = re.findall(r"[^\W\d_]+", sample.casefold())
    hits = Counter({tag: sum(word in stop for word in words) for tag, stop in _STOP.items()})
    (first, most), (_, second) = hits.most_common(2)
    return first if most >= 5 and most >= 0.12 * len(words) and most >= 1.5 * second else ""
