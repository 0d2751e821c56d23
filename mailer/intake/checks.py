"""What a careful sub-editor would ask about a text: links that lead nowhere, quotations left open.

Pure rules. Each warning names the 1-based line of the file (0 where a file has no lines).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from urllib.parse import urlsplit

from mailer.core.model import Link, ReadWarning
from mailer.intake.blocks import Block, Line

WARNINGS: dict[str, str] = {
    "not-found": "a field that every advisory has was not found, and is left empty",
    "date-ambiguous": "an all-numeric date can be read day first or month first; none was chosen",
    "phone-without-country": "a telephone number without a country code; it is left out",
    "link-nowhere": "a link whose address is empty, a bare #, or no web or e-mail address",
    "quote-unclosed": "a quotation is opened and never closed in its paragraph",
    "control-character": "an invisible control character was taken out",
    "embargo-unread": "a line seems to say an embargo, and none was read",
    "hidden-text": "a Word file holds hidden text, or Markdown a comment; it was left out",
    "struck-text": "a Word file holds text that is struck out, which is not marked so any more",
    "tracked-changes": "a Word file holds changes under review; they were read as accepted",
    "columns": "text stands side by side, in columns or a table; its order may be wrong",
    "edition-differs": "a language edition says another embargo or other contacts; not used",
    "mail-header": "the header lines of a mail that was forwarded were taken off",
    "attachment-refused": "an attachment's path leads out of the advisory's folder; it is left out",
}
"""Every code a warning may have, and what it means. The codes are stable."""


def warn(code: str, line: int, message: str) -> ReadWarning:
    """A warning; a code that is not in the table is a fault of ours."""
    if code not in WARNINGS:
        raise KeyError(code)
    return ReadWarning(code, line, message)


def snippet(text: str) -> str:
    """The beginning of a text on one line, for a message: up to 60 characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:59].rstrip() + "…"


# --- links ------------------------------------------------------------------------------------

_LINK = re.compile(
    r"\[(?P<text>[^\[\]]*)\]\([ \t]*<?(?P<url>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?[ \t]*\)"
    r"|<(?P<auto>[a-z][a-z0-9+.-]{1,15}:[^\s<>]*)>"
    r"|^\[(?P<label>[^\[\]]+)\]:[ \t]*<?(?P<target>[^\s<>]+)>?"
    r"|(?<![\w/(<\"=])(?P<bare>https?://[^\s<>\"“”«»]+)",
    re.IGNORECASE | re.MULTILINE,
)
EMAIL = re.compile(r"(?<![\w.+-])[\w.+'’-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}")
"""An e-mail address as it stands in running text; deliberately narrower than RFC 5322."""


def links_in(lines: Sequence[Line]) -> list[Link]:
    """Every link of these lines: Markdown, <autolink>, reference definition, bare https://."""
    raw = "\n".join(line.text for line in lines)
    links: list[Link] = []
    counted, at = 0, 0
    for match in _LINK.finditer(raw):
        counted += raw.count("\n", at, match.start())
        at = match.start()
        number = lines[counted].number
        if match["bare"]:
            url = match["bare"].rstrip(".,;:!?'’*_")
            url = url if "(" in url else url.rstrip(")]")
            links.append(Link(url, url, number))
        elif match["auto"]:
            links.append(Link(match["auto"], match["auto"], number))
        elif match["label"]:
            links.append(Link(match["label"], match["target"], number))
        else:
            text = " ".join(re.sub(r"[*_`\\]", "", match["text"]).split())
            links.append(Link(text, match["url"], number))
    return links


def leads_nowhere(url: str) -> bool:
    """Whether nobody could follow this: no scheme, no host, or a mailto: that is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    if parts.scheme == "mailto":
        return not EMAIL.fullmatch(parts.path)
    if parts.scheme == "tel":
        return not re.search(r"\d", parts.path)
    return parts.scheme not in ("http", "https", "ftp") or not parts.netloc


def link_warnings(links: Iterable[Link]) -> list[ReadWarning]:
    """One warning for each link that leads nowhere."""
    return [
        warn(
            "link-nowhere",
            link.line,
            f"the link “{snippet(link.text)}” leads nowhere ({snippet(link.url) or 'empty'})",
        )
        for link in links
        if leads_nowhere(link.url)
    ]


# --- quotations -------------------------------------------------------------------------------

_CLOSERS = {"“": '”"', "„": "“”", "”": "”“", '"': '"”'}
_BEFORE_AN_OPENING = " \t([{*_—–-/‘’«“„"
_LINK_TARGET = re.compile(r"\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")


def quotation_warnings(blocks: Sequence[Block]) -> list[ReadWarning]:
    """Quotations never closed in their paragraph.

    A quotation that runs on opens again at the head of each paragraph and closes in the last:
    that is the convention and no fault. Opening again inside a paragraph is one.
    """
    paragraphs: list[Sequence[Line]] = [p for block in blocks for p in block.paragraphs()]
    guillemet = next((c for p in paragraphs for line in p for c in line.text if c in "«»"), "«")
    warnings: list[ReadWarning] = []
    for here, after in zip_longest(paragraphs, paragraphs[1:], fillvalue=()):
        head = after[0].text.lstrip(" *_>") if after else ""
        runs_on = head.startswith(tuple('“„«"»”'))
        warnings += [
            warn(
                "quote-unclosed",
                line.number,
                f"a quotation is opened and never closed: {snippet(line.text[at : at + 200])}",
            )
            for line, at in _unclosed(here, guillemet, runs_on=runs_on)
        ]
    return warnings


def _unclosed(lines: Sequence[Line], guillemet: str, *, runs_on: bool) -> list[tuple[Line, int]]:
    """Where a quotation stands open: opened again while open, or, unless it runs on, at the end.

    Only the first of a paragraph, as all that follows may be a consequence of it.
    """
    open_now: list[tuple[str, Line, int]] = []
    reopened: list[tuple[Line, int]] = []
    for line in lines:
        text = _LINK_TARGET.sub(lambda m: "]" + " " * (len(m[0]) - 1), line.text)
        for at, char in enumerate(text):
            if char not in '“”„"«»':
                continue
            top = open_now[-1][0] if open_now else ""
            before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
            opening = before in _BEFORE_AN_OPENING and bool(after.strip())
            if char in "«»":
                if char == guillemet:
                    open_now.append((char, line, at))
                elif top == guillemet:
                    open_now.pop()
            elif top and char in _CLOSERS.get(top, "") and not (char == '"' and opening):
                open_now.pop()
            elif char == top and not opening:
                open_now.pop()  # typed “so“
            elif char == top:
                reopened.append(open_now.pop()[1:])
                open_now.append((char, line, at))
            elif (char == '"' and before.isdigit()) or (char == "”" and not opening):
                continue  # inches, or a mark that closes nothing
            else:
                open_now.append((char, line, at))
    left = [] if runs_on else [(line, at) for _, line, at in open_now]
    return (reopened + left)[:1]
