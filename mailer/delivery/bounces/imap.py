"""An IMAP mailbox (RFC 9051, and 3501), by imap-tools.

A message is fetched as octets and without being marked: the library's own parser is for messages
that mean no harm.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.consts import MailMessageFlags
from imap_tools.errors import ImapToolsError

from mailer.config.bounces import Bounces
from mailer.core.errors import MailerError

TIMEOUT_S = 60

_FAULTS = (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError)


class ImapError(MailerError):
    """The mailbox cannot be used: what the server said, or what went wrong."""


def look(config: Bounces, take: Callable[[bytes], None], most: int) -> int:
    """Take each new message, `most` octets of it, and mark or move it once that has returned.

    How many there were. With `imap_done` all in the folder are new, since what was taken is moved
    away; without it, those that are not seen. Raises ImapError, and at once whatever `take` raises.
    """
    with _told(config):
        box = _open(config)
    try:
        with _told(config):
            uids = box.uids("ALL" if config.imap_done else AND(seen=False), charset=None)
        for uid in uids:
            with _told(config):
                content = _fetch(box, uid, most)
            if content is not None:
                take(content)
            with _told(config):
                _put_away(box, uid, config.imap_done)
        return len(uids)
    finally:
        with suppress(*_FAULTS):
            box.logout()


def _open(config: Bounces) -> BaseMailBox:
    host, port = config.imap_host, config.imap_port
    secure = ssl.create_default_context()
    box: BaseMailBox
    match config.imap_tls:
        case "tls":
            box = MailBox(host, port, timeout=TIMEOUT_S, ssl_context=secure)
        case "starttls":
            box = MailBoxStartTls(host, port, timeout=TIMEOUT_S, ssl_context=secure)
        case _:
            box = MailBoxUnencrypted(host, port, timeout=TIMEOUT_S)
    try:
        box.login(config.imap_username, config.secret(), initial_folder=config.imap_folder)
    except BaseException:
        with suppress(*_FAULTS):
            box.client.shutdown()
        raise
    return box


def _fetch(box: BaseMailBox, uid: str, most: int) -> bytes | None:
    """A message's octets; None if it is gone."""
    status, answer = box.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{most}>)")
    if status != "OK":
        raise ValueError(f"FETCH {uid} was answered with {status}")
    return next((one[1] for one in answer or [] if isinstance(one, tuple)), None)


def _put_away(box: BaseMailBox, uid: str, folder: str) -> None:
    if folder:
        box.move(uid, folder)
    else:
        box.flag(uid, MailMessageFlags.SEEN, True)


@contextmanager
def _told(config: Bounces) -> Iterator[None]:
    """Whatever goes wrong with the mailbox, as an ImapError on one line, without the password."""
    try:
        yield
    except _FAULTS as error:
        said = " ".join(str(error).split()) or type(error).__name__
        if config.secret():
            said = said.replace(config.secret(), "…")
        raise ImapError(f"{config.imap_host}:{config.imap_port}: {said[:300]}") from None
