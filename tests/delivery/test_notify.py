"""What notifications are asked for, as RFC 3461 has it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_smtp import GO, OK, Letter, cleared, talk

from mailer.core.embargo import Clearance
from mailer.delivery.notify import Notify, of_mail, of_rcpt, xtext

HELLO = (b"220 relay\r\n", b"250-relay\r\n250-SIZE 1000\r\n250 DSN\r\n")


def heard_of(letter: Letter, *hello: bytes) -> list[str]:
    async def begin() -> Clearance:
        return cleared(letter.rcpt_to)

    _, heard = talk(*hello, OK, OK, GO, OK, letter=letter, begin=begin)
    return [line for line in heard.decode().split("\r\n") if line.startswith(("MAIL", "RCPT"))]


def test_a_relay_that_offers_it_is_asked_to_notify() -> None:
    assert heard_of(Letter(envid="abc234"), *HELLO) == [
        "MAIL FROM:<press@lantern.example> SIZE=27 RET=HDRS ENVID=abc234",
        "RCPT TO:<her@example.org> NOTIFY=FAILURE,DELAY ORCPT=rfc822;her@example.org",
    ]


def test_a_relay_that_does_not_offer_it_is_not_asked() -> None:
    hello = (HELLO[0], b"250-relay\r\n250 8BITMIME\r\n")
    assert heard_of(Letter(envid="abc234"), *hello) == [
        "MAIL FROM:<press@lantern.example>",
        "RCPT TO:<her@example.org>",
    ]


@pytest.mark.parametrize("notify", ["failure", "success", "never"])
def test_never_a_whole_text_in_a_notification(notify: Notify) -> None:
    # Without RET a server may return all of an embargoed text to the bounce mailbox.
    assert (of_mail("x", notify) == b"") == (notify == "never")
    assert b"FULL" not in of_mail("x", notify)
    assert (b"SUCCESS" in of_rcpt(b"a@b.example", notify)) == (notify == "success")


def test_an_address_that_is_not_ascii_is_not_repeated() -> None:
    assert of_rcpt("hér@example.org".encode(), "failure") == b" NOTIFY=FAILURE,DELAY"


def test_signs_that_mean_something_are_written_out() -> None:
    assert xtext("her+news=x@example.org") == b"her+2Bnews+3Dx@example.org"


@given(st.text())
def test_xtext_reads_back_and_ends_no_command(value: str) -> None:
    try:
        written = xtext(value)
    except UnicodeEncodeError:
        return
    assert re.fullmatch(rb"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*", written)
    read = re.sub(rb"\+([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), written)
    assert read.decode() == value
