import re
from importlib.resources import files

import pytest
from compose_sample import TEMPLATES

from mailer.compose.view import LIFTED, MARKS
from mailer.compose.wording import catalog, direction, own_name, word, wording_language
from mailer.core.model import KINDS, LANGUAGES

KEYS = {message.id for message in catalog("en") if message.id}


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|%.", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_is_missing_or_empty_or_has_other_placeholders(language: str) -> None:
    messages = {message.id: message for message in catalog(language) if message.id}
    assert set(messages) == KEYS
    for key, message in messages.items():
        assert message.string, key
        assert not message.fuzzy, key
        assert placeholders(message.string) == placeholders(key)


def test_every_language_has_its_catalog_and_no_other_is_there() -> None:
    folder = files("mailer.compose") / "locale"
    assert {file.name for file in folder.iterdir()} == {f"{name}.po" for name in LANGUAGES}


def test_every_word_a_shipped_template_asks_for_is_in_the_catalogs() -> None:
    asked = {k for t in TEMPLATES.files.values() for k in re.findall(r'_\("([^"]+)"', t)}
    assert asked
    assert asked <= KEYS
    assert {*KINDS, *MARKS.values(), LIFTED} <= KEYS


def test_never_arabic_words_around_an_english_text() -> None:
    assert wording_language("en", "ar") == "en"
    assert wording_language("nl", "ar") == "en"
    assert wording_language("nl", "fr") == "fr"
    assert wording_language("ar", "en") == "ar"
    assert wording_language("fa", "ar") == "ar"
    assert wording_language("fa", "fr") == "en"


def test_a_language_goes_by_its_own_name_or_else_its_tag() -> None:
    assert [own_name(tag) for tag in ("fr", "ar", "xx", "", "x y")] == [
        "français",
        "العربية",
        "xx",
        "",
        "x y",
    ]
    assert direction("ar") == "rtl"
    assert direction("xx") == "ltr"
    assert word("Not in any catalog", "de") == "Not in any catalog"
