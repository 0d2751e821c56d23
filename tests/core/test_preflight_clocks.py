"""The weeks in which Europe and America, or anyone else, change their clocks apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core.embargo.places import zone_names
from mailer.core.model import Audience, Contact, Embargo
from mailer.core.preflight.clocks import look

WIRES = Audience("wires", "wires", "en", "press@example.org", timezone="America/New_York")


def said(
    instant: datetime, office: str = "Europe/London", *contact_zones: str, zone: str = ""
) -> list[str]:
    contacts = tuple(Contact(f"c{n}@example.org", timezone=z) for n, z in enumerate(contact_zones))
    embargo = Embargo(instant, zone or office)
    return [finding.message for finding in look(embargo, {WIRES: contacts}, office)]


@pytest.mark.parametrize(
    "day", [datetime(2027, 3, 16, tzinfo=UTC), datetime(2027, 11, 2, tzinfo=UTC)]
)
def test_the_weeks_between_europe_and_america_are_named(day: datetime) -> None:
    (message,) = said(day.replace(minute=1))
    assert "20:01 in New York (wires): an hour later than usual" in message


@pytest.mark.parametrize("month", [1, 2, 4, 5, 6, 7, 8, 9, 12])
def test_the_other_weeks_say_nothing(month: int) -> None:
    assert said(datetime(2027, month, 20, 12, tzinfo=UTC)) == []


def test_half_a_year_is_no_exception() -> None:
    for month in (1, 7):
        day = datetime(2027, month, 20, 12, tzinfo=UTC)
        assert said(day, "Europe/London", "Africa/Nairobi", "Australia/Sydney") == []


def test_contacts_zones_count_and_are_gathered() -> None:
    zones = ("America/Chicago", "America/Toronto", "America/Denver", "Europe/Paris", "", "No/Where")
    (message,) = said(datetime(2027, 3, 16, 0, 1, tzinfo=UTC), "Europe/London", *zones)
    assert "Chicago" in message
    assert "and 1 more (wires)" in message


@pytest.mark.parametrize(("minutes", "named"), [(-121, 0), (-119, 1), (0, 1), (119, 1), (121, 0)])
def test_an_embargo_beside_a_clock_change_is_named(minutes: int, named: int) -> None:
    change = datetime(2027, 10, 31, 1, 0, tzinfo=UTC)
    messages = said(change + timedelta(minutes=minutes))
    assert sum("clocks change in London" in message for message in messages) == named


def test_the_embargos_own_zone_counts() -> None:
    change = datetime(2027, 4, 3, 16, 0, tzinfo=UTC)
    assert "The clocks change in Sydney" in said(change, zone="Australia/Sydney")[-1]


@given(
    st.integers(-2_208_988_800, 250_000_000_000),
    st.sampled_from(sorted(zone_names().values())) | st.text(),
    st.lists(st.sampled_from(sorted(zone_names().values())), max_size=3),
)
def test_no_instant_and_no_zone_raises(second: int, office: str, zones: list[str]) -> None:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    assert all(message.isprintable() for message in said(instant, office, *zones))


def test_the_first_and_the_last_instant_do_not_raise() -> None:
    assert said(datetime.min.replace(tzinfo=UTC)) == []
    assert said(datetime.max.replace(tzinfo=UTC)) == []
