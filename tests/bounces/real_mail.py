"""Real mail servers for tests: a Postfix as the relay, a Dovecot as the mailbox of bounces.

Each is an instance of its own, on loopback, in a temporary folder; both need root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from needs import find
from support import closed_port

from bench import private_postfix
from bench.private_postfix import wait_for

PASSWORD = "wellknown"

_RELAY = """
recipient_delimiter = +
default_transport = error:5.1.2 no such domain here
transport_maps = inline:{{
    {{gone.example=discard:}},
    {{refuses.example=smtp:[127.0.0.1]:{mx}}},
    {{spamtrap.example=smtp:[127.0.0.1]:{mx}}},
    {{slow.example=smtp:[127.0.0.1]:{mx}}},
    {{press.lantern.example=lmtp:inet:127.0.0.1:{lmtp}}} }}
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{grey.example=DEFER 4.7.1 Greylisted}} }}, permit_mynetworks
smtpd_delay_reject = no
lmtp_destination_recipient_limit = 1
delay_warning_time = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""
_DOVECOT = """
protocols = imap lmtp
base_dir = {folder}/run
log_path = {folder}/dovecot.log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
auth_username_format = %Ln
recipient_delimiter = +
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%n
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%n allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


def missing() -> str:
    """Why they cannot run here, or ""."""
    return "" if os.geteuid() == 0 else "needs root"


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running Dovecot: where it takes mail, and where it is read."""

    lmtp: int
    imap: int
    folder: Path


@contextmanager
def postfix(lmtp: int, mx: int) -> Iterator[int]:
    """A Postfix on a port: it sends by way of `mx`, and hands what comes back to an LMTP port."""
    with private_postfix.running(_RELAY.format(lmtp=lmtp, mx=mx)) as port:
        yield port


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot with any mailbox, whose password is `PASSWORD`."""
    program = find("dovecot")
    assert program is not None
    lmtp, imap = closed_port(), closed_port()
    with tempfile.TemporaryDirectory(prefix="dovecot-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        shutil.chown(folder / "mail", "nobody")
        config = folder / "dovecot.conf"
        config.write_text(_DOVECOT.format(folder=folder, lmtp=lmtp, imap=imap, password=PASSWORD))
        process = subprocess.Popen([program, "-F", "-c", str(config)])
        try:
            for port in (lmtp, imap):
                wait_for(port, "Dovecot", folder / "dovecot.log")
            yield Dovecot(lmtp, imap, folder)
        finally:
            process.terminate()
            process.wait(timeout=60)
