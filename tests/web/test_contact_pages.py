"""Contacts in the browser: lists compared and replaced, one contact, and hostile uploads."""

from __future__ import annotations

import csv
import html as markup
import io
import re
import zipfile
from pathlib import Path

import pytest
from console_client import Browser, browser
from httpx import Response
from stories import REF, approve, queue, send
from support import LIFT, FakeClock, make_office, open_office

from mailer.app import App
from mailer.core.people import Role
from mailer.core.wishes import Wish
from mailer.intake import rows
from mailer.ledger import evidence, wishes
from mailer.ledger.tables import CameBackRow, EvidenceRow
from mailer.web import uploads

NEW = """email,name,outlet,timezone,embargo_accepted
ana@wire.example,Ana Lind,Nordwire,Europe/Stockholm,no
not an address,Nobody,,,
eve@wire.example,Eve Holm,Nordwire,,yes
"""
ACTIVE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def compare(one: Browser, content: str | bytes, name: str = "new.csv") -> Response:
    data = content.encode() if isinstance(content, str) else content
    return one.post(
        "/contacts/list/compare", data={"name": "wires.csv"}, files={"file": (name, data)}
    )


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return markup.unescape(found[1])


def replace(one: Browser, page: str) -> Response:
    fields = {name: hidden(page, name) for name in ("name", "upload", "seen")}
    return one.post("/contacts/list/replace", data=fields)


def on_disk(app: App) -> Path:
    return app.desk.list_named("wires.csv").path


def words(page: str) -> str:
    return " ".join(markup.unescape(re.sub(r"<[^>]+>", " ", page)).split())


# --- lists --------------------------------------------------------------------------------------


def test_an_upload_shows_row_by_row_what_it_would_change_and_changes_nothing(app: App) -> None:
    before = on_disk(app).read_bytes()
    with browser(app, Role.OFFICER) as one:
        told = words(compare(one, NEW).text)
    assert "1 new 1 changed 1 gone 0 as they are 1 row refused" in told
    assert "2 ~ changed ana@wire.example Ana Lind Nordwire embargo accepted yes → no" in told
    assert "4 + new eve@wire.example Eve Holm" in told
    assert "− gone bo@wire.example" in told
    assert "1 contact counts as having accepted the embargo" in told
    assert on_disk(app).read_bytes() == before


def test_a_list_is_replaced_after_it_was_compared_and_can_be_put_back(
    app: App, clock: FakeClock
) -> None:
    before = on_disk(app).read_bytes()
    with browser(app, Role.OFFICER) as one:
        done = replace(one, compare(one, NEW).text)
        assert (done.status_code, done.headers["location"]) == (
            303,
            "/contacts/list?name=wires.csv",
        )
        assert on_disk(app).read_text() == NEW
        clock.move(seconds=1)
        page = one.get("/contacts/list?name=wires.csv").text
        assert "Earlier versions" in page
        version = hidden(page, "version")
        back = one.post("/contacts/list/earlier", data={"name": "wires.csv", "version": version})
        replace(one, back.text)
    assert on_disk(app).read_bytes() == before
    assert [d.actor for d in app.desk.audit() if d.action == "replace list"] == ["officer"] * 2


def test_never_replaces_a_list_that_was_changed_meanwhile(app: App) -> None:
    with browser(app, Role.OFFICER) as one:
        page = compare(one, NEW).text
        on_disk(app).write_text("email\nsomebody@else.example\n")
        refused = replace(one, page)
    assert refused.status_code == 422
    assert "changed while you looked" in refused.text
    assert on_disk(app).read_text() == "email\nsomebody@else.example\n"


@pytest.mark.parametrize(
    "upload",
    ["../config.toml", "/etc/passwd", "0" * 64 + ".csv", "..%2f..%2fconfig.toml", "", "\x00"],
)
def test_never_reads_an_upload_by_a_path(app: App, upload: str) -> None:
    with browser(app, Role.OFFICER) as one:
        page = compare(one, NEW).text
        fields = {"name": "wires.csv", "upload": upload, "seen": hidden(page, "seen")}
        answer = one.post("/contacts/list/replace", data=fields)
    assert answer.status_code == 422
    assert "eve@wire.example" not in on_disk(app).read_text()


