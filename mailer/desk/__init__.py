"""Everything a press officer can do, one function each. Command line, console and API call these.

Every deed is one transaction with its audit row. `now` is an argument (aware, UTC); names of
people are whatever the caller was told. Each refusal is a MailerError that says what to do next.

What reads documents is imported where one is read: it takes as long as half of all the rest.
"""

from mailer.desk.bounces import Taken
from mailer.desk.changing import Change
from mailer.desk.consent import Consent
from mailer.desk.contacts import Contacts
from mailer.desk.deciding import Approval
from mailer.desk.drafts import Conflict, Drafts
from mailer.desk.forwarding import Forwarding
from mailer.desk.journalists import Journalists
from mailer.desk.log import Log
from mailer.desk.overview import Overview
from mailer.desk.previews import Copy, Previews
from mailer.desk.proposal import Document, PlanRow, PlanView, Proposal
from mailer.desk.reports import Reports, TimelineView
from mailer.desk.tokens import Tokens

__all__ = [
    "Approval",
    "Change",
    "Conflict",
    "Copy",
    "Desk",
    "Document",
    "PlanRow",
    "PlanView",
    "Proposal",
    "Taken",
    "TimelineView",
]


class Desk(
    Drafts,
    Previews,
    Consent,
    Journalists,
    Contacts,
    Log,
    Overview,
    Reports,
    Forwarding,
    Tokens,
):
    """The press office's desk over one ledger and one configuration."""
