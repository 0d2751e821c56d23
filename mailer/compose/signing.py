"""DKIM signatures (RFC 6376; Ed25519: RFC 8463) over whole copies, by dkimpy, which is loaded
where there is a key.

A copy is signed after it was filled, because its To, its Message-ID and its way to leave are signed
too: RFC 8058 §4 asks for the last. A relay that signs by itself does it faster; then leave this.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from mailer.compose.slots import Filled
from mailer.config import Config
from mailer.core.errors import ConfigError

SIGNED = (
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Content-Language", "MIME-Version"),
    "Content-Type",
)
"""Headers that are signed, there or not: what is not there cannot be added on the way."""

_SAMPLE = b"From: press@example.org\r\n\r\nSample.\r\n"
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
"""What says in a public key that it is one of RSA (RFC 8017 §A.1)."""
_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
"""What stands before the 32 octets of an Ed25519 key in PKCS #8 (RFC 8410 §7)."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs as `domain` with the key whose public half is at `selector`._domainkey.`domain`."""

    domain: str
    selector: str
    key: bytes = field(repr=False)
    algorithm: str

    @classmethod
    def configured(cls, config: Config) -> Signer | None:
        """What signs an office's messages, tried out; None: the relay may. Raises ConfigError."""
        dkim_of, key = config.dkim, config.dkim.key
        return (
            cls.of(dkim_of.domain or config.office.domain, dkim_of.selector, key) if key else None
        )

    @classmethod
    def of(cls, domain: str, selector: str, pem: bytes) -> Signer:
        """A signer with a private key in PEM, RSA or Ed25519, tried out.

        Raises ConfigError, which never shows the key, if nothing can be signed with it.
        """
        seed = _ed25519_seed(pem)
        signer = cls(domain, selector, seed or pem, "ed25519-sha256" if seed else "rsa-sha256")
        try:
            signer.header(_SAMPLE)
        except Exception:
            raise ConfigError(
                "dkim: key_file holds no RSA or Ed25519 private key in PEM; make one with:"
                " openssl genpkey -algorithm ed25519"
            ) from None
        return signer

    @property
    def record(self) -> str:
        """What must stand in the DNS as a TXT record, at `name` (RFC 6376 §3.6.1, RFC 8463 §4)."""
        if self.algorithm.startswith("ed25519"):
            from nacl.encoding import Base64Encoder
            from nacl.signing import SigningKey

            public = bytes(SigningKey(self.key, encoder=Base64Encoder).verify_key)
            return f"v=DKIM1; k=ed25519; p={base64.b64encode(public).decode()}"
        from dkim.crypto import parse_pem_private_key

        key = parse_pem_private_key(self.key)
        numbers = _der(0x30, _integer(key["modulus"]) + _integer(key["publicExponent"]))
        public = _der(0x30, _RSA + _der(0x03, b"\0" + numbers))
        return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"

    @property
    def name(self) -> str:
        """Where receivers look for the public half of the key."""
        return f"{self.selector}._domainkey.{self.domain}"

    def signed(self, copy: Filled) -> Filled:
        """A copy with its signature before it."""
        header = self.header(copy.data.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."))
        return copy._replace(data=header + copy.data, size=copy.size + len(header))

    def header(self, content: bytes) -> bytes:
        """The DKIM-Signature header of a message (not dot-stuffed), with its line end."""
        import dkim

        signature: bytes = dkim.sign(
            content,
            self.selector.encode(),
            self.domain.encode(),
            self.key,
            canonicalize=(b"relaxed", b"relaxed"),
            signature_algorithm=self.algorithm.encode(),
            include_headers=[name.lower().encode() for name in (*SIGNED, "From")],
        )
        return signature.rstrip(b"\r\n") + b"\r\n"


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def _der(tag: int, content: bytes) -> bytes:
    """One value in DER (X.690 §8.1)."""
    size = len(content)
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, *([size] if size < 128 else [128 + len(octets), *octets])]) + content


def _ed25519_seed(pem: bytes) -> bytes | None:
    """An Ed25519 key as dkimpy takes it, or None if it is none."""
    body = b"".join(line for line in pem.split(b"\n") if not line.startswith(b"-----"))
    try:
        octets = base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        return None
    if not octets.startswith(_ED25519) or len(octets) != len(_ED25519) + 32:
        return None
    return base64.b64encode(octets[len(_ED25519) :])
