"""Lists in: what is taken, what is refused, and what is said about it."""

import string
from datetime import date
from pathlib import Path

import pytest
from email_validator import validate_email
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailer.core.errors import ListError
from mailer.core.inert import brief
from mailer.core.model import Contact
from mailer.intake.contacts import Finding, ListReport, check_lists, iter_list, read_list
from mailer.intake.rows import MAX_LINE

EXAMPLES = sorted((Path(__file__).parents[2] / "lists").glob("*.csv"))
reusing_tmp_path = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str | bytes, name: str = "list.csv") -> ListReport:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_list(path)

    return read


def codes(report: ListReport) -> list[tuple[int, str, str]]:
    return [(finding.row, finding.column, finding.code) for finding in report.findings]


# --- what is taken ----------------------------------------------------------------------------


def test_every_column_is_read(read) -> None:
    report = read(
        "email,name,outlet,language,timezone,tags,embargo_accepted,verified\n"
        'ana@paper.example,"Sol, Ana",The Paper,en-GB,Europe/London,"a;b|c,a",Yes,2026-03-31\n'
    )
    assert report.contacts == (
        Contact(
            "ana@paper.example",
            "Sol, Ana",
            "The Paper",
            "en",
            "Europe/London",
            ("a", "b", "c"),
            True,
            date(2026, 3, 31),
        ),
    )
    assert report.findings == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_delimiters_line_ends_and_bom(read, delimiter: str, end: str, bom: bytes) -> None:
    rows = [["Name ", " EMAIL"], ["Ana", " ana@x.example "], ["José", "jo@x.example"]]
    report = read(bom + end.join(delimiter.join(row) for row in rows).encode())
    assert [(c.email, c.name) for c in report.contacts] == [
        ("ana@x.example", "Ana"),
        ("jo@x.example", "José"),
    ]
    assert report.findings == ()


def test_only_email_is_required_and_short_rows_are_whole(read) -> None:
    assert read("email\na@x.example\n").contacts == (Contact("a@x.example"),)
    assert read("email,name\na@x.example\n").contacts == (Contact("a@x.example"),)
    assert read("email,name\n").contacts == ()


def test_tags_in_a_semicolon_file_use_a_bar_or_quotes(read) -> None:
    report = read('email;tags\na@x.example;one|two\nb@x.example;"one;two"\n')
    assert [c.tags for c in report.contacts] == [("one", "two"), ("one", "two")]


YES = {"yes", "y", "true", "1", "oui", "ja", "sí", "si", "sì", "sim", "да", "نعم"} | {
    *("vrai", "wahr", "verdadero", "verdadeiro", "vero", "истина")
}


@pytest.mark.parametrize("written", [*sorted(YES), "Y", "TRUE", "2026-02-09", " Да "])
def test_an_acceptance_is_read(read, written: str) -> None:
    assert read(f"email,embargo_accepted\na@x.example,{written}").contacts[0].embargo_accepted


@pytest.mark.parametrize(
    ("written", "doubtful"),
    [
        ("", False),
        ("no", False),
        ("N", False),
        ("false", False),
        ("0", False),
        ("Nein", False),
        ("нет", False),
        ("x", True),
        ("✓", True),
        ("ja am 3.3.", True),
        ("declined", True),
        ("maybe", True),
        ("yes?", True),
        ("2026-02-30", True),
        ("20260209", True),
        ("2", True),
        ("\u0661", True),
    ],
)
def test_a_doubtful_acceptance_never_counts(read, written: str, doubtful: bool) -> None:
    report = read(f"email,embargo_accepted\na@x.example,{written}")
    assert report.contacts == (Contact("a@x.example", embargo_accepted=False),)
    assert codes(report) == ([(2, "embargo_accepted", "bad-acceptance")] if doubtful else [])


