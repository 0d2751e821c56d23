"""Reports as RFC 3464 has them, and as servers write them all the same."""

import base64
import quopri
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core.notification import Action, Kind, Permanence, Recipient
from mailer.delivery.bounces import read

ANN, BEN = "ann@daily.example", "ben@weekly.example"
PER_MESSAGE = "Reporting-MTA: dns; relay.example\nArrival-Date: Mon, 2 Nov 2026 09:00:00 +0000\n"


def a_report(
    status: str, *, kind: str = "message/delivery-status", encoding: str = "", returned: str = ""
) -> bytes:
    head = f"Content-Type: {kind}\n" + (
        f"Content-Transfer-Encoding: {encoding}\n" if encoding else ""
    )
    body = status.encode()
    if encoding == "base64":
        body = base64.encodebytes(body)
    if encoding == "quoted-printable":
        body = quopri.encodestring(body)
    return (
        b"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: bounces@press.example\n"
        b"Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="=_1"\n\n'
        b"--=_1\nContent-Type: text/plain\n\nIt went wrong for zoe@elsewhere.example.\n"
        b"--=_1\n" + head.encode() + b"\n" + body + b"\n--=_1\nContent-Type: message/rfc822\n\n"
        b"From: press@press.example\nTo: xavier@elsewhere.example\nMessage-ID: <1@press.example>\n"
        + returned.encode()
        + b"\n\ntext\n--=_1--\n"
    )


def one(status: str) -> Recipient:
    notification = read(a_report(f"{PER_MESSAGE}\n{status}"))
    assert notification.kind is Kind.DSN
    (recipient,) = notification.recipients
    return recipient


def test_a_plain_report() -> None:
    assert one(
        "Final-Recipient: rfc822; ann@daily.example\nAction: failed\nStatus: 5.1.1\n"
        "Remote-MTA: dns; mx.daily.example\nDiagnostic-Code: smtp; 550 5.1.1\n"
        "  <ann@daily.example>:  User\n\tunknown\n"
    ) == Recipient(
        ANN,
        Action.FAILED,
        Permanence.PERMANENT,
        "5.1.1",
        "550 5.1.1 <ann@daily.example>: User unknown",
    )


ADDRESSES = [
    ("Final-Recipient: rfc822;ann@daily.example", ANN),
    ("FINAL-RECIPIENT: RFC822; Ann@Daily.example", "Ann@Daily.example"),
    ("final-recipient:rfc822; <ann@daily.example>", ANN),
    ("Final-Recipient: ann@daily.example", ANN),
    ("Final-Recipient: rfc822; ann@daily.example (Ann Ace)", ANN),
    ("Final-Recipient: rfc822;\n ann@daily.example", ANN),
    ("Final-Recipient: RFC822:ann@daily.example", ANN),
    ("Original-Recipient: rfc822; rfc822;ann@daily.example\nFinal-Recipient: rfc822; x", ANN),
    ('Final-Recipient: rfc822; "ann ace"@daily.example', '"ann ace"@daily.example'),
    ("Final-Recipient: rfc822; ann+20@daily.example", "ann+20@daily.example"),
    ("Final-Recipient: rfc822; ann+2Bnews@daily.example", "ann+2Bnews@daily.example"),
    ("Original-Recipient: rfc822; ann@daily.example\nFinal-Recipient: rfc822; a17@s.example", ANN),
    ("Final-Recipient: rfc822; a17@s.example\nOriginal-Recipient: rfc822; ann@daily.example", ANN),
    ("Original-Recipient: rfc822; ann\nFinal-Recipient: rfc822; ann@daily.example", ANN),
    ("Original-Recipient: rfc822;\nFinal-Recipient: rfc822; ann@daily.example", ANN),
    ("Original-Recipient: rfc822;ann@daily.example\nFinal-Recipient: unknown; nair_s", ANN),
    ("Original-Recipient: rfc822; ann+2Bnews@daily.example\nFinal-Recipient: rfc822; x@y.example",
     "ann+news@daily.example"),
    ("Original-Recipient: rfc822; ann+2Bnews@daily.example\n"
     "Final-Recipient: rfc822; ann+2Bnews@daily.example", "ann+2Bnews@daily.example"),
    ("Original-Recipient: rfc822; ann+news@daily.example\nFinal-Recipient: rfc822; x@y.example",
     "ann+news@daily.example"),
    ("Final-Recipient: utf-8; анна@газета.example", "анна@газета.example"),
    (r"Final-Recipient: utf-8; \x{430}\x{43D}\x{43D}\x{430}@daily.example", "анна@daily.example"),
    (r"Original-Recipient: utf-8; \x{30A2}@daily.example" "\nFinal-Recipient: rfc822; x@y.example",
     "ア@daily.example"),
    ("Final-Recipient: rfc822; user1\nX-Actual-Recipient: rfc822; ann@daily.example", ANN),
    ("Final-Recipient: rfc822; @relay.example,@mx.example:ann@daily.example", ANN),
    ("Final-Recipient: x400; /G=Ann/S=Ace/O=Daily/", "/G=Ann/S=Ace/O=Daily/"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "address"), ADDRESSES)
