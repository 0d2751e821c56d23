"""The sections of what listens: the console for the office, and the public pages for journalists.

Two listeners, each with a process, a port and an address of its own: nothing of one is reachable
from the other.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StrictBool, StrictInt, ValidationInfo, field_validator

from mailer.config import kinds
from mailer.config.kinds import Section, refuse

_SWITCH = "true and false are accepted"


class Listener(Section):
    """Where something listens. `base_url` is the address that people open, "" for its own."""

    host: kinds.Host = Field("127.0.0.1", description="a host name or an IP address is accepted")
    port: StrictInt = Field(8025, ge=0, le=65535, description="0 to 65535 are accepted")
    base_url: kinds.Text = Field(
        "", description='an address like "https://press.example.org" is accepted'
    )
    tls_certificate: kinds.OptionalFile = Field(
        None, description="a PEM file with the certificate and its chain is accepted"
    )
    tls_key: kinds.OptionalFile = Field(None, description="a PEM file with the key is accepted")
    behind_proxy: StrictBool = Field(False, validate_default=True, description=_SWITCH)

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over TLS."""
        return self.tls_certificate is not None or self.base_url.startswith("https://")

    @property
    def names(self) -> frozenset[str]:
        """The host names that a request may be for, in lower case."""
        own = {self.host.lower().strip("[]")}
        if kinds.is_loopback(self.host) or self.behind_proxy:
            own |= {"localhost", "127.0.0.1", "::1"}
        return frozenset(own | {urlsplit(self.base_url).hostname or self.host.lower()})

    @field_validator("base_url")
    @classmethod
    def _address(cls, url: str) -> str:
        if url and not re.fullmatch(r"https?://[^/?#@\s]+/?", url):
            raise ValueError("is not the address of a site")
        return url.rstrip("/")

    @field_validator("tls_key")
    @classmethod
    def _pair(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        if "tls_certificate" in info.data and (key is None) != (
            info.data["tls_certificate"] is None
        ):
            raise refuse("tls_certificate and tls_key go together; give both or neither")
        return key

    @field_validator("behind_proxy")
    @classmethod
    def _guarded(cls, behind_proxy: bool, info: ValidationInfo) -> bool:
        host = info.data.get("host", "localhost")
        tls = info.data.get("tls_certificate")
        if not behind_proxy and not tls and not kinds.is_loopback(host):
            raise refuse(
                "it would show embargoed texts in the clear on the network; give "
                'tls_certificate and tls_key, or say behind_proxy = true, or host = "127.0.0.1"'
            )
        if behind_proxy and not info.data.get("base_url", "unknown"):
            raise refuse("needs base_url, the address by which people reach the proxy")
        return behind_proxy


class Console(Listener):
    """The console in the browser."""

    metrics_token: SecretStr = Field(SecretStr(""), description="one line of text is accepted")


class Public(Listener):
    """The journalists' pages; served, and linked to in messages, only with a `base_url`."""

    port: StrictInt = Field(8026, ge=0, le=65535, description="0 to 65535 are accepted")
    requests_a_minute: StrictInt = Field(
        300, ge=10, le=100_000, description="10 to 100000 are accepted"
    )

    @field_validator("base_url")
    @classmethod
    def _reached_safely(cls, url: str) -> str:
        if url.startswith("http://") and not kinds.is_loopback(urlsplit(url).hostname or ""):
            raise refuse(
                "links in messages lead there, and mail programs unsubscribe at https addresses "
                'alone (RFC 8058); write "https://…"'
            )
        return url
