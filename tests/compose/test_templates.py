import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import nh3
import pytest
from compose_sample import (
    ARABIC,
    ASHA,
    CLAIRE,
    EMBARGO,
    ENGLISH,
    FRENCH,
    LAYLA,
    PICTURE,
    TEMPLATES,
    VERSION,
    dispatch,
    notice_of,
    rendering,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.compose.templates import MAX_FILE, Rendered, TemplateSet, carries_notice
from mailer.compose.view import View
from mailer.core.embargo import say
from mailer.core.errors import TemplateError
from mailer.core.model import Contact, DispatchKind, Embargo, Version

SHIPPED = ("wires", "national", "broadcast", "arabic")
READERS = {"en": ASHA, "fr": CLAIRE, "ar": LAYLA}


def seen(html: str) -> str:
    words = nh3.clean(html, tags=set(), clean_content_tags={"style", "title"})
    return re.sub(r"\s+", " ", unescape(words)).strip()


def refusal(name: str, text: str, kind: DispatchKind = DispatchKind.ADVANCE) -> str:
    templates = TemplateSet({**TEMPLATES.files, name: text})
    with pytest.raises(TemplateError) as caught:
        rendering(templates, VERSION, dispatch("national", kind), ASHA)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- the notice -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", READERS)
@pytest.mark.parametrize("template", SHIPPED)
def test_an_advance_copy_begins_and_ends_with_its_notice(template: str, language: str) -> None:
    reader = READERS[language]
    sent = dispatch(template)
    rendered = rendering(TEMPLATES, VERSION, sent, reader)
    here = say(EMBARGO.instant, reader.timezone, language)
    issued = say(EMBARGO.instant, EMBARGO.zone, language)
    lines = rendered.text.rstrip("\n").split("\n")
    assert here in lines[0]
    assert here in lines[-2]
    assert issued in lines[1]
    assert issued in lines[-1]
    words = seen(rendered.html)
    assert words.startswith(lines[0])
    assert words.endswith(lines[-1])
    headline = VERSION.edition(language).headline
    assert words.index(here) < words.index(headline)
    assert rendered.subject.endswith(headline)
    assert carries_notice(rendered, notice_of(VERSION, sent, reader))


NOTICELESS: dict[str, Callable[[str], str]] = {
    "opening": lambda text: re.sub(r"(?s)\{% block opening %\}.*?\{% endblock %\}", "", text),
    "closing": lambda text: re.sub(r"(?s)\{% block closing %\}.*?\{% endblock %\}", "", text),
}


@pytest.mark.parametrize("part", ["advisory.txt", "advisory.html"])
@pytest.mark.parametrize("how", ["opening", "closing"])
def test_never_an_advance_copy_without_its_notice(part: str, how: str) -> None:
    base = "layout" if how == "closing" else "advisory"
    name = f"_base/{part.replace('advisory', base)}"
    text = NOTICELESS[how](TEMPLATES.files[name])
    assert text != TEMPLATES.files[name]
    if how == "opening":
        text += "{% block opening %}{% endblock %}"
    message = refusal(name, text)
    assert message.startswith(f"national/{part}:1: an embargoed copy must")
    assert "notice." in message


def test_never_an_advance_copy_whose_subject_hides_its_embargo() -> None:
    assert "_base/subject.txt:1:" in refusal("_base/subject.txt", "{{ headline }}")


def test_never_the_headline_before_the_notice() -> None:
    text = TEMPLATES.files["_base/layout.html"].replace("<body>", "<body><i>{{ headline }}</i>")
    assert "must begin with its embargo notice" in refusal("_base/layout.html", text)


def test_never_a_notice_in_a_comment_only() -> None:
    line = "{{ line|unbroken }}"
    assert line in TEMPLATES.files["_base/notice.html"]
    text = TEMPLATES.files["_base/notice.html"].replace(line, f"<!-- {line} -->")
    assert "must begin with its embargo notice" in refusal("_base/notice.html", text)


def test_never_an_advance_copy_of_what_has_no_embargo() -> None:
    with pytest.raises(TemplateError, match="no embargo to announce"):
        rendering(TEMPLATES, VERSION, replace(dispatch(), embargo=None), ASHA)


@pytest.mark.parametrize("language", READERS)
def test_a_release_says_nothing_of_an_embargo(language: str) -> None:
    sent = dispatch(kind=DispatchKind.RELEASE)
    rendered = rendering(TEMPLATES, VERSION, sent, READERS[language])
    assert rendered.subject == VERSION.edition(language).headline
    assert notice_of(VERSION, sent, READERS[language]) == ()
    everything = (rendered.text + seen(rendered.html)).casefold()
    for mark in ("embargo", "الحظر", "محظور"):
        assert mark not in everything
    assert rendered.text.split("\n")[0] in {
        "FOR IMMEDIATE RELEASE",
        "POUR DIFFUSION IMMÉDIATE",
        "للنشر الفوري",
    }


def test_the_notice_is_said_once_where_both_zones_are_one() -> None:
    assert len(notice_of(VERSION, dispatch(), replace(ASHA, timezone="Europe/London"))) == 1
    assert len(notice_of(VERSION, dispatch(), replace(ASHA, timezone=""))) == 1
    assert len(notice_of(VERSION, dispatch(), ASHA)) == 2


def test_a_copy_without_its_notice_is_known() -> None:
    sent = dispatch()
    rendered = rendering(TEMPLATES, VERSION, sent, ASHA)
    wanted = notice_of(VERSION, sent, ASHA)
    assert not carries_notice(replace(rendered, text="x\n"), wanted)
    assert not carries_notice(replace(rendered, html="<p>x</p>"), wanted)
    assert carries_notice(Rendered("", "x\n", "<p>x</p>"), ())


# --- what every copy has ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [DispatchKind.ADVANCE, DispatchKind.RELEASE, DispatchKind.CORRECTION]
)
@pytest.mark.parametrize("template", SHIPPED)
def test_both_parts_are_complete(template: str, kind: DispatchKind) -> None:
    version = replace(VERSION, attachments=(PICTURE,))
    rendered = rendering(TEMPLATES, version, dispatch(template, kind), ASHA)
    text = re.sub(r"\s+", " ", rendered.text)
    for part in (text.casefold(), seen(rendered.html).casefold()):
        for word in (
            version.organisation,
            "press release",
            "9 February 2027",
            version.reference,
            ENGLISH.headline,
            ENGLISH.subhead,
            ENGLISH.dateline,
            "the longest 143.",
            "ENDS",
            "Notes to editors",
            "founded in 1961",
            "Tomas Adeyemi",
            "Press Officer",
            "tomas@press.example.org",
            "+44 20 7946 0123",
            "mobile, day and night",
            "Also available in: français, العربية.",
            PICTURE.name,
        ):
            assert word.casefold() in part
    assert 'href="tel:+44-20-7946-0123"' in rendered.html
    assert 'href="mailto:tomas@press.example.org"' in rendered.html
    assert "[1] https://example.org/reports/blind-at-high-water" in rendered.text
    assert "{%" not in rendered.html
    assert "http" not in re.sub(r'href="https?:|>https?:', "", rendered.html)


