"""Mastheads and contact blocks as press offices set them, a line or two of each."""

from datetime import date

import pytest

from mailer.core.model import Draft, PressContact
from mailer.intake.documents import parse

TEXT = (
    "The harbour was closed this morning for the first time in forty years, and the boats stayed"
    " out at sea until the evening tide."
)


def draft(text: str, name: str = "release.txt") -> Draft:
    return parse(name, text.encode())


@pytest.mark.parametrize(
    ("line", "kind", "reference", "day"),
    [
        ("PRESS NOTICE 12/2026", "press release", "12/2026", None),
        ("Press Release No 7 of 2026", "press release", "7 of 2026", None),
        ("Medieninformation vom 1. März 2027", "press release", "", date(2027, 3, 1)),
        ("Nota stampa del 4 maggio 2026", "press release", "", date(2026, 5, 4)),
        ("Пресс-релиз № 12 от 14 мая 2026 года", "press release", "12", date(2026, 5, 14)),
    ],
)
def test_kind_and_what_stands_beside_it(
    line: str, kind: str, reference: str, day: date | None
) -> None:
    found = draft(f"Harbour Institute\n\n{line}\n\nHarbour closed\n\n{TEXT}")
    assert (found.kind, found.reference, found.date) == (kind, reference, day)
    assert (found.organisation, found.headline) == ("Harbour Institute", "Harbour closed")


@pytest.mark.parametrize(
    ("line", "organisation"),
    [
        ("Medienmitteilung der Hochschule Bergsee", "Hochschule Bergsee"),
        ("Communiqué de presse de la Fondation Rivages", "Fondation Rivages"),
        ("Joint press release by Amal Relief and Open Borders", "Amal Relief and Open Borders"),
    ],
)
def test_whose_document_it_is_may_stand_after_its_kind(line: str, organisation: str) -> None:
    found = draft(f"{line}\n\nHarbour closed\n\n{TEXT}")
    assert (found.kind, found.organisation) == ("press release", organisation)
    assert found.headline == "Harbour closed"


def test_a_letterhead_is_no_headline() -> None:
    found = draft(
        "Society of Keepers\nFounded 1871\n1 Beacon Row\nTel. +44 1736 496 100\nwww.keepers.example"
        f"\n\nPress Release No 7\n\nLast lamp lit again\n\n{TEXT}"
    )
    assert (found.organisation, found.headline) == ("Society of Keepers", "Last lamp lit again")
    assert found.body == TEXT
    assert "1 Beacon Row" in found.notes


@pytest.mark.parametrize(
    "masthead",
    [
        "Harbour Institute\n\nHarbour closed",
        "Embargo: 10am, Tuesday 9 March\n\nHarbour Institute\nMedia release\n\nHarbour closed",
        "Harbour Institute – press statement – 4 March 2026\n\nHarbour closed",
        "Press Release: Harbour Institute\n\nEmbargoed until 5am, 4 March 2027\n\nHarbour closed",
    ],
)
def test_whose_document_it_is_is_never_its_headline(masthead: str) -> None:
    found = draft(f"{masthead}\n\n{TEXT}\n\nThe Harbour Institute measured the waves.")
    assert (found.organisation, found.headline) == ("Harbour Institute", "Harbour closed")


def test_a_headline_of_one_line_is_not_joined_to_what_stands_under_it() -> None:
    over = "Jede dritte Bienenart in Deutschland gefährdet"
    under = "Neue Rote Liste zeigt leichte Erholung bei Hummeln"
    found = draft(f"Pressemitteilung\n\n{over}\n{under}\n\n{TEXT}")
    assert (found.headline, found.subhead) == (over, under)
    joined = "Senators, Surfers and Swimmers to Call for\nNew Federal Beach Testing Law"
    found = draft(f"PRESS RELEASE\n\n{joined}\n\n{TEXT}")
    assert found.headline == joined.replace("\n", " ")


def test_a_long_headline_is_not_taken_for_the_text() -> None:
    headline = (
        "Harbour of Kestria is closed for the first time in forty years after storm and flood"
    )
    found = draft(f"{headline}\n\nContact: Ann Lee, ann@water.example\n\n{TEXT}\n\n{TEXT}")
    assert (found.headline, found.body) == (headline, f"{TEXT}\n\n{TEXT}")


