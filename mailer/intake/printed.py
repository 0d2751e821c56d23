"""What printing did to a text, undone: page numbers, running heads and feet, words cut in two.

Pure rules. No word is lost but page numbers and running heads that stand elsewhere already.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mailer.intake.blocks import Line, plain
from mailer.intake.vocabulary import MORE, PAGE_NUMBER

_EDGE_NUMBER = re.compile(
    r"^[\s–—-]*\d{1,3}[\s–—-]*$"
    r"|\b(?:page|seite|página|pagina|стр\.?|صفحة)\s\d{1,3}(?:\s(?:of|sur|von|de|di|из|من)\s\d{1,3})?$",
    re.IGNORECASE,
)
_COMPOUND = re.compile(
    r"(?:anti|co|cross|ex|high|inter|long|low|mid|multi|non|post|pre|pro|self|semi|short|sub|vice"
    r"|well)$"
)


def without_furniture(lines: Sequence[Line]) -> list[Line]:
    """The lines without page numbers and without heads and feet that repeat on other pages.

    A running head stays where it first stands, a running foot where it last stands.
    """
    kept = [replace(x, text="") if _is_page_number(x.text) else x for x in lines]
    pages = _pages(kept)
    if len(pages) < 2:
        return kept
    drop: set[int] = set()
    for ordered, head in ((pages, True), (pages[::-1], False)):
        count = Counter(key for page in pages for key in {_key(x) for x in _edge(page, head=head)})
        seen: set[str] = set()
        for page in ordered:
            for line in _edge(page, head=head):
                key = _key(line)
                if _EDGE_NUMBER.search(line.text.strip()) or (count[key] > 1 and key in seen):
                    drop.add(id(line))
                seen.add(key)
    return [replace(line, text="") if id(line) in drop else line for line in kept]


def _is_page_number(text: str) -> bool:
    words = plain(text) if len(text) < 60 else ""
    if not words:
        return False
    match = PAGE_NUMBER.match(words)
    if match and match["page"]:
        return int(match["page"]) <= int(match["pages"])
    return bool(match or MORE.match(words))


def _pages(lines: Sequence[Line]) -> list[list[Line]]:
    pages: list[list[Line]] = [[]]
    for line in lines:
        if line.new_page:
            pages.append([])
        pages[-1].append(line)
    return [page for page in pages if any(line.text.strip() for line in page)]


def _edge(page: Sequence[Line], *, head: bool) -> list[Line]:
    written = [line for line in page if line.text.strip()]
    return written[:3] if head else written[-3:]


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", " ".join(line.text.split()).casefold())


def join_hyphens(lines: Sequence[Line], *, typeset: bool) -> list[Line]:
    """The lines with words that a line's end cut in two made whole again.

    In typeset text (`typeset`, from PDF) the hyphen goes, unless the compound or its first part
    says that it belongs to the word; in typed text it always stays.
    """
    out = list(lines)
    text = " ".join(line.text for line in lines).casefold() if typeset else ""
    known = set(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text))
    for at in range(len(out) - 1):
        cut = re.search(r"(?:^|[\s“\"(])(?P<head>[^\W\d_]{2,})[-\u00ad]$", out[at].text.rstrip())
        rest = re.match(r"\s*(?P<tail>[^\W\d_]+)(?P<more>\S*)\s*", out[at + 1].text)
        if not cut or not rest or not rest["tail"][0].islower():
            continue
        head, tail = cut["head"].casefold(), rest["tail"].casefold()
        keep = (
            not typeset
            or f"{head}-{tail}" in known
            or (_COMPOUND.match(head) and head + tail not in known)
        )
        stem = out[at].text.rstrip()
        stem = stem if keep and not stem.endswith("\u00ad") else stem[:-1]
        out[at] = replace(out[at], text=stem + rest["tail"] + rest["more"])
        out[at + 1] = replace(out[at + 1], text=out[at + 1].text[rest.end() :])
    return [line for at, line in enumerate(out) if line.text or line == lines[at]]
