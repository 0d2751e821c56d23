"""Stories over the real desk, ledger and relay, as the reports tell them."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from commandline import Office, Said, at, is_inert
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from stories import DAY, REF, approve, document, queue, send
from support import ADVISORY, LIFT, ROOT, WIRES, FakeClock, Sink, make_office, open_office

from mailer import present
from mailer.app import App
from mailer.core.timeline import Has
from mailer.desk import TimelineView
from mailer.ledger.record import Record, Run
from mailer.present import breach, markdown

LATER = "2027-02-10T00:01:00Z"
ZONE = "Europe/London"
HEADLINE = "harbour gauges"
HOSTILE = "<script>alert(1)</script> [x](https://evil.example) ![i](u) | **b** `c` \x1b[31m\u202e"
SVG = "{http://www.w3.org/2000/svg}"


def view(app: App) -> TimelineView:
    return app.desk.timeline(REF, app.now())


def has(app: App, audience: str) -> list[tuple[str, int]]:
    lanes = {lane.audience: lane for lane in view(app).timeline.lanes}
    return [(str(s.has), s.contacts) for s in lanes[audience].segments]


def printed(app: App, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    present.timeline(view(app))
    return capsys.readouterr().out


def report(app: App) -> str:
    return present.breach_markdown(app.desk.breach(REF), ZONE)


def rows(app: App, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    capsys.readouterr()
    present.breach_csv(app.desk.breach(REF), ZONE)
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def part(text: str, heading: str) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def after_the_advance(app: App, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT - DAY
    send(app)
    clock.move(minutes=1)


# --- the timeline -----------------------------------------------------------------------------


def test_the_timeline_tells_the_plan_before_anybody_approved_it(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(app)
    assert has(app, "wires") == [("nothing", 0), ("advance copy", 1), ("the text", 2)]
    assert has(app, "national") == [("nothing", 0), ("the text", 2)]
    said = printed(app, capsys)
    assert "advance copy, once approved" in said
    assert "Mon 8 Feb 2027 00:01 UTC" in said
    assert "A hold now would stop 4 copies" in said
    assert "A lift now would send 4 copies at once; nobody holds" in said
    assert HEADLINE not in said


def test_the_timeline_says_what_a_lift_does(
    app: App, sink: Sink, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    after_the_advance(app, clock)
    told = view(app).timeline.lift
    assert told is not None
    assert "and tell 1 holder of an embargoed copy (wires)" in printed(app, capsys)
    change = app.desk.lift(REF, by="chief", now=clock())
    assert (told.at_once, told.told) == (change.unaware, change.notified)
    before = len(sink.taken)
    send(app)
    assert len(sink.taken) - before == told.at_once + told.told
    assert view(app).timeline.lift is None
    assert has(app, "wires") == [("the text", 2)]


def test_the_timeline_says_what_a_hold_stops(app: App, sink: Sink, clock: FakeClock) -> None:
    after_the_advance(app, clock)
    told = view(app).timeline.hold
    assert (told.copies, told.instants, told.out) == (3, (LIFT,), 1)
    app.desk.hold(REF, reason="", by="officer", now=clock())
    assert view(app).timeline.hold.copies == 0
    clock.at = LIFT + timedelta(minutes=1)
    before = len(sink.taken)
    send(app)
    assert len(sink.taken) == before
    assert has(app, "wires") == [("the text", 1)]
    assert has(app, "national") == [("nothing", 0)]


def test_a_copy_in_doubt_counts_as_held(app: App, sink: Sink, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    sink.answer = lambda command, rcpt: "drop" if command == "DATA" else None
    clock.at = LIFT - DAY
    send(app)
    clock.move(minutes=1)
    assert has(app, "wires")[0] == ("advance copy", 1)


def test_the_timeline_follows_a_new_embargo(app: App, clock: FakeClock) -> None:
    after_the_advance(app, clock)
    app.desk.reschedule(REF, embargo_line=LATER, by="officer", now=clock())
    found = view(app).timeline
    assert found.lifts == (LIFT + DAY,)
    assert "notice of the new embargo" in {row.event for row in found.rows}
    assert has(app, "wires") == [("advance copy", 1), ("the text", 2)]


def test_the_timeline_tells_a_correction_and_a_withdrawal(
    app: App, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    after_the_advance(app, clock)
    path = document(app)
    path.write_text(path.read_text().replace("Four in ten of", "Half of"))
    app.desk.correct(path, note="It was half.", by="officer", now=clock())
    approve(app)
    send(app)
    clock.move(minutes=1)
    assert has(app, "wires") == [("correction", 1), ("the text", 2)]
    app.desk.withdraw(REF, note="", by="chief", now=clock())
    send(app)
    clock.move(minutes=1)
    assert has(app, "wires") == [("withdrawn", 1)]
    assert has(app, "national") == [("nothing", 0)]
    assert "withdrawn (1 of 2)" in printed(app, capsys)


# --- the picture ------------------------------------------------------------------------------


def test_the_picture_holds_every_audience_in_words_and_nothing_active(
    app: App, clock: FakeClock
) -> None:
    after_the_advance(app, clock)
    root = ET.fromstring(present.timeline_svg(view(app)))
    assert root.tag == f"{SVG}svg"
    texts = " ".join(root.itertext())
    for said in ("wires", "national", "advance copy (1 of 2)", "the text (2 of 2)", "now", "lift"):
        assert said in texts
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    allowed = {"svg", "title", "desc", "style", "defs", "pattern", "line", "circle", "path"}
    allowed |= {"rect", "text", "g"}
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= allowed
    for one in root.iter():
        for name, value in one.attrib.items():
            assert not name.startswith("on")
            assert "href" not in name
            assert ":" not in value
    style = root.findtext(f"{SVG}style") or ""
    assert "prefers-color-scheme: dark" in style
    assert "@import" not in style
    assert "url(" not in style


@pytest.mark.parametrize("hostile", [HOSTILE, "]]>&amp;</text>", "x" * 5000, "\ufffe\uffff"])
def test_nothing_hostile_breaks_the_picture(hostile: str, app: App) -> None:
    queue(app)
    found = view(app)
    picture = present.timeline_svg(
        TimelineView(hostile, found.version, found.office_zone, found.timeline)
    )
    assert "<script" not in picture
    assert is_inert(picture)
    ET.fromstring(picture)


def test_a_picture_of_many_waves_names_the_first_and_counts_the_rest(
    tmp_path: Path, sink: Sink, clock: FakeClock
) -> None:
    hours = [f"Etc/GMT{offset:+d}" for offset in range(-12, 13) if offset]
    people = "email,timezone\n" + "".join(
        f"n{number}@daily.example,{zone}\n" for number, zone in enumerate(hours)
    )
    config = make_office(tmp_path, national=people)
    config.write_text(config.read_text() + 'not_before_local = "23:00"\n')
    with open_office(config, sink.port, clock) as app:
        queue(app)
        found = view(app)
        texts = list(ET.fromstring(present.timeline_svg(found)).itertext())
        assert f"and {len(found.timeline.rows) - 24} more" in texts
        assert has(app, "national")[-1] == ("the text", len(hours))


# --- the breach report ------------------------------------------------------------------------


def test_the_report_names_who_held_an_embargoed_copy_and_nobody_else(
    app: App, sink: Sink, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    app.desk.record_acceptance(
        "ana@wire.example", accepted=True, source="signed form", by="officer", now=clock()
    )
    after_the_advance(app, clock)
    clock.at = LIFT
    send(app)
    text = report(app)
    held = part(text, "Who held an embargoed copy before the lift")
    assert "`ana@wire.example`" in held
    assert "Nordwire" in held
    assert "2027-02-08 00:01:00 UTC" in held
    assert "signed form (officer)" in held
    assert sink.taken[0].message["Message-ID"] in held
    assert "250 2.0.0 taken as 1" in held
    for other in ("bo@", "cy@", "di@"):
        assert other not in held
    assert "3 copies left at the lift or after it" in held
    table = rows(app, capsys)
    assert [(row["email"], row["before_lift"]) for row in table] == [
        ("ana@wire.example", "yes"),
        ("bo@wire.example", "no"),
        ("cy@daily.example", "no"),
        ("di@daily.example", "no"),
    ]
    assert table[0]["taken_at"] == "2027-02-08T00:01:00.000Z"
    assert (table[0]["accepted"], table[0]["accepted_how"]) == ("yes", "signed form (officer)")


def test_without_an_answer_the_report_says_what_the_list_said(app: App, clock: FakeClock) -> None:
    after_the_advance(app, clock)
    held = part(report(app), "Who held an embargoed copy before the lift")
    assert "yes, by the list as it was on 2027-02-06 00:01:00 UTC" in held


def test_an_answer_that_came_after_the_copy_does_not_excuse_it(app: App, clock: FakeClock) -> None:
    after_the_advance(app, clock)
    app.desk.record_acceptance(
        "ana@wire.example", accepted=False, source="telephone", by="officer", now=clock()
    )
    text = report(app)
    assert "by the list" in part(text, "Who held an embargoed copy before the lift")
    answers = part(text, "Every answer to the embargo terms")
    assert "**not accepted**" in answers
    assert "telephone" in answers


def test_a_copy_in_doubt_is_marked_and_stays_when_it_was_resolved(
    app: App, sink: Sink, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(app)
    approve(app)
    sink.answer = lambda command, rcpt: "drop" if command == "DATA" else None
    clock.at = LIFT - DAY
    send(app)
    held = part(report(app), "Who held an embargoed copy before the lift")
    assert "**in doubt** since 2027-02-08 00:01:00 UTC" in held
    (row,) = rows(app, capsys)
    assert (row["state"], row["taken_at"]) == ("in_doubt", "")
    assert row["doubt_since"] == "2027-02-08T00:01:00.000Z"
    with sqlite3.connect(app.database.path) as ledger:
        ledger.execute("UPDATE delivery SET state = 'rejected' WHERE state = 'in_doubt'")
    assert "`ana@wire.example`" in part(report(app), "Who held an embargoed copy before the lift")


def test_every_embargo_approval_hold_and_deed_is_told_with_who_and_when(
    app: App, clock: FakeClock
) -> None:
    after_the_advance(app, clock)
    app.desk.hold(REF, reason="a doubt", by="editor", now=clock())
    clock.move(minutes=1)
    app.desk.resume(REF, by="chief", now=clock())
    app.desk.reschedule(REF, embargo_line=LATER, by="officer", now=clock())
    text = report(app)
    embargoes = part(text, "The embargo, and every change of it")
    assert "| 2027-02-06 00:01:00 UTC | officer | wires, national |" in embargoes
    changed = next(line for line in embargoes.splitlines() if "2027-02-10 00:01:00 UTC" in line)
    assert "2027-02-08 00:03:00 UTC" in changed
    assert "2027-02-09 00:01:00 UTC" in changed
    assert "advance to wires, version 1" in part(text, "Approvals")
    hold = part(text, "Holds")
    assert "editor" in hold
    assert "a doubt" in hold
    assert "2027-02-08 00:03:00 UTC by chief" in hold
    deeds = part(text, "What people did")
    for deed in ("queue", "approve", "hold", "resume", "reschedule"):
        assert f"| {deed} |" in deeds
    assert "The audit is whole" in deeds


def test_a_voided_approval_says_when_and_why(app: App, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    with sqlite3.connect(app.database.path) as ledger:
        ledger.execute(
            "UPDATE approval SET voided_at = '2027-02-07 12:00:00', void_reason = 'audience'"
        )
    assert "2027-02-07 12:00:00 UTC: audience" in part(report(app), "Approvals")


def test_neither_text_nor_headline_is_in_a_report(
    app: App, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    after_the_advance(app, clock)
    whole = report(app) + str(rows(app, capsys)) + present.timeline_svg(view(app))
    body = ADVISORY.rpartition("+++")[2].strip()
    assert HEADLINE not in whole
    assert body not in whole
    assert app.desk.breach(REF).versions[0].content_hash in whole


def test_the_report_says_when_nobody_was_there() -> None:
    start = datetime(2027, 2, 8, tzinfo=UTC)

    def hour(number: int) -> datetime:
        return start + timedelta(hours=number)

    def unattended(*runs: Run) -> tuple[tuple[datetime, datetime | None], ...]:
        return Record("R", "O", start, None, *[()] * 6, None, (), runs).unattended  # type: ignore[arg-type]

    assert unattended() == ((start, None),)
    assert unattended(Run("m", hour(-1), hour(3), None)) == ()
    assert unattended(Run("m", hour(1), hour(2), None), Run("m", hour(4), hour(5), hour(5))) == (
        (start, hour(1)),
        (hour(2), hour(4)),
        (hour(5), None),
    )


@pytest.fixture
def hostile(tmp_path: Path, sink: Sink, clock: FakeClock) -> Iterator[App]:
    cell = HOSTILE.replace("\x1b", "").replace('"', '""')
    people = WIRES.replace("Ana Lind", f'"{cell}"').replace("Nordwire", "=cmd|' /C calc'!A0")
    with open_office(make_office(tmp_path, wires=people), sink.port, clock) as one:
        yield one


def test_nothing_hostile_becomes_markup_or_a_formula(
    hostile: App, sink: Sink, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    sink.answer = lambda command, rcpt: f"250 2.0.0 {HOSTILE[:-5]}" if command == "DATA" else None
    after_the_advance(hostile, clock)
    hostile.desk.hold(REF, reason=HOSTILE, by=HOSTILE, now=clock())
    text = report(hostile)
    assert "`ana@wire.example`" in text
    assert is_inert(text)
    assert active(text) == set()
    cells = [cell for row in rows(hostile, capsys) for cell in row.values()]
    assert any("=cmd" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert is_inert("".join(cells))


OURS = {"html_inline", "html_block", "link_open", "image", "em_open", "s_open", "heading_open"}


def active(text: str) -> set[str]:
    """What a reader of Markdown would make of a text besides paragraphs, tables and code."""
    found = set()
    for token in MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text):
        kinds = {token.type, *(child.type for child in token.children or ())}
        found |= kinds & OURS if not token.type.startswith("heading") else set()
        if token.type == "inline":
            found |= kinds & OURS
    return found - {"heading_open"}


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.text("`|\\*_[]()<>!&#~ab.@:/ ")
)
def test_a_field_in_markdown_is_one_cell_and_no_markup(field: str) -> None:
    for cell in (markdown.words(field), markdown.code(field)):
        table = "\n".join(markdown.table(("a", "b"), [(cell, "end")]))
        tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(table)
        cells = [t for t in tokens if t.type == "inline"]
        assert len(cells) == 4
        assert cells[3].content == "end"
        kinds = {child.type for child in cells[2].children or ()}
        assert kinds <= {"text", "code_inline", "text_special"}


# --- the difference ---------------------------------------------------------------------------


def test_an_approver_sees_who_is_new_gone_and_elsewhere(
    app: App, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(app, ("national",))
    (first,) = app.desk.difference(REF, clock())
    assert (first.since, len(first.new), first.contacts) == (None, 2, 2)
    approve(app)
    clock.at = LIFT
    send(app)
    people = (
        "email,name,outlet,verified\n"
        "cy@daily.example,Cy Marsh,The Evening,2027-01-01\n"
        + "".join(f"e{number}@daily.example,,,2026-01-01\n" for number in range(12))
    )
    (document(app).parent / "lists" / "national.csv").write_text(people)
    document(app).write_text(ADVISORY.replace(REF, "LCT 2027/005"))
    queue(app, ("national",), line=LATER)
    (found,) = app.desk.difference("LCT 2027/005", clock())
    present.difference([found], ZONE)
    said = capsys.readouterr().out
    assert "national: 13 contacts, compared with LCT 2027/004, version 1" in said
    assert "new (12): e0@daily.example; " in said
    assert "and 2 more" in said
    assert "gone (1): Di North <di@daily.example> (The Daily)" in said
    assert "changed outlet (1): Cy Marsh <cy@daily.example> (The Evening), was The Daily" in said
    assert "not verified for a year (12)" in said


def test_who_holds_a_copy_already_is_not_said_to_be_gone(app: App, clock: FakeClock) -> None:
    after_the_advance(app, clock)
    path = document(app)
    path.write_text(path.read_text().replace("Four in ten of", "Half of"))
    app.desk.correct(path, note="It was half.", by="officer", now=clock())
    found = {one.audience: one for one in app.desk.difference(REF, clock())}
    wires = found["wires"]
    assert wires.since is not None
    assert (wires.since.version, wires.new, wires.gone) == (1, (), ())


def test_what_does_not_wait_for_approval_has_no_difference(app: App, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    assert app.desk.difference(REF, clock()) == ()


# --- the commands -----------------------------------------------------------------------------


@pytest.fixture
def office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Office]:
    with at(LIFT - 3 * DAY):
        yield Office(tmp_path / "office", monkeypatch, capsys)


def test_the_commands_tell_and_write(office: Office) -> None:
    office.queued()
    assert "advance copy" in office.done("timeline", REF).out
    told = office.done("timeline", REF, "--json").json
    assert [one["has"] for one in told["audiences"][0]["segments"]] == [
        Has.NOTHING,
        Has.ADVANCE,
        Has.TEXT,
    ]
    picture = office.folder / "timeline.svg"
    assert office.done("timeline", REF, "--svg", picture).out == f"{picture}\n"
    ET.fromstring(picture.read_text(encoding="utf-8"))
    assert office.done("breach", REF).out.startswith("# Embargo record of LCT 2027/004\n")
    assert office.done("breach", REF, "--csv").rows == []
    (deed,) = office.done("audit", "list", "--json").json
    assert (deed["row"], deed["action"], deed["subject"]) == (1, "queue", REF)
    assert "queue LCT 2027/004" in office.done("audit", "list").out


def test_a_report_of_what_there_is_not_or_to_where_one_cannot_write_is_refused(
    office: Office,
) -> None:
    office.queued()
    assert office("breach", "nothing").status == 1
    refused = office("timeline", REF, "--svg", office.folder / "no" / "such.svg")
    assert refused.status == 1
    assert "cannot be written" in refused.faults[0]


@pytest.mark.parametrize(
    ("tampering", "row"),
    [
        ("UPDATE audit SET actor = 'somebody else' WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("UPDATE audit SET detail = 'not json' WHERE id = 2", 2),
        ("UPDATE audit SET at = 'yesterday' WHERE id = 1", 1),
    ],
)
def test_a_tampered_audit_is_found_and_its_row_named(
    office: Office, tampering: str, row: int
) -> None:
    office.approved()
    office.done("cancel", REF)
    assert office.done("audit", "verify").out == "the audit is whole: 3 rows\n"
    with sqlite3.connect(ledger_of(office)) as ledger:
        ledger.execute(tampering)
    found: Said = office("audit", "verify")
    assert found.status == 1
    assert f"BROKEN at row {row}" in found.out
    report = office.done("breach", REF).out
    assert f"**BROKEN at row {row}**" in report


def ledger_of(office: Office) -> Path:
    (found,) = office.folder.rglob("*.db")
    return found


def test_every_column_of_the_csv_is_in_the_reference() -> None:
    page = ROOT / "docs" / "reference" / "commands.md"
    described = next(
        line for line in page.read_text("utf-8").splitlines() if line.startswith("| `breach --csv`")
    )
    assert tuple(re.findall(r"`(\w+)`", described)) == breach.COLUMNS
