"""Files to lines: UTF-8 text, Word and PDF, each held to a size before it is opened.

The only part of reading an advisory that touches the disk; what was uploaded never does. Whatever
is wrong with a file is a DocumentError that says what to do; the parsers' own exceptions never get
out.
"""

from __future__ import annotations

import io
import logging
import re
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any
from xml.etree import ElementTree as ET

from mailer.core.errors import DocumentError
from mailer.core.inert import brief
from mailer.core.model import ReadWarning
from mailer.intake import word_marks
from mailer.intake.blocks import Line
from mailer.intake.checks import snippet, warn

MAX_TEXT = 2_000_000
"""The largest text file that is read, in bytes."""

MAX_LINES = 20_000
"""The most lines a text may have, whatever file it came from."""

MAX_FILE = 20_000_000
"""The largest Word or PDF file that is read, in bytes."""

MAX_UNPACKED = 100_000_000
"""How large a Word file may become when unpacked, in bytes; beyond it, it is a bomb."""

MAX_TAGS = 400_000
"""How many tags the parts of a Word file may hold; a text of twenty thousand lines has fewer."""

MAX_PAGES = 200
"""How many pages of a PDF are read; an advisory of more is something else."""

SUFFIXES = (".md", ".txt", ".docx", ".pdf")
"""What can be read."""

