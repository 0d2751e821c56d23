import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.compose.markdown import to_html, to_text
from mailer.compose.text import WIDTH, one_line, paragraphs, tidy, wrap

MARKS = st.text(
    st.sampled_from(list("ab *_`[]()<>!#-+1.|\n\t\\&;:/\"'=~\x00\x1b\u202e\ud800é漢ع"))
) | st.lists(
    st.sampled_from(
        [
            "[x](javascript:alert(1))",
            "<script>",
            "![a](http://x/i.png)",
            "[t](http://e.x/ 'q')",
            "| a | b |\n|--|--|\n| c | d |",
            "<http://a.b>",
            *("\n", "- ", "> ", "    ", "*", "text "),
        ]
    )
).map("".join)


class Allowed(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@given(MARKS)
@example("*a " * 3000 + "b* " * 3000)
@example("> " * 3000 + "x")
def test_no_markdown_becomes_anything_but_text(source: str) -> None:
    parser = Allowed()
    parser.feed(to_html(source))
    for tag, attributes in parser.seen:
        assert tag not in {"script", "img", "style", "iframe", "form", "svg", "base", "link"}
        assert set(attributes) <= {"href", "start", "align", "dir"}
        assert attributes.get("dir", "rtl") == "rtl"
        assert re.match(r"(?i)(https?|mailto|tel):|$", attributes.get("href") or "")


@given(MARKS)
def test_plain_text_has_no_control_characters_and_no_line_too_long(source: str) -> None:
    text = to_text(source, [])
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]", text)
    for line in text.split("\n"):
        long_word = max(map(len, re.split(r"\s+", line)), default=0)
        assert len(line) <= WIDTH or long_word > WIDTH / 3 or line.startswith(("    ", ">", "-"))


@given(st.lists(st.text("abc", min_size=1, max_size=9), max_size=60))
def test_no_word_of_a_paragraph_is_lost(words: list[str]) -> None:
    assert to_text(" ".join(words), []).split() == words


def test_links_become_numbered_footnotes_and_mail_addresses_stay() -> None:
    notes: list[str] = []
    text = to_text(
        "See [the report](https://e.org/a), [again](https://e.org/a), <https://e.org/b>, "
        "[Ann](mailto:ann@e.org?subject=x) or [ann@e.org](mailto:ann@e.org).",
        notes,
    )
    assert text == (
        "See the report [1], again [1], https://e.org/b, Ann <ann@e.org> or\nann@e.org."
    )
    assert notes == ["https://e.org/a"]
    assert to_text("[more](https://e.org/c)", notes) == "more [2]"


@pytest.mark.parametrize(
    "href", ["#", "javascript:alert(1)", "/x", "data:text/html,x", "file:///e"]
)
def test_a_link_that_leads_nowhere_is_only_its_words(href: str) -> None:
    notes: list[str] = []
    assert "words" in to_text(f"[words]({href})", notes)
    assert "<a" not in to_html(f"[words]({href})")
    assert notes == []


def test_an_image_is_its_alternative_text() -> None:
    assert to_text("![A gauge](https://e.org/x.png)", []) == "A gauge"
    assert to_html("![A gauge](https://e.org/x.png)") == "<p>A gauge</p>\n"


def test_lists_quotations_headings_and_tables_keep_their_shape() -> None:
    source = (
        "# Title *here*\n\n9. one\n   more\n10. two\n    - deep\n\n> said\n>\n> twice\n\n"
        "| a | bb |\n|---|----|\n| ccc | d |\n\n```\ncode  x\n```\n\n---\n\na  \nb"
    )
    assert to_text(source, []) == (
        "Title here\n----------\n\n9. one more\n10. two\n    - deep\n\n> said\n>\n> twice\n\n"
        "a    bb\n---  --\nccc  d\n\n    code  x\n\n* * *\n\na\nb"
    )


def test_a_table_too_wide_is_read_row_by_row() -> None:
    wide = "word " * 20
    text = to_text(f"| Port | Why |\n|---|---|\n| Ellan | {wide}|\n| Osk | {wide}|", [])
    assert text.startswith("Port: Ellan\nWhy: word word")
    assert "\n\nPort: Osk\n" in text


def test_text_helpers() -> None:
    assert one_line("  a\r\nb\x00\t c\u202e\u2028d ") == "a b c d"
    assert paragraphs("a\r\nb\rc\x1b[0m") == "a\nb\nc[0m"
    assert paragraphs("\ud800") == "\ufffd"
    assert tidy("\n\na  \n\n\n\nb\n\n") == "a\n\nb\n"
    assert wrap("a b", 2) == "a\nb"
    assert wrap("") == ""
