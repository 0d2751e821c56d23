"""Notices that are hard by their shape: where the address stands, and what stands beside it."""

from __future__ import annotations

from sample_parts import ANN, BEN, DAEMON, DELAYED, FAILED, PERMANENT, TEMPORARY, Sample

_FAILURE = "From: mailer-daemon@mail.example\nSubject: Delivery Status Notification (Failure)"

SHAPES: list[Sample] = [
    (
        "no blank before or after the address, in Chinese",
        "From: postmaster@qq.example\nSubject: 系统退信",
        "您的邮件未能投递到ann@daily.example请检查地址。\n",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "no blank after the address, in Korean",
        _FAILURE,
        "주소를 찾을 수 없어 ann@daily.example에 메일이 전송되지 않았습니다.\n",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "a table without blanks between its cells",
        f"{DAEMON}\nContent-Type: text/html; charset=utf-8",
        "<p>These messages could not be delivered.</p><table><tr><td>ann@daily.example</td>"
        "<td>mailbox full</td></tr><tr><td>ben@weekly.example</td><td>550 5.1.1 unknown</td></tr>"
        "</table>",
        [(ANN, FAILED, TEMPORARY, ""), (BEN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "a word for each",
        DAEMON,
        """Delivery report for your message:

ann@daily.example: failed - 550 5.1.1 unknown
ben@weekly.example: delayed - will retry (451 4.4.1 timeout)
""",
        [(ANN, FAILED, PERMANENT, "5.1.1"), (BEN, DELAYED, TEMPORARY, "4.4.1")],
    ),
    (
        "one address that another was made of",
        DAEMON,
        """The following address(es) failed:

  ann.ace@mailbox.example
    (generated from ann@daily.example)
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

{F}""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "nobody named, and returned a message to one, its fields folded",
        f"{DAEMON}: Cannot send message for 4 days",
        """   ----- Transcript of session follows -----
421 daily.example (smtp)... Deferred: Connection timed out

   ----- Unsent message follows -----
Received: by mx.press.example (5.65/1.37) id 7;
    Mon, 2 Nov 2026 09:00:00 +0000
From: press@press.example
To: ann@daily.example
Message-ID: <20261102.1@press.example>

Text""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "an address in the header, encoded",
        f"{_FAILURE}\nX-Failed-Recipients: =?utf-8?B?w6ZubkBkYWlseS5leGFtcGxl?=",
        "Delivery to the following recipient failed permanently: ænn@daily.example\n",
        [("ænn@daily.example", FAILED, PERMANENT, "")],
    ),
    (
        "a picture for a name",
        _FAILURE,
        "Delivery to the following recipient failed permanently:\n\n  \U0001f408@daily.example\n",
        [("\U0001f408@daily.example", FAILED, PERMANENT, "")],
    ),
    (
        "whom to turn to, among those that failed",
        DAEMON,
        "Your message to ann@daily.example could not be delivered: user unknown. If you need\n"
        "help, call us or mail to hotline@provider.example.\n",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "given up, in words that speak of another attempt",
        "From: postmaster@daily.example\nSubject: Unzustellbar: Boote",
        """Fehler bei der Zustellung an folgende Empfänger:

ann@daily.example
Die Adresse ist unbekannt. Es wird kein weiterer Versuch unternommen.
Microsoft Exchange unternimmt keinen weiteren Versuch, diese Nachricht zuzustellen.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "a filter that stopped it",
        "From: Virus scanner <postmaster@daily.example>\nSubject: VIRUS IN YOUR MAIL",
        "Our content checker found a virus in a message from you.\n"
        "Delivery of the message was stopped! Recipient: ann@daily.example\n",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "blocked, in one sentence",
        _FAILURE,
        "** Message blocked **\n\nYour message to ann@daily.example has been blocked.\n",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "by no system's name, in Japanese",
        "From: no-reply@mobile.example\nSubject: メールエラー通知",
        "メールボックスが一杯のため、送信できませんでした。\n\n"
        "Could not be delivered to: <ann@daily.example>\n  As their mailbox is full.\n",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "who it was for at the end of a sentence",
        "From: mailer-daemon\nSubject: There was an error sending your mail",
        """1 error(s):

The following recipients returned permanent errors: ann@daily.example.
 Reason: SMTP Server refused to accept your message: [554 5.4.6 Hop count exceeded]
""",
        [(ANN, FAILED, PERMANENT, "5.4.6")],
    ),
    (
        "in words that nobody here knows, from one that no person writes from",
        "From: MAILER-DAEMON@mx.daily.example\nReturn-Path: <>\nSubject: Samahani\n"
        "Auto-Submitted: auto-generated",
        "Ujumbe wako haukufika.\n\nann@daily.example\n",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "in Polish, with the verb far behind",
        DAEMON,
        "Twoja wiadomość nie mogła zostać dostarczona.\n\n<ann@daily.example>: nieznany\n",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "a full mailbox, in Ukrainian",
        "From: mailer-daemon@mail.example\nSubject: Лист не доставлено",
        "Ваш лист не може бути доставлений за адресою ann@daily.example: скриньку переповнено.\n",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "by no system's name, in Korean",
        "From: mailadm@mail.example\nSubject: [메일 발송 실패 안내] 1",
        "메일 발송에 실패하였습니다.\n\n받는 사람: ann@daily.example\n"
        "메일 주소가 존재하지 않습니다.\n",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "a sender in French that nobody may answer",
        "From: ne-pas-repondre@d.example\nSubject: Echec de la remise",
        "Votre message à ann@daily.example n'a pas pu être remis : destinataire inconnu.\n",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "a list that takes nothing from strangers",
        "From: L-Soft list server <LISTSERV@lists.example>\nSubject: Rejected posting to NEWS-L",
        "Your message to ann@daily.example was rejected: you are not authorized to send to it.\n",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "a failure that is attempted again, with the code of one that is final",
        "From: MAILER-DAEMON@d.example\nSubject: Temporary delivery failure",
        "Delivery to ann@daily.example has failed and will be attempted again.\n550 5.7.1 no\n",
        [(ANN, DELAYED, TEMPORARY, "5.7.1")],
    ),
    (
        "codes on the line below, and words for one of them alone",
        "From: MAILER-DAEMON@d.example\nSubject: failure notice",
        "<ann@daily.example>:\n550 5.1.1 no\n\n<ben@weekly.example>:\n452 4.2.2 over quota\n",
        [(ANN, FAILED, PERMANENT, "5.1.1"), (BEN, FAILED, TEMPORARY, "4.2.2")],
    ),
    (
        "a server that never answered",
        "Return-Path: <>\nFrom: postmaster@d.example\nSubject: Sorry, we gave up",
        "We tried to deliver your message to ann@daily.example for five days, but the server did\n"
        "not answer.\n",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
]
