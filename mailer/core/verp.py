"""The addresses of one delivery, so that whatever comes back names the copy it is about.

`bounces+<token>@press.example.org` (VERP, variable envelope return paths) is its envelope sender;
another token after the same "+" makes the address that a mail is sent to, to leave (RFC 2369). A
token is the delivery's number, masked and sealed with the office's secret and what it is for, so
that nothing is stored for each delivery, nobody can make one up, one for bounces is none to leave
by, and none tells which copy went before which (SIV: the seal is also what the mask is drawn
from). The envelope's token is the delivery's ENVID too (RFC 3461 §4.4). The secret is the key
beside the ledger (`Database.link_key`).

    verp(local_part, domain, token(delivery, key))  # of [bounces] address

It is 20 characters of a–z and 2–7: whatever folds case, or makes another sign of the "+", leaves
it readable, and it is found wherever in a local part a forwarder has put it (SRS, BATV).
"""

from __future__ import annotations

import base64
import hmac
import re
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

SEAL, NUMBER = 12, 8
"""A token's characters: 60 bits of seal, and 40 bits of the delivery's number."""

MOST_LOCAL = 64 - 1 - SEAL - NUMBER
"""The longest local part, in octets, that a token can be put after (RFC 5321 §4.5.3.1.1)."""

_LONGEST = 2_000
_TOKEN_RE = re.compile(rf"(?<![a-z0-9])[a-z2-7]{{{SEAL + NUMBER}}}(?![a-z0-9])")


class Use(StrEnum):
    """What a token is for; its value goes into the seal."""

    ENVELOPE = "envelope"
    LEAVING = "leaving"


def token(delivery: int, secret: bytes, use: Use = Use.ENVELOPE) -> str:
    """The token of a delivery, by its number in the ledger (0 to 2**40 - 1).

    `secret` is of 1 to 64 octets, the longest key of BLAKE2b (RFC 7693 §2.1).
    """
    plain = delivery.to_bytes(5)
    sealer, masker = _hashes(secret, use)
    sealed = sealer.copy()
    sealed.update(plain)
    seal = _letters(sealed.digest())[:SEAL]
    return seal + _letters(_masked(plain, seal, masker))


def verp(local_part: str, domain: str, token: str) -> str:
    """The address: `local_part+token@domain`. Raises ValueError where it is too long."""
    if len(local_part.encode()) > MOST_LOCAL:
        raise ValueError(f"the local part is longer than {MOST_LOCAL} octets")
    return f"{local_part}+{token}@{domain}"


def parse(address: str, secret: bytes, use: Use = Use.ENVELOPE) -> int | None:
    """The delivery that an address (or an ENVID) names; None if its seal is not ours, for this."""
    local_part = address[:_LONGEST].rpartition("@")[0] or address[:_LONGEST]
    masker = _hashes(secret, use)[1]
    for found in _TOKEN_RE.finditer(local_part.lower()):
        seal, masked = found[0][:SEAL], base64.b32decode(found[0][SEAL:].upper())
        delivery = int.from_bytes(_masked(masked, seal, masker))
        if hmac.compare_digest(token(delivery, secret, use), found[0]):
            return delivery
    return None


def _masked(number: bytes, seal: str, masker: blake2b) -> bytes:
    mask = masker.copy()
    mask.update(seal.encode())
    return (int.from_bytes(number) ^ int.from_bytes(mask.digest())).to_bytes(5)


@lru_cache(maxsize=8)
def _hashes(secret: bytes, use: Use) -> tuple[blake2b, blake2b]:
    """What seals and what masks, keyed once: there are two tokens in every copy."""
    seal, mask = f"{use} seal".encode(), f"{use} mask".encode()
    return (
        blake2b(key=secret, digest_size=8, person=seal),
        blake2b(key=secret, digest_size=5, person=mask),
    )


def _letters(octets: bytes) -> str:
    return base64.b32encode(octets).decode().lower()
