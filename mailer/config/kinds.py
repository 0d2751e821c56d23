"""The kinds of value a configuration holds: each takes what it can use and refuses the rest.

A kind refuses with a `ValueError` that says what is wrong with the value and neither shows the
value nor says what is accepted ("has no unit"); `refuse` makes a fault that is a whole sentence.
"""

from __future__ import annotations

import ipaddress
import re
import stat
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from difflib import get_close_matches
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from mailer.core.inert import brief
from mailer.core.model import LANGUAGES

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DURATION = re.compile(
    r"(?=.)(?:(?P<days>\d{1,5})d)?(?:(?P<hours>\d{1,5})h)?"
    r"(?:(?P<minutes>\d{1,7})m)?(?:(?P<seconds>\d{1,9})s)?",
    re.ASCII,
)
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.ASCII | re.IGNORECASE)
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_SECRET_OCTETS = 1024
_KEY_OCTETS = 16_384
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where the file lies, as the context of a validation; `look`: what it names must be there."""

    folder: Path
    lists: Path
    templates: Path
    look: bool = True
    names: set[str] = field(default_factory=set)


def refuse(sentence: str) -> PydanticCustomError:
    """A fault that says all there is to say, without the value and what is accepted."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": brief(sentence, 5000)})


def shown(value: object) -> str:
    """A value as a person may see it: short, on one line, and never with a URL's password."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() if abs(value) >= 10**18:
            return "a number so large"
        case int() | float() | date() | time():
            return str(value)
        case str() if "://" not in value:
            return f'"{brief(value, _SHOWN)}"'
        case dict():
            return "the table"
        case list():
            return "the list"
    return "the value"


def same_line(text: str) -> str:
    """The text, if it is one line that shows all it holds; `ValueError` otherwise."""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _BIDI:
            raise ValueError("holds a line break or another control character")
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text.strip()


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise ValueError("is not a plain name")
    return text


def _host(text: str) -> str:
    if not is_host(text):
        raise ValueError("is not a host name")
    return text


def _domain(text: str) -> str:
    try:
        return validate_email(
            f"press@{text}", check_deliverability=False, test_environment=True
        ).ascii_domain
    except EmailNotValidError:
        raise ValueError("is not a mail domain") from None


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise ValueError("is not a language the templates know")
    return text


def _zone(text: str) -> str:
    zones = {zone.casefold(): zone for zone in available_timezones()}
    if text in zones.values():
        return text
    near = get_close_matches(text.casefold()[:64], zones, n=1, cutoff=0.7)
    hint = f' (did you mean "{zones[near[0]]}"?)' if near else ""
    raise ValueError(f"is not a known time zone{hint}")


def _mailbox(text: str) -> str:
    if not text.endswith(">"):
        return _address(text)
    name, _, address = text[:-1].rpartition("<")
    name = name.strip()
    if len(name) > 1 and name.startswith('"') and name.endswith('"'):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    elif re.search(r'[][(),:;<>@"\\]', name):
        raise ValueError("has punctuation in the name, which needs double quotes around it")
    return str(Address(display_name=name, addr_spec=_address(address)))


def _address(text: str) -> str:
    try:
        return (
            validate_email(
                text, check_deliverability=False, test_environment=True, allow_smtputf8=False
            ).ascii_email
            or ""
        )
    except EmailNotValidError:
        raise ValueError("is not an e-mail address") from None


def _or_empty(check: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda text: check(text) if text else "")


def _hour(value: object) -> object:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("is not an hour of the day")
    return time(int(found[1]), int(found[2]))


def _duration(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError("has no unit")
    if not isinstance(value, str):
        return value
    found = _DURATION.fullmatch(value)
    if found:
        return timedelta(**{unit: int(count or 0) for unit, count in found.groupdict().items()})
    raise ValueError("has no unit" if value.strip().isdecimal() else "is not a duration")


def _path_text(value: object) -> object:
    return _filled(same_line(value)) if isinstance(value, str) else value


def _none_for_empty(path: object) -> object:
    return None if path == "" else path


def _in_folder(path: Path, info: ValidationInfo) -> Path:
    return info.context.folder / path if isinstance(info.context, Place) else path


def _in_lists(path: Path, info: ValidationInfo) -> Path | None:
    if not isinstance(info.context, Place):
        return path
    return _looked_for(info.context.lists / path, info)


def _looked_for(path: Path | None, info: ValidationInfo) -> Path | None:
    looks = isinstance(info.context, Place) and info.context.look
    if path is not None and looks and not is_there(path, folder=False):
        raise refuse(f"there is no file {path}; put it there, or correct the name")
    return path


def is_there(path: Path, *, folder: bool) -> bool:
    """Whether there is such a file, or such a folder. `ValueError` if we may not look there."""
    try:
        return path.is_dir() if folder else path.is_file()
    except PermissionError:
        raise refuse(f"{path} cannot be looked at; give us the right to read its folder") from None
    except OSError:  # a name too long for the file system
        return False


def some(items: tuple[object, ...]) -> tuple[object, ...]:
    """The items, if there are any; `ValueError` otherwise."""
    if not items:
        raise ValueError("is empty")
    return items


def is_host(host: str) -> bool:
    """Whether a host is written as a name or an IP address."""
    return is_address(host) or _HOST.fullmatch(host) is not None


def is_address(host: str) -> bool:
    """Whether a host is written as an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a host can only be this machine: localhost, 127.0.0.0/8 or ::1."""
    return host.lower() == "localhost" or (
        is_address(host) and ipaddress.ip_address(host).is_loopback
    )


def secret_in(path: Path) -> str:
    """The one line a secret's file holds, without its line end. UTF-8, at most 1024 octets.

    Raises `ValueError`, which never shows what the file holds, if it cannot be used or if
    everyone on the machine may read it.
    """
    content = _kept_secret(path, _SECRET_OCTETS)
    try:
        secret = same_line(content.decode().rstrip("\r\n"))
    except ValueError:
        raise ValueError("does not hold one line of UTF-8 text") from None
    return _filled(secret) and secret


def key_in(path: Path) -> bytes:
    """What the file of a private key holds, up to 16 kB. Raises as `secret_in` does."""
    content = _kept_secret(path, _KEY_OCTETS)
    if b"PRIVATE KEY-----" not in content:
        raise ValueError("holds no private key in PEM")
    return content


def _kept_secret(path: Path, most: int) -> bytes:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):  # a pipe or a device could keep us reading for ever
            raise ValueError("is not a file")
        if mode & stat.S_IROTH:
            raise ValueError(f"is readable by everyone on this machine; run: chmod 600 {path.name}")
        with path.open("rb") as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        raise ValueError("does not exist") from None
    except OSError as error:
        raise ValueError(f"cannot be read ({error.strerror})") from None
    if len(content) > most:
        raise ValueError(f"is longer than {most} octets")
    return content


class Section(BaseModel):
    """What every section has: it is frozen, and knows all its keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )


