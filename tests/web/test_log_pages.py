"""The log in the browser: what is found, told and exported, and what it never does."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from commandline import is_inert
from console_client import Browser, browser
from openpyxl import load_workbook
from stories import REF, approve, queue, send
from support import ADVISORY, LIFT, FakeClock, Sink, make_office, open_office, relay

from mailer.app import App
from mailer.core.log_filter import LogFilter
from mailer.core.people import Role
from mailer.ledger.log.entries import Entry
from mailer.web import downloads, log_export

HOSTILE = "550 5.7.1 <img src=x onerror=alert(1)> \x1b[2J\x1b]0;owned\x07 =1+1 \u202e"
HEADLINE = "Gauges {{ 7*7 }} <b>miss</b> the tides"
NATIONAL = (
    "email,name,outlet\n"
    'cy@daily.example,"=HYPERLINK(""http://evil.example"")","+1+1"\n'
    "di@daily.example,<script>alert(1)</script>,{{ 7*7 }}\n"
    "ed@daily.example,Ed Ünal,Agence de Genève\n"
    "fa@daily.example,\u202eFay,\u202eright to left\n"
    "ana@wire.example,Ana Lind,Nordwire\n"
)


def answer(command: str, rcpt: str) -> str | None:
    if (command, rcpt) == ("RCPT", "cy@daily.example"):
        return HOSTILE
    return "drop" if (command, rcpt) == ("DATA", "ed@daily.example") else None


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Accepted, rejected with a hostile reply, in doubt, and left out."""
    advisory = re.sub('headline = ".*"', f'headline = "{HEADLINE}"', ADVISORY)
    with relay(Sink(answer=answer)) as sink:
        config = make_office(tmp_path_factory.mktemp("log"), advisory=advisory, national=NATIONAL)
        with open_office(config, sink.port, FakeClock(LIFT)) as app:
            queue(app, immediate=True)
            approve(app)
            send(app)
            yield app


@pytest.fixture(scope="module")
def officer(sent: App) -> Iterator[Browser]:
    with browser(sent, Role.OFFICER) as one:
        yield one


@pytest.fixture(scope="module")
def staff(sent: App) -> Iterator[Browser]:
    with browser(sent, Role.STAFF) as one:
        yield one


def shown(one: Browser, address: str) -> set[str]:
    """Who is on a page of the log, by the local part."""
    answer = one.get(address)
    assert answer.status_code == 200, answer.headers
    return set(re.findall(r"(\w+)@\w+\.example</bdi></small>", answer.text))


def key_of(one: Browser, query: str) -> str:
    (key,) = set(re.findall(r'href="/log/([dl]\d+)"', one.get(f"/log?{query}").text))
    return key


# --- the page ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"ana", "bo", "cy", "di", "ed", "fa"}),
        ("?state=accepted", {"ana", "bo", "di", "fa"}),
        ("?state=in_doubt&state=rejected", {"cy", "ed"}),
        ("?state=left_out", {"ana"}),
        ("?audience=wires", {"ana", "bo"}),
        ("?outlet=geneve", {"ed"}),
        ("?contact=unal", {"ed"}),
        ("?code=5xx", {"cy"}),
        ("?code=250", {"ana", "bo", "di", "fa"}),
        ("?q=onerror", {"cy"}),
        ("?q=gauges", {"ana", "bo", "cy", "di", "ed", "fa"}),
        ("?advisory=lct+2027%2F004&state=rejected", {"cy"}),
        ("?advisory=none", set()),
        ("?since=2027-02-10T00%3A00%3A00Z", set()),
    ],
)
def test_the_address_says_what_is_shown(officer: Browser, query: str, expected: set[str]) -> None:
    assert shown(officer, f"/log{query}") == expected


