"""The rules of reading a document, one by one."""

import re
from datetime import date

import pytest
from babel import Locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailer.core.model import Draft, Phone
from mailer.intake.blocks import Line, Shape, blocks_of, markdown, plain
from mailer.intake.checks import leads_nowhere, links_in, quotation_warnings, warn
from mailer.intake.contact_block import contacts_of
from mailer.intake.dates import dateline_of, dates_in, only_date
from mailer.intake.files import lines_of
from mailer.intake.language import language_of
from mailer.intake.masthead_lines import fields_of
from mailer.intake.plain import draft_of, is_inside
from mailer.intake.printed import join_hyphens


def lines(text: str) -> list[Line]:
    return list(lines_of(text, numbered=True)[0])


def draft(text: str) -> Draft:
    return draft_of(lines(text), wrapped=True, typeset=False)


PROSE = (
    "The harbour was closed this morning for the first time in forty years, and the boats"
    " stayed out at sea until the evening tide."
)

# --- dates ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "printed",
    [
        "8 October 2013", "October 8, 2013", "Oct. 8, 2013", "8 Oct 2013", "8th October 2013",
        "Tuesday 8th October 2013", "Tuesday, 8 October, 2013", "the 8th of October 2013",
        "2013-10-08", "2013/10/08", "8 octobre 2013", "Le mardi 8 octobre 2013",
        "8 de octubre de 2013", "8 de outubro de 2013", "8. Oktober 2013", "Dienstag, 8. Okt. 2013",
        "8 ottobre 2013", "8 октября 2013 г.", "8 أكتوبر 2013", "8 تشرين الأول 2013",
        "8 تشرين الأول/أكتوبر 2013", "٨ أكتوبر ٢٠١٣", "Date: 8 October 2013",
    ],
)  # fmt: skip
def test_date_is_read_in_every_order_and_language(printed: str) -> None:
    found = only_date(printed)
    assert found is not None
    assert found.value == date(2013, 10, 8)


@given(
    st.dates(date(1900, 1, 1), date(2999, 12, 31)),
    st.sampled_from(["en", "fr", "es", "de", "pt", "it", "ru", "ar"]),
    st.sampled_from(["wide", "abbreviated"]),
)
def test_every_month_of_every_language_is_read(day: date, language: str, width: str) -> None:
    month = Locale.parse(language).months["format"][width][day.month]
    found = only_date(f"{day.day} {month} {day.year}")
    assert found is not None
    assert found.value == day


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1900, 2100), st.sampled_from("/.-"))
def test_never_guesses_which_number_is_the_month(a: int, b: int, year: int, sep: str) -> None:
    (found,) = dates_in(f"{a}{sep}{b}{sep}{year}")
    assert found.value == (date(year, a, b) if a == b else None)


@given(st.integers(13, 28), st.integers(1, 12))
def test_a_number_over_twelve_is_the_day(day: int, month: int) -> None:
    for printed in (f"{day}/{month}/2026", f"{month}/{day}/2026"):
        (found,) = dates_in(printed)
        assert found.value == date(2026, month, day)


@pytest.mark.parametrize(
    "text", ["EUR 55/011/2013", "31 February 2013", "from 2013 to 2014", "8 October", "1.2.3.2013"]
)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert list(dates_in(text)) == []


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("LONDON, 8 October 2013 — The harbour", "LONDON, 8 October 2013"),
        ("GENEVA (8 October 2013) – The harbour", "GENEVA (8 October 2013)"),
        ("PARIS — The harbour", "PARIS"),
        ("NEW YORK/GENEVA -- The harbour", "NEW YORK/GENEVA"),
        ("(New York, October 8, 2013) – The harbour", "New York, October 8, 2013"),
        ("Berlin, 8. Oktober 2013 – The harbour", "Berlin, 8. Oktober 2013"),
    ],
)
def test_dateline_is_what_stands_before_the_dash(text: str, printed: str) -> None:
    found = dateline_of(text)
    assert found is not None
    assert found.printed == printed
    assert text[found.text_starts :] == "The harbour"


