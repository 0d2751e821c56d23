"""The places that bounces are taken from: real folders, real sockets, a real relay."""

import asyncio
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from bounce_office import Office, open_bounce_office
from returned import answer, bounce_address, report
from support import FakeClock, Sink, closed_port

from mailer.app import collector
from mailer.core.errors import LedgerError
from mailer.delivery.bounces.collecting import Collector

CY, DI = "cy@daily.example", "di@daily.example"


@dataclass
class Place:
    """An office with a Maildir and an LMTP port, and what its collector said."""

    office: Office
    maildir: Path
    port: int
    said: list[str] = field(default_factory=list)

    def collector(self) -> Collector:
        return collector(self.office.app, self.said.append)

    def look(self) -> bool:
        return asyncio.run(self.collector().once())

    def put(self, name: str, content: bytes) -> None:
        (self.maildir / "new" / name).write_bytes(content)

    def names(self, folder: str) -> list[str]:
        return sorted(file.name for file in (self.maildir / folder).iterdir())

    def report(self, email: str = CY, **said: str) -> bytes:
        row = self.office.row(email)
        return report(bounce_address(self.office.app.database, row.id or 0), email, **said)


@pytest.fixture
def place(tmp_path: Path, clock: FakeClock, sink: Sink) -> Iterator[Place]:
    maildir = tmp_path / "Maildir"
    for folder in ("new", "cur", "tmp"):
        (maildir / folder).mkdir(parents=True)
    port = closed_port()
    more = f'maildir = "{maildir}"\nlmtp_port = {port}\nevery = "1s"\n'
    with open_bounce_office(tmp_path / "office", clock, more=more, port=sink.port) as office:
        yield Place(office, maildir, port)


def test_a_maildir_is_emptied_into_the_ledger(place: Place) -> None:
    place.put("1.M1.host", place.report())
    place.put("2.M2.host:2,", answer("x@y.example", place.office.row(DI), "X-Autoreply: yes"))
    assert place.look()
    assert place.names("new") == []
    assert place.names("cur") == ["1.M1.host:2,S", "2.M2.host:2,S"]
    assert [told.event for told in place.office.told(CY)] == ["bounced"]
    assert [told.event for told in place.office.told(DI)] == ["auto-reply"]
    assert place.said[0].startswith("bounces: maildir: dsn, about a copy to cy@daily.example")


def test_never_moved_before_it_is_recorded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_: object, **__: object) -> None:
        raise LedgerError("the ledger is locked")

    place.put("1.M1.host", place.report())
    one = place.collector()
    with monkeypatch.context() as broken:
        broken.setattr(type(place.office.app.desk), "take", no)
        assert not asyncio.run(one.once())
        assert not asyncio.run(one.once())
    assert place.names("new") == ["1.M1.host"]
    assert place.said == ["bounces: maildir: the ledger is locked; trying on, nothing is lost"]
    assert asyncio.run(one.once())
    assert place.names("new") == []
    assert place.said[-1] == "bounces: maildir: works again"


def test_a_file_that_cannot_be_read_keeps_no_other_waiting(place: Place) -> None:
    (place.maildir / "new" / "0.M0.host").mkdir()
    place.put("1.M1.host", place.report())
    assert not place.look()
    assert place.names("cur") == ["1.M1.host:2,S"]
    assert "Is a directory" in place.said[-1]


def test_a_maildir_that_is_not_there_is_said_once_and_stops_nothing_else(
    place: Place, sink: Sink
) -> None:
    place.office.take(answer("x@y.example", place.office.row(CY)))
    (place.maildir / "new").rename(place.maildir / "away")
    one = place.collector()
    for _ in range(3):
        assert not asyncio.run(one.once())
    assert len([said for said in place.said if "maildir" in said]) == 1
    assert [taken.rcpt_to for taken in sink.taken] == ["duty@lantern.example"]


# --- LMTP -------------------------------------------------------------------------------------


def over_lmtp(place: Place, deed: Callable[[smtplib.LMTP], object]) -> None:
    """Do something at the listener while the collector runs."""

    def talk() -> None:
        with smtplib.LMTP("127.0.0.1", place.port, timeout=20) as client:
            deed(client)

    async def run() -> None:
        stop, one = asyncio.Event(), place.collector()
        running = asyncio.create_task(one.run(stop))
        await listening(place)
        try:
            await asyncio.to_thread(talk)
        finally:
            stop.set()
            await running

    asyncio.run(run())


async def listening(place: Place) -> None:
    async with asyncio.timeout(20):
        while not any("listening" in said for said in place.said):
            await asyncio.sleep(0.01)


def test_by_lmtp_and_250_only_once_it_is_in_the_ledger(place: Place) -> None:
    row = place.office.row(CY)
    to = bounce_address(place.office.app.database, row.id or 0)
    content = report("undisclosed", CY)

    def deed(client: smtplib.LMTP) -> None:
        assert client.sendmail("", [to], content) == {}
        assert [told.matched_by for told in place.office.told(CY)] == ["envelope sender"]

    over_lmtp(place, deed)
    assert [told.source for told in place.office.told(CY)] == ["lmtp"]