# pypdf reports each irregularity of a file on standard error; ours is one line, or none.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of a file, and how they came about.

    `wrapped`: a line may end only because the paper did. `typeset`: words may be hyphenated too.
    """

    name: str
    lines: tuple[Line, ...]
    warnings: tuple[ReadWarning, ...]
    wrapped: bool = False
    typeset: bool = False


def load(path: Path) -> Source:
    """The lines of a document, by its suffix. Raises DocumentError."""
    return parse(path.name, _content(path, brief(path.name), _limit(path.name)))


def parse(name: str, content: bytes) -> Source:
    """The same of a document that is at hand; only the suffix of its name is looked at."""
    shown, suffix = brief(name), _suffix(name)
    if len(content) > (limit := _limit(name)):
        raise _too_large(shown, limit)
    what = next((said for mark, said in _FOREIGN[suffix] if mark.match(content)), "")
    if what:
        raise DocumentError(f"{shown}: is {what}, by what is in it; save it as .docx")
    if suffix == ".docx":
        text, found = _word(content, shown)
        source = _source(shown, text, numbered=False)
        return replace(source, warnings=(*found, *source.warnings))
    if suffix == ".pdf":
        text, found = _pdf(content, shown)
        source = _source(shown, text, numbered=False, wrapped=True, typeset=True)
        return replace(source, warnings=(*found, *source.warnings))
    text, found = _decoded(content, shown), []
    if suffix == ".md":
        text, found = _without_comments(text)
    source = _source(shown, text, numbered=True, wrapped=suffix == ".txt")
    return replace(source, warnings=(*found, *source.warnings))


def _without_comments(text: str) -> tuple[str, list[ReadWarning]]:
    """Markdown without its comments, which nobody is to read, and a warning if there were any."""
    kept, taken, at = [], [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        taken.append(text[start : end + 3])
        kept.append("\n" * taken[-1].count("\n"))
        at = end + 3
    if not taken:
        return text, []
    said = f"a comment was left out: {snippet(taken[0])}"
    return "".join([*kept, text[at:]]), [warn("hidden-text", kept[0].count("\n") + 1, said)]


_OLD_WORD = (re.compile(rb"\xd0\xcf\x11\xe0"), "an old Word file, or one with a password")
_RICH = (re.compile(rb"\{\\rtf"), "rich text (RTF)")
_PORTABLE = (re.compile(rb"%PDF-"), "a PDF")
_PACKED = (re.compile(rb"PK\x03\x04"), "a Word file, or another that is packed")
_WEB = (re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)\b", re.I), "a web page (HTML)")
_FOREIGN = {
    ".docx": (_OLD_WORD, _RICH, _PORTABLE, _WEB),
    ".pdf": (_OLD_WORD, _RICH, _PACKED, _WEB),
    ".md": (_OLD_WORD, _RICH, _PORTABLE, _PACKED, _WEB),
    ".txt": (_OLD_WORD, _RICH, _PORTABLE, _PACKED, _WEB),
}
"""How files of another kind than their name says begin, and what they are."""


def _suffix(name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        what = brief(suffix) or "file without suffix"
        accepted = ", ".join(SUFFIXES)
        raise DocumentError(
            f"{brief(name)}: cannot read a {what}; save it as .docx; accepted: {accepted}"
        )
    return suffix


def _limit(name: str) -> int:
    return MAX_FILE if _suffix(name) in (".docx", ".pdf") else MAX_TEXT


def _too_large(name: str, limit: int) -> DocumentError:
    return DocumentError(f"{name}: is larger than {limit // 1_000_000} MB; is it an advisory?")


def _source(
    name: str, text: str, *, numbered: bool, wrapped: bool = False, typeset: bool = False
) -> Source:
    if text.count("\n") + text.count("\r") + text.count("\f") > MAX_LINES or len(text) > MAX_TEXT:
        raise DocumentError(
            f"{name}: has more than {MAX_LINES:,} lines or {MAX_TEXT // 1_000_000} million"
            " characters of text; is it an advisory?"
        )
    lines, warnings = lines_of(text, numbered=numbered)
    return Source(name, lines, warnings, wrapped, typeset)


def _content(path: Path, name: str, limit: int) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError(f"{name}: is no regular file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError:
        raise DocumentError(f"{name}: there is no such file in {brief(str(path.parent))}") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name cannot be used"
        raise DocumentError(f"{name}: cannot be opened: {why}") from None
    if len(content) > limit:
        raise _too_large(name, limit)
    return content


def _decoded(content: bytes, name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError(f"{name}: is UTF-16; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The decoder counts from after a byte order mark.
        at = error.start + 3 * content.startswith(b"\xef\xbb\xbf")
        line = len(re.findall(rb"\r\n|\r|\n", content[:at])) + 1
        raise DocumentError(
            f"{name}: line {line}: byte 0x{content[at]:02x} is not UTF-8; save the file as UTF-8"
        ) from None


# --- lines ------------------------------------------------------------------------------------

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile(r"[\u00a0\u2028\u2029\u202f\u2007]")
_INVISIBLE = re.compile(r"[\ufeff\u200b]|\u00ad(?!$)")
_WIDE = re.compile(r"[ \t]{40,}")  # a gap is a gap; no pattern need ever walk a long one
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "\uf0b7": "•", "\uf0a7": "▪"}
)  # the last two are Word's bullets, as its PDFs have them


def lines_of(text: str, *, numbered: bool) -> tuple[tuple[Line, ...], tuple[ReadWarning, ...]]:
    """A text's lines without control characters and bidirectional overrides, each warned of.

    `numbered`: lines carry the number an editor shows (1-based), else 0. A form feed is a new page.
    """
    lines: list[Line] = []
    warnings: list[ReadWarning] = []
    for count, raw in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        number = count if numbered else 0
        if bad := _CONTROL.findall(raw):
            named = ", ".join(dict.fromkeys(f"U+{ord(c):04X}" for c in bad[:20]))
            warnings.append(warn("control-character", number, f"{named} was taken out of the text"))
            raw = _CONTROL.sub("", raw.replace("\x0b", " "))
        cleaned = _INVISIBLE.sub("", _SPACES.sub(" ", raw.translate(_LIGATURES)))
        cleaned = _WIDE.sub(" " * 40, cleaned)
        for page, part in enumerate(cleaned.split("\f")):
            if page:
                lines.append(Line(number, "", new_page=True))
            if part or not page:
                lines.append(Line(number, part))
    return tuple(lines), tuple(warnings)


# --- Word -------------------------------------------------------------------------------------

_WORD_NS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _word(content: bytes, name: str) -> tuple[str, list[ReadWarning]]:
    """A Word file as Markdown, its page heads above and its page feet below."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > 5000 or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise DocumentError(
                    f"{name}: unpacks to over {MAX_UNPACKED // 1_000_000} MB and was not opened"
                )
            written = filter(word_marks.PARTS.fullmatch, archive.namelist())
            if sum(archive.read(part).count(b"<") for part in written) > MAX_TAGS:
                raise DocumentError(
                    f"{name}: holds more than {MAX_TAGS:,} pieces of text; is it an advisory?"
                )
        content, warnings = word_marks.seen(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = sorted(archive.namelist())
            heads = [
                _word_part(archive.read(n)) for n in names if re.match(r"word/header\d*\.xml", n)
            ]
            feet = [
                _word_part(archive.read(n)) for n in names if re.match(r"word/footer\d*\.xml", n)
            ]
        import mammoth  # here, as pypdf

        result = mammoth.convert_to_markdown(
            io.BytesIO(content),
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(lambda _: {"src": ""}),
        )
    except DocumentError:
        raise
    except Exception as error:
        # zipfile, expat and mammoth raise whatever they like on a broken file; all mean the same.
        what = type(error).__name__
        raise DocumentError(
            f"{name}: is no Word file that can be read ({what}); save it anew as .docx"
        ) from None
    text = re.sub(r"<a id=\"[^\"]*\"></a>|!\[[^\]]*\]\([^)]*\)", "", str(result.value))
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text).replace("__", "**")
    parts = [*dict.fromkeys(heads), text, *dict.fromkeys(feet)]
    return "\n\n".join(part for part in parts if part), warnings


