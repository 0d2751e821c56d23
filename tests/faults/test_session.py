"""A relay that will not have us: the circuit opens, and no journalist pays for it with an attempt.

Greeting, EHLO, TLS and AUTH. Where TLS or a login was asked for there is no session without it:
no MAIL and no secret goes in the clear, whatever the relay says.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from conftest import Certificates
from script import Act, Play, Plays, Point, as_usual, reply
from scripted import Relay
from support import closed_port
from telling import QUICK, Fault, Offices, Story

CLOSE, RESET, HANG = Act(then="close"), Act(then="reset"), Act(then="hang")
TLS = {"tls": "starttls"}
LOGIN = {"tls": "starttls", "username": "press", "password": "hush-hush"}
SECURE = ("SIZE 10240000", "8BITMIME", "STARTTLS", "AUTH PLAIN LOGIN")


@dataclass(frozen=True)
class Row:
    """What every connection meets, and the fault that the ledger keeps of it."""

    name: str
    point: Point
    act: Act
    step: str
    code: int | None = None
    person: bool = False
    settings: dict[str, Any] = field(default_factory=lambda: {"tls": "none"})

    def __str__(self) -> str:
        return self.name


ROWS = (
    Row("no banner", Point.BANNER, HANG, "banner"),
    Row("closed before the banner", Point.BANNER, CLOSE, "banner"),
    Row("reset before the banner", Point.BANNER, RESET, "banner"),
    Row("a banner that trickles", Point.BANNER, Act(b"2", "trickle"), "banner"),
    Row("a banner of nonsense", Point.BANNER, Act(b"hello there\r\n"), "banner"),
    Row("a banner of 200 kB", Point.BANNER, Act(b"220 " + b"x" * 200_000 + b"\r\n"), "banner"),
    Row("banner 421", Point.BANNER, reply("421 4.3.2 later"), "banner", 421),
    Row("banner 421 and close", Point.BANNER, Act(b"421 later\r\n", "close"), "banner", 421),
    Row("banner 554", Point.BANNER, reply("554 5.7.1 go away"), "banner", 554, person=True),
    Row("banner 521", Point.BANNER, Act(b"521 no mail\r\n", "close"), "banner", 521, person=True),
    Row("EHLO 421", Point.EHLO, Act(b"421 4.3.2 later\r\n", "close"), "ehlo", 421),
    Row("EHLO 451", Point.EHLO, reply("451 4.3.0 later"), "ehlo", 451),
    Row("EHLO close", Point.EHLO, CLOSE, "ehlo"),
    Row("EHLO reset", Point.EHLO, RESET, "ehlo"),
    Row("EHLO silence", Point.EHLO, HANG, "ehlo"),
    Row("EHLO in trickling lines", Point.EHLO, Act(b"250-more\r\n", "trickle"), "ehlo"),
    Row("EHLO nonsense", Point.EHLO, Act(b"hello\r\n"), "ehlo"),
    Row("EHLO 502 with TLS", Point.EHLO, reply("502 5.5.1 what?"), "ehlo", 502, settings=TLS),
    Row("EHLO 502 with AUTH", Point.EHLO, reply("502 5.5.1 what?"), "ehlo", 502, settings=LOGIN),
)


ODD = {
    "mixed codes": b"250-relay.example\r\n550 no\r\n",
    "mixed codes, the other way": b"550-no\r\n250 relay.example\r\n",
    "a reply too many": b"250 relay.example\r\n250 ok\r\n",
    "half a reply too many": b"250 relay.example\r\n25",
    "a line without a code among those with": b"250-relay.example\r\nhello\r\n250 ok\r\n",
    "no such class": b"750 relay.example\r\n",
    "a signed code": b"+25 relay.example\r\n",
    "four digits": b"2500 relay.example\r\n",
    "NUL within the code": b"2\x0050 relay.example\r\n",
    "a line of 200 kB": b"250 " + b"x" * 200_000 + b"\r\n",
    "200 kB and no end of line": b"250 " + b"x" * 200_000,
    "200 kB in lines": b"250-more\r\n" * 20_000 + b"250 ok\r\n",
}
"""What is no reply, or not one alone; with 250 where a point has another code."""


def odd(point: Point, step: str, code: bytes, **more: Any) -> tuple[Row, ...]:
    return tuple(
        Row(f"{step} {name}", point, Act(said.replace(b"250", code)), step, **more)
        for name, said in ODD.items()
    )


ROWS += odd(Point.BANNER, "banner", b"220")
ROWS += odd(Point.EHLO, "ehlo", b"250")
ROWS += odd(Point.EHLO, "ehlo", b"502")[:5]


def starttls(name: str, act: Act, code: int | None = None) -> Row:
    return Row(name, Point.STARTTLS, act, "starttls", code, person=True, settings=LOGIN)


def auth(said: str, *, person: bool = False) -> Row:
    act, code = reply(said), int(said[:3])
    return Row(f"AUTH {said}", Point.AUTH, act, "auth", code, person=person, settings=LOGIN)


SECURE_ROWS = (
    Row(
        "EHLO without STARTTLS",
        Point.EHLO,
        reply("250-relay.example", "250-AUTH PLAIN LOGIN", "250 8BITMIME"),
        "starttls",
        person=True,
        settings=LOGIN,
    ),
    starttls("STARTTLS 454", reply("454 4.7.0 not now"), 454),
    starttls("STARTTLS 501", reply("501 5.5.4 what?"), 501),
    starttls("STARTTLS 502", reply("502 5.5.1 what?"), 502),
    starttls("STARTTLS 250", reply("250 2.0.0 ok"), 250),
    starttls("STARTTLS nonsense", Act(b"hello\r\n")),
    starttls("STARTTLS close", CLOSE),
    starttls("STARTTLS reset", RESET),
    starttls("STARTTLS 220 and close", Act(b"220 2.0.0 go ahead\r\n", "close")),
    starttls("STARTTLS 220 and silence", Act(b"220 2.0.0 go ahead\r\n", "hang")),
    starttls("STARTTLS 220 and words", Act(b"220 go ahead\r\n250 in the clear\r\n", "hang")),
    auth("535 5.7.8 wrong password", person=True),
    auth("534 5.7.9 too weak", person=True),
    auth("530 5.7.0 no", person=True),
    auth("538 5.7.11 encrypt", person=True),
    auth("454 4.7.0 not now"),
    auth("432 4.7.12 change it"),
    Row("AUTH close", Point.AUTH, CLOSE, "auth", settings=LOGIN),
    Row("AUTH reset", Point.AUTH, RESET, "auth", settings=LOGIN),
    Row("AUTH silence", Point.AUTH, HANG, "auth", settings=LOGIN),
    Row("AUTH nonsense", Point.AUTH, Act(b"hello\r\n"), "auth", settings=LOGIN),
    *odd(Point.STARTTLS, "starttls", b"220", person=True, settings=LOGIN),
    *odd(Point.AUTH, "auth", b"235", settings=LOGIN),
)


def stops_everything(story: Story, *, person: bool) -> Fault:
    """One try; the circuit is open, said once, and nobody has paid. Returns the ledger's row."""
    said = story.send()
    told = [line for line in said if "not available" in line]
    assert len(told) == 1
    assert "nothing is lost" in told[0]
    assert ("a person must look at this" in told[0]) == person
    copies = story.copies.values()
    assert {(copy.state, copy.attempts, copy.tries) for copy in copies} == {("pending", 0, ())}
    assert story.relay.transactions == []
    assert "MAIL" not in story.relay.verbs()
    story.account()
    (fault,) = story.faults
    return fault


