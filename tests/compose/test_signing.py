"""DKIM signatures, as other programs judge them."""

import base64
import re
import subprocess
from pathlib import Path

import dkim
import pytest
from compose_sample import ASHA, LAYLA, MESSAGE_ID, OFFICE, SENT, TEMPLATES, VERSION, dispatch
from nacl.signing import SigningKey
from needs import find, needs

from mailer.compose.message import Own
from mailer.compose.signing import SIGNED, Signer
from mailer.compose.slots import Copies, Filled, dot_stuffed
from mailer.core.errors import ConfigError
from mailer.core.model import Contact

RSA = b"""\
-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC6BsPoP9ukrP7s
m5s3NikoWN8aFxXgpp/53N9vVB3pFd6G0zFXhQZN9v5WlsPCbSXVT93YOi8SuPGZ
ZHnpOCmVqFJW4k6GLzVvnfdLOOAGzEaxR2xhHBvqhoaQrX51lUUSkQM1+bx/9nIO
f7xi5ubxpAA14XZOYJhlx7nvi1n3iHBdnHv40kDC1hH2MvUNZlAbzSoTz/iia+bv
U6E34N8ZgO+ZLrcJTFNWzCIYL2DTKbNUnLziOObnvk1jQLyVzT3ZPP/Oh/dM978R
lEJVeD3sW1IUwDCdE9XtdBG06DOUI1eLXgzaMOXPLqESnRWkBNWR24ckmRBzPumk
CKETmj85AgMBAAECggEAA1YPuWCRIy4/EXs7mLfjRmf28v7VqPEUDrpuqg52Ityo
4FN1Smkw/cD05Wn6xMfe/9OuL4Hg9OhVh4y3wFOo20Lo3HSz4nrXmH2Fa9dEnUVD
Qfan85iPdPCeBTDiAwspm/Wh0HFUIhoHXZ8zf7U9uw5X5UolLFlVzQLR9ivSRzrR
THZxlM4K3BIMZ7Hst8f/8KpSTaJHWdbDr3Op1cmhiGRDcaSXfDOuFfSUi+uJtNkR
lObpJh7tY3ujN9wkb0EKQxy01T53kPfc4gVVqx+Ky9fqgH42Oig4f//pwSUceHN2
sOUYDp0RIWdkwmdwzVtGHFuGhHGhXC1vOgI6T5yDIQKBgQD1t9fcgJIODSX6WPCH
/z3qPDCQNsDeEsy6dJSahVCk9ca24M3Y4VfE+ZryOUoHixMT2Cw+c4+IWDKoLAcg
m1a5qQgaN14Hx+pauEdtqGNYD1j7zp+JH/J6hJ4aW3CD5Uvz7gREO9Wnq9JOBw83
/DSYjzFxH+IxheeOe+uY6jCllQKBgQDBz3+j2CtcgTctKSrQAV5UmBzl9jLBYNcJ
b/9c7MMylXgLABpXhYFYItGtOHhhLxbR4RsZ3pmA4qu6hoCNJ00Xr3zJSTHkBrOK
kElErRu9fAA6mHMexMPYh6zH7T60InDE+HE+vFCNm+ndneEY3x7pTmWAwJR/275K
3py+k6uCFQKBgAzICFl28qH6exw/nhtk4oKZqOkHgBbNIYsdX1F+V8iM5E5E+VAr
wJYFadLpufkUeeSRXRPOjQvJkrD+wUwn6GX17e73LFP5SS544XZJyQkem0FV6SSH
3eQTm+nBEeQ6fC3vFpe6CQ4UuPbIFTmTS+UXpbm9r9VlorrdpU6p9+fVAoGBAME4
1+5Hg+Nzx8i0dERwONVp2dXCgJOesoRsLlE8ktcJgWamMZz0MyHlhNmHpSxuv/d6
z4QZEz0Vv1P06JDRj+B/So9688x8id8pPoLDexaMW8YPWyZf0Uk86ptgAdWhSIB3
mJ+NK1ojCSOzVUlwmObNDBEy7loSgEMwcWDm5GSJAoGBAJNvDF3GmbXTM+udmQjp
OwKApesXb7sTQ/0ddEXI38LAfev9r1XDg/47pT2bODobkFjQLXst1maHMQt0Orkq
VIOhp5TWGty4qXY73aEKlOHqb9IrzMVqWR1RUDz4RgXx/iNrFCktbij69OvI7XxR
FiSTAiJjkpckPLkNK6pMMJy2
-----END PRIVATE KEY-----
"""
ED25519 = b"""\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
-----END PRIVATE KEY-----
"""
ED25519_RECORD = (
    "v=DKIM1; k=ed25519; p="
    + base64.b64encode(bytes(SigningKey(bytes(range(32))).verify_key)).decode()
)
RSA_RECORD = (
    "v=DKIM1; k=rsa; p="
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAugbD6D/bpKz+7JubNzYpKFjfGhcV4Kaf+dzf"
    "b1Qd6RXehtMxV4UGTfb+VpbDwm0l1U/d2DovErjxmWR56TgplahSVuJOhi81b533SzjgBsxGsUdsYRwb"
    "6oaGkK1+dZVFEpEDNfm8f/ZyDn+8Yubm8aQANeF2TmCYZce574tZ94hwXZx7+NJAwtYR9jL1DWZQG80q"
    "E8/4omvm71OhN+DfGYDvmS63CUxTVswiGC9g0ymzVJy84jjm575NY0C8lc092Tz/zof3TPe/EZRCVXg9"
    "7FtSFMAwnRPV7XQRtOgzlCNXi14M2jDlzy6hEp0VpATVkduHJJkQcz7ppAihE5o/OQIDAQAB"
)
DOMAIN = "press.example.org"
SIGNERS = {
    "rsa": (Signer.of(DOMAIN, "press", RSA), RSA_RECORD),
    "ed25519": (Signer.of(DOMAIN, "press", ED25519), ED25519_RECORD),
}


