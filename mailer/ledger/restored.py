"""A backup that was put back: it must never be run on as if it were the ledger.

It does not know what was sent since it was made, and would send it again. So a run notes in a file
beside the ledger how far it has come; a ledger that has not come so far is an older one. Another
machine has no such note, and nothing can tell it there.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from mailer.core.errors import LedgerError

_COME = """
SELECT id FROM attempt WHERE phase IN ('text begun', 'dot sent', 'answered')
ORDER BY id DESC LIMIT 1
"""
"""The newest attempt whose text may have left. It is durable before that, so that not even a power
cut makes a ledger look older than it is."""


def note_of(ledger: Path) -> Path:
    """The file beside a ledger that says how far it had come."""
    return ledger.with_name(f"{ledger.name}.reached")


def come(session: Session) -> int:
    """How far the ledger has come; it only ever grows."""
    return int(session.execute(text(_COME)).scalar() or 0)


def note(ledger: Path, reached: int) -> None:
    """Note how far the ledger has come. Sending does not wait for it: a full disk is no error."""
    path = note_of(ledger)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        new.write_text(str(reached))
        new.replace(path)


def refuse_older(ledger: Path) -> None:
    """Raises LedgerError if this ledger has not come as far as was noted of it.

    One with nothing to send is a new one, and is never refused.
    """
    try:
        known = int(note_of(ledger).read_text())
        with closing(
            sqlite3.connect(f"{ledger.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            [sends] = connection.execute("SELECT EXISTS (SELECT 1 FROM dispatch)").fetchone()
            reached = connection.execute(_COME).fetchone() or (0,)
    except (OSError, ValueError, sqlite3.Error):
        return  # no note, or no ledger; whoever opens it says what is wrong with it
    if sends and reached[0] < known:
        raise LedgerError(
            f"{ledger}: is older than what was sent from it: a backup was put back, and would send"
            " again what went since. Put back the newest ledger; if it is lost, hold or cancel"
            f" what must not go twice, then remove {note_of(ledger)}"
        )
