"""The masthead: whose document it is, of what kind, from when, and under which headline.

Pure rules over the blocks that stand before the first whole paragraph of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import takewhile

from mailer.core.model import ReadWarning
from mailer.intake.blocks import Block, Line, Shape, bare, plain
from mailer.intake.checks import warn
from mailer.intake.dates import Dateline, dateline_of, has_date, only_date, place_and_date
from mailer.intake.masthead_lines import Fields, fields_of, says_embargo
from mailer.intake.vocabulary import BODY_NAME, FIVE_W, IMMEDIATE


@dataclass(slots=True)
class Masthead:
    """What the masthead says, and the blocks of the text that are left."""

    organisation: str = ""
    kind: str = ""
    day: date | None = None
    reference: str = ""
    headline: str = ""
    subhead: str = ""
    dateline: str = ""
    embargo: list[str] = field(default_factory=list)
    body: list[Block] = field(default_factory=list)
    letterhead: list[str] = field(default_factory=list)
    warnings: list[ReadWarning] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Something in the masthead that no rule knows: organisation, headline or subhead."""

    text: str
    block: Block
    before_kind: bool
    sure: bool = False
    before_embargo: bool = True

    @property
    def strength(self) -> int:
        if self.sure:
            return 4
        if self.block.shape is Shape.HEADING:
            return 3
        if self.block.bold:
            return 2
        return 1 if self.text.isupper() else 0


def masthead_of(blocks: Sequence[Block], whole_text: str) -> Masthead:
    """Reads the masthead at the head of `blocks`; what it does not use is left in `body`."""
    folded = " ".join(whole_text.casefold().split())

    def recurs(name: str) -> bool:
        wanted = re.escape(name.casefold())
        return len(re.findall(rf"(?<!\w){wanted}(?!\w)", folded)) > 1

    head = Masthead()
    candidates: list[_Candidate] = []
    at = 0
    blocks = _without_blank_lines(blocks)
    for at, block in enumerate(blocks):  # noqa: B007
        if _begins_the_text(block):
            break
        _read_block(block, head, candidates, recurs)
    else:
        at = len(blocks)
    text = list(blocks[at:])
    _name_and_headline(head, candidates, recurs)
    head.body += text
    if not head.headline:
        _headline_from_text(head)
    _take_dateline(head)
    _take_last_date(head)
    return head