@pytest.mark.parametrize(
    "text",
    [
        "The harbour — and the town — was closed.", "In 2013 – as before – it rained.",
        "It was 8 October 2013 and nobody came – as before.", "Harbour Watch: a new report",
    ],
)  # fmt: skip
def test_a_dash_in_a_sentence_is_no_dateline(text: str) -> None:
    assert dateline_of(text) is None


# --- masthead lines ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("PRESS RELEASE", "press release"), ("News release", "press release"),
        ("**Media advisory**", "media advisory"), ("MEDIA ALERT", "media advisory"),
        ("Statement", "statement"), ("# PUBLIC STATEMENT", "statement"),
        ("Photocall", "photo call"), ("PHOTO OPPORTUNITY", "photo call"),
        ("Communiqué de presse", "press release"), ("Comunicado de prensa:", "press release"),
        ("Pressemitteilung", "press release"), ("COMUNICATO STAMPA", "press release"),
        ("بيان صحفي", "press release"), ("ПРЕСС-РЕЛИЗ", "press release"),
        ("PRESS RELEASE | 8 October 2013 | Ref: HW 12", "press release"),
        ("PRESS RELEASE - FOR IMMEDIATE RELEASE", "press release"),
    ],
)  # fmt: skip
def test_kind(text: str, kind: str) -> None:
    fields = fields_of(text, lambda _: False)
    assert fields is not None
    assert fields.kind == kind


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("AI Index: EUR 55/011/2013", "EUR 55/011/2013"), ("Ref: HW/12", "HW/12"),
        ("Reference No. HW 2024-17", "HW 2024-17"), ("Ref. no.: 17", "17"),
        ("Our ref: ABC/123", "ABC/123"), ("Press release no. 12/2024", "12/2024"),
        ("IP/24/123", "IP/24/123"), ("PR 2024-17", "PR 2024-17"), ("MEMO/13/866", "MEMO/13/866"),
        ("Pressemitteilung Nr. 17/2026", "17/2026"), ("Réf. : FR-2027-03", "FR-2027-03"),
        ("PRESS RELEASE | 8 October 2013 | Ref: HW 12", "HW 12"), ("SC/15234", "SC/15234"),
    ],
)  # fmt: skip
def test_reference(text: str, reference: str) -> None:
    fields = fields_of(text, lambda _: False)
    assert fields is not None
    assert fields.reference == reference


@pytest.mark.parametrize(
    "text",
    [
        "EMBARGOED UNTIL 00:01 GMT, 9 February 2027", "STRICTLY EMBARGOED: 9 February 2027",
        "Under embargo: 9 February 2027, 10:00", "**NOT FOR PUBLICATION BEFORE 9 FEBRUARY**",
        "FOR IMMEDIATE RELEASE", "Not for publication or broadcast before 0001 GMT",
        "Embargo: 0001 GMT", "Sperrfrist: 9. Februar 2027, 10 Uhr", "Bajo embargo hasta el martes",
        "Pour diffusion immédiate", "Sotto embargo fino al 9 febbraio", "Под эмбарго до 9 февраля",
        "Sob embargo até às 10h", "للنشر الفوري", "For release: 9 February 2027",
        "HOLD FOR RELEASE UNTIL TUESDAY",
    ],
)  # fmt: skip
def test_embargo_line(text: str) -> None:
    fields = fields_of(text, lambda _: False)
    assert fields is not None
    assert fields.embargo == text.strip("*")


@pytest.mark.parametrize(
    "text",
    [
        "Embargo on cod exports is lifted", "Ministers release all prisoners",
        "Statement of accounts was wrong, court finds; ministers resign over the whole affair",
        "Minister Issues Statement", "Azerbaijan: spiral of oppression", "When: 8 October 2013",
    ],
)  # fmt: skip
def test_a_headline_is_not_taken_for_a_masthead_line(text: str) -> None:
    fields = fields_of(text, lambda _: False)
    assert fields is None or fields.title == text


