"""What a Word file holds beside its text: words that are hidden, struck out or under review.

Whoever wrote it sees none of the first and takes the second for gone; a journalist would read
both. Hidden words are taken out, whatever else is left open is said.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from mailer.core.model import ReadWarning
from mailer.intake.checks import snippet, warn

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PARTS = re.compile(r"word/(?!styles)[^/]+\.xml")
"""The parts that hold text; the text itself may be in `document2.xml`."""

_MARKS = re.compile(rb"<\w*:?(?:vanish|strike|dstrike|ins|del|moveFrom|moveTo|tbl)\b")
_REVIEWED = (f"{_W}ins", f"{_W}del", f"{_W}moveFrom", f"{_W}moveTo")
_OFF = ("0", "false", "off", "none")


def seen(content: bytes) -> tuple[bytes, list[ReadWarning]]:
    """The file without its hidden words, and a warning of each kind of mark that was found.

    Raises whatever zipfile and expat raise on a broken file.
    """
    hidden: list[str] = []
    struck: list[str] = []
    reviewed = tables = False
    changed: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        styles = _hiding(archive)
        for name in filter(PARTS.fullmatch, archive.namelist()):
            part = archive.read(name)
            if not (styles or _MARKS.search(part)):
                continue
            root = ET.fromstring(part)  # noqa: S314 (expat refuses to expand without end)
            tags = {node.tag for node in root.iter()}
            reviewed = reviewed or bool(
                tags & {_W + t for t in ("ins", "del", "moveFrom", "moveTo")}
            )
            tables = tables or any(_of_figures(table) for table in root.iter(f"{_W}tbl"))
            struck += [_text(run) for run in root.iter(f"{_W}r") if _has(run, "strike", "dstrike")]
            taken = {run: parent for parent, run in _runs(root, styles) if _text(run)}
            for run, parent in taken.items():
                hidden.append(_text(run))
                parent.remove(run)
            if taken:
                changed[name] = ET.tostring(root)
        if changed:
            content = _with(archive, changed)
    warnings = []
    for code, said, words in (
        ("hidden-text", "hidden text was left out", "".join(hidden)),
        ("struck-text", "struck out in the file, but in this text like the rest", "".join(struck)),
    ):
        if words.strip():
            warnings.append(warn(code, 0, f"{said}: {snippet(words)}"))
    if reviewed:
        said = "changes that nobody has accepted or rejected were read as accepted"
        warnings.append(warn("tracked-changes", 0, said))
    if tables:
        said = "a table was read cell after cell, below one another: put its figures in the text"
        warnings.append(warn("columns", 0, said))
    return content, warnings


def _hiding(archive: zipfile.ZipFile) -> frozenset[str]:
    """The styles that hide what is in them, of their own or by the style they rest on."""
    if "word/styles.xml" not in archive.namelist():
        return frozenset()
    styles = ET.fromstring(archive.read("word/styles.xml")).findall(f"{_W}style")  # noqa: S314
    hiding = {style.get(f"{_W}styleId", "") for style in styles if _has(style, "vanish")}
    for _ in styles if hiding else ():
        resting = {
            style.get(f"{_W}styleId", "")
            for style in styles
            if _named(style, f"{_W}basedOn") in hiding and not _has(style, "vanish", off=True)
        }
        if resting <= hiding:
            break
        hiding |= resting
    return frozenset(hiding)


def _runs(root: ET.Element, styles: frozenset[str]) -> Iterator[tuple[ET.Element, ET.Element]]:
    """Every hidden run with what it is in."""
    for block in root.iter():
        hidden = block.tag == f"{_W}p" and _named(block, f"{_W}pPr/{_W}pStyle") in styles
        inside = block.iter() if hidden else (block,)
        for parent in inside:
            for run in parent.findall(f"{_W}r"):
                styled = hidden or _named(run, f"{_W}rPr/{_W}rStyle") in styles
                if _has(run, "vanish") or (styled and not _has(run, "vanish", off=True)):
                    yield parent, run


def _of_figures(table: ET.Element) -> bool:
    """Whether a table has rows and columns, and is no letterhead."""
    rows = [row.findall(f"{_W}tc") for row in table.findall(f"{_W}tr")]
    return (
        len(rows) > 1 and all(len(row) > 1 for row in rows) and bool(re.search(r"\d", _text(table)))
    )


def _named(node: ET.Element, path: str) -> str:
    found = node.find(path)
    return "" if found is None else found.get(f"{_W}val", "")


def _has(run: ET.Element, *marks: str, off: bool = False) -> bool:
    """Whether one of these marks is set; `off`: whether one is there and says no."""
    found = (run.find(f"{_W}rPr/{_W}{mark}") for mark in marks)
    return any(mark is not None and (mark.get(f"{_W}val", "1") in _OFF) is off for mark in found)


def _text(run: ET.Element) -> str:
    return "".join(node.text or "" for node in run.iter(f"{_W}t"))


def _with(archive: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys(archive.namelist()):
            new.writestr(name, changed.get(name) or archive.read(name))
    return out.getvalue()
