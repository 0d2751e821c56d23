"""What must hold for every text and every file, however strange."""

import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.core.errors import DocumentError
from mailer.core.model import Draft
from mailer.intake.documents import read, to_json
from mailer.intake.files import lines_of
from mailer.intake.plain import draft_of

WORDS = st.text("abcdefghijklmnopqrstuvwxyzéßжя", min_size=1, max_size=12)
FRAGMENTS = st.sampled_from(
    ["# ", "## ", "**", "- ", "1. ", "> ", "`", "```", "\n", "\n\n", "\f", "+++\n", "---", "===",
     "“", "”", '"', "«", "[", "](", ")", "<", "Contact: ", "PRESS RELEASE", "EMBARGOED UNTIL ",
     "8 October 2013", "Ref: ", "+44 7700 900123", "a@b.example", "ENDS", "About ", "|", "\\",
     "Notes to editors", "Attachment: a.csv", " — ", "LONDON", "\u202e", "\x00", "٣", "\r", "(0)"]
)  # fmt: skip


def read_bytes(content: bytes, suffix: str) -> Draft | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"advisory{suffix}"
        path.write_bytes(content)
        try:
            return read(path)
        except DocumentError as error:
            message = str(error)
    assert "\n" not in message
    return None


@given(st.lists(st.one_of(FRAGMENTS, WORDS, st.text(max_size=20)), max_size=40).map("".join),
       st.sampled_from([".md", ".txt"]))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_no_text_ever_raises_anything_but_document_error(text: str, suffix: str) -> None:
    draft = read_bytes(text.encode("utf-8", "surrogatepass"), suffix)
    if draft:
        assert list(to_json(draft)) == list(to_json(Draft()))


@given(st.binary(max_size=300), st.sampled_from([".md", ".txt", ".docx", ".pdf"]))
@settings(max_examples=200, deadline=None)
def test_no_bytes_ever_raise_anything_but_document_error(content: bytes, suffix: str) -> None:
    magic = {".docx": b"PK\x03\x04", ".pdf": b"%PDF-1.4\n"}.get(suffix, b"")
    read_bytes(content, suffix)
    read_bytes(magic + content, suffix)


PARAGRAPH = st.lists(WORDS, min_size=12, max_size=40).map(lambda w: " ".join(w).capitalize() + ".")


@given(
    st.lists(PARAGRAPH, min_size=1, max_size=5),
    st.sampled_from(["", "PRESS RELEASE\n\n", "# Harbour Watch\n\n## STATEMENT\n\n8 May 2026\n\n"]),
    st.sampled_from(
        ["", "\n\nENDS\n\nNotes to editors\n\n", "\n\nContact: Ann Lee, a@b.example\n\n"]
    ),
    st.booleans(),
)
@settings(deadline=None)
def test_no_word_of_the_text_is_ever_lost(
    paragraphs: list[str], masthead: str, tail: str, wrapped: bool
) -> None:
    text = f"{masthead}A quiet headline\n\n" + "\n\n".join(paragraphs) + tail + paragraphs[0]
    found = draft_of(lines_of(text, numbered=True)[0], wrapped=wrapped, typeset=False)
    everything = f"{found.headline} {found.subhead} {found.dateline} {found.body} {found.notes}"
    kept = set(re.findall(r"\w+", everything.casefold()))
    lost = set(re.findall(r"\w+", " ".join(paragraphs).casefold())) - kept
    assert lost == set()
