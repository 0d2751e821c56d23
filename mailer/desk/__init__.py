"""Everything a press officer can do, one function each. Command line, console and API call these.

Every deed is one transaction with its audit row. `now` is an argument (aware, UTC); names of
people are whatever the caller was told. Each refusal is a MailerError that says what to do next.
"""

from mailer.desk.answering import Answering
from mailer.desk.changing import Change
from mailer.desk.consenting import Consenting
from mailer.desk.deciding import Approval
from mailer.desk.drafting import Conflict, Drafting
from mailer.desk.forwarding import Forwarding
from mailer.desk.knowing import Knowing
from mailer.desk.looking import Looking
from mailer.desk.overseeing import Overseeing
from mailer.desk.previewing import Copy, Previewing
from mailer.desk.proposal import Document, PlanRow, PlanView, Proposal
from mailer.desk.reporting import Reporting, TimelineView
from mailer.desk.taking import Taken
from mailer.desk.tokening import Tokening
from mailer.desk.watching import Watching

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
    Drafting,
    Previewing,
    Consenting,
    Answering,
    Knowing,
    Looking,
    Overseeing,
    Reporting,
    Forwarding,
    Watching,
    Tokening,
):
    """The press office's desk over one ledger and one configuration."""
