"""Notices as many mail systems word them, in short: what each says, and what is to be read of it.

Each is (name, header fields, text, expected); `{F}` is the returned message's head, in the text.
Expected: address, action, permanence, status.
"""

from __future__ import annotations

OURS = "bounces+aaaabbbbccccddddeeee@press.example"
ANN = "ann@daily.example"
BEN = "ben@weekly.example"

HEAD = f"""Return-Path: <{OURS}>
Received: from press.example by mx.daily.example; Mon, 2 Nov 2026 09:00:00 +0000
Date: Mon, 2 Nov 2026 09:00:00 +0000
From: Press Office <press@press.example>
Reply-To: desk@press.example
To: Ann Ace <{ANN}>
Subject: Small boats land half the catch
Message-ID: <20261102.1@press.example>
MIME-Version: 1.0

Text"""

Expected = list[tuple[str, str, str, str]]
FAILED, DELAYED = "failed", "delayed"
PERMANENT, TEMPORARY = "permanent", "temporary"
_DAEMON = "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.daily.example>\nSubject: Returned mail"

SAMPLES: list[tuple[str, str, str, Expected]] = [
    (
        "qmail",
        "From: MAILER-DAEMON@mx.daily.example\nSubject: failure notice",
        """Hi. This is the qmail-send program at mx.daily.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ann@daily.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

{F}""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "qmail, too long in the queue",
        "From: MAILER-DAEMON@mx.daily.example\nSubject: failure notice",
        """Hi. This is the qmail-send program at mx.daily.example.

<ann@daily.example>:
CNAME lookup failed temporarily. (#4.4.3)
I'm not going to try again; this message has been in the queue too long.

--- Below this line is a copy of the message.

{F}""",
        [(ANN, FAILED, TEMPORARY, "4.4.3")],
    ),
    (
        "exim",
        "From: Mail Delivery System <Mailer-Daemon@relay.example>\n"
        "Subject: Mail delivery failed: returning message to sender\nAuto-Submitted: auto-replied",
        """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ann@daily.example
    host mx.daily.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<ann@daily.example>:
    550 5.1.1 <ann@daily.example>: Recipient address rejected: User unknown
  ben@weekly.example
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

{F}""",
        [(ANN, FAILED, PERMANENT, "5.1.1"), (BEN, FAILED, PERMANENT, "")],
    ),
    (
        "exim, delayed",
        "From: Mail Delivery System <Mailer-Daemon@relay.example>\n"
        "Subject: Warning: message 1a2B3c-0004 delayed 24 hours\nAuto-Submitted: auto-replied",
        """This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on relay.example.

The message identifier is:     1a2B3c-0004
The subject of the message is: Small boats land half the catch

The address to which the message has not yet been delivered is:

  ann@daily.example

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals if the message
remains undelivered. Eventually the mail delivery software will give up,
and when that happens, the message will be returned to you.
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "postfix, old",
        "From: MAILER-DAEMON@relay.example (Mail Delivery System)\n"
        "Subject: Undelivered Mail Returned to Sender",
        """This is the Postfix program at host relay.example.

I'm sorry to have to inform you that the message returned
below could not be delivered to one or more destinations.

For further assistance, please send mail to <postmaster>

                        The Postfix program

<ann@daily.example>: host mx.daily.example[192.0.2.7] said: 550 <ann@daily.example>:
    User unknown in local recipient table (in reply to RCPT TO command)
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "postfix, warning",
        "From: MAILER-DAEMON@relay.example (Mail Delivery System)\n"
        "Subject: Delayed Mail (still being retried)",
        """This is the Postfix program at host relay.example.

####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

Your message could not be delivered for 4.0 hours.
It will be retried until it is 5.0 days old.

                        The Postfix program

<ann@daily.example>: connect to mx.daily.example[192.0.2.7]: Connection timed out
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "sendmail",
        _DAEMON + ": User unknown",
        """The original message was received at Mon, 2 Nov 2026 09:00:00 GMT
from press.example [192.0.2.1]

   ----- The following addresses had permanent fatal errors -----
<ann@daily.example>
    (reason: 550 5.1.1 <ann@daily.example>... User unknown)

   ----- Transcript of session follows -----
... while talking to mx.daily.example.:
>>> MAIL From:<press@press.example>
>>> RCPT To:<ann@daily.example>
<<< 550 5.1.1 <ann@daily.example>... User unknown
550 5.1.1 <ann@daily.example>... User unknown
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "sendmail, warning",
        "From: Mail Delivery Subsystem <MAILER-DAEMON@relay.example>\n"
        "Subject: Warning: could not send message for past 4 hours",
        """    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

   ----- The following addresses had transient non-fatal errors -----
<ann@daily.example>

   ----- Transcript of session follows -----
<ann@daily.example>... Deferred: Connection timed out with mx.daily.example.
Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "Exchange 5.5",
        "From: System Administrator <postmaster@daily.example>\n"
        "Subject: Undeliverable: Small boats land half the catch",
        """Your message

  To:      ann@daily.example; ben@weekly.example
  Subject: Small boats land half the catch
  Sent:    Mon, 2 Nov 2026 09:00:00 -0000

did not reach the following recipient(s):

ann@daily.example on Mon, 2 Nov 2026 09:00:02 -0000
    The recipient name is not recognized
        The MTS-ID of the original message is: c=us;a= ;p=daily;l=EX0102
    MSEXCH:IMS:Daily:NEWS:EX01 0 (000C05A6) Unknown Recipient
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Exchange 2003",
        "From: System Administrator <postmaster@daily.example>\n"
        "Subject: Undeliverable: Small boats land half the catch",
        """Your message did not reach some or all of the intended recipients.

      Subject:  Small boats land half the catch
      Sent:     02/11/2026 09:00

The following recipient(s) cannot be reached:

      ann@daily.example on 02/11/2026 09:00
            The e-mail account does not exist at the organization this message was sent to.
            <mx.daily.example #5.1.1>
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "Outlook on the web, HTML",
        "From: Microsoft Outlook <postmaster@daily.example>\n"
        "Subject: Undeliverable: Small boats land half the catch\n"
        "Content-Type: text/html; charset=utf-8",
        """<html><head><style>p {color: red}</style></head><body>
<p><b><font size="3">Delivery has failed to these recipients or groups:</font></b></p>
<p><a href="mailto:ann@daily.example">ann@daily.example</a><br>
The email address you entered couldn&#8217;t be found. Please check the recipient&#39;s address.</p>
<p>Diagnostic information for administrators:</p>
<p>Generating server: EX01.daily.example</p>
<p>ann@daily.example<br>Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'</p>
</body></html>""",
        [(ANN, FAILED, PERMANENT, "5.1.10")],
    ),
    (
        "Lotus Domino",
        "From: Postmaster@daily.example\n"
        "Subject: DELIVERY FAILURE: User ann (ann@daily.example) not listed in Domino Directory",
        """Your message

  Subject: Small boats land half the catch

was not delivered to:

  ann@daily.example

because:

  User ann (ann@daily.example) not listed in Domino Directory

""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "GroupWise",
        "From: Mailer-Daemon@gw.daily.example\nSubject: Message status - undeliverable",
        """The message that you sent was undeliverable to the following:

        ann@daily.example (mailbox is full)
""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "Yahoo",
        "From: MAILER-DAEMON@mail.example\nSubject: Failure Notice",
        """Sorry, we were unable to deliver your message to the following address.

<ann@daily.example>:
554: delivery error: dd This user doesn't have a daily.example account (ann@daily.example) [0]

--- Below this line is a copy of the message.

{F}""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Yahoo, quota without a code",
        "From: MAILER-DAEMON@mail.example\nSubject: Delivery failure",
        """Message from mail.example.
Unable to deliver message to the following address(es).

<ann@daily.example>:
Sorry, your message to ann@daily.example cannot be delivered.  This account is over quota.

--- Original message follows.

{F}""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "AOL, by screen name",
        "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.daily.example>\n"
        "Subject: Mail Delivery Problem",
        """Your mail to the following recipients could not be delivered because
they are not accepting mail from press@press.example:
        ann

--- Below this line is a copy of the message.

{F}""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Gmail",
        "From: Mail Delivery Subsystem <mailer-daemon@mail.example>\n"
        "Subject: Delivery Status Notification (Failure)\nX-Failed-Recipients: ann@daily.example",
        """** Address not found **

Your message wasn't delivered to ann@daily.example because the address couldn't be found, or is
unable to receive mail.

The response from the remote server was:
550 5.1.1 The email account that you tried to reach does not exist.
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "Gmail, delay",
        "From: Mail Delivery Subsystem <mailer-daemon@mail.example>\n"
        "Subject: Delivery Status Notification (Delay)",
        """** Delivery incomplete **

There was a temporary problem delivering your message to ann@daily.example. Gmail will retry for
47 more hours. You'll be notified if the delivery fails permanently.

The response was:
The recipient server did not accept our requests to connect. [mx.daily.example 192.0.2.7: timed out]
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "MailEnable",
        "From: Postmaster <postmaster@daily.example>\nSubject: Message Delivery Failure",
        """MailEnable: Message could not be delivered to some recipients.
The following recipient(s) could not be reached:

        [SMTP:ann@daily.example]: Remote SMTP Server Returned: 550 No such user here
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "MDaemon",
        "From: MDaemon at daily.example <MDaemon@daily.example>\n"
        "Subject: Permanent Delivery Failure",
        """The attached message had PERMANENT fatal delivery errors!

After one or more unsuccessful delivery attempts the attached message has
been removed from the mail queue on this server.

YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!

Session-ID: 1; Sent: 2 Nov
    Failed address: ann@daily.example

--- Session Transcript ---
 Mon 2026-11-02 09:00:00: --> MAIL From:<press@press.example>
 Mon 2026-11-02 09:00:00: --> RCPT To:<ann@daily.example>
 Mon 2026-11-02 09:00:00: <-- 550 <ann@daily.example>, Recipient unknown
--- End Transcript ---
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Kerio",
        "From: Mail Delivery Subsystem <MAILER-DAEMON@daily.example>\nSubject: Delivery failed",
        """Your message could not be delivered to one or more recipients.

ann@daily.example: 550 5.1.1 User unknown
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "IMail",
        "From: Postmaster <postmaster@daily.example>\n"
        "Subject: Undeliverable Mail\nX-Mailer: <SMTP32 v8.0>",
        """User mailbox exceeds allowed size: ann@daily.example

Original message follows.

{F}""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "Barracuda",
        "From: <postmaster@barracuda.daily.example>\n"
        "Subject: **Message you sent blocked by our bulk email filter**",
        """Your message to: ann@daily.example
was blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN
DELIVERED:

Subject: Small boats land half the catch
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Mimecast",
        "From: Mail Delivery Subsystem <postmaster@mimecast.example>\n"
        "Subject: [Postmaster] Email Delivery Failure",
        """This is a delivery failure notification message indicating that
an email from press@press.example addressed to email address :
-- ann@daily.example
could not be delivered. The problem appears to be :
-- Recipient email server rejected the message
Additional information follows :
-- 5.1.1 User unknown
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "Zimbra, expired",
        "From: MAILER-DAEMON@zimbra.daily.example (Mail Delivery System)\n"
        "Subject: Undelivered Mail Returned to Sender",
        """This is the mail system at host zimbra.daily.example.

<ann@daily.example>: delivery temporarily suspended: connect to
    mx.daily.example[192.0.2.7]:25: Connection refused
""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "Yandex",
        "From: mailer-daemon@yandex.example\nSubject: Недоставленное сообщение",
        """Это письмо отправлено почтовым сервером yandex.example.

К сожалению, мы вынуждены сообщить Вам о том, что Ваше письмо не может
быть отправлено одному или нескольким адресатам. Технические подробности
можно найти ниже.

<ann@daily.example>: host mx.daily.example[192.0.2.7] said: 550 5.7.1 No such user!
""",
        [(ANN, FAILED, PERMANENT, "5.7.1")],
    ),
    (
        "Mail.ru",
        "From: mailer-daemon@corp.mail.example\nSubject: Mail failure.",
        """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ann@daily.example
    RCPT TO:<ann@daily.example>:
    user not found

Сообщение не может быть доставлено: ящик не существует.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Russian, full mailbox",
        "From: postmaster@mail.example\nSubject: Сообщение не доставлено",
        """Ваше сообщение не было доставлено следующему получателю:

ann@daily.example
Почтовый ящик получателя переполнен.
""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "QQ, Chinese",
        "From: PostMaster <PostMaster@qq.example>\nSubject: 来自qq.example的退信",
        """抱歉，您的邮件被退回来了……
原邮件信息：
时间：2026-11-02 09:00
主题：Small boats
收件人：ann@daily.example
退信原因：
收件人邮件地址（ann@daily.example）不存在，邮件无法送达。
host mx.daily.example said: 550 Mailbox not found
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "163, Chinese",
        "From: Postmaster@163.example\nSubject: 系统退信/Systems bounce",
        """抱歉，您的邮件被退回来了。
退信原因：收信人的邮箱已满，请稍后再试。
收件人： ann@daily.example
""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "Japanese",
        "From: Mail Administrator <Postmaster@mail.example.jp>\nSubject: メール配信エラー通知",
        """次のあて先へのメッセージはエラーのため配信できませんでした。

<ann@daily.example>: 550 Unknown user
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "French",
        "From: Administrateur système <postmaster@journal.example>\n"
        "Subject: Non remis : Petits bateaux",
        """Votre message n'a pas été remis à certains ou à tous les destinataires prévus.

      Objet : Petits bateaux
      Date : 02/11/2026 09:00

Impossible de joindre le(s) destinataire(s) suivant(s) :

      ann@daily.example le 02/11/2026 09:00
            Cette adresse n'existe pas dans l'organisation.
            <mx.daily.example #5.1.1 smtp;550 5.1.1 ann>
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "French, delay",
        "From: postmaster@journal.example\nSubject: Remise différée : Petits bateaux",
        """Ce message n'a pas encore été remis aux destinataires suivants :

ann@daily.example

Le serveur continuera d'essayer. De nouvelles tentatives seront effectuées.
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "German",
        "From: Mail Delivery System <mailer-daemon@kundenserver.example>\n"
        "Subject: Mail delivery failed: returning message to sender",
        """Diese E-Mail wurde automatisch erzeugt.

Ihre Nachricht konnte nicht zugestellt werden. Empfänger:

ann@daily.example:
Das Postfach des Empfängers ist voll.
""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "German, unknown",
        "From: postmaster@zeitung.example\nSubject: Unzustellbar: Kleine Boote",
        """Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:

ann@daily.example
Die eingegebene E-Mail-Adresse konnte nicht gefunden werden.
mx.daily.example #550 5.1.1 RESOLVER.ADR.RecipNotFound ##
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "Spanish",
        "From: Correo <MAILER-DAEMON@diario.example>\nSubject: Error en la entrega",
        """Su mensaje no se pudo entregar a los siguientes destinatarios:

<ann@daily.example>: el buzón no existe
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Spanish, delay",
        "From: postmaster@diario.example\nSubject: Entrega retrasada: Barcos",
        """El mensaje aún no se ha entregado a:

ann@daily.example

El servidor seguirá intentando entregarlo durante 2 días.
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "Italian",
        "From: Mail Delivery System <MAILER-DAEMON@giornale.example>\nSubject: Mancato recapito",
        """Il suo messaggio non è stato recapitato al seguente destinatario:

ann@daily.example
    La casella di posta è piena.
""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "Portuguese",
        "From: postmaster@jornal.example\nSubject: Falha na entrega da mensagem",
        """A sua mensagem não foi entregue ao seguinte destinatário:

ann@daily.example
O usuário não existe.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Dutch",
        "From: Mailer Daemon <mailer-daemon@krant.example>\nSubject: Bericht niet afgeleverd",
        """Uw bericht kon niet worden afgeleverd bij:

ann@daily.example
De gebruiker is onbekend.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Arabic",
        "From: postmaster@jareeda.example\nSubject: تعذر تسليم الرسالة",
        """تعذر تسليم رسالتك إلى المستلمين التالين:

ann@daily.example
العنوان غير موجود.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "moved, with the new address",
        "From: postmaster@daily.example\nSubject: Undeliverable mail",
        """Your message could not be delivered to ann@daily.example: the mailbox is closed.
Please use the new address: ann.ace@elsewhere.example
Contact helpdesk@daily.example for help, or write to
it-support@daily.example.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "two, each with its own reason",
        _DAEMON,
        """Your message could not be delivered to these recipients:

<ann@daily.example>: 550 5.1.1 No such user
<ben@weekly.example>: 452 4.2.2 Mailbox full
""",
        [(ANN, FAILED, PERMANENT, "5.1.1"), (BEN, FAILED, TEMPORARY, "4.2.2")],
    ),
    (
        "a full mailbox, and for good by its code",
        _DAEMON,
        """Your message could not be delivered:
<ann@daily.example>: 552 5.2.2 Over quota
""",
        [(ANN, FAILED, PERMANENT, "5.2.2")],
    ),
    (
        "a warning with a code of the fifth class",
        "From: MAILER-DAEMON@mx.daily.example\nSubject: Delivery delayed",
        """This is a warning message only. Delivery will be retried.
<ann@daily.example>: 550 5.7.1 Try again after the greylisting period
""",
        [(ANN, DELAYED, TEMPORARY, "5.7.1")],
    ),
    (
        "quoted-printable address with an angle and a mailto",
        _DAEMON,
        """Delivery to the following recipient failed permanently:

     <mailto:ann@daily.example>
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
]
