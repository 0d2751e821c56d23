"""Notices in servers' own words: who is meant, and nobody else."""

import base64

import pytest
from notice_samples import ANN, HEAD, OURS, SAMPLES, Expected

from mailer.core.notification import Kind
from mailer.delivery.bounces import read


def a_notice(fields: str, text: str) -> bytes:
    head = f"{fields}\nTo: {OURS}\n"
    if "Content-Type" not in fields:
        head += "Content-Type: text/plain; charset=utf-8\n"
    return f"{head}\n{text.replace('{F}', HEAD)}".encode()


def told(raw: bytes) -> Expected:
    found = read(raw).recipients
    return [(one.address, one.action, one.permanence, one.status) for one in found]


@pytest.mark.parametrize(
    ("fields", "text", "expected"), [s[1:] for s in SAMPLES], ids=[s[0] for s in SAMPLES]
)
def test_a_servers_own_words_are_understood(fields: str, text: str, expected: Expected) -> None:
    raw = a_notice(fields, text)
    assert told(raw) == expected
    assert read(raw).kind is Kind.DSN
    assert read(raw).automatic


@pytest.mark.parametrize(("fields", "text"), [s[1:3] for s in SAMPLES], ids=[s[0] for s in SAMPLES])
def test_never_the_senders_own_address_or_one_that_is_not_there(fields: str, text: str) -> None:
    raw = a_notice(fields, text)
    for address, *_ in told(raw):
        assert address.encode() in raw
        assert not address.endswith("@press.example")
        assert "postmaster" not in address
        assert "helpdesk" not in address


@pytest.mark.parametrize("sample", SAMPLES, ids=[s[0] for s in SAMPLES])
def test_the_same_with_other_line_ends_and_the_message_attached(
    sample: tuple[str, str, str, Expected],
) -> None:
    _, fields, text, expected = sample
    assert told(a_notice(fields, text).replace(b"\n", b"\r\n")) == expected
    assert told(b"\xef\xbb\xbf" + a_notice(fields, text)) == expected
    kind = "text/html" if "text/html" in fields else "text/plain"
    fields = fields.replace("\nContent-Type: text/html; charset=utf-8", "")
    raw = (
        f"{fields}\nTo: {OURS}\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        f"Content-Type: {kind}; charset=utf-8\n\n{text.partition('{F}')[0]}\n--b\n"
        f"Content-Type: message/rfc822\n\n{HEAD}\n--b--\n"
    ).encode()
    assert told(raw) == expected


HUMAN = [
    ("Your order could not be delivered", "We were unable to deliver it. Call us."),
    ("Fwd: Undelivered Mail", "FYI:\n\n> <ben@weekly.example>: host mx said: 550 5.1.1 unknown"),
    ("Address not found in your release", "It could not be found. Write to\nann@daily.example"),
    (
        "Re: Small boats land half the catch",
        "I could not reach you by phone.\n\nann@daily.example\n",
    ),
    (
        "Re: Undeliverable: Small boats",
        "Did you get my message? It was returned to me.\nann@daily.example",
    ),
    ("Small boats", "We have not received the photographs.\n-- \nBen\nben@weekly.example"),
    ("Question", "> <ann@daily.example>: 550 5.1.1 User unknown\n\nwhat is this you sent me?"),
    (
        "Your mails bounce",
        "Mails to ben@weekly.example bounce with 550 5.1.1 User unknown. He left in June.",
    ),
    (
        "Failure of mail service in the north",
        "The mail delivery failed in three towns. Send us a message: newsdesk@daily.example",
    ),
    ("Returned mail", "Thousands of messages were returned. Who did it? ben@weekly.example"),
    ("Parcels that could not be delivered", "Why do harbours fail? Write to ben@weekly.example."),
    (
        "Re: New delivery service fails harbours",
        "Delivery failed? Who said so?\nben@weekly.example",
    ),
]


@pytest.mark.parametrize(("subject", "text"), HUMAN)
def test_never_a_notice_of_what_a_person_wrote(subject: str, text: str) -> None:
    raw = (
        f"From: Ann Ace <ann@daily.example>\nTo: {OURS}\nSubject: {subject}\n"
        f"In-Reply-To: <20261102.1@press.example>\n\n{text}"
    )
    read_back = read(raw.encode())
    assert read_back.kind is Kind.OTHER
    assert read_back.recipients == ()
    assert not read_back.automatic
    assert read_back.message_ids == ("<20261102.1@press.example>",)


@pytest.mark.parametrize("more", ["Precedence: list", "List-Unsubscribe: <mailto:leave@w.example>"])
def test_never_a_notice_of_what_goes_to_a_list_of_readers(more: str) -> None:
    raw = (
        f"From: Weekly <news@weekly.example>\nTo: {OURS}\nSubject: Undeliverable: the week\n"
        f"{more}\n\n"
        "Every e-mail that could not be delivered.\n\nTo leave: leave@weekly.example\n"
    )
    assert read(raw.encode()).recipients == ()


