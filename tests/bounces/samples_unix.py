"""Notices as mail systems of Unix word them."""

from __future__ import annotations

from sample_parts import ANN, BEN, DAEMON, DELAYED, FAILED, PERMANENT, TEMPORARY, Sample

UNIX: list[Sample] = [
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
        DAEMON + ": User unknown",
        """The original message was received at Mon, 2 Nov 2026 09:00:00 GMT
from press.example [192.0.2.1]

   ----- The following addresses had permanent fatal errors -----
<ann@daily.example>
    (reason: 550 5.1.1 <ann@daily.example>... User unknown)

   ----- Transcript of session follows -----
... while talking to mx.daily.example.:
>>> MAIL From:<bounces+aaaabbbbccccddddeeee@press.example>
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
        "sendmail of long ago, who refused the sender before it asked for another",
        DAEMON,
        """   ----- Transcript of session follows -----
While talking to mx.daily.example:
>>> MAIL From:<bounces+aaaabbbbccccddddeeee@press.example>
<<< 501 <bounces+aaaabbbbccccddddeeee@press.example>... no access for an open relay
554 <ann@daily.example>... Remote protocol error
While talking to mx.weekly.example:
>>> RCPT To:<ben@weekly.example>
<<< 550 <ben@weekly.example>... User unknown
550 <ben@weekly.example>... User unknown

   ----- Unsent message follows -----
{F}""",
        [(ANN, FAILED, PERMANENT, ""), (BEN, FAILED, PERMANENT, "")],
    ),
]