def test_nothing_of_an_advisory_is_lost_below_its_contact() -> None:
    found = draft(
        "**MEDIA ADVISORY**\nFOR PLANNING ONLY – NOT FOR PUBLICATION BEFORE MARCH 9, 2027\n\n"
        "Contact: Alan Teague, alan@water.example\n\nSenators to Call for Law\n\n"
        "Who: Sen. Whitcomb\nWhen: Tuesday, March 9, 2027, 10:30 a.m. EST"
    )
    assert (found.kind, found.headline) == ("media advisory", "Senators to Call for Law")
    assert "NOT FOR PUBLICATION BEFORE MARCH 9, 2027" in found.embargo_line
    assert found.body.startswith("Who: Sen. Whitcomb")
    assert [contact.name for contact in found.contacts] == ["Alan Teague"]


def test_never_an_address_given_to_another_contact() -> None:
    block = (
        "RSVP: write to desk@agency.example by 12 February.\n\nFor more information contact:\n"
        "Solange Mbarga, solange@agency.example"
    )
    found = draft(f"# Harbour closed\n\n{TEXT}\n\n{block}", "a.txt").contacts
    assert [(contact.name, contact.email) for contact in found] == [
        ("", "desk@agency.example"),
        ("Solange Mbarga", "solange@agency.example"),
    ]


def test_a_headline_in_capitals_is_not_joined_to_what_stands_under_it() -> None:
    found = draft(f"PRESS RELEASE\n\nHARBOUR CLOSED\nBY A STORM\nFirst time in 40 years\n\n{TEXT}")
    assert (found.headline, found.subhead) == (
        "HARBOUR CLOSED BY A STORM",
        "First time in 40 years",
    )


@pytest.mark.parametrize(
    ("printed", "dateline"),
    [
        ("Potsdam, 12. Mai 2026. In Brandenburg", "Potsdam, 12. Mai 2026"),
        ("Paris, le 3 mars 2026. Les ports", "Paris, le 3 mars 2026"),
        ("GRAND JUNCTION, Colo. – Mesa County", "GRAND JUNCTION, Colo."),
        ("Madrid, 3 de marzo de 2026. - Los puertos", "Madrid, 3 de marzo de 2026"),
        ("Día: miércoles, 10 de marzo de 2027\nHora: 12:00 h\nLugar: Madrid. ", ""),
    ],
)
def test_dateline_is_told_from_the_text_and_from_the_facts(printed: str, dateline: str) -> None:
    found = draft(f"PRESS RELEASE\n\nHarbour closed\n\n{printed} {TEXT}")
    assert found.dateline == dateline
    assert printed.removeprefix(dateline).lstrip("., –-")[:12] in found.body


def test_the_date_of_what_is_to_go_at_once() -> None:
    found = draft(
        f"For Immediate Release — February 20, 2026\n\n# Harbour closed\n\n{TEXT}", "a.md"
    )
    assert found.date == date(2026, 2, 20)


@pytest.mark.parametrize(
    ("block", "contact"),
    [
        (
            "Contacts:\nNairobi: Wanjiru Kamau, w@salt.example",
            PressContact("Wanjiru Kamau", "", "Nairobi", "w@salt.example"),
        ),
        (
            "Press contacts:\nAnna Kowalska - Email: anna@seas.example",
            PressContact("Anna Kowalska", "", "", "anna@seas.example"),
        ),
        (
            "Ufficio stampa Soprintendenza del Mare\nDario Mancuso\ndario@mare.example",
            PressContact("Dario Mancuso", "", "Soprintendenza del Mare", "dario@mare.example"),
        ),
        (
            "Pressekontakt:\nVogelwarte Havelland\nSabine Korthals\nkorthals@vogel.example",
            PressContact("Sabine Korthals", "", "Vogelwarte Havelland", "korthals@vogel.example"),
        ),
    ],
)
def test_contact_is_named_and_nothing_beside_the_name_is_lost(
    block: str, contact: PressContact
) -> None:
    assert draft(f"# Harbour closed\n\n{TEXT}\n\n{block}", "a.txt").contacts == (contact,)


def test_the_number_of_a_register_is_no_telephone() -> None:
    found = draft(
        f"# Harbour closed\n\n{TEXT}\n\nHarbour Trust. Registered charity 1122334", "a.txt"
    )
    assert found.contacts == ()
    assert "1122334" in found.body + found.notes
