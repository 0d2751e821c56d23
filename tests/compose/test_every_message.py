"""Every kind of message, for every audience, in every language, as other programs see it."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from datetime import UTC
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from compose_sample import MESSAGE_ID, OFFICE, PICTURE, TEMPLATES, notice_of, rendering
from compose_world import KINDS, READERS, sent, version
from icalendar import Calendar
from needs import find, needs
from playwright.sync_api import sync_playwright
from rfc5322 import faults
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from mailer.compose.message import Message, build
from mailer.compose.slots import Copies, dot_stuffed
from mailer.compose.templates import Rendered
from mailer.core.model import DispatchKind

AUDIENCES = ("national", "wires", "broadcast", "arabic")
EVERY = [
    (kind, audience, language) for kind in KINDS for audience in AUDIENCES for language in READERS
]
FEW = [
    (kind, audience, language)
    for kind, audience, language in EVERY
    if audience == "national" or language == ("ar" if audience == "arabic" else "en")
]
SHAPES = [one for one in FEW if one[1] == "national" or one[0] in (*KINDS[:2], *KINDS[-3:-1])]
SHAPES = [one for one in SHAPES if one[2] in ("en", "ar")]
"""Every form that the HTML has: languages change its words only, and Arabic its direction."""
JUDGED = [one for one in FEW if one in SHAPES or one[0] in ("press release", "correction")]
TELLS_NOTHING = (DispatchKind.WITHDRAWAL, DispatchKind.EMBARGO_CHANGE, DispatchKind.INVITATION)
REFERENCES = ("<first@press.example.org>", "<second@press.example.org>")
LEAVE = "https://press.example.org/u/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
AGREEMENT = "https://press.example.org/e/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ?lang=ar"


@cache
def made(kind: str, audience: str, language: str) -> tuple[Rendered, Message]:
    what, dispatch, reader = version(kind), sent(kind, audience), READERS[language]
    agreement = AGREEMENT if kind == "invitation" else ""
    rendered = rendering(TEMPLATES, what, dispatch, reader, LEAVE, agreement)
    message = build(
        *(rendered, what, dispatch, reader, OFFICE, MESSAGE_ID, dispatch.instant),
        references=REFERENCES,
        unsubscribe=LEAVE,
    )
    return rendered, message


def parsed(content: bytes) -> EmailMessage:
    read = message_from_bytes(content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.mark.parametrize("kind", KINDS)
def test_every_header_and_part_reads_back_in_another_library(kind: str) -> None:
    for audience in AUDIENCES:
        for language, reader in READERS.items():
            rendered, message = made(kind, audience, language)
            read = parsed(message.content)
            assert not any(part.defects for part in read.walk())
            assert not any(header.defects for header in read.values())
            assert read["Subject"] == rendered.subject
            assert str(read["To"].addresses[0].addr_spec) == reader.email
            assert str(read["To"].addresses[0].display_name) == reader.name
            assert read["From"].addresses[0].addr_spec == "press@press.example.org"
            assert read["Reply-To"].addresses[0].addr_spec == "tomas@press.example.org"
            dispatch = sent(kind, audience)
            assert parsedate_to_datetime(read["Date"]).astimezone(UTC) == dispatch.instant
            assert read["Message-ID"] == MESSAGE_ID
            assert read["In-Reply-To"] == REFERENCES[-1]
            assert read["References"].split() == [*REFERENCES]
            assert re.findall("<(.*?)>", read["List-Unsubscribe"]) == [
                LEAVE,
                "mailto:tomas@press.example.org?subject=unsubscribe",
            ]
            assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            assert read["List-Id"] == f"Lantern Coast Trust <{audience}.press.example.org>"
            if kind != "invitation":  # which has the officer's words, in the original's language
                assert read["Content-Language"] == language
            for subtype, words in (("plain", rendered.text), ("html", rendered.html)):
                body = read.get_body((subtype,))
                assert body is not None
                assert body.get_content().replace("\r\n", "\n") == words


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_and_entry_is_there_and_no_other(kind: str) -> None:
    for audience in AUDIENCES:
        for language in READERS:
            read = parsed(made(kind, audience, language)[1].content)
            files = {
                part.get_content_type(): part
                for part in read.walk()
                if part.get_content_disposition()
            }
            dispatch = sent(kind, audience)
            wanted = set()
            if dispatch.embargoed(dispatch.instant):
                wanted.add("text/calendar")
                [event] = Calendar.from_ical(files["text/calendar"].get_content()).walk("VEVENT")
                assert dispatch.embargo is not None
                assert event["DTSTART"].dt.astimezone(UTC) == dispatch.embargo.instant
            if dispatch.kind not in TELLS_NOTHING:
                wanted.add("image/png")
                assert files["image/png"].get_content() == PICTURE.content
                shown = files["image/png"].get_content_disposition() == "inline"
                assert shown == (kind == "photo call")
            assert set(files) == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_every_message_is_well_formed_by_the_letter(kind: str) -> None:
    for audience in AUDIENCES:
        for language in READERS:
            assert faults(made(kind, audience, language)[1].content) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_message_that_is_filled_is_the_one_that_is_rendered(kind: str) -> None:
    for audience in AUDIENCES:
        dispatch = sent(kind, audience)
        copies = Copies(TEMPLATES, version(kind), dispatch, OFFICE)
        for language, reader in READERS.items():
            whole = dot_stuffed(made(kind, audience, language)[1].content)
            for _ in range(2):
                pages = LEAVE, AGREEMENT if kind == "invitation" else ""
                filled = copies.fill(reader, MESSAGE_ID, dispatch.instant, REFERENCES, *pages)
                assert filled.data == whole


@pytest.mark.parametrize("kind", KINDS)
def test_every_plain_text_fits_and_stands_alone(kind: str) -> None:
    for audience in AUDIENCES:
        for language, reader in READERS.items():
            rendered, _ = made(kind, audience, language)
            notice = notice_of(version(kind), sent(kind, audience), reader)
            for line in rendered.text.split("\n"):
                assert len(line) <= 72 or line in (*notice, LEAVE, AGREEMENT), line
            for number in re.findall(r"\[(\d+)\]", rendered.text.partition("\n[1] ")[0]):
                assert re.search(rf"^\[{number}\] https://", rendered.text, re.MULTILINE)
            assert rendered.text.startswith("\n".join(notice))


@pytest.mark.parametrize("kind", KINDS)
def test_never_anything_that_a_mail_program_would_fetch(kind: str) -> None:
    for audience in AUDIENCES:
        for language in READERS:
            html = made(kind, audience, language)[0].html
            assert len(html.encode()) < 102_000
            assert not re.search(r"(?i)<(script|link|iframe|object|embed|form|video|base)\b", html)
            assert not re.search(r"(?i)(src|background)=(?!.cid:)|url\(|@import", html)


class Text(SingleFileSnapshotExtension):
    file_extension = "txt"
    _write_mode = WriteMode.TEXT


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_as_it_was_last_seen(kind: str, snapshot: SnapshotAssertion) -> None:
    """Headers as they travel, and the plain text; of each whole message, the hash.

    A whole message of each template can be read among the snapshots of test_message.
    """
    seen = [
        f"{audience:<9} {language} {len(content):>6} {hashlib.sha256(content).hexdigest()[:32]}"
        for one, audience, language in EVERY
        if one == kind
        for content in (made(kind, audience, language)[1].content,)
    ]
    for one, audience, language in FEW:
        if one == kind:
            rendered, message = made(kind, audience, language)
            head = message.content.partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
            seen.append(f"{'=' * 20} {audience}, {language}\n{head}\n\n{rendered.text}")
    assert "\n".join(seen) == snapshot(extension_class=Text)


# --- other programs' opinion ------------------------------------------------------------------


@needs("tidy", "apt install tidy")
def test_every_html_is_valid() -> None:
    for one in FEW:
        done = subprocess.run(
            [find("tidy") or "tidy", "-quiet", "-errors", "-utf8", "--doctype", "html5"],
            input=made(*one)[0].html.encode(),
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.stderr.decode() == "", one


@needs("spamassassin", "apt install spamassassin")
def test_every_shipped_template_passes_a_spam_filter() -> None:
    """SpamAssassin's own rules, without the network; all in one mailbox, for it starts slowly."""
    line = b"From press@press.example.org Mon Feb  8 09:00:00 2027\n"
    box = b"".join(
        line + re.sub(rb"(?m)^(>*From )", rb">\1", content.replace(b"\r\n", b"\n")) + b"\n"
        for content in (made(*one)[1].content for one in JUDGED)
    )
    done = subprocess.run(
        [find("spamassassin") or "spamassassin", "--local", "--mbox"],
        input=box,
        capture_output=True,
        check=True,
        timeout=300,
    )
    judged = [parsed(one) for one in done.stdout.split(line)[1:]]  # in an order of its own
    assert len(judged) == len(JUDGED)
    for one in judged:
        status = " ".join(one["X-Spam-Status"].split())
        score = re.search(r"score=(-?[\d.]+)", status)
        assert score is not None
        # MIXED_ES takes each Cyrillic letter е for an e in disguise, so that it finds all Russian.
        russian = "MIXED_ES" in status and one["Content-Language"] == "ru"
        assert float(score[1]) - russian < 1.0, (one["List-Id"], one["Subject"], status)


@needs("chromium", "apt install chromium")
def test_no_html_is_hard_to_read_or_to_hear() -> None:
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find("chromium"), args=["--no-sandbox"]
        )
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme)
            page.route("**/*", lambda route: route.abort())
            for one in SHAPES:
                page.set_content(made(*one)[0].html)
                for fault in Axe().run(page).response["violations"]:
                    found[scheme, *one] = f"{fault['id']}: {fault['nodes'][0]['html']}"
        browser.close()
    assert not found, json.dumps({" ".join(k): v for k, v in found.items()}, indent=1)
