"""What a configuration says, section by section, as frozen models with their defaults.

A field's description is what is accepted, as the second half of a fault's line. Plain pydantic,
not pydantic-settings: the environment is a dozen lines of ours, and a fault can so be told with
the name of the variable, and without its value.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    StrictBool,
    StrictFloat,
    StrictInt,
    ValidationInfo,
    field_validator,
)

from mailer.config import kinds
from mailer.config.bounces import Bounces
from mailer.config.dkim import Dkim
from mailer.config.kinds import Place, Section, refuse
from mailer.config.listeners import Console, Public
from mailer.core.errors import ConfigError
from mailer.core.model import LANGUAGES, Audience, Office

_LANGUAGES = f"one of {', '.join(LANGUAGES)} is accepted"
_ZONE = 'an IANA name like "Europe/London" is accepted'
_MAILBOX = '"Name <name@example.org>" or a bare address is accepted'
_DURATION = (
    'a number with its unit is accepted, like "90s", "15m", "24h", "1h30m" or "2d", up to "366d"'
)
_SLUG = 'up to 64 letters, digits, "-" and "_" are accepted'
_SWITCH = "true and false are accepted"
_LINE = "one line of text is accepted"


class Organisation(Section):
    """Who issues. `domain` is the mail domain of Message-ID and List-Id, in ASCII."""

    name: kinds.Filled = Field(description=_LINE)
    domain: kinds.Domain = Field(description='a mail domain like "press.example.org" is accepted')
    language: kinds.Language = Field("en", description=_LANGUAGES)


class EmbargoRules(Section):
    """The office's embargo habits: its IANA zone, and the usual lead of an advance copy."""

    zone: kinds.Zone = Field(description=_ZONE)
    advance: kinds.Duration = Field(timedelta(hours=24), description=_DURATION)
    late_grace: kinds.Grace = Field(timedelta(minutes=15), description=_DURATION)
    approvals: StrictInt = Field(1, ge=1, le=2, description="1 and 2 are accepted")
    check_clock: StrictBool = Field(True, description=_SWITCH)
    terms: kinds.OptionalFile = Field(None, description="a Markdown file is accepted")


class Fallback(Section):
    """How to reach one relay: `[[relay.fallback]]`, and the first half of `[relay]`."""

    host: kinds.Host = Field(
        description='a name like "smtp.example.org" or an IP address is accepted'
    )
    port: StrictInt = Field(587, ge=1, le=65535, description="1 to 65535 are accepted")
    allow_plaintext: StrictBool = Field(False, description=_SWITCH)
    tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description='"starttls", "tls" and "none" are accepted'
    )
    password_file: kinds.OptionalPath = Field(
        None, description="a file with the password on its only line is accepted"
    )
    password: SecretStr = Field(SecretStr(""), description=_LINE)
    username: kinds.Text = Field("", description=_LINE)
    connections: StrictInt = Field(4, ge=1, le=100, description="1 to 100 are accepted")

    _variable: ClassVar[str] = "MAILER__RELAY__FALLBACK__1__PASSWORD (or __2__, as they stand)"

    @property
    def address(self) -> str:
        """The relay as the log and people know it: host:port."""
        return f"{self.host}:{self.port}"

    def secret(self) -> str:
        """The password in the clear, for the AUTH command and nothing else."""
        return self.password.get_secret_value()

    @field_validator("tls")
    @classmethod
    def _guarded(cls, tls: str, info: ValidationInfo) -> str:
        host = info.data.get("host", "localhost")
        allowed = info.data.get("allow_plaintext", True)
        if tls == "none" and not allowed and not kinds.is_loopback(host):
            raise refuse(
                '"none" would send embargoed text in the clear to another machine; use "starttls" '
                'or "tls", or accept that with allow_plaintext = true'
            )
        return tls

    @field_validator("password_file")
    @classmethod
    def _usable(cls, path: Path | None) -> Path | None:
        if path:
            kinds.secret_in(path)
        return path

    @field_validator("password")
    @classmethod
    def _settled(cls, password: SecretStr, info: ValidationInfo) -> SecretStr:
        kinds.same_line(password.get_secret_value())
        path = info.data.get("password_file")
        if not path:
            return password
        if password.get_secret_value():
            raise refuse("password and password_file are both given; keep one of them")
        return SecretStr(kinds.secret_in(path))

    @field_validator("username")
    @classmethod
    def _paired(cls, username: str, info: ValidationInfo) -> str:
        password = info.data.get("password")
        if password is not None and "password_file" in info.data:
            if username and not password.get_secret_value():
                raise refuse(f"has no password; give password_file, or {cls._variable}")
            if password.get_secret_value() and not username:
                raise refuse("missing though a password is given; give both or neither")
        return username


