"""Word, PDF and text files as they come, whole, broken and hostile."""

import os
import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from documents_made import pdf, word

from mailer.core.errors import DocumentError
from mailer.core.model import Draft
from mailer.intake import files
from mailer.intake.documents import read, to_json

PARAGRAPHS = [
    "MEDIA ADVISORY",
    "8 October 2026\nRef: HW 12/2026",
    "**Small boats land half the catch they did",
    "Small fishing boats on the northern coast land half the fish they did ten years ago,"
    " Harbour Watch said today in a report drawn from nine harbours.",
    "• one harbour in three has no buyer",
    "• trips take nineteen hours",
    "[the report",
    "Notes to editors",
    "The books are public. press_office is one word, and 5*3 is 15.",
    "Media contact: Ann Lee, Press Officer, ann_lee@harbourwatch.example, +44 7700 900123 (mobile)",
]


def saved(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(DocumentError) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def assert_is_the_advisory(draft: Draft) -> None:
    found = to_json(draft)
    assert found["organisation"] == "HARBOUR WATCH"
    assert found["kind"] == "media advisory"
    assert draft.date == date(2026, 10, 8)
    assert found["reference"] == "HW 12/2026"
    assert found["headline"] == "Small boats land half the catch they did"
    assert draft.body.startswith("Small fishing boats on the northern coast land half the fish")
    assert "- one harbour in three has no buyer\n- trips take nineteen hours" in draft.body
    assert "press_office is one word, and 5*3 is 15." in draft.notes
    (contact,) = draft.contacts
    assert (contact.name, contact.role) == ("Ann Lee", "Press Officer")
    assert contact.email == "ann_lee@harbourwatch.example"
    assert [(p.number, p.label) for p in contact.phones] == [("+447700900123", "mobile")]
    assert draft.warnings == ()


# --- Word -------------------------------------------------------------------------------------


def test_word(tmp_path: Path) -> None:
    draft = read(saved(tmp_path, "a.docx", word(PARAGRAPHS, head="HARBOUR WATCH")))
    assert_is_the_advisory(draft)
    assert [(x.text, x.url) for x in draft.links] == [
        ("the report", "https://harbourwatch.example/report")
    ]


def test_embargo_in_the_head_of_a_word_page_is_not_missed(tmp_path: Path) -> None:
    content = word(PARAGRAPHS, head="EMBARGOED UNTIL 00:01 GMT, 9 OCTOBER 2026", foot="Page 1")
    draft = read(saved(tmp_path, "a.docx", content))
    assert draft.embargo_line == "EMBARGOED UNTIL 00:01 GMT, 9 OCTOBER 2026"
    assert "Page" not in draft.body + draft.notes


def test_word_bomb_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED", 1_000_000)
    content = word(PARAGRAPHS, more={"word/media/bomb.bin": bytes(2_000_000)})
    assert len(content) < 10_000
    assert "unpacks to over 1 MB" in refused(saved(tmp_path, "a.docx", content))


def test_word_file_with_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x>&e12;</x>'
    content = word(PARAGRAPHS, more={"word/header9.xml": bomb.encode()})
    assert "no Word file that can be read" in refused(saved(tmp_path, "a.docx", content))


@pytest.mark.parametrize("content", [b"", b"no zip", word([])[:200], b"PK\x05\x06" + bytes(18)])
def test_broken_word_file(tmp_path: Path, content: bytes) -> None:
    assert "a.docx: is no Word file" in refused(saved(tmp_path, "a.docx", content))


# --- PDF --------------------------------------------------------------------------------------

PAGES = [
    [
        "HARBOUR WATCH", "", "MEDIA ADVISORY", "", "8 October 2026", "Ref: HW 12/2026", "",
        "**Small boats land half the catch they did", "",
        "Small fishing boats on the northern coast land half the fish they did ten years ago, Har-",
        "bour Watch said today in a report drawn from nine harbours. The books of the fish-",
        "eries offices were read by hand for this report, one after the other, and the figures", "",
        "Harbour Watch - page 1",
    ],
    [
        "HARBOUR WATCH", "", "were then added up by two people who never met each other.", "",
        "• one harbour in three has no buyer", "• trips take nineteen hours", "",
        "Notes to editors", "",
        "The books are public. press_office is one word, and 5*3 is 15.", "",
        "Media contact: Ann Lee, Press Officer, ann_lee@harbourwatch.example,",
        "+44 7700 900123 (mobile)", "", "Harbour Watch - page 2",
    ],
]  # fmt: skip


def test_pdf(tmp_path: Path) -> None:
    draft = read(saved(tmp_path, "a.pdf", pdf(PAGES)))
    assert_is_the_advisory(draft)
    assert "the fisheries offices were read" in draft.body.replace("\n", " ")
    assert "and the figures were then added up by two people" in draft.body
    assert "HARBOUR WATCH" not in draft.body
    assert "page" not in draft.body + draft.notes


def test_a_pdf_in_two_columns_says_that_its_order_may_be_wrong(tmp_path: Path) -> None:
    left = ["A water board was fined", "two million pounds on", "Monday for letting sewage"]
    right = ["into a river for eleven", "days last summer, a court", "said. It will appeal."]
    path = tmp_path / "two.pdf"
    beside = [f"{one}\t{other}" for one, other in zip(left, right, strict=True)]
    path.write_bytes(pdf([["PRESS RELEASE", "", *beside]]))
    assert "columns" in {warning.code for warning in read(path).warnings}
    path.write_bytes(pdf([["PRESS RELEASE", "", *left, *right]]))
    assert "columns" not in {warning.code for warning in read(path).warnings}


def test_pdf_without_text_says_so(tmp_path: Path) -> None:
    assert "holds images and no text" in refused(saved(tmp_path, "a.pdf", pdf([[], []])))


def test_right_to_left_pdf_is_refused_as_its_order_is_lost(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.pdf", pdf([["x"]]))
    with pytest.MonkeyPatch.context() as patch:
        printed = [files._Printed(text="\ufee5\ufe8d\ufeee\ufee8\ufecb", y=700.0, size=11.0)]
        patch.setattr(files, "_printed", lambda _: printed)
        assert "send the Word file or the text" in refused(path)


def test_encrypted_pdf_says_so(tmp_path: Path) -> None:
    lock = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]" % (
        b"11" * 32,
        b"22" * 32,
    )
    assert "is encrypted" in refused(saved(tmp_path, "a.pdf", pdf(PAGES, extra=lock)))


