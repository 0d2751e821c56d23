"""The `[dkim]` section: signatures that the mailer makes itself."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator

from mailer.config import kinds
from mailer.config.kinds import Section, refuse
from mailer.core.errors import ConfigError


class Dkim(Section):
    """Signing by the mailer itself; `key` is the private key in PEM, empty for no signatures.

    What it is worth is tried when a run starts (`compose.signing`).
    """

    key_file: kinds.OptionalPath = Field(
        None, description="a PEM file with an RSA or Ed25519 private key is accepted"
    )
    selector: kinds.OptionalSlug = Field(
        "", description='up to 64 letters, digits, "-" and "_" are accepted'
    )
    domain: kinds.OptionalDomain = Field(
        "", description='a mail domain like "example.org" is accepted'
    )

    @property
    def key(self) -> bytes:
        """The private key, in PEM. Raises ConfigError if the file cannot be read any more."""
        if self.key_file is None:
            return b""
        try:
            return kinds.key_in(self.key_file)
        except ValueError as error:
            raise ConfigError(f"dkim: key_file: {self.key_file.name} {error}") from None

    @field_validator("key_file")
    @classmethod
    def _usable(cls, path: Path | None) -> Path | None:
        if path:
            kinds.key_in(path)
        return path

    @field_validator("selector")
    @classmethod
    def _with_key(cls, selector: str, info: ValidationInfo) -> str:
        if "key_file" in info.data and bool(selector) != (info.data["key_file"] is not None):
            raise refuse("selector and key_file go together; give both or neither")
        return selector
