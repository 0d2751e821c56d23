"""Measures the program against what else there is, on this machine, in one run.

The contestants take turns for five rounds, because machines are noisy; what counts is the ratio of
the medians. Settings, from the environment: BENCH_MESSAGES (10,000), BENCH_ROUNDS (5),
BENCH_MILLION=1 (a dispatch to a million too; it takes minutes), BENCH_ONLY (some of: sink, postfix,
lift, planning), BENCH_PEERS (the bin of the environment that has django-post-office and Mailman).
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from typing import Any

from bench import contestants, lift, many, report
from bench.surroundings import PEERS, SESSIONS, alone, postfix, sink
from mailer.core.errors import MailerError

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "10000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
WITH_MILLION = os.environ.get("BENCH_MILLION", "") not in ("", "0")
PARTS = os.environ.get("BENCH_ONLY", "sink,postfix,lift,planning").split(",")
FEWER = min(1000, MESSAGES)
"""Messages of the contestants that take long over each."""
FEWEST = min(200, MESSAGES)
"""Of the one that takes longest, and as long again to make its list."""

Send = Callable[[int], dict[str, Any]]


def main() -> None:
    """Run every part, show the tables, and keep the numbers."""
    results: dict[str, Any] = {
        "sessions": SESSIONS,
        "rounds": ROUNDS,
        "bytes": 0,
        "messages per second": {},
        "figures": {},
        "not measured": {},
    }
    figures: dict[str, float] = results["figures"]
    try:
        if "sink" in PARTS or WITH_MILLION:
            into_sink(results, figures)
        if "postfix" in PARTS:
            attempt(results, ("postfix / smtp-source",), lambda: into_postfix(results, figures))
        if "lift" in PARTS:
            keys = ("first byte", "last accepted", "before the lift")
            attempt(results, keys, lambda: over_the_lift(results, figures))
        if "planning" in PARTS:
            results["planning"] = many.planning()
            figures["planning"] = results["planning"]["seconds"]
        if not WITH_MILLION:
            for key in ("million, MB", "million / ten thousand"):
                results["not measured"][key] = "make bench-million"
        rates = {"sink / smtp-source", "postfix / smtp-source", "sink / plain loop"}
        if rates & set(report.missed(figures)):
            with sink() as port:
                results |= alone("contestants", "profile", port, FEWER)
    finally:
        report.keep(results)
        report.show(results)


def attempt(results: dict[str, Any], keys: tuple[str, ...], measure: Callable[[], None]) -> None:
    """Measure; what cannot be measured here is said in the table, and why."""
    try:
        measure()
    except MailerError as error:
        for key in keys:
            results["not measured"].setdefault(key, str(error).splitlines()[-1])


def into_sink(results: dict[str, Any], figures: dict[str, float]) -> None:
    """Everybody into smtp-sink, and the million after them."""
    with sink() as port:
        first = alone("contestants", "ours", port, FEWER)
        size = results["bytes"] = first["bytes"]
        senders: dict[str, Send] = {
            "mailer": lambda port: alone("contestants", "ours", port, MESSAGES),
            "smtp-source": lambda port: contestants.smtp_source(port, MESSAGES, size),
            "plain loop": lambda port: alone("contestants", "plain_loop", port, FEWER),
        }
        if os.access(PEERS / "python", os.X_OK):
            django = str(PEERS / "python")
            senders["django-post-office"] = lambda p: alone("post_office", p, FEWER, python=django)
            senders["Mailman"] = lambda port: alone("mailing_list", port, FEWEST)
        else:
            results["not measured"]["sink / django-post-office"] = "could not be installed"
        rates = results["messages per second"]["into smtp-sink"] = take_turns(port, senders)
        for name in ("smtp-source", "plain loop", "django-post-office"):
            if name in rates:
                figures[f"sink / {name}"] = ratio(rates, name)
        if WITH_MILLION:
            large = results["million"] = many.million(port)
            figures["million, MB"] = large["sending"]["peak MB"]
            rate = large["sending"]["per second"] / rates["mailer"]["median"]
            figures["million / ten thousand"] = round(rate, 3)


def into_postfix(results: dict[str, Any], figures: dict[str, float]) -> None:
    """The program and smtp-source into a Postfix that queues, and discards."""
    with postfix() as port:
        size = results["bytes"] = results["bytes"] or _size(port)
        senders: dict[str, Send] = {
            "mailer": lambda port: alone("contestants", "ours", port, MESSAGES),
            "smtp-source": lambda port: contestants.smtp_source(port, MESSAGES, size),
        }
        rates = results["messages per second"]["into a real Postfix"] = take_turns(port, senders)
        figures["postfix / smtp-source"] = ratio(rates, "smtp-source")


def _size(port: int) -> int:
    size: int = alone("contestants", "ours", port, SESSIONS)["bytes"]
    return size


def over_the_lift(results: dict[str, Any], figures: dict[str, float]) -> None:
    """A release that is approved before its lift, and goes at it."""
    with sink() as port:
        measured = results["lift"] = lift.measure(port, MESSAGES)
    figures["first byte"] = measured["first body byte, ms"]
    figures["last accepted"] = measured["last accepted, ms"]
    figures["before the lift"] = measured["before the lift"]


def take_turns(port: int, senders: dict[str, Send]) -> dict[str, Any]:
    """Messages a second of each, round by round, one after the other."""
    rounds: dict[str, list[float]] = {name: [] for name in senders}
    counts: dict[str, int] = {}
    for _ in range(ROUNDS):
        for name, send in senders.items():
            sent = send(port)
            counts[name] = sent["messages"]
            rounds[name].append(round(sent["messages"] / sent["seconds"], 1))
    return {
        name: {"median": statistics.median(rates), "rounds": rates, "messages": counts[name]}
        for name, rates in rounds.items()
    }


def ratio(rates: dict[str, Any], other: str) -> float:
    """The program's median over another's."""
    return round(rates["mailer"]["median"] / rates[other]["median"], 3)


if __name__ == "__main__":
    main()