def _without_blank_lines(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, the first cut where its masthead ends, if nobody left a blank line there."""
    first = blocks[0] if blocks else None
    if first is None or first.shape is not Shape.PARAGRAPH or len(first.lines) < 3:
        return list(blocks)
    head = list(takewhile(lambda line: fields_of(line.text, lambda _: False), first.lines))
    if not head or not _begins_the_text(first):
        return list(blocks)
    rest = list(first.lines[len(head) :])
    cut = [head]
    if len(rest) > 1 and len(rest[0].text) <= 100 and not re.search(r"[.!?:,;]\W*$", rest[0].text):
        cut.append([rest.pop(0)])
    parts = [replace(first, lines=tuple(lines)) for lines in [*cut, rest] if lines]
    return [*parts, *blocks[1:]]


def _begins_the_text(block: Block) -> bool:
    """Whether the text proper begins here: a whole paragraph, a list, a table, who/what/when."""
    if block.shape in (Shape.ITEMS, Shape.RAW):
        return True
    if block.shape is not Shape.PARAGRAPH:
        return False
    words = block.plain
    if any(FIVE_W.match(plain(line.text[:200])) for line in block.lines):
        return True
    if len(words) < 200 and says_embargo(bare(words)):
        return False
    if _is_field(block):
        return False
    if (dateline := dateline_of(words)) and len(words) > dateline.text_starts + 20:
        return True
    if block.bold or words.isupper() or not re.search(r"\w", words):
        return len(words) > 500
    return is_text(words)


def is_text(words: str) -> bool:
    """Whether a paragraph is one by its length, or as it ends; a long headline has no full stop."""
    count = len(words.split())
    return (
        count > 40
        or len(words) > 300
        or (count >= 12 and bool(re.search(r"[.!?…:؟][”\"»’)]*$", words)))
    )


def _is_field(block: Block) -> bool:
    """Whether one line says what it is: "MEDIA RELEASE – UNDER EMBARGO UNTIL …", with its dash."""
    if len(block.lines) != 1:
        return False
    fields = fields_of(block.lines[0].text, lambda _: False)
    return bool(fields and (fields.kind or fields.embargo))


def _read_block(
    block: Block,
    head: Masthead,
    candidates: list[_Candidate],
    recurs: Callable[[str], bool],
) -> None:
    if block.shape is Shape.RULE:
        return
    if head.embargo and len(block.lines) == 1 and _goes_on(head.embargo[-1], block.plain):
        # "Embargo" in one cell of a table, and until when in the next.
        head.embargo[-1] = f"{head.embargo[-1]} {bare(block.plain)}"
        return
    run: list[Line] = []

    def flush() -> None:
        if run:
            part = Block(block.shape, tuple(run), block.wrap)
            if re.search(r"\w", part.plain):
                above = not (head.kind or head.reference)
                candidates.append(
                    _Candidate(part.plain, part, above, before_embargo=above and not head.embargo)
                )
            run.clear()

    lines = list(block.lines)
    while lines:
        line = lines.pop(0)
        fields = fields_of(line.text, recurs)
        if fields is None:
            if run and _stands_apart(run, line):
                flush()
            run.append(line)
            if _short_title_over_text(run, lines, block):
                flush()
            continue
        flush()
        broken = bool(fields.embargo) and bool(lines) and _goes_on(fields.embargo, lines[0].text)
        if broken:
            following = bare(lines.pop(0).text)
            fields = Fields(embargo=f"{fields.embargo} {following}", kind=fields.kind)
        if broken and lines and only_date(bare(lines[0].text)) and not has_date(fields.embargo):
            following = bare(lines.pop(0).text)
            fields = Fields(embargo=f"{fields.embargo} {following}", kind=fields.kind)
        before_kind = not (head.kind or head.reference or fields.title)
        before_embargo = before_kind and not head.embargo
        _take(fields, head, line)
        for text, sure in ((fields.name, False), (fields.title, True)):
            if text:
                own = Block(block.shape, (Line(line.number, text),), block.wrap)
                candidates.append(_Candidate(text, own, before_kind, sure, before_embargo))
    flush()


def _stands_apart(run: Sequence[Line], line: Line) -> bool:
    """Whether a line is what stands under a headline, and no part of it.

    The headline is in capitals, or both begin as sentences do; in title case, nobody can tell.
    """
    if all(x.text.isupper() for x in run):
        return not line.text.isupper()
    above = run[-1].text.strip()
    sentences = all(re.search(r"\s[^\W\d_A-ZÀ-Þ]\w{4,}", x.text) for x in (run[-1], line))
    ended = len(above.split()) >= 5 and bool(re.search(r"\w{4,}[”\"»’)?]?$", above))
    return sentences and ended and line.text.strip()[:1].isupper() and len(line.text.split()) >= 5


def _short_title_over_text(run: Sequence[Line], rest: Sequence[Line], block: Block) -> bool:
    """Whether the one line read so far stands over the others, and is not wrapped into them."""
    if len(run) != 1 or not rest:
        return False
    title, after = run[0].text.rstrip(), " ".join(line.text for line in rest).strip()
    if run[0].text.endswith(("  ", "\\")):
        return True
    short = len(title) + 1 + len(after.split()[0]) < 0.8 * block.wrap
    return short and not after[0].islower() and len(after.split()) >= 12


def _goes_on(embargo: str, after: str) -> bool:
    """Whether an embargo line that names no time yet goes on in the next line."""
    if IMMEDIATE.match(embargo) or re.search(r"\d", embargo):
        return False
    ends_open = re.search(
        r"(?:until|till|before|to|after|on|at|:|jusqu\W?\w*|hasta|bis|até|до)$", embargo.casefold()
    )
    has_time = re.search(r"\d{1,2}[:.h]\d{2}|\d{4}\s*(?:hrs|hours|gmt|utc)", after, re.I)
    return bool(re.search(r"\d", after)) and bool(ends_open or has_time)


def _take(fields: Fields, head: Masthead, line: Line) -> None:
    head.organisation = head.organisation or fields.organisation
    head.kind = head.kind or fields.kind
    head.reference = head.reference or fields.reference
    head.dateline = head.dateline or fields.dateline
    if fields.embargo and fields.embargo not in head.embargo:
        head.embargo.append(fields.embargo)
    if fields.ambiguous_date and not head.day:
        head.warnings.append(ambiguous(fields.ambiguous_date, line.number))
    head.day = head.day or fields.day


def ambiguous(printed: str, line: int) -> ReadWarning:
    """The warning for a date that can be read two ways."""
    return warn(
        "date-ambiguous",
        line,
        f"{printed} can be read day first or month first; write the month as a word",
    )


def _name_and_headline(
    head: Masthead, candidates: list[_Candidate], recurs: Callable[[str], bool]
) -> None:
    """Says of each unknown line what it is: organisation, headline, subhead or text."""
    if not (head.kind or head.reference):
        candidates = [replace(c, before_kind=c.before_embargo) for c in candidates]
    left = _letterhead_by_line(candidates)
    if not head.organisation and (owner := _owner(left, head, recurs)):
        head.organisation = owner.text
        left.remove(owner)
    titles = [c for c in left if _may_be_title(c)]
    after = [c for c in titles if not c.before_kind] or titles
    if after:
        best = max(c.strength for c in after)
        headline = next(c for c in after if c.strength == best or c.strength >= 3)
        at = left.index(headline)
        head.headline = headline.text
        above, left = left[:at], left[at + 1 :]
        if not head.organisation and above and headline.strength and _is_name(above[0].text):
            head.organisation = above.pop(0).text
        head.letterhead += [c.text for c in above]
        if left and _may_be_subhead(left[0]):
            head.subhead = left.pop(0).text
    head.body += [c.block for c in left]


def _letterhead_by_line(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The candidates, each line of a letterhead on its own if a headline stands below it."""
    if all(c.before_kind for c in candidates):
        return list(candidates)
    return [
        replace(c, text=plain(line.text), block=replace(c.block, lines=(line,)))
        for c in candidates
        if c.before_kind
        for line in c.block.lines
    ] + [c for c in candidates if not c.before_kind]


def _is_name(text: str) -> bool:
    text = re.sub(r"(?:\be\.\s?V|\b(?:Inc|Ltd|Co|Corp))\.$", "", text)
    return len(text.split()) <= 8 and not re.search(r"[.!?;:@…]$|\d|@|https?:", text)


def _owner(
    left: Sequence[_Candidate], head: Masthead, recurs: Callable[[str], bool]
) -> _Candidate | None:
    """The candidate that names who issues: it occurs again in the text, or stands over the kind."""
    names = [c for c in left if _is_name(c.text) and not c.sure]
    for candidate in names:
        others = len(left) > 1
        over = candidate.before_kind and bool(head.kind)
        over = over and candidate.block.shape is not Shape.HEADING
        if recurs(candidate.text) and (others or over) and len(candidate.text.split()) <= 8:
            return candidate
    on_top = [c for c in names if c.before_kind] if head.kind or head.reference else []
    below = [c for c in left if not c.before_kind]
    if on_top and below:
        return on_top[0]
    first = names[0] if names and names[0] is left[0] and len(left) > 1 else None
    return first if first and _is_body(first.text) else None


def _is_body(text: str) -> bool:
    """Whether a name is a body's by its words alone, each of them with a capital."""
    spelt = all(len(word) < 4 or word[0].isupper() for word in text.split())
    return spelt and not text.isupper() and bool(BODY_NAME.match(text))


def _may_be_title(candidate: _Candidate) -> bool:
    text = candidate.text
    return (
        len(text) <= 400
        and not text.endswith((",", ";"))
        and bool(re.search(r"[^\W\d_]{2}", text))
        and not (says_embargo(text) and not candidate.sure)
        and not re.search(r"@|https?://|www\.", text)
    )


def _may_be_subhead(candidate: _Candidate) -> bool:
    block = candidate.block
    if not _may_be_title(candidate) or block.plain != candidate.text:
        return False
    raw = block.lines[0].text.strip()
    marked = candidate.strength >= 1 or (raw[:1] in "*_" and raw[-1:] in "*_")
    return marked or (len(block.lines) <= 3 and not re.search(r"[.!?…:؟]$", candidate.text))


def _headline_from_text(head: Masthead) -> None:
    """With nothing over the text, a short first paragraph of one sentence is the headline."""
    if len(head.body) < 2 or head.body[0].shape is not Shape.PARAGRAPH:
        return
    words = head.body[0].plain
    short = len(words.split()) <= 30 and len(words) <= 200 and not words.endswith((":", ","))
    if short and not dateline_of(words) and not FIVE_W.match(words):
        head.headline = words
        head.body.pop(0)


def _take_dateline(head: Masthead) -> None:
    """Moves the first paragraph's dateline into its field; its date serves if there is no other."""
    at = next((i for i, b in enumerate(head.body[:3]) if b.shape is Shape.PARAGRAPH), None)
    if at is None:
        return
    block = head.body[at]
    raw = " ".join(line.text.strip() for line in block.lines[:2])
    found = dateline_of(re.sub(r"[*_]", "", raw))
    if not found:
        return
    shorter = _without(block, found)
    if shorter is None:
        return
    head.body[at] = shorter
    head.dateline = found.printed
    if found.found and not head.day:
        if found.found.value:
            head.day = found.found.value
        else:
            head.warnings.append(ambiguous(found.found.printed, block.number))


def _take_last_date(head: Masthead) -> None:
    """With no date above, "Rotterdam, 4 May 2026" alone under the text serves; it stays there."""
    if head.day or not head.body or head.body[-1].shape is not Shape.PARAGRAPH:
        return
    words = head.body[-1].plain
    line = place_and_date(words)
    if len(words) < 80 and (found := (line and line.found) or only_date(words)):
        head.day = found.value


def _without(block: Block, dateline: Dateline) -> Block | None:
    """The block without the dateline it begins with; None if the marks in it cannot be told."""
    lines = list(block.lines)
    wanted = dateline.text_starts
    while lines:
        text = lines[0].text.strip()
        bare = 0
        for at, char in enumerate(text):
            if bare >= wanted:
                rest = re.sub(r"^[*_]{1,3}\s+", "", text[at:]).lstrip()
                return Block(block.shape, (Line(lines[0].number, rest), *lines[1:]), block.wrap)
            bare += char not in "*_"
        wanted -= bare + 1
        lines.pop(0)
        if wanted <= 0:
            return Block(block.shape, tuple(lines), block.wrap) if lines else None
    return None
