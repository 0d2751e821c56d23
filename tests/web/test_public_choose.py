"""Preferences: what a journalist chooses is kept, wins over the list, and is shown to nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from public_client import NOBODY, PUBLIC, Visitor, everything, links_of, public_office
from sqlmodel import select
from support import CONFIG

from mailer.app import App
from mailer.core.links import Links
from mailer.ledger import audit, plans, wishes
from mailer.ledger.tables import DeliveryRow

ANA, CY = "ana@wire.example", "cy@daily.example"
OPEN = CONFIG.replace('release = "advance"\n', 'release = "advance"\nopen = true\n', 1)


@pytest.fixture
def public(tmp_path: Path) -> Iterator[App]:
    with public_office(tmp_path, OPEN + PUBLIC) as app:
        yield app


def path(app: App, email: str = ANA) -> str:
    return f"/p/{links_of(app, email).preferences}"


CHOICE = {
    "name": "Anna Lind",
    "language": "fr",
    "timezone": "Europe/Paris",
    "audience": ["", "no wires"],
}


def test_what_is_chosen_is_kept_and_audited(public: App) -> None:
    with Visitor(public) as visitor:
        assert visitor.post(path(public), data=CHOICE).status_code == 200
    with public.database.read() as session:
        wish = wishes.of(session, ANA)
        assert wish is not None
        assert (wish.name, wish.outlet, wish.language, wish.timezone, dict(wish.audiences)) == (
            *("Anna Lind", "Nordwire", "fr", "Europe/Paris"),
            {"wires": False},
        )
        assert audit.first_broken(session) is None
        detail = session.connection().exec_driver_sql(
            "SELECT actor, subject, detail FROM audit WHERE action = 'choose'"
        )
        ((actor, subject, told),) = detail.all()
    assert (actor, subject) == ("the journalist", ANA)
    assert "LCT 2027/004, advance to wires" in told


def test_what_is_left_as_it_is_keeps_an_earlier_choice(public: App) -> None:
    with Visitor(public) as visitor:
        visitor.post(path(public), data=CHOICE)
        visitor.post(path(public), data={"language": "de", "audience": "yes wires"})
        before = everything(public)
        visitor.post(path(public), data={"name": " ", "language": "", "timezone": ""})
    assert everything(public) == before
    with public.database.read() as session:
        wish = wishes.of(session, ANA)
    assert wish is not None
    assert (wish.name, wish.language, wish.timezone) == ("Anna Lind", "de", "Europe/Paris")
    assert dict(wish.audiences) == {"wires": True}


def test_the_next_plan_goes_by_it(public: App, tmp_path: Path) -> None:
    with Visitor(public) as visitor:
        visitor.post(path(public), data={"language": "fr", "timezone": "Europe/Paris"})
        visitor.post(path(public, CY), data={"audience": "yes wires"})
        visitor.post(path(public, "bo@wire.example"), data={"audience": "no wires"})
    text = (tmp_path / "advisory.md").read_text().replace("2027/004", "2027/005")
    (tmp_path / "advisory.md").write_text(text)
    proposal = public.desk.propose(
        tmp_path / "advisory.md",
        embargo_line=None,
        immediate=True,
        audiences=["wires", "national"],
        now=public.now(),
    )
    public.desk.queue(proposal, by="Officer", now=public.now())
    with public.database.read() as session:
        rows = session.exec(select(DeliveryRow).where(DeliveryRow.id > 4)).all()  # type: ignore[operator]
        got = {row.email: (row.dispatch_id, row.language, row.timezone) for row in rows}
        said = {(one.contact.email, one.reason) for one in proposal.plan.left_out}
        assert plans.standing(session, None).wishes
    assert got[ANA][1:] == ("fr", "Europe/Paris")
    assert got[CY][0] == got[ANA][0]
    assert ("bo@wire.example", "chose not to receive it") in said


@pytest.mark.parametrize("how", ["GET", "HEAD"])
def test_never_changes_anything_because_scanners_open_the_link(public: App, how: str) -> None:
    before = everything(public)
    with Visitor(public) as visitor:
        query = "?name=X&language=fr&audience=no+wires"
        answers = {visitor.request(how, path(public) + query).status_code for _ in range(100)}
    assert answers == {200}
    assert everything(public) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_never_tells_a_known_token_from_an_unknown_one(public: App, method: str) -> None:
    with Visitor(public) as visitor:
        answers = []
        for one in (path(public), f"/p/{NOBODY}", "/p/x"):
            answer = visitor.request(method, one, data=CHOICE if method == "POST" else None)
            shown = answer.text.replace(one, "/p/…")
            answers.append((answer.status_code, sorted(answer.headers), shown))
    assert answers[0] == answers[1] == answers[2]


def test_never_shows_who_the_link_is_for(public: App) -> None:
    with Visitor(public) as visitor:
        visitor.post(path(public), data=CHOICE)
        page = visitor.get(path(public)).text + visitor.post(path(public), data=CHOICE).text
    for word in ("Ana Lind", "Anna Lind", "ana@", "Nordwire"):
        assert word not in page
    assert not re.findall(r"<option[^>]*selected", page)


def test_never_chooses_with_the_token_of_another_purpose(public: App) -> None:
    with public.database.read() as session:
        row = session.exec(select(DeliveryRow).where(DeliveryRow.email == ANA)).one()
        made = Links.of(public.database.link_key, row.message_id)
    before = everything(public)
    with Visitor(public) as visitor:
        visitor.post(f"/p/{made.unsubscribe}", data=CHOICE)
        visitor.post(f"/u/{made.preferences}", data={"List-Unsubscribe": "One-Click"})
    assert everything(public) == before


@pytest.mark.parametrize(
    "data",
    [
        {"language": "xx"},
        {"timezone": "Europe/Nowhere"},
        {"timezone": "../../etc/passwd"},
        {"audience": "yes national"},
        {"audience": "no <b>"},
        {"name": "x" * 121},
    ],
)
def test_what_nobody_can_choose_is_refused_for_every_token_alike(
    public: App, data: dict[str, str]
) -> None:
    before = everything(public)
    with Visitor(public) as visitor:
        one, other = (visitor.post(at, data=data) for at in (path(public), f"/p/{NOBODY}"))
    assert one.status_code == other.status_code == 422
    assert one.text == other.text
    assert everything(public) == before


def test_a_name_is_one_line_of_plain_words(public: App) -> None:
    with Visitor(public) as visitor:
        visitor.post(path(public), data={"name": "Ana\r\nBcc: x@y.example\x1b[31m\u202e"})
    with public.database.read() as session:
        wish = wishes.of(session, ANA)
    assert wish is not None
    assert wish.name.isprintable()


def test_the_form_offers_open_audiences_alone_by_their_title(tmp_path: Path) -> None:
    config = OPEN.replace("open = true", 'open = true\ntitle = "News <wires>"') + PUBLIC
    with public_office(tmp_path, config) as app, Visitor(app) as visitor:
        page = visitor.get(path(app)).text
    assert "News &lt;wires&gt;" in page
    assert "national" not in page
