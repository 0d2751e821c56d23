"""Writing in the browser: nothing is lost, nothing is overwritten unseen, nothing hostile runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from console_client import Browser, add_person, begin_session, browser
from documents_made import word
from httpx import Response
from support import ADVISORY, FakeClock

from mailer.app import App
from mailer.core.people import Role
from mailer.intake import files

HOSTILE = '<img src=x onerror=alert(1)> {{ 7*7 }} "quoted" \u202egnp'


@pytest.fixture
def officer(app: App) -> Iterator[Browser]:
    with browser(app, Role.OFFICER) as one:
        yield one


def bring_in(one: Browser, text: str = ADVISORY, name: str = "advisory.md") -> str:
    """The address of a draft of that text."""
    answer = one.post("/advisories/import", files={"file": (name, text.encode())})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def form_of(page: Response) -> dict[str, str | list[str]]:
    """The editor's fields as a browser would post them, of a page."""
    fields: dict[str, str | list[str]] = {}
    text = page.text[page.text.index('id="editor"') :]
    for tag in re.findall(r"<input ([^>]*)>", text):
        said = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if said.get("type", "text") in ("text", "hidden") and "name" in said:
            fields[said["name"]] = unescape(said.get("value", ""))
    for name, value in re.findall(
        r'<textarea id="[^"]*" name="([^"]*)"[^>]*>\n?(.*?)</textarea>', text, re.S
    ):
        fields[name] = unescape(value)
    for name, options in re.findall(
        r'<select id="[^"]*" name="([^"]*)">(.*?)</select>', text, re.S
    ):
        chosen = re.search(r"<option selected>([^<]*)", options)
        fields[name] = chosen[1] if chosen else ""
    fields["audience"] = re.findall(r'name="audience" value="([^"]*)" checked', text)
    del fields["language"]
    return fields


def save(one: Browser, address: str, **changes: str | list[str]) -> Response:
    fields = {**form_of(one.get(address)), **{k.replace("_", "."): v for k, v in changes.items()}}
    return one.post(address, data=fields)


# --- to write -------------------------------------------------------------------------------------


def test_an_advisory_is_written_from_an_empty_page_without_javascript(officer: Browser) -> None:
    address = officer.post("/advisories/drafts").headers["location"]
    page = officer.get(address).text
    assert "Its headline." in page
    assert "No audience is chosen." in page
    answer = save(
        officer, address, f_headline="A headline", f_body="Some **text**.", f_kind="statement",
        f_embargo="00:01 GMT, 9 February 2027", audience=["wires"],
    )  # fmt: skip
    assert answer.headers["location"] == address
    page = officer.get(address).text
    assert "<strong>text</strong>" in page
    assert "Tuesday 9 February 2027, 00:01 UTC — that is 00:01 in London" in page
    assert "A headline" in officer.get("/advisories").text


@pytest.mark.parametrize("name", ["advisory.md", "advisory.txt", "advisory.docx"])
def test_a_document_is_imported_and_what_was_not_found_is_marked(
    officer: Browser, name: str
) -> None:
    text = "A headline about boats\n\nThe boats came home lighter, said the harbour master.\n"
    content = word(text.split("\n\n")) if name.endswith("docx") else text.encode()
    answer = officer.post("/advisories/import", files={"file": (name, content)})
    page = officer.get(answer.headers["location"]).text
    assert "The boats came home lighter" in page
    assert "Not found in the document." in page
    assert f"Read from {name}" in page


def test_what_is_saved_comes_back_as_it_was_typed(officer: Browser, app: App) -> None:
    address = bring_in(officer)
    typed = 'One.\n\n+++\n\n"Two" \\ {{ x }}'
    save(officer, address, f_body=typed, f_notes=typed, c_1_name="Jo", c_1_phones="ask\n+44 1")
    fields = form_of(officer.get(address))
    assert (fields["f.body"], fields["f.notes"]) == (typed, typed)
    assert (fields["c.1.name"], fields["c.1.phones"]) == ("Jo", "ask\n+44 1")
    assert fields["c.0.name"] == "Mirela Osei"


def test_what_is_to_be_looked_at_is_told_where_the_officer_sees_it(officer: Browser) -> None:
    address = bring_in(officer)
    body = {"f.body": "One.\n\n[link](#)", "e.fr.headline": "Un", "e.fr.body": "[lien](#)"}
    save(officer, address, **body)
    page = unescape(officer.get(address).text)
    assert "Text, line 3: the link “link” leads nowhere (#)" in page
    assert "French text: the link “lien” leads nowhere (#)" in page
    save(officer, address, f_date="tomorrow")
    assert (
        "<li>date: a day such as 2027-02-09 is wanted, not tomorrow</li>"
        in officer.get(address).text
    )