def goes_on(story: Story) -> None:
    """The relay is well again: everybody gets it, at the first attempt that counts."""
    story.relay.script = as_usual
    story.send_later()
    copies = story.copies.values()
    assert {(copy.state, copy.attempts) for copy in copies} == {("accepted", 1)}
    assert all(one.secure for one in story.relay.transactions) or not story.relay.tls
    story.account()


def no_secret_in_the_clear(relay: Relay) -> None:
    seen = b"\n".join(one.line for one in relay.heard if not one.secure)
    plain = base64.b64encode(b"\x00press\x00hush-hush").rstrip(b"=")
    for secret in (b"hush-hush", base64.b64encode(b"hush-hush").rstrip(b"="), plain):
        assert secret not in seen
    assert not {"AUTH", "MAIL", "RCPT", "DATA", "HELO"} & set(relay.verbs(secure=False))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_never_an_attempt_for_a_relay_that_does_not_greet(
    row: Row, offices: Offices, certificates: Certificates
) -> None:
    relay = Relay(Plays(Play(row.point, row.act)))
    if row.settings["tls"] != "none":
        relay.offers, relay.tls = SECURE, certificates.good
    with offices.open(relay, **QUICK, **row.settings) as story:
        fault = stops_everything(story, person=row.person)
        # Who does not greet at all has not been heard: connecting and greeting are one to us.
        steps = {"banner": {"connect", "banner"}}.get(row.step, {row.step})
        assert fault.step in steps
        assert fault.code == row.code
        assert not fault.reply.startswith("("), "told as a program has it"
        assert "HELO" not in relay.verbs()
        goes_on(story)


