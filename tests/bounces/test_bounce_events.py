"""Events that a sending service mails as JSON."""

import json
from typing import Any

import pytest

from mailer.core.notification import Kind
from mailer.delivery.bounces import read

OURS = "bounces+tok@press.example"
ANN = {"emailAddress": "ann@daily.example"}
MAIL = {
    "source": OURS,
    "destination": ["ann@daily.example"],
    "headers": [{"name": "Message-ID", "value": "<1@press.example>"}],
}


def mailed(text: str) -> bytes:
    return (
        "From: SES <no-reply@sns.example>\nTo: bounces@press.example\n"
        f"Subject: AWS Notification Message\n\n{text}\n\n--\nTo stop these:\nhttps://sns.example\n"
    ).encode()


def an_event(kind: str, key: str = "notificationType", **more: Any) -> str:
    return json.dumps({key: kind, "mail": MAIL, **more})


def bounce(kind: str) -> str:
    one = {
        "emailAddress": "Ann <ann@daily.example>",
        "action": "failed",
        "status": "5.1.1",
        "diagnosticCode": "smtp; 550 5.1.1 unknown",
    }
    section = {"bounceType": kind, "padding": "x" * 5_000, "bouncedRecipients": [one]}
    return an_event("Bounce", bounce=section)


def told(text: str) -> list[tuple[str, ...]]:
    found = read(mailed(text)).recipients
    return [(one.address, one.action, one.permanence, one.status) for one in found]


def test_a_bounce_with_and_without_its_envelope() -> None:
    for text in (
        bounce("Permanent"),
        json.dumps({"Type": "Notification", "Message": bounce("Permanent")}),
    ):
        assert told(text) == [("ann@daily.example", "failed", "permanent", "5.1.1")]
        found = read(mailed(text))
        assert found.kind is Kind.DSN
        assert found.automatic
        assert found.addresses[0] == OURS
        assert found.message_ids == ("<1@press.example>",)
        assert found.recipients[0].diagnostic == "550 5.1.1 unknown"


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_never_permanent_where_the_service_does_not_say_so(kind: str) -> None:
    assert told(bounce(kind)) == [("ann@daily.example", "failed", "temporary", "5.1.1")]


def test_a_delay_and_an_arrival() -> None:
    late = {"delayedRecipients": [{**ANN, "status": "5.4.1"}]}
    assert told(an_event("DeliveryDelay", "eventType", deliveryDelay=late)) == [
        ("ann@daily.example", "delayed", "temporary", "5.4.1")
    ]
    there = {"recipients": ["ann@daily.example"], "smtpResponse": "250 2.6.0 received"}
    assert told(an_event("Delivery", delivery=there)) == [
        ("ann@daily.example", "delivered", "temporary", "2.6.0")
    ]


def complaint(*who: dict[str, str], **more: str) -> str:
    return an_event("Complaint", complaint={"complainedRecipients": [*who], **more})


def test_a_complaint_of_one_and_of_nobody_knows_which() -> None:
    one = read(mailed(complaint(ANN)))
    assert (one.kind, one.complaint) == (Kind.ARF, True)
    assert [who.address for who in one.recipients] == ["ann@daily.example"]
    both = read(mailed(complaint(ANN, {"emailAddress": "ben@daily.example"})))
    assert (both.complaint, both.recipients) == (True, ())
    assert not read(mailed(complaint(ANN, complaintFeedbackType="not-spam"))).complaint


def test_never_the_sender() -> None:
    own = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": OURS.upper()}]}
    assert told(an_event("Bounce", bounce=own)) == []


@pytest.mark.parametrize(
    "text",
    [
        "{" * 100_000,
        '{"a":' * 50_000,
        '{"notificationType": 1, "mail": 2}',
        '{"notificationType": "Bounce", "mail": {"source": 7, "headers": 8}, "bounce": [1]}',
        '{"notificationType": "Bounce", "mail": {"a": 1}, "bounce": {"bouncedRecipients": [1]}}',
        '{"notificationType": "Bounce", "mail": {"a": 1}, "bounce": {"bouncedRecipients":'
        r' [{"emailAddress": "\ud800@x.example", "diagnosticCode": "\u0000"}]}}',
        '{"Message": "{"}',
        '{"n": ' + "9" * 10_000 + "}",
    ],
)
def test_never_falls_over_what_is_no_event(text: str) -> None:
    for one in read(mailed(text)).recipients:
        assert one.address.encode()
        assert "\0" not in one.diagnostic


def test_never_an_event_of_what_a_person_quotes() -> None:
    assert told("What is this?\n\n" + bounce("Permanent")) == []
