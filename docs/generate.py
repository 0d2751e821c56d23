"""Write the parts of docs/ that the code knows best, between their markers.

    python docs/generate.py           rewrites what is out of date
    python docs/generate.py --check   names it instead, and exits 1

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; all around it is written by
hand. What a setting means is taken from config.example.toml, which says it to the press office.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import typer
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from sqlmodel import SQLModel

from mailer.cli import cli
from mailer.config import keys as config_keys
from mailer.config.sections import Settings
from mailer.core import outcome, states
from mailer.core.preflight import CODES
from mailer.core.states import Event, State
from mailer.intake.checks import WARNINGS
from mailer.ledger import tables  # noqa: F401 (they are in SQLModel.metadata from now on)

DOCS = Path(__file__).parent
EXAMPLE = DOCS.parent / "config.example.toml"
PART = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Rewrite every page, or with --check only say which are out of date."""
    check = "--check" in sys.argv[1:]
    stale = [page for page in sorted(DOCS.rglob("*.md")) if page.read_text("utf-8") != fresh(page)]
    for page in stale:
        if not check:
            page.write_text(fresh(page), "utf-8")
        what = "out of date; run: python docs/generate.py" if check else "written"
        sys.stdout.write(f"docs/{page.relative_to(DOCS).as_posix()}: {what}\n")
    sys.exit(1 if check and stale else 0)


def fresh(page: Path) -> str:
    """A page's text with every generated part as it should be now."""
    return PART.sub(
        lambda part: f"{part[1]}\n{PARTS[part['name']]().strip()}\n\n{part[3]}",
        page.read_text("utf-8"),
    )


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in lines)


# --- commands ---------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, Any]]:
    """Every command there is, like ("mailer queue", its Command), in the order of --help."""
    yield from _below("mailer", typer.main.get_command(cli))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    for sub, inner in getattr(command, "commands", {}).items():
        yield from _below(f"{name} {sub}", inner)


def _commands_part() -> str:
    return "\n\n".join(
        f"### {name}\n\n```text\n{_help(name, command)}\n```" for name, command in commands()
    )


def _help(name: str, command: Any) -> str:
    context = command.context_class(command, info_name=name, terminal_width=96)
    return re.sub(r"[ \t]+$", "", command.get_help(context), flags=re.MULTILINE).strip()


# --- configuration ----------------------------------------------------------------------------


def _configuration(section: str) -> Callable[[], str]:
    def part() -> str:
        rows = []
        earlier: dict[str, str] = {}
        meanings = _meanings()
        for key in config_keys():
            if key.rpartition(".")[0] != section:
                continue
            name, said = key.rpartition(".")[2], meanings[key]
            meaning = f"as said at `{earlier[said]}`" if said in earlier else said
            earlier.setdefault(said, name)
            field = _field(key)
            rows.append((f"`{name}`", meaning, _accepted(field), _default(field)))
        return table(("key", "meaning", "accepted", "default"), rows)

    return part


def _field(key: str) -> FieldInfo:
    *sections, name = key.split(".")
    model: type[BaseModel] = Settings
    for section in sections:
        outer = model.model_fields[section].annotation
        model = next(
            kind
            for kind in (outer, *get_args(outer))
            if isinstance(kind, type) and issubclass(kind, BaseModel)
        )
    return model.model_fields[name]


def _accepted(field: FieldInfo) -> str:
    said = field.description or ""
    if said.startswith("a number with its unit"):
        return "a duration"
    return re.sub(r",? (is|are) accepted", "", said)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    match field.default:
        case bool(value):
            return f"`{str(value).lower()}`"
        case timedelta() as span:
            return f'`"{_span(span)}"`'
        case int() | float() as number:
            return f"`{number:g}`"
        case None | SecretStr() | "":
            return "none"
        case value:
            return f'`"{value}"`'


