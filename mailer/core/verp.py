"""The envelope sender of one delivery, so that whatever comes back names the copy it is about.

`bounces+<token>@press.example.org` (VERP, variable envelope return paths). The token is the
delivery's number, masked and sealed with the office's secret, so that nothing is stored for each
delivery, nobody can make one up, and none tells which copy went before which (SIV: the seal is
also what the mask is drawn from). The same token is the delivery's ENVID (RFC 3461 §4.4). The
secret is the key beside the ledger (`Database.link_key`).

    verp(local_part, domain, token(delivery, key))  # of [bounces] address

It is 20 characters of a–z and 2–7: whatever folds case, or makes another sign of the "+", leaves
it readable, and it is found wherever in a local part a forwarder has put it (SRS, BATV).
"""

from __future__ import annotations

import base64
import hmac
import re
from hashlib import blake2b

SEAL, NUMBER = 12, 8
"""A token's characters: 60 bits of seal, and 40 bits of the delivery's number."""

MOST_LOCAL = 64 - 1 - SEAL - NUMBER
"""The longest local part, in octets, that a token can be put after (RFC 5321 §4.5.3.1.1)."""

_LONGEST = 2_000
_TOKEN_RE = re.compile(rf"(?<![a-z0-9])[a-z2-7]{{{SEAL + NUMBER}}}(?![a-z0-9])")


def token(delivery: int, secret: bytes) -> str:
    """The token of a delivery, by its number in the ledger (0 to 2**40 - 1).

    `secret` is of 1 to 64 octets, the longest key of BLAKE2b (RFC 7693 §2.1).
    """
    plain = delivery.to_bytes(5)
    sealed = blake2b(plain, key=secret, digest_size=8, person=b"envelope seal")
    seal = _letters(sealed.digest())[:SEAL]
    return seal + _letters(_masked(plain, seal, secret))


def verp(local_part: str, domain: str, token: str) -> str:
    """The envelope sender: `local_part+token@domain`. Raises ValueError where it is too long."""
    if len(local_part.encode()) > MOST_LOCAL:
        raise ValueError(f"the local part is longer than {MOST_LOCAL} octets")
    return f"{local_part}+{token}@{domain}"


def parse(address: str, secret: bytes) -> int | None:
    """The delivery that an address (or an ENVID) names; None if its seal is not ours."""
    local_part = address[:_LONGEST].rpartition("@")[0] or address[:_LONGEST]
    for found in _TOKEN_RE.finditer(local_part.lower()):
        seal, masked = found[0][:SEAL], base64.b32decode(found[0][SEAL:].upper())
        delivery = int.from_bytes(_masked(masked, seal, secret))
        if hmac.compare_digest(token(delivery, secret), found[0]):
            return delivery
    return None


def _masked(number: bytes, seal: str, secret: bytes) -> bytes:
    mask = blake2b(seal.encode(), key=secret, digest_size=5, person=b"envelope mask").digest()
    return (int.from_bytes(number) ^ int.from_bytes(mask)).to_bytes(5)


def _letters(octets: bytes) -> str:
    return base64.b32encode(octets).decode().lower()
