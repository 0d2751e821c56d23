"""What was read of a document, and of lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailer.core.inert import inert, inert_lines
from mailer.core.model import Draft
from mailer.present.screen import console, count

if TYPE_CHECKING:
    from mailer.intake.contacts import ListReport


def draft(found: Draft) -> None:
    """What was read of a document: field by field, its text, and what to look at."""
    for name in ("organisation", "kind", "date", "reference", "headline", "subhead", "dateline"):
        print(f"{name + ':':14}{inert(str(getattr(found, name) or '(not found)'))}")
    print(f"{'language:':14}{found.language or '(not found)'}")
    print(f"{'embargo:':14}{inert(found.embargo_line) or '(none printed)'}")
    for contact in found.contacts:
        phones = [f"{p.number} ({p.label})" if p.label else p.number for p in contact.phones]
        parts = (contact.name, contact.role, contact.organisation, contact.email, *phones)
        print(f"{'contact:':14}{inert(', '.join(part for part in parts if part))}")
    for link in found.links:
        print(f"{'link:':14}line {link.line}: {inert(link.text)}: {inert(link.url)}")
    for name in found.attachments:
        print(f"{'attachment:':14}{inert(name)}")
    for edition in found.editions:
        print(f"{'edition:':14}{edition.language}: {inert(edition.headline)}")
    print(f"\n{inert_lines(found.body) or '(no text found)'}")
    if found.notes:
        print(f"\nNotes to editors\n\n{inert_lines(found.notes)}")
    if found.warnings:
        print()
    for warning in found.warnings:
        line = f"line {warning.line}: " if warning.line else ""
        print(f"! {line}{inert(warning.message)}")


def lists(reports: Iterable[ListReport]) -> None:
    """Each list, and each row a person should look at."""
    screen = console()
    for report in reports:
        said = count(len(report.contacts), "contact", "contacts")
        refused = count(report.refused, "row", "rows")
        notes = count(len(report.findings) - report.refused, "note", "notes")
        screen.print(f"{inert(report.file)}: {said}, {refused} refused, {notes}", soft_wrap=True)
        for found in report.findings:
            what = "refused" if found.refused else "note"
            value = f" ({found.value})" if found.value else ""
            place = f"row {found.row}" + (f", {found.column}" if found.column else "")
            style = "red" if found.refused else "yellow"
            text = f"  {place}: {what}: {inert(found.message)}{value}"
            screen.print(text, style=style, soft_wrap=True)
