"""The files that pages need, read once at start: no path from a browser ever reaches the disk.

Each is addressed with a hash of its content and may be kept for ever; a new one has a new address.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    digest: str


def _files() -> dict[str, _File]:
    folder = Path(__file__).parent / "static"
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    return {
        name: _File(content, _TYPES[Path(name).suffix], hashlib.sha256(content).hexdigest()[:16])
        for name, content in contents.items()
        if Path(name).suffix in _TYPES
    }


_FILES = _files()


def address(name: str) -> str:
    """A file's address; KeyError for one that is not there."""
    return f"/static/{name}?v={_FILES[name].digest}"


@router.get("/static/{name:path}")
def static(name: str, v: str = "") -> Response:
    """One of the files."""
    file = _FILES.get(name)
    if file is None:
        raise HTTPException(404)
    kept = "public, max-age=31536000, immutable" if v == file.digest else "no-cache"
    return Response(file.content, media_type=file.media_type, headers={"Cache-Control": kept})
