"""The links of one copy: how their tokens are made, kept and read, and how long they work.

Every copy has three, each for one purpose: `/e/…` the embargo agreement, `/u/…` unsubscribing,
`/p/…` the journalist's preferences. A token is 32 octets in base64url, and nobody can guess one:
the first is drawn from the ledger's link key and the copy's random Message-ID, so that a retry
after a restart carries the same octets; the others are hashes of the one before, in the order of
`Purpose`. Who knows the embargo link can therefore make the other two, and who knows the
unsubscribe link, which mail providers see in a header, can choose as well as leave, and no more
(`lesser`). The ledger keeps one hash of the last of them (`kept`) and no token; the pages read a
token with that alone, without the key, so that the listener that faces the internet can make no
link. docs/decisions/0008-links-are-kept-as-hashes.md says why.

To write a link into a message:

    links = Links.of(key, message_id)             # key: Database.link_key; "<…@…>" as in the header
    page(base_url, Purpose.UNSUBSCRIBE, links.unsubscribe)  # "https://press.example.org/u/…"

`base_url` is `[public] base_url`; where that is empty there are no pages, and no links are written.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

KEY_OCTETS = 32
KEPT_OCTETS = 16
"""So many of the hash are kept: enough, since what is hashed cannot be guessed."""
TOKEN_LENGTH = 43
"""Characters of a token: 32 octets in base64url without padding."""


class Purpose(StrEnum):
    """What a link is for; its value is the first part of the page's path."""

    EMBARGO = "e"
    UNSUBSCRIBE = "u"
    PREFERENCES = "p"


LIFE: Mapping[Purpose, timedelta] = MappingProxyType(
    {
        Purpose.EMBARGO: timedelta(days=30),
        Purpose.PREFERENCES: timedelta(days=400),
        Purpose.UNSUBSCRIBE: timedelta(days=400),
    }
)
"""How long a link works after its copy was due. Mail is read late, and must still be left."""

_ORDER = tuple(Purpose)


@dataclass(frozen=True, slots=True)
class Links:
    """The tokens of one copy, and the hash by which the ledger finds it again."""

    embargo: str
    unsubscribe: str
    preferences: str
    kept: bytes

    @classmethod
    def of(cls, key: bytes, message_id: str) -> Links:
        """The links of the copy with this Message-ID: the same whenever they are made."""
        embargo, unsubscribe, preferences = _chain(key, message_id)
        found = _after(preferences, Purpose.PREFERENCES)[:KEPT_OCTETS]
        return cls(_text(embargo), _text(unsubscribe), _text(preferences), found)


def kept(key: bytes, message_id: str) -> bytes:
    """`Links.of(…).kept` alone: what is written for each of very many copies."""
    *_, preferences = _chain(key, message_id)
    return _after(preferences, Purpose.PREFERENCES)[:KEPT_OCTETS]


def sought(purpose: Purpose, token: str) -> bytes:
    """The hash under which the ledger would keep the copy of a token that somebody shows.

    Any text is taken, and costs the same: what is no token has a hash that nothing is kept under.
    It is looked for by equality of the hash, so that a comparison tells nothing of a token.
    """
    octets = _octets(token)
    for one in _ORDER[_ORDER.index(purpose) :]:
        octets = _after(octets, one)
    return octets[:KEPT_OCTETS]


def lesser(purpose: Purpose, token: str, wanted: Purpose) -> str:
    """The token of a later purpose that one leads to; of a text that is no token, another such."""
    octets = _octets(token)
    for one in _ORDER[_ORDER.index(purpose) : _ORDER.index(wanted)]:
        octets = _after(octets, one)
    return _text(octets)


def works(purpose: Purpose, due: datetime, lift: datetime | None, now: datetime) -> bool:
    """Whether a link still works at `now`: of a copy that was due then, under this embargo.

    All instants are aware. An embargo link works at least until the embargo lifts.
    """
    until = due + LIFE[purpose]
    if purpose is Purpose.EMBARGO and lift is not None:
        until = max(until, lift + LIFE[purpose])
    return now < until


def page(base_url: str, purpose: Purpose, token: str, language: str = "") -> str:
    """The address of a page; `language` is the one it opens in where a browser says no other."""
    asked = f"?lang={language}" if language else ""
    return f"{base_url.rstrip('/')}/{purpose}/{token}{asked}"


def sample(base_url: str) -> str:
    """What stands for a journalist's own page where a copy is tried or shown; it leads nowhere."""
    return page(base_url, Purpose.UNSUBSCRIBE, "preview") if base_url.startswith("https:") else ""


def _chain(key: bytes, message_id: str) -> tuple[bytes, bytes, bytes]:
    embargo = hmac.digest(key, message_id.encode(), "sha256")
    unsubscribe = _after(embargo, Purpose.EMBARGO)
    return embargo, unsubscribe, _after(unsubscribe, Purpose.UNSUBSCRIBE)


def _after(octets: bytes, purpose: Purpose) -> bytes:
    """What the token of one purpose comes to for the next."""
    return hashlib.sha256(_MARKS[purpose] + octets).digest()


_MARKS = {purpose: b"press-mailer link " + purpose.encode() for purpose in Purpose}


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


def _octets(token: str) -> bytes:
    """A token's octets, or those of any text's hash: 32 in any case."""
    value = token.encode("utf-8", "replace")
    return _decoded(value) or hashlib.sha256(value).digest()


def _decoded(token: bytes) -> bytes | None:
    """Only the one spelling of 32 octets is a token."""
    if len(token) != TOKEN_LENGTH:
        return None
    try:
        octets = urlsafe_b64decode(token + b"=")
    except ValueError:
        return None
    return octets if _text(octets).encode() == token else None
