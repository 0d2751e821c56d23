"""The files that go with an advisory: read when it is queued, never from outside its folder."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from pathlib import Path

from mailer.core.errors import DocumentError
from mailer.core.inert import brief
from mailer.core.model import Attachment

MAX_TOTAL = 20_000_000
"""Octets of all attachments together; few newsrooms take a larger mail."""

LONGEST_NAME = 200
"""Characters of a file's name."""


def load(folder: Path, names: Iterable[str]) -> tuple[Attachment, ...]:
    """Read each named file of `folder`; DocumentError for one missing, outside or too large.

    Symbolic links are followed before the question whether a file lies inside is asked.
    """
    root = folder.resolve()
    loaded: list[Attachment] = []
    total = 0
    for name in names:
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise DocumentError(f'attachment "{name}": outside the advisory\'s folder {folder}')
        if not path.is_file():
            raise DocumentError(f'attachment "{name}": there is no such file in {folder}')
        total += path.stat().st_size
        _held_to(total, name)
        if any(path.name == other.name for other in loaded):
            raise DocumentError(f'attachment "{name}": two attachments have this name')
        loaded.append(_attachment(path.name, path.read_bytes()))
    return tuple(loaded)


def uploaded(name: str, content: bytes) -> Attachment:
    """A file that came with its name; DocumentError for a name that is none, or a path.

    The name is only ever a name: no file of it is opened or written on this machine.
    """
    if not name.strip(" .") or len(name) > LONGEST_NAME or not name.isprintable():
        raise DocumentError(
            f'attachment "{brief(name)}": its name is empty, too long or not printable; rename it'
        )
    if set(name) & set("/\\:") or name.startswith("."):
        raise DocumentError(f'attachment "{brief(name)}": its name is a path; rename the file')
    return _attachment(name, content)


def held_together(files: Iterable[tuple[str, int]]) -> None:
    """DocumentError if these files (name, octets) are too large together."""
    total = 0
    for name, size in files:
        total += size
        _held_to(total, name)


def _held_to(total: int, name: str) -> None:
    if total > MAX_TOTAL:
        raise DocumentError(
            f'attachment "{name}": the attachments are larger than '
            f"{MAX_TOTAL // 1_000_000} MB together; send a link instead"
        )


def _attachment(name: str, content: bytes) -> Attachment:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Attachment(name, kind, content)
