"""E-mail addresses from untrusted text: taken in one normal form, or refused with the reason.

The rule is email-validator's, without DNS (RFC 5321 §4.1.2, RFC 5322 §3.4.1, RFC 6531). Plain
ASCII addresses, nearly all of them, are taken by regular expressions of our own, many times
faster, which take nothing that email-validator refuses (a test compares the two).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

MAX_LENGTH = 254
"""Octets of a whole address (RFC 5321 §4.5.3.1.3, RFC 3696 erratum 1690)."""

MAX_LOCAL = 64
"""Octets of the part before the @ (RFC 5321 §4.5.3.1.1)."""

_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f-\x9f<>,\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ATOM = r"[a-z0-9_!#$%&'*+\-/=?^`{|}~]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*", re.ASCII | re.IGNORECASE)
_LABEL = r"(?!..--)[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?"
_HOST = re.compile(
    rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\.(?:{_LABEL})(?<=[a-z])", re.ASCII | re.IGNORECASE
)
_HEADER = re.compile(r"""([^<>@]*)<([^<>]*)>""")
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphen, spaces of no width, BOM
_BEFORE = " \t\u00a0\u200e\u200f\u202a\u202c'"  # with a text's marks of direction
_AFTER = _BEFORE + ".,;"
_UNREAD = re.compile(
    "(no[-_]?reply|do[-_]?not[-_]?reply|mailer-daemon|postmaster|hostmaster|abuse|bounces?"
    "|ne[-_]?pas[-_]?repondre|keine[-_]?antwort|nicht[-_]?antworten|no[-_]?responder"
    "|nao[-_]?responda|non[-_]?rispondere)@",
    re.ASCII | re.IGNORECASE,
)
_SPECIAL = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)


class Refusal(NamedTuple):
    """Why an address is not taken: a stable code, and a sentence for a person."""

    code: str
    reason: str


def from_header(text: str) -> tuple[str, str]:
    """The name and the bare address in what was copied from a mail or an address book.

    Only what stands around an address, or cannot be seen in it, is taken off: brackets with the
    name before them, `mailto:`, the sentence's stop. What is none comes back as it was.
    """
    found = _HEADER.fullmatch(text.rstrip(_AFTER))
    name, address = (found[1], found[2]) if found else ("", text)
    address = _UNSEEN.sub("", address).lstrip(_BEFORE).rstrip(_AFTER)
    bare = address[7:] if address[:7].lower() == "mailto:" else address
    return name.strip(_BEFORE + '"'), bare


def is_unread(email: str) -> bool:
    """Whether an address is by its name a machine's, which no journalist reads (RFC 2142 §5)."""
    return _UNREAD.match(email) is not None


def read_address(text: str) -> str | Refusal:
    """The address as it goes on the wire, or the reason it is refused. Never raises.

    The domain comes out in lower case and in its ASCII form (IDNA 2008); the part before the @
    as written, but for Unicode NFC and the names RFC 2142 makes case-insensitive. Domains kept
    for examples and tests (RFC 2606: `example`, `test`) are taken.
    """
    local, _, domain = text.rpartition("@")
    host = _plain_host(domain) if len(text) <= MAX_LENGTH else ""
    if host and len(local) <= MAX_LOCAL and _LOCAL.fullmatch(local):
        folded = local.lower()
        return f"{folded if folded in CASE_INSENSITIVE_MAILBOX_NAMES else local}@{host}"
    if not text:
        return Refusal("missing-address", "no address; fill in the email column")
    if len(re.findall(r"[^\s,;/|@]@[^\s,;/|@]", text)) > 1:
        what = "more than one address; give each a row of its own"
        return Refusal("unsafe-address", what)
    if _UNSAFE.search(text):
        return Refusal(
            "unsafe-address",
            "a space, comma, angle bracket or control character in the address; "
            "write one bare address, like ana@paper.example",
        )
    if len(text) > MAX_LENGTH:
        return Refusal("bad-address", f"longer than {MAX_LENGTH} characters; correct the address")
    try:
        valid = validate_email(
            text,
            check_deliverability=False,
            test_environment=True,  # takes the domain "test" (RFC 2606) as well as "example"
            allow_smtputf8=True,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
            strict=True,
        )
    except EmailNotValidError as error:
        return Refusal("bad-address", f"{str(error).rstrip('.')}; correct the address")
    if any(map(_looks_alike, (valid.local_part, *valid.domain.split(".")))):
        return Refusal(
            "lookalike-address",
            "Latin letters beside Cyrillic or Greek ones that look the same; type it again",
        )
    return f"{valid.local_part}@{valid.ascii_domain}"


def _looks_alike(label: str) -> bool:
    """Whether one word mixes alphabets that share their shapes (UTS #39, restriction level 3)."""
    if label.isascii():
        return False
    found = {unicodedata.name(char, "").partition(" ")[0] for char in label if char.isalpha()}
    return len(found & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}) > 1


@lru_cache(4096)
def _plain_host(domain: str) -> str:
    """A plain ASCII domain in lower case, or "", and then email-validator is asked.

    Remembered: an outlet's journalists come one after another.
    """
    host = domain.lower()
    plain = _HOST.fullmatch(domain) and not f".{host}".endswith(_SPECIAL)
    return host if plain else ""


def same_mailbox_key(address: str) -> str:
    """Equal for two addresses that very likely reach one person. For comparison only.

    RFC 5321 §2.4 lets a host tell upper from lower case before the @; in practice none does.
    """
    folded = address.casefold()
    # Nearly always it is the same, and then a long list need not hold it twice.
    return address if folded == address else folded
