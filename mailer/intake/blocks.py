"""Text to blocks: headings, paragraphs, lists; paragraphs that were cut in two joined.

Pure rules. Every line keeps its 1-based number in the file (0 where the file has no lines), and no
word is lost.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from markdown_it import MarkdownIt

from mailer.intake.dates import MONTH_FOLLOWS
from mailer.intake.vocabulary import END_MARK


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file. `new_page`: a page begins with it; `runs_on`: the next line goes on."""

    number: int
    text: str
    new_page: bool = False
    runs_on: bool = False


class Shape(StrEnum):
    """What a block is in Markdown."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEMS = "list"
    RAW = "raw"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together. `wrap`: the column they were wrapped at; 0: lines just join."""

    shape: Shape
    lines: tuple[Line, ...]
    wrap: int = 0

    @property
    def number(self) -> int:
        """The line it begins on."""
        return self.lines[0].number

    @property
    def plain(self) -> str:
        """Its words on one line, without Markdown marks."""
        return plain(" ".join(line.text.strip() for line in self.lines))

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(_BOLD.match(line.text.strip()) for line in self.lines)

    @property
    def markdown(self) -> str:
        """It as CommonMark: paragraphs whole, lists as lists."""
        if self.shape is Shape.PARAGRAPH:
            return _paragraph(self.lines, self.wrap)
        if self.shape is Shape.ITEMS:
            return textwrap.dedent("\n".join(_item(item) for item in self.paragraphs()))
        return "\n".join(line.text.rstrip() for line in self.lines)

    def unwrapped(self) -> list[Line]:
        """Its lines, those that were only broken to fit put together again."""
        whole: list[Line] = []
        for at, line in enumerate(self.lines):
            before = self.lines[at - 1] if at else None
            fits = self.wrap > 0 and before is not None and len(before.text) > 0.75 * self.wrap
            runs_on = fits and before is not None and not _breaks(before, line.text, self.wrap)
            if whole and (runs_on or line.text.lstrip().startswith("(")):
                whole[-1] = replace(
                    whole[-1], text=f"{whole[-1].text.rstrip()} {line.text.strip()}"
                )
            else:
                whole.append(line)
        return whole

    def paragraphs(self) -> Iterator[tuple[Line, ...]]:
        """Its paragraphs: itself, or each item of a list; code has none."""
        if self.shape is Shape.ITEMS:
            item: list[Line] = []
            for line in self.lines:
                if item and is_item(line.text):
                    yield tuple(item)
                    item = []
                item.append(line)
            yield tuple(item)
        elif not (self.shape is Shape.RAW and _FENCE.match(self.lines[0].text.strip())):
            yield self.lines


_BOLD = re.compile(r"^(\*\*\*|\*\*|__)(?=\S)(?:(?!\1).)+\1[.:]?$")
_FENCE = re.compile(r"^(?:```|~~~)")
_BULLET = re.compile(r"^\s*(?:[-*+]|[•‣▪●○◦·➢–])\s+(?=\S)")
_OTHER_BULLET = re.compile(r"^(\s*)[•‣▪●○◦·➢–]\s+")
_NUMBER = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|\(?(?:[a-z]|[ivx]{1,4})\))\s+(?=\S)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+\S")
_RULE = re.compile(r"^\s*(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,}|={3,})\s*$")
_SENTENCE_END = re.compile(r"[.!?…:;؟。]['’\"”»“)\]*_]*$")
_LABELLED = re.compile(r"^[*_]{0,3}[^\W\d_][\w'’ ./-]{0,24}\s?:[*_]{0,3}(?:\s|$)")
_COMMONMARK = MarkdownIt("commonmark")


def plain(text: str) -> str:
    """Words without Markdown marks, on one line."""
    bare = re.sub(r"^#{1,6} | #+$|^> ?", "", " ".join(text.split())).strip()
    if len(bare) > 4000:  # no headline or label; only the marks that matter
        return " ".join(bare.replace("**", "").split())
    out: list[str] = []
    for token in _COMMONMARK.parseInline(bare)[0].children or ():
        if token.type in ("text", "code_inline"):
            out.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            out.append(" ")
        elif token.type == "html_inline" and not re.match(r"</?[a-z]{1,10}\s*/?>", token.content):
            out.append(token.content)
    return " ".join("".join(out).split()).rstrip("\\").strip()


def bare(text: str) -> str:
    """Words without Markdown marks and without what is drawn around them: "*** EMBARGO ***"."""
    words = plain(text).strip("*_=~|•·-–—<> ")
    wrapped = words[:1] + words[-1:] in ("()", "[]") and not re.search(r"[()\[\]]", words[1:-1])
    return words[1:-1].strip() if wrapped else words


def is_item(text: str) -> bool:
    """Whether a line begins an item of a list; "8. Oktober" does not."""
    if _BULLET.match(text):
        return not _RULE.match(text)
    number = _NUMBER.match(text)
    return bool(number) and not MONTH_FOLLOWS.match(text[number.end() :])  # type: ignore[union-attr]


# --- blocks -----------------------------------------------------------------------------------


def blocks_of(lines: Sequence[Line], *, wrapped: bool) -> list[Block]:
    """The blocks of a text. `wrapped`: a short line in a paragraph is a break its writer meant."""
    groups = list(_groups(lines))
    wrap = _wrap_column(groups) if wrapped else 0
    return _joined([block for group in groups for block in _split(group, wrap)])


