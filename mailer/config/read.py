"""From a TOML file and the environment to a `Config`, or to every fault there is in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from mailer.config.kinds import Place, shown
from mailer.config.sections import AudienceConfig, Config, EmbargoRules, Organisation, Settings
from mailer.core.errors import ConfigError
from mailer.core.inert import brief

_PREFIX = "MAILER__"
_LONGEST_KEY = 64
_LARGEST_FILE = 1 << 20  # octets; a configuration of a hundred audiences is a fiftieth of it
_NEVER_SHOWN = frozenset({"relay.password", "relay.username", "relay.host", "database.url"})
_WRONG = {
    "string_type": "is not text",
    "string_unicode": "is not text",
    "path_type": "is not text",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_type": "is not a number",
    "finite_number": "is not a number",
    "bool_type": "is not true or false",
    "time_delta_type": "is not a duration",
    "tuple_type": "is not a list",
    "literal_error": "is not known",
    "model_type": "is not a table",
    "greater_than": "is out of range",
    "greater_than_equal": "is out of range",
    "less_than_equal": "is out of range",
}
"""Pydantic's own error types in our words: its messages may show a value, ours must not."""


def load(path: Path, environ: Mapping[str, str], *, look: bool = True) -> Config:
    """The configuration in a TOML file, with `MAILER__SECTION__KEY` variables over it.

    Relative paths are against the file's folder. Numbers, switches and durations are read from
    the environment as from the file; `[[audience]]` tables cannot be set there. Raises
    `ConfigError` with every fault, a line each: `config.toml: key: what is wrong; what is
    accepted`. No fault shows a secret's value.

    Without `look`, lists and templates are not looked for: a file that is gone must not keep
    anybody from stopping a release.
    """
    data = _tables(path)
    file = brief(path.name)
    for section in _SECTIONS:
        if section != "audience":
            data.setdefault(section, {})
    faults, variables = _override(data, environ, file)
    folder = path.absolute().parent
    lists, templates = folder / _folder(data, "lists"), folder / _folder(data, "templates")
    place = Place(folder, lists, templates, look)
    try:
        settings = Settings.model_validate(data, context=place)
    except ValidationError as error:
        found = error.errors(include_url=False)
        faults += [_fault(one, file, data, variables) for one in found]
    if faults:  # raised out here, so that no traceback holds the values that were refused
        raise ConfigError("\n".join(dict.fromkeys(faults)))
    return _settled(settings, path)


def keys() -> list[str]:
    """Every key there is, like "relay.port", "audience.sender" and "lists", in file order."""
    return list(_FIELDS)


