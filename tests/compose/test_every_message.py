"""Every kind of message, for every audience, in every language, as other programs see it."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from functools import cache

import pytest
import vobject
from axe_playwright_python.sync_playwright import Axe
from compose_offices import DESKS, PIXEL
from compose_sample import MESSAGE_ID, TEMPLATES, VERSION, notice_of
from compose_world import KINDS, sent, version
from needs import find, needs
from playwright.sync_api import sync_playwright
from rfc5322 import faults
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension

from mailer.compose.message import Message, Own, build
from mailer.compose.slots import Copies, dot_stuffed
from mailer.compose.templates import Rendered, render
from mailer.core.model import LANGUAGES, DispatchKind

AUDIENCES = ("national", "wires", "broadcast", "arabic")
EVERY = [
    (kind, audience, language) for kind in KINDS for audience in AUDIENCES for language in LANGUAGES
]
SHAPES = [
    (kind, audience, language)
    for kind, audience, language in EVERY
    if language in ("en", "ar")
    if audience == "national" or language == ("ar" if audience == "arabic" else "en")
    if audience == "national" or kind in (*KINDS[:2], *KINDS[-3:-1])
]
"""Every form that the HTML has: languages change its words only, and Arabic its direction."""
TELLS_NOTHING = (DispatchKind.WITHDRAWAL, DispatchKind.EMBARGO_CHANGE, DispatchKind.INVITATION)
REFERENCES = ("<first@press.example.org>", "<second@press.example.org>")
LEAVE = "https://press.example.org/u/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"


def agreement(kind: str, language: str) -> str:
    page = LEAVE.replace("/u/", "/e/")
    return f"{page}?lang={language}" if kind == "invitation" else ""


@cache
def made(kind: str, audience: str, language: str) -> tuple[Rendered, Message]:
    what, dispatch = version(kind, language), sent(kind, audience, language)
    desk = DESKS[language]
    rendered = render(
        *(TEMPLATES, what, dispatch, desk.reader, desk.office),
        embargoed=dispatch.embargoed(dispatch.instant),
        leave=LEAVE,
        agreement=agreement(kind, language),
    )
    message = build(
        rendered,
        what,
        dispatch,
        desk.reader,
        desk.office,
        Own(MESSAGE_ID, REFERENCES, LEAVE),
        dispatch.instant,
    )
    return rendered, message


def parsed(content: bytes) -> EmailMessage:
    read = message_from_bytes(content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def mailbox(content: bytes, header: str) -> tuple[str, str]:
    """With the older parser: the newer reads long encoded names wrongly in Python 3.11."""
    name, address = parseaddr(message_from_bytes(content)[header])
    return str(make_header(decode_header(name))), address


@pytest.mark.parametrize("kind", KINDS)
def test_every_header_and_part_reads_back_in_another_library(kind: str) -> None:
    for audience in AUDIENCES:
        for language in LANGUAGES:
            rendered, message = made(kind, audience, language)
            desk, dispatch = DESKS[language], sent(kind, audience, language)
            read = parsed(message.content)
            assert not any(part.defects for part in read.walk())
            assert not any(header.defects for header in read.values())
            assert read["Subject"] == rendered.subject
            first = desk.people[0]
            for header, name, address in (
                ("From", desk.sender.partition(" <")[0], "press@press.example.org"),
                ("To", desk.reader.name, desk.reader.email),
                ("Reply-To", first.name, first.email),
            ):
                assert mailbox(message.content, header) == (name, address)
            assert parsedate_to_datetime(read["Date"]).astimezone(UTC) == dispatch.instant
            assert read["Message-ID"] == MESSAGE_ID
            assert read["In-Reply-To"] == REFERENCES[-1]
            assert read["References"].split() == [*REFERENCES]
            assert re.findall("<(.*?)>", read["List-Unsubscribe"]) == [
                LEAVE,
                f"mailto:{first.email}?subject=unsubscribe",
            ]
            assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            assert read["List-Id"] == f"{desk.office.name} <{audience}.press.example.org>"
            assert read["Content-Language"] == language
            for subtype, words in (("plain", rendered.text), ("html", rendered.html)):
                body = read.get_body((subtype,))
                assert body is not None
                assert body.get_content().replace("\r\n", "\n") == words


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_and_entry_is_there_and_no_other(kind: str) -> None:
    for audience in AUDIENCES:
        for language in LANGUAGES:
            read = parsed(made(kind, audience, language)[1].content)
            files = {
                part.get_content_type(): part
                for part in read.walk()
                if part.get_content_disposition()
            }
            dispatch = sent(kind, audience, language)
            wanted = set()
            lift = dispatch.embargo if dispatch.embargoed(dispatch.instant) else None
            method = "PUBLISH"
            if kind in ("withdrawal", "embargo lifted"):
                lift, method = dispatch.embargo or dispatch.earlier, "CANCEL"
            if lift:
                wanted.add("text/calendar")
                entry = vobject.readOne(files["text/calendar"].get_content())
                assert entry.method.value == method
                assert entry.vevent.dtstart.value.astimezone(UTC) == lift.instant
                assert VERSION.reference in entry.vevent.summary.value
            if dispatch.kind not in TELLS_NOTHING:
                wanted.add("image/png")
                assert files["image/png"].get_content() == PIXEL
                shown = files["image/png"].get_content_disposition() == "inline"
                assert shown == (kind == "photo call")
            assert set(files) == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_every_message_is_well_formed_by_the_letter(kind: str) -> None:
    for audience in AUDIENCES:
        for language in LANGUAGES:
            assert faults(made(kind, audience, language)[1].content) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_message_that_is_filled_is_the_one_that_is_rendered(kind: str) -> None:
    for audience in AUDIENCES:
        for language in LANGUAGES:
            desk, dispatch = DESKS[language], sent(kind, audience, language)
            copies = Copies(TEMPLATES, version(kind, language), dispatch, desk.office)
            whole = dot_stuffed(made(kind, audience, language)[1].content)
            own = Own(MESSAGE_ID, REFERENCES, LEAVE, agreement(kind, language))
            for _ in range(2):
                filled = copies.fill(desk.reader, own, dispatch.instant)
                assert filled.data == whole


@pytest.mark.parametrize("kind", KINDS)
def test_every_plain_text_fits_and_stands_alone(kind: str) -> None:
    for audience in AUDIENCES:
        for language in LANGUAGES:
            rendered, _ = made(kind, audience, language)
            what, dispatch = version(kind, language), sent(kind, audience, language)
            notice = notice_of(what, dispatch, DESKS[language].reader)
            whole = (*notice, LEAVE, agreement(kind, language))
            for line in rendered.text.split("\n"):
                assert len(line) <= 72 or line in whole, line
            for number in re.findall(r"\[(\d+)\]", rendered.text.partition("\n[1] ")[0]):
                assert re.search(rf"^\[{number}\] https://", rendered.text, re.MULTILINE)
            assert rendered.text.startswith("\n".join(notice))


@pytest.mark.parametrize("kind", KINDS)
def test_never_anything_that_a_mail_program_would_fetch(kind: str) -> None:
    for audience in AUDIENCES:
        for language in LANGUAGES:
            html = made(kind, audience, language)[0].html
            assert len(html.encode()) < 102_000
            assert not re.search(r"(?i)<(script|link|iframe|object|embed|form|video|base)\b", html)
            assert not re.search(r"(?i)(src|background)=(?!.cid:)|url\(|@import", html)


class Eml(SingleFileSnapshotExtension):
    file_extension = "eml"


@pytest.mark.parametrize(
    ("kind", "audience", "language"), EVERY, ids=lambda one: one.replace(" ", "-")
)
def test_message(kind: str, audience: str, language: str, snapshot: SnapshotAssertion) -> None:
    """As it was last seen, whole: to be opened in a mail program, and read."""
    assert made(kind, audience, language)[1].content == snapshot(extension_class=Eml)


# --- other programs' opinion ------------------------------------------------------------------


@needs("tidy", "apt install tidy")
def test_every_html_is_valid() -> None:
    for one in EVERY:
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
        for content in (made(*one)[1].content for one in EVERY)
    )
    done = subprocess.run(
        [find("spamassassin") or "spamassassin", "--local", "--mbox"],
        input=box,
        capture_output=True,
        check=True,
        timeout=600,
    )
    judged = [parsed(one) for one in done.stdout.split(line)[1:]]  # in an order of its own
    assert len(judged) == len(EVERY)
    for one in judged:
        status = " ".join(one["X-Spam-Status"].split())
        score = re.search(r"score=(-?[\d.]+)", status)
        assert score is not None
        assert float(score[1]) < 1.0, (one["List-Id"], one["Subject"], status)


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
