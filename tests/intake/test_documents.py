"""Whole documents: the seed, one of its shape, and the shapes that press offices really send."""

import json
from datetime import date
from pathlib import Path

import pytest

from mailer.core.model import Draft, Phone, PressContact
from mailer.intake.checks import WARNINGS
from mailer.intake.documents import read, to_json

REPOSITORY = Path(__file__).parents[2]
SEED = REPOSITORY / "../shared/press/000_96ad5148e1ef8570.txt"
FIXTURES = Path(__file__).parent / "fixtures"
EXAMPLE = REPOSITORY / "mailer/example/advisory.md"
SHAPES = sorted(path.name for path in FIXTURES.iterdir())


def codes(draft: Draft) -> list[str]:
    return [warning.code for warning in draft.warnings]


def missing(draft: Draft) -> set[str]:
    return {w.message.split()[1] for w in draft.warnings if w.code == "not-found"}


# --- the seed ---------------------------------------------------------------------------------


@pytest.mark.skipif(not SEED.exists(), reason="the shared press documents are not here")
def test_seed_reads_as_the_issue_says() -> None:
    draft = read(SEED)
    assert draft.organisation == "AMNESTY INTERNATIONAL"
    assert draft.kind == "media advisory"
    assert draft.date == date(2013, 10, 8)
    assert draft.reference == "EUR 55/011/2013"
    assert draft.headline == (
        "Azerbaijan in downward spiral of oppression ahead of presidential elections"
    )
    assert draft.language == "en"
    assert draft.contacts == (
        PressContact(
            "Lydia Aroyo",
            "Press Officer",
            "Amnesty International, International Secretariat",
            "laroyo@amnesty.org",
            (Phone("+447771796350", "UK mobile"), Phone("+442074135599", "")),
        ),
    )
    items = [line for line in draft.body.split("\n") if line.startswith("- ")]
    assert [item.split()[1] for item in items] == ["Independent", "NGOs", "Civil"]
    assert "civil society and independent media. The international community" in draft.body
    assert [(w.code, w.line) for w in draft.warnings] == [
        ("link-nowhere", 18),
        ("quote-unclosed", 26),
    ]
    assert [(link.url, link.line) for link in draft.links] == [("#", 18)]
    assert (draft.notes, draft.subhead, draft.dateline, draft.embargo_line) == ("", "", "", "")


def test_our_document_of_the_same_shape() -> None:
    draft = read(FIXTURES / "seed_shape.txt")
    assert draft.organisation == "MARSH OBSERVATORY"
    assert draft.kind == "media advisory"
    assert draft.date == date(2026, 3, 14)
    assert draft.reference == "WET 07/014/2026"
    assert draft.headline == "Reed beds lost at twice the rate of a decade ago, new survey finds"
    assert draft.body.count("\n- ") == 3
    assert "independent inspectors. The river commission" in draft.body
    assert draft.contacts == (
        PressContact(
            "Tomas Reyland",
            "Press Officer",
            "Marsh Observatory, Delta Office",
            "press@marsh.example",
            (Phone("+447700900123", "UK mobile"), Phone("+442079460987", "")),
        ),
    )
    assert [(w.code, w.line) for w in draft.warnings] == [
        ("link-nowhere", 16),
        ("quote-unclosed", 24),
    ]


def test_example_advisory_reads_without_warnings() -> None:
    draft = read(EXAMPLE)
    assert draft.warnings == ()
    assert (draft.organisation, draft.kind) == ("HARBOUR WATCH", "media advisory")
    assert (draft.reference, draft.date) == ("SEA 12/003/2027", date(2027, 2, 8))
    assert draft.attachments == ("catches.csv",)
    assert (EXAMPLE.parent / "catches.csv").is_file()
    assert "Attachment" not in draft.body + draft.notes
    assert [edition.language for edition in draft.editions] == ["ar", "fr"]
    assert all(e.headline and e.body and e.notes for e in draft.editions)
    assert draft.notes.startswith("The landing books are public")
    assert len(draft.contacts) == 1
    assert len(draft.contacts[0].phones) == 2
    assert draft.body.count("\n- ") == 3


# --- other shapes -----------------------------------------------------------------------------