def test_the_address_is_the_one_the_message_was_sent_to(fields: str, address: str) -> None:
    assert one(f"{fields}\nAction: failed\nStatus: 5.1.1\n").address == address


OUTCOMES = [
    ("Action: failed\nStatus: 5.1.1", "failed", "permanent", "5.1.1"),
    ("Action: FAILED\nStatus: 5.1.1 (bad destination mailbox)", "failed", "permanent", "5.1.1"),
    ("Action: failed (undeliverable)\nSTATUS:5.1.1", "failed", "permanent", "5.1.1"),
    ("Action: failed\nStatus: 4.4.7", "failed", "temporary", "4.4.7"),
    ("Action: delayed\nStatus: 4.4.1", "delayed", "temporary", "4.4.1"),
    ("Action: delayed\nStatus: 5.4.1", "delayed", "temporary", "5.4.1"),
    ("Action: delayed\nStatus: 5.0.0\nDiagnostic-Code: x; 550 no", "delayed", "temporary", "5.0.0"),
    ("Action: Delayed\nStatus: 4.2.2\nWill-Retry-Until: Sat, 7 Nov 2026 09:00:00 +0000", "delayed",
     "temporary", "4.2.2"),
    ("Action: delivered\nStatus: 2.0.0", "delivered", "temporary", "2.0.0"),
    ("Action: relayed\nStatus: 2.1.9", "delivered", "temporary", "2.1.9"),
    ("Action: expanded\nStatus: 2.0.0", "delivered", "temporary", "2.0.0"),
    ("Action: error\nStatus: 5.0.0", "failed", "permanent", "5.0.0"),
    ("Action: delivery-failed\nStatus: 5.0.0", "failed", "permanent", "5.0.0"),
    ("Action: failed", "failed", "permanent", ""),
    ("Action: failed\nDiagnostic-Code: smtp; 550 5.2.1 disabled", "failed", "permanent", "5.2.1"),
    ("Action: failed\nDiagnostic-Code: smtp;452-4.2.2 full", "failed", "temporary", "4.2.2"),
    ("Action: failed\nDiagnostic-Code: smtp; 450 try later", "failed", "temporary", ""),
    ("Action: failed\nDiagnostic-Code: smtp; 550 no such user", "failed", "permanent", ""),
    ("Action: failed\nDiagnostic-Code: smtp; 550 from 192.0.4.5.1 no", "failed", "permanent", ""),
    ("Status: 5.1.1", "failed", "permanent", "5.1.1"),
    ("Status: 4.2.2", "delayed", "temporary", "4.2.2"),
    ("Status: 2.0.0", "delivered", "temporary", "2.0.0"),
    ("Action: failed\nStatus: 5.7.999", "failed", "permanent", "5.7.999"),
    ("Remote-MTA: dns; mx.daily.exa", "failed", "temporary", ""),  # cut off
]  # fmt: skip


@pytest.mark.parametrize(("fields", "action", "permanence", "status"), OUTCOMES)
def test_what_became_of_it(fields: str, action: str, permanence: str, status: str) -> None:
    found = one(f"Final-Recipient: rfc822; {ANN}\n{fields}\n")
    assert (found.action, found.permanence, found.status) == (action, permanence, status)


_ANN = f"Final-Recipient: rfc822; {ANN}\nAction: failed\nStatus: 5.1.1\n"
_LOOSE = _ANN.replace("Action", "\nAction")
_BEN = f"Final-Recipient: rfc822; {BEN}\nAction: delayed\nStatus: 4.4.1\n"

