"""What was measured beside what must be reached: a table on the screen, and bench/results.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True, slots=True)
class Required:
    """A figure that must be reached: at least, or at most, so much."""

    what: str
    bound: float
    most: bool = False
    unit: str = ""

    def reached(self, measured: float) -> bool:
        """Whether it is."""
        return measured <= self.bound if self.most else measured >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.most else '≥'} {self.bound:,g}{self.unit}"


REQUIRED = {
    "sink / smtp-source": Required("messages/s into smtp-sink ÷ smtp-source -d", 1.0),
    "postfix / smtp-source": Required("messages/s into a real Postfix ÷ smtp-source -d", 0.95),
    "sink / plain loop": Required("÷ plain aiosmtplib loop", 20),
    "sink / django-post-office": Required("÷ django-post-office", 10),
    "first byte": Required("after the lift: first body byte", 20, most=True, unit=" ms"),
    "last accepted": Required("after the lift: last message accepted", 1000, most=True, unit=" ms"),
    "before the lift": Required("messages before the lift", 0, most=True),
    "million, MB": Required("peak RSS, sending to 1,000,000", 250, most=True, unit=" MB"),
    "million / ten thousand": Required("messages/s at 1,000,000 ÷ at 10,000", 0.9),
    "planning": Required("planning and keeping 100,000 contacts", 3, most=True, unit=" s"),
}


def show(results: Mapping[str, Any]) -> None:
    """The tables: every contestant's rounds, then every figure beside the one required."""
    screen = Console()
    for place, contestants in results["messages per second"].items():
        title = f"{place}: messages/s, {results['sessions']} sessions, {results['bytes']:,} bytes"
        table = Table(title=title)
        for head in ("contestant", "median", "rounds", "messages"):
            table.add_column(head, justify="left" if head == "contestant" else "right")
        for name, one in contestants.items():
            rounds = " ".join(f"{rate:,.0f}" for rate in one["rounds"])
            table.add_row(name, f"{one['median']:,.0f}", rounds, f"{one['messages']:,}")
        screen.print(table)
    table = Table(title="what must be reached")
    for head in ("what", "measured", "must be", "reached"):
        table.add_column(head, justify="left" if head == "what" else "right")
    for key, required in REQUIRED.items():
        measured = results["figures"].get(key)
        if measured is None:
            why = results["not measured"].get(key, "")
            table.add_row(required.what, why or "not measured", str(required), "—")
        else:
            said = f"{measured:,g}{required.unit}"
            yes = "yes" if required.reached(measured) else "NO"
            table.add_row(required.what, said, str(required), yes)
    screen.print(table)
    if "million" in results:
        screen.print("queueing a million:", results["million"]["queueing"])
    if results.get("profile"):
        screen.print("where the sender's time goes (own time):")
        for row in results["profile"]:
            screen.print(f"  {row['share']:6.1%}  {row['where']}", highlight=False, markup=False)


def missed(figures: Mapping[str, float]) -> list[str]:
    """Which of the measured figures are not what they must be."""
    return [key for key, one in figures.items() if not REQUIRED[key].reached(one)]


def keep(results: Mapping[str, Any]) -> None:
    """The numbers, for whoever compares them with another day's."""
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
