"""Texts that are not as a template's writer thinks of them: wide, long, mixed, or missing."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from axe_playwright_python.sync_playwright import Axe
from compose_sample import (
    ARABIC,
    ASHA,
    CLAIRE,
    ENGLISH,
    LAYLA,
    LIFT,
    OFFICE,
    OWN,
    SENT,
    TEMPLATES,
    VERSION,
    dispatch,
    following,
    notice_of,
    rendering,
)
from hypothesis import given
from hypothesis import strategies as st
from needs import find, needs
from playwright.sync_api import sync_playwright
from rfc5322 import faults

from mailer.compose.markdown import to_html, to_text
from mailer.compose.message import build
from mailer.compose.slots import Copies, dot_stuffed
from mailer.compose.templates import Rendered
from mailer.compose.text import columns, wrap
from mailer.core.model import Contact, DispatchKind, Embargo, Version


def of(body: str, headline: str = ENGLISH.headline) -> Version:
    return replace(VERSION, editions=(replace(ENGLISH, body=body, headline=headline),))


def copy(version: Version, reader: Contact = ASHA) -> Rendered:
    return rendering(TEMPLATES, version, dispatch(), reader)


def received(version: Version) -> tuple[str, str]:
    """Both parts, as another program reads them."""
    rendered = copy(version)
    built = build(rendered, version, dispatch(), ASHA, OFFICE, OWN, SENT)
    assert faults(built.content) == []
    parsed = message_from_bytes(built.content, policy=policy.default)
    parts = [parsed.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (str(part.get_content()).replace("\r\n", "\n") for part in parts if part)
    assert (text, html) == (rendered.text, rendered.html)
    return text, html


# --- what the plain text keeps ----------------------------------------------------------------


def test_a_table_keeps_its_columns_and_their_sides() -> None:
    table = "| Harbour | Out |Mid|\n|:--|--:|:-:|\n| Port | 4 | a |\n| 東京港 | 112 | b |\n"
    assert to_text(table, []).split("\n") == [
        "Harbour  Out  Mid",
        "-------  ---  ---",
        "Port       4   a",
        "東京港   112   b",
    ]
    html = to_html(table)
    assert html.count('style="text-align:right"') == 3
    inlined = copy(of(table)).html
    assert len(re.findall(r"<t[hd] style=[^>]*text-align: ?right", inlined)) == 3
    assert len(re.findall(r"<t[hd] style=[^>]*text-align: ?center", inlined)) == 3
    assert re.search(r"<th style=[^>]*text-align: start", copy(of("|a|\n|-|\n|b|\n")).html)


def test_a_table_that_is_too_wide_is_told_row_by_row() -> None:
    wide = "| Harbour | What happened |\n|--|--|\n" + f"| Port Ellan | {'a surge ' * 12}|\n"
    lines = to_text(wide, []).split("\n")
    assert lines[0] == "Harbour: Port Ellan"
    assert lines[1].startswith("What happened: a surge")
    assert max(map(columns, lines)) <= 72


def test_quotations_and_lists_keep_their_marks_however_deep() -> None:
    deep = "> outer\n>\n> > inner\n>\n> - item\n\n- one\n  - two\n    - three\n      1. four\n"
    lines = to_text(deep, []).split("\n")
    for line in ("> outer", "> > inner", "> - item", "- one", "  - two", "    - three"):
        assert line in lines
    assert "      1. four" in lines


def test_never_a_telephone_number_that_only_the_html_has() -> None:
    said = "[Call us](tel:+44-20-7946-0123), or [020 7946 0123](tel:+442079460123)."
    assert to_text(said, []) == "Call us (+44-20-7946-0123), or 020 7946 0123."


def test_a_long_address_stays_whole_in_both_parts() -> None:
    address = "https://example.org/" + "a" * 300
    text, html = received(of(f"Words <{address}> and [more]({address}b)."))
    assert f"\n{address}\nand" in text
    assert f"\n[1] {address}b\n" in text
    assert f'href="{address}b"' in html


@given(
    st.text(st.sampled_from("ab 日本。「」é漢字ー\u064bж🙂\t"), max_size=200), st.integers(8, 72)
)
def test_no_line_is_wider_than_asked_and_no_letter_is_lost(words: str, width: int) -> None:
    lines = wrap(words, width).split("\n")
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", words)
    for line in lines:
        ideographs = re.search("[日本漢字]", line)
        assert columns(line) <= width + (20 if ideographs else 0) or " " not in line.strip()


def test_a_text_without_spaces_is_broken_where_its_readers_break_it() -> None:
    lines = wrap("日本語の段落は「引用」を含み、七十二桁で折り返す。" * 5).split("\n")
    assert len(lines) == 4
    assert all(66 <= columns(line) <= 72 for line in lines[:-1])
    assert not any(line[0] in "、。」" or line[-1] == "「" for line in lines)
    russian = wrap("Довольно длинная русская строка " * 5).split("\n")
    assert all(60 <= len(line) <= 72 for line in russian[:-1])


# --- what could break the message -------------------------------------------------------------


def test_lines_of_dots_and_lines_without_end_arrive_as_they_were() -> None:
    body = ".\n\n..\n\n. a\n\n```\n.\n" + "x" * 3000 + "\n```\n\n" + "é" * 3000
    version = of(body)
    text, _ = received(version)
    for line in (".", "..", ". a", "    .", "    " + "x" * 3000, "é" * 3000):
        assert f"\n{line}\n" in text
    copies = Copies(TEMPLATES, version, dispatch(), OFFICE)
    filled = copies.fill(ASHA, OWN, SENT)
    whole = build(copy(version), version, dispatch(), ASHA, OFFICE, OWN, SENT)
    assert filled.data == dot_stuffed(whole.content)
    assert max(map(len, filled.data.split(b"\r\n"))) <= 998
    assert filled.data.count(b"\r\n.\r\n") == 1


@pytest.mark.parametrize(
    "headline",
    ["W" * 400, "Words " * 80, '“We ‘never’ knew” & "then" <left> it\'s =?utf-8?q?x?=', "Ω" * 400],
    ids=["one word", "long", "quotes", "greek"],
)
def test_any_headline_reads_back_in_subject_and_text(headline: str) -> None:
    version = of("Text.", headline)
    received(version)
    rendered = copy(version)
    assert rendered.subject.endswith(headline.strip())
    assert headline.strip()[:60] in re.sub(r"\s+", " ", rendered.text)
    assert "<left>" not in rendered.html


def test_a_text_of_150_kb_is_whole_and_still_begins_and_ends_with_its_embargo() -> None:
    paragraph = "The gauge lost its power twice, once at the very peak of the surge. " * 5
    version = of("\n\n".join(f"{number}. {paragraph}" for number in range(440)))
    text, html = received(version)
    notice = notice_of(version, dispatch(), ASHA)
    assert len(html) > 150_000
    assert text.startswith("\n".join(notice))
    assert text.endswith("\n".join(notice) + "\n")
    assert text.count("very peak") == html.count("very peak") == 2200


# --- two scripts in one text ------------------------------------------------------------------


def arabic(body: str) -> str:
    version = replace(VERSION, editions=(replace(ARABIC, body=body),))
    return copy(version, LAYLA).html


def test_what_runs_the_other_way_as_a_whole_says_so_as_a_whole() -> None:
    html = arabic("نص\n\n- One\n- Two\n\n> Quoted.\n\n| A | B |\n|--|--|\n| c | d |\n\n- نص\n")
    for tag in ("ul", "blockquote", "table"):
        assert re.search(rf'<{tag} dir="ltr"', html), tag
    assert not re.search(r'<(li|p|td|th)[^>]* dir="ltr"[^>]*>(One|Two|Quoted|c)', html)
    assert len(re.findall("<ul", html)) == 2
    english = copy(of("Text.\n\n- واحد\n- اثنان\n\n> اقتباس\n")).html
    assert re.search(r'<ul dir="rtl"', english)
    assert re.search(r'<blockquote dir="rtl"', english)


def test_an_item_among_others_keeps_its_mark_where_theirs_are() -> None:
    html = arabic("- عنصر\n- An item, in English.\n\n\n1. أولًا\n\n2. Second.\n")
    assert re.search(r"<li[^>]*><span dir=\"ltr\">An item", html)
    assert re.search(r'<p dir="ltr"[^>]*>Second', html)
    assert not re.search(r"<(ul|ol|li) dir=", html)
    nested = arabic("> - One\n> - نص\n")
    assert not re.search(r"<(blockquote|ul) dir=", nested)


def test_a_telephone_number_among_arabic_words_keeps_its_order() -> None:
    said = "هاتف +44 20 7946 0123 أو [+44 20 7946 0124](tel:+442079460124)."
    for part in (arabic(said), to_text(said, [])):
        assert "\u200e+44 20 7946 0123" in part
        assert "\u200e+44 20 7946 0124" in part
    assert 'href="tel:+442079460124"' in arabic(said)
    assert "\u200e" not in to_html("Call +44 20 7946 0123.")


# --- what other programs say ------------------------------------------------------------------

ODD = """\
A table:

| Harbour | Outages | Repair |
|:--|--:|:-:|
| Port | 4 | `19` |
| ميناء | 112 | 3 |

- one
  - two

    two again
- عنصر

> quoted
>
> > deeper

1. First.

    code

2. *second* **and [third](https://example.org/x)**

- واحد
- اثنان

##### A heading too deep

![remote](https://example.org/x.png) <b>typed</b> [nowhere](javascript:x)

---
"""
PAGES = {
    "odd": copy(of(ODD)).html,
    "arabic": arabic(ODD),
    "correction": rendering(
        TEMPLATES,
        replace(of(ODD), before=(ENGLISH,)),
        following(DispatchKind.CORRECTION),
        LAYLA,
    ).html,
}


@needs("tidy", "apt install tidy")
@pytest.mark.parametrize("page", PAGES)
def test_odd_html_is_valid(page: str) -> None:
    done = subprocess.run(
        [find("tidy") or "tidy", "-quiet", "-errors", "-utf8", "--doctype", "html5"],
        input=PAGES[page].encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stderr.decode() == ""


@needs("chromium", "apt install chromium")
def test_odd_html_fits_a_telephone_and_can_be_read_and_heard() -> None:
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find("chromium"), args=["--no-sandbox"]
        )
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme, viewport={"width": 360, "height": 800})
            page.route("**/*", lambda route: route.abort())
            for name, html in PAGES.items():
                page.set_content(html)
                assert page.evaluate("document.documentElement.scrollWidth") <= 360
                for fault in Axe().run(page).response["violations"]:
                    found[scheme, name] = f"{fault['id']}: {fault['nodes'][0]['html']}"
        browser.close()
    assert not found


# --- what is not there ------------------------------------------------------------------------


@pytest.mark.parametrize("template", ["national", "wires", "broadcast", "arabic"])
def test_without_contacts_notes_or_lines_nothing_is_announced(template: str) -> None:
    bare = replace(ENGLISH, subhead="", dateline="", notes="")
    version = replace(VERSION, editions=(bare,), contacts=())
    rendered = rendering(TEMPLATES, version, dispatch(template), ASHA)
    for words in ("Notes to editors", "Press contact", "Also available", "Attached", "interview"):
        assert words not in rendered.text
        assert words not in rendered.html
    assert "\n\n\n" not in rendered.text
    assert not re.search(r"<(p|div|h2)[^>]*>\s*</", rendered.html)
    closing = rendered.html.rpartition('class="embargo"')[2]
    assert "margin: 32px 0 0" in closing.partition(">")[0]


def test_where_both_zones_are_the_same_the_embargo_is_said_once() -> None:
    london = replace(ASHA, timezone="Europe/London")
    [line] = notice_of(VERSION, dispatch(), london)
    rendered = copy(VERSION, london)
    assert rendered.text.count(line) == 2
    assert "as issued" not in rendered.text
    lisbon = replace(ASHA, timezone="Europe/Lisbon")
    assert len(notice_of(VERSION, dispatch(), lisbon)) == 2


def test_an_audience_with_its_own_embargo_reads_that_one_everywhere() -> None:
    later = Embargo(LIFT + timedelta(hours=5), "America/New_York")
    own = rendering(TEMPLATES, VERSION, replace(dispatch(), embargo=later), CLAIRE)
    for words in (own.text, re.sub("</?span[^>]*>", "", own.html)):
        assert words.count("New York, UTC-05:00") == 2
    assert "06:01" in own.subject
    assert "01:01" in rendering(TEMPLATES, VERSION, dispatch(), CLAIRE).subject
