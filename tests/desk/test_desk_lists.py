"""Lists replaced: seen first, whole or not at all, the old one kept, told in the audit."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from support import FakeClock

from mailer.app import App
from mailer.core.errors import ListError, MailerError
from mailer.core.listchange import What
from mailer.intake import lists, rows

NEW = """email,name,outlet,timezone,embargo_accepted
ana@wire.example,Ana Lind,Nordwire,Europe/Stockholm,no
not an address,Nobody,,,
eve@wire.example,Eve Holm,Nordwire,,
"""


def upload(tmp_path: Path, text: str = NEW, name: str = "upload.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def replaced(app: App, file: Path, seen: str | None = None, name: str = "wires.csv") -> None:
    digest = app.desk.compare_list(name, file).seen if seen is None else seen
    app.desk.replace_list(name, file, seen=digest, by="Mirela", now=app.now())


def on_disk(app: App, name: str = "wires.csv") -> Path:
    return app.desk.list_named(name).path


def test_the_lists_of_all_audiences(app: App) -> None:
    wires, national = app.desk.lists()
    assert (wires.name, wires.audiences, len(wires.contacts)) == ("wires.csv", ("wires",), 2)
    assert national.name == "national.csv"


def test_a_change_is_seen_before_it_is_made(app: App, tmp_path: Path) -> None:
    before = on_disk(app).read_bytes()
    found = app.desk.compare_list("wires.csv", upload(tmp_path))
    assert [(row.row, row.what, row.contact.email) for row in found.change.rows] == [
        (2, What.CHANGED, "ana@wire.example"),
        (4, What.NEW, "eve@wire.example"),
        (0, What.GONE, "bo@wire.example"),
    ]
    assert [(f.row, f.refused) for f in found.findings] == [(3, True)]
    assert on_disk(app).read_bytes() == before


def test_the_old_list_is_kept_and_the_deed_is_in_the_audit(app: App, tmp_path: Path) -> None:
    before = on_disk(app).read_bytes()
    replaced(app, upload(tmp_path))
    assert on_disk(app).read_text() == NEW
    (kept,) = app.desk.list_versions("wires.csv")
    assert kept.path.read_bytes() == before
    assert kept.replaced_at == app.now()
    deed = app.desk.audit()[-1]
    assert (deed.actor, deed.action, deed.subject) == ("Mirela", "replace list", "wires.csv")
    assert (deed.detail["new"], deed.detail["changed"], deed.detail["gone"]) == (1, 1, 1)


def test_an_earlier_version_can_be_put_back(app: App, tmp_path: Path, clock: FakeClock) -> None:
    before = on_disk(app).read_bytes()
    replaced(app, upload(tmp_path))
    clock.move(seconds=1)
    (kept,) = app.desk.list_versions("wires.csv")
    replaced(app, kept.path)
    assert on_disk(app).read_bytes() == before
    assert len(app.desk.list_versions("wires.csv")) == 2


def test_never_replaces_a_list_that_was_changed_meanwhile(app: App, tmp_path: Path) -> None:
    file = upload(tmp_path)
    seen = app.desk.compare_list("wires.csv", file).seen
    on_disk(app).write_text("email\nsomebody@else.example\n")
    with pytest.raises(MailerError, match="changed while you looked"):
        replaced(app, file, seen)
    assert on_disk(app).read_text() == "email\nsomebody@else.example\n"
    assert not app.desk.list_versions("wires.csv")


def test_never_leaves_a_list_with_nobody_on_it(app: App, tmp_path: Path) -> None:
    with pytest.raises(ListError, match="nobody would be left"):
        replaced(app, upload(tmp_path, "email\nnot an address\n"))


def test_never_writes_a_file_that_no_audience_has(app: App, tmp_path: Path) -> None:
    for name in ("../config.toml", "kept/wires.csv", "/etc/passwd", "other.csv", ""):
        with pytest.raises(MailerError, match="no audience has a list"):
            replaced(app, upload(tmp_path), name=name)


def test_a_fault_while_writing_leaves_the_list_as_it_was(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = on_disk(app).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lists.shutil, "copyfile", full)
    with pytest.raises(ListError, match="No space left"):
        replaced(app, upload(tmp_path))
    assert on_disk(app).read_bytes() == before
    assert [deed.action for deed in app.desk.audit()] == []
    assert not list(on_disk(app).parent.glob(".*new"))


def test_a_list_that_is_a_link_stays_one(app: App, tmp_path: Path) -> None:
    path = on_disk(app)
    real = tmp_path / "elsewhere.csv"
    path.rename(real)
    path.symlink_to(real)
    replaced(app, upload(tmp_path))
    assert path.is_symlink()
    assert real.read_text() == NEW


# --- other kinds of file ------------------------------------------------------------------------


def workbook(path: Path, *lines: tuple[str, ...]) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for line in lines:
        sheet.append(line)
    book.save(path)
    return path


def test_a_spreadsheet_becomes_a_csv_list(app: App, tmp_path: Path) -> None:
    file = workbook(tmp_path / "new.xlsx", ("Email", "Name"), ("eve@wire.example", "Eve Holm"))
    replaced(app, file)
    (eve,) = app.desk.list_named("wires.csv").contacts
    assert (eve.email, eve.name) == ("eve@wire.example", "Eve Holm")


def test_never_writes_a_cell_that_begins_a_formula(app: App, tmp_path: Path) -> None:
    card = (
        'BEGIN:VCARD\nVERSION:4.0\nFN:=HYPERLINK("http://evil.example")\n'
        "EMAIL:eve@wire.example\nORG:@SUM(A1)\nEND:VCARD\n"
    )
    replaced(app, upload(tmp_path, card, "new.vcf"))
    header, row = on_disk(app).read_text().splitlines()
    assert header.startswith("email,name,outlet")
    assert "'=HYPERLINK" in row
    assert ",'@SUM(A1)," in row


def test_what_is_kept_from_being_a_formula_is_read_as_it_was(app: App, tmp_path: Path) -> None:
    card = (
        "BEGIN:VCARD\nVERSION:4.0\nFN:-Ana-\nEMAIL:+49@wire.example\n"
        "ORG:@ره\u200cآورد\nCATEGORIES:=a,b\nEND:VCARD\n"
    )
    replaced(app, upload(tmp_path, card, "new.vcf"))
    (ana,) = app.desk.list_named("wires.csv").contacts
    assert (ana.email, ana.name, ana.outlet) == ("+49@wire.example", "-Ana-", "@ره\u200cآورد")
    assert ana.tags == ("=a", "b")


def test_a_list_of_another_kind_takes_only_its_own(app: App, tmp_path: Path) -> None:
    with pytest.raises(ListError, match="not a kind of list"):
        app.desk.compare_list("wires.csv", upload(tmp_path, name="new.exe"))


# --- hostile files ------------------------------------------------------------------------------


def test_a_zip_bomb_is_never_unpacked(app: App, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(rows.MAX_UNZIPPED // 10_000_000 + 1):
                part.write(b" " * 10_000_000)
    assert bomb.stat().st_size < 1_000_000
    with pytest.raises(ListError, match="unpacks to over"):
        app.desk.compare_list("wires.csv", bomb)


def test_a_line_bomb_is_never_read(app: App, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.csv"
    bomb.write_bytes(b"email,name\n" + b"a" * (rows.MAX_LINE + 1))
    with pytest.raises(ListError, match="not a list"):
        app.desk.compare_list("wires.csv", bomb)
