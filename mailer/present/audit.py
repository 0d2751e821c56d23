"""The audit, printed row by row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailer.core.inert import inert
from mailer.present.screen import console, when_exactly

if TYPE_CHECKING:
    from mailer.ledger.audit import AuditEntry


def audit_rows(entries: Iterable[AuditEntry], zone: str) -> None:
    """Who did what, when, with what: one deed a line."""
    screen = console()
    for one in entries:
        who, what = inert(one.actor), f"{inert(one.action)} {inert(one.subject)}"
        said = "; ".join(f"{name}: {listed(value)}" for name, value in one.detail.items())
        detail = f" ({inert(said)})" if said else ""
        line = f"{one.row}  {when_exactly(one.at, zone)}  {who}: {what}{detail}"
        screen.print(line, soft_wrap=True)


def listed(value: object) -> str:
    """A detail's value in words."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
