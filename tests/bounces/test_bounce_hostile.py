"""Whatever comes in by mail: never a crash, never a long time, never more than is there."""

import random
import re
from email.message import Message

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notice_samples import HEAD, SAMPLES
from test_bounce_kinds import ARF
from test_bounce_status import PER_MESSAGE, a_report

from mailer.core.notification import Action, Permanence
from mailer.delivery.bounces import mime, phrases, read

REPORT = a_report(
    f"{PER_MESSAGE}\nFinal-Recipient: rfc822; ann@daily.example\nAction: failed\nStatus: 5.1.1\n"
)
NOTICE = (SAMPLES[0][1] + "\n\n" + SAMPLES[0][2].replace("{F}", HEAD)).encode()


def holds(raw: bytes) -> None:
    told = read(raw)
    assert len(told.recipients) <= 1_000
    for one in told.recipients:
        assert one.action is Action.FAILED or one.permanence is Permanence.TEMPORARY
        assert "\n" not in one.diagnostic
        assert len(one.diagnostic) <= 1_000
        assert len(one.address) <= 500


@given(st.binary(max_size=2_000))
def test_never_falls_over_any_octets(raw: bytes) -> None:
    holds(raw)


@given(st.lists(st.sampled_from(REPORT.split(b"\n") + NOTICE.split(b"\n") + ARF.split(b"\n"))))
def test_never_the_sender_or_one_that_is_not_there_from_lines_in_any_order(
    lines: list[bytes],
) -> None:
    raw = b"\n".join(lines)
    holds(raw)
    for one in read(raw).recipients:
        assert one.address.encode() in raw
        assert one.address not in ("press@press.example", "desk@press.example")


_SAID = [f"{fields}\n\n{text.replace('{F}', HEAD)}" for _, fields, text, _ in SAMPLES]
_LINES = sorted({line for said in _SAID for line in said.split("\n")})
_OURS = ("press@press.example", "desk@press.example")


@settings(suppress_health_check=[HealthCheck.too_slow], derandomize=True, max_examples=300)
@given(st.sampled_from(_SAID), st.lists(st.sampled_from(_LINES), max_size=6), st.integers(0, 40))
def test_never_the_sender_or_one_that_is_not_there_from_notices_mixed(
    said: str, more: list[str], at: int
) -> None:
    lines = said.split("\n")
    lines[at:at] = more
    raw = "\n".join(lines).encode()
    holds(raw)
    there = raw.decode().casefold()
    for one in read(raw).recipients:
        assert one.address.casefold() in there or "=?" in there
        assert one.address.casefold() not in _OURS


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([REPORT, NOTICE, ARF]), st.randoms(use_true_random=False))
def test_never_falls_over_damage(raw: bytes, chance: random.Random) -> None:
    damaged = bytearray(raw)
    for _ in range(chance.randint(1, 20)):
        at = chance.randrange(len(damaged))
        match chance.randint(0, 3):
            case 0:
                damaged[at] = chance.randrange(256)
            case 1:
                del damaged[at : at + chance.randint(1, 50)]
            case 2:
                damaged[at:at] = damaged[: chance.randint(1, 200)]
            case _:
                damaged[at:at] = b"\0" * 5
        if not damaged:
            return
    holds(bytes(damaged))


def nested(depth: int) -> bytes:
    text = b"Content-Type: text/plain\n\nx\n"
    for level in range(depth):
        mark = str(level).encode()
        kind = b"multipart/report" if level % 2 else b"multipart/mixed"
        text = (
            b"Content-Type: " + kind + b"; boundary=b" + mark + b"\n\n--b" + mark + b"\n" + text
            + b"\n--b" + mark + b"--\n"
        )  # fmt: skip
    return text


def messages_in_messages(depth: int) -> bytes:
    return b"Content-Type: message/rfc822\n\n" * depth + b"Subject: x\n\ntext"


