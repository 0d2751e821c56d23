"""What is known of a contact: across the lists, the advisories and what they said."""

from __future__ import annotations

import pytest
from stories import REF, approve, queue, send
from support import LIFT, FakeClock

from mailer.app import App
from mailer.core.errors import MailerError
from mailer.core.wishes import Wish
from mailer.ledger import evidence, wishes
from mailer.ledger.tables import CameBackRow, EvidenceRow


def test_a_contact_across_lists_and_advisories(app: App, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT
    send(app)
    ana = app.desk.contact(" ANA@wire.example ")
    assert (ana.email, ana.name, ana.outlet) == ("ana@wire.example", "Ana Lind", "Nordwire")
    assert [one.list for one in ana.listed] == ["wires.csv"]
    assert {(one.reference, one.state) for one in ana.copies} >= {(REF, "accepted")}
    assert ana.accepted
    assert not ana.suppressed


def test_what_somebody_said_counts_more_than_a_list(app: App) -> None:
    desk, now = app.desk, app.now()
    desk.record_acceptance("ana@wire.example", accepted=False, source="by phone", by="M", now=now)
    desk.suppress("ana@wire.example", reason="asked to", by="M", now=now)
    ana = desk.contact("ana@wire.example")
    assert not ana.accepted
    assert ana.suppressed
    desk.unsuppress("ana@wire.example", by="M", now=now)
    (over,) = desk.contact("ana@wire.example").suppressions
    assert (over.reason, over.released_by) == ("asked to", "M")
    assert desk.suppressions() == ()
    assert desk.suppressions(standing=False) == (over,)
    assert [one.accepted for one in desk.acceptances()] == [False]


def test_who_was_left_out_is_told_why(app: App) -> None:
    app.desk.suppress("bo@wire.example", reason="asked to", by="M", now=app.now())
    queue(app)
    (left,) = app.desk.contact("bo@wire.example").left_out
    assert (left.reference, left.audience) == (REF, "wires")
    assert "suppress" in left.reason


def test_contacts_are_found_by_address_name_or_outlet(app: App) -> None:
    def found(text: str) -> list[str]:
        return [one.contact.email.partition("@")[0] for one in app.desk.find_contacts(text)]

    assert found("nordwire") == ["ana", "bo"]
    assert found("Quist") == ["bo"]
    assert found("cy@") == ["cy"]
    assert found("") == []


@pytest.mark.parametrize("email", ["nobody@nowhere.example", "no address", ""])
def test_an_address_that_nobody_knows(app: App, email: str) -> None:
    with pytest.raises(MailerError):
        app.desk.contact(email)
    with pytest.raises(MailerError):
        app.desk.unsuppress(email, by="M", now=app.now())


def test_what_somebody_chose_and_what_came_back_is_told(app: App, clock: FakeClock) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT
    send(app)
    with app.database.write() as session:
        wishes.add(session, Wish("cy@daily.example", language="fr"), "the page", clock.at)
    copy = app.desk.contact("cy@daily.example").copies[0]
    with app.database.write() as session:
        came = evidence.keep(
            session,
            CameBackRow(at=clock.at, source="a file", digest=b"d", kind="dsn", content=b""),
        )
        row = EvidenceRow(
            came_back_id=came,
            delivery_id=copy.delivery,
            at=clock.at,
            event="bounced",
            email="cy@daily.example",
            email_key="cy@daily.example",
            meant=True,
        )
        evidence.add(session, row)
    cy = app.desk.contact("cy@daily.example")
    assert cy.wish is not None
    assert cy.wish.language == "fr"
    assert [(one.event, one.delivery) for one in cy.came_back] == [("bounced", copy.delivery)]
    assert cy.copies[0].state == "accepted"
