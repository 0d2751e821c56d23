"""Lists as files that are replaced: whole or not at all, and the one before is kept.

A list's earlier versions lie beside it in `kept/`, each named after the list and the instant (UTC)
at which it was replaced.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailer.core.errors import ListError
from mailer.core.inert import no_formula
from mailer.core.listchange import COLUMNS, cells
from mailer.core.model import Contact

KEPT = "kept"
_STAMP = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, slots=True)
class Kept:
    """An earlier version of a list, and when it was replaced (UTC)."""

    path: Path
    replaced_at: datetime


def digest(path: Path) -> str:
    """The SHA-256 of a file; empty if there is none. Raises ListError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ListError(f"{path.name}: cannot be read: {error.strerror}; check the file") from error


def write_csv(path: Path, contacts: Iterable[Contact]) -> None:
    """Write contacts as a CSV list. No cell can begin a formula in a spreadsheet (CWE-1236)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(no_formula, cells(contact)) for contact in contacts)


def replace(target: Path, content: Path, now: datetime) -> Path | None:
    """Put `content` in the place of a list in one step; where the old one is kept, if there was.

    A reader sees the old list or the new one, never a part; after a power cut, one of the two.
    Raises ListError, and leaves the list as it was, if a file cannot be written.
    """
    target = target.resolve()
    new = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        shutil.copyfile(content, new)
        if target.exists():
            shutil.copymode(target, new)
        _sync(new)
        kept = _keep(target, now)
        new.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise ListError(f"{target.name}: cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
    return kept


def versions(target: Path) -> list[Kept]:
    """The earlier versions of a list that are kept, the newest first."""
    target = target.resolve()
    named = re.compile(
        re.escape(target.stem) + r"\.(\d{8}T\d{6}\.\d{6}Z)" + re.escape(target.suffix)
    )
    found = []
    folder = target.parent / KEPT
    for path in folder.iterdir() if folder.is_dir() else ():
        match = named.fullmatch(path.name)
        if match and path.is_file() and not path.is_symlink():
            replaced_at = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
            found.append(Kept(path, replaced_at))
    return sorted(found, key=lambda kept: kept.replaced_at, reverse=True)


def _keep(target: Path, now: datetime) -> Path | None:
    if not target.exists():
        return None
    folder = target.parent / KEPT
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = now.astimezone(UTC).strftime(_STAMP)
    kept = folder / f"{target.stem}.{stamp}{target.suffix}"
    shutil.copy2(target, kept)
    _sync(kept)
    return kept


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
