"""The parts of a text by the conventions of its kind."""

import re
from dataclasses import replace

import pytest
from compose_sample import ASHA, ENGLISH, LAYLA, TEMPLATES, VERSION, dispatch, rendering
from compose_world import version
from hypothesis import given
from hypothesis import strategies as st

from mailer.compose.sections import sections
from mailer.core.model import LANGUAGES, DispatchKind, Edition

ADVISORY = """\
**Who:** Mirela Osei, head of coastal science, and the harbour master of Port Ellan

**What:** The survey is presented, and a [gauge](https://example.org/gauge) is taken apart
in front of the cameras

**When:** Tuesday, 9 February 2027, 10:00\\
**Where:** The old lifeboat house, Port Ellan

- **Interviews:** in English, French and Arabic; call first

The Trust asks photographers to bring waders. Nobody: else.
"""
FRENCH = "**Qui** : Mirela Osei\n\n**Quand** : mardi 9 février\n\n**Où** : Port Ellan\n"
NOTES = """\
- The Trust is independent.

**Spokespeople**

Mirela Osei, on the science.

### About the Lantern Coast Trust

Founded in 1961.
"""
RELEASE = dispatch(kind=DispatchKind.RELEASE)


def edition(body: str, notes: str = "", language: str = "en") -> Edition:
    return Edition(language, "A headline", body, notes=notes)


@pytest.mark.parametrize("kind", ["media advisory", "photo call"])
def test_an_advisory_begins_with_its_facts(kind: str) -> None:
    parts = sections(edition(ADVISORY), kind)
    assert [fact.label for fact in parts.facts] == ["Who", "What", "When", "Where", "Interviews"]
    assert parts.facts[1].words.endswith("is taken apart\nin front of the cameras")
    assert parts.facts[2].words == "Tuesday, 9 February 2027, 10:00"
    assert parts.body == "The Trust asks photographers to bring waders. Nobody: else."


@pytest.mark.parametrize(
    "body",
    [
        FRENCH,
        "Qui : Mirela Osei\nQuand : mardi\nOù : Port Ellan",
        "__Wer__: M. Osei\n\n__Wann:__ Dienstag\n\n__Wo__ Port Ellan",
        "**Кто:** М. Осей\n\n**Когда:** во вторник\n\n**Где:** Порт-Эллан",
        "من: ميريلا أوسي\n\nمتى: الثلاثاء\n\nأين: بورت إلان",
    ],
)
def test_facts_are_known_in_every_language(body: str) -> None:
    parts = sections(edition(body), "media advisory")
    assert len(parts.facts) == 3
    assert not parts.body


def test_a_press_release_and_a_single_label_stay_as_they_are() -> None:
    assert sections(edition(ADVISORY), "press release").body == ADVISORY
    assert (
        sections(edition("**When:** soon\n\nText"), "photo call").body == "**When:** soon\n\nText"
    )


def test_boilerplate_and_spokespeople_leave_the_notes() -> None:
    parts = sections(edition("Text", NOTES), "press release")
    assert parts.notes == "- The Trust is independent."
    assert parts.spokespeople.startswith("**Spokespeople**")
    assert parts.boilerplate == "### About the Lantern Coast Trust\n\nFounded in 1961."


@given(
    st.lists(st.sampled_from([*ADVISORY.split("\n"), *NOTES.split("\n"), "# About x", "x"])),
    st.lists(st.sampled_from([*NOTES.split("\n"), "Who: x", "**About us**"])),
)
def test_no_word_of_a_text_is_lost(body: list[str], notes: list[str]) -> None:
    def words(text: str) -> list[str]:
        return sorted(re.findall(r"\w+", text))

    whole = edition("\n".join(body), "\n".join(notes))
    parts = sections(whole, "media advisory")
    told = [f"{fact.label} {fact.words}" for fact in parts.facts]
    told += [parts.body, parts.notes, parts.spokespeople, parts.boilerplate]
    assert words(" ".join(told)) == words(f"{whole.body} {whole.notes}")


def test_facts_stand_before_the_text_in_both_parts() -> None:
    version = replace(VERSION, kind="media advisory", editions=(edition(ADVISORY, NOTES),))
    rendered = rendering(TEMPLATES, version, RELEASE, ASHA)
    assert "WHEN\n  Tuesday, 9 February 2027, 10:00\n\nWHERE\n" in rendered.text
    assert rendered.text.index("[1] is taken apart") < rendered.text.index("waders")
    order = ["ENDS", "Spokespeople", "Notes to editors", "About the Lantern", "Press contact"]
    for words in (rendered.text, rendered.html):
        places = [words.index(heading) for heading in order]
        assert places == sorted(places)
    assert re.search(r"<dt[^>]*>When</dt>\s*<dd[^>]*><p[^>]*>Tuesday, 9 February", rendered.html)


def test_a_paragraph_of_another_script_runs_its_own_way() -> None:
    mixed = "الأول\n\nThe second.\n\n- ثالث\n- fourth\n"
    version = replace(VERSION, editions=(Edition("ar", "عنوان", mixed),))
    html = rendering(TEMPLATES, version, RELEASE, LAYLA).html
    assert '<html lang="ar" dir="rtl"' in html
    assert re.search(r'<p dir="ltr"[^>]*>The second.', html)
    assert re.search(r'<li[^>]*><span dir="ltr">fourth', html)
    assert not re.search(r"<(p|li|span) dir=[^>]*>(الأول|ثالث)", html)
    english = rendering(TEMPLATES, replace(VERSION, editions=(ENGLISH,)), RELEASE, ASHA).html
    assert 'dir="rtl"' not in english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_languages_office_has_its_spokespeople_boilerplate_and_facts_found(
    language: str,
) -> None:
    told = version("media advisory", language)
    parts = sections(told.editions[0], told.kind)
    assert parts.spokespeople
    assert parts.boilerplate
    assert parts.notes
    assert len(parts.facts) == 5


@pytest.mark.parametrize("template", ["national", "wires", "broadcast", "arabic"])
def test_never_a_headline_in_what_is_shown_of_an_unopened_advance_copy(template: str) -> None:
    for reader in (ASHA, LAYLA, replace(ASHA, timezone="Europe/London")):
        rendered = rendering(TEMPLATES, VERSION, dispatch(template), reader)
        headline = VERSION.edition(reader.language, "en").headline
        visible = re.sub(r"\s+", " ", re.sub(r"(?s)<head>.*</head>|<[^>]*>", "", rendered.html))
        assert visible.strip().index(headline) > 200
        assert re.sub(r"\s+", " ", rendered.text).index(headline[:40]) > 200
