"""A configuration told back to people, in the file's own words, and without a secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

from pydantic import BaseModel, SecretStr

from mailer.config.sections import Config

HIDDEN = "••••••••"


def told(config: Config) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each section as it is headed in the file, with its keys and their values in words."""
    yield from _section("", "", config)


def _section(
    name: str, head: str, section: BaseModel
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    keys, inner = [], list[tuple[str, str, BaseModel]]()
    for key, value in section:
        below = f"{name}.{key}".lstrip(".")
        match value:
            case BaseModel():
                inner.append((below, f"[{below}]", value))
            case tuple() if all(isinstance(one, BaseModel) for one in value):
                inner += [
                    (below, f"[[{below}]] {getattr(one, 'name', number)}", one)
                    for number, one in enumerate(value, start=1)
                ]
            case _ if key != "path":  # the file itself
                keys.append((key, _value(value)))
    yield head, keys
    for one in inner:
        yield from _section(*one)


def _value(value: object) -> str:
    match value:
        case SecretStr():
            return HIDDEN if value.get_secret_value() else ""
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case timedelta():
            return _span(value)
        case time():
            return f"{value:%H:%M}"
        case tuple():
            return ", ".join(map(_value, value))
        case Path() | str() | int() | float():
            return str(value)
    raise TypeError(f"a {type(value).__name__} has no words")


def _span(span: timedelta) -> str:
    seconds, said = round(span.total_seconds()), ""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if seconds >= size:
            said += f"{seconds // size}{unit}"
            seconds %= size
    return said or "0s"