def _tables(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file; `mailer init {path.parent}` makes one, with all it needs"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST_FILE:
        raise ConfigError(f"{path.name}: larger than {_LARGEST_FILE} octets; is it the right file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path.name}: line {line}: not UTF-8; save it as UTF-8 text") from None
    try:
        return tomllib.loads(text)
    except RecursionError:
        what = "nested too deeply"
    except tomllib.TOMLDecodeError as error:
        what = str(error)
    except ValueError:  # Python's own limit on the digits of a number
        what = "a number with too many digits"
    said = re.fullmatch(r"(.*?)(?: \(at (?:line (\d+), column \d+|end of document)\))?", what, re.S)
    wrong, number = said.groups() if said else (what, None)
    hint = "; text needs double quotes around it" if wrong == "Invalid value" else ""
    where = f"line {number or text.count(chr(10)) + 1}"
    raise ConfigError(f"{path.name}: {where}: this is not TOML: {brief(wrong)}{hint}")


def _folder(data: Mapping[str, Any], key: str) -> str:
    """A folder's name before it has been checked, for the checks of what should be in it."""
    value = data.get(key, key)
    return value if isinstance(value, str) and value.isprintable() else key


def _fields() -> Iterator[tuple[str, FieldInfo]]:
    for name, field in Settings.model_fields.items():
        section = _model(field)
        if section is None:
            yield name, field
        else:
            yield from ((f"{name}.{key}", inner) for key, inner in section.model_fields.items())


def _model(field: FieldInfo) -> type[BaseModel] | None:
    """The section a field holds, alone or in a tuple; None for a plain value."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


_FIELDS = dict(_fields())
_SECTIONS = tuple(name for name, field in Settings.model_fields.items() if _model(field))


# --- the environment --------------------------------------------------------------------------


def _override(
    data: dict[str, Any], environ: Mapping[str, str], file: str
) -> tuple[list[str], dict[str, str]]:
    """Lay the variables over the tables; the faults, and which variable set which key."""
    faults, variables = [], dict[str, str]()
    for name in sorted(environ):
        if not name.upper().startswith(_PREFIX):
            continue
        key = ".".join(name[len(_PREFIX) :].lower().split("__"))
        section, _, last = key.rpartition(".")
        table = data.get(section) if section else data
        if section.startswith("audience") or last == "audience":
            wrong = f"audiences are not set from the environment; write them in {file}"
        elif key not in _FIELDS:
            near = get_close_matches(key[:_LONGEST_KEY], _FIELDS, n=1)
            wrong = f"no such key; did you mean {_variable(near[0])}?" if near else "no such key"
        elif key in variables:
            wrong = f"sets the same key as {variables[key]}; keep one of them"
        else:
            variables[key] = name
            if isinstance(table, dict):
                table[last] = _typed(_FIELDS[key], environ[name])
            continue
        faults.append(f"environment: {brief(name)}: {wrong}")
    return faults, variables


def _variable(key: str) -> str:
    return _PREFIX + key.upper().replace(".", "__")


def _typed(field: FieldInfo, text: str) -> object:
    """A variable's text as the file would have it; as it is where it cannot be read so."""
    if field.annotation is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if field.annotation in (int, float):
        try:
            return field.annotation(text)
        except ValueError:
            return text
    return text


# --- faults -----------------------------------------------------------------------------------


def _fault(
    error: ErrorDetails, file: str, data: Mapping[str, Any], variables: Mapping[str, str]
) -> str:
    """One of pydantic's errors as one line for a person."""
    parts = [part for part in error["loc"][:3] if isinstance(part, str)][:2]
    key = ".".join(parts)
    if key in variables:
        where = f"environment: {variables[key]}"
    else:
        where = f"{file}: {_where(error['loc'], data)}"
    if error["type"] == "extra_forbidden":
        return f"{where}: no such key; {_near(parts)}"
    if error["type"] == "sentence":
        return f"{where}: {error['msg']}"
    field = _FIELDS.get(key)
    accepted = (field or Settings.model_fields[parts[0]]).description
    if error["type"] == "missing":
        return f"{where}: missing; {accepted}"
    wrong = _WRONG.get(error["type"], "cannot be used")
    if error["type"] == "value_error":
        wrong = str(error["ctx"]["error"])
    value = shown(error["input"]) if field and key not in _NEVER_SHOWN else "the value"
    return f"{where}: {value} {wrong}; {accepted}"


def _where(loc: tuple[int | str, ...], data: Mapping[str, Any]) -> str:
    """A place in the file: relay.port, or audience[wires].sender (by number if it has no name)."""
    parts = [str(part) for part in loc[:2]]
    if len(loc) > 1 and isinstance(loc[1], int):
        table = data["audience"][loc[1]]
        name = table.get("name") if isinstance(table, dict) else None
        known = isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name)
        parts = [f"{loc[0]}[{name if known else loc[1] + 1}]", *map(str, loc[2:3])]
    return ".".join(map(brief, parts))


def _near(parts: list[str]) -> str:
    """What someone who wrote an unknown key may have meant."""
    *section, name = parts
    held = Settings.model_fields if not section else _held(section[0])
    near = get_close_matches(name.lower()[:_LONGEST_KEY], held, n=1)
    elsewhere = [key for key in _FIELDS if key.endswith(f".{name.lower()}")]
    if section and name in Settings.model_fields:
        return f"{name} belongs above the first [section]"
    if near or elsewhere:
        return f"did you mean {(near or elsewhere)[0]}?"
    return f"there are {', '.join(held)}"


def _held(section: str) -> list[str]:
    return [key.partition(".")[2] for key in _FIELDS if key.startswith(f"{section}.")]


# --- what is left to the office ---------------------------------------------------------------


def _settled(settings: Settings, path: Path) -> Config:
    """The whole configuration: each audience with what it leaves to the office filled in."""
    office = settings.organisation, settings.embargo
    return Config(
        path=path.absolute(),
        **{name: getattr(settings, name) for name in Settings.model_fields if name != "audience"},
        audience=tuple(_with_defaults(one, *office) for one in settings.audience),
    )


def _with_defaults(
    audience: AudienceConfig, organisation: Organisation, embargo: EmbargoRules
) -> AudienceConfig:
    advance = audience.advance or (embargo.advance if audience.release == "advance" else None)
    return audience.model_copy(
        update={
            "language": audience.language or organisation.language,
            "timezone": audience.timezone or embargo.zone,
            "advance": advance,
        }
    )