@pytest.mark.parametrize("name", ["../config.toml", "/etc/passwd", "kept/wires.csv", "other.csv"])
def test_never_shows_or_takes_a_file_that_is_no_audiences_list(app: App, name: str) -> None:
    with browser(app, Role.OFFICER) as one:
        for path in ("/contacts/list", "/contacts/list.csv"):
            answer = one.get(path, params={"name": name})
            assert answer.status_code == 422
            assert "zone =" not in answer.text
        answer = one.post(
            "/contacts/list/compare", data={"name": name}, files={"file": ("a.csv", b"email\n")}
        )
        assert answer.status_code == 422


def test_an_uploads_own_name_never_reaches_the_disk(app: App, tmp_path: Path) -> None:
    with browser(app, Role.OFFICER) as one:
        compare(one, NEW, "../../escaped.csv")
        compare(one, NEW, "..\\..\\escaped.csv")
    assert not list(tmp_path.rglob("*escaped*"))
    kept = list((tmp_path / "uploads").iterdir())
    assert [path.suffix for path in kept] == [".csv"]
    assert (tmp_path / "uploads").stat().st_mode & 0o077 == 0
    assert kept[0].stat().st_mode & 0o077 == 0


# --- hostile uploads ----------------------------------------------------------------------------


def test_a_zip_bomb_on_upload_is_never_unpacked(app: App) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(uploads.LARGEST_UNPACKED // 10_000_000 + 1):
                part.write(b" " * 10_000_000)
    with browser(app, Role.OFFICER) as one:
        answer = compare(one, bomb.getvalue(), "bomb.xlsx")
    assert answer.status_code == 422
    assert "unpacks to over" in answer.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("email;name\na@x.example;José\n".encode("cp1252"), "line 2: byte 0xE9 is not UTF-8"),
        (b"Post,Name\na@x.example,Ana\n", "no email column"),
        (b"", "the file is empty"),
    ],
)
def test_an_upload_that_is_no_list_is_told_beside_its_form_and_never_where_it_is_kept(
    app: App, content: bytes, said: str
) -> None:
    folder = str(app.config.path.parent)
    with browser(app, Role.OFFICER) as one:
        answer = compare(one, content, "press list.csv")
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert 'name="file"' in answer.text
    assert folder not in answer.text
    assert "uploads" not in answer.text
    if content:
        assert "press list.csv: " in words(answer.text)


def test_what_only_looks_like_a_spreadsheet_is_refused(app: App) -> None:
    with browser(app, Role.OFFICER) as one:
        for content in (NEW.encode(), b"PK\x03\x04", b"PK\x05\x06" + bytes(18)):
            assert compare(one, content, "new.xlsx").status_code == 422


def test_a_line_bomb_on_upload_is_never_read(app: App) -> None:
    with browser(app, Role.OFFICER) as one:
        answer = compare(one, b"email,name\n" + b"a" * (rows.MAX_LINE + 1))
    assert answer.status_code == 422
    assert "not a list" in answer.text


def test_an_entity_bomb_in_a_spreadsheet_is_never_expanded(app: App) -> None:
    entities = "".join(f'<!ENTITY e{i} "{"&e" + str(i - 1) + ";" * 10}">' for i in range(1, 12))
    sheet = f'<!DOCTYPE x [<!ENTITY e0 "lol">{entities}]><worksheet>&e11;</worksheet>'
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", sheet)
        archive.writestr("xl/workbook.xml", sheet)
    with browser(app, Role.OFFICER) as one:
        answer = compare(one, book.getvalue(), "bomb.xlsx")
    assert answer.status_code == 422


