"""What the reports look like: text, SVG, Markdown and CSV.

Everything that came from outside is made inert first. Times are said in UTC and in the office's
zone, never without a zone.
"""

from mailer.present_reports.auditing import audit_json, audit_rows
from mailer.present_reports.breach import breach_csv, breach_markdown
from mailer.present_reports.contact import contact, contact_json
from mailer.present_reports.picture import timeline_svg
from mailer.present_reports.recipients import difference
from mailer.present_reports.timelines import timeline, timeline_json

__all__ = [
    "audit_json",
    "audit_rows",
    "breach_csv",
    "breach_markdown",
    "contact",
    "contact_json",
    "difference",
    "timeline",
    "timeline_json",
    "timeline_svg",
]