@pytest.mark.parametrize(
    "mark",
    ["ENDS", "-ENDS-", "– Ends –", "###", "# # #", "- 30 -", "-30-", "END", "FIN", "**ENDS**"],
)
def test_what_follows_the_end_mark_is_no_body(mark: str) -> None:
    found = draft(f"PRESS RELEASE\n\nHarbour closed\n\n{PROSE}\n\n{mark}\n\nThe end of it all.\n")
    assert found.body == PROSE
    assert found.notes == "The end of it all."


def test_embargo_under_the_text_is_not_missed() -> None:
    found = draft(f"PRESS RELEASE\n\nHarbour closed\n\n{PROSE}\n\nEMBARGOED UNTIL 9 MAY, 10:00 GMT")
    assert found.embargo_line == "EMBARGOED UNTIL 9 MAY, 10:00 GMT"


def test_embargo_goes_on_in_the_next_line() -> None:
    found = draft(f"EMBARGOED UNTIL\n00:01 GMT, 9 February 2027\n\nHarbour closed\n\n{PROSE}")
    assert found.embargo_line == "EMBARGOED UNTIL 00:01 GMT, 9 February 2027"
    assert found.date is None
    assert found.headline == "Harbour closed"


# --- blocks -----------------------------------------------------------------------------------


def body(text: str, *, wrapped: bool = True) -> str:
    return markdown(blocks_of(lines(text), wrapped=wrapped))


def test_a_heading_or_a_list_is_never_joined() -> None:
    text = (
        "The report names the three causes of the loss of reed:\n\n- one\n- two\n\n## causes\n\nit"
    )
    assert body(text) == text


def test_a_blank_line_between_items_leaves_one_list() -> None:
    assert body("- one\n\n- two\n\n* three") == "- one\n- two\n* three"


def test_bullets_of_other_shapes_become_list_items() -> None:
    assert body("• one of them\n  and more\n• two") == "- one of them and more\n- two"


def test_a_german_date_is_no_list() -> None:
    (block,) = blocks_of(lines("8. Oktober 2026"), wrapped=True)
    assert block.shape is Shape.PARAGRAPH


def test_hyphen_at_the_end_of_a_line() -> None:
    def joined(text: str, *, typeset: bool) -> str:
        return " ".join(line.text for line in join_hyphens(lines(text), typeset=typeset))

    assert joined("the fish-\nery was", typeset=True) == "the fishery was"
    assert joined("the pro-\ndemocracy groups", typeset=True) == "the pro-democracy groups"
    assert joined("long-term, long-\nterm", typeset=True) == "long-term, long-term"
    assert joined("the fish-\nery was", typeset=False) == "the fish-ery was"
    assert joined("in Stratford-\nUpon", typeset=True) == "in Stratford- Upon"


def test_a_paragraph_cut_by_nothing_is_left_alone() -> None:
    first = "The harbour was closed this morning and the boats stayed out."
    assert body(f"{first}\n\nand so on") == f"{first}\n\nand so on"
    assert body("Short line\n\nand so on") == "Short line\n\nand so on"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("### **Bold** heading ##", "Bold heading"), ("[text](https://a.example)", "text"),
        ("*It* `is` \\*so\\*", "It is *so*"), ("> quoted", "quoted"), ("a_b_c", "a_b_c"),
    ],
)  # fmt: skip
def test_plain_takes_only_the_marks(text: str, bare: str) -> None:
    assert plain(text) == bare


# --- links and quotations ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["", "#", "#top", "page.html", "//host/x", "https://", "http://[", "javascript:alert(1)",
     "mailto:nobody", "mailto:", "tel:"],
)  # fmt: skip
def test_leads_nowhere(url: str) -> None:
    assert leads_nowhere(url)


@pytest.mark.parametrize(
    "url",
    ["https://a.example/x?y#z", "http://a.example", "mailto:a@b.example", "tel:+442079460000"],
)
def test_leads_somewhere(url: str) -> None:
    assert not leads_nowhere(url)


