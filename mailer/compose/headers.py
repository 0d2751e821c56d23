"""Header values of RFC 5322, written from words: nothing in them can add a header or an address.

(The standard library's `EmailMessage` folds names and addresses wrongly in releases that are still
in use, and takes ten times as long.)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from email import base64mime
from email.charset import Charset
from email.header import Header
from email.utils import parseaddr
from functools import lru_cache
from urllib.parse import quote

from email_validator import EmailNotValidError, validate_email

from mailer.compose.text import one_line
from mailer.core.errors import ConfigError

FOLD = 76
_WORD = 64
_UTF8 = Charset("utf-8")
_ATOMS_RE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ADDRESS_RE = re.compile(r'[^\s<>()\[\],;:\\"@\x00-\x1f\x7f]+@[^\s<>()\[\],;:\\"@\x00-\x1f\x7f]+')


def headers(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Whole headers, each folded and ended."""
    return "".join(f"{_folded(name, value)}\r\n" for name, value in pairs).encode()


def to_header(name: str, address: str) -> bytes:
    """The whole To header of one mailbox; `name` is one line, and may be empty."""
    short = len(name) <= _WORD and len(name) + len(address) <= FOLD - len("To:  <>")
    if short and _ATOMS_RE.fullmatch(name) and "=?" not in name:
        # What nearly every header comes to, at a tenth of the cost: nothing to quote or to fold.
        return f"To: {name} <{address}>\r\n".encode()
    return headers([("To", named(name, address))])


def _folded(name: str, value: str) -> str:
    """A header in lines of up to 76 columns, folded at its spaces only (RFC 5322 §2.2.3)."""
    lines = [f"{name}:"]
    for token in value.split(" "):
        if len(lines[-1]) + 1 + len(token) > FOLD and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {token}"
    return "\r\n".join(lines)


def unstructured(words: str) -> str:
    """Words as they are where they are short ASCII, else as encoded words (RFC 2047)."""
    plain = words.isascii() and "=?" not in words and max(map(len, words.split(" "))) <= _WORD
    return words if plain else _encoded(words)


def _encoded(words: str) -> str:
    """Encoded words: the first fits beside any header's name, each other is one line's."""
    octets = words.encode()
    if 6 * (len(octets) - len(words)) <= len(octets) + 8:  # else Base64 is the shorter for sure
        word = _UTF8.header_encode(words)
        if word.startswith("=?utf-8?q?"):
            if len(word) <= FOLD - len("Content-Language: "):
                return word
            header = Header(words, "utf-8", maxlinelen=FOLD, header_name="Content-Language")
            return header.encode(linesep="\n").replace("\n ", " ")
    # What `Header` makes of it too, but it tries each letter.
    tokens = []
    start, room = 0, 33
    while start < len(octets):
        end = start + room
        while end < len(octets) and octets[end] & 0xC0 == 0x80:
            end -= 1  # a letter's octets stay together (RFC 2047 §5)
        tokens.append(base64mime.header_encode(octets[start:end], "utf-8"))
        start, room = end, 45
    return " ".join(tokens)


def named(name: str, address: str) -> str:
    """A mailbox, or a List-Id: a name that can be read as nothing else, and <address>."""
    if not name:
        return address if "@" in address else f"<{address}>"
    if unstructured(name) != name:
        return f"{_encoded(name)} <{address}>"
    if _ATOMS_RE.fullmatch(name):
        return f"{name} <{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def list_id(audience: str, domain: str) -> str:
    """`audience.domain` as RFC 2919 wants it; a name without Latin letters is shown by its hash."""
    label = re.sub(r"[^a-z0-9]+", "-", audience.lower()).strip("-")
    label = label[:60] or hashlib.sha256(audience.encode(errors="replace")).hexdigest()[:12]
    return f"{label}.{re.sub(r'[^A-Za-z0-9.-]', '', domain)}"


def leave_by_mail(address: str) -> str:
    """The mailto address of whoever wants to leave (RFC 2369 §3.2, RFC 6068)."""
    return f"mailto:{quote(address, safe='@.+-_')}?subject=unsubscribe"


@lru_cache(maxsize=256)
def mailbox_of(mailbox: str, audience: str, key: str) -> tuple[str, str]:
    """The name and the address of an audience's `key`; raises `ConfigError` if it has none."""
    name, address = parseaddr(one_line(mailbox))
    ascii_address = address_of(address)
    if ascii_address is None:
        raise ConfigError(
            f"audience {one_line(audience)}: {key}: {one_line(mailbox)!r} is not a mailbox;"
            ' write it as "Name <address@example.org>"'
        )
    return one_line(name), ascii_address


def address_of(address: str) -> str | None:
    """The one address this is, with its domain in ASCII where it can be; None if it is not one."""
    if not _ADDRESS_RE.fullmatch(address):
        return None
    if address.isascii():
        return address
    try:
        valid = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return None
    return valid.ascii_email or valid.normalized