@pytest.mark.parametrize(
    ("cell", "email", "name"),
    [
        ("Ana Sol <ana@X.example>", "ana@x.example", "Ana Sol"),
        ('"""Sol, Ana"" <ana@x.example>;"', "ana@x.example", "Sol, Ana"),
        ("<ana@x.example>", "ana@x.example", ""),
        ("MAILTO:ana@x.example", "ana@x.example", ""),
        ("ana@x.example.", "ana@x.example", ""),
        ("'ana@x.example'", "ana@x.example", ""),
        ("\u200eana@x.ex\u00adample\u200b", "ana@x.example", ""),
    ],
)
def test_an_address_is_taken_out_of_what_stands_around_it(read, cell, email, name) -> None:
    report = read(f"email\n{cell}\n")
    assert (report.contacts, report.findings) == ((Contact(email, name),), ())


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("ana@x.example; bo@x.example", "more than one address"),
        ("ana@x.example <bo@x.example>", "more than one address"),
        (".ana@x.example", "correct the address"),
        ("ana@x.example (desk)", "write one bare address"),
        ("mailto:ana@x.example?bcc=bo", "correct the address"),
        ("\u202eana@x.example", "write one bare address"),
    ],
)
def test_an_address_is_never_guessed(read, cell, said) -> None:
    report = read(f"email\n{cell}\n")
    assert report.contacts == ()
    assert said in report.findings[0].message


@pytest.mark.parametrize(
    "above", ["Press list\n\n", "Presse, Stand 3. März\nsep=;\n", ";;\nList;;\n"]
)
@pytest.mark.parametrize("delimiter", [";", "|"])
def test_the_header_may_stand_below_a_title_which_is_said(read, above, delimiter) -> None:
    rows = (("E-Mail", "Name"), ("ana@x.example", "Sol, Ana"))
    report = read(above + "".join(delimiter.join(row) + "\n" for row in rows))
    assert report.contacts == (Contact("ana@x.example", "Sol, Ana"),)
    assert [found.code for found in report.findings] == ["rows-above"]


@pytest.mark.parametrize(("second", "accepted"), [("no", False), ("", False), ("yes", True)])
def test_an_acceptance_that_another_row_contradicts_never_counts(read, second, accepted) -> None:
    report = read(f"email,embargo_accepted\na@x.example,yes\nA@x.example,{second}\n")
    assert [contact.embargo_accepted for contact in report.contacts] == [accepted]
    assert codes(report) == [(3, "email", "duplicate")] + [
        (2, "embargo_accepted", "bad-acceptance")
    ] * (not accepted)


@pytest.mark.parametrize(
    "header", ["UNSUB_TIME", "Email opt-out", "Unsubscribed from all email", "Abgemeldet"]
)
def test_who_wants_no_mail_by_a_column_is_never_a_contact(read, header: str) -> None:
    rows = "a@x.example,,2024-01-01\nb@x.example,,\nc@x.example,0,no\n"
    report = read(f"email,Do not e-mail,{header}\n{rows}")
    assert [contact.email for contact in report.contacts] == ["b@x.example", "c@x.example"]
    assert codes(report) == [(2, header, "wants-no-mail")]


@pytest.mark.parametrize("local", ["noreply", "No-Reply", "postmaster", "ne-pas-repondre"])
def test_an_address_that_nobody_reads_is_said(read, local: str) -> None:
    report = read(f"email\n{local}@x.example\nnewsdesk@x.example\n")
    assert len(report.contacts) == 2
    assert codes(report) == [(2, "email", "unread-address")]


@pytest.mark.parametrize(
    ("written", "language"),
    [
        *[("Deutsch", "de"), ("anglais", "en"), ("РУССКИЙ", "ru"), ("Portuguese (Brazil)", "pt")],
        *[("العربية", "ar"), ("fra", "fr"), ("es_MX", "es"), ("Klingon", ""), ("Dutch", "")],
    ],
)
def test_a_language_is_read_by_its_name(read, written: str, language: str) -> None:
    report = read(f"email,Sprache\na@x.example,{written}\n")
    assert [contact.language for contact in report.contacts] == [language]
    assert [found.code for found in report.findings] == ["unknown-language"] * (not language)


