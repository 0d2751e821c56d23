"""The command line from a document to a kept plan: what is refused, and what is queued."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from commandline import ADVISORY_LINE, REF, Office, at, is_inert
from support import LIFT, ROOT

HOSTILE_NAME = '=HYPERLINK("http://evil.example")'
HOSTILE_HEADLINE = r"\u001b[2JTides {{ 7*7 }} {% raw %} <script>alert(1)</script>"


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Office]:
    with at(LIFT - timedelta(days=3)):
        yield Office(tmp_path / "office", monkeypatch, capsys)


def refused(office: Office, *arguments: object, status: int = 1, to: str = "wires") -> str:
    """Queue what must not be queued: its faults; nothing of it may be in the ledger."""
    said = office.queue(*arguments, to=to)
    assert (said.status, said.out) == (status, ""), said
    assert office.known() == []
    assert office("plan", REF).status == 1
    return "\n".join(said.faults)


# --- what is refused --------------------------------------------------------------------------


def test_never_queued_without_a_word_about_the_embargo(office: Office) -> None:
    said = office("queue", office.document, "--to", "wires")
    (fault,) = said.faults
    assert said.status == 1
    assert "an embargo is required" in fault
    assert "--immediate" in fault
    assert office.known() == []


def test_a_printed_embargo_is_offered_but_never_taken_unasked(office: Office) -> None:
    prints(office, "00:01 GMT, 9 February 2027")
    said = office("queue", office.document, "--to", "wires")
    assert said.status == 1
    assert 'the document says "00:01 GMT, 9 February 2027"' in said.faults[0]
    assert office.known() == []


def test_never_at_once_what_prints_an_embargo_that_cannot_be_read(office: Office) -> None:
    prints(office, "Embargoed until delivery")
    said = office("queue", office.document, "--to", "wires", "--immediate")
    assert said.status == 1
    assert 'the document says "Embargoed until delivery"' in said.faults[0]
    assert office.known() == []


def prints(office: Office, line: str) -> None:
    """The document prints this embargo line."""
    text = office.document.read_text()
    office.document.write_text(text.replace("+++\n", f'+++\nembargo = "{line}"\n', 1))


@pytest.mark.parametrize(
    ("given", "status", "says"),
    [
        (("--embargo", "00:01, 04/03/2027"), 3, "04/03/2027"),
        (("--embargo", "00:01, 9 February 2027"), 3, "no time zone"),
        (("--embargo", "00:01 GMT, 9 February"), 3, "no year"),
        (("--embargo", "00:01 GMT, 9 February 2026"), 1, "past"),
        (("--embargo", "immediate"), 1, "--immediate"),
        (("--embargo", "when the minister sits down"), 1, "embargo"),
        (("--embargo", ""), 1, "embargo"),
        (("--embargo", "00:01 GMT, 30 February 2027"), 1, "30 February"),
        (("--embargo", "\x1b[2J\u202e"), 1, "embargo"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, tuple) else "",
)
def test_a_line_that_is_not_one_coming_instant_is_not_queued(
    office: Office, given: tuple[str, ...], status: int, says: str
) -> None:
    fault = refused(office, *given, status=status)
    assert says in fault
    assert is_inert(fault.replace("\n", ""))


def test_a_question_offers_lines_that_are_then_taken(office: Office) -> None:
    fault = refused(office, "--embargo", "00:01 GMT, 04/03/2027", status=3)
    offered = re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", fault)
    assert offered == ["2027-03-04T00:01:00Z", "2027-04-03T00:01:00Z"]
    office.queued("--embargo", offered[0])
    assert office.done("plan", REF, "--json").json["embargo"].startswith("2027-03-04T00:01:00")


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("wires,regional", 'no audience "regional"'),
        ("", "--to with one or more of wires, national"),
        (" , ,", "--to with one or more of wires, national"),
        ("wires;national", 'no audience "wires;national"'),
    ],
)
def test_an_audience_that_there_is_not_is_named(office: Office, to: str, says: str) -> None:
    assert says in refused(office, "--immediate", to=to)


def test_an_empty_list_is_said_not_queued(office: Office) -> None:
    (office.folder / "lists" / "wires.csv").write_text("email,name\n")
    assert "lists of these audiences are empty" in refused(office, "--immediate")


def test_a_missing_list_is_named(office: Office) -> None:
    (office.folder / "lists" / "wires.csv").unlink()
    said = office.queue("--immediate")
    assert said.status == 1
    assert "wires.csv" in said.faults[0]


@pytest.mark.parametrize(
    "command",
    [("cancel", REF), ("hold", "--all"), ("withdraw", REF, "--by", "chief"), ("log",), ("show",)],
    ids=lambda command: command[0],
)
def test_a_missing_list_never_keeps_a_person_from_stopping_what_is_planned(
    office: Office, command: list[str]
) -> None:
    office.approved()
    (office.folder / "lists" / "wires.csv").unlink()
    assert office(*command).status == 0


def test_a_missing_document_is_named(office: Office) -> None:
    office.document.unlink()
    assert "advisory.md: there is no such file" in refused(office, "--immediate")


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ('reference = "LCT 2027/004"\n', "no reference found"),
        ('headline = "Four in ten harbour gauges miss the highest tides"\n', "no headline"),
        ('kind = "press release"\n', "no kind"),
    ],
)
def test_a_document_that_lacks_what_it_must_have_is_refused(
    office: Office, field: str, says: str
) -> None:
    office.edit(field, "")
    assert says in refused(office, "--immediate")


def test_a_document_that_prints_another_embargo_is_not_queued(office: Office) -> None:
    prints(office, "00:01 GMT, 10 February 2027")
    fault = refused(office, "--embargo", ADVISORY_LINE)
    assert "00:01 GMT, 10 February 2027" in fault
    assert "9 February 2027" in fault
    assert "--immediate" in refused(office, "--immediate")
    office.queued("--embargo", "2027-02-10T00:01:00Z")


def test_a_document_whose_embargo_cannot_be_read_never_goes_at_once_without_a_word(
    office: Office,
) -> None:
    prints(office, "not before the minister sits down")
    said = office.queue("--immediate")
    assert said.status != 0 or "minister" in said.out


def templates(office: Office) -> Path:
    """A copy of the shipped templates that this office may break."""
    folder = office.folder / "templates"
    shutil.copytree(ROOT / "templates", folder)
    office.config.write_text(
        office.config.read_text().replace(f"{ROOT}/templates", folder.as_posix())
    )
    return folder


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{{ recipient.nonsense }}", "nonsense"),
        ("{% if %}", "wires/advisory"),
        ("{{ nobody }}", "nobody"),
        ("{{ ''.__class__.__mro__ }}", "wires/advisory"),
    ],
)
@pytest.mark.parametrize("name", ["advisory.txt", "advisory.html"])
def test_a_broken_template_is_told_by_file_and_line_and_nothing_is_kept(
    office: Office, name: str, line: str, says: str
) -> None:
    broken = templates(office) / "wires" / name
    text = broken.read_text()
    first_block = text.index("%}", text.index("{% block")) + 2
    broken.write_text(text[:first_block] + "\n" + line + "\n" + text[first_block:])
    number = broken.read_text()[: broken.read_text().index(line)].count("\n") + 1
    fault = refused(office, "--immediate")
    assert f"wires/{name}:{number}:" in fault
    assert says in fault


def test_a_missing_attachment_and_one_from_outside_are_refused(office: Office) -> None:
    (office.folder.parent / "secret.txt").write_text("secret")
    for name in ("missing.pdf", "../secret.txt", "/etc/hostname"):
        text = office.document.read_text()
        office.document.write_text(text.replace("+++\n", f'+++\nattachments = ["{name}"]\n', 1))
        assert Path(name).name in refused(office, "--immediate")
        office.document.write_text(text)


# --- what is queued ---------------------------------------------------------------------------


def test_the_plan_is_printed_in_three_zones_with_who_is_left_out(office: Office) -> None:
    national = office.folder / "lists" / "national.csv"
    national.write_text(national.read_text() + "ana@wire.example,Ana Lind,Nordwire\n")
    text = office.config.read_text()
    office.config.write_text(
        text.replace('release = "advance"', 'release = "advance"\ntimezone = "Asia/Tokyo"')
    )
    said = office.queue("--embargo", "00:01 GMT, 9 February 2027")
    assert said.status == 0
    assert "Tue 9 Feb 2027 00:01 UTC" in said.out
    assert "office (Europe/London)" in said.out
    assert "Tue 9 Feb 2027 09:01 UTC+09:00 (Asia/Tokyo)" in said.out
    assert "Mon 8 Feb 2027 09:01 UTC+09:00 (Asia/Tokyo)" in said.out
    assert "national: Ana Lind <ana@wire.example>, Nordwire: already in wires" in said.out
    assert f'mailer approve "{REF}" --by NAME' in said.out


def test_the_plan_as_data_is_the_same_before_and_after(office: Office) -> None:
    queued = office.queue("--embargo", ADVISORY_LINE, "--json").json
    planned = office.done("plan", REF, "--json").json
    for row in queued["dispatches"]:
        assert row.pop("state") == "proposed"
    for row in planned["dispatches"]:
        assert row.pop("state") == "planned"
    assert queued["dispatches"] == planned["dispatches"]
    assert queued["embargo"] == planned["embargo"] == "2027-02-09T00:01:00.000Z"
    rows = [(r["audience"], r["kind"], r["instant"], r["contacts"]) for r in queued["dispatches"]]
    assert rows == [
        ("wires", "advance", "2027-02-08T00:01:00.000Z", 1),
        ("wires", "release", "2027-02-09T00:01:00.000Z", 1),
        ("national", "release", "2027-02-09T00:01:00.000Z", 2),
    ]


def test_a_bad_row_is_named_and_the_good_ones_are_planned(office: Office) -> None:
    national = office.folder / "lists" / "national.csv"
    national.write_text(national.read_text() + "not an address,\x1b[2JEve,\u202eOutlet\n")
    said = office.queue("--embargo", ADVISORY_LINE, to="national")
    assert said.status == 0
    assert "national.csv row 4" in said.out
    assert is_inert(said.out.replace("\n", ""))


def test_hostile_text_stays_text_from_the_list_to_the_copy(office: Office) -> None:
    outlet = "The \u202eyliaD"
    quoted = HOSTILE_NAME.replace('"', '""')
    (office.folder / "lists" / "national.csv").write_text(
        f'email,name,outlet\ncy@daily.example,"{quoted}",{outlet}\n', encoding="utf-8"
    )
    office.edit("Four in ten harbour gauges miss the highest tides", HOSTILE_HEADLINE)
    said = office.queue("--immediate", to="national")
    assert said.status == 0, said.err
    for command in (
        ("plan", REF),
        ("plan", REF, "--json"),
        ("show", REF),
        ("show", "--json"),
        ("log",),
        ("log", "--json"),
    ):
        assert is_inert(office.done(*command).out.replace("\n", "")), command
    assert "{{ 7*7 }}" in office.done("plan", REF).out
    assert office.done("plan", REF, "--json").json["headline"].count("{{ 7*7 }}") == 1
    out = office.folder / "out"
    office.done("preview", REF, "--audience", "national", "--out", out)
    (page,) = out.glob("*.html")
    assert "<script" not in page.read_text(encoding="utf-8")
    (plain,) = out.glob("*.txt")
    assert "{{ 7*7 }}" in plain.read_text(encoding="utf-8")
    assert is_inert(plain.read_text(encoding="utf-8").replace("\n", "").replace("\r", ""))


@pytest.mark.parametrize("typed", ["lct 2027/004", "  LCT   2027/004 ", "Lct\t2027/004"])
def test_a_reference_is_found_regardless_of_case_and_spacing(office: Office, typed: str) -> None:
    office.queued()
    assert office.done("plan", typed, "--json").json["reference"] == REF
    assert {row["reference"] for row in office.done("show", typed, "--json").json} == {REF}
    assert len(office.done("log", "--advisory", typed, "--json").json) == 4
    office.done("approve", typed, "--by", "chief")
    office.done("cancel", typed)


def test_queued_twice_is_refused_and_leaves_one_plan(office: Office) -> None:
    office.queued()
    before = office.done("plan", REF, "--json").json
    said = office.queue()
    assert said.status == 1
    assert "already has this version" in said.faults[0]
    assert office.done("plan", REF, "--json").json == before
