from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from mailer.core.inert import inert, inert_cell, inert_json


def active(text: str) -> bool:
    return any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text) or any(
        c in text for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


@given(st.text())
def test_no_terminal_escape_and_no_direction_override_gets_through(text: str) -> None:
    assert not active(inert(text))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_ordinary_words_of_any_script_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


@given(st.dictionaries(st.text(), st.text()))
def test_json_is_inert_and_means_the_same(value: dict[str, str]) -> None:
    shown = inert_json(value)
    assert not active(shown.replace("\n", ""))
    assert json.loads(shown) == value


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    assert not inert_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_what_is_hostile_is_shown_and_not_done() -> None:
    assert inert("550 \x1b[2Jno") == "550 \\x1b[2Jno"
    assert inert("a\u202egpj.exe") == "a\\u202egpj.exe"
    assert inert_cell('=HYPERLINK("x")') == '\'=HYPERLINK("x")'