def test_language_editions_stand_side_by_side(officer: Browser, app: App) -> None:
    address = bring_in(officer)
    save(officer, address, do="language", language="fr")
    page = officer.get(address).text
    assert "French" in page
    save(officer, address, **{"e.fr.headline": "Un titre", "e.fr.body": "Texte."})
    document = app.desk.draft_document(1)
    assert [(e.language, e.headline) for e in document.draft.editions] == [("fr", "Un titre")]
    save(officer, address, drop="fr")
    assert app.desk.draft(1).content.editions == {}
    save(officer, address, **{"e.nl.headline": "Een kop"})
    assert list(app.desk.draft(1).content.editions) == ["nl"]
    assert "Een kop" in officer.get(address).text


def test_attachments_are_added_fetched_and_removed(officer: Browser, app: App) -> None:
    address = bring_in(officer)
    fields = form_of(officer.get(address))
    officer.post(address, data=fields, files={"attach": ("a b.csv", b"1,2\n")})
    answer = officer.get(f"{address}/files/a%20b.csv")
    assert answer.content == b"1,2\n"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    save(officer, address, remove="a b.csv")
    assert officer.get(f"{address}/files/a%20b.csv").status_code == 404


def test_an_attachment_that_a_document_names_is_asked_for(officer: Browser, app: App) -> None:
    named = ADVISORY.replace('kind = "press', 'attachments = ["a.csv"]\nkind = "press')
    address = bring_in(officer, named)
    assert "The document names <strong>a.csv</strong>" in officer.get(address).text
    save(officer, address, strike="a.csv")
    assert "The document names" not in officer.get(address).text


def test_a_draft_is_discarded(officer: Browser) -> None:
    address = bring_in(officer)
    assert officer.post(f"{address}/discard").headers["location"] == "/advisories"
    assert officer.get(address).status_code == 404


# --- saved while it is written --------------------------------------------------------------------


def test_it_is_saved_while_it_is_written(officer: Browser, app: App) -> None:
    address = bring_in(officer)
    fields = {**form_of(officer.get(address)), "f.headline": "Typed so far"}
    answer = officer.post(f"{address}/autosave", data=fields, headers={"HX-Request": "true"})
    assert 'name="revision" value="2" hx-swap-oob="true"' in answer.text
    assert app.desk.draft(1).headline == "Typed so far"


def test_what_another_officer_saved_is_never_overwritten_silently(
    officer: Browser, app: App, clock: FakeClock
) -> None:
    address = bring_in(officer)
    mine = {**form_of(officer.get(address)), "f.headline": "Mine", "f.subhead": "Under mine"}
    add_person(app, Role.OFFICER, "jon")
    with Browser(app) as other:
        begin_session(other, "jon")
        save(other, address, f_headline="Jon's", f_notes="Jon's notes")
        quiet = officer.post(f"{address}/autosave", data=mine)
        assert "Not saved." in quiet.text
        assert "jon has saved" in quiet.text
        shown = officer.post(address, data=mine)
        assert shown.status_code == 409
        for told in (
            "jon has saved before you",
            "Mine",
            "Jon&#39;s",
            "Jon&#39;s notes",
            "Under mine",
        ):
            assert told in shown.text
        assert app.desk.draft(1).headline == "Jon's"
        default = re.findall(r'name="take\.([^"]*)" value="(\w+)" checked', shown.text)
        assert dict(default) == {"f.headline": "mine", "f.subhead": "mine", "f.notes": "theirs"}
        fields = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', shown.text))
        choice = {"take.f.headline": "mine", "take.f.notes": "theirs", "take.f.subhead": "mine"}
        hidden = {name: unescape(value) for name, value in fields.items()}
        assert officer.post(address, data={**hidden, **choice}).status_code == 303
    said = form_of(officer.get(address))
    assert (said["f.headline"], said["f.subhead"], said["f.notes"]) == (
        "Mine",
        "Under mine",
        "Jon's notes",
    )


def test_two_officers_in_one_draft_see_each_other(officer: Browser, app: App) -> None:
    address = bring_in(officer)
    officer.get(address)
    add_person(app, Role.OFFICER, "jon")
    with Browser(app) as other:
        begin_session(other, "jon")
        assert "<strong>officer</strong>" in other.get(address).text
        found = officer.get(f"{address}/presence?revision=1&known=").text
        assert "<strong>jon</strong>" in found
        known = re.findall(r'name="known" value="([^"]*)"', found)[0]
        again = officer.get(f"{address}/presence", params={"revision": 1, "known": known})
        assert again.status_code == 204
        save(other, address, f_headline="Jon's")
        told = officer.get(f"{address}/presence", params={"revision": 1, "known": known}).text
        assert "has saved since you opened it" in told


# --- the embargo line -----------------------------------------------------------------------------


def test_an_embargo_line_is_answered_in_words_while_it_is_typed(officer: Browser) -> None:
    def read(line: str) -> str:
        return officer.post("/advisories/reading", data={"f.embargo": line}).text

    assert "that is 00:01 in London; 2 d 23 h" not in read("")
    assert "Tuesday 9 February 2027, 00:01 UTC" in read("00:01 GMT, 9 February 2027")
    asked = read("00:01, 9 July 2027")
    assert "Which is meant?" in asked
    assert 'name="choose.f.embargo" value="Friday, 9 July 2027, 00:01 (London, UTC+01:00)"' in asked
    assert "already past" in read("00:01 GMT, 9 February 2020")
    assert "For immediate release" in read("for immediate release")


