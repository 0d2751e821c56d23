"""Front matter: every field said, and every fault named with its line."""

from datetime import date
from pathlib import Path

import pytest

from mailer.core.errors import DocumentError
from mailer.core.model import KINDS, Phone, PressContact
from mailer.intake.documents import read

FULL = """\
+++
organisation = "Harbour Watch"
kind = "press release"
date = 2027-02-08
reference = "SEA 12/003/2027"
headline = "Small boats land half the catch"
subhead = "Figures from nine harbours"
dateline = "LONDON"
language = "en"
embargo = "00:01 GMT, 9 February 2027"
notes = "The books are public."
attachments = ["catches.csv", "maps/north.pdf"]

[[contacts]]
name = "Samira Holt"
role = "Press Officer"
organisation = "Harbour Watch"
email = "press@harbourwatch.example"
phones = [{ number = "+44 (0)7700 900421", label = "mobile" }, "+44 20 7946 0421"]
+++

The first paragraph,
as it is.

- one
- two
"""


def written(folder: Path, text: str, name: str = "advisory.md") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        read(written(folder, text))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("advisory.md: ")
    return message


def test_every_field_is_read(tmp_path: Path) -> None:
    draft = read(written(tmp_path, FULL))
    assert draft.organisation == "Harbour Watch"
    assert draft.kind == "press release"
    assert draft.date == date(2027, 2, 8)
    assert draft.reference == "SEA 12/003/2027"
    assert draft.headline == "Small boats land half the catch"
    assert draft.subhead == "Figures from nine harbours"
    assert draft.dateline == "LONDON"
    assert draft.language == "en"
    assert draft.embargo_line == "00:01 GMT, 9 February 2027"
    assert draft.notes == "The books are public."
    assert draft.attachments == ("catches.csv", "maps/north.pdf")
    assert draft.contacts == (
        PressContact(
            "Samira Holt",
            "Press Officer",
            "Harbour Watch",
            "press@harbourwatch.example",
            (Phone("+447700900421", "mobile"), Phone("+442079460421", "")),
        ),
    )
    assert draft.body == "The first paragraph,\nas it is.\n\n- one\n- two"
    assert draft.warnings == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_accepted(tmp_path: Path, kind: str) -> None:
    assert read(written(tmp_path, f'+++\nkind = "{kind}"\n+++\nx')).kind == kind


def test_embargo_may_be_a_time_of_toml(tmp_path: Path) -> None:
    draft = read(written(tmp_path, "+++\nembargo = 2027-02-09T00:01:00Z\n+++\nx"))
    assert draft.embargo_line == "2027-02-09T00:01:00+00:00"


def test_what_is_not_said_is_not_found(tmp_path: Path) -> None:
    draft = read(written(tmp_path, "+++\n+++\n\n# A headline\n\nText.\n"))
    assert (draft.headline, draft.body) == ("A headline", "Text.")
    assert [w.message for w in draft.warnings] == [
        f"no {name} found" for name in ("organisation", "kind", "date", "reference", "contacts")
    ]


def test_the_body_is_checked_with_the_lines_of_the_file(tmp_path: Path) -> None:
    draft = read(written(tmp_path, '+++\nheadline = "x"\n+++\n\nA [link](#).\n\n“Open.\n'))
    assert [(w.code, w.line) for w in draft.warnings if w.line] == [
        ("link-nowhere", 5),
        ("quote-unclosed", 7),
    ]
    assert draft.links[0].line == 5


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('a = "x"\nheadlin = "x"', "line 2: a: unknown key; accepted: organisation, kind"),
        ('\nheadlin = "x"', "line 3: headlin: unknown key"),
        ('\nheadlin = "x"', "did you mean headline?"),
        ('kind = "poem"', "line 2: kind: poem is none of: media advisory, press release"),
        ('date = "tomorrow"', "line 2: date: a day such as 2027-02-09 is wanted"),
        ("date = 2027-02-09T10:00:00Z", "line 2: date: a day such as"),
        ("headline = 3", "line 2: headline: a text"),
        ('headline = "x"\nheadline = "y"', "line 3: the front matter is not TOML"),
        ("headline = no", "line 2: the front matter is not TOML"),
        ('headline = "open', "line 2: the front matter is not TOML"),
        ('attachments = "x.csv"', "line 2: attachments: a list"),
        ('attachments = ["../x.csv"]', "line 2: attachments: ../x.csv is not a file name inside"),
        ('language = "English!"', "line 2: language: English! is no language tag"),
        ('contacts = ["me"]', "line 2: contacts: a table with name"),
        ('[[contacts]]\nnme = "x"', "line 3: nme: unknown key in contacts; accepted: name"),
        ('[[contacts]]\nemail = "x"', "line 3: email: x is no e-mail address"),
        ('[[contacts]]\nphones = ["020 7946 0421"]', "line 3: phones: 020 7946 0421 is no number"),
        ("x = " + "[" * 5000, "advisory.md: the front matter is nested too deeply"),
    ],
)
def test_fault_is_named_with_its_line(tmp_path: Path, toml: str, said: str) -> None:
    assert said in refused(tmp_path, f"+++\n{toml}\n+++\nx")


def test_front_matter_that_is_never_closed(tmp_path: Path) -> None:
    assert "line 2: front matter opens with +++" in refused(tmp_path, '\n+++\nheadline = "x"\n')


# --- editions ---------------------------------------------------------------------------------


def test_editions_beside_the_file_inherit_the_rest(tmp_path: Path) -> None:
    main = written(tmp_path, FULL)
    written(tmp_path, '+++\nheadline = "Titre"\nsubhead = "Sous"\n+++\nTexte.', "advisory.fr.md")
    written(tmp_path, "# عنوان\n\nنص قصير.\n", "advisory.ar.md")
    written(tmp_path, "# Old\n\nText.", "advisory.old.md")
    written(tmp_path, "# Other\n\nText.", "other.de.md")
    draft = read(main)
    assert [(e.language, e.headline, e.subhead, e.body) for e in draft.editions] == [
        ("ar", "عنوان", "", "نص قصير."),
        ("fr", "Titre", "Sous", "Texte."),
    ]
    assert draft.reference == "SEA 12/003/2027"
    assert draft.warnings == ()


def test_warnings_of_an_edition_name_its_file(tmp_path: Path) -> None:
    main = written(tmp_path, FULL)
    written(tmp_path, "+++\n+++\n[x](#)", "advisory.fr.md")
    assert [(w.code, w.line, w.message.split(":")[0]) for w in read(main).warnings] == [
        ("link-nowhere", 3, "advisory.fr.md"),
        ("not-found", 0, "advisory.fr.md"),
    ]


def test_an_edition_may_not_change_what_is_the_originals(tmp_path: Path) -> None:
    main = written(tmp_path, FULL)
    written(tmp_path, '+++\nreference = "other"\n+++\nx', "advisory.fr.md")
    with pytest.raises(DocumentError, match=r"advisory\.fr\.md: line 2: reference: a language"):
        read(main)


def test_two_texts_in_one_language_are_refused(tmp_path: Path) -> None:
    main = written(tmp_path, FULL)
    written(tmp_path, '+++\nheadline = "x"\n+++\ny', "advisory.en.md")
    with pytest.raises(DocumentError, match="second text in 'en'"):
        read(main)


def test_an_edition_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    main = written(folder, FULL)
    (folder / "advisory.fr.md").symlink_to(written(tmp_path, "x", "secret.md"))
    with pytest.raises(DocumentError, match="leads out of its folder"):
        read(main)
