from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailer.core import difference
from mailer.core.difference import Changed, Difference
from mailer.core.model import Contact

NOW = datetime(2027, 2, 8, 12, tzinfo=UTC)


def between(then: list[Contact], planned: list[Contact]) -> Difference:
    return difference.between("wires", None, then, planned, NOW)


def test_new_gone_and_changed_are_told_by_address_without_regard_to_case() -> None:
    found = between(
        [Contact("Ana@x.example", outlet="Nordwire"), Contact("bo@x.example")],
        [Contact("ana@x.example", outlet="The Daily"), Contact("cy@x.example")],
    )
    assert [one.email for one in found.new] == ["cy@x.example"]
    assert [one.email for one in found.gone] == ["bo@x.example"]
    moved = Contact("ana@x.example", outlet="The Daily")
    assert found.changed == (Changed(moved, "Nordwire"),)


def test_not_verified_for_a_year_or_never() -> None:
    a_year = NOW.date() - timedelta(days=365)
    found = between(
        [],
        [
            Contact("lately@x.example", verified=a_year),
            Contact("once@x.example", verified=a_year - timedelta(days=1)),
            Contact("never@x.example"),
        ],
    )
    assert [one.email for one in found.unverified] == ["never@x.example", "once@x.example"]


CONTACTS = st.lists(
    st.builds(
        Contact,
        email=st.sampled_from(["a@x.example", "A@x.example", "b@x.example", "c@x.example"]),
        outlet=st.sampled_from(["", "one", "two"]),
        verified=st.none() | st.dates(date(2025, 1, 1), date(2027, 2, 1)),
    )
)


def keys(contacts: list[Contact] | tuple[Contact, ...]) -> set[str]:
    return {contact.email.casefold() for contact in contacts}


@given(CONTACTS, CONTACTS)
def test_nobody_is_missing_from_the_difference_and_nobody_is_in_it_twice(
    then: list[Contact], planned: list[Contact]
) -> None:
    found = between(then, planned)
    assert keys(found.new) == keys(planned) - keys(then)
    assert keys(found.gone) == keys(then) - keys(planned)
    changed = [one.contact.email.casefold() for one in found.changed]
    assert set(changed) <= keys(then) & keys(planned)
    assert len(changed) == len(set(changed))
    assert found.contacts == len(keys(planned))
    back = between(planned, then)
    assert keys(back.new) == keys(found.gone)
    assert len(back.changed) == len(found.changed)