def test_formulas_and_markup_stay_text(read) -> None:
    name = '=HYPERLINK("http://x.example","{{7*7}}<b>")'
    quoted = name.replace('"', '""')
    assert read(f'email,name\na@x.example,"{quoted}"').contacts[0].name == name


# --- what is refused, and what is noted -------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column", "code", "value"),
    [
        (",Ana", "email", "missing-address", ""),
        ("nobody,Ana", "email", "bad-address", "nobody"),
        (
            '"a@b.example\r\nBcc: x@y.example",Ana',
            "email",
            "unsafe-address",
            r"a@b.example\r\nBcc: x@y.example",
        ),
        ("a\x00@b.example,Ana", "email", "unsafe-address", r"a\x00@b.example"),
        ("\u202ea@b.example,Ana", "email", "unsafe-address", r"\u202ea@b.example"),
        ("a@b.example,Ana,more", "", "too-many-fields", "more"),
        ("a@b.example" + "," * 1_000_000 + "x", "", "too-many-fields", "x"),
        ('a@b.example,"Ana" Sol', "", "unreadable-row", ""),
        ("a@b.example," + "x" * 200_000, "", "unreadable-row", ""),
        ("GOOD@x.example,again", "email", "duplicate", "GOOD@x.example"),
    ],
)
def test_a_refused_row_leaves_the_others_working(
    read, row: str, column: str, code: str, value: str
) -> None:
    report = read(f"email,name\ngood@x.example,\n{row}\nlast@x.example,\n")
    assert [c.email for c in report.contacts] == ["good@x.example", "last@x.example"]
    (finding,) = report.findings
    assert (finding.row, finding.column, finding.code) == (3, column, code)
    assert finding.value == value
    assert finding.refused
    assert finding.message.isprintable()
    assert report.refused == 1


@pytest.mark.parametrize(
    ("column", "written", "code", "kept"),
    [
        ("name", "An\x1b[31ma\x00", "control-characters", Contact("a@x.example", name="An[31ma")),
        ("name", "\u202eAna", "control-characters", Contact("a@x.example", name="Ana")),
        ("name", '"Ana\r\nSol"', "control-characters", Contact("a@x.example", name="Ana Sol")),
        ("name", "x" * 300, "too-long", Contact("a@x.example", name="x" * 200)),
        ("outlet", "The\x7fPaper", "control-characters", Contact("a@x.example", outlet="ThePaper")),
        ("tags", "a\x07|b", "control-characters", Contact("a@x.example", tags=("a", "b"))),
        ("tags", "x" * 300, "too-long", Contact("a@x.example", tags=("x" * 200,))),
        ("language", "tlh", "unknown-language", Contact("a@x.example")),
        ("timezone", "Mars/Base", "unknown-zone", Contact("a@x.example")),
        ("timezone", "../../etc/passwd", "unknown-zone", Contact("a@x.example")),
        ("verified", "31/03/2026", "bad-date", Contact("a@x.example")),
        ("verified", "2026-02-30", "bad-date", Contact("a@x.example")),
    ],
)
def test_what_is_dropped_from_a_contact_is_said(
    read, column: str, written: str, code: str, kept: Contact
) -> None:
    report = read(f"email,{column}\na@x.example,{written}\n")
    assert report.contacts == (kept,)
    (finding,) = report.findings
    assert (finding.column, finding.code, finding.refused) == (column, code, False)
    assert finding.row == 2
    assert finding.value.isprintable()
    assert finding.message.isprintable()
    assert report.refused == 0


def test_columns_that_are_not_read_are_said_in_one_line(read) -> None:
    report = read("email,phone,Embargo,,\x1b[2J\na@x.example,1,yes\n")
    assert report.contacts == (Contact("a@x.example"),)
    (finding,) = report.findings
    assert (finding.row, finding.code, finding.refused) == (1, "unknown-column", False)
    assert finding.message.startswith(
        r"not read: phone, Embargo, \x1b[2J; the columns of a list are"
    )