class Relay(Fallback):
    """The SMTP relay and how hard to lean on it. `max_rate` is messages per second, 0: no limit.

    All but how to reach it is said once, for it and its fallbacks. The defaults of
    `command_timeout` and `data_timeout` are RFC 5321 §4.5.3.2's.
    """

    helo_name: kinds.Text = Field(
        "", description="a host name, or nothing for this machine's own name, is accepted"
    )
    notify: Literal["failure", "success", "never"] = Field(
        "failure", description='"failure", "success" and "never" are accepted'
    )
    max_rate: StrictFloat = Field(
        0, ge=0, le=1_000_000, allow_inf_nan=False, description="0 to 1000000 are accepted"
    )
    domain_connections: StrictInt = Field(0, ge=0, le=100, description="0 to 100 are accepted")
    domain_rate: StrictFloat = Field(
        0, ge=0, le=1_000_000, allow_inf_nan=False, description="0 to 1000000 are accepted"
    )
    warm: kinds.Duration = Field(timedelta(seconds=20), description=_DURATION)
    connect_timeout: kinds.Duration = Field(timedelta(seconds=30), description=_DURATION)
    command_timeout: kinds.Duration = Field(timedelta(minutes=5), description=_DURATION)
    data_timeout: kinds.Duration = Field(timedelta(minutes=10), description=_DURATION)
    transaction_timeout: kinds.Duration | None = Field(None, description=_DURATION)
    give_up_after: kinds.Duration = Field(timedelta(hours=24), description=_DURATION)
    fallback: tuple[Fallback, ...] = Field(
        (), description="write [[relay.fallback]], in two brackets, for each further relay"
    )

    _variable: ClassVar[str] = "MAILER__RELAY__PASSWORD"

    @property
    def in_order(self) -> tuple[Relay, ...]:
        """This relay and its fallbacks, most preferred first, each with all that it needs."""
        alone = self.model_copy(update={"fallback": ()})
        return (alone, *(alone.model_copy(update=dict(one)) for one in self.fallback))

    @property
    def envelope_timeout(self) -> timedelta:
        """How long all that comes before a text may take, so that the text has its whole time."""
        if self.transaction_timeout is None:
            return self.command_timeout
        return self.transaction_timeout - self.data_timeout

    @field_validator("transaction_timeout")
    @classmethod
    def _with_room(cls, whole: timedelta | None, info: ValidationInfo) -> timedelta | None:
        if whole is not None and whole <= info.data.get("data_timeout", timedelta()):
            raise refuse(
                "leaves nothing for what comes before the text; more than data_timeout is accepted"
            )
        return whole

    @field_validator("helo_name")
    @classmethod
    def _helo(cls, name: str) -> str:
        literal = re.fullmatch(r"\[(?:IPv6:)?([^][]+)\]", name)  # RFC 5321 §4.1.3
        if name and not (kinds.is_address(literal[1]) if literal else kinds.is_host(name)):
            raise ValueError("is not a host name")
        return name

    @field_validator("fallback")
    @classmethod
    def _each_once(cls, others: tuple[Fallback, ...], info: ValidationInfo) -> tuple[Fallback, ...]:
        places = [(one.host.lower(), one.port) for one in others]
        if {"host", "port"} <= info.data.keys():
            places.append((info.data["host"].lower(), info.data["port"]))
        if len(set(places)) < len(places):
            raise refuse("names one relay (host and port) twice; each must be another")
        return others


class Database(Section):
    """Where the ledger is: an SQLite file, by its URL (`sqlite:///` and the path)."""

    url: kinds.Text = Field(
        "sqlite:///mailer.db", description="sqlite:/// and the path of a file is accepted"
    )

    @property
    def path(self) -> Path:
        """The ledger's file, absolute in a loaded configuration."""
        return Path(self.url.removeprefix("sqlite:///"))

    @field_validator("url")
    @classmethod
    def _file(cls, url: str, info: ValidationInfo) -> str:
        name = url.removeprefix("sqlite:///")
        if name == url or not name or name.startswith(":") or "?" in name:
            raise ValueError("is not the URL of an SQLite file")
        place = info.context
        return f"sqlite:///{place.folder / name}" if isinstance(place, Place) else url


