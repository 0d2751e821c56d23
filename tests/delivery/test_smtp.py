"""Sessions over real sockets: TLS or nothing, and no byte of a text without a clearance."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, LoginPassword
from support import Sink, closed_port
from support import relay as loopback

from mailer.config import Relay
from mailer.core.embargo import Clearance, Consent, Copy, Refusal, RefusalCode, clear
from mailer.core.model import DispatchKind
from mailer.core.outcome import Phase, Step
from mailer.core.states import DispatchState
from mailer.delivery.opening import connect
from mailer.delivery.smtp import Handed, Session, Unavailable
from mailer.demo import LoopbackController

NOW = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
TEXT = b"Subject: x\r\n\r\nThe secret.\r\n"


@dataclass(frozen=True)
class Letter:
    mail_from: str = "press@lantern.example"
    rcpt_to: str = "her@example.org"
    data: bytes = TEXT + b".\r\n"
    size: int = len(TEXT)
    envid: str = ""


def cleared(email: str = "her@example.org") -> Clearance:
    copy = Copy(
        1, email, DispatchKind.RELEASE, DispatchState.SENDING, True, NOW, True, carries_notice=False
    )
    answer = clear(copy, Consent(email, False, False), None, NOW)
    assert isinstance(answer, Clearance)
    return answer


def relay_at(port: int, **keys: object) -> Relay:
    short = {"connect_timeout": "2s", "command_timeout": "2s", "data_timeout": "2s"}
    return Relay.model_validate({"host": "localhost", "port": port, "tls": "none", **short, **keys})


async def yes() -> Clearance:
    return cleared()


def hand_over(
    relay: Relay,
    letter: Letter = Letter(),
    begin: Callable[[], Awaitable[Clearance | Refusal]] = yes,
) -> Unavailable | Handed | Refusal:
    async def main() -> Unavailable | Handed | Refusal:
        session = await connect(relay)
        if isinstance(session, Unavailable):
            return session
        try:
            return await session.hand_over(cleared(letter.rcpt_to), letter, begin)
        finally:
            await session.quit()

    return asyncio.run(main())


class Secure(LoopbackController):
    """aiosmtpd with STARTTLS, and AUTH where a password is given."""

    def __init__(self, sink: Sink, context: ssl.SSLContext | None, password: str = "") -> None:
        self._context, self._password = context, password
        super().__init__(sink)

    def factory(self) -> Server:
        def authenticate(*args: object) -> AuthResult:
            login = args[-1]
            assert isinstance(login, LoginPassword)
            right = login.password == self._password.encode()
            return AuthResult(success=right, handled=right)

        more = {"authenticator": authenticate, "auth_require_tls": True} if self._password else {}
        return Server(self.handler, tls_context=self._context, **more)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


def server_context(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def secure() -> Iterator[Callable[..., tuple[Sink, int]]]:
    running: list[Secure] = []

    def start(context: ssl.SSLContext | None, password: str = "") -> tuple[Sink, int]:
        sink = Sink()
        running.append(Secure(sink, context, password))
        running[-1].start()
        return sink, running[-1].port

    yield start
    for one in running:
        one.stop()


Start = Callable[..., tuple[Sink, int]]


def test_starttls_is_used_and_its_version_told(authority: trustme.CA, secure: Start) -> None:
    sink, port = secure(server_context(authority))

    async def main() -> str:
        session = await connect(relay_at(port, tls="starttls"))
        assert isinstance(session, Session), session
        await session.quit()
        return session.tls_version

    assert asyncio.run(main()).startswith("TLSv1.")
    assert isinstance(hand_over(relay_at(port, tls="starttls")), Handed)
    assert len(sink.taken) == 1


def test_never_plaintext_when_starttls_is_missing(secure: Start) -> None:
    sink, port = secure(None)
    refused = hand_over(relay_at(port, tls="starttls"))
    assert isinstance(refused, Unavailable)
    assert refused.step is Step.STARTTLS
    assert sink.taken == []


def test_never_over_a_certificate_nobody_vouches_for(secure: Start) -> None:
    sink, port = secure(server_context(trustme.CA()))
    refused = hand_over(relay_at(port, tls="starttls"))
    assert isinstance(refused, Unavailable)
    assert refused.step is Step.STARTTLS
    assert "certificate" in refused.error
    assert sink.taken == []


def test_never_over_a_certificate_for_another_name(authority: trustme.CA, secure: Start) -> None:
    sink, port = secure(server_context(authority, "other.example"))
    refused = hand_over(relay_at(port, tls="starttls"))
    assert isinstance(refused, Unavailable)
    assert refused.step is Step.STARTTLS
    assert sink.taken == []


def test_never_plaintext_to_a_port_that_speaks_no_tls(secure: Start) -> None:
    sink, port = secure(None)
    refused = hand_over(relay_at(port, tls="tls"))
    assert isinstance(refused, Unavailable)
    assert sink.taken == []


def test_login(authority: trustme.CA, secure: Start) -> None:
    sink, port = secure(server_context(authority), "right")
    keys = {"tls": "starttls", "username": "press"}
    done = hand_over(relay_at(port, password="right", **keys))
    assert isinstance(done, Handed)
    assert done.reply is not None
    assert done.reply.code == 250
    refused = hand_over(relay_at(port, password="wrong", **keys))
    assert isinstance(refused, Unavailable)
    assert (refused.step, refused.reply and refused.reply.code) == (Step.AUTH, 535)
    assert "wrong" not in str(refused)
    assert len(sink.taken) == 1


def test_a_refused_login_leaves_no_connection_open(authority: trustme.CA, secure: Start) -> None:
    _, port = secure(server_context(authority), "right")
    relay = relay_at(port, tls="starttls", username="press", password="wrong")
    for _ in range(40):  # a farewell of TLS that crosses the loop's end is a matter of chance
        assert isinstance(hand_over(relay), Unavailable)
    gc.collect()  # an unclosed socket warns here, and a warning is an error


def test_nobody_there() -> None:
    refused = hand_over(relay_at(closed_port()))
    assert isinstance(refused, Unavailable)
    assert str(refused) == "connect: Connection refused"


# --- a relay that follows a script ------------------------------------------------------------


class Scripted:
    """A relay's side of one session: what it says at each turn (None: hangs up)."""

    def __init__(self, *replies: bytes | None) -> None:
        self._replies = replies
        self._over = asyncio.Event()
        self.heard = b""
        self.port = 0

    async def __aenter__(self) -> Scripted:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.wait_for(self._over.wait(), 5)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in self._replies:
            if reply is None:
                break
            writer.write(reply)
            self.heard += await reader.read(65536)
        while self._replies[-1] is not None and (chunk := await reader.read(65536)):
            self.heard += chunk
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self._over.set()