def test_a_candidate_is_chosen_by_its_button(officer: Browser) -> None:
    address = bring_in(officer)
    save(officer, address, f_embargo="00:01, 9 July 2027")
    line = "Friday, 9 July 2027, 00:01 (London, UTC+01:00)"
    save(officer, address, **{"choose.f.embargo": line})
    save(officer, address, audience=["wires"], **{"choose.own.wires": line})
    assert form_of(officer.get(address))["own.wires"] == line
    page = officer.get(address).text
    assert "Thursday 8 July 2027, 23:01 UTC — that is 00:01 in London on Friday" in page


# --- hostile --------------------------------------------------------------------------------------


def test_a_hostile_advisory_is_never_markup_on_any_page(officer: Browser) -> None:
    address = bring_in(officer)
    body = f"{HOSTILE}\n\n[click](javascript:alert(1)) <script>alert(1)</script>"
    hostile = {
        f"f.{name}": HOSTILE
        for name in ("headline", "subhead", "reference", "organisation", "notes")
    }
    save(officer, address, **hostile, **{"f.body": body, "c.0.name": HOSTILE, "f.embargo": HOSTILE})
    pages = [officer.get(url).text for url in ("/advisories", address, f"{address}/plan")]
    pages.append(officer.post("/advisories/markdown", data={"f.body": body}).text)
    pages.append(officer.post("/advisories/reading", data={"f.embargo": HOSTILE}).text)
    pages.append(officer.post(f"{address}/autosave", data=form_of(officer.get(address))).text)
    for page in pages:
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert 'href="javascript:' not in page
    assert "{{ 7*7 }}" in pages[1]
    assert "\u202e" not in officer.get("/advisories").text


def test_an_embargoed_draft_is_never_kept_by_a_browser_nor_shown_without_a_session(
    officer: Browser, app: App
) -> None:
    address = bring_in(officer)
    save(officer, address, f_embargo="00:01 GMT, 9 February 2027", audience=["wires"])
    places = ["", "/plan", "/preview", "/preview/html?audience=wires", "/presence", "/files/x"]
    with Browser(app) as nobody:
        for place in places:
            assert officer.get(f"{address}{place}").headers["cache-control"] == "no-store"
            refused = nobody.get(f"{address}{place}")
            assert refused.status_code == 303
            assert "harbour gauges" not in refused.text


@pytest.mark.parametrize("name", ["../../etc/x.csv", "/etc/passwd", "..\\x.csv", ".profile"])
def test_an_attachment_never_escapes_by_its_name(officer: Browser, app: App, name: str) -> None:
    address = bring_in(officer)
    fields = form_of(officer.get(address))
    answer = officer.post(address, data=fields, files={"attach": (name, b"x")})
    assert answer.status_code == 422
    assert "its name is a path" in answer.text
    assert app.desk.draft(1).files == ()


def test_an_upload_never_follows_a_symbolic_link(officer: Browser, app: App) -> None:
    folder = app.config.path.parent
    (folder / "secret.txt").write_text("the secret", encoding="utf-8")
    (folder / "a.csv").symlink_to(folder / "secret.txt")
    named = ADVISORY.replace('kind = "press', 'attachments = ["a.csv"]\nkind = "press')
    address = bring_in(officer, named)
    assert officer.get(f"{address}/files/a.csv").status_code == 404
    fields = form_of(officer.get(address))
    officer.post(address, data=fields, files={"attach": ("a.csv", b"mine")})
    assert officer.get(f"{address}/files/a.csv").content == b"mine"
    assert (folder / "secret.txt").read_text("utf-8") == "the secret"


def test_a_zip_bomb_is_refused_on_upload(officer: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED", 1_000)
    answer = officer.post("/advisories/import", files={"file": ("a.docx", word(["x" * 5_000]))})
    assert answer.status_code == 422
    assert "unpacks to over" in answer.text


def test_a_line_bomb_is_refused_on_upload(officer: Browser) -> None:
    answer = officer.post("/advisories/import", files={"file": ("a.md", b"\n" * 30_000)})
    assert answer.status_code == 422
    assert "more than 20,000 lines" in answer.text


@pytest.mark.parametrize("name", ["a.exe", "a", "a.md/../../x"])
def test_a_file_that_is_no_document_is_refused(officer: Browser, name: str) -> None:
    answer = officer.post("/advisories/import", files={"file": (name, b"MZ")})
    assert answer.status_code == 422
    assert "cannot read a" in answer.text


def test_a_larger_upload_than_an_advisory_is_refused(officer: Browser) -> None:
    answer = officer.post("/advisories/import", files={"file": ("a.md", b"x" * 25_000_000)})
    assert answer.status_code in (413, 422)
