"""The README's picture, drawn from the program's own output in a real browser."""

from __future__ import annotations

import importlib.util
import struct
import zlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from needs import needs
from support import ROOT

CHROMIUM = needs("chromium", "apt install chromium")
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def picture() -> ModuleType:
    spec = importlib.util.spec_from_file_location("picture", ROOT / "docs" / "picture.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """A PNG's chunks, each with a right checksum (RFC 2083, 3.2)."""
    assert png.startswith(SIGNATURE)
    found, at = [], len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", png, at + 8 + length)
        assert zlib.crc32(kind + content) == check
        found.append((kind, content))
        at += 12 + length
    assert found[-1] == (b"IEND", b"")
    return found


def rows(png: bytes) -> list[bytes]:
    """A PNG's filtered rows: alike only where nothing is drawn."""
    parts = chunks(png)
    width, height, depth, colour = struct.unpack(">IIBB", parts[0][1][:10])
    assert depth == 8
    length = 1 + width * {2: 3, 6: 4}[colour]
    pixels = zlib.decompress(b"".join(content for kind, content in parts if kind == b"IDAT"))
    assert len(pixels) == length * height
    return [pixels[at : at + length] for at in range(0, len(pixels), length)]


def test_the_example_is_an_advance_copy_that_says_so(picture: ModuleType) -> None:
    message = message_from_bytes(picture.example(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert str(message["Subject"]).startswith("EMBARGOED")
    plain = message.get_body(("plain",))
    assert plain is not None
    lines = [line for line in plain.get_content().splitlines() if line.strip()]
    assert "EMBARGO" in lines[0].upper()
    assert "EMBARGO" in lines[-1].upper()


@CHROMIUM
def test_the_picture_is_drawn_and_is_not_blank(picture: ModuleType, tmp_path: Path) -> None:
    drawn = tmp_path / "advisory.png"
    picture.draw(picture.example(), drawn)
    kind, header = chunks(drawn.read_bytes())[0]
    assert kind == b"IHDR"
    assert struct.unpack(">II", header[:8]) == picture.SIZE
    lines = rows(drawn.read_bytes())
    different = sum(one != other for one, other in pairwise(lines))
    assert different > len(lines) / 4
    assert len(set(b"".join(lines))) > 100


@CHROMIUM
def test_the_picture_shows_what_the_message_says(picture: ModuleType, tmp_path: Path) -> None:
    """Another subject is another picture: what is drawn comes from the message."""
    content = picture.example()
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    picture.draw(content, first)
    picture.draw(content.replace(b"EMBARGOED", b"PUBLISHED", 1), second)
    assert rows(first.read_bytes()) != rows(second.read_bytes())


def test_the_picture_in_the_readme_is_whole() -> None:
    kept = ROOT / "docs" / "advisory.png"
    assert len(set(b"".join(rows(kept.read_bytes())))) > 100
    assert "docs/advisory.png" in (ROOT / "README.md").read_text(encoding="utf-8")