def test_one_recipient_at_a_time_by_lmtp(place: Place) -> None:
    def deed(client: smtplib.LMTP) -> None:
        client.ehlo_or_helo_if_needed()
        assert client.mail("")[0] == 250
        assert client.rcpt("a@press.lantern.example")[0] == 250
        assert client.rcpt("b@press.lantern.example") == (452, b"4.5.3 One recipient at a time")

    over_lmtp(place, deed)


def test_never_250_by_lmtp_when_it_could_not_be_recorded(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(*_: object, **__: object) -> None:
        raise LedgerError("the ledger is full")

    def deed(client: smtplib.LMTP) -> None:
        monkeypatch.setattr(type(place.office.app.desk), "take", no)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("", ["a@press.lantern.example"], place.report())
        assert refused.value.smtp_code == 451

    over_lmtp(place, deed)
    assert "bounces: lmtp: the ledger is full; trying on, nothing is lost" in place.said


def test_long_lines_by_lmtp_are_no_reason_to_lose_a_message(place: Place) -> None:
    def deed(client: smtplib.LMTP) -> None:
        assert (
            client.sendmail("", ["a@press.lantern.example"], b"Subject: x\r\n\r\n" + b"x" * 9000)
            == {}
        )

    over_lmtp(place, deed)
    assert place.office.counts() == (1, 0)


def test_a_port_that_is_taken_is_said_once_and_stops_nothing_else(place: Place) -> None:
    place.put("1.M1.host", place.report())

    async def run() -> None:
        busy = await asyncio.start_server(nobody, "127.0.0.1", place.port)
        stop, one = asyncio.Event(), place.collector()
        running = asyncio.create_task(one.run(stop))
        async with asyncio.timeout(20):
            while place.names("new"):
                await asyncio.sleep(0.01)
        busy.close()
        await busy.wait_closed()
        await listening(place)
        stop.set()
        await running

    asyncio.run(run())
    faults = [said for said in place.said if "trying on" in said]
    assert len(faults) == 1
    assert "lmtp" in faults[0]
    assert "bounces: lmtp: works again" in place.said


async def nobody(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


# --- forwarding -------------------------------------------------------------------------------


def test_a_persons_answer_is_forwarded_and_can_be_answered(place: Place, sink: Sink) -> None:
    text = "Wer hat das erhoben? Grüße\nAnn"
    place.put("1.M1.host", answer("x@y.example", place.office.row(CY), text=text))
    assert place.look()
    assert place.look()
    (taken,) = sink.taken
    assert taken.rcpt_to == "duty@lantern.example"
    assert taken.mail_from == "bounces@press.lantern.example"
    message = taken.message
    assert message["To"] == "duty@lantern.example"
    assert message["Subject"] == "Fwd: Re: Gauges"
    assert message["Reply-To"] == CY
    assert message["Auto-Submitted"] == "auto-forwarded"
    body = message.get_body(("plain",))
    assert body is not None
    assert "Wer hat das erhoben? Grüße" in body.get_content()
    (file,) = message.iter_attachments()
    assert text.encode() in file.get_content()
    assert message.defects == []
    assert place.said[-1] == "bounces: forwarded 1 to Duty <duty@lantern.example>"


def test_never_forwards_what_it_has_forwarded_itself(place: Place, sink: Sink) -> None:
    place.put("1.M1.host", answer("x@y.example", place.office.row(CY)))
    assert place.look()
    place.put("2.M2.host", sink.taken[0].content)
    place.put("3.M3.host", place.report(DI))
    place.put("4.M4.host", answer("x@y.example", place.office.row(DI), "Precedence: auto_reply"))
    assert place.look()
    assert len(sink.taken) == 1
    assert place.office.counts()[0] == 4


def test_never_lost_when_the_relay_does_not_take_it(place: Place, sink: Sink) -> None:
    sink.answer = lambda command, _: "451 4.3.0 later" if command == "RCPT" else None
    place.put("1.M1.host", answer("x@y.example", place.office.row(CY)))
    one = place.collector()
    assert not asyncio.run(one.once())
    assert place.said[-1] == (
        "bounces: forwarding: an answer waits to be forwarded: 451 later; trying on, "
        "nothing is lost"
    )
    sink.answer = lambda _command, _rcpt: None
    place.office.clock.move(minutes=2)
    assert asyncio.run(one.once())
    assert len(sink.taken) == 1


HOSTILE = [
    b"From: x@x.example\r\nSubject: a\r\n b\r\n =?utf-8?q?=0D=0ABcc:_z@z.example?=\r\n\r\nhi",
    b"From: =?utf-8?q?=0A?= <x@x.example>\nReply-To: \xff\xfe\nSubject: \x00\x1b[2J\n\n\x00hi"
    + b"x" * 5000,
    b"Subject: " + b"w" * 20_000 + b"\n\n",
    b"\n\nno header\n.\n..\n\r\nBcc: z@z.example",
]


@pytest.mark.parametrize("content", HOSTILE)
def test_never_lets_an_answer_write_a_header_or_an_address(
    place: Place, sink: Sink, content: bytes
) -> None:
    place.put("1.M1.host", content)
    assert place.look()
    (taken,) = sink.taken
    assert taken.rcpt_to == "duty@lantern.example"
    head = taken.content.partition(b"\r\n\r\n")[0]
    assert b"\nBcc" not in head
    assert b"\x00" not in taken.content
    assert max(map(len, taken.content.split(b"\r\n"))) <= 998
    (file,) = taken.message.iter_attachments()
    assert file.get_content() == content
