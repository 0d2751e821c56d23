"""`mailer bounces` as it is typed."""

import json
import subprocess
import sys
from pathlib import Path

from bounce_office import open_bounce_office
from notice_samples import SAMPLES
from returned import bounce_address, report
from support import FakeClock
from test_bounce_words import a_notice

from mailer.delivery.bounces import mime


def mailer(
    *words: str, text: bytes = b"", config: str = "config.toml"
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mailer", "--config", config, "bounces", *words],
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


def test_taken_from_a_pipe_and_listed(tmp_path: Path, clock: FakeClock) -> None:
    with open_bounce_office(tmp_path, clock) as office:
        row = office.row("cy@daily.example")
        to = bounce_address(office.app.database, row.id or 0)
        config = str(office.app.config.path)
    content = report(to, "cy@daily.example")
    said = mailer("take", text=content, config=config)
    assert said.returncode == 0
    assert said.stdout.decode().startswith("dsn, about a copy to cy@daily.example: bounced; supp")
    again = mailer("take", text=content, config=config)
    assert again.stdout == b"taken before; nothing was added\n"
    listed = mailer("list", "--contact", "CY@daily.example", "--json", config=config)
    (told,) = json.loads(listed.stdout)
    assert (told["event"], told["status"], told["to"]) == ("bounced", "5.1.1", "cy@daily.example")
    shown = mailer("list", config=config).stdout.decode()
    assert "cy@daily.example: bounced: permanent 5.1.1 550 5.1.1 User unknown\n" in shown
    assert mailer("list", "--contact", "nobody@x.example", config=config).stdout == (
        b"Nothing has come back.\n"
    )


def test_never_lost_by_a_pipe_when_it_cannot_be_recorded(tmp_path: Path) -> None:
    done = mailer("take", text=b"Subject: x\n\nx", config=str(tmp_path / "none.toml"))
    assert done.returncode == 75
    assert done.stderr.startswith(b"mailer: not taken: ")


def test_a_file_that_is_not_there_is_refused() -> None:
    done = mailer("read", "nowhere.eml")
    assert done.returncode == 1
    assert done.stderr == b"mailer: nowhere.eml: No such file or directory\n"
