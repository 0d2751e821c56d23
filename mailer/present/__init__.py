"""What people and scripts are shown: tables, text, SVG, Markdown, CSV and JSON.

Everything that came from outside is made inert first. Times are said in the office's zone beside
UTC, never without a zone. What it shows of other rooms is imported for the type checker alone: a
command that shows nothing of the desk does not load it.
"""

from mailer.present.audit import audit_rows
from mailer.present.breach import breach_csv, breach_markdown
from mailer.present.contacts import contact, contact_json
from mailer.present.intake import draft, lists
from mailer.present.log import entry_json, log_csv, log_line, log_table
from mailer.present.picture import timeline_svg
from mailer.present.plans import change, findings, plan, plan_json
from mailer.present.recipients import difference
from mailer.present.screen import (
    STYLES,
    console,
    count,
    plain,
    print_json,
    stamp,
    when,
    when_exactly,
)
from mailer.present.standing import deeds, holds, progress, progress_json, relay_faults
from mailer.present.timelines import timeline, timeline_json

__all__ = [
    "STYLES",
    "audit_rows",
    "breach_csv",
    "breach_markdown",
    "change",
    "console",
    "contact",
    "contact_json",
    "count",
    "deeds",
    "difference",
    "draft",
    "entry_json",
    "findings",
    "holds",
    "lists",
    "log_csv",
    "log_line",
    "log_table",
    "plain",
    "plan",
    "plan_json",
    "print_json",
    "progress",
    "progress_json",
    "relay_faults",
    "stamp",
    "timeline",
    "timeline_json",
    "timeline_svg",
    "when",
    "when_exactly",
]
