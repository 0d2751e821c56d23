"""Notices of providers and filters, some in few words or only in their subject."""

from __future__ import annotations

from sample_parts import ANN, BEN, DAEMON, DELAYED, DELIVERED, FAILED, PERMANENT, TEMPORARY, Sample

PROVIDERS: list[Sample] = [
    (
        "a group that may not exist",
        "From: Mail Delivery Subsystem <mailer-daemon@mail.example>\nSubject: Delivery failure",
        """Hello press@press.example,

We're writing to let you know that the group you tried to contact (ann) may not exist, or you may
not have permission to post messages to the group.

----- Original message -----

{F}""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Office 365, badly nested",
        "From: Microsoft Outlook <exchange329e@daily.example>\nSubject: Undeliverable: Boats\n"
        "Content-Type: text/html; charset=utf-8",
        """<html><body>Your message to <a>ann@daily.example</a> couldn't be delivered.<br>
ann wasn't found at daily.example.<table><tr><td>press</td><td>Office 365</td></tr></table>
How to Fix It<br>Contact your admin at admin@press.example</br>Reported error: 550 5.1.10
RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup</body></html>""",
        [(ANN, FAILED, PERMANENT, "5.1.10")],
    ),
    (
        "IronPort",
        DAEMON,
        """The following message to <ann@daily.example> was undeliverable.
The reason for the problem:
5.1.0 - Unknown address error 550-'User unknown'
""",
        [(ANN, FAILED, PERMANENT, "5.1.0")],
    ),
    (
        "hMailServer",
        "From: mailer-daemon@h.example\nSubject: Message undeliverable: Small boats",
        """Your message did not reach some or all of the intended recipients.

The following recipient(s) could not be reached:

ann@daily.example
   Error Type: SMTP
   Remote server (192.0.2.7) issued an error.
   hMailServer sent: RCPT TO:<ann@daily.example>
   Remote server replied: 550 No such user
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "SmarterMail",
        "From: System Administrator <>\nSubject: Delivery Failure",
        """Could not deliver message to the following recipient(s):

Failed Recipient: ann@daily.example
Reason: Remote host said: 550 User unknown

   -- The header and top 20 lines of the message follows --

{F}""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "CommuniGate",
        "From: <MAILER-DAEMON@cg.example>\nSubject: Undeliverable mail: Small boats",
        """Failed to deliver to 'ann@daily.example'
SMTP module(domain daily.example) reports:
 host mx.daily.example says:
 550 5.1.1 unknown
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "a filter that took it for spam",
        "From: postmaster@daily.example\nSubject: Mail rejected: Small boats",
        """Your email to <ann@daily.example> was rejected because it appears to be spam (554 5.7.1).
If you think this is wrong, write to abuse@daily.example.
""",
        [(ANN, FAILED, PERMANENT, "5.7.1")],
    ),
    (
        "only in the subject",
        "From: postmaster@daily.example\nSubject: User unknown: ann@daily.example",
        "",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "a table of who has it and who has not",
        "From: Mail System <mailer-daemon@d.example>\nSubject: Failure",
        """Recipient            Result
-------------------------------
ben@weekly.example   250 OK delivered
ann@daily.example    550 5.1.1 unknown user
""",
        [(ANN, FAILED, PERMANENT, "5.1.1"), (BEN, DELIVERED, TEMPORARY, "")],
    ),
    (
        "two with what ails them in brackets",
        "From: MAILER-DAEMON@d.example\nSubject: Mail failure",
        """Delivery failed for:
  - ann@daily.example (mailbox disabled)
  - ben@weekly.example (mailbox full)
""",
        [(ANN, FAILED, PERMANENT, ""), (BEN, FAILED, TEMPORARY, "")],
    ),
    (
        "Gmail in French, a delay",
        "From: Mail Delivery Subsystem <mailer-daemon@mail.example>\n"
        "Subject: Delivery Status Notification (Delay)",
        """** Remise incomplète **

Un problème temporaire est survenu lors de la remise de votre message à ann@daily.example. Gmail
réessaiera pendant 46 heures. Vous serez informé si la remise échoue définitivement.
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "Gmail in Spanish",
        "From: Mail Delivery Subsystem <mailer-daemon@mail.example>\n"
        "Subject: Delivery Status Notification (Failure)",
        """** No se ha encontrado la dirección **

No se ha entregado tu mensaje a ann@daily.example porque no se ha encontrado la dirección.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Gmail in Japanese",
        "From: Mail Delivery Subsystem <mailer-daemon@mail.example>\n"
        "Subject: Delivery Status Notification (Failure)",
        """** メールアドレスが見つかりません **

メールアドレスが見つからないため、ann@daily.example にメールは配信されませんでした。
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
]
