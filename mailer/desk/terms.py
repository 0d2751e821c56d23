"""The office's embargo terms: a Markdown file, and the same in other languages beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from mailer.core.errors import MailerError

LONGEST = 200_000
"""Octets of a file of terms."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms as they are now. `digest` (SHA-256, hexadecimal) is their version."""

    language: str
    text: str
    digest: str


def read(file: Path, language: str, usual: str) -> Terms:
    """The terms in a language (`terms.fr.md` beside `terms.md`), or else the file itself.

    `usual` is the language of the file itself. Raises MailerError if it cannot be read.
    """
    own = file.with_suffix(f".{language}{file.suffix}")
    if language == usual or not own.is_file():
        own, language = file, usual
    try:
        with own.open("rb") as stream:
            content = stream.read(LONGEST + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise MailerError(f"[embargo] terms: {own}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise MailerError(f"[embargo] terms: {own}: is not UTF-8; save it as UTF-8") from None
    if len(content) > LONGEST:
        raise MailerError(f"[embargo] terms: {own}: longer than {LONGEST} octets; shorten it")
    return Terms(language, text, hashlib.sha256(text.encode()).hexdigest())
