"""The files that go with an advisory: read when it is queued, never from outside its folder."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from pathlib import Path

from mailer.core.errors import DocumentError
from mailer.core.model import Attachment

MAX_TOTAL = 20_000_000
"""Octets of all attachments together; few newsrooms take a larger mail."""


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
        if total > MAX_TOTAL:
            raise DocumentError(
                f'attachment "{name}": the attachments are larger than '
                f"{MAX_TOTAL // 1_000_000} MB together; send a link instead"
            )
        if any(path.name == other.name for other in loaded):
            raise DocumentError(f'attachment "{name}": two attachments have this name')
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        loaded.append(Attachment(path.name, kind, path.read_bytes()))
    return tuple(loaded)
