"""Reply codes: enhanced ones (RFC 3463) and basic ones (RFC 5321 §4.2.1)."""

from __future__ import annotations

import re

_STATUS_RE = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?!\w|\.\d)")
# In running text a version or an address of the internet is not to be read as a status.
_ENHANCED_RE = re.compile(r"(?<![\w.])([45])\.([0-7])\.(\d{1,3})(?!\w|\.\d)")
_BASIC_RE = re.compile(r"(?<![\w.:/-])([45])[0-7]\d(?=[ \-:;,.)\]#_]|$)(?![.,]\d)", re.M)


def status(field: str) -> str:
    """The status that a Status field gives, without its comment, or ""."""
    found = _STATUS_RE.search(re.sub(r"\.[ \t]{1,9}(?=\d)", ".", field))
    return f"{found[1]}.{int(found[2])}.{int(found[3])}" if found else ""


def enhanced(text: str) -> str:
    """The first enhanced status of a failure in running text, or ""."""
    found = _ENHANCED_RE.search(text)
    return f"{found[1]}.{found[2]}.{int(found[3])}" if found else ""


def basic_class(text: str) -> str:
    """The class, "4" or "5", of the first failure's reply code in running text, or ""."""
    found = _BASIC_RE.search(text)
    return found[1] if found else ""
