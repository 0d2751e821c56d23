"""Notices of systems that are seen more seldom, and of some that make it hard."""

from __future__ import annotations

from sample_parts import ANN, BEN, DAEMON, DELAYED, DELIVERED, FAILED, PERMANENT, TEMPORARY, Sample

MORE: list[Sample] = [
    (
        "a gateway to telephones, as an answer",
        "From: post_master@text.example\nSubject: Re:Small boats\nIn-Reply-To: <1@press.example>",
        """Error: Invalid user address

Error message below:
550 - Requested action not taken: no such user here

Message details:
  Subject: Small boats
  MAIL FROM: press@press.example
  RCPT TO: ann@daily.example
  From: press@press.example
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "1&1",
        DAEMON,
        """A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error.

The following address failed:

ann@daily.example

For the following reason:

Mail size limit exceeded. For explanation visit http://postmaster.example/en

--- The header of the original message is following. ---

{F}""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "GMX",
        DAEMON,
        """The following address failed:

"ann@daily.example":
SMTP error from remote server after RCPT command:
host: mx.daily.example
5.1.1 <ann@daily.example>... User Unknown
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "Active! hunter",
        "From: MAILER-DAEMON@daily.example\nSubject: FAILURE NOTICE : Small boats",
        """  ----- The following addresses had permanent fatal errors -----

>>> ann@daily.example <ann@daily.example>

  ----- Transcript of session follows -----
550 sorry, no mailbox here by that name (#5.1.1 - chkusr)
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "sendmail of old",
        DAEMON + ": Host unknown",
        """   ----- Transcript of session follows -----
550 daily.example (smtp)... 550 Host unknown
554 <ann@daily.example>... 550 Host unknown (Authoritative answer from name server)

   ----- Unsent message follows -----
{F}""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Notes",
        "From: Mail Router <postmaster@notes.example>\nSubject: DELIVERY FAILURE",
        """------- Failure Reasons  --------

User not listed in public Name & Address Book
ann@daily.example

------- Returned Message --------
{F}""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "MailMarshal",
        'From: <postmaster@marshal.example>\nSubject: Undeliverable Mail: "Small boats"',
        """Your message:
  From:    press@press.example
  Subject: Small boats

Could not be delivered because of

550 5.1.1 User unknown

The following recipients were affected:
    ann@daily.example
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "McAfee",
        DAEMON,
        """   --- The following addresses had delivery problems ---

<ann@daily.example>   (User unknown ann@daily.example)
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Courier",
        'From: "Courier mail server at mx.daily.example" <@>\n'
        "Subject: NOTICE: mail delivery status.",
        """This is a delivery status notification from mx.daily.example,
running the Courier mail server, version 0.65.2.

                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<ann@daily.example>:
    mx.daily.example [192.0.2.7]:
>>> RCPT TO:<ann@daily.example>
<<< 550 5.1.1 <ann@daily.example>... User Unknown
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "Courier, delayed",
        'From: "Courier mail server" <postmaster@mx.daily.example>\n'
        "Subject: WARNING: delayed mail.",
        """                            DELAYED MAIL

Your message to the following recipients has not been delivered yet. Delivery
will be attempted again. You DO NOT need to resend the message.

<ann@daily.example>:
    Connection timed out
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "OpenSMTPD",
        "From: Mailer Daemon <MAILER-DAEMON@mx.daily.example>\n"
        "Subject: Delivery status notification: error",
        """    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

ann@daily.example: 550 5.2.2 <ann@daily.example>... Mailbox Full

    Below is a copy of the original message:

{F}""",
        [(ANN, FAILED, PERMANENT, "5.2.2")],
    ),
    (
        "OpenSMTPD, delayed",
        "From: Mailer Daemon <MAILER-DAEMON@mx.daily.example>\n"
        "Subject: Delivery status notification: delayed",
        """    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    A message is delayed for more than 4 hours for the following
    list of recipients:

ann@daily.example: Network error on destination MXs

    Please note that this is only a temporary failure report. The message
    is kept in the queue for up to 4 days. You do not need to resend it.
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "DragonFly",
        "From: <MAILER-DAEMON@df.example>\nSubject: Mail delivery failed",
        """This is the DragonFly Mail Agent v0.13 at df.example.

There was an error delivering your mail to <ann@daily.example>.

mx.daily.example said: 550 5.1.1 no such user

Message headers follow.

{F}""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "Zoho",
        "From: mailer-daemon@mail.example\nSubject: Undelivered Mail Returned to Sender",
        """This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more recipients.
This is a permanent error.

ann@daily.example Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 User Unknown
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "Messaging Server",
        "From: Internet Mail Delivery <postmaster@ims.example>\n"
        "Subject: Delivery Notification: Delivery has failed",
        """This report relates to a message you sent with the following header fields:

  Message-id: <1@press.example>
  Date: Mon, 2 Nov 2026 09:00:00 +0000
  From: Press Office <press@press.example>
  To: ann@daily.example, ben@weekly.example
  Subject: Small boats

Your message cannot be delivered to the following recipients:

  Recipient address: ann@daily.example
  Reason: Remote SMTP server has rejected address
  Diagnostic code: smtp;550 5.1.1 <ann@daily.example>... User Unknown
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "SurfControl",
        "From: <postmaster@filter.example>\nSubject: Message could not be delivered",
        """Your message could not be sent.
A transcript of the attempts to send the message follows.
The number of attempts made: 1
Addressed To: ann@daily.example

Mon 2 Nov 2026 09:00:00 +0000
Failed to send to identified host,
ann@daily.example: [192.0.2.7], 550 ann@daily.example... No such user
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "trouble with details",
        "From: Mail Delivery <mailer-daemon@mail.example>\n"
        "Subject: There was an error sending your mail",
        """We had trouble delivering your message. Full details follow:

Subject: 'Small boats'
Date: 'Mon, 2 Nov 2026 09:00:00 +0000'

1 error(s):

SMTP Server <mx.daily.example> rejected recipient <ann@daily.example>
  (Error following RCPT command). It responded as follows: [550 5.1.1 User unknown]
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "an au telephone",
        "From: Postmaster@mobile.example\nSubject: Mail System Error - Returned Mail",
        """次のあて先へのメッセージはエラーのため送信できませんでした。

送信先メールアドレスが見つかりませんでした。
メールアドレスをご確認の上、再送信してください。

<ann@daily.example>
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "a mobile mailbox that is full",
        "From: <mail-system@mobile.example>\nSubject: Mail System Error - Returned Mail",
        """Your mail sent on: Mon, 2 Nov 2026 09:00:00 +0000
    Could not be delivered to: <ann@daily.example>
    As their mailbox is full.
""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "a failure at first, and given up",
        DAEMON,
        """Delivery to the following recipients was aborted after 120 hours of trying:

  * ann@daily.example

The last error was: 421 4.4.2 Connection dropped. No further attempts will be made.
""",
        [(ANN, FAILED, TEMPORARY, "4.4.2")],
    ),
    (
        "a delay that says when it would fail",
        "From: Mail Delivery Subsystem <mailer-daemon@mx.example>\n"
        "Subject: Delivery delayed: Small boats",
        """Your message has been delayed and is still awaiting delivery to the following:

ann@daily.example

Your message is delayed. Message delayed delivery will continue to be attempted; if it cannot be
delivered within 3 days it will be returned to you as undeliverable.
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "one delayed that has been tried for days",
        "From: postmaster@ex.example\nSubject: Delayed: Small boats",
        """Delivery to these recipients or groups has been delayed:

ann@daily.example

The server has tried to deliver this message, without success, and will try again for 1 day.
ben@weekly.example

The server has tried to deliver this message, without success, and will try again for 1 day.
""",
        [(ANN, DELAYED, TEMPORARY, ""), (BEN, DELAYED, TEMPORARY, "")],
    ),
    (
        "no name for the sender, in a null path",
        "Return-Path: <>\nFrom: <>\nSubject: Returned mail: Service unavailable",
        """   ----- The following addresses had permanent fatal errors -----
<ann@daily.example>
554 5.0.0 Service unavailable
""",
        [(ANN, FAILED, PERMANENT, "5.0.0")],
    ),
    (
        "a plus in the address and capitals",
        DAEMON,
        """Your message could not be delivered to:
<Ann.Ace+News@Daily.Example>: 550 5.1.1 unknown
""",
        [("Ann.Ace+News@Daily.Example", FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "sendmail, one that failed, one that is late and one that arrived",
        DAEMON,
        """   ----- The following addresses had permanent fatal errors -----
<ann@daily.example>
    (reason: 550 5.1.1 User unknown)

   ----- The following addresses had transient non-fatal errors -----
<ben@weekly.example>

   ----- The following addresses had successful delivery notifications -----
<zoe@monthly.example>  (successfully delivered to mailbox)
""",
        [
            (ANN, FAILED, PERMANENT, "5.1.1"),
            (BEN, DELAYED, TEMPORARY, ""),
            ("zoe@monthly.example", DELIVERED, TEMPORARY, ""),
        ],
    ),
    (
        "those who have it, and the one who has not",
        "From: Mail System <postmaster@mx.example>\nSubject: Partial delivery failure",
        """Your message was delivered to the following recipients:

ben@weekly.example

Your message could not be delivered to the following recipients:

ann@daily.example
""",
        [(ANN, FAILED, PERMANENT, ""), (BEN, DELIVERED, TEMPORARY, "")],
    ),
    (
        "two in one sentence, and where to ask",
        DAEMON,
        """Your e-mail to ann@daily.example and ben@weekly.example could not be delivered.
Please send an e-mail to help@daily.example, or contact it@daily.example or desk@daily.example.
""",
        [(ANN, FAILED, PERMANENT, ""), (BEN, FAILED, PERMANENT, "")],
    ),
    (
        "a failure for good that says to try again",
        "From: mailer-daemon@mail.example\nSubject: Delivery Status Notification (Failure)",
        """Delivery to the following recipient failed permanently:

  ann@daily.example

The server will not retry. Please try again later or contact your administrator.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "a delay that quotes a reply for good",
        "From: mailer-daemon@mail.example\nSubject: Delivery Status Notification (Delay)",
        """Delivery to the following recipient has been delayed:

  ann@daily.example

Message will be retried for 2 more day(s)

Technical details of temporary failure:
The recipient server said: 550 5.1.1 permanent failure
""",
        [(ANN, DELAYED, TEMPORARY, "5.1.1")],
    ),
]