def test_rows_are_counted_as_a_spreadsheet_shows_them(read) -> None:
    report = read('email,name\n\na@x.example,"one\ntwo"\n ,\nbad,\n')
    assert codes(report) == [(3, "name", "control-characters"), (5, "email", "bad-address")]


def test_a_stray_quote_never_swallows_rows_in_silence(read) -> None:
    rows = "".join(f"{letter}@x.example,\n" for letter in string.ascii_lowercase)
    unclosed = read(f'email,name\nfirst@x.example,"Ana\n{rows}')
    assert unclosed.contacts == ()
    assert codes(unclosed) == [(2, "", "unreadable-row")]
    assert "27 lines cannot be told apart" in unclosed.findings[0].message

    closed = read(f'email,name\nfirst@x.example,"Ana\n{rows}z2@x.example,Sol"\nlast@x.example,\n')
    assert [c.email for c in closed.contacts] == ["last@x.example"]
    assert closed.refused == 1
    assert "one row of 28 lines" in closed.findings[0].message


def test_who_is_in_two_lists_is_kept_and_noted(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    columns = "email,embargo_accepted\n"
    one.write_text(columns + "a@x.example,no\nb@x.example,yes\nb@x.example,no\n")
    two.write_text(columns + "B@X.example,no\na@x.example,yes\n")
    first, second = check_lists([one, two])
    assert [c.embargo_accepted for c in first.contacts] == [False, False]
    assert [c.email for c in second.contacts] == ["B@x.example", "a@x.example"]
    assert second.findings[1].message.endswith("the embargo is accepted in one of the two only")
    assert second.findings[:1] == (
        Finding(
            str(two), 2, "email", "in-another-list", "B@x.example", f"also in {one}", refused=False
        ),
    )


# --- a file that cannot be read ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n \n\n", "empty"),
        (
            b"Name;Post\nx;y\n",
            "row 1: no email column; the columns are: Name, Post; "
            "name the one with the addresses email",
        ),
        (b"email,name,EMAIL\n", "row 1: two columns mean the same: email and EMAIL"),
        (b"\x1b[2J,x\n", r"the columns are: \x1b[2J, x"),
        ("email,name\na@x.example,José\n".encode("latin-1"), "line 2: byte 0xE9 is not UTF-8"),
        ("email,name\ra@x.example,José\r".encode("latin-1"), "line 2: byte 0xE9 is not UTF-8"),
        ("email\na@x.example\n".encode("utf-16"), "its first row is not UTF-8 text"),
        (b"a@x.example,Ana\n", "row 1: an address, and no header above it"),
        (b"List\nPost\nb@x.example\nemail\na@x.example\n", "row 2: no email column; the columns"),
        (b"PK\x03\x04...", "by its content it is a spreadsheet; name it .xlsx"),
        (b"\xd0\xcf\x11\xe0...", "has a password; save it anew as .xlsx"),
        (b"BEGIN:VCARD\n", "address cards; name it .vcf"),
        (b"\xef\xbb\xbf\n<html><table>", "a web page; open it in a spreadsheet"),
        (b'"email,name\na@x.example,b\n', "row 1: a quote opened here is not closed"),
        (b"email\n" + b"x" * 10_000_000, f"line 2: over {MAX_LINE:,} bytes"),
    ],
)
def test_an_unreadable_file_is_one_clear_line(read, content: bytes, said: str) -> None:
    with pytest.raises(ListError) as caught:
        read(content)
    message = str(caught.value)
    assert said in message
    assert "list.csv: " in message
    assert message.isprintable()


