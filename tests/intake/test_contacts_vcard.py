"""Lists from address books: vCard 3.0 and 4.0, and 2.1 as telephones write it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailer.core.errors import ListError
from mailer.core.model import Contact
from mailer.intake.contacts import ListReport, read_list
from mailer.intake.vcard import MAX_CARD


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str | bytes) -> ListReport:
        path = tmp_path / "list.vcf"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_list(path)

    return read


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


def test_every_property_is_read(read) -> None:
    report = read(
        card(
            "FN:Ana Sol\\, MA",
            "N:Sol;Ana;;;",
            "ORG:The\\; Paper;Foreign desk",
            "item1.EMAIL;TYPE=work:ana@X.example",
            "LANG:fr-CA",
            "TZ:Europe/Paris",
            "CATEGORIES:rights,justice",
            "CATEGORIES:desk",
            "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ==",
            version="4.0",
        )
    )
    assert report.contacts == (
        Contact(
            "ana@x.example",
            "Ana Sol, MA",
            "The; Paper",
            "fr",
            "Europe/Paris",
            ("rights", "justice", "desk"),
        ),
    )
    assert report.findings == ()


def test_folded_lines_and_several_cards(read) -> None:
    report = read(
        "\ufeff" + card("FN:An", " a Sol", "EMAIL:a@x.exa", "\tmple") + card("EMAIL:b@x.example")
    )
    assert report.contacts == (Contact("a@x.example", "Ana Sol"), Contact("b@x.example"))


def test_a_telephone_export_in_quoted_printable(read) -> None:
    report = read(
        card(
            "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Dup=C3=A9r=",
            "on;J=C3=A9r=C3=B4me;;;",
            "email;INTERNET;PREF:j@x.example",
            "ORG;charset=iso-8859-1;encoding=quoted-printable:Le Caf=E9",
            version="2.1",
        )
    )
    assert report.contacts == (Contact("j@x.example", "Jérôme Dupéron", "Le Café"),)


@pytest.mark.parametrize(
    ("lines", "taken"),
    [
        (("EMAIL:a@x.example", "EMAIL;TYPE=home,pref:b@x.example"), "b@x.example"),
        (("EMAIL;PREF=2:a@x.example", "EMAIL;PREF=1:b@x.example"), "b@x.example"),
        (("EMAIL:a@x.example", "EMAIL;PREF=\u0662:b@x.example"), "b@x.example"),
        (("EMAIL:a@x.example", "EMAIL:b@x.example"), "a@x.example"),
    ],
)
def test_the_preferred_address_is_taken_and_the_others_are_said(read, lines, taken: str) -> None:
    report = read(card(*lines))
    assert [c.email for c in report.contacts] == [taken]
    assert [(f.row, f.code, f.refused) for f in report.findings] == [
        (1, "several-addresses", False)
    ]


def test_an_offset_is_no_zone(read) -> None:
    report = read(card("EMAIL:a@x.example", "TZ:+02:00"))
    assert report.contacts == (Contact("a@x.example"),)
    assert [f.code for f in report.findings] == ["unknown-zone"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (card("FN:Ana"), "missing-address"),
        (card("NOTE:nothing"), "missing-address"),
        (
            card("EMAIL;ENCODING=QUOTED-PRINTABLE:a@x.example=0D=0ABcc: b@x.example"),
            "unsafe-address",
        ),
        (card("EMAIL:a@x.example\\nBcc: b@x.example"), "unsafe-address"),
        (card("FN;X" + "=" * 60 + '":x', "EMAIL:a@x.example"), "unreadable-row"),
        (
            card("FN;CHARSET=NO-SUCH;ENCODING=QUOTED-PRINTABLE:=E9", "EMAIL:a@x.example"),
            "unreadable-row",
        ),
        (card("FN;ENCODING=8BIT,QUOTED-PRINTABLE:x", "EMAIL:a@x.example"), "unreadable-row"),
        (card("FN;ENCODING=QUOTED-PRINTABLE:=E9", "EMAIL:a@x.example"), "unreadable-row"),
        (card("FN:" + "x" * MAX_CARD, "EMAIL:a@x.example"), "unreadable-row"),
        (card("FN:x", *[" " + "x" * 70] * 4000, "EMAIL:a@x.example"), "unreadable-row"),
        (card("FN:x", " " + "x" * 900_000, "EMAIL:a@x.example"), "unreadable-row"),
        (card("FN:x").removesuffix("END:VCARD\r\n"), "unreadable-row"),
        (card("EMAIL:GOOD@x.example"), "duplicate"),
    ],
)
def test_a_bad_card_leaves_the_others_working(read, bad: str, code: str) -> None:
    report = read(card("EMAIL:good@x.example") + bad + card("EMAIL:last@x.example"))
    assert [c.email for c in report.contacts] == ["good@x.example", "last@x.example"]
    (finding,) = report.findings
    assert (finding.row, finding.code, finding.refused) == (5, code, True)
    assert finding.message.isprintable()


def test_a_quoted_printable_line_without_end_never_swallows_a_card(read) -> None:
    bad = card("FN;ENCODING=QUOTED-PRINTABLE:x=", *["y" * 70 + "="] * 4000)
    report = read(bad + card("EMAIL:last@x.example"))
    assert [c.email for c in report.contacts] == ["last@x.example"]
    assert report.refused == 1


def test_a_card_without_its_beginning_is_never_lost_in_silence(read) -> None:
    report = read(card("EMAIL:good@x.example") + "VERSION:3.0\nEMAIL:a@x.example\nEND:VCARD\n")
    assert [(f.row, f.code, f.refused) for f in report.findings] == [(7, "unreadable-row", True)]


def test_no_card_cut_off_at_the_end_is_lost_in_silence(read) -> None:
    report = read("BEGIN:VCARD\nEMAIL:a@x.example\n")
    assert report.contacts == ()
    assert report.refused == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no card"),
        (b"email,name\na@x.example,Ana\n", "no card"),
        ("BEGIN:VCARD\nFN:José\n".encode("latin-1"), "line 2: byte 0xE9 is not UTF-8"),
        (b"BEGIN:VCARD\nFN:" + b"x" * 10_000_000, "line 2: over"),
    ],
)
def test_an_unreadable_file_is_one_clear_line(read, content: bytes, said: str) -> None:
    with pytest.raises(ListError, match=said):
        read(content)


line = st.sampled_from(
    ["BEGIN:VCARD", "END:VCARD", "EMAIL:a@x.example", "FN;ENCODING=QUOTED-PRINTABLE:=", " x", ""]
) | st.tuples(
    st.sampled_from(["FN", "EMAIL", "ORG", "N", "CATEGORIES", "a.TZ"]),
    st.text(st.sampled_from(';=,":"aQ\\é') | st.characters(exclude_categories=["Cs"])),
).map("".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(line).map("\n".join).map(str.encode) | st.binary())
def test_arbitrary_cards_raise_nothing_but_list_error(read, content: bytes) -> None:
    try:
        report = read(content)
        rows = len(report.contacts) + report.refused
        shown = [f.value + f.message for f in report.findings]
    except ListError as error:
        rows, shown = 1, [str(error)]
    assert rows > 0
    assert all(text.isprintable() for text in shown)
