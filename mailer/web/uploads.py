"""Lists that were uploaded and not yet put in their place: kept for an hour beside the ledger.

A file is named by its content's SHA-256 and its kind; no name from a browser reaches the disk.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import time
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from mailer.core.errors import ListError
from mailer.desk.lists import KINDS

LARGEST = 16_000_000
"""Octets of a list that is uploaded."""

LARGEST_UNPACKED = 50_000_000
"""Octets that all parts of a spreadsheet come to: reading more would take too long for a page."""

KEPT_S = 3600
_NAME = re.compile(rf"[0-9a-f]{{64}}({'|'.join(map(re.escape, KINDS))})", re.ASCII)


class Uploads:
    """The folder of uploads. It and what is in it are for its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, stream: BinaryIO, now: datetime) -> str:
        """Keep an upload; by what it is called here. `name` is the browser's, for its kind alone.

        `now` is an aware instant, from which its hour counts.
        Raises ListError for one that is no list, is empty or is too large.
        """
        kind = Path(name.replace("\\", "/")).suffix.lower()
        if kind not in KINDS:
            raise ListError(f"not a kind of list; save it as one of {', '.join(KINDS)}")
        content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ListError(f"a list that is uploaded has at most {LARGEST // 1_000_000} MB")
        if not content:
            raise ListError("the file is empty; choose another")
        if kind == ".xlsx":
            _held_together(content)
        called = hashlib.sha256(content).hexdigest() + kind
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget_old(now)
        path = self._folder / called
        new = path.with_name(f"{called}.{os.getpid()}.{time.monotonic_ns()}")
        descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.utime(new, (now.timestamp(), now.timestamp()))
        new.replace(path)
        return called

    def path(self, called: str) -> Path:
        """The file of an upload. Raises ListError if it is not there (any more)."""
        path = self._folder / called if _NAME.fullmatch(called) else None
        if path is None or not path.is_file():
            raise ListError("that upload is not kept any more; upload the list again")
        return path

    def drop(self, called: str) -> None:
        """An upload that has served."""
        self.path(called).unlink(missing_ok=True)

    def _forget_old(self, now: datetime) -> None:
        for path in self._folder.iterdir():
            with suppress(OSError):
                if now.timestamp() - path.stat().st_mtime > KEPT_S:
                    path.unlink()


def _held_together(content: bytes) -> None:
    """Refuse a spreadsheet that unpacks to too much. Python unpacks no more than its index says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return  # what it is instead is told when it is read
    if size > LARGEST_UNPACKED:
        raise ListError(
            f"it unpacks to over {LARGEST_UNPACKED // 1_000_000} MB; save it as CSV UTF-8"
        )