EXPECTED: dict[str, dict[str, object]] = {
    "wrapped_embargo.txt": {
        "organisation": "National Institute for River Health",
        "kind": "press release",
        "date": "2027-02-08",
        "reference": "NIRH/PR/2027/04",
        "headline": "Salmon return to upper Tarrow for the first time since the mills were built",
        "embargo_line": "STRICTLY EMBARGOED UNTIL 00:01 GMT, TUESDAY 9 FEBRUARY 2027",
        "language": "en",
    },
    "us_release.txt": {
        "organisation": "Brightwater",
        "kind": None,
        "date": "2025-10-08",
        "headline": "BRIGHTWATER LAUNCHES NATIONAL TAP TESTING PROGRAM",
        "subhead": "Free kits will reach 40,000 homes by spring",
        "dateline": "NEW YORK, Oct. 8, 2025",
        "embargo_line": "FOR IMMEDIATE RELEASE",
    },
    "un_statement.md": {
        "organisation": "UN experts on the right to water",
        "kind": "statement",
        "date": "2026-03-13",
        "dateline": "GENEVA (13 March 2026)",
        "headline": None,
    },
    "french.md": {
        "organisation": "Fondation Rivages",
        "kind": "press release",
        "date": "2027-02-08",
        "reference": "FR-2027-03",
        "headline": "Le littoral recule deux fois plus vite que prévu",
        "subhead": "Une étude menée sur trente ans et quarante plages",
        "dateline": "PARIS, le 8 février 2027",
        "embargo_line": "Sous embargo jusqu’au 9 février 2027 à 00 h 01 (heure de Paris)",
        "notes": "Les données sont publiques.",
        "language": "fr",
    },
    "german.txt": {
        "organisation": "Hochschule Nordtal",
        "kind": "press release",
        "date": "2026-10-08",
        "reference": "17/2026",
        "headline": "Forschende messen erstmals das Gedächtnis von Gletschereis",
        "subhead": "Hochschule Nordtal und Eisarchiv legen gemeinsame Daten vor",
        "language": "de",
    },
    "spanish.txt": {
        "organisation": "Observatorio de los Puertos",
        "kind": "press release",
        "date": "2026-03-03",
        "reference": "OP/2026/11",
        "headline": "Los puertos del sur duplican la espera de los barcos pesqueros",
        "dateline": "MADRID, 3 de marzo de 2026",
        "language": "es",
    },
    "portuguese.md": {
        "organisation": "Rede Maré",
        "kind": "press release",
        "date": "2026-05-12",
        "headline": "Rede Maré lança mapa das praias sem rede de esgoto",
        "dateline": "Lisboa, 12 de maio de 2026",
        "embargo_line": "PARA DIVULGAÇÃO IMEDIATA",
        "language": "pt",
    },
    "italian.txt": {
        "organisation": "Istituto Lagune",
        "kind": "press release",
        "date": "2026-04-21",
        "headline": "Le barene della laguna crescono di nuovo",
        "dateline": "Venezia, 21 aprile 2026",
        "language": "it",
    },
    "arabic.md": {
        "organisation": "مرصد السواحل",
        "kind": "press release",
        "date": None,
        "reference": "MS/2027/05",
        "headline": "تراجع صيد السردين إلى النصف خلال عشر سنوات",
        "embargo_line": "محظور النشر حتى الساعة 00:01 بتوقيت غرينتش، 9 شباط/فبراير 2027",
        "language": "ar",
    },
    "russian.txt": {
        "organisation": "Институт Северных Рек",
        "kind": "press release",
        "date": "2026-10-14",
        "headline": "Лёд на северных реках встаёт на две недели позже",
        "language": "ru",
    },
    "photo_call.txt": {
        "organisation": "Harbour Festival",
        "kind": "photo call",
        "date": None,
        "headline": "Giant puppet crosses the harbour bridge",
        "language": "en",
    },
    "ministry.txt": {
        "organisation": "MINISTRY OF FISHERIES AND COASTS",
        "kind": "press release",
        "date": None,
        "reference": "MFC-2026-118",
        "headline": "MINISTER ANNOUNCES NEW QUOTAS FOR COD AND HADDOCK",
    },
    "headline_first.md": {
        "organisation": "University of Eastmark",
        "kind": "press release",
        "date": "2026-10-08",
        "headline": "Astronomers find water vapour over a world without a sea",
        "attachments": ["spectrum.png", "table-2.csv"],
    },
    "joint_statement.md": {
        "kind": "statement",
        "date": "2026-05-04",
        "headline": "Statement by the Coalition for Open Courts on the closing of the northern"
        " tribunal",
        "notes": "The Coalition for Open Courts has 41 member organisations.",
    },
    "starred_embargo.txt": {
        "kind": "media advisory",
        "date": None,
        "headline": None,
        "embargo_line": "STRICTLY EMBARGOED UNTIL 10:00 BST 5 MAY 2026",
    },
    "agency.txt": {
        "organisation": "UNITED RIVERS PROGRAMME",
        "kind": None,
        "date": "2026-04-12",
        "reference": "URP/PR/26/14",
        "headline": "Drought in the upper basin now worst since 1961, agency warns",
        "dateline": "NAIROBI (12 April 2026)",
    },
    "department.txt": {
        "organisation": "Department for Rivers and Coasts",
        "kind": "press release",
        "date": None,
        "headline": "New flood defences to protect 12,000 homes",
        "embargo_line": "Embargo: 0001 hours Thursday 4 March 2027",
        "contacts": [],
    },
    "web_copy.md": {
        "organisation": "University of Eastmark",
        "kind": "press release",
        "date": "2026-06-03",
        "headline": "Eastmark opens first tidal laboratory",
        "dateline": "Eastmark, 3 June 2026",
        "notes": "### About the University of Eastmark\n\nFounded in 1890.",
    },
    "pages.txt": {
        "organisation": "HARBOUR LEDGER",
        "kind": "press release",
        "date": "2026-10-08",
        "headline": "Port fees to double in the spring",
    },
}


