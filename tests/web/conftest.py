"""Settings that the tests of the console share."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from mailer.desk import people


@pytest.fixture(autouse=True, scope="session")
def passwords_cost_little() -> None:
    """The same Argon2id with little work; tests of what a guess costs say so themselves."""
    people._HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
