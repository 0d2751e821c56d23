"""Lists from spreadsheets, honest and hostile."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from mailer.core.errors import ListError
from mailer.core.model import Contact
from mailer.intake import rows
from mailer.intake.contacts import read_list

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def book(tmp_path: Path):
    """A workbook of these rows, saved; `sheet` replaces the XML of its sheet."""

    def save(*lines: list[object], sheet: str = "") -> Path:
        path = tmp_path / "list.xlsx"
        workbook = Workbook()
        for line in lines:
            workbook.active.append(line)
        workbook.save(path)
        if sheet:
            with zipfile.ZipFile(path) as old:
                parts = {name: old.read(name) for name in old.namelist()}
            parts["xl/worksheets/sheet1.xml"] = sheet.encode()
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
                for name, content in parts.items():
                    new.writestr(name, content)
        return path

    return save


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_cells_of_every_type_are_read(book) -> None:
    report = read_list(
        book(
            ["Email", "embargo_accepted", "verified", "tags", "name"],
            ["a@x.example", True, date(2026, 3, 31), 2026, "Ana"],
            [],
            ["b@x.example", 1, datetime(2026, 3, 31, 9, 30), 7.0, None],  # noqa: DTZ001
            ["c@x.example", False, "soon", None, 1.5],
        )
    )
    assert report.contacts == (
        Contact(
            "a@x.example", "Ana", tags=("2026",), embargo_accepted=True, verified=date(2026, 3, 31)
        ),
        Contact("b@x.example", tags=("7",), embargo_accepted=True, verified=date(2026, 3, 31)),
        Contact("c@x.example", "1.5"),
    )
    assert [(f.row, f.column, f.code) for f in report.findings] == [(5, "verified", "bad-date")]


def test_a_formula_is_what_the_sheet_last_showed(book) -> None:
    shown = '<c r="B2" t="str"><f>HYPERLINK("http://x.example")</f><v>Ana</v></c>'
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData>'
        f'<row r="1">{cell("A1", "email")}{cell("B1", "name")}</row>'
        f'<row r="2">{cell("A2", "a@x.example")}{shown}</row>'
        f'<row r="3"><c r="A3"><f>LOWER("B@X.EXAMPLE")</f></c>{cell("B3", "=1+1")}</row>'
        "</sheetData></worksheet>"
    )
    report = read_list(book(["x"], sheet=sheet))
    assert report.contacts == (Contact("a@x.example", "Ana"),)
    assert [(f.row, f.code) for f in report.findings] == [(3, "missing-address")]


def test_a_line_break_in_a_cell_never_reaches_an_address(book) -> None:
    report = read_list(book(["email", "name"], ["a@x.example\nBcc: b@x.example", "x"]))
    assert report.contacts == ()
    assert [f.code for f in report.findings] == ["unsafe-address"]


def test_a_row_with_more_cells_than_the_header_is_refused(book) -> None:
    report = read_list(book(["email"], ["a@x.example", "more"], ["b@x.example"]))
    assert [c.email for c in report.contacts] == ["b@x.example"]
    assert [(f.row, f.code, f.value) for f in report.findings] == [(2, "too-many-fields", "more")]


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is(book) -> None:
    sheet = (
        f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>'
        f'<row r="1">{cell("A1", "email")}{cell("ZZZ1", "far")}</row>'
        f'<row r="3">{cell("A3", "a@x.example")}</row></sheetData></worksheet>'
    )
    report = read_list(book(["x"], sheet=sheet))
    assert (report.contacts, report.findings) == ((Contact("a@x.example"),), ())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>', "more rows than a sheet"),
        ('<row r="2"><c r="A2" t="s"><v>99</v></c></row>', "not a readable .xlsx"),
        ('<row r="2"><c r="A2" t="s"><v>x</v></c></row>', "not a readable .xlsx"),
        ("<row", "not a readable .xlsx"),
        ("&a;", "not a readable .xlsx"),
    ],
)
def test_a_crafted_sheet_is_one_clear_line(book, row: str, said: str, monkeypatch) -> None:
    monkeypatch.setattr(rows, "MAX_SHEET_ROWS", 5000)
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData>'
        f'<row r="1">{cell("A1", "email")}</row>{row}</sheetData></worksheet>'
    )
    with pytest.raises(ListError, match=said):
        read_list(book(["x"], sheet=sheet))


def test_entities_are_never_expanded_without_end(book) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    sheet = (
        f'<!DOCTYPE x [<!ENTITY e0 "{"x" * 100}">{entities}]>'
        f'<worksheet xmlns="{MAIN}"><sheetData>'
        f'<row r="1">{cell("A1", "email")}{cell("B1", "&e11;")}</row></sheetData></worksheet>'
    )
    with pytest.raises(ListError, match=r"not a readable \.xlsx"):
        read_list(book(["x"], sheet=sheet))


def test_a_zip_bomb_is_never_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            with archive.open(f"xl/{number}.xml", "w") as part:
                for _ in range(70):
                    part.write(bytes(1_000_000))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(ListError, match=r"bomb\.xlsx: unpacks to over 200 MB"):
        read_list(path)


def test_a_second_sheet_is_never_left_out_in_silence(book) -> None:
    path = book(["email"], ["a@x.example"])
    both = load_workbook(path)
    both.create_sheet("Regional").append(["email"])
    both["Regional"].append(["b@x.example"])
    both.create_sheet("Empty")
    both.save(path)
    report = read_list(path)
    assert [contact.email for contact in report.contacts] == ["a@x.example"]
    assert [(f.code, f.value) for f in report.findings] == [("other-sheets", "Regional")]


def test_a_hidden_row_is_read_and_said(book) -> None:
    path = book(["email"], ["a@x.example"], ["b@x.example"], ["c@x.example"])
    filtered = load_workbook(path)
    filtered.active.row_dimensions[3].hidden = True
    filtered.save(path)
    report = read_list(path)
    assert len(report.contacts) == 3
    assert [(f.row, f.code, f.refused) for f in report.findings] == [(3, "hidden-row", False)]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_never_the_list(book, state: str) -> None:
    path = book(["email"], ["old@x.example"])
    both = load_workbook(path)
    both["Sheet"].sheet_state = state
    both.create_sheet("Blank")
    shown = both.create_sheet("Now")
    for row in (["email"], ["a@x.example"]):
        shown.append(row)
    both.active = shown
    both.save(path)
    report = read_list(path)
    assert [contact.email for contact in report.contacts] == ["a@x.example"]
    assert [(f.code, f.value) for f in report.findings] == [("other-sheets", "Sheet")]


def test_sheets_that_share_one_part_are_never_unpacked_again_for_each(book) -> None:
    path = book(["email"], ["a@x.example"])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = b'<sheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    sheet += b' name="Again" sheetId="%d" r:id="rId1" />'
    more = b"".join(sheet % number for number in range(2, 5000)) + b"</sheets>"
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", more)
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    with pytest.raises(ListError, match="two of its sheets are one"):
        read_list(path)


def test_a_cut_off_workbook_is_one_clear_line(book) -> None:
    path = book(["email"], ["a@x.example"])
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises(ListError) as caught:
            read_list(path)
        assert str(caught.value).isprintable()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**16), st.integers(1, 255)), min_size=1, max_size=8))
def test_a_damaged_workbook_raises_nothing_but_list_error(book, damage) -> None:
    path = book(["email"], ["a@x.example"])
    content = bytearray(path.read_bytes())
    for place, bits in damage:
        content[place % len(content)] ^= bits
    path.write_bytes(content)
    try:
        said = [f.message for f in read_list(path).findings]
    except ListError as error:
        said = [str(error)]
    assert all(text.isprintable() for text in said)