@pytest.mark.parametrize("name", EXPECTED)
def test_shape(name: str) -> None:
    found = to_json(read(FIXTURES / name))
    assert {key: found[key] for key in EXPECTED[name]} == EXPECTED[name]


CONTACTS = {
    "wrapped_embargo.txt": [
        ("Priya Nandakumar", "Senior Press Officer", "priya.nandakumar@nirh.example",
         [("+442079460321", "T"), ("+447700900321", "M")]),
        ("Owen Farrell", "Head of Communications", "owen.farrell@nirh.example",
         [("+442079460322", "Tel")]),
    ],
    "us_release.txt": [("Dana Whitlow", "", "dwhitlow@brightwater.example", [])],
    "un_statement.md": [
        ("Lucía Ferrante", "", "lucia.ferrante@un-experts.example", [("+41225550122", "")]),
    ],
    "french.md": [
        ("Bastien Morvan", "attaché de presse", "b.morvan@rivages.example",
         [("+33199001234", "Tél"), ("+33639981234", "Portable")]),
    ],
    "german.txt": [
        ("Jonas Feldhoff", "Pressesprecher", "presse@nordtal.example",
         [("+493023125017", "Telefon")]),
    ],
    "spanish.txt": [
        ("Iker Salgado", "responsable de prensa", "prensa@puertos.example",
         [("+34600000123", "móvil")]),
    ],
    "portuguese.md": [
        ("Duarte Freitas", "assessor de imprensa", "imprensa@mare.example",
         [("+351210000123", "")]),
    ],
    "italian.txt": [
        ("Paolo Rinaldin", "", "stampa@lagune.example", [("+390612345678", "tel")]),
    ],
    "arabic.md": [
        ("سامي النجار", "مسؤول الإعلام", "press@sawahil.example", [("+20225550123", "الهاتف")]),
    ],
    "russian.txt": [
        ("Пётр Залесов", "пресс-секретарь", "press@reki.example", [("+74950000123", "тел")]),
    ],
    "starred_embargo.txt": [
        ("Kim Soler", "", "kim@lantern.example", [("+447700900777", "")]),
    ],
    "agency.txt": [
        ("Peter Mwangi", "", "mwangi@urp.example", [("+254700000123", "Mob")]),
        ("Claire Rochat", "Spokesperson", "rochat@urp.example",
         [("+41225550100", "Tel"), ("+41795550100", "Mob")]),
    ],
    "web_copy.md": [
        ("Jo Abel", "Head of Media Relations", "jo.abel@eastmark.example",
         [("+441314960456", "")]),
    ],
    "joint_statement.md": [
        ("Femke de Wit", "", "femke@opencourts.example", [("+31205550123", "")]),
        ("Ruben Asante", "", "ruben@opencourts.example", [("+31205550124", "")]),
    ],
    "headline_first.md": [
        ("Prof. Noor Haddadin", "", "n.haddadin@eastmark.example", [("+441314960123", "Office")]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CONTACTS)
def test_contacts_of_shape(name: str) -> None:
    found = [
        (c.name, c.role, c.email, [(phone.number, phone.label) for phone in c.phones])
        for c in read(FIXTURES / name).contacts
    ]
    assert found == CONTACTS[name]


def test_hard_wrapped_text_gives_whole_paragraphs() -> None:
    body = read(FIXTURES / "wrapped_embargo.txt").body
    assert [len(p.split()) > 20 for p in body.split("\n\n")] == [True, True, True]
    assert "\n" not in body.replace("\n\n", "")


def test_page_furniture_goes_and_what_the_page_cut_is_joined() -> None:
    draft = read(FIXTURES / "pages.txt")
    assert "seen and published this morning." in draft.body
    assert "Page" not in draft.body + draft.notes
    assert "PRESS RELEASE" not in draft.body + draft.notes


def test_lines_of_who_what_when_stay_lines() -> None:
    body = read(FIXTURES / "photo_call.txt").body
    assert [line.split(":")[0] for line in body.split("\n")[:3]] == ["WHAT", "WHEN", "WHERE"]


def test_never_guesses_an_ambiguous_date() -> None:
    draft = read(FIXTURES / "ministry.txt")
    assert draft.date is None
    assert [(w.code, w.line) for w in draft.warnings if w.code == "date-ambiguous"] == [
        ("date-ambiguous", 6)
    ]


def test_never_invents_the_country_of_a_telephone() -> None:
    draft = read(FIXTURES / "ministry.txt")
    assert [phone for contact in draft.contacts for phone in contact.phones] == []
    warnings = [w for w in draft.warnings if w.code == "phone-without-country"]
    assert [w.line for w in warnings] == [19]
    assert "020 7946 0555" in warnings[0].message


def test_never_takes_the_embargo_for_the_date() -> None:
    draft = read(FIXTURES / "arabic.md")
    assert draft.date is None
    assert "date" in missing(draft)


def test_what_is_wrong_is_said_with_its_line() -> None:
    draft = read(FIXTURES / "broken.md")
    assert [(w.code, w.line) for w in draft.warnings if w.line] == [
        *[("link-nowhere", 5)] * 3,
        ("quote-unclosed", 7),
    ]
    assert missing(draft) == {"organisation", "date", "reference", "contacts"}


def test_control_characters_never_get_in() -> None:
    draft = read(FIXTURES / "control.txt")
    everything = json.dumps(to_json(draft), ensure_ascii=False)
    assert "\x1b" not in everything
    assert "\u202e" not in everything
    assert [(w.code, w.line) for w in draft.warnings if w.line] == [("control-character", 1)]


@pytest.mark.parametrize("name", SHAPES)
def test_every_warning_is_in_the_table(name: str) -> None:
    assert set(codes(read(FIXTURES / name))) <= WARNINGS.keys()


@pytest.mark.parametrize("name", [n for n in SHAPES if n not in ("broken.md", "seed_shape.txt")])
def test_a_sound_document_is_not_told_of_quotations_or_links(name: str) -> None:
    assert not {"quote-unclosed", "link-nowhere"} & set(codes(read(FIXTURES / name)))


def test_json_has_the_keys_of_the_issue_in_order() -> None:
    found = to_json(Draft())
    assert list(found) == [
        "organisation", "kind", "date", "reference", "headline", "subhead", "dateline",
        "language", "body", "notes", "embargo_line", "invitation", "contacts", "links",
        "attachments",
        "warnings", "editions",
    ]  # fmt: skip
    lists = {"contacts", "links", "attachments", "warnings", "editions"}
    assert all(found[key] == ([] if key in lists else None) for key in found)


def test_json_of_the_example_is_json() -> None:
    found = json.loads(json.dumps(to_json(read(EXAMPLE))))
    assert found["date"] == "2027-02-08"
    assert list(found["contacts"][0]) == ["name", "role", "organisation", "email", "phones"]
    assert found["contacts"][0]["phones"][0] == {"number": "+447700900421", "label": "mobile"}
    assert list(found["editions"][0]) == [
        "language", "headline", "subhead", "dateline", "body", "notes",
    ]  # fmt: skip
