"""Which column of a list is which."""

from __future__ import annotations

import pytest

from mailer.intake.columns import _WORDS, COLUMNS, TwoColumnsError, _letters, layout

OUTLOOK = "Title,First Name,Middle Name,Last Name,Company,E-mail Address,E-mail 2 Address"
GOOGLE = "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Organization 1 - Name"


def read(header: str, row: str) -> dict[str, str]:
    """What a row says by its header, where it says anything."""
    found = layout(header.split(","))
    assert found
    cells = [*row.split(","), ""]
    said = {column: cells[place] for column, place in zip(COLUMNS, found.places, strict=True)}
    return {column: text for column, text in {**said, "name": found.name(cells)}.items() if text}


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        (OUTLOOK, "Ms,Ana,B.,Sol,Paper,a@x.example,b@x.example", "Ana B. Sol"),
        (GOOGLE, "Ana Sol,Ana,Sol,* Work,a@x.example,Paper", "Ana Sol"),
        (GOOGLE, ",Ana,Sol,* Work,a@x.example,Paper", "Ana Sol"),
        ("Vorname,Name,E-Mail,Medium", "Ana,Sol,a@x.example,Paper", "Ana Sol"),
        ("First name,Name,Email,Outlet", "Ana,Ana Sol,a@x.example,Paper", "Ana Sol"),
        ("Nom,Prénom,Courriel,Média", "Sol,Ana,a@x.example,Paper", "Ana Sol"),
        ("Nom/Prénom,Adresse e-mail,Publication", "Sol Ana,a@x.example,Paper", "Sol Ana"),
        ("Nombre,Apellidos,Correo electrónico,Medio", "Ana,Sol,a@x.example,Paper", "Ana Sol"),
        ("Nome,Cognome,Indirizzo e-mail,Testata", "Ana,Sol,a@x.example,Paper", "Ana Sol"),
        ("Ansprechpartner,E-Mail (Büro),Medium/Redaktion", "Ana Sol,a@x.example,Paper", "Ana Sol"),
        ("Name\nالاسم,E-mail - Courriel,Outlet / Média", "Ana Sol,a@x.example,Paper", "Ana Sol"),
        ("Nome,E-mail,Veículo", "Ana Sol,a@x.example,Paper", "Ana Sol"),
        ("Фамилия,Имя,Эл. почта,СМИ", "Sol,Ana,a@x.example,Paper", "Ana Sol"),
        ("الاسم,البريد الالكتروني,الصحيفة", "Ana Sol,a@x.example,Paper", "Ana Sol"),
    ],
)
def test_a_list_is_read_by_the_names_its_office_uses(header: str, row: str, name: str) -> None:
    assert read(header, row) == {"email": "a@x.example", "name": name, "outlet": "Paper"}


@pytest.mark.parametrize(
    "column", ["Embargo accepté", "Sperrfrist akzeptiert (ja/nein)", "قبول الحظر"]
)
def test_an_acceptance_is_read_by_the_names_its_office_uses(column: str) -> None:
    assert read(f"email,{column}", "a@x.example,yes")["embargo_accepted"] == "yes"


@pytest.mark.parametrize(
    "column",
    [
        *("Embargo", "Accepted", "Sperrfrist", "Status", "OK", "Embargo not accepted"),
        *("Embargo accepted/declined", "Embargo accepted (never)"),
    ],
)
def test_a_column_that_does_not_say_accepted_is_never_an_acceptance(column: str) -> None:
    found = layout(["email", column])
    assert found
    assert found.unread == (column,)
    assert read(f"email,{column}", "a@x.example,yes") == {"email": "a@x.example"}


def test_of_two_columns_that_say_the_same_the_other_is_said_to_be_unread() -> None:
    found = layout(["Courriel", "Email", "E-mail 2"])
    assert found
    assert found.places[0] == 1
    assert found.unread == ("Courriel", "E-mail 2")
    with pytest.raises(TwoColumnsError, match="E-Mail"):
        layout(["email", "E-Mail"])


def test_no_word_stands_for_two_columns() -> None:
    meant: dict[str, str] = {}
    for column, words in _WORDS.items():
        for word in words.split(","):
            assert meant.setdefault(_letters(word), column) == column, word
