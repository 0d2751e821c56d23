"""The `[bounces]` section: whereto things come back, whence they are taken, what comes of them."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, StrictInt, ValidationInfo, field_validator

from mailer.config import kinds
from mailer.config.kinds import Section, refuse
from mailer.core import verp

_DURATION = 'a number with its unit is accepted, like "30s", "15m", "24h" or "30d"'


class Bounces(Section):
    """What comes back. Without `address` the sender's own address gets it, and nothing is matched
    but by Message-ID; without a source (`maildir`, `imap_host`, `lmtp_port`) a run takes nothing.
    """

    address: kinds.OptionalMailbox = Field(
        "", description='an address like "bounces@example.org" is accepted'
    )
    forward_to: kinds.OptionalMailbox = Field(
        "", description='"Name <name@example.org>" or a bare address is accepted'
    )
    failures: StrictInt = Field(3, ge=1, le=100, description="1 to 100 are accepted")
    within: kinds.Duration = Field(timedelta(days=30), description=_DURATION)
    keep: kinds.Duration = Field(timedelta(days=90), description=_DURATION)
    every: kinds.Duration = Field(timedelta(seconds=30), description=_DURATION)
    maildir: kinds.OptionalPath = Field(None, description="a folder is accepted")
    lmtp_port: StrictInt = Field(0, ge=0, le=65535, description="0 to 65535 are accepted")
    imap_host: kinds.OptionalHost = Field(
        "", description='a name like "imap.example.org" or an IP address is accepted'
    )
    imap_port: StrictInt = Field(993, ge=1, le=65535, description="1 to 65535 are accepted")
    imap_tls: Literal["tls", "starttls", "none"] = Field(
        "tls", description='"tls", "starttls" and "none" are accepted'
    )
    imap_username: kinds.Text = Field("", description="one line of text is accepted")
    imap_password_file: kinds.OptionalPath = Field(
        None, description="a file with the password on its only line is accepted"
    )
    imap_password: SecretStr = Field(SecretStr(""), description="one line of text is accepted")
    imap_folder: kinds.Filled = Field("INBOX", description="a folder's name is accepted")
    imap_done: kinds.Text = Field("", description="a folder's name is accepted")

    @property
    def parts(self) -> tuple[str, str] | None:
        """The address in its local part and its domain, as core.verp takes it; None without one."""
        local, _, domain = self.address.rpartition("@")
        return (local, domain) if local else None

    @property
    def taken(self) -> bool:
        """Whether a run takes anything by itself."""
        return bool(self.maildir or self.lmtp_port or self.imap_host)

    def secret(self) -> str:
        """The password of the IMAP mailbox in the clear, for its login and nothing else."""
        return self.imap_password.get_secret_value()

    @field_validator("address")
    @classmethod
    def _with_room(cls, address: str) -> str:
        address = parseaddr(address)[1]
        if len(address.rpartition("@")[0]) > verp.MOST_LOCAL:
            raise refuse(
                f"a mark of {verp.SEAL + verp.NUMBER} characters goes before its @; give it one "
                f"with {verp.MOST_LOCAL} characters there at most"
            )
        return address

    @field_validator("imap_tls")
    @classmethod
    def _guarded(cls, tls: str, info: ValidationInfo) -> str:
        host = info.data.get("imap_host", "")
        if tls == "none" and host and not kinds.is_loopback(host):
            raise refuse('"none" would send the password in the clear; use "tls" or "starttls"')
        return tls

    @field_validator("imap_password_file")
    @classmethod
    def _usable(cls, path: Path | None) -> Path | None:
        if path:
            kinds.secret_in(path)
        return path

    @field_validator("imap_password")
    @classmethod
    def _settled(cls, password: SecretStr, info: ValidationInfo) -> SecretStr:
        kinds.same_line(password.get_secret_value())
        path = info.data.get("imap_password_file")
        if not path:
            return password
        if password.get_secret_value():
            raise refuse("imap_password and imap_password_file are both given; keep one of them")
        return SecretStr(kinds.secret_in(path))