def talk(
    *replies: bytes | None,
    letter: Letter = Letter(),
    begin: Callable[[], Awaitable[Clearance | Refusal]] = yes,
) -> tuple[Unavailable | Handed | Refusal, bytes]:
    async def main() -> tuple[Unavailable | Handed | Refusal, bytes]:
        async with Scripted(*replies) as script:
            session = await connect(relay_at(script.port, host="127.0.0.1"))
            done: Unavailable | Handed | Refusal
            if isinstance(session, Unavailable):
                done = session
            else:
                done = await session.hand_over(cleared(letter.rcpt_to), letter, begin)
                session.abort()
        return done, script.heard

    return asyncio.run(main())


HELLO = (b"220 relay\r\n", b"250-relay\r\n250-SIZE 1000\r\n250 8BITMIME\r\n")
OK = b"250 2.1.0 ok\r\n"
GO = b"354 go\r\n"


def test_a_whole_transaction() -> None:
    done, heard = talk(*HELLO, OK, OK, GO, b"250 2.0.0 taken\r\n")
    assert isinstance(done, Handed)
    assert (done.step, done.phase) == (Step.DOT, Phase.ANSWERED)
    assert done.reply is not None
    assert (done.reply.code, done.reply.enhanced, done.reply.text) == (250, "2.0.0", "taken")
    assert b"MAIL FROM:<press@lantern.example> SIZE=27\r\nRCPT TO:<her@example.org>\r\n" in heard


