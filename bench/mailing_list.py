"""GNU Mailman 3, one posting to a list, by its own commands out of an environment of its own.

`python -m bench.mailing_list PORT MESSAGES`. As it sends one message to each member (VERP at every
delivery): a posting goes through one runner and one session, however many runners there are. What
counts is what Mailman's log says that the delivery took; making the list and its members does not.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from email.message import EmailMessage
from pathlib import Path

from bench.surroundings import PARAGRAPH, PARAGRAPHS, PEERS
from mailer.core.errors import MailerError

LIST = "bench@daily.example"
CONFIG = """
[mailman]
layout: bench
site_owner: press@bench.example
[paths.bench]
var_dir: {folder}/var
bin_dir: {peers}
[mta]
incoming: mailman.mta.null.NullMTA
smtp_host: 127.0.0.1
smtp_port: {port}
max_sessions_per_connection: 0
verp_delivery_interval: 1
[database]
url: sqlite:///{folder}/var/mailman.db
"""
_COMPLETED_RE = re.compile(r"for (\d+) recips, completed in ([\d.]+) seconds")


def main() -> None:
    """Make the list, post to it, and say how long the delivery took."""
    port, messages = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="bench-mailman-") as name:
        print(json.dumps(measure(Path(name), port, messages)))


def measure(folder: Path, port: int, messages: int) -> dict[str, float]:
    """One posting, on a database of its own. Raises MailerError unless all of it was delivered."""
    (folder / "var").mkdir()
    config, people, posting = folder / "mailman.cfg", folder / "people", folder / "posting.eml"
    config.write_text(CONFIG.format(folder=folder, peers=PEERS, port=port))
    people.write_text("".join(f"Name {n} <n{n}@daily.example>\n" for n in range(messages)))
    posting.write_bytes(_posting())

    def mailman(*words: object) -> None:
        _run(PEERS / "mailman", "--run-as-root", "-C", config, *words)

    mailman("create", "--domain", LIST)
    mailman("addmembers", "--no-welcome-msg", people, LIST)
    mailman("inject", "--queue", "pipeline", "--filename", posting, LIST)
    for runner in ("pipeline", "out"):
        _run(PEERS / "runner", "-C", config, "--runner", f"{runner}:0:1", "--once")
    log = (folder / "var" / "logs" / "smtp.log").read_text()
    sent, seconds = (_COMPLETED_RE.findall(log) or [("0", "0")])[-1]
    if int(sent) != messages or "failed" in log:
        raise MailerError(f"Mailman delivered {sent} of {messages}: {log.strip()[-500:]}")
    return {"messages": messages, "seconds": float(seconds)}


def _run(*words: object) -> None:
    done = subprocess.run([*map(str, words)], capture_output=True, text=True)
    if done.returncode:
        raise MailerError(f"{words[0]}: {(done.stderr or done.stdout).strip()[-500:]}")


def _posting() -> bytes:
    message = EmailMessage()
    message["From"] = "Bench <press@bench.example>"
    message["To"] = LIST
    message["Subject"] = "A message of ordinary length"
    message["Message-ID"] = "<1@bench.example>"
    body = f"{PARAGRAPH}\n\n" * PARAGRAPHS
    message.set_content(body)
    page = "".join(f"<p>{part}</p>" for part in body.split("\n\n"))
    message.add_alternative(page, subtype="html")
    return message.as_bytes()


if __name__ == "__main__":
    main()
