"""Corrections, withdrawals and changes of embargo, as they are rendered."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import unescape

import nh3
import pytest
from compose_sample import (
    ASHA,
    CLAIRE,
    EMBARGO,
    ENGLISH,
    LATER,
    LAYLA,
    LIFT,
    OFFICE,
    PICTURE,
    SENT,
    TEMPLATES,
    VERSION,
    dispatch,
    following,
    notice_of,
    rendering,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.compose.message import Own, build
from mailer.compose.templates import Rendered, TemplateSet, carries_notice, render
from mailer.compose.view import View, notice, revealed
from mailer.core.embargo import say
from mailer.core.errors import TemplateError
from mailer.core.model import (
    NOTICES,
    Contact,
    Dispatch,
    DispatchKind,
    Edition,
    Embargo,
    PressContact,
    Version,
)

SHIPPED = ("wires", "national", "broadcast", "arabic")
CORRECTION, WITHDRAWAL, CHANGE = NOTICES
KILL = "KILL / MANDATORY WITHDRAWAL"


def seen(html: str) -> str:
    words = nh3.clean(html, tags=set(), clean_content_tags={"style", "title"})
    return re.sub(r"\s+", " ", unescape(words)).strip()


def flat(rendered: Rendered) -> tuple[str, str]:
    """The words of the plain text and of the HTML, each on one line."""
    return re.sub(r"\s+", " ", rendered.text), seen(rendered.html)


def without_space(words: str) -> str:
    return re.sub(r"\s+", "", words)


# --- the mark ---------------------------------------------------------------------------------


@pytest.mark.parametrize("template", SHIPPED)
@pytest.mark.parametrize(
    ("kind", "reader", "mark"),
    [
        (CORRECTION, ASHA, "CORRECTION"),
        (CORRECTION, CLAIRE, "RECTIFICATIF"),
        (CORRECTION, LAYLA, "تصحيح"),
        (WITHDRAWAL, ASHA, KILL),
        (WITHDRAWAL, CLAIRE, "ANNULATION OBLIGATOIRE"),
        (WITHDRAWAL, LAYLA, "إلغاء إلزامي – ممنوع النشر"),
        (CHANGE, ASHA, "EMBARGO CHANGED"),
        (CHANGE, CLAIRE, "EMBARGO MODIFIÉ"),
        (CHANGE, LAYLA, "تعديل موعد حظر النشر"),
    ],
)
def test_every_notice_says_what_it_is_before_anything_else(
    kind: DispatchKind, reader: Contact, mark: str, template: str
) -> None:
    sent = following(kind, template)
    rendered = rendering(TEMPLATES, VERSION, sent, reader)
    assert f"{mark}: " in rendered.subject
    notice_first = without_space("".join(notice_of(VERSION, sent, reader)))
    for words in map(without_space, flat(rendered)):
        assert words.removeprefix(notice_first).lstrip("*").startswith(without_space(mark))


@pytest.mark.parametrize("kind", NOTICES)
@pytest.mark.parametrize("part", ["subject.txt", ".txt", ".html"])
def test_never_a_notice_that_does_not_say_what_it_is(part: str, kind: DispatchKind) -> None:
    name = {CORRECTION: "advisory", WITHDRAWAL: "withdrawal", CHANGE: "embargo_change"}[kind]
    file = f"_base/{part if part[0] != '.' else name + part}"
    text = re.sub(r"\{\{ mark \}\}", "", TEMPLATES.files[file])
    assert text != TEMPLATES.files[file]
    sent = following(kind)
    with pytest.raises(TemplateError, match=rf"1: a message of kind '{kind}' must say that it is"):
        rendering(TemplateSet({**TEMPLATES.files, file: text}), VERSION, sent, ASHA)


def test_never_the_text_of_a_kind_that_old_templates_do_not_know() -> None:
    for kind, name in ((WITHDRAWAL, "withdrawal"), (CHANGE, "embargo_change")):
        old = {n: text for n, text in TEMPLATES.files.items() if name not in n}
        with pytest.raises(TemplateError, match=rf"_base/{name}\.txt: is missing; copy it"):
            rendering(TemplateSet(old), VERSION, following(kind), ASHA)
        assert rendering(TemplateSet(old), VERSION, dispatch(), ASHA).text


@pytest.mark.parametrize("kind", [k for k in DispatchKind if k is not DispatchKind.INVITATION])
@pytest.mark.parametrize("template", SHIPPED)
def test_what_is_embargoed_begins_and_ends_with_its_notice(
    template: str, kind: DispatchKind
) -> None:
    sent = replace(following(kind, template), embargo=LATER)
    rendered = render(TEMPLATES, VERSION, sent, LAYLA, OFFICE, embargoed=True)
    due = notice(VERSION, sent, LAYLA, embargoed=True)
    assert say(LATER.instant, LAYLA.timezone, "ar") in due[0]
    assert carries_notice(rendered, due)
    assert notice(VERSION, sent, LAYLA, embargoed=False) == ()


# --- correction -------------------------------------------------------------------------------


def test_a_correction_says_what_changed_above_the_headline() -> None:
    for words in flat(rendering(TEMPLATES, VERSION, following(CORRECTION), ASHA)):
        changed = words.index("The count in paragraph 3 is 84, not 48; see the table")
        assert words.index("EMBARGOED until") < words.index("CORRECTION") < changed
        assert changed < words.index("replaces the one sent to you before")
        assert words.index("replaces the one") < words.index(ENGLISH.headline)


def test_a_correction_of_what_is_out_has_no_embargo_in_it() -> None:
    sent = replace(following(CORRECTION), instant=LIFT)
    rendered = rendering(TEMPLATES, VERSION, sent, ASHA)
    assert rendered.subject == f"CORRECTION: {ENGLISH.headline}"
    assert "embargo" not in (rendered.text + seen(rendered.html)).casefold()


def test_a_notice_without_a_note_has_no_empty_heading() -> None:
    for kind in NOTICES:
        rendered = rendering(TEMPLATES, VERSION, replace(following(kind), note=" "), ASHA)
        for words in flat(rendered):
            assert "What has changed" not in words
            assert "Reason" not in words
        assert "\n\n\n" not in rendered.text


# --- withdrawal -------------------------------------------------------------------------------

WORDS = st.lists(st.text("qxzjvk", min_size=4, max_size=9), min_size=5, max_size=12).map(" ".join)


@st.composite
def secret_versions(draw: st.DrawFn) -> Version:
    """A version whose every word of text is in no template and no catalog."""
    editions = tuple(
        Edition(language, *(draw(WORDS) for _ in range(5))) for language in ("en", "fr", "ar")
    )
    picture = replace(PICTURE, name=draw(WORDS) + ".pdf", content=draw(WORDS).encode())
    return replace(VERSION, editions=editions, attachments=(picture,))


def words_of(version: Version, *names: str) -> set[str]:
    texts = [getattr(edition, name) for edition in version.editions for name in names]
    return {word for text in texts for word in text.split()}


EVERYTHING = " ".join(f"{{{{ {field.name} }}}}" for field in fields(View))
ALL_OF_IT = ("headline", "subhead", "dateline", "body", "notes")
NOTICE_AT = {end: f'{{% include "_base/notice.{end}" %}}' for end in ("txt", "html")}
CURIOUS = TemplateSet(
    {
        **TEMPLATES.files,
        "national/subject.txt": "{{ short_notice }} " + EVERYTHING,
        **{
            f"national/{name}.{end}": f"{include}\n\n{EVERYTHING}\n\n{include}"
            for name in ("withdrawal", "embargo_change")
            for end, include in NOTICE_AT.items()
        },
    }
)
LOOKS = st.sampled_from([(TEMPLATES, name) for name in SHIPPED] + [(CURIOUS, "national")])


@settings(max_examples=60)
@given(
    secret_versions(),
    LOOKS,
    st.sampled_from([ASHA, CLAIRE, LAYLA]),
)
def test_never_a_word_of_the_text_in_a_withdrawal(
    version: Version, look: tuple[TemplateSet, str], reader: Contact
) -> None:
    templates, template = look
    sent = following(WITHDRAWAL, template)
    rendered = rendering(templates, version, sent, reader)
    message = build(rendered, version, sent, reader, OFFICE, Own("<a@press.example.org>"), SENT)
    parsed = message_from_bytes(message.content, policy=policy.default)
    [entry] = parsed.iter_attachments()  # type: ignore[attr-defined]
    told = entry.get_content().replace("\r\n ", "")
    assert "METHOD:CANCEL" in told
    everything = f"{rendered.subject}\n{rendered.text}\n{rendered.html}\n{told}"
    assert not [word for word in words_of(version, *ALL_OF_IT) if word in everything]
    assert version.attachments[0].name.partition(".")[0] not in everything


@pytest.mark.parametrize("template", SHIPPED)
def test_a_withdrawal_names_what_to_kill_and_whom_to_call(template: str) -> None:
    rendered = rendering(TEMPLATES, VERSION, following(WITHDRAWAL, template), ASHA)
    assert rendered.subject == f"{KILL}: LCT 2027/004, Lantern Coast Trust"
    for words in flat(rendered):
        for said in (
            "EDITORS: A KILL IS MANDATORY",
            "Lantern Coast Trust has withdrawn item LCT 2027/004",
            "Do not publish, broadcast, quote or keep it.",
            "The count in paragraph 3",
            "+44 20 7946 0123",
        ):
            assert said in words
        for said in ("press release", "9 february 2027", "lct 2027/004"):
            assert said in words.casefold()
        assert words.rstrip(" *").endswith(KILL)


# --- change of embargo ------------------------------------------------------------------------


@settings(max_examples=60)
@given(
    secret_versions(),
    LOOKS,
    st.booleans(),
)
def test_never_more_than_the_headline_in_a_change_of_embargo(
    version: Version, look: tuple[TemplateSet, str], lifted: bool
) -> None:
    templates, template = look
    sent = following(CHANGE, template, lifted=lifted)
    rendered = rendering(templates, version, sent, ASHA)
    everything = f"{rendered.subject}\n{rendered.text}\n{rendered.html}"
    hidden = words_of(version, "subhead", "dateline", "body", "notes")
    allowed = set(version.editions[0].headline.split())
    assert not [w for w in hidden if re.search(rf"\b{w}\b", everything) and w not in allowed]
    assert revealed(version, CHANGE).attachments == ()


@pytest.mark.parametrize("lifted", [False, True])
@pytest.mark.parametrize("template", SHIPPED)
def test_never_the_headline_in_the_list_of_messages_after_a_change(
    template: str, lifted: bool
) -> None:
    sent = following(CHANGE, template, lifted=lifted)
    rendered = rendering(TEMPLATES, VERSION, sent, ASHA)
    assert ENGLISH.headline not in rendered.subject
    for words in flat(rendered):
        assert words.index(ENGLISH.headline) > 200
    assert ENGLISH.headline not in rendered.html.partition("</head>")[0]


ZONES = st.sampled_from(
    ["Europe/London", "Asia/Kolkata", "America/St_Johns", "Pacific/Auckland", "UTC"]
)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
EMBARGOES = st.builds(Embargo, INSTANTS.map(lambda at: at.replace(second=0, microsecond=0)), ZONES)


@settings(max_examples=60)
@given(
    EMBARGOES,
    EMBARGOES,
    st.sampled_from([replace(r, timezone=z) for r in (ASHA, LAYLA) for z in ("", "Asia/Tokyo")]),
    st.sampled_from(SHIPPED),
)
def test_a_change_says_both_instants_in_the_readers_zone_and_in_its_own(
    was: Embargo, now: Embargo, reader: Contact, template: str
) -> None:
    before = now.instant - timedelta(minutes=1)
    sent = replace(following(CHANGE, template), earlier=was, embargo=now, instant=before)
    rendered = rendering(TEMPLATES, VERSION, sent, reader)
    assert carries_notice(rendered, notice_of(VERSION, sent, reader))
    zone = reader.timezone or sent.audience.timezone
    struck = " ".join(map(seen, re.findall(r"<s\b[^>]*>.*?</s>", rendered.html)))
    for instant, where in ((was, zone), (was, was.zone), (now, zone), (now, now.zone)):
        said = say(instant.instant, where, reader.language)
        assert f"\n  {said}\n" in rendered.text
        assert said in seen(rendered.html)
        assert (said in struck) or instant is now


@pytest.mark.parametrize("kind", [DispatchKind.ADVANCE, CHANGE])
@pytest.mark.parametrize("template", SHIPPED)
def test_never_a_utc_offset_that_a_browser_would_break_after_its_hyphen(
    template: str, kind: DispatchKind
) -> None:
    west = replace(LATER, zone="America/St_Johns")
    sent = replace(following(kind, template), embargo=west, earlier=west)
    html = render(TEMPLATES, VERSION, sent, ASHA, OFFICE, embargoed=True).html
    kept = re.findall('<span style="white-space: nowrap;?">UTC-0[23]:30</span>', html)
    assert len(kept) == html.partition("</head>")[2].count("UTC-") > 1


@pytest.mark.parametrize("embargo", [None, EMBARGO])
@pytest.mark.parametrize("template", SHIPPED)
def test_a_lifted_embargo_says_that_one_may_publish(template: str, embargo: Embargo | None) -> None:
    sent = replace(following(CHANGE, template), earlier=LATER, embargo=embargo, instant=LIFT)
    rendered = rendering(TEMPLATES, VERSION, sent, ASHA)
    assert rendered.subject == "EMBARGO LIFTED: LCT 2027/004, Lantern Coast Trust"
    for words in flat(rendered):
        assert "The embargo has lifted: you may publish." in words
        assert "EMBARGOED" not in words
        assert "do not publish" not in words


@given(EMBARGOES, EMBARGOES, INSTANTS)
def test_never_leave_to_publish_while_the_new_embargo_stands(
    was: Embargo, now: Embargo, at: datetime
) -> None:
    sent = replace(following(CHANGE), earlier=was, embargo=now, instant=at)
    rendered = rendering(TEMPLATES, VERSION, sent, ASHA)
    for words in flat(rendered):
        assert ("you may publish" in words) == (at >= now.instant)


def test_never_an_embargoed_change_without_an_embargo() -> None:
    sent = following(CHANGE, lifted=True)
    with pytest.raises(TemplateError, match="no embargo to announce"):
        render(TEMPLATES, VERSION, sent, ASHA, OFFICE, embargoed=True)


# --- words are only words ---------------------------------------------------------------------


def hostile(words: str, kind: DispatchKind, template: str) -> tuple[Version, Dispatch]:
    version = replace(
        VERSION,
        organisation=words,
        kind=words,
        reference=words,
        editions=(replace(ENGLISH, headline=words, body=words),),
        contacts=(PressContact(words, words, words, words),),
    )
    return version, replace(following(kind, template), note=words)


@pytest.mark.parametrize("kind", NOTICES)
def test_no_note_is_read_as_a_template_or_as_html(kind: DispatchKind) -> None:
    words = "{{ 7*7 }} {% raise %} <script>alert(1)</script><img src=x onerror=y>%(item)s"
    rendered = rendering(TEMPLATES, *hostile(words, kind, "national"), ASHA)
    assert words in re.sub(r"\s+", " ", rendered.text)
    assert "<script" not in rendered.html
    assert "<img" not in rendered.html
    assert "49" not in rendered.text


@settings(max_examples=60)
@given(
    st.text(st.characters(exclude_categories=())),
    st.sampled_from(NOTICES),
    st.sampled_from(SHIPPED),
)
def test_any_words_render_on_one_line_of_subject_with_their_mark(
    words: str, kind: DispatchKind, template: str
) -> None:
    version, sent = hostile(words, kind, template)
    rendered = rendering(TEMPLATES, version, sent, ASHA)
    assert "\n" not in rendered.subject
    for part in (rendered.subject, rendered.text, rendered.html):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]", part)
    assert carries_notice(rendered, notice_of(version, sent, ASHA))