Text = Annotated[StrictStr, AfterValidator(same_line)]
Filled = Annotated[Text, AfterValidator(_filled)]
Slug = Annotated[Text, AfterValidator(_slug)]
Host = Annotated[Text, AfterValidator(_host)]
Domain = Annotated[Text, AfterValidator(_domain)]
Language = Annotated[Text, AfterValidator(_language)]
Zone = Annotated[Text, AfterValidator(_zone)]
Mailbox = Annotated[Text, AfterValidator(_mailbox)]
OptionalDomain = Annotated[Text, _or_empty(_domain)]
OptionalHost = Annotated[Text, _or_empty(_host)]
OptionalSlug = Annotated[Text, _or_empty(_slug)]
OptionalLanguage = Annotated[Text, _or_empty(_language)]
OptionalZone = Annotated[Text, _or_empty(_zone)]
OptionalMailbox = Annotated[Text, _or_empty(_mailbox)]
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    Field(gt=timedelta(0), le=timedelta(days=366), strict=True),
]
Grace = Annotated[
    timedelta,
    BeforeValidator(_duration),
    Field(ge=timedelta(0), le=timedelta(days=366), strict=True),
]
Hour = Annotated[time, BeforeValidator(_hour)]
FolderPath = Annotated[Path, BeforeValidator(_path_text), AfterValidator(_in_folder)]
OptionalPath = Annotated[FolderPath | None, BeforeValidator(_none_for_empty)]
OptionalFile = Annotated[OptionalPath, AfterValidator(_looked_for)]
ListPath = Annotated[Path, BeforeValidator(_path_text), AfterValidator(_in_lists)]
