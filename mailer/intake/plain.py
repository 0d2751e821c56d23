"""A press office's text, as it really writes it, to a draft. Pure rules, and never a guess.

The text is cut into the text proper, the notes to editors and the contact block; then the masthead
is read. What was not found is left empty and said in a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath, PureWindowsPath

from mailer.core.embargo.said import said_in
from mailer.core.model import Draft, ReadWarning
from mailer.intake.blocks import (
    Block,
    Line,
    Shape,
    bare,
    blocks_of,
    markdown,
    plain,
)
from mailer.intake.checks import link_warnings, links_in, quotation_warnings, snippet, warn
from mailer.intake.contact_block import contacts_of, has_data, is_lead
from mailer.intake.language import language_of
from mailer.intake.masthead import is_text, masthead_of
from mailer.intake.masthead_lines import says_embargo
from mailer.intake.printed import join_hyphens, without_furniture
from mailer.intake.vocabulary import (
    ABOUT_LABEL,
    ATTACHMENT,
    BACKGROUND_LABEL,
    CONTACT_LEAD,
    END_MARK,
    END_MARK_INLINE,
    FIVE_W,
    IMMEDIATE,
    NOTES_LABEL,
    REFERENCE_LABEL,
)

EXPECTED = ("organisation", "kind", "date", "reference", "headline", "body", "contacts")
"""What every advisory has; a warning says which of these was not found."""


def draft_of(lines: Sequence[Line], *, wrapped: bool, typeset: bool) -> Draft:
    """Reads a text by rule. `wrapped`: lines may be broken to fit; `typeset`: it was a PDF."""
    whole = join_hyphens(without_furniture(lines), typeset=typeset)
    blocks = blocks_of(whole, wrapped=wrapped)
    parts = _parts_of([part for block in blocks for part in _before_contact_leads(block)])
    head = masthead_of(parts.text, "\n".join(plain(line.text) for line in whole if line.text))
    organisation = head.organisation or parts.about
    called = contacts_of(parts.contacts, organisation)
    notes = [markdown(parts.notes), *head.letterhead, *called.rest]
    body = head.body
    links = [link for block in body for link in links_in(block.lines)]
    others = [link for block in [*parts.notes, *parts.contacts] for link in links_in(block.lines)]
    draft = Draft(
        organisation=organisation,
        kind=head.kind,
        date=head.day,
        reference=head.reference or parts.reference,
        headline=head.headline,
        subhead=head.subhead,
        dateline=head.dateline,
        body=markdown(body),
        notes="\n\n".join(part for part in notes if part.strip()),
        embargo_line=" ".join(dict.fromkeys([*head.embargo, *parts.embargo])),
        contacts=called.contacts,
        links=tuple(links),
        attachments=tuple(parts.attachments),
    )
    found = [
        *head.warnings,
        *parts.warnings,
        *called.warnings,
        *link_warnings([*links, *others]),
        *quotation_warnings([*body, *parts.notes]),
    ]
    language = language_of(f"{draft.headline}\n{draft.body}\n{draft.notes}")
    draft = replace(draft, language=language)
    if not IMMEDIATE.sub("", draft.embargo_line).strip(" :.–—-"):
        found += _embargo_unread(whole, language)
    return replace(draft, warnings=(*sorted(found, key=lambda w: w.line), *not_found(draft)))


def _embargo_unread(lines: Sequence[Line], language: str) -> list[ReadWarning]:
    """A warning for the first words that say an embargo, where none was read."""
    text = "\n".join(line.text for line in lines)
    said = next(said_in(text, language or "en"), None)
    if said is None:
        return []
    line = lines[text.count("\n", 0, said.at)]
    shown = snippet(plain(said.words or line.text))
    return [warn("embargo-unread", line.number, f"no embargo was read, but this says one: {shown}")]


def not_found(draft: Draft, expected: Sequence[str] = EXPECTED) -> list[ReadWarning]:
    """One warning for each of these fields that the draft lacks."""
    return [
        warn("not-found", 0, f"no {name} found") for name in expected if not getattr(draft, name)
    ]


# --- text, notes, contacts --------------------------------------------------------------------


@dataclass(slots=True)
class _Parts:
    text: list[Block] = field(default_factory=list)
    notes: list[Block] = field(default_factory=list)
    contacts: list[Block] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    embargo: list[str] = field(default_factory=list)
    warnings: list[ReadWarning] = field(default_factory=list)
    reference: str = ""
    about: str = ""


def _parts_of(blocks: Sequence[Block]) -> _Parts:
    """Sorts the blocks, one after the other, into the parts of a press document."""
    parts = _Parts()
    now = parts.text
    prose = ended = False
    at = 0
    while at < len(blocks):
        block: Block | None
        block, ends = _without_end_mark(blocks[at])
        at += 1
        if block is not None and (size := _contact_size(blocks, at - 1, block, ended=ended)):
            parts.contacts += [block, *blocks[at : at + size - 1]]
            at += size - 1
            if prose:
                now = parts.notes
        elif block is not None:
            block = _without_attachments(block, parts)
            if block is not None and not (prose and _take_line(block, parts)):
                now, block = _under_label(block, parts, now, prose=prose)
                if block is not None:
                    now.append(block)
                    prose = prose or _is_prose(block)
        if ends:
            now, ended = parts.notes, True
    return parts


def _before_contact_leads(block: Block) -> Iterator[Block]:
    """The block, cut where a line or a sentence in it begins a contact block, or an embargo is."""
    if block.shape is not Shape.PARAGRAPH or not has_data(block, words=200):
        yield block
        return
    run: list[Line] = []
    for line in block.lines:
        apart = not run or _ends(run[-1].text, block.wrap)
        begins = apart and _begins_contacts(line.text)
        embargo = apart and says_embargo(bare(line.text))
        if (begins or embargo) and run:
            yield replace(block, lines=tuple(run))
            run = []
        if embargo:
            yield replace(block, lines=(line,))
            continue
        cut = (
            None
            if begins
            else next(
                (
                    m
                    for m in _SENTENCE.finditer(line.text)
                    if _begins_contacts(line.text[m.end() :])
                ),
                None,
            )
        )
        if cut:
            yield replace(block, lines=(*run, replace(line, text=line.text[: cut.start()])))
            run = [replace(line, text=line.text[cut.end() :])]
        else:
            run.append(line)
    if run:
        yield replace(block, lines=tuple(run))


_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_])")


def _begins_contacts(text: str) -> bool:
    words = plain(text[:400])
    return bool(words) and not words[0].islower() and bool(CONTACT_LEAD.match(words))


def _ends(text: str, wrap: int) -> bool:
    """Whether a sentence, a heading or a line in columns ends with this line."""
    over = re.search(r"[.!?:]\W*$|\S {3,}\S", text)
    return bool(over) or len(text.rstrip()) < 0.6 * (wrap or 72)


def _is_prose(block: Block) -> bool:
    if block.shape in (Shape.ITEMS, Shape.RAW):
        return True
    words = block.plain
    return (
        block.shape is Shape.PARAGRAPH
        and not (block.bold or words.isupper() or says_embargo(bare(words)))
        and (is_text(words) or bool(FIVE_W.match(words)))
    )


def _without_end_mark(block: Block) -> tuple[Block | None, bool]:
    """The block without a mark that the text is over, and whether there was one."""
    last = block.lines[-1]
    text = last.text.strip()
    alone = len(block.lines) == 1 and len(text) < 80
    if alone and (END_MARK.match(text) or END_MARK.match(plain(text))):
        return None, True
    if block.shape is Shape.PARAGRAPH and (mark := END_MARK_INLINE.search(last.text[-40:])):
        kept = last.text[: len(last.text) - len(mark[0])]
        return replace(block, lines=(*block.lines[:-1], replace(last, text=kept))), True
    return block, False


def _contact_size(blocks: Sequence[Block], at: int, block: Block, *, ended: bool) -> int:
    """How many blocks, from this one, are a contact block; 0: it is none."""
    here = [block, *blocks[at + 1 :]]
    lead = is_lead(block)
    if not lead and not (_is_card(block) and (ended or len(here) <= 2)):
        return 0
    size = 1 if has_data(block) else 0
    reach = 0
    for distance, following in enumerate(here[1:], start=1):
        reach += 1
        over = _is_end(following) or _label_of(following) or says_embargo(bare(following.plain))
        if reach > 3 or over:
            break
        if has_data(following, words=60) and (
            _is_card(following) or is_lead(following) or not size
        ):
            size, reach = distance + 1, 0
        elif not _may_be_in_contacts(following):
            break
    return size


def _is_end(block: Block) -> bool:
    return _without_end_mark(block)[1]


def _is_card(block: Block) -> bool:
    """Whether a block is short and reaches somebody, as a visiting card does."""
    words = block.plain.split()
    alone = block.shape is Shape.PARAGRAPH and len(block.lines) == 1
    prose = len(words) > 8 and bool(re.search(r"[.!?]\W*$", words[-1])) and ":" not in block.plain
    sentence = alone and (len(words) > 14 or prose)
    return len(words) <= 40 and not sentence and has_data(block, words=40)


def _may_be_in_contacts(block: Block) -> bool:
    return block.shape is Shape.PARAGRAPH and all(
        len(line.text.split()) <= 8 and not line.text.rstrip().endswith((".", ":", "!"))
        for line in block.lines
    )


_FILE = re.compile(
    r"[^\s,;\"'“”<>()]+(?: [^\s,;\"'“”<>()]+){0,8}?\.[A-Za-z0-9]{2,5}(?=$|[\s,;\"'”)>])"
)


def _without_attachments(block: Block, parts: _Parts) -> Block | None:
    """The block without its lines that name attachments, which go into their own list."""
    kept = []
    for line in block.lines:
        match = ATTACHMENT.match(line.text.strip(" *_")[:1000])
        files = _FILE.findall(match["files"]) if match else []
        if not files:
            kept.append(line)
        for name in files:
            if is_inside(name):
                parts.attachments.append(name)
            else:
                parts.warnings.append(
                    warn(
                        "attachment-refused",
                        line.number,
                        f"the attachment {name} is not in the advisory's folder; put it there",
                    )
                )
    return replace(block, lines=tuple(kept)) if kept else None


def is_inside(name: str) -> bool:
    """Whether a path stays in the advisory's folder by its name alone, on any system."""
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    return bool(
        name
        and name.isprintable()
        and "\\" not in name
        and not posix.is_absolute()
        and not (windows.drive or windows.root)
        and ".." not in posix.parts
    )


