"""What a Word file holds beside its text: words that are hidden, struck out or under review.

Whoever wrote it sees none of the first and takes the second for gone; a journalist would read
both. Hidden words are taken out, whatever else is left open is said.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree as ET

from mailer.core.model import ReadWarning
from mailer.intake.checks import snippet, warn

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_MARKS = re.compile(rb"<\w*:?(?:vanish|strike|dstrike|ins|del|moveFrom|moveTo)\b")
_REVIEWED = (f"{_W}ins", f"{_W}del", f"{_W}moveFrom", f"{_W}moveTo")
_OFF = ("0", "false", "off", "none")


def seen(content: bytes) -> tuple[bytes, list[ReadWarning]]:
    """The file without its hidden words, and a warning of each kind of mark that was found.

    Raises whatever zipfile and expat raise on a broken file.
    """
    hidden: list[str] = []
    struck: list[str] = []
    reviewed = False
    changed: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in filter(_PARTS.fullmatch, archive.namelist()):
            part = archive.read(name)
            if not _MARKS.search(part):
                continue
            root = ET.fromstring(part)  # noqa: S314 (expat refuses to expand without end)
            tags = {node.tag for node in root.iter()}
            reviewed = reviewed or bool(
                tags & {_W + t for t in ("ins", "del", "moveFrom", "moveTo")}
            )
            struck += [_text(run) for run in root.iter(f"{_W}r") if _has(run, "strike", "dstrike")]
            taken = [
                (parent, run)
                for parent in root.iter()
                for run in parent.findall(f"{_W}r")
                if _has(run, "vanish") and _text(run)
            ]
            for parent, run in taken:
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
    return content, warnings


def _has(run: ET.Element, *marks: str) -> bool:
    found = (run.find(f"{_W}rPr/{_W}{mark}") for mark in marks)
    return any(mark is not None and mark.get(f"{_W}val", "1") not in _OFF for mark in found)


def _text(run: ET.Element) -> str:
    return "".join(node.text or "" for node in run.iter(f"{_W}t"))


def _with(archive: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys(archive.namelist()):
            new.writestr(name, changed.get(name) or archive.read(name))
    return out.getvalue()