def test_what_a_form_sends_becomes_an_address_for_anybody(officer: Browser) -> None:
    form = "q=&advisory=&audience=&contact=ana&outlet=&code=&since=2027-02-09T00%3A01&until="
    answer = officer.get(f"/log?{form}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/log?contact=ana&since=2027-02-09T00%3A01%3A00Z"
    assert officer.get(answer.headers["location"]).status_code == 200


def test_an_instant_is_typed_in_the_readers_zone(sent: App, officer: Browser) -> None:
    sent.desk.set_zone("officer", "Asia/Baku")
    try:
        answer = officer.get("/log?since=2027-02-09T04%3A01")
        assert answer.headers["location"] == "/log?since=2027-02-09T00%3A01%3A00Z"
        page = officer.get(answer.headers["location"]).text
        assert 'value="2027-02-09T04:01:00"' in page
        assert "Changed (Baku)" in page
    finally:
        sent.desk.set_zone("officer", "Europe/London")


@pytest.mark.parametrize(
    "query", ["state=delivered", "code=x", "since=tomorrow", "sort=x", "after=d99999", "before=x"]
)
def test_what_no_log_can_answer_is_said_on_the_page(officer: Browser, query: str) -> None:
    answer = officer.get(f"/log?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "Look for" in answer.text


def test_each_order_is_a_link_and_told_to_those_who_do_not_see(officer: Browser) -> None:
    page = officer.get("/log?sort=contact").text
    assert page.count('aria-sort="ascending"') == 1
    assert "/log?sort=-contact" in page
    for sort in ("contact", "outlet", "advisory", "audience", "state", "answer"):
        assert shown(officer, f"/log?sort={sort}")
    assert page.count("<caption") == 1
    assert page.count('scope="col"') == 7


def test_pages_lead_to_each_other(
    officer: Browser, monkeypatch: pytest.MonkeyPatch, sent: App
) -> None:
    page = type(sent.desk).log_page
    monkeypatch.setattr(
        type(sent.desk), "log_page", lambda desk, wanted, **how: page(desk, wanted, size=2, **how)
    )
    address, seen = "/log", []
    while address:
        text = officer.get(address).text
        seen += re.findall(r'href="/log/([dl]\d+)"', text)
        further = re.search(r'rel="next" href="([^"]+)"', text)
        address = unescape(further[1]) if further else ""
    assert len(seen) == len(set(seen)) == 7
    back = re.search(r'rel="prev" href="([^"]+)"', text)
    assert back is not None
    assert re.findall(r'href="/log/([dl]\d+)"', officer.get(unescape(back[1])).text) == seen[-3:-1]


# --- a copy's story, and what an advisory came to ---------------------------------------------


def test_a_copy_tells_its_whole_story(officer: Browser) -> None:
    page = unescape(officer.get(f"/log/{key_of(officer, 'state=rejected')}").text)
    for part in ("planned</strong> by officer", "approved</strong> by chief", "refused", "5.7.1"):
        assert part in page
    for part in ("sender given", " ms", "Message-ID", HEADLINE, "127.0.0.1:"):
        assert part in page


def test_who_was_left_out_is_told_why(officer: Browser) -> None:
    page = officer.get(f"/log/{key_of(officer, 'state=left_out')}").text
    assert "already in wires" in page
    assert "release to wires" in page  # the copy that they do get


def test_an_advisory_is_told_by_audience_by_second_and_by_domain(officer: Browser) -> None:
    page = officer.get(f"/log/advisory/{REF.lower()}").text
    assert "<svg" in page
    assert "4 copies accepted" in page
    assert ">daily.example<" in page
    assert "1 left out" in page
    assert "<script>" not in page
    assert "style=" not in page


@pytest.mark.parametrize(
    "address", ["/log/d999", "/log/x", "/log/advisory/NONE", "/log/d" + "9" * 30]
)
def test_what_is_not_in_the_log_is_not_there(officer: Browser, address: str) -> None:
    assert officer.get(address).status_code == 404


def test_only_who_may_is_offered_to_settle(officer: Browser, staff: Browser) -> None:
    key = key_of(officer, "state=in_doubt")
    assert f"/log/{key}/settle" in officer.get(f"/log/{key}").text
    assert "settle" not in staff.get(f"/log/{key}").text.replace("can settle it", "")
    assert staff.post(f"/log/{key}/settle", data={"as": "accepted"}).status_code == 403


def test_an_officer_settles_a_copy_and_nobody_settles_it_twice(app: App, sink: Sink) -> None:
    sink.answer = lambda command, rcpt: "drop" if command == "DATA" else None
    queue(app, ("national",), immediate=True)
    approve(app)
    send(app)
    with browser(app, Role.OFFICER) as one:
        keys = sorted(set(re.findall(r'href="/log/(d\d+)"', one.get("/log?state=in_doubt").text)))
        assert len(keys) == 2
        done = one.post(f"/log/{keys[0]}/settle", data={"as": "accepted"})
        assert done.headers["location"] == f"/log/{keys[0]}"
        page = one.get(f"/log/{keys[0]}").text
        assert "settled</strong> by officer: the relay has it" in page
        assert one.post(f"/log/{keys[0]}/settle", data={"as": "resend"}).status_code == 422
        assert one.post(f"/log/{keys[1]}/settle", data={"as": "resend"}).status_code == 303
        assert shown(one, "/log?state=in_doubt") == set()
    sink.answer = lambda command, rcpt: None
    send(app)
    assert len(sink.taken) == 1


# --- exports ----------------------------------------------------------------------------------


def cells(one: Browser, form: str, query: str = "") -> list[list[object]]:
    answer = one.get(f"/log/export.{form}{query}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="log-')
    if form == "csv":
        return [list(row) for row in csv.reader(io.StringIO(answer.text))]
    if form == "json":
        return [list(row.values()) for row in json.loads(answer.content)]
    book = load_workbook(io.BytesIO(answer.content))
    return [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_is_exactly_what_is_filtered(officer: Browser, form: str) -> None:
    head, *rows = cells(officer, form, "?audience=national&sort=contact")
    assert [row[head.index("state")] for row in rows].count("accepted") == 2
    assert len(rows) == 5
    assert {row[head.index("audience")] for row in rows} == {"national"}
    assert len(json.loads(officer.get("/log/export.json?audience=national").content)) == 5
    assert json.loads(officer.get("/log/export.json?audience=none").content) == []
    assert cells(officer, form, "?audience=none") == [head]


def test_more_rows_than_a_sheet_holds_go_onto_another(
    officer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = cells(officer, "xlsx")
    monkeypatch.setattr(log_export, "ROWS_ON_A_SHEET", 3)
    head, *rows = cells(officer, "xlsx")
    assert [row for row in rows if row != head] == whole[1:]
    assert rows.count(head) == 2


@pytest.mark.parametrize("made", [log_export.as_csv, log_export.as_json])
def test_an_export_is_made_as_it_is_read(
    sent: App, made: Callable[[Iterator[Entry]], Iterator[bytes]]
) -> None:
    """However many copies there are, few of them are in memory together."""
    one = next(sent.desk.log_export(LogFilter()))
    given = iter([one] * 5000)
    next(made(given))
    assert sum(1 for _ in given) >= 5000 - downloads.ROWS_AT_ONCE


# --- what it never does -----------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?sort=contact", "?q=img", "?state=rejected"])
def test_never_markup_of_a_reply_a_contact_or_an_outlet(officer: Browser, query: str) -> None:
    page = officer.get(f"/log{query}").text
    assert "<img" not in page
    assert "<script>alert" not in page
    assert not re.search(r"\b49\b", re.sub(r"<time.*?</time>", "", page))  # {{ 7*7 }}
    assert is_inert(page.replace("\n", ""))
    assert "&lt;img src=x onerror=alert(1)&gt; \\x1b[2J" in page


def test_never_markup_in_a_copys_story(officer: Browser) -> None:
    for query in ("state=rejected", "contact=di", "contact=fay"):
        page = officer.get(f"/log/{key_of(officer, query)}").text
        assert "<img" not in page
        assert "<script>alert" not in page
        assert "<b>" not in page
        assert is_inert(page.replace("\n", ""))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_never_a_formula_or_an_escape_in_an_export(officer: Browser, form: str) -> None:
    rows = cells(officer, form)
    text = [cell for row in rows for cell in row if isinstance(cell, str)]
    assert any("HYPERLINK" in cell for cell in text)
    assert any("onerror" in cell for cell in text)
    for cell in text:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert is_inert(cell)


def test_never_an_escape_in_json_and_what_it_means_is_kept(officer: Browser) -> None:
    answer = officer.get("/log/export.json?state=rejected")
    assert is_inert(answer.text.replace("\n", ""))
    (row,) = json.loads(answer.content)
    assert "\x1b[2J" in row["reply"]


def test_never_the_words_of_a_headline_to_who_may_not_read_advisories(staff: Browser) -> None:
    """Not even whether a word is in it: staff could guess an embargoed headline that way."""
    key = key_of(staff, "state=rejected")
    for address in ("/log", f"/log/{key}", f"/log/advisory/{REF}", "/log/export.json"):
        assert "Gauges" not in staff.get(address).text
    assert shown(staff, "/log?q=gauges") == set()
    assert json.loads(staff.get("/log/export.json?q=gauges").content) == []
    assert shown(staff, "/log?q=lct") != set()


def test_never_a_copy_kept_by_the_browser(officer: Browser) -> None:
    for address in ("/log", "/log/export.csv", "/log/export.xlsx", f"/log/advisory/{REF}"):
        assert officer.get(address).headers["cache-control"] == "no-store"
