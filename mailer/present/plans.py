"""Plans, what a check found of them, and what a change did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from mailer.core.embargo import say
from mailer.core.inert import inert
from mailer.core.preflight import Finding
from mailer.present.screen import (
    console,
    count,
    plain,
    reasons,
    show_table,
    stamp,
    styled,
    table_of,
    when,
)

if TYPE_CHECKING:
    from mailer.desk import Change, PlanView


def plan(view: PlanView) -> None:
    """A plan: each dispatch and its instant in three zones, and each contact left out.

    Where something is still to go, what is done or cancelled is only counted.
    """
    screen = console()
    to_go = [row for row in view.rows if row.state not in _OVER]
    rows = to_go or view.rows
    embargo = _embargoes(view) if to_go else "nothing of it is left to go"
    screen.print(Text(f"{inert(view.reference)}  {inert(view.headline)}", style="bold"))
    screen.print(f"{view.kind}, version {view.version}, {embargo}", soft_wrap=True)
    screen.print()
    table = table_of(
        "audience", "dispatch", "UTC", f"office ({view.office_zone})", "audience's zone"
    )
    table.add_column("contacts", justify="right")
    table.add_column("state")
    for row in rows:
        theirs = f"{when(row.instant, row.zone)} ({row.zone})"
        if row.zone == view.office_zone:
            theirs = "the same"
        table.add_row(
            row.audience,
            row.kind,
            when(row.instant, "UTC"),
            when(row.instant, view.office_zone),
            theirs,
            str(row.contacts),
            styled(row.state),
        )
    show_table(screen, table)
    reasons(rows)
    if over := len(view.rows) - len(rows):
        done = count(over, "dispatch is", "dispatches are")
        said = f'{done} done or cancelled: mailer show "{inert(view.reference)}"'
        screen.print(said, soft_wrap=True)
    if view.left_out:
        screen.print(f"\nLeft out ({len(view.left_out)}):")
        for one in view.left_out:
            who = " ".join(filter(None, (one.contact.name, f"<{one.contact.email}>")))
            outlet = f", {inert(one.contact.outlet)}" if one.contact.outlet else ""
            text = f"  {one.audience}: {inert(who)}{outlet}: {inert(one.reason)}"
            screen.print(text, soft_wrap=True)
    for note in view.notes:
        screen.print(f"! {inert(note)}", style="yellow", soft_wrap=True)


_OVER = ("done", "cancelled")


def _embargoes(view: PlanView) -> str:
    """The embargo in words; where audiences have their own, each with its own."""
    said = {
        ", ".join(dict.fromkeys(row.audience for row in rows)): (
            f"embargoed until {say(embargo.instant, embargo.zone, 'en')}"
            if embargo
            else "for immediate release"
        )
        for embargo, rows in view.in_force.items()
    }
    if len(said) == 1:
        return next(iter(said.values()))
    return "; ".join(f"{whose}: {words}" for whose, words in said.items())


def findings(found: Sequence[Finding]) -> None:
    """What a check found: what blocks, and what a person should look at."""
    for one in found:
        line = f", line {one.line}" if one.line else ""
        what, style = ("BLOCKS", "bold red") if one.blocks else ("look", "yellow")
        text = f"{what:7}{inert(one.where)}{line}: {inert(one.message)}"
        console().print(text, style=style, soft_wrap=True)
    blocks = sum(one.blocks for one in found)
    looks = count(len(found) - blocks, "thing", "things")
    print(f"{count(blocks, 'fault blocks', 'faults block')} approval, {looks} to look at.")


def plan_json(view: PlanView) -> dict[str, Any]:
    """A plan for scripts."""
    return {
        "reference": view.reference,
        "headline": view.headline,
        "kind": view.kind,
        "version": view.version,
        "embargo": stamp(view.embargo.instant) if view.embargo else None,
        "embargo_zone": view.embargo.zone if view.embargo else None,
        "dispatches": [
            {**plain(row), "embargo": stamp(row.embargo.instant) if row.embargo else None}
            for row in view.rows
        ],
        "left_out": [
            {
                "audience": one.audience,
                "email": one.contact.email,
                "name": one.contact.name,
                "outlet": one.contact.outlet,
                "reason": one.reason,
            }
            for one in view.left_out
        ],
        "warnings": list(view.notes),
    }


def change(done: Change, reference: str) -> None:
    """What a change did, and what it waits for."""
    copies = count(done.cancelled, "copy", "copies")
    print(f"\nStopped: {copies} of the old plan that had not left.")
    print(f"To be told: {count(done.notified, 'holder', 'holders')} of a copy.")
    print(f"Needed no notice: {done.unaware}, who had nothing of it yet.")
    if done.going and done.notified:
        print("Approved with it; `mailer run` sends what is due.")
    elif not done.going and (done.notified or done.unaware):
        print(f'Nothing of it goes before: mailer approve "{inert(reference)}" --by NAME')