_NUMBER_OF_SERIES = re.compile(r"^(?P<value>[A-Z]{2,8}/\d{2,4}/\d{1,6})$")
"""A reference that stands alone under a text: "IP/26/411"."""


def _take_line(block: Block, parts: _Parts) -> bool:
    """Takes an embargo line or a reference that stands alone somewhere in the text or after it."""
    words = bare(block.plain)
    if block.shape is Shape.ITEMS or len(block.lines) > 2 or len(words) > 160:
        return False
    if says_embargo(words):
        parts.embargo.append(words)
        return True
    match = REFERENCE_LABEL.match(words) or (_NUMBER_OF_SERIES.match(words))
    if match and not parts.reference:
        parts.reference = match["value"].strip()
        return True
    return False


def _label_of(block: Block) -> str:
    """The kind of heading a block begins with: "notes", "background", "about", or none."""
    if block.shape in (Shape.ITEMS, Shape.RAW):
        return ""
    words = plain(block.lines[0].text[:200])
    if NOTES_LABEL.match(words):
        return "notes"
    if BACKGROUND_LABEL.match(words):
        return "background"
    if len(words.split()) <= 8 and ABOUT_LABEL.match(words) and _stands_over(block):
        return "about"
    return ""


def _stands_over(block: Block) -> bool:
    """Whether a block's first line is a heading over the others, and is not wrapped into them."""
    if len(block.lines) == 1 or re.match(r"^(\*\*|__).+\1$", block.lines[0].text.strip()):
        return True
    title, after = block.lines[0].text.rstrip(), block.lines[1].text.lstrip()
    room = len(title) + 1 + len(after.split()[0]) < 0.8 * block.wrap
    return (room or not block.wrap) and not after[0].islower()