def test_an_upload_that_is_too_large_is_refused(
    app: App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    with browser(app, Role.OFFICER) as one:
        answer = compare(one, b"email\n" * 1000)
        assert answer.status_code == 422
        assert "at most" in answer.text
        huge = compare(one, b"a" * 17_000_000)
    assert huge.status_code == 413
    assert not (tmp_path / "uploads").exists()


@pytest.mark.parametrize("name", ["new.exe", "new", "", ".csv.html"])
def test_what_is_no_list_is_refused(app: App, name: str) -> None:
    with browser(app, Role.OFFICER) as one:
        assert compare(one, NEW, name).status_code == 422


def test_hostile_names_are_inert_on_every_page_of_contacts(
    tmp_path: Path, clock: FakeClock
) -> None:
    evil = "<img src=x onerror=alert(1)>\u202egnp.exe{{ 7*7 }}"
    wires = f'email,name,outlet\nana@wire.example,"{evil}","=HYPERLINK(""http://evil"")"\n'
    with open_office(make_office(tmp_path, wires=wires), 1, clock) as app:
        app.desk.suppress("ana@wire.example", reason=evil, by=evil, now=clock())
        app.desk.record_acceptance(
            "ana@wire.example", accepted=True, source=evil, by=evil, now=clock()
        )
        with browser(app, Role.OFFICER) as one:
            addresses = ["", "?q=" + "onerror", "/list?name=wires.csv", "/consent"]
            pages = [one.get(f"/contacts{where}") for where in addresses]
            pages.append(one.get("/contacts/one", params={"email": "ana@wire.example"}))
            pages.append(compare(one, wires.replace("ana@", "eve@"), f"{evil}.csv"))
    for page in pages:
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        assert not ACTIVE.search(page.text)
        assert not re.search(r"\s(style|on\w+)=\"", page.text)


def test_never_exports_a_cell_that_begins_a_formula(tmp_path: Path, clock: FakeClock) -> None:
    wires = (
        "email,name,outlet\n"
        'ana@wire.example,"=HYPERLINK(""http://evil"")",@SUM(A1)\n'
        "bo@wire.example,+1,-1\n"
    )
    with open_office(make_office(tmp_path, wires=wires), 1, clock) as app:
        with browser(app, Role.STAFF) as one:
            answer = one.get("/contacts/list.csv?name=wires.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
    assert '\'=HYPERLINK("http://evil")' in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


# --- one contact --------------------------------------------------------------------------------


def test_a_contact_s_history_is_told_across_advisories(app: App, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT
    send(app)
    with browser(app, Role.STAFF) as one:
        told = words(one.get("/contacts/one?email=ANA@wire.example").text)
        assert "Ana Lind" in told
        assert f"{REF} version 1 wires" in told
        assert "accepted" in told
        assert "Suppress" not in told
        assert one.get("/contacts/one?email=nobody@nowhere.example").status_code == 422


def test_a_suppression_is_made_and_released_with_its_reason(app: App) -> None:
    with browser(app, Role.OFFICER) as one:
        said = one.post(
            "/contacts/suppress", data={"email": "bo@wire.example", "reason": "asked by phone"}
        )
        page = one.get(said.headers["location"]).text
        assert "suppressed by officer: asked by phone" in words(page)
        assert "asked by phone" in one.get("/contacts/consent").text
        one.post("/contacts/unsuppress", data={"email": "bo@wire.example"})
        page = one.get("/contacts/one?email=bo@wire.example").text
        assert "released by officer" in words(page)
        again = one.post("/contacts/unsuppress", data={"email": "bo@wire.example"})
        assert again.status_code == 422


def test_an_acceptance_is_recorded_and_withdrawn(app: App) -> None:
    with browser(app, Role.OFFICER) as one:
        for accepted, expected in (("true", True), ("false", False)):
            fields = {"email": "bo@wire.example", "source": "e-mail", "accepted": accepted}
            assert one.post("/contacts/acceptance", data=fields).status_code == 303
            assert app.desk.contact("bo@wire.example").accepted is expected
        assert "withdrawn: e-mail (officer)" in words(
            one.get("/contacts/one?email=bo@wire.example").text
        )


def test_contacts_are_found(app: App) -> None:
    with browser(app, Role.STAFF) as one:
        assert "2 found for “nordwire”" in words(one.get("/contacts?q=nordwire").text)
        assert "Nobody on a list has that" in one.get("/contacts?q=nobody").text


def test_what_came_back_and_what_they_chose_is_told_inertly(app: App, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT
    send(app)
    delivery = app.desk.contact("cy@daily.example").copies[0].delivery
    evil = "550 <img src=x onerror=alert(1)>\u202e\x1b[31m"
    with app.database.write() as session:
        wish = Wish("cy@daily.example", language="fr", audiences={"national": False})
        wishes.add(session, wish, "the page", clock.at)
        kept = CameBackRow(at=clock.at, source="a file", digest=b"d", kind="dsn", content=b"")
        row = EvidenceRow(
            came_back_id=evidence.keep(session, kept),
            delivery_id=delivery,
            at=clock.at,
            event="bounced",
            email="cy@daily.example",
            email_key="cy@daily.example",
            meant=True,
            diagnostic=evil,
        )
        evidence.add(session, row)
    with browser(app, Role.STAFF) as one:
        page = one.get("/contacts/one?email=cy@daily.example").text
    assert "not national" in words(page)
    assert "bounced" in words(page)
    assert f'href="/log/d{delivery}"' in page
    assert "<img src=x" not in page
    assert not ACTIVE.search(page)