def test_every_link_is_found_with_its_line() -> None:
    text = (
        'See [one](https://a.example/1 "t") and\n<https://a.example/2>, or\n'
        "https://a.example/3. And [two\nlines](https://a.example/(4))\n"
    )
    assert [(link.url[-2:], link.line) for link in links_in(lines(text))] == [
        ("/1", 1), ("/2", 2), ("/3", 3), ("4)", 3),
    ]  # fmt: skip


def unclosed(text: str) -> list[int]:
    return [w.line for w in quotation_warnings(blocks_of(lines(text), wrapped=True))]


@pytest.mark.parametrize(
    "text",
    [
        "“One,” he said. “Two.”", "„Eins“, sagt er. „Zwei.“", "« Un », dit-il. « Deux. »",
        "»Eins«, sagt er.", '"One," he said. "Two."', "”Ett”, sade han.", "“a ‘b’ c”",
        "“One\n\n“Two\n\n“Three.”", "He said: “One.\n\n“Two.”", '"One\n\n"Two."',
        'A 6" pipe and a 12" one.', "“He said ‘yes’ to it.”",
        "« Un « deux » trois »", "«وقال» إنه", 'he said "yes" ("no")', "*“One,”* he said.",
        "- “one”\n- “two”", '[a "b" c](https://a.example "title")', '" texte "',
    ],
)  # fmt: skip
def test_sound_quotations_are_left_alone(text: str) -> None:
    assert unclosed(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n\n“One, he said.", 3), ("“One, he said. “Two.”", 1), ("„Eins, sagt er.", 1),
        ("« Un, dit-il.", 1), ('"One, he said. "Two."', 1), ("“One\n\nTwo.”", 1),
        ("He\nsaid “One", 2), ("- “one\n- two”", 1), ("“One, ‘two’ and three", 1),
    ],
)  # fmt: skip
def test_quotation_left_open(text: str, line: int) -> None:
    assert unclosed(text) == [line]


@given(st.lists(st.text("abc .,", min_size=1, max_size=20), min_size=1, max_size=6))
def test_closed_quotations_are_never_reported(parts: list[str]) -> None:
    assert unclosed(" he said ".join(f"“{part.strip() or 'x'}”" for part in parts)) == []


def test_a_warning_code_outside_the_table_is_a_fault() -> None:
    with pytest.raises(KeyError):
        warn("no-such-code", 1, "")


# --- contacts ---------------------------------------------------------------------------------


def contacts(text: str) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    found = contacts_of(blocks_of(lines(text), wrapped=False), "Harbour Watch").contacts
    return [(c.name, c.role, c.email, [(p.number, p.label) for p in c.phones]) for c in found]


ANN, BO = "ann@hw.example", "bo@hw.example"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Contact: Ann Lee, Press Officer, ann@hw.example",
         [("Ann Lee", "Press Officer", ANN, [])]),
        ("Contact\nAnn Lee\nPress Officer\nMobile: +44 7700 900123\nann@hw.example",
         [("Ann Lee", "Press Officer", ANN, [("+447700900123", "Mobile")])]),
        ("Media contacts:\nAnn Lee, ann@hw.example, +44 7700 900123\nBo Ek, bo@hw.example",
         [("Ann Lee", "", ANN, [("+447700900123", "")]), ("Bo Ek", "", BO, [])]),
        ("For interviews, contact Ann Lee on +44 (0)20 7946 0123 (office) or at <ann@hw.example>.",
         [("Ann Lee", "", ANN, [("+442079460123", "office")])]),
        ("Press contact: Ann Lee | T: +1 (212) 555-0142 | M: 0044 7700 900123",
         [("Ann Lee", "", "", [("+12125550142", "T"), ("+447700900123", "M")])]),
        ("Ann Lee (Press Officer): [ann@hw.example](mailto:ann@hw.example)",
         [("Ann Lee", "Press Officer", ANN, [])]),
        ("For more information: press office, Harbour Watch, ann@hw.example",
         [("", "press office", ANN, [])]),
        ("Name: Ann Lee\nEmail: ann@hw.example\nPhone: +44 20 7946 0123 ext. 12",
         [("Ann Lee", "", ANN, [("+442079460123", "Phone ext. 12")])]),
        ("Harbour Watch\nAnn Lee\n+44 20 7946 0123",
         [("Ann Lee", "", "", [("+442079460123", "")])]),
    ],
)  # fmt: skip
def test_contact(text: str, expected: object) -> None:
    assert contacts(text) == expected


