"""What an address on a list may be."""

import string

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailer.intake.addresses import MAX_LENGTH, Refusal, read_address, same_mailbox_key


def peer(text: str) -> str | None:
    """What email-validator alone makes of it; None where it refuses."""
    try:
        valid = validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        return None
    return f"{valid.local_part}@{valid.ascii_domain}"


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("ana@paper.example", "ana@paper.example"),
        ("Ana.Sol@Paper.EXAMPLE", "Ana.Sol@paper.example"),
        ("INFO@paper.example", "info@paper.example"),
        ("o'neil+press@paper.example.org", "o'neil+press@paper.example.org"),
        ("a@desk.test", "a@desk.test"),
        ("jo@bücher.example", "jo@xn--bcher-kva.example"),
        ("jo@XN--BCHER-KVA.example", "jo@xn--bcher-kva.example"),
        ("josé@paper.example", "josé@paper.example"),
        ("أمل@بيت.example", "أمل@xn--ngbe9g.example"),
    ],
)
def test_an_address_is_taken_in_one_form(written: str, taken: str) -> None:
    assert read_address(written) == taken
    assert read_address(taken) == taken


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "missing-address"),
        ("a@b.example\r\nBcc: x@y.example", "unsafe-address"),
        ("a@b.example\n", "unsafe-address"),
        ("a\x00@b.example", "unsafe-address"),
        ("a b@c.example", "unsafe-address"),
        ("Ana <a@b.example>", "unsafe-address"),
        ("a@b.example,c@d.example", "unsafe-address"),
        ("\u202ea@b.example", "unsafe-address"),
        ("a\u00a0b@c.example", "unsafe-address"),
        ("a", "bad-address"),
        ("@b.example", "bad-address"),
        ("a@", "bad-address"),
        ("a@b", "bad-address"),
        ("a@b@c.example", "bad-address"),
        ("a..b@c.example", "bad-address"),
        (".a@c.example", "bad-address"),
        ("a@-b.example", "bad-address"),
        ("a@b.1", "bad-address"),
        ("a@[127.0.0.1]", "bad-address"),
        ('"a"@b.example', "bad-address"),
        ("a@host.localhost", "bad-address"),
        ("a@x.invalid", "bad-address"),
        ("ana@bb\u0441.co.uk", "lookalike-address"),
        ("ana@xn--bb-pmc.co.uk", "lookalike-address"),
        ("\u0430na@paper.example", "lookalike-address"),
        ("ana@\u03bfutlet.example", "lookalike-address"),
        ("x" * 65 + "@b.example", "bad-address"),
        ("a@" + "b" * 64 + ".example", "bad-address"),
        ("a@" + "b." * 200 + "example", "bad-address"),
        ("a\ud800@b.example", "bad-address"),
        ("a" * 10_000_000, "bad-address"),
    ],
)
def test_an_address_is_refused_with_its_reason(written: str, code: str) -> None:
    refusal = read_address(written)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert refusal.reason.isprintable()


ATEXT = string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~"
near_label = st.text(string.ascii_letters + string.digits + "-é", min_size=0, max_size=66)
near_domain = st.lists(
    near_label | st.sampled_from(["xn--bcher-kva", "xn--", "test", "local", "arpa", "example"]),
    max_size=6,
).map(".".join)
near_local = st.text(ATEXT + ".é", max_size=70) | st.sampled_from(["INFO", "Abuse", "WebMaster"])
near_address = st.tuples(near_local, near_domain).map("@".join)


@settings(deadline=None)
@given(near_address | st.text(ATEXT + "@.-[]é\u017f\u212a") | st.text())
@example("a@" + ".".join(["b" * 63] * 4))
@example("a@ab--cd.example")
@example("a@\u212a.example")
@example("Postmaster@x.example")
def test_an_address_is_never_taken_that_email_validator_refuses(text: str) -> None:
    ours = read_address(text)
    if isinstance(ours, Refusal):
        return
    assert ours == peer(text)
    assert peer(ours) == ours
    assert len(ours) <= MAX_LENGTH


@settings(deadline=None)
@given(st.emails())
def test_an_everyday_address_is_taken(text: str) -> None:
    assert (read_address(text) == peer(text)) or peer(text) is None


def test_case_tells_no_two_mailboxes_apart() -> None:
    assert same_mailbox_key("Ana@paper.example") == same_mailbox_key("ana@paper.example")
