"""What takes bounces, as a process beside a real `mailer run`."""

import os
import signal
import smtplib
import subprocess
import sys
from pathlib import Path

from bounce_office import open_bounce_office
from returned import bounce_address, report
from support import ROOT, FakeClock, closed_port


def lines_until(process: subprocess.Popen[str], word: str) -> list[str]:
    assert process.stdout is not None
    seen: list[str] = []
    for line in process.stdout:
        seen.append(line)
        if word in line:
            return seen
    raise AssertionError("".join(seen))


def test_a_run_takes_bounces_beside_the_sending_and_ends_with_it(
    tmp_path: Path, clock: FakeClock
) -> None:
    port = closed_port()
    more = f'lmtp_port = {port}\nevery = "1s"\n'
    with open_bounce_office(tmp_path, clock, more=more) as office:
        row = office.row("cy@daily.example")
        to = bounce_address(office.app.database, row.id or 0)
        config = str(office.app.config.path)
    command = [sys.executable, "-m", "mailer", "--config", config, "run", "--no-console"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as run:
        try:
            lines_until(run, "bounces: lmtp: listening")
            with smtplib.LMTP("127.0.0.1", port, timeout=60) as client:
                assert client.sendmail("", [to], report(to, "cy@daily.example")) == {}
            said = lines_until(run, "about a copy to")[-1]
            assert "bounces: lmtp: dsn, about a copy to cy@daily.example: bounced" in said
        finally:
            run.send_signal(signal.SIGTERM)
            rest = run.stdout.read() if run.stdout else ""
        assert run.wait(timeout=60) == 0, rest
    assert "started again" not in rest


def test_where_nothing_is_configured_it_says_so(tmp_path: Path, clock: FakeClock) -> None:
    with open_bounce_office(tmp_path, clock) as office:
        config = str(office.app.config.path)
    command = [sys.executable, "-m", "mailer", "--config", config, "bounces", "run", "--once"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr == (
        "mailer: there is nowhere to take bounces from; set maildir, imap_host or lmtp_port in "
        "[bounces]\n"
    )