def _under_label(
    block: Block, parts: _Parts, now: list[Block], *, prose: bool
) -> tuple[list[Block], Block | None]:
    """Where a block goes, and what is left of it, if it begins with a heading of the notes."""
    label = _label_of(block)
    if not label or not (prose or label == "notes"):
        return now, block
    if label == "about":
        match = ABOUT_LABEL.match(plain(block.lines[0].text))
        who = match["who"].strip() if match else ""
        parts.about = parts.about or (who if who and who[0].isupper() and who != "Us" else "")
        return parts.notes, block
    if label == "background":
        return parts.notes, block
    return parts.notes, _without_label(block)


def _without_label(block: Block) -> Block | None:
    first = block.lines[0]
    words = re.sub(r"^\s*(?:#{1,6}\s+)?[*_]{0,3}", "", first.text)
    match = NOTES_LABEL.match(words)
    if not match:
        return replace(block, lines=block.lines[1:]) if len(block.lines) > 1 else None
    rest = re.sub(r"^[\s:.*_#–—-]+", "", words[match.end() :])
    lines = (replace(first, text=rest), *block.lines[1:]) if rest else block.lines[1:]
    shape = Shape.PARAGRAPH if rest or block.shape is Shape.HEADING else block.shape
    return replace(block, shape=shape, lines=lines) if lines else None
