"""Notices in the words of offices' systems and of large providers."""

from __future__ import annotations

from sample_parts import ANN, BEN, DAEMON, DELAYED, FAILED, PERMANENT, TEMPORARY, Sample

HOSTS: list[Sample] = [
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
        DAEMON,
        """Your message could not be delivered to these recipients:

<ann@daily.example>: 550 5.1.1 No such user
<ben@weekly.example>: 452 4.2.2 Mailbox full
""",
        [(ANN, FAILED, PERMANENT, "5.1.1"), (BEN, FAILED, TEMPORARY, "4.2.2")],
    ),
    (
        "a full mailbox, and for good by its code",
        DAEMON,
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
        DAEMON,
        """Delivery to the following recipient failed permanently:

     <mailto:ann@daily.example>
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
]
