"""An office with four advisories queued, and what comes back to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from returned import bounce_address, report
from sqlmodel import col, select
from stories import document, queue
from support import FakeClock, make_office, open_office

from mailer.app import App
from mailer.desk import Taken
from mailer.ledger import consent
from mailer.ledger.evidence import Told
from mailer.ledger.tables import CameBackRow, DeliveryRow, EvidenceRow

SECTION = """
[bounces]
address = "bounces@press.lantern.example"
forward_to = "Duty <duty@lantern.example>"
"""


@dataclass
class Office:
    """The office, its clock, and how many reports it got."""

    app: App
    clock: FakeClock
    count: int = field(default=0)

    def rows(self, email: str) -> list[DeliveryRow]:
        with self.app.database.read() as session:
            of_it = select(DeliveryRow).where(DeliveryRow.email == email)
            return list(session.exec(of_it.order_by(col(DeliveryRow.id))))

    def row(self, email: str) -> DeliveryRow:
        return self.rows(email)[0]

    def take(self, content: bytes) -> Taken:
        self.clock.move(minutes=1)
        return self.app.desk.take(content, source="pipe", now=self.clock())

    def bounced(self, row: DeliveryRow, about: str = "", **said: str) -> Taken:
        self.count += 1
        to = bounce_address(self.app.database, row.id or 0)
        return self.take(report(to, about or row.email, number=self.count, **said))

    def suppressed(self) -> list[str]:
        with self.app.database.read() as session:
            return [row.email for row in consent.suppressions(session)]

    def told(self, email: str) -> list[Told]:
        return self.app.desk.came_back(email)

    def counts(self) -> tuple[int, int]:
        with self.app.database.read() as session:
            taken = session.exec(select(CameBackRow)).all()
            return len(taken), len(session.exec(select(EvidenceRow)).all())


@contextmanager
def open_bounce_office(
    folder: Path, clock: FakeClock, *, more: str = "", port: int = 1
) -> Iterator[Office]:
    """`more` are further keys of its [bounces]; `port` is its relay's."""
    config = make_office(folder)
    text = config.read_text()
    at = text.index("[[audience]]")
    config.write_text(f"{text[:at]}{SECTION}{more}\n{text[at:]}")
    with open_office(config, port, clock) as app:
        plain = document(app).read_text()
        for number in (4, 5, 6, 7):
            document(app).write_text(plain.replace("2027/004", f"2027/00{number}"))
            queue(app, ("national",), immediate=True)
        yield Office(app, clock)
