"""The whole way with real servers: a Postfix that bounces and delays, a Dovecot that keeps."""

import asyncio
import imaplib
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest
from bounce_office import SECTION
from needs import needs
from real_mail import PASSWORD, Dovecot, dovecot, missing, postfix
from returned import answer
from sqlmodel import select
from stories import approve, queue, send, states
from support import CONFIG, FakeClock, Sink, closed_port, make_office, open_office, relay

from mailer.app import App, collector
from mailer.core import verp
from mailer.ledger import consent
from mailer.ledger.tables import DeliveryRow

pytestmark = [
    needs("postfix", "apt install postfix"),
    needs("dovecot", "apt install dovecot-imapd dovecot-lmtpd"),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]

PEOPLE = """email,name
ann@gone.example,Ann
ben@refuses.example,Ben
cat@slow.example,Cat
dan@grey.example,Dan
eve@spamtrap.example,Eve
"""
WANTED = {
    ("ann@gone.example", "delivered"),
    ("ben@refuses.example", "bounced"),
    ("cat@slow.example", "delayed"),
    ("eve@spamtrap.example", "bounced"),
}


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Dovecot]:
    with dovecot() as one:
        yield one


def an_office(folder: Path, clock: FakeClock, relay: int, more: str) -> App:
    config = CONFIG.replace("connections = 2", 'connections = 2\nnotify = "success"')
    path = make_office(folder, config=config, national=PEOPLE)
    text = path.read_text()
    at = text.index("[[audience]]")
    path.write_text(f'{text[:at]}{SECTION}every = "1s"\n{more}\n{text[at:]}')
    return open_office(path, relay, clock)


def says(command: str, rcpt: str) -> str | None:
    """What the journalists' own servers say to Postfix."""
    return {
        "ben@refuses.example": "550 5.1.1 User unknown",
        "eve@spamtrap.example": "550 5.7.1 Blocked by our filter",
        "cat@slow.example": "450 4.4.1 Not now",
    }.get(rcpt if command == "RCPT" else "")


def told(app: App) -> set[tuple[str, str]]:
    return {(one.to, one.event) for one in app.desk.came_back()}


def collect(app: App, wanted: set[tuple[str, str]]) -> list[str]:
    """Take what comes back until all that is wanted has; what was said."""
    said: list[str] = []

    async def run() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(collector(app, said.append).run(stop))
        try:
            async with asyncio.timeout(60):
                while not wanted <= await asyncio.to_thread(told, app):
                    await asyncio.sleep(0.1)
        finally:
            stop.set()
            await running

    asyncio.run(run())
    return said


def holds(app: App) -> None:
    """The ledger ends as it should."""
    by_local = {local: state for (local, _), state in states(app).items()}
    assert by_local == {
        "ann": "accepted",
        "ben": "accepted",
        "cat": "accepted",
        "dan": "deferred",
        "eve": "accepted",
    }
    assert told(app) == WANTED
    pieces = {one.to.partition("@")[0]: one for one in app.desk.came_back()}
    assert {one.matched_by for one in pieces.values()} == {"envelope sender"}
    assert all(one.meant for one in pieces.values())
    assert (pieces["ben"].permanence, pieces["ben"].status) == ("permanent", "5.1.1")
    assert (pieces["eve"].permanence, pieces["eve"].status) == ("permanent", "5.7.1")
    assert (pieces["cat"].permanence, pieces["cat"].status) == ("temporary", "4.4.1")
    assert "User unknown" in pieces["ben"].diagnostic
    with app.database.read() as session:
        assert [row.email for row in consent.suppressions(session)] == ["ben@refuses.example"]


def test_bounces_by_lmtp_straight_from_postfix(tmp_path: Path, clock: FakeClock) -> None:
    lmtp = closed_port()
    with (
        relay(Sink(says)) as mx,
        postfix(lmtp, mx.port) as relay_port,
        an_office(tmp_path, clock, relay_port, f"lmtp_port = {lmtp}") as app,
    ):
        queue(app, ("national",), immediate=True)
        approve(app)
        send(app)
        collect(app, WANTED)
        holds(app)


def imap_keys(mailbox: Dovecot, user: str) -> str:
    return (
        f'imap_host = "127.0.0.1"\nimap_port = {mailbox.imap}\nimap_tls = "none"\n'
        f'imap_username = "{user}"\nimap_password = "{PASSWORD}"\n'
    )