def test_a_sentence_after_the_contact_is_no_contact() -> None:
    found = contacts_of(blocks_of(lines(
        "Contact: Ann Lee, ann@hw.example. And Harbour Watch was founded in 1990, by nine masters."
    ), wrapped=False))  # fmt: skip
    assert found.rest == ("And Harbour Watch was founded in 1990, by nine masters.",)
    assert [contact.name for contact in found.contacts] == ["Ann Lee"]


def test_the_italian_zero_is_part_of_the_number() -> None:
    assert contacts("Contact: +39 (0)6 1234 5678")[0][3] == [("+390612345678", "")]


@given(st.text("0123456789 +()-.,\n/:ABCabc@", max_size=80))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_never_invents_a_number_or_an_address(text: str) -> None:
    given_text = f"Contact: {text}"
    digits = re.sub(r"\D", "", re.sub(r"\(0\)", "", given_text)), re.sub(r"\D", "", given_text)
    for contact in contacts_of(blocks_of(lines(given_text), wrapped=False)).contacts:
        assert contact.email in given_text
        for phone in contact.phones:
            assert any(phone.number[1:] in found for found in digits)
            assert phone.number.startswith("+")


@given(st.from_regex(r"\(?0\d{2,4}\)?[ -]\d{3,4}[ -]?\d{3,4}", fullmatch=True))
def test_never_gives_a_national_number_a_country(number: str) -> None:
    found = contacts_of(blocks_of(lines(f"Contact: Ann Lee, {number}"), wrapped=False))
    assert [c.phones for c in found.contacts if c.phones] == [] or "00" in number[:3]


def test_a_label_stays_with_its_number() -> None:
    found = contacts_of(
        blocks_of(lines("Contact: Ann Lee, +44 7700 900123 (mobile), Tel: +44 20 7946 0123"),
                  wrapped=False)
    )  # fmt: skip
    assert found.contacts[0].phones == (
        Phone("+447700900123", "mobile"),
        Phone("+442079460123", "Tel"),
    )


# --- language, attachments --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PROSE, "en"), ("Harbour Watch", ""), ("", ""),
        ("این گزارش درباره‌ی ماهی‌گیری در بندرهای شمال است و چیزی نو دارد", ""),
        ("وقالت المنظمة إن القوارب تذهب أبعد وتعود أخف في كل عام", "ar"),
        ("Звіт про рибальство в північних портах їхньої країни", ""),
        ("Это новый отчёт о рыболовстве в северных портах, и он был опубликован", "ru"),
    ],
)  # fmt: skip
def test_language_is_said_only_when_sure(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "name", ["../x.csv", "/etc/x.csv", "a/../../x.csv", "C:\\x.csv", "..\\x.csv", "", "a\x00.csv",
             "\\\\host\\x.csv", "C:x.csv"])  # fmt: skip
def test_an_attachment_never_leads_out_of_the_folder(name: str) -> None:
    assert not is_inside(name)


def test_attachment_out_of_the_folder_is_refused_and_said() -> None:
    found = draft(f"PRESS RELEASE\n\nHarbour closed\n\n{PROSE}\n\nAttachments: a.csv, ../../b.csv")
    assert found.attachments == ("a.csv",)
    assert [(w.code, w.line) for w in found.warnings if w.line] == [("attachment-refused", 7)]
