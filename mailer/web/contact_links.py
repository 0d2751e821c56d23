"""Where a contact and a list are, in the console."""

from __future__ import annotations

from urllib.parse import urlencode


def one_contact(email: str) -> str:
    """The page of an address."""
    return f"/contacts/one?{urlencode({'email': email.strip()})}"


def one_list(name: str, **more: str) -> str:
    """The page of a list."""
    return f"/contacts/list?{urlencode({'name': name, **more})}"