def test_never_a_notice_of_what_a_postmaster_asks() -> None:
    raw = (
        f"From: Postmaster <postmaster@daily.example>\nTo: {OURS}\nSubject: Your list\n\n"
        "Dear colleagues, please remove\n\nann@daily.example\n\nfrom your list. Joe\n"
    )
    assert read(raw.encode()).kind is Kind.OTHER


def test_never_a_notice_of_what_a_postmaster_general_says() -> None:
    raw = (
        f"From: Postmaster General Press Office <press@gov.example>\nTo: {OURS}\n"
        "Subject: Statement on mail delivery delays\n\nDelivery of mail has been delayed.\n"
    )
    assert read(raw.encode()).kind is Kind.OTHER


def test_never_the_address_of_the_list_that_it_went_to() -> None:
    head = HEAD.replace(f"Ann Ace <{ANN}>", "news@lists.example").replace(
        "Message-ID", "List-Post: <mailto:news@lists.example>\nMessage-ID"
    )
    raw = (
        f"From: MAILER-DAEMON@x.example\nTo: {OURS}\nSubject: Mail delivery failed\n\n"
        f"Your message could not be delivered to one or more recipients.\n\n{head}"
    )
    assert read(raw.encode()).recipients == ()


def test_the_page_where_the_plain_text_says_nothing() -> None:
    raw = (
        "From: postmaster@daily.example\nSubject: Undeliverable\n"
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
        "This message is a page. See it in another program.\n--b\nContent-Type: text/html\n\n"
        "<p>Your message couldn&#39;t be delivered to <b>ann@daily.example</b>.</p>\n--b--\n"
    )
    assert told(raw.encode()) == [(ANN, "failed", "permanent", "")]


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb2312", "无法送达：收件人的邮箱已滿，請稍後再試"),
        ("big5", "郵件無法傳送：信箱已滿"),
        ("iso-2022-jp", "メールボックスの容量がいっぱいで配信できません"),
        ("shift_jis", "容量がいっぱいで配信できません①"),
        ("koi8-r", "Письмо не доставлено: почтовый ящик переполнен"),
        ("windows-1252", "Nicht zugestellt: Postfach überfüllt – später"),
        ("x-unknown", "Nicht zugestellt: Postfach überfüllt"),
    ],
)
def test_in_any_letters(charset: str, text: str) -> None:
    encoded = text.encode(
        {"gb2312": "gb18030", "shift_jis": "cp932"}.get(charset, charset)
        if charset != "x-unknown"
        else "utf-8"
    )
    raw = (
        b"From: MAILER-DAEMON@mx.example\nSubject: failure notice\n"
        b"Content-Type: text/plain; charset=" + charset.encode() + b"\n"
        b"Content-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(encoded + b"\n<ann@daily.example>\n")
    )
    assert told(raw) == [(ANN, "failed", "temporary", "")]


def test_a_text_that_says_it_was_delivered() -> None:
    raw = a_notice(
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)\n"
        "Subject: Successful Mail Delivery Report",
        "Your message was successfully delivered to the destination(s)\nlisted below.\n\n"
        "<ann@daily.example>: delivery via mx[192.0.2.1]:25: 250 2.0.0 Ok: queued as 1\n",
    )
    assert told(raw) == [(ANN, "delivered", "temporary", "")]


def test_what_arrived_is_no_failure() -> None:
    raw = a_notice(
        "From: MAILER-DAEMON@mx.example\nSubject: Return receipt",
        "   ----- The following addresses had successful delivery notifications -----\n"
        "<ann@daily.example>  (relayed to non-DSN-aware mailer)\n",
    )
    assert told(raw) == [(ANN, "delivered", "temporary", "")]


ARRIVED = [
    ("Delivery report", "Your message was delivered to ann@daily.example on Monday."),
    ("Relayed: Boats", "Delivery to these recipients is complete, but no delivery notification\n"
    "was sent by the destination server:\n\nann@daily.example"),
    ("Zugestellt: Boote", "Ihre Nachricht wurde den Empfängern zugestellt:\n\nann@daily.example"),
    ("Confirmation de remise", "Votre message à ann@daily.example a bien été remis."),
    ("Entregado: Barcos", "El mensaje se entregó a los destinatarios:\n\nann@daily.example"),
    ("Recapitato: Barche", "Il messaggio è stato recapitato a:\n\nann@daily.example"),
    ("Entregue: Barcos", "A sua mensagem foi entregue a ann@daily.example."),
    ("Afgeleverd: Boten", "Uw bericht is bezorgd bij ann@daily.example."),
    ("Dostarczono: Łodzie", "Wiadomość została dostarczona do ann@daily.example."),
    ("Доставлено: лодки", "Сообщение доставлено получателю ann@daily.example."),
    ("Teslim edildi", "İletiniz ann@daily.example adresine teslim edildi."),
    ("تم التسليم", "تم تسليم رسالتك إلى ann@daily.example"),
    ("已送达", "您的邮件已成功送达以下收件人：\n\nann@daily.example"),
    ("配信済み", "次の受信者へのメールは正常に配信されました:\n\nann@daily.example"),
    ("Mailbox nearly full", "Your message to ann@daily.example was delivered, but the recipient's\n"
    "mailbox is nearly full and more may be rejected."),
    ("Successful Mail Delivery Report", "<ann@daily.example>: delivery via local: to the mailbox"),
    ("Quota", "ann@daily.example has used 98% of its quota. Your message was delivered."),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "text"), ARRIVED)
