"""Tests that need a program which Python cannot install: skipped by name, but never in CI."""

from __future__ import annotations

import os
import shutil

import pytest

SYSTEM = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Where Debian keeps what only root usually runs; often not on a user's PATH."""


def find(program: str) -> str | None:
    """A program's path, on the PATH or where the system keeps its own."""
    path = os.pathsep.join((os.environ.get("PATH", ""), *SYSTEM))
    return shutil.which(program, path=path)


def needs(program: str, install: str) -> pytest.MarkDecorator:
    """Skip a test where `program` is missing, saying how to install it; with CI set, let it fail.

    `install` is the whole line that a person may copy: "apt install chromium".
    """
    missing = find(program) is None and not os.environ.get("CI")
    return pytest.mark.skipif(missing, reason=f"needs {program}: {install}")