def test_a_path_that_is_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="no such file"):
        read_list(tmp_path / "absent.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ListError, match="not a file"):
        read_list(tmp_path / "folder.csv")
    with pytest.raises(ListError, match=r"save it as one of \.csv, \.xlsx, \.vcf"):
        read_list(tmp_path / "list.ods")
    with pytest.raises(ListError, match=r"a\\x1b\[2J"):
        read_list(tmp_path / "a\x1b[2J.csv")
    with pytest.raises(ListError, match="no such file"):
        read_list(tmp_path / "a\0.csv")


# --- promises ---------------------------------------------------------------------------------


@reusing_tmp_path
@given(content=st.binary() | st.text().map(str.encode), header=st.booleans())
def test_arbitrary_bytes_raise_nothing_but_list_error(read, content: bytes, header: bool) -> None:
    try:
        report = read((b"email,name\n" if header else b"") + content)
        shown = [f.value + f.message for f in report.findings]
    except ListError as error:
        shown = [str(error)]
    assert all(text.isprintable() for text in shown)


field = st.text(
    st.characters(exclude_characters='",\r\n', exclude_categories=["Cs"]), min_size=1
) | st.sampled_from(["a@x.example", "A@X.EXAMPLE", "b@x.example", "yes", "Europe/Paris", "en"])


@reusing_tmp_path
@given(st.lists(st.lists(field, min_size=1, max_size=4)))
def test_every_row_is_a_contact_or_a_refusal(read, rows: list[list[str]]) -> None:
    rows = [["x", *row] for row in rows]  # no row is blank
    report = read("name,email,timezone,embargo_accepted\n" + "\n".join(map(",".join, rows)))
    assert len(rows) == len(report.contacts) + report.refused
    for contact in report.contacts:
        valid = validate_email(contact.email, check_deliverability=False, test_environment=True)
        assert contact.email == f"{valid.local_part}@{valid.ascii_domain}"
        assert contact.name == "x"


@reusing_tmp_path
@given(field)
def test_nothing_but_a_plain_yes_or_a_date_is_an_acceptance(read, written: str) -> None:
    report = read(f"email,embargo_accepted\na@x.example,{written}\n")
    if any(contact.embargo_accepted for contact in report.contacts):
        plain = written.strip(" \t\xa0")
        assert plain.lower() in YES or date.fromisoformat(plain)


@settings(deadline=None)
@given(st.text())
def test_what_is_shown_is_safe_for_a_terminal(text: str) -> None:
    assert brief(text).isprintable()
    assert len(brief(text)) <= 80


def test_a_list_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"email\n" + b"a@x.example\n" * 100_000 + b"\xff")
    stream = iter_list(path)
    assert next(stream).row == 2  # before the fault at the end is reached
    with pytest.raises(ListError, match="line 100002: byte 0xFF"):
        list(stream)


def test_the_example_lists_are_clean() -> None:
    reports = check_lists(EXAMPLES)
    assert [len(report.contacts) for report in reports] == [6, 8, 14, 8]
    assert [f.code for report in reports for f in report.findings] == ["in-another-list"]
    assert {c.language for r in reports for c in r.contacts} == {"en", "fr", "ar", "es"}


@pytest.mark.parametrize(
    ("written", "kept", "said"),
    [
        ("europe/london", "Europe/London", ""),
        ("America/New York", "America/New_York", ""),
        ("Europe/Londn", "", "did you mean Europe/London?"),
        ("London", "", "did you mean Europe/London?"),
        ("new york", "", "did you mean America/New_York?"),
        ("Europe/Qqqqqq", "", "use an IANA name, like Europe/Paris"),
        ("Greenwich time", "", "use an IANA name, like Europe/Paris"),
        ("/", "", "use an IANA name, like Europe/Paris"),
    ],
)
def test_a_zone_in_other_letters_is_taken_and_a_misspelt_one_is_only_guessed_at(
    read, written: str, kept: str, said: str
) -> None:
    report = read(f"email,timezone\nana@paper.example,{written}\n")
    assert [contact.timezone for contact in report.contacts] == [kept]
    assert [finding.message for finding in report.findings] == (
        [f"left empty; {said}"] if said else []
    )
