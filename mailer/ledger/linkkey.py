"""The key that the links in messages are made with: a file beside the ledger, and never in it.

Who reads a copy of the ledger can therefore make no link. If the file is lost, links that were
sent still work (the ledger has their hashes), and `renew` gives new ones to what has not left.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from mailer.core import links, states
from mailer.core.errors import LedgerError
from mailer.ledger.tables import DeliveryRow

INFO = "link key"
"""Where a session of the ledger has what reads it, in `Session.info`."""


def file_beside(ledger: Path) -> Path:
    """The file of a ledger's link key."""
    return ledger.with_name(f"{ledger.name}.link-key")


def make_beside(ledger: Path) -> None:
    """Make a ledger's link key where there is none; the file is for its owner only."""
    file = file_beside(ledger)
    if not file.exists():
        _make(file)


def key_beside(ledger: Path) -> bytes:
    """A ledger's link key. Raises OSError, or LedgerError for a file that holds no key."""
    file = file_beside(ledger)
    try:
        key = bytes.fromhex(file.read_text("ascii"))
    except ValueError:
        key = b""
    if len(key) != links.KEY_OCTETS:
        raise LedgerError(f"{file}: this is no link key; put it back from a backup, or remove it")
    return key


def _make(file: Path) -> None:
    """Write a new key whole, or leave the one that another process has just written."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    opened = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(opened, "w") as new:
            new.write(f"{secrets.token_hex(links.KEY_OCTETS)}\n")
            new.flush()
            os.fsync(new.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()


def of(session: Session) -> bytes:
    """The link key of the ledger that a session is on."""
    key = session.info[INFO]()
    assert isinstance(key, bytes)
    return key


def renew(session: Session) -> None:
    """Give what has not left yet the links of this key; nothing else made them or will."""
    key = of(session)
    waiting = select(DeliveryRow.id, DeliveryRow.message_id).where(
        col(DeliveryRow.state).in_(states.UNSENT)
    )
    found = [
        {"one": one, "kept": links.kept(key, message_id)}
        for one, message_id in session.exec(waiting)
    ]
    if found:
        by_id = update(DeliveryRow.__table__).where(col(DeliveryRow.id) == bindparam("one"))  # type: ignore[attr-defined]
        session.connection().execute(by_id.values(link=bindparam("kept")), found)
