"""Markdown to HTML that can hold nothing but text, and to plain text of 72 columns.

CommonMark with tables. Raw HTML is shown as it was typed; a link goes to http, https, mailto or
tel, or it is only its words. An image is shown if it is a file that goes with the message; of any
other only the alternative text is kept: nothing is ever fetched. A paragraph that runs the other
way than its text says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from mailer.compose.text import (
    LEFT_TO_RIGHT_MARK,
    WIDTH,
    columns,
    one_line,
    paragraphs,
    underline,
    way_of,
    wrap,
)

_SCHEMES = ("http", "https", "mailto", "tel")
_TAGS = {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}
_TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6", "table", "tbody", "td", "th", "thead", "tr"}
_TAGS |= {"img", "ins", "span"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "td": {"style"}, "th": {"style"}}
_ATTRIBUTES |= {"img": {"src", "alt"}, "*": {"dir"}}
_PHONE_RE = re.compile(r"(?<!\u200e)\+(?=\d[\d ()-]{5,})")
_HOLDERS = ("bullet_list_open", "ordered_list_open", "blockquote_open", "table_open")
_ENDS = tuple(kind.replace("_open", "_close") for kind in _HOLDERS)


class Picture(NamedTuple):
    """An attached image: the file name that a text calls it by, and its Content-ID."""

    name: str
    content_id: str


@lru_cache(maxsize=256)
def to_html(
    source: str, way: str = "ltr", pictures: tuple[Picture, ...] = (), before: str | None = None
) -> str:
    """An HTML fragment of the tags in `_TAGS` only, whatever `source` says.

    `way` is how the text around it runs, as HTML's `dir`. What does not stand in `before`, an
    earlier text, is marked as inserted, by whole paragraphs.
    """
    tokens = _tokens(source, pictures, before)
    _outline(tokens)
    _turn(tokens, way)
    return nh3.clean(
        _PARSER.renderer.render(tokens, _PARSER.options, {}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={*_SCHEMES, "cid"},
        url_relative="deny",
        filter_style_properties={"text-align"},
        link_rel=None,
    )


def to_text(
    source: str,
    footnotes: list[str],
    width: int = WIDTH,
    pictures: tuple[Picture, ...] = (),
    before: str | None = None,
) -> str:
    """Plain text of 72 columns. Each link is a number; its address is added to `footnotes`.

    What does not stand in `before` has a bar beside it.
    """
    tokens = _tokens(source, pictures, before)
    for block in tokens:
        if block.children is not None:
            # Plain text has no emphasis, and without it nothing nests deeper than the parser lets.
            block.children = [c for c in block.children if c.tag not in ("em", "strong")]
    return _blocks(SyntaxTreeNode(tokens).children, width, footnotes)


def _tokens(source: str, pictures: tuple[Picture, ...], before: str | None) -> list[Token]:
    tokens = _PARSER.parse(paragraphs(source), {"pictures": dict(pictures)})
    for block in tokens:
        _kept_in_order(block)
    if before is not None:
        old = {_said(block) for block in _PARSER.parse(paragraphs(before))}
        for block in tokens:
            if block.children and _said(block) not in old:
                mark = Token("ins_open", "ins", 1), Token("ins_close", "ins", -1)
                block.children = [mark[0], *block.children, mark[1]]
    return tokens


def _kept_in_order(block: Token) -> None:
    """Between Arabic words a number with spaces is shown with its groups turned round (UAX #9)."""
    if block.type == "inline" and _way(block) == "rtl":
        for child in block.children or ():
            if child.type == "text":
                child.content = _PHONE_RE.sub(f"{LEFT_TO_RIGHT_MARK}+", child.content)


def _said(block: Token) -> str:
    """A paragraph's words, however its lines are broken."""
    return " ".join(block.content.split()) if block.type == "inline" else ""


def _outline(tokens: list[Token]) -> None:
    """Headings below the message's own, none of which leaves out a level (WCAG 2.2, 1.3.1)."""
    open_now: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            written = int(token.tag[1])
            while open_now and open_now[-1] >= written:
                open_now.pop()
            open_now.append(written)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, 1 + len(open_now))}"


def _turn(tokens: list[Token], way: str) -> None:
    """Say of each block that runs the other way than the text around it that it does.

    A list, a quotation or a table says it as a whole, with its marks and its columns, where nothing
    in it runs otherwise. A list's item among others keeps its mark where theirs are.
    """
    ways = [way]
    for at, token in enumerate(tokens):
        if token.type in _HOLDERS:
            inside = _ways_inside(tokens, at)
            own = inside.pop() if len(inside) == 1 else ways[-1]
            if own != ways[-1]:
                token.attrSet("dir", own)
            ways.append(own)
        elif token.type in _ENDS:
            ways.pop()
        elif token.type == "inline":
            own = _way(token)
            if own in ("", ways[-1]):
                continue
            if tokens[at - 1].hidden:  # in a list without blank lines
                turned = Token("span_open", "span", 1, {"dir": own})
                token.children = [turned, *(token.children or ()), Token("span_close", "span", -1)]
            else:
                tokens[at - 1].attrSet("dir", own)


def _ways_inside(tokens: list[Token], at: int) -> set[str]:
    """Which ways the blocks run that stand in the one that opens here."""
    found: set[str] = set()
    for token in tokens[at + 1 :]:
        if token.level == tokens[at].level:
            return found - {""}
        if token.type == "inline":
            found.add(_way(token))
    return found - {""}