def test_never_a_byte_of_the_text_when_the_gate_shuts_at_the_last_moment() -> None:
    async def no() -> Refusal:
        return Refusal(RefusalCode.STOPPED, "the dispatch is cancelled")

    done, heard = talk(*HELLO, OK, OK, GO, b"250 ok\r\n", begin=no)
    assert isinstance(done, Refusal)
    assert heard.endswith(b"DATA\r\n")
    assert b"secret" not in heard


@pytest.mark.parametrize(
    "reply", [b"250 what?\r\n", b"421 bye\r\n", b"554 no\r\n", b"nonsense\r\n"]
)
def test_never_a_byte_of_the_text_without_354(reply: bytes) -> None:
    done, heard = talk(*HELLO, OK, OK, reply, b"250 ok\r\n")
    assert isinstance(done, Handed)
    assert (done.step, done.phase) == (Step.DATA, Phase.RECIPIENT_GIVEN)
    assert b"secret" not in heard


def test_never_with_a_clearance_for_somebody_else() -> None:
    async def main() -> bytes:
        async with Scripted(*HELLO, OK, OK, GO, OK) as script:
            session = await connect(relay_at(script.port, host="127.0.0.1"))
            assert isinstance(session, Session)
            with pytest.raises(ValueError, match="another address"):
                await session.hand_over(cleared("him@example.org"), Letter(), yes)
            session.abort()
        return script.heard

    assert b"MAIL" not in asyncio.run(main())


def test_a_drop_before_the_text_is_told_from_a_drop_after_it() -> None:
    before, _ = talk(*HELLO, OK, OK, None)
    assert isinstance(before, Handed)
    assert (before.step, before.reply) == (Step.DATA, None)
    after, _ = talk(*HELLO, OK, OK, GO, None)
    assert isinstance(after, Handed)
    assert (after.step, after.reply) == (Step.DOT, None)


def test_what_is_larger_than_the_relay_takes_is_not_begun() -> None:
    done, heard = talk(*HELLO, OK, letter=Letter(data=b"x" * 1001 + b"\r\n.\r\n", size=1001))
    assert isinstance(done, Handed)
    assert done.reply is not None
    assert (done.step, done.reply.code) == (Step.SIZE, 552)
    assert b"MAIL" not in heard


def test_a_non_ascii_address_needs_smtputf8() -> None:
    her = Letter(rcpt_to="hér@example.org")
    done, heard = talk(*HELLO, OK, letter=her)
    assert isinstance(done, Handed)
    assert done.reply is not None
    assert (done.step, done.reply.code) == (Step.RCPT, 553)
    assert b"MAIL" not in heard
    hello = (HELLO[0], b"250-relay\r\n250 SMTPUTF8\r\n")
    done, heard = talk(*hello, OK, OK, GO, OK, letter=her, begin=lambda: _to(her.rcpt_to))
    assert b" SMTPUTF8\r\n" in heard
    assert "RCPT TO:<hér@example.org>\r\n".encode() in heard


async def _to(email: str) -> Clearance:
    return cleared(email)


@pytest.mark.parametrize(
    ("banner", "step", "code"),
    [(b"554 go away\r\n", Step.BANNER, 554), (b"421 later\r\n", Step.BANNER, 421)],
)
def test_a_banner_that_refuses(banner: bytes, step: Step, code: int) -> None:
    refused, _ = talk(banner)
    assert isinstance(refused, Unavailable)
    assert (refused.step, refused.reply and refused.reply.code) == (step, code)


def test_a_relay_without_ehlo_gets_helo() -> None:
    done, heard = talk(HELLO[0], b"502 what?\r\n", OK, OK, OK, GO, OK)
    assert isinstance(done, Handed)
    assert done.reply is not None
    assert done.reply.code == 250
    assert b"HELO " in heard


def test_never_a_text_that_would_begin_after_the_transactions_deadline() -> None:
    async def later() -> Clearance:
        await asyncio.sleep(0.1)
        return cleared()

    with loopback(Sink()) as sink:
        relay = relay_at(sink.port)
        hurried = relay.model_copy(
            update={"transaction_timeout": relay.data_timeout + timedelta(milliseconds=50)}
        )
        said = hand_over(hurried, begin=later)
    assert isinstance(said, Handed)
    assert (said.step, said.phase, said.reply) == (Step.DATA, Phase.TEXT_BEGUN, None)
    assert "before the text" in said.error
    assert sink.taken == []