def test_the_root_says_the_language_and_the_direction_of_the_edition() -> None:
    for reader, root in (
        (LAYLA, '<html lang="ar" dir="rtl"'),
        (CLAIRE, '<html lang="fr" dir="ltr"'),
    ):
        for template in SHIPPED:
            assert root in rendering(TEMPLATES, VERSION, dispatch(template), reader).html


def test_a_reader_gets_their_language_else_the_audiences_else_the_original() -> None:
    german = replace(ASHA, language="de")
    assert FRENCH.headline in rendering(TEMPLATES, VERSION, dispatch(language="fr"), german).subject
    rendered = rendering(TEMPLATES, VERSION, dispatch(language="de"), german)
    assert rendered.subject.startswith("EMBARGOED until")
    assert ENGLISH.headline in rendered.subject


def test_a_single_edition_offers_no_other() -> None:
    version = replace(VERSION, editions=(ARABIC,))
    rendered = rendering(TEMPLATES, version, dispatch(), ASHA)
    assert "متاح أيضًا" not in rendered.text
    assert "\u200e+44 20 7946 0123" in rendered.text


def test_an_advisory_with_the_least_there_can_be_renders() -> None:
    bare = replace(
        VERSION,
        kind="",
        reference="",
        contacts=(),
        editions=(replace(ENGLISH, subhead="", dateline="", notes="", body="One line."),),
    )
    for template in SHIPPED:
        rendered = rendering(TEMPLATES, bare, dispatch(template), ASHA)
        assert "Notes to editors" not in rendered.text + rendered.html
        assert "\n\n\n" not in rendered.text


