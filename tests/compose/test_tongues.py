"""In which language each word of a message is, and that the message says so."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from html.parser import HTMLParser

import pytest
from compose_offices import DESKS
from compose_sample import OFFICE, OWN, SENT, TEMPLATES, VERSION, dispatch, following, rendering
from rfc5322 import faults

from mailer.compose.message import build
from mailer.compose.slots import Copies, dot_stuffed
from mailer.compose.templates import Rendered
from mailer.compose.text import one_line
from mailer.compose.wording import direction, word
from mailer.core.model import LANGUAGES, Contact, Dispatch, DispatchKind, Version

PAGE = "https://press.example.org/e/" + "A" * 43
SAID = "A survey of *harbour instruments* is coming."
INVITATION = replace(dispatch(kind=DispatchKind.INVITATION), note=SAID)
KILL = following(DispatchKind.WITHDRAWAL)


def copy(
    sent: Dispatch, reader: Contact, version: Version = VERSION
) -> tuple[Rendered, dict[str, str]]:
    agreement = PAGE if sent.kind is DispatchKind.INVITATION else ""
    rendered = rendering(TEMPLATES, version, sent, reader, agreement=agreement)
    built = build(rendered, version, sent, reader, OFFICE, OWN, SENT)
    assert faults(built.content) == []
    return rendered, dict(message_from_bytes(built.content).items())


@pytest.mark.parametrize("template", ["wires", "national", "broadcast", "arabic"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invitation_speaks_the_readers_language_around_the_officers_words(
    language: str, template: str
) -> None:
    sent = replace(INVITATION, audience=replace(INVITATION.audience, template=template))
    rendered, headers = copy(sent, DESKS[language].reader)
    office = {"office": VERSION.organisation}
    said = word("Invitation to accept an embargo: %(office)s", language) % office
    assert rendered.subject == one_line(said)
    assert word("Read the terms and accept them here:", language) in rendered.text
    assert word("Read the terms", language) in rendered.html
    root = f'<html lang="{language}" dir="{direction(language)}">'
    assert root in rendered.html
    marked = '<div lang="en" dir="ltr">' in rendered.html
    assert marked == (language != "en")
    assert headers["Content-Language"] == ("en" if language == "en" else f"{language}, en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_kill_speaks_the_readers_language_though_no_edition_does(language: str) -> None:
    english = replace(VERSION, editions=VERSION.editions[:1])
    rendered, headers = copy(KILL, DESKS[language].reader, english)
    kill = word("KILL / MANDATORY WITHDRAWAL", language)
    assert rendered.subject.startswith(kill)
    assert rendered.text.startswith(f"*** {kill} ***")
    assert f'<html lang="{language}" dir="{direction(language)}">' in rendered.html
    assert headers["Content-Language"].split(", ")[0] == language


def test_a_reader_of_no_language_of_ours_has_the_audiences_and_else_the_originals() -> None:
    for sent in (INVITATION, KILL):
        for reading in ("", "nl"):
            reader = replace(DESKS["en"].reader, language=reading)
            french = replace(sent, audience=replace(sent.audience, language="fr"))
            assert copy(french, reader)[1]["Content-Language"] == "fr, en"
            unknown = replace(sent, audience=replace(sent.audience, language="nl"))
            assert copy(unknown, reader)[1]["Content-Language"] == "en"


def test_a_note_in_another_language_than_the_text_says_so() -> None:
    rendered, headers = copy(following(DispatchKind.CORRECTION), DESKS["ar"].reader)
    assert headers["Content-Language"] == "ar, en"
    note = re.search(r'<div lang="en" dir="ltr">(.*?)</div>', rendered.html, re.DOTALL)
    assert note is not None
    assert "paragraph 3" in note[1]
    assert "dir=" not in note[1]
    same, _ = copy(following(DispatchKind.CORRECTION), DESKS["en"].reader)
    assert "<div lang" not in same.html


def test_fixed_words_in_another_language_than_the_text_are_named_too() -> None:
    dutch = replace(VERSION.editions[0], language="nl")
    version = replace(VERSION, editions=(dutch,))
    assert copy(dispatch(), DESKS["en"].reader, version)[1]["Content-Language"] == "nl, en"


def tags(html: str) -> set[str]:
    found: set[str] = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _: found.add(tag)  # type: ignore[method-assign]
    parser.feed(html)
    return found


def test_never_a_language_that_could_be_more_than_a_name() -> None:
    hostile = replace(VERSION.editions[0], language='x"><b>\r\nBcc: a@b.example')
    version = replace(VERSION, editions=(hostile, *VERSION.editions[1:]))
    rendered, headers = copy(following(DispatchKind.CORRECTION), DESKS["fr"].reader, version)
    assert "b" not in tags(rendered.html)
    assert headers["Content-Language"] == "fr"
    assert "Bcc" not in headers


def test_copies_that_are_filled_speak_as_those_that_are_rendered() -> None:
    copies = Copies(TEMPLATES, VERSION, KILL, OFFICE)
    for desk in DESKS.values():
        rendered = rendering(TEMPLATES, VERSION, KILL, desk.reader)
        whole = build(rendered, VERSION, KILL, desk.reader, OFFICE, OWN, KILL.instant)
        for _ in range(2):
            filled = copies.fill(desk.reader, OWN, KILL.instant)
            assert filled.data == dot_stuffed(whole.content)