def _word_part(xml: bytes) -> str:
    paragraphs = (
        "".join(node.text or "" for node in paragraph.iter(f"{_WORD_NS}t"))
        for paragraph in ET.fromstring(xml).iter(f"{_WORD_NS}p")  # noqa: S314
    )
    return "\n\n".join(text for paragraph in paragraphs if (text := paragraph.strip()))


# --- PDF --------------------------------------------------------------------------------------


_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(slots=True)
class _Printed:
    """One line as it is printed: where (points from the foot), how large, and whether bold.

    `starts` is where each of its pieces begins, in points from the left.
    """

    text: str = ""
    starts: list[int] = field(default_factory=list)
    y: float = 0.0
    size: float = 0.0
    bold: bool = True


def _pdf(content: bytes, name: str) -> tuple[str, list[ReadWarning]]:
    """A PDF's text, a form feed between pages and a blank line where the page leaves one."""
    import pypdf  # here: it takes as long as a whole command that reads no PDF
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentError(f"{name}: is encrypted; save it without a password")
        if len(reader.pages) > MAX_PAGES:
            raise DocumentError(f"{name}: has more than {MAX_PAGES} pages; is it an advisory?")
        pages = [_printed(page) for page in reader.pages]
    except DocumentError:
        raise
    except Exception as error:
        # pypdf raises anything from KeyError to RecursionError on a broken file; all mean the same.
        if "crypt" in type(error).__name__.lower() or "crypt" in str(error).lower():
            raise DocumentError(f"{name}: is encrypted; save it without a password") from None
        detail = type(error).__name__ if isinstance(error, PyPdfError) else "damaged"
        raise DocumentError(f"{name}: is no PDF that can be read ({detail})") from None
    letters = "".join(line.text for page in pages for line in page).replace(" ", "")
    if not letters:
        raise DocumentError(f"{name}: holds images and no text; send the text itself")
    if len(_RIGHT_TO_LEFT.findall(letters)) > len(letters) / 10:
        raise DocumentError(
            f"{name}: a PDF keeps right-to-left text as it is drawn, not as it is read;"
            " send the Word file or the text"
        )
    normal = _normal_gap(pages)
    text = "\f".join("\n".join(_spaced(page, normal)) for page in pages)
    across = [str(number) for number, page in enumerate(pages, 1) if _side_by_side(page)]
    said = "text stands side by side, in columns or a table, and was read across; page"
    warnings = [warn("columns", 0, f"{said} {', '.join(across[:10])}")] if across else []
    return re.sub(r"(?m)^([•▪●○◦‣])[ ]*\n+", r"\1 ", text), warnings


def _side_by_side(page: list[_Printed]) -> bool:
    """Whether pieces begin one below the other, well to the right of where their lines begin."""
    begins = Counter(
        start for line in page for start in set(line.starts[1:]) if start > line.starts[0] + 100
    )
    return max(begins.values(), default=0) >= 3


def _printed(page: Any) -> list[_Printed]:
    lines = [_Printed()]

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        for at, part in enumerate(text.split("\n")):
            if at:
                lines.append(_Printed())
            if not part.strip():
                lines[-1].text += part
                continue
            line = lines[-1]
            line.starts.append(round(tm[4] * cm[0] + tm[5] * cm[2] + cm[4]))
            if not line.text.strip():
                line.y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
                line.size = abs(size * tm[3] * cm[3]) or 1.0
            base = str((font or {}).get("/BaseFont", ""))
            line.bold = line.bold and bool(re.search(r"bold|black|heavy", base, re.IGNORECASE))
            line.text += part

    page.extract_text(visitor_text=visit)
    return [line for line in lines if line.text.strip()]


def _gaps(page: list[_Printed]) -> Iterator[float]:
    """From each line to the next, in heights of the line; negative where the text moves up."""
    for above, below in pairwise(page):
        yield (above.y - below.y) / max(above.size, below.size, 1.0)


def _normal_gap(pages: list[list[_Printed]]) -> float:
    """The usual distance of two lines of one paragraph: the smallest that occurs more than once."""
    seen: dict[float, int] = {}
    for page in pages:
        for gap in _gaps(page):
            seen[round(gap, 1)] = seen.get(round(gap, 1), 0) + 1
    return min((gap for gap, count in seen.items() if count > 1 and 0.9 <= gap <= 2.2), default=1.3)


def _spaced(page: list[_Printed], normal: float) -> Iterator[str]:
    for at, (line, gap) in enumerate(zip(page, [0.0, *_gaps(page)], strict=True)):
        above = page[at - 1] if at else line
        apart = gap > normal * 1.25 or gap < -0.5
        if apart or above.bold != line.bold or abs(above.size - line.size) > 0.1 * line.size:
            yield ""
        text = " ".join(line.text.split())
        yield f"**{text}**" if line.bold and not set(text) & set("*_") else text