def test_the_media_queries_survive_and_the_rest_is_inlined() -> None:
    html = rendering(TEMPLATES, VERSION, dispatch(), ASHA).html
    assert "@media (prefers-color-scheme: dark)" in html
    assert re.search(r'<p class="embargo"[^>]*style="[^"]*background: #fdeceb', html)
    assert len(html.encode()) < 102_000


# --- words are only words ---------------------------------------------------------------------


def hostile_version(words: str) -> Version:
    edition = replace(ENGLISH, headline=words, subhead=words, body=words, notes=words)
    return replace(
        VERSION,
        organisation=words,
        kind=words,
        reference=words,
        editions=(edition, replace(edition, language=words)),
        contacts=(replace(VERSION.contacts[0], name=words, email=words, role=words),),
    )


def test_no_advisory_is_read_as_a_template() -> None:
    words = "{{ 7*7 }} {% raise %} {# gone? #} %(x)s ${y}"
    rendered = rendering(TEMPLATES, hostile_version(words), dispatch(), ASHA)
    assert words in rendered.subject
    assert rendered.text.count("{{ 7*7 }}") >= 5
    assert "{# gone? #}" in rendered.html
    assert "49" not in rendered.text.replace("7946", "")


def test_no_advisory_is_read_as_html() -> None:
    words = "<script>alert(1)</script><img src=x onerror=y>\"'</title><style>"
    rendered = rendering(TEMPLATES, hostile_version(words), dispatch(), ASHA)
    assert "<script" not in rendered.html
    assert "<img" not in rendered.html
    assert rendered.html.count("<style") == 1
    assert words in rendered.text


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=())), st.sampled_from(SHIPPED))
def test_any_words_render_on_one_line_of_subject_with_their_notice(
    words: str, template: str
) -> None:
    reader = Contact("a@example.net", words, words, timezone="Asia/Kolkata")
    rendered = rendering(TEMPLATES, hostile_version(words), dispatch(template), reader)
    assert "\n" not in rendered.subject
    for part in (rendered.subject, rendered.text, rendered.html):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]", part)
    assert carries_notice(rendered, notice_of(VERSION, dispatch(template), reader))


@given(
    st.timedeltas(timedelta(0), timedelta(days=36500)),
    st.sampled_from(["Europe/London", "Asia/Kolkata", "America/St_Johns"]),
)
def test_every_instant_can_be_announced(later: timedelta, zone: str) -> None:
    lift = Embargo(EMBARGO.instant + later, zone)
    rendered = rendering(TEMPLATES, VERSION, replace(dispatch(), embargo=lift), ASHA)
    assert say(lift.instant, zone, "en") in rendered.text