def test_pdf_of_very_many_pages_is_refused(tmp_path: Path) -> None:
    content = pdf([["x"]] * (files.MAX_PAGES + 1))
    assert "more than 200 pages" in refused(saved(tmp_path, "a.pdf", content))


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"not a pdf", pdf(PAGES)[:900]])
def test_broken_pdf(tmp_path: Path, content: bytes) -> None:
    message = refused(saved(tmp_path, "a.pdf", content))
    assert message.startswith("a.pdf: ")


# --- text -------------------------------------------------------------------------------------


def test_file_that_is_missing(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.md").startswith("no.md: there is no such file in ")


@pytest.mark.parametrize("name", ["a.odt", "a.html", "a"])
def test_suffix_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    assert "accepted: .md, .txt, .docx, .pdf" in refused(saved(tmp_path, name, b"x"))


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word file"),
        ("a.docx", b"%PDF-1.7", "a PDF"),
        ("a.txt", b"{\\rtf1\\ansi PRESS RELEASE}", "rich text"),
        ("a.txt", b"<!DOCTYPE html><p>PRESS RELEASE", "a web page"),
        ("a.md", b"PK\x03\x04", "a Word file"),
    ],
)
def test_a_file_of_another_kind_than_its_name_says_is_refused(
    tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    message = refused(saved(tmp_path, name, content))
    assert f"{name}: is {what}" in message
    assert "save it as .docx" in message


def test_never_a_comment_in_markdown_sent(tmp_path: Path) -> None:
    text = "# A headline\n\nOne <!-- TODO: ask\nlegal --> two.\n\n[x](#)\n\nThree <!-- and no end."
    draft = read(saved(tmp_path, "a.md", text.encode()))
    assert "legal" not in draft.body
    assert "and no end." in draft.body
    found = {w.code: w.line for w in draft.warnings if w.line}
    assert found == {"hidden-text": 3, "link-nowhere": 6}


def test_text_with_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    text = "\ufeffPRESS RELEASE\r\n\r\nA headline\r\n\r\n[x](#)\r\n"
    draft = read(saved(tmp_path, "a.txt", text.encode()))
    assert draft.kind == "press release"
    assert [w.line for w in draft.warnings if w.code == "link-nowhere"] == [5]


def test_text_that_is_not_utf8_says_where(tmp_path: Path) -> None:
    message = refused(saved(tmp_path, "a.txt", b"one\r\ntwo\r\ncaf\xe9\r\n"))
    assert message == "a.txt: line 3: byte 0xe9 is not UTF-8; save the file as UTF-8"
    assert "UTF-16" in refused(saved(tmp_path, "b.txt", "one".encode("utf-16")))


def test_text_that_is_too_large(tmp_path: Path) -> None:
    message = refused(saved(tmp_path, "a.md", b"x" * (files.MAX_TEXT + 1)))
    assert message == "a.md: is larger than 2 MB; is it an advisory?"


def test_text_of_very_many_lines_is_refused(tmp_path: Path) -> None:
    message = refused(saved(tmp_path, "a.txt", b"a\n" * (files.MAX_LINES + 1)))
    assert "a.txt: has more than 20,000 lines" in message


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
def test_file_that_is_too_large(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_FILE", 1_000_000)
    assert "larger than 1 MB" in refused(saved(tmp_path, f"a{suffix}", bytes(1_000_001)))


def test_what_is_no_file_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.md").mkdir()
    assert "no regular file" in refused(tmp_path / "pipe.txt")
    assert "no regular file" in refused(tmp_path / "folder.md")


def test_a_name_with_terminal_codes_is_shown_without_them(tmp_path: Path) -> None:
    assert "\x1b" not in refused(tmp_path / "a\x1b[31m.md")
    assert "cannot be opened" in refused(tmp_path / "a\x00.md")


def test_an_empty_file_is_an_empty_draft(tmp_path: Path) -> None:
    draft = read(saved(tmp_path, "a.txt", b""))
    assert {w.code for w in draft.warnings} == {"not-found"}
    assert len(draft.warnings) == 7
