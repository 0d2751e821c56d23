"""A journalist with a past: wishes, an acceptance taken back, bounces, and a goodbye."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from public_client import PUBLIC, links_of, public_office
from returned import BOUNCES, answer, bounce_address, complaint, report
from sqlmodel import select
from support import CONFIG, FakeClock

from mailer.app import App
from mailer.core import verp
from mailer.ledger.tables import DeliveryRow

BO = "bo@wire.example"
SECTION = '[bounces]\naddress = "bounces@press.lantern.example"\n'
EVIL = "550 5.1.1 <img src=x onerror=alert(1)>\u202e\x1b[31m no such user"


@contextmanager
def office_with_a_past(folder: Path) -> Iterator[App]:
    """An office that has heard all of it from Bo, each an hour after the last."""
    config = CONFIG.replace("check_clock", 'terms = "terms.md"\ncheck_clock') + PUBLIC
    config = config.replace("[[audience]]", SECTION + "\n[[audience]]\nopen = true", 1)
    folder.mkdir(exist_ok=True)
    (folder / "terms.md").write_text("# Terms\n\nNothing **before** the lift.\n\n- Not a word.\n")
    with public_office(folder, config) as app:
        past(app)
        yield app


def past(app: App) -> None:
    """What Bo has said, and what came back of Bo's copies."""
    desk, clock, links = app.desk, app.now, links_of(app, BO)
    assert isinstance(clock, FakeClock)
    with app.database.read() as session:
        row = session.exec(select(DeliveryRow).where(DeliveryRow.email == BO)).one()
    number = row.id or 0
    own = bounce_address(app.database, number)
    terms = desk.terms("en")
    assert terms is not None
    leave = verp.verp(*BOUNCES, verp.token(number, app.database.link_key, verp.Use.LEAVING))
    goodbye = f"From: {BO}\nTo: {leave}\nSubject: unsubscribe\n\n"
    said = {"name": "Bo “Tides” Quist", "language": "fr", "timezone": "Europe/Paris"}
    for deed in (
        lambda: desk.accept(links.embargo, terms, address="192.0.2.7", now=clock()),
        lambda: desk.choose(links.preferences, **said, address="192.0.2.7", now=clock()),
        lambda: desk.take(answer(own, row, "X-Autoreply: yes"), source="imap", now=clock()),
        lambda: desk.take(report(own, BO, said=EVIL), source="lmtp", now=clock()),
        lambda: desk.unsuppress(BO, by="Chief", now=clock()),
        lambda: desk.take(complaint(own, BO), source="maildir", now=clock()),
        lambda: desk.unsuppress(BO, by="Chief", now=clock()),
        lambda: desk.choose(
            links.preferences,
            language="de",
            audiences={"wires": False},
            address="192.0.2.7",
            now=clock(),
        ),
        lambda: desk.record_acceptance(
            BO, accepted=False, source="by phone", by="Chief", now=clock()
        ),
        lambda: desk.take(goodbye.encode(), source="pipe", now=clock()),
    ):
        clock.move(hours=1)
        deed()