class AudienceConfig(Section):
    """One `[[audience]]`: who is in it, and how and when they are written to.

    What is left out of `template`, `language` and `timezone` is "" here until `load` has filled
    it in: the audience's name, the organisation's language, the embargo's zone. `advance` is None
    unless `release` is "advance".
    """

    name: kinds.Slug = Field(description=_SLUG)
    lists: Annotated[tuple[kinds.ListPath, ...], AfterValidator(kinds.some)] = Field(
        description='the files of contacts are accepted, like ["wires.csv"]'
    )
    template: kinds.OptionalSlug = Field("", description=_SLUG)
    language: kinds.OptionalLanguage = Field("", description=_LANGUAGES)
    timezone: kinds.OptionalZone = Field("", description=_ZONE)
    sender: kinds.Mailbox = Field(description=_MAILBOX)
    reply_to: kinds.OptionalMailbox = Field("", description=_MAILBOX)
    release: Literal["lift", "advance"] = Field(
        "lift", description='"lift" and "advance" are accepted'
    )
    advance: kinds.Duration | None = Field(None, description=_DURATION)
    requires_acceptance: StrictBool = Field(True, description=_SWITCH)
    subject_prefix: kinds.Text = Field("", description=_LINE)
    not_before_local: kinds.Hour | None = Field(
        None, description='an hour of the day like "07:00" is accepted'
    )

    open: StrictBool = Field(False, description=_SWITCH)
    title: kinds.Text = Field("", description=_LINE)

    def audience(self) -> Audience:
        """The audience as the rules know it."""
        return Audience(
            name=self.name,
            template=self.template,
            language=self.language,
            sender=self.sender,
            reply_to=self.reply_to,
            timezone=self.timezone,
            advance=self.advance,
            requires_acceptance=self.requires_acceptance,
            subject_prefix=self.subject_prefix,
            not_before_local=self.not_before_local,
            open=self.open,
        )

    @field_validator("name")
    @classmethod
    def _only_once(cls, name: str, info: ValidationInfo) -> str:
        if isinstance(info.context, Place):
            if name.casefold() in info.context.names:
                raise refuse(f'"{name}" is the name of another audience too; rename one of them')
            info.context.names.add(name.casefold())
        return name

    @field_validator("template")
    @classmethod
    def _folder(cls, template: str, info: ValidationInfo) -> str:
        template = template or info.data.get("name", "")
        if template and isinstance(info.context, Place):
            folder = info.context.templates / template
            if info.context.look and not kinds.is_there(folder, folder=True):
                raise refuse(f"there is no folder {folder}; make it, or name one that is there")
        return template

    @field_validator("advance")
    @classmethod
    def _with_release(cls, advance: timedelta | None, info: ValidationInfo) -> timedelta | None:
        if advance is not None and info.data.get("release") == "lift":
            raise refuse('has no effect at the lift; write release = "advance" too, or delete it')
        return advance


class Settings(Section):
    """All that may stand in the file."""

    templates: kinds.FolderPath = Field(Path("templates"), description="a folder is accepted")
    lists: kinds.FolderPath = Field(Path("lists"), description="a folder is accepted")
    organisation: Organisation = Field(description="write [organisation], its keys below it")
    embargo: EmbargoRules = Field(description="write [embargo], its keys below it")
    relay: Relay = Field(description="write [relay], its keys below it")
    database: Database = Field(description="write [database], its keys below it")
    console: Console = Field(description="write [console], its keys below it")
    dkim: Dkim = Field(description="write [dkim], its keys below it")
    bounces: Bounces = Field(description="write [bounces], its keys below it")
    public: Public = Field(description="write [public], its keys below it")
    audience: Annotated[tuple[AudienceConfig, ...], AfterValidator(kinds.some)] = Field(
        description="write [[audience]], in two brackets, for each audience"
    )


class Config(Settings):
    """A whole configuration that has been checked, and the file it was read from (`path`).

    Paths are absolute, and what an audience leaves to the office is filled in.
    """

    path: Path

    @property
    def office(self) -> Office:
        """Who issues, as the rules know it."""
        return Office(
            name=self.organisation.name,
            domain=self.organisation.domain,
            zone=self.embargo.zone,
            language=self.organisation.language,
        )

    def audience_named(self, name: str) -> AudienceConfig:
        """The audience of this name. Raises `ConfigError`, naming those there are."""
        for audience in self.audience:
            if audience.name == name:
                return audience
        there = ", ".join(audience.name for audience in self.audience)
        raise ConfigError(
            f"{self.path.name}: there is no audience {kinds.shown(name)}; there are {there}"
        )