def _way(inline: Token) -> str:
    words = (c.content for c in inline.children or () if c.type in ("text", "code_inline"))
    return way_of("".join(words))


def _only_words(state: StateCore) -> None:
    """Replace images that do not go with the message, and links that lead nowhere, by words."""
    pictures: dict[str, str] = state.env.get("pictures", {})
    for block in state.tokens:
        kept: list[Token] = []
        dropped: list[bool] = []
        for token in block.children or ():
            if token.type == "image":
                alt = "".join(c.content for c in token.children or () if c.type == "text")
                name = unquote(str(token.attrs.get("src", "")))
                if name in pictures:
                    token.attrs = {"src": f"cid:{pictures[name]}", "alt": alt}
                else:
                    token = Token("text", "", 0, content=alt)
            elif token.type == "link_open":
                scheme = str(token.attrs.get("href", "")).partition(":")[0].lower()
                dropped.append(scheme not in _SCHEMES)
                if dropped[-1]:
                    continue
                token.attrs.pop("title", None)
            elif token.type == "link_close" and dropped.pop():
                continue
            kept.append(token)
        if block.children is not None:
            block.children = kept


_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_PARSER.core.ruler.push("only_words", _only_words)


# --- to plain text ----------------------------------------------------------------------------


def _blocks(nodes: Sequence[SyntaxTreeNode], width: int, notes: list[str], gap: str = "\n") -> str:
    blocks = [_block(node, width, notes) for node in nodes]
    return f"\n{gap}".join(block for block in blocks if block)


def _block(node: SyntaxTreeNode, width: int, notes: list[str]) -> str:
    match node.type:
        case "paragraph" if _is_new(node):
            return wrap(_inline(node, notes), width, "| ", "| ")
        case "paragraph":
            return wrap(_inline(node, notes), width)
        case "heading":
            return underline(_inline(node, notes))
        case "bullet_list" | "ordered_list":
            return _list(node, width, notes)
        case "blockquote":
            return _indent(_blocks(node.children, width - 2, notes), "> ", "> ")
        case "fence" | "code_block":
            return _indent(node.content.rstrip("\n"), "    ", "    ")
        case "hr":
            return "* * *"
        case "table":
            return _table(node, width, notes)
        case _:
            return wrap(_inline(node, notes), width)


def _is_new(node: SyntaxTreeNode) -> bool:
    return any(child.type == "ins" for inline in node.children for child in inline.children)


def _list(node: SyntaxTreeNode, width: int, notes: list[str]) -> str:
    number = int(node.attrs.get("start", 1))
    tight = all(child.hidden for item in node.children for child in item.children[:1])
    gap = "" if tight else "\n"
    items = []
    for position, item in enumerate(node.children):
        mark = "- " if node.type == "bullet_list" else f"{number + position}. "
        body = _blocks(item.children, width - len(mark), notes, gap)
        items.append(_indent(body, mark, " " * len(mark)))
    return f"\n{gap}".join(items)


def _table(node: SyntaxTreeNode, width: int, notes: list[str]) -> str:
    rows = [
        [_inline(cell, notes) for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) <= width:
        cells = node.children[0].children[0].children
        ways = [str(cell.attrs.get("style", "")).removeprefix("text-align:") for cell in cells]
        lines = ["  ".join(map(_padded, row, widths, ways)) for row in rows]
        lines.insert(1, "  ".join("-" * w for w in widths))
        return "\n".join(line.rstrip() for line in lines)
    head, *body = rows
    return "\n\n".join(
        "\n".join(
            wrap(f"{name}: {cell}", width, rest="  ") for name, cell in zip(head, row, strict=True)
        )
        for row in body
    )


def _padded(cell: str, width: int, way: str) -> str:
    space = width - columns(cell)
    before = space if way == "right" else space // 2 if way == "center" else 0
    return " " * before + cell + " " * (space - before)


def _inline(node: SyntaxTreeNode, notes: list[str]) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "image":
            alt = "".join(_inline(child, notes) for child in node.children)
            return f"[{alt}]" if alt else ""
        case "link":
            return _link("".join(_inline(c, notes) for c in node.children), _href(node), notes)
        case _:
            return "".join(_inline(child, notes) for child in node.children)


def _href(node: SyntaxTreeNode) -> str:
    return one_line(str(node.attrs["href"]))


def _link(words: str, url: str, notes: list[str]) -> str:
    scheme, _, rest = url.partition(":")
    if scheme.lower() == "tel":
        number = unquote(rest.partition(";")[0])
        return words if _digits(number) in _digits(words) else f"{words} ({number})"
    if scheme.lower() == "mailto":
        address = rest.partition("?")[0]
        return words if address in words else f"{words} <{address}>"
    if words == url:
        return words
    if url not in notes:
        notes.append(url)
    return f"{words} [{notes.index(url) + 1}]"


def _digits(value: str) -> str:
    """The end of a telephone number: what it has with and without its country's prefix."""
    return "".join(filter(str.isdigit, value))[-8:]


def _indent(value: str, first: str, rest: str) -> str:
    lines = value.split("\n")
    return "\n".join(
        ((first if number == 0 else rest) + line).rstrip() for number, line in enumerate(lines)
    )