def test_bounces_by_way_of_a_mailbox(tmp_path: Path, clock: FakeClock, mailbox: Dovecot) -> None:
    with (
        relay(Sink(says)) as mx,
        postfix(mailbox.lmtp, mx.port) as relay_port,
        an_office(tmp_path, clock, relay_port, imap_keys(mailbox, "bounces")) as app,
    ):
        queue(app, ("national",), immediate=True)
        approve(app)
        send(app)
        collect(app, WANTED)
        holds(app)


# --- the mailbox itself -----------------------------------------------------------------------


def deliver(mailbox: Dovecot, user: str, *messages: bytes) -> None:
    with smtplib.LMTP("127.0.0.1", mailbox.lmtp, timeout=20) as client:
        for message in messages:
            client.sendmail("", [f"{user}@press.lantern.example"], message)


def flags(mailbox: Dovecot, user: str, folder: str = "INBOX") -> list[bool]:
    """Whether each message in a folder is seen."""
    with imaplib.IMAP4("127.0.0.1", mailbox.imap, timeout=20) as client:
        client.login(user, PASSWORD)
        _, (number,) = client.select(folder, readonly=True)
        if number == b"0":
            return []
        _, found = client.fetch("1:*", "(FLAGS)")
        return [b"\\Seen" in one for one in found if isinstance(one, bytes)]


def once(app: App) -> tuple[bool, list[str]]:
    said: list[str] = []
    return asyncio.run(collector(app, said.append).once()), said


def a_row(app: App) -> DeliveryRow:
    queue(app, ("national",), immediate=True)
    with app.database.read() as session:
        found = session.exec(select(DeliveryRow)).first()
        assert found is not None
        return found


def test_what_was_recorded_is_marked_as_read_and_only_once_taken(
    tmp_path: Path, clock: FakeClock, mailbox: Dovecot
) -> None:
    hostile = b"Content-Type: message/rfc822\r\n\r\n" * 3000 + b"Subject: x\r\n\r\n"
    with an_office(tmp_path, clock, 1, imap_keys(mailbox, "marked")) as app:
        row = a_row(app)
        deliver(mailbox, "marked", answer("x@y.example", row, "X-Autoreply: yes"), hostile)
        assert flags(mailbox, "marked") == [False, False]
        assert once(app)[0]
        assert flags(mailbox, "marked") == [True, True]
        assert told(app) == {(row.email, "auto-reply")}
        assert once(app) == (True, [])


def test_a_mail_in_the_mailbox_to_the_address_to_leave_by_unsubscribes(
    tmp_path: Path, clock: FakeClock, mailbox: Dovecot
) -> None:
    with an_office(tmp_path, clock, 1, imap_keys(mailbox, "leaving")) as app:
        row = a_row(app)
        token = verp.token(row.id or 0, app.database.link_key, verp.Use.LEAVING)
        to = verp.verp("bounces", "press.lantern.example", token)
        head = f"From: {row.email}\r\nTo: {to}\r\nSubject: unsubscribe\r\n\r\n"
        deliver(mailbox, "leaving", head.encode())
        assert once(app)[0]
        assert told(app) == {(row.email, "unsubscribed")}
        with app.database.read() as session:
            assert [one.email for one in consent.suppressions(session)] == [row.email]


def test_what_was_recorded_is_moved_where_that_is_wished(
    tmp_path: Path, clock: FakeClock, mailbox: Dovecot
) -> None:
    with imaplib.IMAP4("127.0.0.1", mailbox.imap, timeout=20) as client:
        client.login("moved", PASSWORD)
        client.create("Done")
    more = imap_keys(mailbox, "moved") + 'imap_done = "Done"\n'
    with an_office(tmp_path, clock, 1, more) as app:
        deliver(mailbox, "moved", answer("x@y.example", a_row(app), "X-Autoreply: yes"))
        assert once(app)[0]
        assert flags(mailbox, "moved") == []
        assert len(flags(mailbox, "moved", "Done")) == 1


def test_a_mailbox_that_refuses_us_is_said_without_the_password(
    tmp_path: Path, clock: FakeClock, mailbox: Dovecot
) -> None:
    wrong = imap_keys(mailbox, "refused").replace(PASSWORD, "hunter2")
    with an_office(tmp_path, clock, 1, wrong) as app:
        done, said = once(app)
        assert not done
        (line,) = said
        assert line.startswith(f"bounces: imap: 127.0.0.1:{mailbox.imap}: ")
        assert "hunter2" not in line
    gone = imap_keys(mailbox, "x").replace(str(mailbox.imap), str(closed_port()))
    with an_office(tmp_path / "other", clock, 1, gone) as app:
        assert "Connection refused" in once(app)[1][0]