_BOTH = f"{PER_MESSAGE}\n{_ANN}\n{_BEN}"

SHAPES = [
    ("as it should be", _BOTH),
    ("blank lines at both ends", f"\n\n{PER_MESSAGE}\n\n\n{_ANN}\n \n{_BEN}\n\n"),
    ("no blank line before the first", f"{PER_MESSAGE}{_ANN}\n{_BEN}"),
    ("no blank lines at all", f"{PER_MESSAGE}{_ANN}{_BEN}"),
    ("only recipients", f"{_ANN}\n{_BEN}"),
    ("a blank line within", f"{PER_MESSAGE}\n{_LOOSE}\n{_BEN}"),
    ("the action first", f"{PER_MESSAGE}\nAction: failed\nFinal-Recipient: rfc822; {ANN}\n"
     f"Status: 5.1.1\n\nAction: delayed\nFinal-Recipient: rfc822; {BEN}\nStatus: 4.4.1\n"),
    ("both addresses, no blank lines", f"{PER_MESSAGE}"
     f"Original-Recipient: rfc822; {ANN}\nFinal-Recipient: rfc822; a@x.example\nAction: failed\n"
     f"Status: 5.1.1\nOriginal-Recipient: rfc822; {BEN}\nFinal-Recipient: rfc822; b@x.example\n"
     "Action: delayed\nStatus: 4.4.1\n"),
    ("all of it indented", textwrap.indent(_BOTH, "    ")),
    ("odd case", _BOTH.replace("Recipient", "RECIPIENT").replace("Act", "aCT")),
    ("a diagnostic badly folded", f"{PER_MESSAGE}\n{_ANN}Diagnostic-Code: smtp; 550\n"
     f"and this was the second line\n\n{_BEN}"),
    ("told of twice", f"{PER_MESSAGE}\n{_BEN.replace(BEN, ANN)}\n{_ANN}\n{_BEN}"),
]  # fmt: skip


