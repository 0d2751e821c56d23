"""What came back, taken: matched, kept, and acted on no further than it may be."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bounce_office import Office, open_bounce_office
from returned import answer, bounce_address, complaint, report
from sqlmodel import col, select
from stories import DAY
from support import FakeClock

from mailer.core import verp
from mailer.ledger import audit
from mailer.ledger.tables import AuditRow, CameBackRow, EvidenceRow, SuppressionRow


@pytest.fixture
def office(tmp_path: Path, clock: FakeClock) -> Iterator[Office]:
    with open_bounce_office(tmp_path, clock) as one:
        yield one


CY, DI = "cy@daily.example", "di@daily.example"


def test_by_its_envelope_sender_whatever_else_it_says(office: Office) -> None:
    row = office.row(CY)
    taken = office.bounced(row)
    assert taken.to == CY
    assert taken.events == ("bounced",)
    (told,) = office.told(CY)
    assert (told.event, told.delivery, told.to, told.meant) == ("bounced", row.id, CY, True)
    assert (told.permanence, told.status, told.diagnostic) == (
        "permanent",
        "5.1.1",
        "550 5.1.1 User unknown",
    )
    assert (told.source, told.matched_by, told.at) == ("pipe", "envelope sender", office.clock())


def test_by_its_envelopes_name_and_by_its_message_id(office: Office) -> None:
    row = office.row(CY)
    token = verp.token(row.id or 0, office.app.database.link_key)
    office.take(report("press@lantern.example", CY, envelope_id=token.upper(), number=91))
    office.take(report("press@lantern.example", CY, message_id=row.message_id, number=92))
    by = [told.matched_by for told in office.told(CY)]
    assert by == ["Message-ID", "envelope id"]


def test_what_is_about_no_copy_is_kept_and_acts_on_nobody(office: Office) -> None:
    for to in (
        "bounces@press.lantern.example",
        "bounces+aaaabbbbccccddddeeee@press.lantern.example",
    ):
        taken = office.take(report(to, CY, number=hash(to)))
        assert taken.to == ""
        assert taken.events == ()
    assert office.counts() == (2, 0)
    assert office.suppressed() == []


def test_never_acts_on_an_address_that_the_copy_was_not_sent_to(office: Office) -> None:
    taken = office.bounced(office.row(CY), about=DI)
    assert taken.events == ("bounced",)
    assert office.suppressed() == []
    (told,) = office.told(CY)
    assert (told.email, told.meant) == (DI, False)
    to = bounce_address(office.app.database, office.row(CY).id or 0)
    assert office.take(complaint(to, DI)).suppressed == ""
    assert office.suppressed() == []
    assert office.told(DI) == []


def test_never_adds_anything_when_the_same_message_comes_again(office: Office) -> None:
    to = bounce_address(office.app.database, office.row(CY).id or 0)
    content = report(to, CY, status="5.7.1", said="554 no")
    assert not office.take(content).known
    before = office.counts()
    for again in (
        content,
        content.replace(b"\n", b"\r\n"),
        b"Received: from another way\nDelivered-To: x@y.example\n" + content + b"\n",
    ):
        assert office.take(again).known
    assert office.counts() == before


def test_an_address_that_does_not_exist_is_written_to_no_more_with_its_evidence(
    office: Office,
) -> None:
    taken = office.bounced(office.row(CY))
    assert taken.suppressed == "the address does not exist: 550 5.1.1 User unknown"
    assert office.suppressed() == [CY]
    with office.app.database.read() as session:
        row = session.exec(select(SuppressionRow)).one()
        piece = session.get_one(EvidenceRow, row.evidence_id)
        assert (piece.email, piece.event, row.by) == (CY, "bounced", "mailer")
        last = session.exec(select(AuditRow).order_by(col(AuditRow.id).desc())).first()
        assert last is not None
        assert (last.actor, last.action, last.subject) == ("mailer", "suppress", CY)
        assert audit.first_broken(session) is None
    assert office.bounced(office.rows(CY)[1]).suppressed == "", "once is enough"


def test_others_are_after_three_copies(office: Office) -> None:
    first, second, third, fourth = office.rows(CY)
    for row in (first, first, first, second):
        assert not office.bounced(row, status="5.7.1", said="554 no").suppressed
    assert office.bounced(third, status="5.7.1", said="554 no").suppressed == (
        "3 copies failed for good within 30 days: 5.7.1 554 no"
    )
    assert not office.bounced(fourth, status="5.7.1", said="554 no").suppressed


def test_a_person_can_undo_it_and_only_what_comes_after_counts(office: Office) -> None:
    first, second, *_ = office.rows(CY)
    office.bounced(first)
    office.app.desk.unsuppress(CY, by="officer", now=office.clock())
    assert office.suppressed() == []
    assert not office.bounced(second, status="5.2.1", said="disabled").suppressed
    assert office.bounced(second).suppressed


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_never_suppresses_for_a_delay_or_an_arrival(office: Office, action: str) -> None:
    for row in office.rows(CY):
        taken = office.bounced(row, action=action, status="5.1.1")
        assert not taken.suppressed
    assert office.suppressed() == []
    told = office.told(CY)
    assert {one.event for one in told} == {"delayed" if action == "delayed" else "delivered"}
    assert {one.permanence for one in told} == {"temporary" if action == "delayed" else ""}


def test_a_failure_that_may_pass_suppresses_nobody(office: Office) -> None:
    for row in office.rows(CY):
        office.bounced(row, status="4.2.2", said="452 4.2.2 full")
    assert office.suppressed() == []


def test_a_complaint_is_heard_at_once(office: Office) -> None:
    to = bounce_address(office.app.database, office.row(CY).id or 0)
    assert not office.take(complaint(to, CY, kind="not-spam")).suppressed
    taken = office.take(complaint(to, CY))
    assert taken.events == ("complained",)
    assert taken.suppressed == "complained of a copy (ARF)"
    assert office.suppressed() == [CY]


def test_a_complaint_that_hides_its_reader_is_of_the_copys_own(office: Office) -> None:
    row = office.row(DI)
    office.take(complaint("fbl@lantern.example", "", message_id=row.message_id))
    assert office.suppressed() == [DI]


def test_an_absence_is_kept_and_a_persons_answer_is_forwarded(office: Office) -> None:
    row = office.row(CY)
    absent = office.take(answer("x@y.example", row, "Auto-Submitted: auto-replied"))
    assert (absent.events, absent.forward) == (("auto-reply",), False)
    person = office.take(answer("x@y.example", office.row(DI)))
    assert (person.events, person.forward) == (("reply",), True)
    stranger = office.take(b"From: z@z.example\nSubject: hello\n\nMay I have it?")
    assert (stranger.to, stranger.forward) == ("", True)
    assert office.suppressed() == []
    waiting = office.app.desk.to_forward(office.clock())
    assert [content.partition(b"\n")[0] for _, content in waiting] == [
        b"From: Ann <di@daily.example>",
        b"From: z@z.example",
    ]


def test_what_was_forwarded_is_so_once_and_what_was_not_is_tried_again(office: Office) -> None:
    office.take(answer("x@y.example", office.row(CY), text="x" * 100_000))
    ((number, content),) = office.app.desk.to_forward(office.clock())
    assert len(content) > 100_000, "whole while it waits"
    office.app.desk.forwarded(number, taken=False, said="no", now=office.clock())
    assert office.app.desk.to_forward(office.clock()) == []
    office.clock.move(hours=1)
    assert [one for one, _ in office.app.desk.to_forward(office.clock())] == [number]
    office.app.desk.forwarded(number, taken=True, said="250 ok", now=office.clock())
    office.clock.move(days=1)
    assert office.app.desk.to_forward(office.clock()) == []
    with office.app.database.read() as session:
        row = session.exec(select(CameBackRow)).one()
        assert len(row.content) == 32_768
        assert row.forward_said == "250 ok"


def test_a_forwarded_message_waits_as_long_as_two_days_and_is_then_kept_whole(
    office: Office,
) -> None:
    office.take(answer("x@y.example", office.row(CY), text="x" * 100_000))
    began, tries = office.clock(), 0
    while waiting := office.app.desk.to_forward(office.clock()):
        office.app.desk.forwarded(waiting[0][0], taken=False, said="no", now=office.clock())
        office.clock.move(hours=1)
        tries += 1
    assert tries == 60
    assert office.clock() - began > 2 * DAY
    with office.app.database.read() as session:
        assert len(session.exec(select(CameBackRow)).one().content) > 100_000


def test_never_rewrites_a_delivery(office: Office) -> None:
    before = office.rows(CY)
    office.bounced(before[0])
    assert office.rows(CY) == before


def test_each_taking_says_what_came_of_it_in_a_line(office: Office) -> None:
    row = office.row(CY)
    assert str(office.bounced(row)) == (
        "dsn, about a copy to cy@daily.example: bounced; suppressed: the address does not exist: "
        "550 5.1.1 User unknown"
    )
    assert str(office.take(b"Subject: hi\n\nhi")) == (
        "other, about no copy that the ledger knows; it will be forwarded"
    )
    assert str(office.take(b"Subject: hi\n\nhi")) == "taken before; nothing was added"
