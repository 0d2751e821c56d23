"""Small Word and PDF files made by hand, for tests that read them."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
_LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="l1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/hyperlink" Target="https://harbourwatch.example/report"'
    ' TargetMode="External"/></Relationships>'
)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def paragraph(text: str) -> str:
    """One paragraph; `**x**` is bold, a line break is one, `[x]` is a link to the report."""
    bold = text.startswith("**")
    marks = "<w:rPr><w:b/></w:rPr>" if bold else ""
    runs = [
        f"<w:r>{marks}{'<w:br/>' if at else ''}<w:t xml:space='preserve'>{escape(line)}</w:t></w:r>"
        for at, line in enumerate(text.strip("*").split("\n"))
    ]
    if text.startswith("["):
        runs = [f'<w:hyperlink r:id="l1">{runs[0]}</w:hyperlink>']
    return f"<w:p>{''.join(runs)}</w:p>"


def word(
    paragraphs: Iterable[str], *, head: str = "", foot: str = "", more: Mapping[str, bytes] = {}
) -> bytes:
    """A Word file with these paragraphs, a page head and a page foot."""
    body = "".join(paragraph(text) for text in paragraphs)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELS)
        archive.writestr("word/_rels/document.xml.rels", _LINKS)
        archive.writestr(
            "word/document.xml", f"<w:document {_W} {_R}><w:body>{body}</w:body></w:document>"
        )
        for name, text in (("header1", head), ("footer1", foot)):
            if text:
                archive.writestr(f"word/{name}.xml", f"<w:hdr {_W}>{paragraph(text)}</w:hdr>")
        for name, content in more.items():
            archive.writestr(name, content)
    return out.getvalue()


def pdf(pages: Sequence[Sequence[str]], *, extra: bytes = b"") -> bytes:
    """A PDF of lines of text, 14 points apart; an empty line leaves a gap, `**x**` is bold.

    A tab begins the second of two columns.
    """
    fonts = [
        b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name
        for name in (b"Helvetica", b"Helvetica-Bold")
    ]
    tree = 3 + 2 * len(pages)
    objects = [*fonts]
    for page in pages:
        stream = _page(page)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 1 0 R /F2 2 0 R >> >> >>" % (tree, len(objects))
        )
    kids = b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(len(pages)))
    objects.append(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids))
    objects.append(b"<< /Type /Catalog /Pages %d 0 R >>" % tree)
    out = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + table
        + b"trailer << /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, tree + 1, extra, len(out))
    )


def _page(lines: Sequence[str]) -> bytes:
    out = [b"BT"]
    y = 780
    for line in lines:
        if line:
            font = b"F2" if line.startswith("**") else b"F1"
            for column, part in enumerate(line.strip("*").split("\t")):
                text = part.encode("cp1252")
                for char in (b"\\", b"(", b")"):
                    text = text.replace(char, b"\\" + char)
                x = 72 + 250 * column
                out.append(b"/%s 11 Tf 1 0 0 1 %d %d Tm (%s) Tj" % (font, x, y, text))
        y -= 14
    return b"\n".join([*out, b"ET"])
