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
_COUNTED = re.compile(r"[0-9]{1,3}")
_LARGEST_FILE = 1 << 20  # octets; a configuration of a hundred audiences is a fiftieth of it
_NEVER_SHOWN = ("password", "username", "host", "url", "metrics_token")
"""Keys of any section whose value is not told: it is a secret, or may hold one."""
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
    the environment as from the file. Of the tables in two brackets, a `[[relay.fallback]]` that
    stands in the file can be set there, by its number. Raises `ConfigError` with every fault, a
    line each: `config.toml: key: what is wrong; what is accepted`. No fault shows a secret's value.

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
    where = f"line {number or text.count(chr(10)) + 1}"
    hint = _TOML_HINTS.get(wrong.partition(" (")[0], "")
    raise ConfigError(f"{path.name}: {where}: this is not TOML: {brief(wrong)}{hint}")


_TOML_HINTS = {
    "Invalid value": "; text needs double quotes around it",
    "Expected newline or end of document after a statement": (
        '; text, and a length of time such as "24h", needs double quotes around it'
    ),
    "Cannot overwrite a value": "; the key stands there already: keep one of the two lines",
    "Cannot declare": "; the table stands there already: an audience begins with [[audience]]",
}
"""What to do about it, where tomllib's words do not say."""


def _folder(data: Mapping[str, Any], key: str) -> str:
    """A folder's name before it has been checked, for the checks of what should be in it."""
    value = data.get(key, key)
    return value if isinstance(value, str) and value.isprintable() else key


def _fields(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        section = _model(field)
        if section is None:
            yield prefix + name, field
        else:
            yield from _fields(section, f"{prefix}{name}.")


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
        parts = name[len(_PREFIX) :].lower().split("__")
        place, key = (
            ".".join(parts),
            ".".join(part for part in parts if not _COUNTED.fullmatch(part)),
        )
        if parts[0] == "audience":
            wrong = f"audiences are not set from the environment; write them in {file}"
        elif key not in _FIELDS or _variable(key).count("__") != len(parts):
            near = get_close_matches(key[:_LONGEST_KEY], _FIELDS, n=1)
            wrong = f"no such key; did you mean {_variable(near[0])}?" if near else "no such key"
        elif place in variables:
            wrong = f"sets the same key as {variables[place]}; keep one of them"
        elif (table := _table(data, parts[:-1])) is None:
            wrong = f"there is no such [[{key.rpartition('.')[0]}]] in {file}; write it there"
        else:
            variables[place] = name
            table[parts[-1]] = _typed(_FIELDS[key], environ[name])
            continue
        faults.append(f"environment: {brief(name)}: {wrong}")
    return faults, variables


def _table(data: dict[str, Any], parts: list[str]) -> dict[str, Any] | None:
    """The table that a variable means, like relay or relay.fallback.1; None: there is none.

    Where a section is something else in the file, an empty one: that fault is told of the file.
    """
    found: Any = data
    for part in parts:
        if isinstance(found, list):
            found = dict(enumerate(found, 1)).get(int(part) if _COUNTED.fullmatch(part) else 0)
        else:
            found = found.get(part) if isinstance(found, dict) else None
    if len(parts) > 1:
        return found if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _variable(key: str) -> str:
    return _PREFIX + key.upper().replace(".FALLBACK.", ".FALLBACK.1.").replace(".", "__")


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
    loc, field = _located(error["loc"])
    parts = [part for part in loc if isinstance(part, str)]
    key = ".".join(parts)
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
    if place in variables:
        where = f"environment: {variables[place]}"
    else:
        where = f"{file}: {_where(loc, data)}"
    if error["type"] == "extra_forbidden":
        return f"{where}: no such key; {_near(parts)}"
    if error["type"] == "sentence":
        return f"{where}: {error['msg']}"
    accepted = field.description if field else ""
    if error["type"] == "missing":
        return f"{where}: missing; {accepted}"
    wrong = _WRONG.get(error["type"], "cannot be used")
    if error["type"] == "value_error":
        wrong = str(error["ctx"]["error"])
    told = key in _FIELDS and parts[-1] not in _NEVER_SHOWN
    value = shown(error["input"]) if told else "the value"
    return f"{where}: {value} {wrong}; {accepted}"


def _located(loc: tuple[int | str, ...]) -> tuple[tuple[int | str, ...], FieldInfo | None]:
    """A place as far as the first plain key in it, and what is known of that key or section."""
    model: type[BaseModel] | None = Settings
    field = None
    for at, part in enumerate(loc):
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part) if model else None
        model = _model(field) if field else None
        if model is None:
            return loc[: at + 1], field
    return loc, field


def _where(loc: tuple[int | str, ...], data: Mapping[str, Any]) -> str:
    """A place in the file: relay.port, or audience[wires].sender (by number if it has no name)."""
    said: list[str] = []
    table: Any = data
    for part in loc:
        if isinstance(part, int):
            table = table[part]
            name = table.get("name") if isinstance(table, dict) else None
            known = isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name)
            said[-1] += f"[{name if known else part + 1}]"
        else:
            table = table.get(part) if isinstance(table, dict) else None
            said.append(brief(part))
    return ".".join(said)


def _near(parts: list[str]) -> str:
    """What someone who wrote an unknown key may have meant."""
    *section, name = parts
    held = _held(".".join(section)) if section else list(Settings.model_fields)
    near = get_close_matches(name.lower()[:_LONGEST_KEY], held, n=1)
    elsewhere = [key for key in _FIELDS if key.endswith(f".{name.lower()}")]
    if section and name in Settings.model_fields:
        return f"{name} belongs above the first [section]"
    if near or elsewhere:
        return f"did you mean {(near or elsewhere)[0]}?"
    return f"there are {', '.join(held)}"


def _held(section: str) -> list[str]:
    keys = [key.removeprefix(f"{section}.") for key in _FIELDS if key.startswith(f"{section}.")]
    return list(dict.fromkeys(key.partition(".")[0] for key in keys))


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
