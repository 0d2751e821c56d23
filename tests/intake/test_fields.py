"""What is typed in a form makes a document, and comes back as it was typed."""

from __future__ import annotations

from dataclasses import fields as fields_of_type
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mailer.core.errors import DocumentError
from mailer.intake import documents
from mailer.intake import fields as typed
from mailer.intake.fields import ContactFields, EditionFields, Fields

ANY = st.text(max_size=80)
NASTY = st.sampled_from(
    ["+++", "a\n+++\nb", '"""', '\\"""', 'x"', 'x""', "\\", "#", "[[contacts]]", "{{ x }}", "\n\n+"]
)
TEXT = st.one_of(ANY, NASTY, st.lists(st.one_of(ANY, NASTY), max_size=4).map("\n".join))
CONTACT = st.builds(ContactFields, TEXT, TEXT, TEXT, TEXT, TEXT)
ALL = st.builds(
    Fields,
    **{f.name: TEXT for f in fields_of_type(Fields) if f.name not in ("contacts", "attachments")},
    contacts=st.lists(CONTACT, max_size=3).map(tuple),
    attachments=st.lists(ANY, max_size=3).map(tuple),
)


@given(ALL)
def test_what_is_typed_comes_back_whatever_it_is(said: Fields) -> None:
    once = typed.fields_of(typed.document(said))
    tidied = typed.tidy(said)
    assert (once.headline, once.notes) == (tidied.headline, tidied.notes)
    assert once.body == tidied.body.strip("\n")
    assert typed.fields_of(typed.document(once)) == once


@given(TEXT, TEXT, TEXT)
def test_an_edition_comes_back(headline: str, notes: str, body: str) -> None:
    once = typed.edition_fields_of(
        typed.edition_document(EditionFields(headline, "", "", body, notes))
    )
    assert typed.edition_fields_of(typed.edition_document(once)) == once


@given(ALL)
def test_a_typed_document_is_read_or_refused_in_one_line(said: Fields) -> None:
    told = ""
    try:
        documents.parse("draft.md", typed.document(said).encode())
    except DocumentError as refusal:
        told = str(refusal)
    assert "\n" not in told


def test_a_whole_document_reads_as_it_was_typed() -> None:
    said = Fields(
        organisation="Lantern Coast Trust",
        kind="press release",
        date="2027-02-09",
        reference="LCT 2027/004",
        headline='Four in ten "harbour" gauges \\ miss',
        embargo="00:01 GMT, 9 February 2027",
        body="First.\n\n+++\n\nLast.",
        notes="One.\n\n+++\nTwo.",
        invitation="Figures on *tides*.\n\n+++\nComing.",
        contacts=(
            ContactFields("Mirela Osei", "Press officer", "", "press@lantern.example",
                          "+44 20 7946 0123 (office)\n+44 7700 900421"),
        ),
        attachments=("gauges.csv",),
    )  # fmt: skip
    draft = documents.parse("draft.md", typed.document(said).encode())
    assert draft.date == date(2027, 2, 9)
    assert draft.headline == said.headline
    assert (draft.body, draft.notes) == (said.body, said.notes)
    assert draft.invitation == said.invitation == typed.of_draft(draft).invitation
    assert [p.label for p in draft.contacts[0].phones] == ["office", ""]
    assert draft.attachments == ("gauges.csv",)
    assert typed.of_draft(draft).embargo == said.embargo


def test_what_is_not_right_yet_is_kept_as_typed() -> None:
    said = Fields(date="9 Feb", contacts=(ContactFields(email="nobody", phones="ask"),))
    assert typed.fields_of(typed.document(said)) == said


def test_a_line_of_the_document_is_told_as_a_line_of_its_body() -> None:
    said = Fields(headline="A headline", notes="One.\n\nTwo.", body="First.\n\n[link](#)\n")
    text = typed.document(said)
    (found,) = documents.parse("draft.md", text.encode()).links
    assert typed.line_of_body(text, found.line) == 3
    assert typed.line_of_body(text, 2) == 0