def copy(reader: Contact = ASHA, leave: str = "https://press.example.org/u/x") -> Filled:
    copies = Copies(TEMPLATES, VERSION, dispatch(), OFFICE)
    return copies.fill(reader, Own(MESSAGE_ID, ("<first@press.example.org>",), leave), SENT)


def content(filled: Filled) -> bytes:
    raw = filled.data.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    assert len(raw) == filled.size
    assert dot_stuffed(raw) == filled.data
    return raw


def verifies(raw: bytes, record: str) -> bool:
    def found(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"press._domainkey.press.example.org."
        return record.encode()

    return bool(dkim.DKIM(raw).verify(dnsfunc=found))


@pytest.mark.parametrize("algorithm", [*SIGNERS])
@pytest.mark.parametrize("reader", [ASHA, LAYLA], ids=["en", "ar"])
def test_a_signed_copy_verifies(algorithm: str, reader: Contact) -> None:
    signer, record = SIGNERS[algorithm]
    raw = content(signer.signed(copy(reader)))
    assert raw.startswith(b"DKIM-Signature: v=1; a=" + algorithm.encode())
    assert verifies(raw, record)


@pytest.mark.parametrize("algorithm", [*SIGNERS])
@pytest.mark.parametrize(
    "change",
    [
        (b"Subject: EMBARGOED", b"Subject: FREE"),
        (b"To: Asha", b"To: Bob"),
        (b"/u/x>", b"/u/y>"),
        (b"Message-ID: <", b"Message-ID: <x"),
        (b"MIME-Version", b"From: mallory@example.org\r\nMIME-Version"),
        (b"MIME-Version", b"Reply-To: mallory@example.org\r\nMIME-Version"),
        (b"gauges", b"gouges"),
    ],
    ids=lambda change: change[0].decode(),
)
def test_never_a_signature_that_outlives_a_change(
    algorithm: str, change: tuple[bytes, bytes]
) -> None:
    signer, record = SIGNERS[algorithm]
    raw = content(signer.signed(copy()))
    assert change[0] in raw
    assert not verifies(raw.replace(*change, 1), record)


@pytest.mark.parametrize("algorithm", [*SIGNERS])
def test_a_signer_says_what_the_dns_must_have(algorithm: str) -> None:
    signer, record = SIGNERS[algorithm]
    assert signer.record == record
    assert signer.name == "press._domainkey.press.example.org"


def test_every_header_of_ours_is_signed() -> None:
    head = copy().data.partition(b"\r\n\r\n")[0].decode()
    ours = {line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")}
    assert ours <= set(SIGNED)


@pytest.mark.parametrize("pem", [b"", b"nonsense", RSA[:-40], ED25519.replace(b"MC4C", b"MC4D")])
def test_never_a_run_with_a_key_that_signs_nothing(pem: bytes) -> None:
    with pytest.raises(ConfigError, match="holds no RSA or Ed25519 private key") as raised:
        Signer.of(DOMAIN, "press", pem)
    assert raised.value.__cause__ is None


def test_a_signer_never_shows_its_key() -> None:
    for signer, _ in SIGNERS.values():
        assert "key" not in repr(signer)


PERL = r"""
use strict; use Mail::DKIM::Verifier;
no warnings;
*Mail::DKIM::PublicKey::fetch_async = sub {
  my ($class, %given) = @_;
  my $key = Mail::DKIM::PublicKey->parse($ENV{RECORD});
  my $done = $given{Callbacks}{Success};
  my $found = $done ? $done->($key) : $key;
  return sub { $found };
};
my $verifier = Mail::DKIM::Verifier->new;
$verifier->PRINT(join "", <STDIN>);
$verifier->CLOSE;
print $verifier->result_detail;
"""


@needs("spamassassin", "apt install spamassassin")
@pytest.mark.parametrize("reader", [ASHA, LAYLA], ids=["en", "ar"])
def test_another_program_accepts_the_signature(reader: Contact) -> None:
    """Mail::DKIM, which SpamAssassin judges by; the key's record is given to it without a DNS."""
    signer, record = SIGNERS["rsa"]
    done = subprocess.run(
        [find("perl") or "perl", "-e", PERL],
        input=content(signer.signed(copy(reader))),
        env={"RECORD": record},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == b"pass", done.stderr


@needs("opendkim-testmsg", "apt install opendkim-tools")
def test_opendkim_signs_the_same_message_to_the_same_effect(tmp_path: Path) -> None:
    """It verifies only by the DNS; what it signs holds the hash that ours holds."""
    key = tmp_path / "key.pem"
    key.write_bytes(RSA)
    program = find("opendkim-testmsg") or "opendkim-testmsg"
    arguments = [program, "-C", "-d", DOMAIN, "-s", "press", "-k", str(key)]
    raw = content(copy())
    done = subprocess.run(arguments, input=raw, capture_output=True, check=True, timeout=60)
    theirs, ours = done.stdout, SIGNERS["rsa"][0].header(raw)
    hashes = [re.search(rb"bh=([^;]+);", re.sub(rb"\s", b"", one)) for one in (theirs, ours)]
    assert None not in hashes
    assert verifies(theirs + raw if not theirs.endswith(raw) else theirs, RSA_RECORD)
