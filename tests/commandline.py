"""The command line in process, through `main()`: what it says, and its exit status."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine
from support import LIFT, make_office

from mailer.app import open_app
from mailer.cli import main

REF = "LCT 2027/004"
ADVISORY_LINE = "2027-02-09T00:01:00Z"
ACTIVE = "\x00\x07\x08\x0b\x0c\x0d\x1b\x7f\x85\x9b\u200e\u200f\u202a\u202d\u202e\u2066\u2069"
"""Characters that would move a cursor, ring a bell or turn a line around."""


@dataclass(frozen=True)
class Said:
    """What one command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.out)))

    @property
    def faults(self) -> list[str]:
        """The lines on standard error, each of which must be ours and none a traceback."""
        lines = self.err.splitlines()
        assert lines
        assert all(line.startswith("mailer: ") for line in lines), self.err
        return lines


class Office:
    """The `mailer` command on one office's folder."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self.config = make_office(folder)
        with open_app(self.config, {}):
            pass  # its ledger is there
        self.document = folder / "advisory.md"
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Said:
        """Run one command with this office's configuration; never raises but for a real fault."""
        return self.bare("--config", self.config, *arguments)

    def bare(self, *arguments: object) -> Said:
        self._monkeypatch.setattr(sys, "argv", ["mailer", *map(str, arguments)])
        self._capsys.readouterr()
        status: object = 0
        try:
            main()
        except SystemExit as ended:
            status = ended.code
        said = self._capsys.readouterr()
        return Said(int(str(status or 0)), said.out, said.err)

    def done(self, *arguments: object) -> Said:
        said = self(*arguments)
        assert (said.status, said.err) == (0, ""), said
        return said

    def queue(self, *arguments: object, to: str = "wires,national") -> Said:
        when = arguments or ("--embargo", ADVISORY_LINE)
        return self("queue", self.document, "--to", to, *when)

    def queued(self, *arguments: object, to: str = "wires,national") -> None:
        assert self.queue(*arguments, to=to).status == 0

    def approved(self, *arguments: object, to: str = "wires,national") -> None:
        self.queued(*arguments, to=to)
        self.done("approve", REF, "--by", "chief")

    def edit(self, old: str, new: str) -> None:
        text = self.document.read_text(encoding="utf-8")
        assert old in text
        self.document.write_text(text.replace(old, new), encoding="utf-8")

    def known(self) -> list[str]:
        """The references in the ledger."""
        return sorted({row["reference"] for row in self.done("show", "--json").json})


@contextmanager
def at(moment: object = LIFT) -> Iterator[None]:
    """The wall clock as of `moment`, going on from there."""
    with time_machine.travel(moment, tick=True):  # type: ignore[arg-type]
        yield


def is_inert(text: str) -> bool:
    """Nothing in it acts on a terminal or turns text around."""
    return not set(ACTIVE) & set(text)
