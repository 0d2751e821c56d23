"""What a ledger that fails for a moment does to what was claimed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import pytest

from mailer.core.embargo import Clearance, Refusal
from mailer.core.errors import LedgerError
from mailer.core.job import Entry, Job
from mailer.delivery import record
from mailer.delivery.record import Record

NOW = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)


class Forgetful:
    """A ledger whose claims cannot be synced at first."""

    def __init__(self) -> None:
        self.claims = 0
        self.syncs = 0

    def claim(self, limit: int, now: datetime) -> list[Job]:
        self.claims += 1
        return [cast(Job, f"claim {self.claims}")]

    def commit(self, entries: Sequence[Entry], now: datetime) -> list[Clearance | Refusal]:
        return []

    def sync(self) -> None:
        self.syncs += 1
        if self.syncs < 3:
            raise LedgerError("the disk is away")


def test_never_another_claim_while_one_is_not_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "BROKEN_PAUSE", 0)
    ledger, said = Forgetful(), list[str]()

    async def claim() -> list[Job]:
        return await Record(ledger, lambda: NOW, said.append).claim(8)

    assert asyncio.run(claim()) == ["claim 1"]
    assert (ledger.claims, ledger.syncs) == (1, 3)
    assert len(said) == 2, "said once that it stops, and once that it goes on"