def _wrap_column(groups: Sequence[Sequence[Line]]) -> int:
    """About where lines were broken to fit; where whole paragraphs are lines, a break is meant."""
    if any(len(line.text) > 130 for group in groups for line in group):
        return 100
    inner = sorted(len(line.text.rstrip()) for group in groups for line in group[:-1])
    usual = inner[len(inner) * 3 // 4] if inner else 0
    return usual if usual >= 50 else 0


def _groups(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Runs of lines between blank ones; a code fence is one run."""
    group: list[Line] = []
    page = fence = False
    for line in lines:
        page = page or line.new_page
        if _FENCE.match(line.text.strip()):
            fence = not fence
        if line.text.strip() or fence:
            group.append(replace(line, new_page=page))
            page = False
        elif group:
            yield group
            group = []
    if group:
        yield group


def _split(group: Sequence[Line], wrap: int) -> Iterator[Block]:
    run: list[Line] = []
    shape = Shape.PARAGRAPH

    def flush() -> Iterator[Block]:
        nonlocal run, shape
        if run:
            yield Block(shape, tuple(run), wrap)
        run, shape = [], Shape.PARAGRAPH

    for line in group:
        text = line.text
        if shape is Shape.RAW and run and _FENCE.match(run[0].text.strip()):
            run.append(line)
        elif END_MARK.match(plain(text) if len(text) < 80 else text) or END_MARK.match(
            text.strip()
        ):
            yield from flush()
            yield Block(Shape.PARAGRAPH, (line,), wrap)
        elif _HEADING.match(text):
            yield from flush()
            yield Block(Shape.HEADING, (line,), wrap)
        elif _RULE.match(text):
            if len(run) == 1 and shape is Shape.PARAGRAPH and set(text.strip()) <= {"=", "-"}:
                level = "#" if "=" in text else "##"
                run = [replace(run[0], text=f"{level} {run[0].text.strip()}")]
                shape = Shape.HEADING
                yield from flush()
            else:
                yield from flush()
                yield Block(Shape.RULE, (replace(line, text="---"),), wrap)
        elif text.lstrip()[:1] in ("|", ">") or _FENCE.match(text.strip()):
            if shape is not Shape.RAW:
                yield from flush()
            shape = Shape.RAW
            run.append(line)
        elif is_item(text) and (
            shape is Shape.ITEMS or not run or _may_begin_a_list(run[-1].text, text, wrap)
        ):
            if shape is not Shape.ITEMS:
                yield from flush()
            shape = Shape.ITEMS
            run.append(line)
        else:
            if shape is Shape.RAW:
                yield from flush()
            run.append(line)
    yield from flush()


def _may_begin_a_list(before: str, text: str, wrap: int) -> bool:
    """Whether an item may follow a paragraph's line: not a dash or a number at a wrapped line."""
    if _SENTENCE_END.search(before.rstrip()):
        return True
    wrapped = wrap and len(before.rstrip()) > 0.8 * wrap
    return bool(_BULLET.match(text)) and not (wrapped and text.lstrip()[0] in "-–")


def _joined(blocks: Sequence[Block]) -> list[Block]:
    """Lists with blank lines between their items as one, and paragraphs cut in two whole."""
    out: list[Block] = []
    for block in blocks:
        last = out[-1] if out else None
        if (
            last
            and last.shape is block.shape
            and (
                (block.shape is Shape.ITEMS and _same_list(last, block))
                or (block.shape is Shape.PARAGRAPH and _cut_in_two(last, block))
            )
        ):
            lines = last.lines
            if block.shape is Shape.PARAGRAPH:  # the cut is no break that the writer meant
                lines = (*lines[:-1], replace(lines[-1], runs_on=True))
            out[-1] = replace(last, lines=lines + block.lines)
        else:
            out.append(block)
    return out


def _same_list(first: Block, second: Block) -> bool:
    return bool(_BULLET.match(first.lines[0].text)) == bool(_BULLET.match(second.lines[0].text))


def _cut_in_two(first: Block, second: Block) -> bool:
    end, start = first.lines[-1].text.rstrip(), second.lines[0].text.lstrip()
    if _SENTENCE_END.search(end) or first.bold or second.bold or end.endswith(("*", "_", "\\")):
        return False
    length = sum(len(line.text) for line in first.lines[:200])
    if not 40 <= length <= 10_000 or _LABELLED.match(start):
        return False
    letter = start.lstrip("“\"'‘(*_")[:1]
    if not letter.isalpha() or letter.isupper():
        return False
    # Arabic has no small letters: there only a page's end shows that a paragraph was cut.
    return letter.islower() or second.lines[0].new_page


def _paragraph(lines: Sequence[Line], wrap: int) -> str:
    out = ""
    for at, line in enumerate(lines):
        text = line.text.strip()
        if at:
            out += "  \n" if _breaks(lines[at - 1], line.text, wrap) else " "
        out += text.removesuffix("\\").rstrip() if at < len(lines) - 1 else text
    return out


def _breaks(line: Line, after: str, wrap: int) -> bool:
    """Whether the writer meant the line to end there."""
    if line.runs_on:
        return False
    if line.text.endswith(("  ", "\\")) or _LABELLED.match(after.lstrip()):
        return True
    first_word = after.split(None, 1)[0]
    return wrap > 0 and len(line.text.rstrip()) + 1 + len(first_word) < 0.6 * wrap


def _item(lines: Sequence[Line]) -> str:
    first = _OTHER_BULLET.sub(r"\1- ", lines[0].text.rstrip())
    rest = " ".join(line.text.strip() for line in lines[1:])
    return f"{first} {rest}" if rest else first


def markdown(blocks: Iterable[Block]) -> str:
    """Blocks as one CommonMark text, a blank line between each; rules at either end fall away."""
    kept = list(blocks)
    while kept and kept[0].shape is Shape.RULE:
        kept.pop(0)
    while kept and kept[-1].shape is Shape.RULE:
        kept.pop()
    return "\n\n".join(block.markdown for block in kept)