_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def _span(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    unit, size = next((u, n) for u, n in _UNITS if seconds % n == 0 and (u != "d" or seconds > n))
    return f"{seconds // size}{unit}"


def _meanings() -> dict[str, str]:
    """What config.example.toml says of each key: the comment above it, or above its neighbour."""
    meanings: dict[str, str] = {}
    section, said, ended = "", "", True
    for line in EXAMPLE.read_text("utf-8").splitlines():
        heading = re.fullmatch(r"(?:# )?\[+([a-z.]+)\]+", line)
        key = re.match(r"(?:# )?([a-z_]+) = ", line)
        if heading:
            section = heading[1] + "."
        elif key and section + key[1] in config_keys():
            meanings.setdefault(section + key[1], _without_example(said))
            ended = True
        elif line.startswith("# "):
            said = line[2:].strip() if ended else f"{said} {line[2:].strip()}"
            ended = False
        else:
            ended = True
    return meanings


def _without_example(said: str) -> str:
    return re.sub(r"[,.]? (?:for example:?|for example .*)$", ".", said, flags=re.IGNORECASE)


# --- states and outcomes ----------------------------------------------------------------------


def _states(table_of: Mapping[tuple[State, Event], State], first: State) -> Callable[[], str]:
    def part() -> str:
        arrows = [f"    [*] --> {first}"]
        arrows += [f"    {state} --> {to}: {event}" for (state, event), to in table_of.items()]
        ends = sorted(set(table_of.values()) - {state for state, _ in table_of})
        arrows += [f"    {state} --> [*]" for state in ends]
        return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])

    return part


def _events(table_of: Mapping[tuple[State, Event], State]) -> Callable[[], str]:
    def part() -> str:
        rows = [(f"`{state}`", event.value, f"`{to}`") for (state, event), to in table_of.items()]
        return table(("in state", "event", "becomes"), rows)

    return part


_REPLY = {"none": "no SMTP answer, or any other", "2": "2yz", "4": "4yz", "5": "5yz"}


def _outcomes() -> str:
    rows = []
    for (step, pattern), ruling in outcome.RULINGS.items():
        also = [
            words
            for flag, words in (
                (ruling.hold, "the whole dispatch is held"),
                (ruling.person, "said to need a person"),
            )
            if flag
        ]
        said = _REPLY.get(pattern, pattern)
        rows.append((f"`{step}`", said, str(ruling.outcome), "; ".join(also)))
    return table(("step", "reply", "outcome", "and"), rows)


# --- the ledger and the documents -------------------------------------------------------------

_TYPES = {"Utc": "instant", "JSON": "json", "AutoString": "text", "LargeBinary": "bytes"}


def _ledger() -> str:
    """Tables, columns and references; what each means is written by hand below it."""
    lines = ["```mermaid", "erDiagram"]
    ours = list(SQLModel.metadata.tables.values())
    for one in ours:
        lines += [
            f"    {key.column.table.name} ||--o{{ {one.name} : {key.parent.name}"
            for key in sorted(one.foreign_keys, key=lambda key: key.parent.name)
        ]
    for one in ours:
        lines.append(f"    {one.name} {{")
        for column in one.columns:
            kind = type(column.type).__name__
            mark = " PK" if column.primary_key else " FK" if column.foreign_keys else ""
            lines.append(f"        {_TYPES.get(kind, kind.lower())} {column.name}{mark}")
        lines.append("    }")
    return "\n".join([*lines, "```"])


def _warnings() -> str:
    return table(("code", "means"), ((f"`{code}`", said) for code, said in WARNINGS.items()))


def _preflight() -> str:
    return table(("code", "means"), ((f"`{code}`", said) for code, said in CODES.items()))


PARTS: dict[str, Callable[[], str]] = {
    "commands": _commands_part,
    "config-top": _configuration(""),
    "config-organisation": _configuration("organisation"),
    "config-embargo": _configuration("embargo"),
    "config-relay": _configuration("relay"),
    "config-relay-fallback": _configuration("relay.fallback"),
    "config-database": _configuration("database"),
    "config-dkim": _configuration("dkim"),
    "config-bounces": _configuration("bounces"),
    "config-console": _configuration("console"),
    "config-public": _configuration("public"),
    "config-audience": _configuration("audience"),
    "dispatch-diagram": _states(states.DISPATCH, states.DispatchState.PLANNED),
    "delivery-diagram": _states(states.DELIVERY, states.DeliveryState.PENDING),
    "dispatch-events": _events(states.DISPATCH),
    "delivery-events": _events(states.DELIVERY),
    "outcomes": _outcomes,
    "ledger": _ledger,
    "warnings": _warnings,
    "preflight": _preflight,
}

if __name__ == "__main__":
    main()
