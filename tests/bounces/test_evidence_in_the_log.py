"""What came back stands in the log beside the copy's state, and rewrites nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bounce_office import Office, open_bounce_office
from support import FakeClock

from mailer.core.log_filter import LogFilter


@pytest.fixture
def office(tmp_path: Path, clock: FakeClock) -> Iterator[Office]:
    with open_bounce_office(tmp_path, clock) as one:
        yield one


def test_a_bounce_is_told_in_the_log_and_in_the_copys_story(office: Office) -> None:
    row = office.row("cy@daily.example")
    office.bounced(row)
    (entry,) = (
        one
        for one in office.app.desk.log_page(LogFilter(contact="cy@daily")).entries
        if one.key == f"d{row.id}"
    )
    assert (entry.state, entry.evidence) == (row.state, "bounced")
    step = next(s for s in office.app.desk.story(entry.key).steps if s.what == "bounced")
    assert step.at == office.clock()
    assert "permanent 5.1.1 550 5.1.1 User unknown" in step.detail
    assert "envelope sender" in step.detail


def test_what_is_about_another_address_is_told_as_that_and_not_of_the_copy(office: Office) -> None:
    row = office.row("cy@daily.example")
    office.bounced(row, about="elsewhere@daily.example")
    story = office.app.desk.story(f"d{row.id}")
    assert story.entry.evidence == ""
    assert "about elsewhere@daily.example" in story.steps[-1].detail
