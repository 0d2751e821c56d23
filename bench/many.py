"""Very many people: planning and snapshotting a long list, and a dispatch to a million.

`python -m bench.many plan|queue|send FOLDER PORT MESSAGES`: each step in a process of its own, so
that its peak of memory is its own.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.contestants import send
from bench.surroundings import alone, app_of, approve, office, peak_rss_mb, plan
from mailer.app import run

LISTED = 100_000
MILLION = 1_000_000


def planning(people: int = LISTED) -> dict[str, Any]:
    """Seconds to read a list, plan, and keep the plan with everybody in it."""
    with office(people) as folder:
        return alone("many", "plan", folder, 1, people)


def million(port: int, people: int = MILLION) -> dict[str, Any]:
    """One dispatch to a million: what queueing it takes, and what sending it takes."""
    with office(people) as folder:
        queued = alone("many", "queue", folder, port, people)
        sent = alone("many", "send", folder, port, people)
    return {"people": people, "queueing": queued, "sending": sent}


def main() -> None:
    """One step."""
    step, folder, port, people = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    result: dict[str, Any] = {}
    with app_of(folder, port) as app:
        began, busy = time.perf_counter(), time.process_time()
        if step == "send":
            result["seconds"] = run(send(app))
            result["per second"] = round(people / result["seconds"], 1)
        else:
            plan(app, folder)
            result["seconds"] = round(time.perf_counter() - began, 2)
            result["of the processor"] = round(time.process_time() - busy, 2)
            if step == "queue":
                result["queued, peak MB"] = peak_rss_mb()
                approve(app)
                result["approved, seconds"] = round(time.perf_counter() - began, 2)
    result["peak MB"] = peak_rss_mb()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
