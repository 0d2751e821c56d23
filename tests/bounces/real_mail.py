"""Real mail servers for tests: a Postfix as the relay, a Dovecot as the mailbox of bounces.

Each is an instance of its own, on loopback, in a temporary folder; both need root.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from needs import find
from support import closed_port

PASSWORD = "wellknown"

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.lantern.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
recipient_delimiter = +
default_transport = error:5.1.2 no such domain here
transport_maps = inline:{{
    {{gone.example=discard:}},
    {{refuses.example=smtp:[127.0.0.1]:{mx}}},
    {{spamtrap.example=smtp:[127.0.0.1]:{mx}}},
    {{slow.example=smtp:[127.0.0.1]:{mx}}},
    {{press.lantern.example=lmtp:inet:127.0.0.1:{lmtp}}} }}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{grey.example=DEFER 4.7.1 Greylisted}} }}, permit_mynetworks
smtpd_peername_lookup = no
smtpd_delay_reject = no
lmtp_destination_recipient_limit = 1
delay_warning_time = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
in_flow_delay = 0
maillog_file_prefixes = {folder}
maillog_file = {folder}/mail.log
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
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
    program = find("postfix")
    assert program is not None
    port = closed_port()
    with tempfile.TemporaryDirectory(prefix="postfix-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("conf", "queue", "data"):
            (folder / part).mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "conf" / "main.cf").write_text(_MAIN.format(folder=folder, lmtp=lmtp, mx=mx))
        (folder / "conf" / "master.cf").write_text(_MASTER.format(port=port))
        command = [program, "-c", str(folder / "conf")]
        started = subprocess.run([*command, "start"], capture_output=True, text=True)
        try:
            assert started.returncode == 0, started.stderr
            _wait_for(port, folder / "mail.log")
            yield port
        finally:
            subprocess.run([*command, "stop"], capture_output=True)


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
                _wait_for(port, folder / "dovecot.log")
            yield Dovecot(lmtp, imap, folder)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_for(port: int, log: Path) -> None:
    for _ in range(400):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text() if log.exists() else f"nobody listens on {port}")
