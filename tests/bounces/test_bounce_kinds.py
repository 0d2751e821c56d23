"""Complaints, answers that no person wrote, and those that a person did."""

import pytest

from mailer.core.notification import Action, Kind
from mailer.delivery.bounces import read

ARF = b"""From: <abusedesk@mail.example>
To: fbl@press.example
Subject: FW: Small boats
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

--part1
Content-Type: text/plain

This is an email abuse report for ann@daily.example.
--part1
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <bounces+tok@press.example>
Original-Rcpt-To: <ann@daily.example>
Original-Envelope-Id: tok
Arrival-Date: Mon, 2 Nov 2026 09:00:00 GMT

--part1
Content-Type: message/rfc822
Content-Disposition: inline

From: press@press.example
To: ann@daily.example
Message-ID: <1@press.example>

text
--part1--
"""


def test_a_complaint() -> None:
    told = read(ARF)
    assert told.kind is Kind.ARF
    assert told.complaint
    assert [(one.address, one.action) for one in told.recipients] == [
        ("ann@daily.example", Action.DELIVERED)
    ]
    assert told.addresses[0] == "bounces+tok@press.example"
    assert told.envelope_ids == ("tok",)
    assert told.message_ids == ("<1@press.example>",)


def test_a_complaint_whose_reader_is_blacked_out() -> None:
    told = read(
        ARF.replace(b"Original-Rcpt-To: <ann@daily.example>", b"Original-Rcpt-To: redacted")
    )
    assert [one.address for one in told.recipients] == ["ann@daily.example"]
    told = read(ARF.replace(b"ann@daily.example", b"redacted@mail.example"))
    assert told.kind is Kind.ARF
    assert told.message_ids == ("<1@press.example>",)


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "dmarc"])
def test_never_a_complaint_of_what_is_none(kind: str) -> None:
    told = read(ARF.replace(b"Feedback-Type: abuse", f"Feedback-Type: {kind}".encode()))
    assert told.kind is Kind.ARF
    assert not told.complaint


def test_a_complaint_from_before_the_standard() -> None:
    told = read(
        b"From: staff@hotmail.example\nTo: fbl@press.example\n"
        b"Subject: complaint about message from 192.0.2.1\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
        b"X-HmXmrOriginalRecipient: ann@daily.example\nFrom: press@press.example\n"
        b"To: ann@daily.example\nMessage-ID: <1@press.example>\n\ntext\n--b--\n"
    )
    assert told.complaint
    assert [one.address for one in told.recipients] == ["ann@daily.example"]


def from_ann(*fields: str, subject: str = "Re: Small boats", text: str = "I am away.") -> bytes:
    head = [f"Subject: {subject}", "From: Ann <ann@daily.example>", "To: press@press.example"]
    head.append("Content-Type: text/plain; charset=utf-8")
    return "\n".join([*head, *fields, "", text]).encode()


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-replied (vacation)",
        "AUTO-SUBMITTED: Auto-Generated",
        "Auto-Submitted: auto-notified; owner-email=ann@daily.example",
        "X-Autoreply: yes",
        "X-Autorespond: Small boats",
        "X-Auto-Reply-From: ann@daily.example\nX-Vacation: yes",
        "Precedence: auto_reply",
        "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent",
        "Return-Path: <>",
    ],
)
def test_an_answer_that_says_no_person_wrote_it(field: str) -> None:
    told = read(from_ann(field))
    assert told.kind is Kind.AUTO_REPLY
    assert told.automatic
    assert told.recipients == ()


SUBJECTS = [
    "Automatic reply: Small boats",
    "Auto-Reply: Small boats",
    "AUTO: Ann Ace is out of the office (returning 09/11/2026)",
    "Out of Office: Small boats",
    "Ann Ace is out of the office",
    "OOO until Monday",
    "Your email requires verification verify#abc",
    "Réponse automatique : Petits bateaux",
    "Absence du bureau",
    "Message d'absence",
    "Automatische Antwort: Kleine Boote",
    "Abwesenheitsnotiz",
    "Ich bin im Urlaub",
    "Respuesta automática: Barcos",
    "Fuera de la oficina",
    "Risposta automatica: Barche",
    "Fuori sede",
    "Resposta automática: Barcos",
    "Ausência temporária",
    "Автоматический ответ: лодки",
    "Автоответ",
    "الرد التلقائي: قوارب",
    "رد تلقائي",
    "Automatisch antwoord: Bootjes",
    "Afwezig",
    "自動応答: ボート",
    "自动回复：小船",
    "Read: Small boats",
    "=?utf-8?Q?R=C3=A9ponse_automatique_:_Petits_bateaux?=",
]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_answer_by_its_subject(subject: str) -> None:
    assert read(from_ann(subject=subject)).kind is Kind.AUTO_REPLY


def test_a_read_receipt_is_automatic() -> None:
    told = read(
        b"From: ann@daily.example\nSubject: Gelezen\n"
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
        b"--b\n\nread\n--b\nContent-Type: message/disposition-notification\n\n"
        b"Final-Recipient: rfc822; ann@daily.example\nOriginal-Message-ID: <1@press.example>\n"
        b"Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n"
    )
    assert told.kind is Kind.AUTO_REPLY
    assert told.recipients == ()


@pytest.mark.parametrize(
    "raw",
    [
        from_ann(text="Who caught what?\n-- \nAnn Ace\nann@daily.example"),
        from_ann(subject="Re: Out of office: why half of them work at home"),
        from_ann("Auto-Submitted: no", subject="Automatic reply systems: a question"),
        from_ann("X-Auto-Response-Suppress: All"),
        from_ann("List-Id: <newsdesk.daily.example>"),
        from_ann(subject="", text=""),
        from_ann(subject="AW: [2] Kleine Boote"),
        b"",
        b"no header at all",
    ],
)
def test_never_swallows_what_a_person_wrote(raw: bytes) -> None:
    told = read(raw)
    assert told.kind is Kind.OTHER
    assert not told.automatic


def test_an_absence_is_never_a_bounce_whatever_it_says() -> None:
    told = read(
        from_ann(
            "Auto-Submitted: auto-replied",
            subject="Automatic reply: Delivery problems at the harbour",
            text="I cannot be reached. Messages will not be delivered to\nben@weekly.example",
        )
    )
    assert told.kind is Kind.AUTO_REPLY
    assert told.recipients == ()
