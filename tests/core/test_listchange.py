"""A new version of a list against the one there is."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mailer.core.listchange import FieldChange, What, compare
from mailer.core.model import Contact

ANA = Contact("ana@wire.example", "Ana Lind", "Nordwire", embargo_accepted=True)
BO = Contact("bo@wire.example", "Bo Quist", "Nordwire")

contacts = st.lists(
    st.builds(
        Contact,
        st.sampled_from([f"{name}@wire.example" for name in "abcdef"]),
        st.sampled_from(["Ana", "Bo"]),
        embargo_accepted=st.booleans(),
    ),
    unique_by=lambda contact: contact.email,
)


def test_each_row_says_what_it_does() -> None:
    dropped = replace(ANA, email="Ana@Wire.example", embargo_accepted=False)
    found = compare([ANA, BO], [(2, dropped), (3, Contact("cy@wire.example"))])
    assert [(row.row, row.what) for row in found.rows] == [
        (2, What.CHANGED),
        (3, What.NEW),
        (0, What.GONE),
    ]
    assert FieldChange("embargo_accepted", "yes", "no") in found.rows[0].fields


@given(contacts, contacts)
def test_every_contact_of_both_is_accounted_for(
    before: list[Contact], after: list[Contact]
) -> None:
    found = compare(before, enumerate(after, 2))
    told = found.unchanged + found.number(What.CHANGED)
    assert told + found.number(What.NEW) == len(after)
    assert told + found.number(What.GONE) == len(before)


@given(contacts)
def test_the_same_list_changes_nothing(listed: list[Contact]) -> None:
    found = compare(listed, enumerate(listed, 2))
    assert (found.rows, found.unchanged) == ((), len(listed))
