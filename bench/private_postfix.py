"""A Postfix of our own: on loopback, on a free port, in a temporary folder. Needs root.

`make bench` measures against it, and the tests of what comes back send through it.
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
from pathlib import Path

from mailer.core.errors import MailerError

MAIN = """
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
local_recipient_maps =
alias_maps =
alias_database =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
in_flow_delay = 0
maillog_file_prefixes = {folder}
maillog_file = {folder}/mail.log
"""
MASTER = """
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


@contextmanager
def running(settings: str) -> Iterator[int]:
    """Its port, while it runs; `settings` are further lines of its main.cf.

    MailerError, with its own words, if it does not start.
    """
    found = program("postfix")
    if found is None:
        raise MailerError("Postfix is not installed (Debian: apt install postfix)")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="postfix-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("conf", "queue", "data"):
            (folder / part).mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "conf" / "main.cf").write_text(MAIN.format(folder=folder) + settings)
        (folder / "conf" / "master.cf").write_text(MASTER.format(port=port))
        command = [found, "-c", str(folder / "conf")]
        started = subprocess.run([*command, "start"], capture_output=True, text=True)
        try:
            if started.returncode:
                raise MailerError(f"Postfix did not start: {started.stderr.strip()[-500:]}")
            wait_for(port, "Postfix", folder / "mail.log")
            yield port
        finally:
            subprocess.run([*command, "stop"], capture_output=True)


def program(name: str) -> str | None:
    """A program's path, on the PATH or where Debian keeps what only root usually runs."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"))
    return shutil.which(name, path=path)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_for(port: int, who: str, log: Path | None = None) -> None:
    """Until somebody listens on it; MailerError with the end of `log` after half a minute."""
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    said = log.read_text()[-2000:] if log and log.exists() else ""
    raise MailerError(f"{who} did not start; nobody listens on {port} {said}".strip())
