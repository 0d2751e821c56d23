"""Looking ahead in a line's tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from mailer.core.embargo import words
from mailer.core.embargo.places import LONGEST, months, weekdays
from mailer.core.embargo.tokens import END, Token

_T = TypeVar("_T")


class Scanner:
    """The tokens of a line; whoever looks beyond them sees `END`."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens

    def peek(self, at: int) -> Token:
        """The token at a place."""
        return self.tokens[at] if 0 <= at < len(self.tokens) else END

    def number(self, at: int) -> int | None:
        """A number of one or two digits."""
        token = self.peek(at)
        return int(token.text) if token.kind == "num" and len(token.text) <= 2 else None

    def marked(self, at: int, marks: str) -> bool:
        """Whether one of these marks stands there."""
        token = self.peek(at)
        return token.kind == "mark" and token.text in marks

    def named(self, at: int, table: Mapping[str, _T]) -> tuple[_T, int] | None:
        """The longest name of the table that starts here, marks within it aside."""
        spelt, found, end = "", None, at
        for _ in range(LONGEST + 2):
            ahead = end
            while end > at and ahead < end + 3 and self.marked(ahead, "-'’ʼ.,[]()"):
                ahead += 1
            end = ahead if self.peek(ahead).kind == "word" else end
            if self.peek(end).kind != "word":
                break
            spelt = f"{spelt} {self.peek(end).fold}".lstrip()
            end += 1
            if spelt in table:
                found = table[spelt], end
        return found

    def said(self, start: int, end: int) -> str:
        """The words from one place to another."""
        return " ".join(t.text for t in self.tokens[start:end])


def languages(tokens: tuple[Token, ...]) -> frozenset[str]:
    """The languages that a line's months, weekdays and commonest words are written in."""
    hinted = {words.HINTS[token.fold] for token in tokens if token.fold in words.HINTS}
    shared = frozenset(hinted)
    for token in tokens:
        nobody = 0, frozenset[str]()
        known = months().get(token.fold, nobody)[1] | weekdays().get(token.fold, nobody)[1]
        shared = (shared & known or shared) if shared else known
    return shared
