from __future__ import annotations

import os
from pathlib import Path

import pytest
from needs import find, needs
from support import ROOT

pytest_plugins = ["pytester"]

PROGRAM = "no-such-program-anywhere"


def program(folder: Path) -> str:
    """A program of that name in a folder."""
    path = folder / PROGRAM
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_a_missing_program_skips_by_name_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    mark = needs(PROGRAM, "apt install nothing").mark
    assert (mark.name, mark.args) == ("skipif", (True,))
    assert mark.kwargs["reason"] == f"needs {PROGRAM}: apt install nothing"


def test_never_skipped_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert needs(PROGRAM, "apt install nothing").mark.args == (False,)


def test_never_skipped_where_the_program_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CI", raising=False)
    there = program(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert find(PROGRAM) == there
    assert needs(PROGRAM, "apt install nothing").mark.args == (False,)


def test_found_among_the_system_programs_that_are_not_on_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = program(tmp_path)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("needs.SYSTEM", (str(tmp_path),))
    assert find(PROGRAM) == there


@pytest.mark.parametrize(("ci", "outcome"), [("", "skipped"), ("true", "failed")])
def test_the_mark_does_what_it_says(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, outcome: str
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests"))
    pytester.makepyfile(f"""
        import subprocess
        from needs import needs

        @needs("{PROGRAM}", "apt install nothing")
        def test_it():
            subprocess.run(["{PROGRAM}"], check=True)
    """)
    done = pytester.runpytest_subprocess("-rs", "-p", "no:cacheprovider")
    done.assert_outcomes(**{outcome: 1})
    if outcome == "skipped":
        done.stdout.fnmatch_lines([f"*needs {PROGRAM}: apt install nothing*"])
