"""A correction shows what is new in its text, and only a correction does."""

import re
from dataclasses import replace

from compose_sample import ASHA, CLAIRE, TEMPLATES, VERSION, dispatch, following, rendering
from hypothesis import given
from hypothesis import strategies as st

from mailer.compose.markdown import to_html, to_text
from mailer.core.model import DispatchKind, Edition

OLD = """\
The first paragraph stays.

The second has 48.

- one
- two

**About us**

Old words.
"""
NEW = OLD.replace("48", "84").replace("- two", "- two and a half")
CORRECTION = following(DispatchKind.CORRECTION)
CORRECTED = replace(
    VERSION, editions=(Edition("en", "Headline", NEW),), before=(Edition("en", "Headline", OLD),)
)


def marked(html: str) -> list[str]:
    return re.findall(r"<ins[^>]*>(.*?)</ins>", html, re.DOTALL)


def test_what_is_new_is_marked_in_both_parts() -> None:
    rendered = rendering(TEMPLATES, CORRECTED, CORRECTION, ASHA)
    assert marked(rendered.html) == ["The second has 84.", "two and a half"]
    assert "\n| The second has 84.\n" in rendered.text
    assert "\n- | two and a half\n" in rendered.text
    assert "\nThe first paragraph stays.\n" in rendered.text
    for words in (rendered.text, rendered.html):
        assert "What is new in it is marked." in " ".join(words.split())


def test_words_that_are_only_broken_otherwise_are_not_new() -> None:
    moved = OLD.replace("The second has 48.", "The second\nhas 48.")
    version = replace(CORRECTED, editions=(Edition("en", "Headline", moved),))
    rendered = rendering(TEMPLATES, version, CORRECTION, ASHA)
    assert marked(rendered.html) == []
    assert "is marked" not in rendered.text


def test_an_edition_that_was_not_there_before_is_not_marked() -> None:
    french = Edition("fr", "Titre", "Tout est nouveau.")
    version = replace(CORRECTED, editions=(*CORRECTED.editions, french))
    assert marked(rendering(TEMPLATES, version, CORRECTION, CLAIRE).html) == []


def test_never_a_mark_in_what_is_no_correction() -> None:
    for kind in DispatchKind:
        if kind is not DispatchKind.CORRECTION:
            sent = following(kind) if kind not in ("advance", "release") else dispatch(kind=kind)
            assert marked(rendering(TEMPLATES, CORRECTED, sent, ASHA).html) == []


BLOCKS = st.lists(
    st.sampled_from(["One.", "Two *x*.", "- a\n- b", "> said", "# Head", "| a |", ""])
)


@given(BLOCKS, BLOCKS)
def test_marking_changes_no_word(new: list[str], old: list[str]) -> None:
    now, before = "\n\n".join(new), "\n\n".join(old)
    html = to_html(now, before=before)
    assert re.sub(r"</?ins>", "", html) == to_html(now)
    assert marked(to_html(now, before=now)) == []
    plain = to_text(now, [], before=before)
    assert re.findall(r"\w+", plain) == re.findall(r"\w+", to_text(now, []))
