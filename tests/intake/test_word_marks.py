"""What a Word file holds beside its text never goes to a journalist unseen."""

from __future__ import annotations

import io
import zipfile

import pytest
from documents_made import word

from mailer.core.errors import DocumentError
from mailer.core.model import Draft
from mailer.intake import files
from mailer.intake.documents import parse

TEXT = "A water board was fined on Monday for letting sewage into a river for eleven days."
HEAD = ("PRESS RELEASE", "Embargo: 00:01 GMT, 3 March 2026", "**Water board fined**")


HIDING = (
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:style w:type="character" w:styleId="Note"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Resting"><w:basedOn w:val="Note"/></w:style></w:styles>'
)


def draft_of(
    mark: str, *, part: str = "word/document.xml", head: str = "", styles: str = ""
) -> Draft:
    """A draft of a Word file in which `MARK` is replaced by this XML."""
    made = word([*HEAD, f"{TEXT} MARK More."], head=head)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            if name == part:
                end, begin = "</w:t></w:r>", "<w:r><w:t xml:space='preserve'>"
                content = content.replace("MARK", f"{end}{mark}{begin}")
            if name != "word/styles.xml" or not styles:
                new.writestr(name, content)
        if styles:
            new.writestr("word/styles.xml", styles)
    return parse("release.docx", out.getvalue())


def said(draft: Draft) -> dict[str, str]:
    return {w.code: w.message for w in draft.warnings if w.code != "not-found"}


@pytest.mark.parametrize("on", ["<w:vanish/>", "<w:vanish w:val='1'/>", "<w:b/><w:vanish/>"])
def test_hidden_text_is_never_sent(on: str) -> None:
    draft = draft_of(f"<w:r><w:rPr>{on}</w:rPr><w:t>the source is Ann</w:t></w:r>")
    assert "Ann" not in repr((draft.headline, draft.subhead, draft.body, draft.notes))
    assert said(draft) == {"hidden-text": "hidden text was left out: the source is Ann"}
    assert draft.body == f"{TEXT}  More." or draft.body == f"{TEXT} More."


@pytest.mark.parametrize(
    "hidden",
    [
        "<w:r><w:rPr><w:rStyle w:val='Note'/></w:rPr><w:t>the source is Ann</w:t></w:r>",
        "<w:r><w:rPr><w:rStyle w:val='Resting'/></w:rPr><w:t>the source is Ann</w:t></w:r>",
    ],
)
def test_text_that_its_style_hides_is_never_sent(hidden: str) -> None:
    draft = draft_of(hidden, styles=HIDING)
    assert "Ann" not in repr((draft.headline, draft.subhead, draft.body, draft.notes))
    assert said(draft) == {"hidden-text": "hidden text was left out: the source is Ann"}


def test_text_that_is_shown_against_its_style_stays() -> None:
    shown = "<w:rPr><w:rStyle w:val='Note'/><w:vanish w:val='0'/></w:rPr>"
    assert "Ann" in draft_of(f"<w:r>{shown}<w:t>Ann</w:t></w:r>", styles=HIDING).body


@pytest.mark.parametrize(("rows", "told"), [(2, True), (1, False)])
def test_a_table_of_figures_that_lost_its_form_is_told(rows: int, told: bool) -> None:
    cells = "".join(f"<w:tc><w:p><w:r><w:t>{n}</w:t></w:r></w:p></w:tc>" for n in (12, 31))
    table = f"<w:tbl>{f'<w:tr>{cells}</w:tr>' * rows}</w:tbl>"
    assert ("columns" in said(draft_of(f"</w:p>{table}<w:p>"))) is told


def test_a_word_file_of_very_many_pieces_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_TAGS", 40)
    with pytest.raises(DocumentError, match="more than 40 pieces of text"):
        draft_of("<w:r><w:t>a</w:t></w:r>" * 10)


def test_text_that_is_switched_not_to_be_hidden_stays() -> None:
    draft = draft_of("<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>Ann</w:t></w:r>")
    assert "Ann" in draft.body
    assert not said(draft)


def test_hidden_text_in_a_page_head_is_never_sent() -> None:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>Embargo: 9 April 2026, 10:00 GMT</w:t></w:r>"
    draft = draft_of(hidden, part="word/header1.xml", head="Water Court MARK")
    assert draft.embargo_line == "Embargo: 00:01 GMT, 3 March 2026"
    assert "hidden-text" in said(draft)


@pytest.mark.parametrize(
    "mark",
    [
        "<w:del w:id='1'><w:r><w:delText>GONE</w:delText></w:r></w:del>",
        "<w:ins w:id='1'><w:r><w:t>NEW</w:t></w:r></w:ins>",
        "<w:moveFrom w:id='1'><w:r><w:t>GONE</w:t></w:r></w:moveFrom>",
    ],
)
def test_changes_under_review_are_said(mark: str) -> None:
    draft = draft_of(mark)
    assert "tracked-changes" in said(draft)
    assert "GONE" not in draft.body
    assert ("NEW" in mark) == ("NEW" in draft.body)


def test_struck_out_text_is_said() -> None:
    draft = draft_of("<w:r><w:rPr><w:strike/></w:rPr><w:t>two billion</w:t></w:r>")
    assert said(draft)["struck-text"].endswith(": two billion")


def test_a_plain_file_is_left_as_it_is() -> None:
    assert not said(draft_of("<w:r><w:rPr><w:b/></w:rPr><w:t>bold</w:t></w:r>"))


def test_an_embargo_in_two_cells_of_a_table_is_one() -> None:
    cells = "".join(
        f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"
        for text in ("Embargo", "00:01 GMT, 3 March 2026")
    )
    made = word(["PRESS RELEASE", "TABLE", "**Water board fined**", TEXT])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            row = "<w:p><w:r><w:t xml:space='preserve'>TABLE</w:t></w:r></w:p>"
            table = f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
            new.writestr(name, old.read(name).decode().replace(row, table))
    draft = parse("release.docx", out.getvalue())
    assert draft.embargo_line == "Embargo 00:01 GMT, 3 March 2026"
    assert (draft.headline, draft.body) == ("Water board fined", TEXT)
