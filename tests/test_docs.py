"""The documentation says what the program does, all of it, and nothing else."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlmodel import SQLModel

from mailer import __version__
from mailer.cli import cli
from mailer.compose.view import View
from mailer.config import keys as config_keys
from mailer.core.embargo import RefusalCode
from mailer.core.log_filter import PARAMETERS, Sort
from mailer.core.model import Draft
from mailer.core.outcome import Outcome, Phase, Step
from mailer.core.preflight import CODES
from mailer.core.states import DeliveryState, DispatchState
from mailer.intake import contacts, documents, front_matter
from mailer.intake.checks import WARNINGS
from mailer.ledger import SCHEMA
from mailer.ledger.log.entries import Entry
from mailer.present import entry_json

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted(
    [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), ROOT / "templates" / "README.md"],
    key=lambda page: page.relative_to(ROOT).as_posix(),
)


@cache
def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def section(page: Path, heading: str) -> str:
    """What stands under a heading, up to the next of its level."""
    level = heading.partition(" ")[0]
    found = re.search(
        rf"^{re.escape(heading)}$\n(.*?)(?=^{level} |\Z)", text_of(page), re.MULTILINE | re.DOTALL
    )
    assert found, f"{page.name} has no {heading}"
    return found[1]


def first_cells(text: str) -> set[str]:
    """Every name in `code` in the first column of the tables of a text."""
    cells = re.findall(r"^\| ([^|]*) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def by_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


# --- generated parts --------------------------------------------------------------------------


def test_generated_parts_are_current() -> None:
    script = DOCS / "generate.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_command_or_option_is_missing_from_the_reference() -> None:
    for name, command in all_commands():
        described = section(REFERENCE / "commands.md", f"### {name}")
        for parameter in command.params:
            for option in (o for o in parameter.opts if o.startswith("-")):
                assert option in described, f"{name} {option}"


def test_no_configuration_key_is_missing_or_invented() -> None:
    page = REFERENCE / "configuration.md"
    for group in {key.rpartition(".")[0] for key in config_keys()}:
        heading = {"": "## At the head of the file"}
        heading |= {name: f"## [[{name}]]" for name in ("audience", "relay.fallback")}
        described = first_cells(section(page, heading.get(group, f"## [{group}]")))
        assert described == {
            key.rpartition(".")[2] for key in config_keys() if key.rpartition(".")[0] == group
        }


def test_no_configuration_key_is_without_a_meaning() -> None:
    page = text_of(REFERENCE / "configuration.md")
    rows = re.findall(r"^\| `([a-z_]+)` \| ([^|]*) \| ([^|]*) \|", page, re.MULTILINE)
    assert len(rows) == len(config_keys())
    assert all(meaning.strip() and accepted.strip() for _, meaning, accepted in rows)


# --- what is written by hand ------------------------------------------------------------------


def test_every_exit_status_is_in_the_reference() -> None:
    described = section(REFERENCE / "commands.md", "## Exit statuses")
    assert re.findall(r"^\| (\d) \|", described, re.MULTILINE) == ["0", "1", "2", "3"]


def test_no_state_is_missing_or_invented() -> None:
    page = REFERENCE / "states.md"
    for heading, states in (("## Dispatches", DispatchState), ("## Deliveries", DeliveryState)):
        described = section(page, heading).partition("<!-- end -->")[2].partition("<!--")[0]
        assert first_cells(described) == {state.value for state in states}


def test_no_refusal_of_the_gate_is_missing_or_invented() -> None:
    described = first_cells(section(REFERENCE / "states.md", "## The gate"))
    assert described == {code.value for code in RefusalCode}


def test_every_outcome_step_and_phase_is_in_the_reference() -> None:
    outcomes = text_of(REFERENCE / "outcomes.md")
    assert all(f"\n| {outcome} | " in outcomes for outcome in Outcome)
    assert all(f"`{step}`" in outcomes for step in Step)
    attempt = section(REFERENCE / "ledger.md", "## attempt")
    assert all(f"`{phase}`" in attempt for phase in Phase)


@pytest.mark.parametrize("name", sorted(t for t in SQLModel.metadata.tables))
def test_no_column_of_the_ledger_is_missing_or_invented(name: str) -> None:
    described = first_cells(section(REFERENCE / "ledger.md", f"## {name}"))
    assert described == {column.name for column in SQLModel.metadata.tables[name].columns}


def test_no_table_of_the_ledger_is_invented() -> None:
    headings = re.findall(r"^## (\w+)$", text_of(REFERENCE / "ledger.md"), re.MULTILINE)
    assert set(headings) == set(SQLModel.metadata.tables)


def test_no_key_of_the_front_matter_is_missing_or_invented() -> None:
    described = section(REFERENCE / "document.md", "## Front matter")
    assert first_cells(described) == set(front_matter.KEYS)
    for key in (*front_matter.CONTACT_KEYS, *front_matter.PHONE_KEYS):
        assert f"`{key}`" in described
    editions = section(REFERENCE / "document.md", "## Other languages")
    assert all(f"`{key}`" in editions for key in front_matter.EDITION_KEYS)


def test_no_key_of_the_document_json_is_missing_or_invented() -> None:
    described = first_cells(section(REFERENCE / "document.md", "## `mailer read --json`"))
    assert described == set(documents.to_json(Draft()))


def test_no_warning_code_is_missing_or_invented() -> None:
    assert first_cells(section(REFERENCE / "document.md", "## Warnings")) == set(WARNINGS)


def test_every_finding_of_preflight_is_in_the_reference() -> None:
    assert first_cells(section(REFERENCE / "preflight.md", "## Codes")) == set(CODES)


def test_no_column_of_a_list_is_missing_or_invented() -> None:
    described = first_cells(section(REFERENCE / "lists.md", "## Columns"))
    assert described == set(contacts.COLUMNS)


def test_no_finding_code_is_missing_or_invented() -> None:
    assert first_cells(section(REFERENCE / "lists.md", "## Findings")) == set(finding_codes())


def finding_codes() -> Iterator[str]:
    """The codes that intake gives to a row, read out of its calls."""
    position = {"Note": 0, "_refused": 3, "_finding": 3, "Refusal": 0}
    for file in ("contacts.py", "cells.py", "rows.py", "vcard.py", "addresses.py"):
        tree = ast.parse((ROOT / "mailer" / "intake" / file).read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = position.get(node.func.id)
                if at is not None and isinstance(node.args[at], ast.Constant):
                    yield str(node.args[at].value)  # type: ignore[attr-defined]


def test_every_parameter_of_the_log_is_in_the_reference() -> None:
    log_page = text_of(REFERENCE / "log.md")
    assert all(f"`{name}`" in log_page for name in (*PARAMETERS, *Sort))


def test_every_column_of_the_log_is_in_the_reference() -> None:
    described = section(REFERENCE / "commands.md", "## Output for scripts")
    columns = entry_json(Entry(*[None] * 11))  # type: ignore[arg-type]
    assert all(f"`{column}`" in described for column in columns)


def test_no_template_variable_is_missing_or_invented() -> None:
    described = section(ROOT / "templates" / "README.md", "## What a template may see")
    assert first_cells(described) == {field.name for field in fields(View)}


def test_no_room_of_the_house_is_missing_from_its_map() -> None:
    page = text_of(DOCS / "explanation" / "house.md")
    rooms = [
        path.name + ("/" if path.is_dir() else "")
        for path in (ROOT / "mailer").iterdir()
        if not path.name.startswith(("_", "."))
    ]
    of_the_desk = [path.name for path in (ROOT / "mailer" / "desk").glob("[a-z]*.py")]
    unshared = [name for name in of_the_desk if name not in ("base.py",)]
    assert [name for name in (*rooms, *unshared) if f"`{name}`" not in page] == []


# --- links and commands -----------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_no_link_leads_nowhere(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in headings}


def test_every_page_can_be_reached_from_the_readme() -> None:
    waiting, reached = [ROOT / "README.md"], set()
    while waiting:
        page = waiting.pop().resolve()
        if page.suffix != ".md" or page in reached or not page.exists():
            continue
        reached.add(page)
        targets = re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", text_of(page))
        waiting += [page.parent / target for target in targets if "://" not in target]
    assert {page.resolve() for page in PAGES} <= reached


def console_lines() -> Iterator[tuple[Path, str]]:
    """Every line after a prompt in the fenced blocks of the documentation."""
    for page in PAGES:
        for block in re.findall(r"```console\n(.*?)```", text_of(page), re.DOTALL):
            for line in re.findall(r"^\s*\$ (.+)$", block, re.MULTILINE):
                yield page, line


def test_every_mailer_command_in_a_block_would_be_taken() -> None:
    seen = 0
    for page, line in console_lines():
        asked = re.match(r"(?:sudo -u \w+ )?\S*\bmailer( .*)", line)
        if asked:
            seen += 1
            taken(until_redirected(shlex.split(asked[1])), f"{by_name(page)}: {line}")
    assert seen > 20


def until_redirected(words: list[str]) -> list[str]:
    """The words of a shell line up to a pipe or a redirection."""
    return words[: next((i for i, w in enumerate(words) if w in ("|", ">", "&&", ";")), len(words))]


def taken(words: list[str], where: str) -> None:
    """Parse a command line as the program would, without running it."""
    command: Any = typer.main.get_command(cli)
    name, context = "mailer", None
    try:
        while True:
            context = command.make_context(name, list(words), parent=context)
            if not hasattr(command, "commands"):
                return
            name, command, words = command.resolve_command(context, rest(context))
    except Exception as error:
        pytest.fail(f"{where}: {type(error).__name__}: {error}")


def rest(context: Any) -> list[str]:
    """What a group has not read of its words."""
    return [*getattr(context, "_protected_args", ()), *context.args]


def test_a_wrong_command_would_not_be_taken() -> None:
    for wrong in ("quue x.md", "queue x.md --too all", "resolve REF --as lost --by me", "plan"):
        with pytest.raises(pytest.fail.Exception):
            taken(wrong.split(), "here")


def test_no_command_named_in_prose_is_unknown() -> None:
    known = dict(all_commands())
    for page in PAGES:
        for said in re.findall(r"`mailer ([a-z][^`\n]*)`", text_of(page)):
            words = said.split()
            name = f"mailer {words[0]}"
            if len(words) > 1 and f"{name} {words[1]}" in known:
                name = f"{name} {words[1]}"
            assert name in known, f"{by_name(page)}: {said}"
            options = {option for p in known[name].params for option in p.opts}
            asked = {w for w in words if w.startswith("--")}
            assert asked <= options | {"--help"}, f"{by_name(page)}: {said}"


def test_no_make_target_is_unknown() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for page in PAGES:
        for target in re.findall(r"(?:`|\$ )make ([a-z]+)", text_of(page)):
            assert target in targets, f"{by_name(page)}: make {target}"


def all_commands() -> Iterator[tuple[str, Any]]:
    waiting: list[tuple[str, Any]] = [("mailer", typer.main.get_command(cli))]
    while waiting:
        name, command = waiting.pop()
        yield name, command
        waiting += [(f"{name} {sub}", c) for sub, c in getattr(command, "commands", {}).items()]


# --- the repository ---------------------------------------------------------------------------


def test_the_changelog_is_in_form_and_knows_this_version() -> None:
    changelog = text_of(ROOT / "CHANGELOG.md")
    releases = re.findall(r"^## (.+)$", changelog, re.MULTILINE)
    form = r"\[Unreleased\]|\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d"
    assert changelog.startswith("# Changelog\n")
    assert releases
    assert all(re.fullmatch(form, release) for release in releases)
    assert any(release.startswith(f"[{__version__}]") for release in releases)
    kinds = re.findall(r"^### (.+)$", changelog, re.MULTILINE)
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_newest_migration_is_there() -> None:
    versions = ROOT / "mailer" / "ledger" / "migrations" / "versions"
    assert [file for file in versions.glob("*.py") if file.name.startswith(SCHEMA)]


HOSTS = ("py" + "pi.org", "files.python" + "hosted.org", "npm" + "js.org", "index-" + "url =")
HERE = re.compile(r"(?<![\w.~…])/(?:home|Users|root|work|tmp)/\w")


def test_no_file_names_a_package_registry_or_a_place_of_one_machine() -> None:
    found = [
        f"{by_name(path)}:{number}: {line.strip()[:80]}"
        for path in repository_files()
        for number, line in enumerate(readable(path).splitlines(), start=1)
        if HERE.search(line) or any(host in line for host in HOSTS)
    ]
    assert not found, "\n".join(found)


def repository_files() -> list[Path]:
    """What git has, or would take; without git, everything but what is made."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, check=False)
    if done.returncode == 0:
        names = done.stdout.decode().split("\0")
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    made = {".venv", "demo", "dist", "__pycache__", ".git", ".hypothesis"}
    return [p for p in ROOT.rglob("*") if p.is_file() and not made & set(p.relative_to(ROOT).parts)]


def readable(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""