@pytest.mark.parametrize("row", SECURE_ROWS, ids=str)
def test_never_in_the_clear_and_never_without_the_login(
    row: Row, offices: Offices, certificates: Certificates
) -> None:
    relay = Relay(Plays(Play(row.point, row.act)), offers=SECURE, tls=certificates.good)
    with offices.open(relay, **QUICK, **row.settings) as story:
        fault = stops_everything(story, person=row.person)
        assert (fault.step, fault.code) == (row.step, row.code)
        no_secret_in_the_clear(relay)
        goes_on(story)
        no_secret_in_the_clear(relay)


BAD = ("expired", "wrong_name", "nobody_vouches")


@pytest.mark.parametrize("at_once", [False, True], ids=["starttls", "tls"])
@pytest.mark.parametrize("bad", BAD)
def test_never_over_a_bad_certificate(
    bad: str, at_once: bool, offices: Offices, certificates: Certificates
) -> None:
    relay = Relay(offers=SECURE, tls=getattr(certificates, bad), tls_at_once=at_once)
    settings = LOGIN | {"tls": "tls" if at_once else "starttls"}
    with offices.open(relay, **QUICK, **settings) as story:
        fault = stops_everything(story, person=True)
        assert fault.step == "starttls"
        assert "certificate" in fault.reply
        no_secret_in_the_clear(relay)


@pytest.mark.parametrize("at_once", [False, True], ids=["starttls", "tls"])
def test_over_a_good_certificate_with_the_login_everything_is_sent_secured(
    at_once: bool, offices: Offices, certificates: Certificates
) -> None:
    relay = Relay(offers=SECURE, tls=certificates.good, tls_at_once=at_once)
    settings = LOGIN | {"tls": "tls" if at_once else "starttls"}
    with offices.open(relay, **QUICK, **settings) as story:
        goes_on(story)
        assert "AUTH" in relay.verbs(secure=True)
        no_secret_in_the_clear(relay)


def test_never_to_a_port_that_speaks_plainly_where_tls_was_asked_for(offices: Offices) -> None:
    plain = Act(b"220 relay.example ESMTP\r\n", "hang")
    relay = Relay(Plays(Play(Point.BANNER, plain)), offers=SECURE)
    with offices.open(relay, **QUICK, **(LOGIN | {"tls": "tls"})) as story:
        stops_everything(story, person=True)
        no_secret_in_the_clear(story.relay)


def nobody_there(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port}


@pytest.mark.parametrize(
    "where",
    [lambda: nobody_there(closed_port()), lambda: {"host": "no-such-host.invalid", "port": 25}],
    ids=["refused", "no such host"],
)
def test_never_an_attempt_for_a_relay_that_is_not_there(
    where: Callable[[], dict[str, Any]], offices: Offices
) -> None:
    settings = {"tls": "none", "allow_plaintext": "true", **where()}
    with offices.open(Relay(), **QUICK, **settings) as story:
        assert stops_everything(story, person=False).step == "connect"


@pytest.mark.parametrize("said", ["500 5.5.2 what?", "502 5.5.1 what?", "550 what?"])
def test_a_relay_without_ehlo_is_greeted_with_helo(said: str, offices: Offices) -> None:
    relay = Relay(Plays(Play(Point.EHLO, reply(said))), pipelining=False)
    with offices.open(relay, **QUICK) as story:
        story.send()
        assert {copy.state for copy in story.copies.values()} == {"accepted"}
        assert relay.verbs()[:3] == ["EHLO", "HELO", "MAIL"]
        story.account()


def test_every_connection_refused_is_said_once_and_asked_again_by_one(offices: Offices) -> None:
    relay = Relay(Plays(Play(Point.BANNER, reply("421 4.3.2 too many"))))
    names = tuple(f"n{i}" for i in range(12))
    with offices.open(relay, names, connections=4, **QUICK) as story:
        stops_everything(story, person=False)
        assert relay.connections <= 4
        goes_on(story)


def test_a_relay_that_has_us_once_and_then_no_more_leaves_the_rest_for_later(
    offices: Offices,
) -> None:
    script = Plays(
        Play(Point.BANNER, reply("421 4.3.2 enough"), skip=1),
        Play(Point.DOT, Act(b"250 2.0.0 taken\r\n", "close"), skip=1, times=1),
    )
    relay = Relay(script, pipelining=False)
    names = tuple(f"n{i}" for i in range(6))
    with offices.open(relay, names, **QUICK) as story:
        said = story.send()
        assert [line for line in said if "not available" in line]
        states = [copy.state for copy in story.copies.values()]
        assert states.count("accepted") == 2
        assert set(states) <= {"accepted", "pending"}
        story.account()
        relay.script = as_usual
        story.send_later()
        assert {copy.state for copy in story.copies.values()} == {"accepted"}
        story.account()
