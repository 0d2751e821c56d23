"""`mailer bounces` as it is typed."""

import json
import subprocess
import sys
from pathlib import Path

from notice_samples import SAMPLES
from test_bounce_words import a_notice

from mailer.delivery.bounces import mime


def mailer(*words: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mailer", "bounces", *words],
        input=text,
        capture_output=True,
        timeout=60,
    )


def test_one_message_as_json_and_in_words(tmp_path: Path) -> None:
    file = tmp_path / "notice.eml"
    file.write_bytes(a_notice(SAMPLES[0][1], SAMPLES[0][2]))
    expected = {
        "kind": "dsn",
        "recipients": [
            {
                "address": "ann@daily.example",
                "action": "failed",
                "permanence": "permanent",
                "status": "5.1.1",
                "diagnostic": "Sorry, no mailbox here by that name. (#5.1.1)",
            }
        ],
    }
    assert json.loads(mailer("read", str(file), "--json").stdout) == expected
    piped = mailer("read", "-", "--json", text=file.read_bytes())
    assert json.loads(piped.stdout) == expected
    assert mailer("read", str(file)).stdout.decode() == (
        "a notice of what became of a copy\n"
        "ann@daily.example: failed, permanent 5.1.1\n"
        "  Sorry, no mailbox here by that name. (#5.1.1)\n"
    )


def test_needs_no_configuration_and_shows_nothing_active() -> None:
    text = b"From: MAILER-DAEMON@x.example\n\nnot delivered to\n<a@b.example>: 550 no "
    text += b"\x1b[2J\xe2\x80\xae\n"
    done = mailer("read", "-", text=text + b"x" * (mime.MOST_OCTETS + 10))
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert "a@b.example: failed, permanent" in done.stdout.decode()


def test_a_file_that_is_not_there_is_refused() -> None:
    done = mailer("read", "nowhere.eml")
    assert done.returncode == 1
    assert done.stderr == b"mailer: nowhere.eml: No such file or directory\n"