@pytest.mark.parametrize("status", [s[1] for s in SHAPES], ids=[s[0] for s in SHAPES])
@pytest.mark.parametrize("encoding", ["", "7bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("kind", ["message/delivery-status", "Message/Global-Delivery-Status; x=y"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_reports_of_two_in_all_shapes(status: str, encoding: str, kind: str, end: bytes) -> None:
    raw = a_report(status, kind=kind, encoding=encoding).replace(b"\n", end)
    found = {one.address: (one.action, one.permanence) for one in read(raw).recipients}
    assert found == {ANN: ("failed", "permanent"), BEN: ("delayed", "temporary")}


def test_a_report_whose_parts_have_no_boundary_or_no_end() -> None:
    raw = a_report(f"{PER_MESSAGE}\n{_ANN}")
    assert [
        one.address
        for one in read(raw.partition(b"\n--=_1\nContent-Type: message/rfc")[0]).recipients
    ] == [ANN]
    unbound = raw.replace(b'; boundary="=_1"', b"")
    assert [one.address for one in read(unbound).recipients] == [ANN]


def test_never_one_of_the_returned_message_or_of_the_text_beside() -> None:
    raw = a_report(f"{PER_MESSAGE}\n{_ANN}")
    assert [one.address for one in read(raw).recipients] == [ANN]


def test_never_one_of_a_report_that_is_returned_itself() -> None:
    inner = a_report(f"{PER_MESSAGE}\n{_BEN}")
    raw = a_report(f"{PER_MESSAGE}\n{_ANN}").replace(
        b"From: press@press.example\n", inner.replace(b"=_1", b"=_2") + b"\nFrom: x@y.example\n"
    )
    assert [one.address for one in read(raw).recipients] == [ANN]


def test_a_report_whose_part_is_called_something_else() -> None:
    for kind in ("text/plain", "application/octet-stream", "message/unknown"):
        raw = a_report(f"{PER_MESSAGE}\n{_ANN}", kind=kind)
        assert [one.address for one in read(raw).recipients] == [ANN]


def passed_on(head: bytes, inner: bytes) -> bytes:
    return (
        head + b'Content-Type: multipart/mixed; boundary="out"\n\n--out\n\nSee below.\n--out\n'
        b"Content-Type: message/rfc822\n\n" + inner + b"\n--out--\n"
    )


@pytest.mark.parametrize(
    "head",
    [
        b"From: MAILER-DAEMON@gateway.example\nSubject: [SPAM?] Undelivered\n",
        b"From: list-owner@lists.example\nAuto-Submitted: auto-generated\nSubject: Uncaught\n",
    ],
)
def test_a_report_that_a_system_passes_on_counts(head: bytes) -> None:
    raw = passed_on(head, a_report(f"{PER_MESSAGE}\n{_ANN}"))
    assert [one.address for one in read(raw).recipients] == [ANN]


@pytest.mark.parametrize(
    "subject", [b"Fwd: Undelivered Mail", b"What is this?", b"WG: Unzustellbar"]
)
def test_never_a_notice_of_a_report_that_somebody_forwards(subject: bytes) -> None:
    head = b"From: it@press.example\nTo: bounces@press.example\nSubject: " + subject + b"\n"
    inner = a_report(f"{PER_MESSAGE}\n{_ANN}")
    told = read(passed_on(head, inner))
    assert told.kind is Kind.OTHER
    assert told.recipients == ()
    if b": " in subject:  # the report's own parts, taken over
        assert read(head + inner.partition(b"\n\n")[2]).recipients == ()


def test_a_report_within_other_parts_is_found() -> None:
    inner = a_report(f"{PER_MESSAGE}\n{_ANN}").partition(b"MIME-Version: 1.0\n")[2]
    raw = (
        b'From: MAILER-DAEMON@x.example\nContent-Type: multipart/signed; boundary="out"\n\n--out\n'
        + inner
        + b"\n--out\nContent-Type: application/pgp-signature\n\nxyz\n--out--\n"
    )
    assert [one.address for one in read(raw).recipients] == [ANN]


def test_what_matches_it_to_a_delivery() -> None:
    raw = a_report(
        f"Original-Envelope-Id: abc+2Bdef\n{PER_MESSAGE}\n{_ANN}",
        returned="Return-Path: <bounces+tok@press.example>\n",
    )
    told = read(raw)
    assert told.envelope_ids == ("abc+def",)
    assert told.message_ids == ("<1@press.example>",)
    assert told.addresses == ("bounces@press.example", "bounces+tok@press.example")
    assert told.automatic


_locals = st.from_regex(r"[a-z][a-z0-9._+-]{0,20}[a-z0-9]", fullmatch=True).filter(
    lambda text: ".." not in text and "+2B" not in text and "+3D" not in text
)
_addresses = st.builds(
    "{}@{}.example".format, _locals, st.from_regex(r"[a-z]{1,20}", fullmatch=True)
)
_recipients = st.lists(
    st.tuples(
        _addresses,
        st.one_of(st.none(), _addresses),
        st.sampled_from([("failed", "5"), ("failed", "4"), ("delayed", "4"), ("delivered", "2")]),
        st.integers(0, 7),
        st.integers(0, 999),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda one: one[0],
)


@given(_recipients, st.booleans(), st.sampled_from(["", "base64", "quoted-printable"]))
def test_every_well_formed_report_is_read_whole(
    recipients: list[tuple[str, str | None, tuple[str, str], int, int, str]],
    upper: bool,
    encoding: str,
) -> None:
    groups, expected = [PER_MESSAGE], []
    for address, final, (action, digit), subject, detail, text in recipients:
        status = f"{digit}.{subject}.{detail}"
        fields = f"Original-Recipient: rfc822;{address}\n" if final else ""
        fields += f"Final-Recipient: rfc822; {final or address}\nAction: {action}\n"
        fields += f"Status: {status}\nDiagnostic-Code: smtp; {digit}50 {text.strip() or 'x'}\n"
        if upper:
            fields = fields.replace("Recipient:", "RECIPIENT:").replace("Status:", "STATUS:")
        groups.append(fields)
        permanent = action == "failed" and digit == "5"
        expected.append((address, action, "permanent" if permanent else "temporary", status))
    told = read(a_report("\n".join(groups), encoding=encoding))
    assert told.kind is Kind.DSN
    found = [(one.address, one.action, one.permanence, one.status) for one in told.recipients]
    assert found == expected