LONG = 200_000
FROM = b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n"
HOSTILE = {
    "nested parts": nested(2_000),
    "messages in messages": messages_in_messages(5_000),
    "a million parts": FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * LONG,
    "a boundary of dashes": FROM + b"Content-Type: multipart/mixed; boundary=-\n\n" + b"-" * LONG,
    "no end of header": b"X-A: b\n" * LONG,
    "a folded header": b"Subject: x\n" + b" y\n" * LONG,
    "a long header": b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\n\n",
    "encoded words": b"Subject: " + b"=?utf-8?b?eA==?= " * 20_000 + b"\n\n",
    "comments": b"Content-Type: text/plain" + b"(" * LONG + b"\n\nx",
    "parameters": b"Content-Type: multipart/mixed" + b"; a=b" * LONG + b"\n\nx",
    "a long line": FROM + b"\nundeliverable " + b"a" * LONG,
    "a long local part": FROM + b"\nundeliverable to\n" + b"a" * LONG + b"@x.example",
    "many at signs": FROM + b"\nundeliverable to\n" + b"a@" * LONG,
    "many addresses": FROM + b"\nundeliverable to\n" + b"a@b.example\n" * LONG,
    "other addresses": FROM
    + b"\nnot delivered to\n"
    + b"".join(b"u%d@b.example\n" % number for number in range(20_000)),
    "blanks": FROM + b"\nundeliverable" + b" " * LONG + b"x",
    "tabs and line ends": FROM + b"\nundeliverable" + b"\t\n " * LONG + b"x",
    "carriage returns": FROM + b"\nundeliverable" + b"\r" * LONG,
    "tags": FROM + b"Content-Type: text/html\n\n" + b"<" * LONG,
    "open tags": FROM + b"Content-Type: text/html\n\n" + b"<a href='" * 20_000,
    "styles": FROM + b"Content-Type: text/html\n\n" + b"<style>" * 20_000,
    "entities": FROM + b"Content-Type: text/html\n\n" + b"&amp" * 50_000,
    "codes": FROM + b"\nundeliverable " + b"5.1.1 550 " * 20_000,
    "phrases": FROM + b"\n" + b"could not be " * 20_000,
    "digits": FROM + b"\nundeliverable " + b"5." * LONG,
    "quoted": FROM + b"\n" + b">" * LONG,
    "fields": a_report("Final-Recipient: rfc822; a@b.example\n" * 50_000),
    "a long field": a_report("Final-Recipient: rfc822; " + "(" * LONG),
    "a long diagnostic": a_report(
        "Final-Recipient: rfc822; a@b.c\nDiagnostic-Code: " + "x;" * LONG
    ),
    "a folded field": a_report("Final-Recipient: rfc822; a@b.c\n" + " x\n" * LONG),
    "xtext": a_report("Original-Recipient: rfc822; " + "+2B" * 50_000 + "@b.example"),
    "base64 in one line": a_report(f"{PER_MESSAGE}\n" * 3_000, encoding="base64"),
    "a charset that is none": FROM + b"Content-Type: text/plain; charset=nonsense\n\n\xff\xfe",
    "a charset of octets": FROM + b"Content-Type: text/plain; charset=base64\n\naGFsbG8=",
    "a charset with a NUL": FROM + b"Content-Type: text/plain; charset=\0\n\nx",
    "utf-7": FROM + b"Content-Type: text/plain; charset=utf-7\n\n+AAAA-",
    "idna": FROM + b"Content-Type: text/plain; charset=idna\n\nxn--" + b"a" * LONG,
    "punycode": FROM + b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * 50_000,
    "surrogates": FROM + b"Content-Type: text/plain; charset=utf-16\n\n" + b"\x00\xd8" * 5_000,
    "NUL": FROM + b"\n" + b"\0" * LONG,
    "uu": FROM + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n" + b"M" * LONG,
    "beginnings of words that never end": FROM + b"\n" + b"routx" * LONG,
    "beginnings of words beside addresses": FROM
    + b"\n"
    + b"".join(b"%s u%d@b.example\n" % (b"destinatx mailbox " * 4, n) for n in range(3_000)),
    "dashes beside one address": FROM + b"\n" + (b"-" * 500 + b" a@b.example\n") * 3_000,
    "tabs before a word": FROM + b"\n" + (b"\t" * 1_900 + b"x\n") * 900,
    "25 MB": FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 3_000_000,
    "challenge": FROM + b"\n" + b"click the link " * 20_000,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_never_falls_over_what_is_meant_to_make_it(raw: bytes) -> None:
    holds(raw)


def test_never_looks_deeper_or_at_more_than_it_says() -> None:
    def depth(part: mime.Part) -> int:
        return 1 + max(map(depth, part.parts), default=0)

    assert depth(mime.read(nested(100))) <= mime.DEEPEST + 1
    assert depth(mime.read(messages_in_messages(100))) <= mime.DEEPEST + 1
    many = mime.read(HOSTILE["a million parts"])
    assert len(list(many.walk())) <= mime.MOST_PARTS
    assert len(mime.read(b"X: y\n" * 1_000).fields) <= mime.MOST_FIELDS
    assert len(mime.read(b"a: b\n\n" + b"x" * 3_000_000).body) <= mime.MOST_OCTETS
    assert max(map(len, mime.read(b"\n\n" + b"x" * 500_000).text.split("\n"))) <= mime.LONGEST_LINE


_TABLES = [name for name, value in vars(phrases).items() if isinstance(value, re.Pattern)]


def test_never_a_pattern_without_a_bound() -> None:
    """Each pattern of phrases looks only so far from where it began: time grows with length."""
    for name in _TABLES:
        pattern = getattr(phrases, name).pattern
        for unbounded in (".*", ".+", "]*", "]+", ")*", ")+", r"\w*", r"\w+", r"\s*", r"\s+"):
            assert unbounded not in pattern, f"{name}: {unbounded}"


def test_the_same_message_from_another_maker_reads_the_same() -> None:
    message = Message()
    message["From"] = "MAILER-DAEMON@x.example"
    message["Subject"] = "failure notice"
    message.set_payload("Your message was not delivered to\n\n<ann@daily.example>:\n550 no\n")
    assert [one.address for one in read(message.as_bytes()).recipients] == ["ann@daily.example"]