# --- a template's faults ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ok\n{{ headlin }}", "2: 'headlin' is undefined; did you mean 'headline'?"),
        ("{% if notice %}\nx\n{% else %}{{ zzz }}{% endif %}", "3: 'zzz' is undefined; templates/"),
        ("{% for p in contacts %}\n{{ p.nme }}{% endfor %}", "2: 'mailer.compose.view.Person"),
        ("a\nb\n{% if %}", "3: Expected an expression"),
        ("{{ headline|nope }}", "1: No filter named 'nope'"),
        ("\n{{ 1 / 0 }}", "2: division by zero"),
        ("\n{{ body._html }}", "2: access to attribute '_html'"),
        ("{{ ''.__class__.__mro__ }}", "1: access to attribute '__class__'"),
        ("{% include 'nowhere.txt' %}", "1: there is no template 'nowhere.txt'"),
        ("{% include 'no' ~ 'where.txt' %}", "1: nowhere.txt"),
        ("{% set x = contacts.append(1) %}", "1: "),
        ("{{ '%s%s'.format }}{{ range(10**9)|list }}", "1: Range too big"),
    ],
)
def test_a_fault_names_its_file_and_line(text: str, said: str) -> None:
    message = refusal("national/advisory.txt", text, DispatchKind.RELEASE)
    assert message.startswith(f"national/advisory.txt:{said}")


def test_a_fault_in_the_base_is_named_there() -> None:
    message = refusal("_base/contacts.txt", "\n\n{{ contacts[99].name.first }}")
    assert message.startswith("_base/contacts.txt:3: ")


def test_a_name_set_by_a_template_is_its_own() -> None:
    text = (
        '{% set mine = "ours" %}{% extends "_base/advisory.txt" %}'
        "{% block first %}{{ mine }}{% endblock %}"
    )
    templates = TemplateSet({**TEMPLATES.files, "national/advisory.txt": text})
    assert "\nours\n" in rendering(templates, VERSION, dispatch(), ASHA).text


def test_an_audience_without_its_folder_is_told_which_there_are() -> None:
    with pytest.raises(TemplateError, match=r"templates/\.\./x: .*_base, arabic, broadcast"):
        rendering(TEMPLATES, VERSION, dispatch("../x"), ASHA)


# --- the folder -------------------------------------------------------------------------------


def base(tmp_path: Path) -> Path:
    for name in ("subject.txt", "advisory.txt", "advisory.html"):
        (tmp_path / "_base").mkdir(exist_ok=True)
        (tmp_path / "_base" / name).write_text("x", encoding="utf-8")
    return tmp_path


def test_what_was_previewed_is_what_is_sent(tmp_path: Path) -> None:
    before = TemplateSet.load(base(tmp_path))
    stored = TemplateSet(json.loads(json.dumps(dict(before.files))))
    (tmp_path / "_base" / "advisory.txt").write_text("changed", encoding="utf-8")
    assert stored == before
    assert hash(stored) == hash(before)
    assert stored.files["_base/advisory.txt"] == "x"
    assert TemplateSet.load(tmp_path).digest != before.digest


def test_a_folder_without_templates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no templates here"):
        TemplateSet.load(tmp_path / "nowhere")


def test_no_template_is_read_from_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "templates"
    folder.mkdir()
    base(folder)
    (folder / "wires").symlink_to(tmp_path)
    assert "secret" not in "".join(TemplateSet.load(folder).files.values())
    (folder / "_base" / "x.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(TemplateError, match=r"_base/x\.txt: leads outside"):
        TemplateSet.load(folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"x" * (MAX_FILE + 1), "larger than 1 MB"), (b"a\n\xff", "t.txt:2: is not UTF-8")],
)
def test_a_template_too_large_or_not_text_is_refused(
    tmp_path: Path, content: bytes, said: str
) -> None:
    (base(tmp_path) / "_base" / "t.txt").write_bytes(content)
    with pytest.raises(TemplateError, match=said):
        TemplateSet.load(tmp_path)


def test_the_readme_lists_every_variable_and_no_other() -> None:
    readme = (Path(__file__).parents[2] / "templates" / "README.md").read_text("utf-8")
    table = readme.partition("## What a template may see")[2]
    listed = {
        name
        for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert listed == {field.name for field in fields(View)}
