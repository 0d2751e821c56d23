"""What a scripted relay is told to do: which act at which point of the talk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Point(StrEnum):
    """Where the script can step in: at the answer to a command, or within the text."""

    BANNER = "banner"
    EHLO = "ehlo"
    HELO = "helo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    TEXT = "text"
    DOT = "dot"
    RSET = "rset"
    QUIT = "quit"


@dataclass(frozen=True)
class Act:
    """What the relay does: says something (None: the usual), and then goes on, or does not.

    `after`: of a TEXT act, how many octets of the text are read first. `slowly`: seconds before
    anything is said.
    """

    say: bytes | None = b""
    then: Literal["go on", "close", "reset", "hang", "trickle"] = "go on"
    after: int = 0
    slowly: float = 0


def reply(*lines: str) -> Act:
    """A well-formed reply of one or more lines, each given whole: "250-ok", "250 ok"."""
    return Act("".join(f"{line}\r\n" for line in lines).encode())


Script = Callable[[Point, str, int], Act | None]
"""(point, recipient or "", number of the connection from 0) → what to do; None: as usual."""


@dataclass
class Play:
    """One act at one point: for one recipient's local part if `who`; `skip` times not, then
    `times` times."""

    point: Point
    act: Act
    who: str = ""
    skip: int = 0
    times: int = 1_000_000

    def fits(self, point: Point, rcpt: str) -> bool:
        return self.point is point and (not self.who or rcpt.partition("@")[0] == self.who)


class Plays:
    """A script made of plays: the first that fits and is not used up."""

    def __init__(self, *plays: Play) -> None:
        self._plays = plays
        self._met: Counter[int] = Counter()

    def __call__(self, point: Point, rcpt: str, connection: int) -> Act | None:
        for number, play in enumerate(self._plays):
            if play.fits(point, rcpt):
                self._met[number] += 1
                if play.skip < self._met[number] <= play.skip + play.times:
                    return play.act
        return None


def as_usual(point: Point, rcpt: str, connection: int) -> Act | None:
    """The script of a relay that does everything right."""
    return None