def test_never_a_failure_of_what_arrived(subject: str, text: str) -> None:
    raw = a_notice(f"From: postmaster@daily.example\nSubject: {subject}", text)
    assert told(raw) == [(ANN, "delivered", "temporary", "")]


@pytest.mark.parametrize(
    "reason",
    [
        "Speicherplatz erschöpft",
        "cuota superada",
        "cota excedida",
        "błąd tymczasowy",
        "posta kutusu dolu",
        "geçici hata",
        "メールボックスが一杯です",
    ],
)
def test_never_final_what_may_pass(reason: str) -> None:
    raw = a_notice(
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered mail",
        f"Your message could not be delivered.\n\n<ann@daily.example>: {reason}\n",
    )
    assert told(raw) == [(ANN, "failed", "temporary", "")]


@pytest.mark.parametrize(
    "text",
    [
        "La boîte aux lettres de ann@daily.example est pleine.",
        "Das Postfach von ann@daily.example ist voll.",
        "El buzón de ann@daily.example está lleno.",
        "De mailbox van ann@daily.example is vol.",
        "Il messaggio da ben@weekly.example a ann@daily.example non è recapitato: casella piena.",
    ],
)
def test_whose_mailbox_it_is_and_whose_message_it_was(text: str) -> None:
    raw = a_notice("From: postmaster@daily.example\nSubject: Undeliverable", text)
    assert told(raw) == [(ANN, "failed", "temporary", "")]


@pytest.mark.parametrize(
    "text",
    [
        "您的邮件未能成功送达 ann@daily.example。",
        "您的郵件無法成功送達：ann@daily.example",
        "Zpráva pro ann@daily.example byla nedoručena.",
        "Ihre Nachricht an ann@daily.example wurde übergeben, konnte aber nicht zugestellt werden.",
        "Wiadomość do ann@daily.example nie została dostarczona.",
        "Uw bericht aan ann@daily.example is niet bezorgd.",
        "A sua mensagem para ann@daily.example não foi entregue.",
        "Your message to ann@daily.example has not been delivered: the server rejected it.",
        "Your message was delivered to our gateway, but was rejected for ann@daily.example.",
    ],
)
def test_never_an_arrival_of_what_did_not(text: str) -> None:
    raw = a_notice("From: MAILER-DAEMON@daily.example\nSubject: Delivery report", text)
    assert [(address, action) for address, action, *_ in told(raw)] == [(ANN, "failed")]


def test_letters_of_japan_stand_in_a_header_as_they_are() -> None:
    raw = a_notice(
        "From: no-reply@pix.example\nSubject: メールエラー通知\n"
        "Content-Type: text/plain; charset=us-ascii",
        "送信先のメールボックスが一杯のため、送信できませんでした。\n\n"
        "Could not be delivered to: <ann@daily.example>\nAs their mailbox is full.\n",
    )
    assert told(raw.decode().encode("iso2022_jp")) == [(ANN, "failed", "temporary", "")]


def test_what_names_nobody_is_a_notice_about_nobody() -> None:
    raw = a_notice(
        "From: MAILER-DAEMON@mx.example\nSubject: Mail could not be delivered",
        "The following mail could not be delivered.\nReason: Exceeded maximum delivery attempts.\n",
    )
    assert read(raw).kind is Kind.DSN
    assert read(raw).recipients == ()


def test_the_one_that_the_returned_message_went_to_where_nobody_is_named() -> None:
    raw = a_notice(
        "From: MMSC NDR Administrator <sysadmin@pix.example>\nSubject: Undeliverable Message",
        "Message could not be delivered to mobile.\nError: No valid recipients for this MM\n\n"
        "Original Message:\nFrom: press@press.example\nTo: 5550100@pix.example\nSubject: Boats\n",
    )
    assert told(raw) == [("5550100@pix.example", "failed", "permanent", "")]
    both = raw.replace(b"5550100@pix.example", b"5550100@pix.example, 5550101@pix.example")
    assert told(both) == []


def test_what_flufl_knows_is_asked_last() -> None:
    raw = a_notice(
        "From: Automated response <postmaster@lab.example>\n"
        'Subject: FAILED MAIL to "ann" regarding "Boats"',
        "The standard form of an address at LLNL is a name. The address to which\n"
        "your message was addressed, ann@daily.example, did not exactly match an LLNL address.\n",
    )
    assert [address for address, *_ in told(raw)] == [ANN]
