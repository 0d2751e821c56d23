"""Everything that one journalist wished, accepted, and sent back, on their page and by command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from api_client import program
from console_client import browser
from contact_past import BO, office_with_a_past
from hypothesis import given
from hypothesis import strategies as st
from test_contact_pages import ACTIVE, words

from mailer.app import App
from mailer.core.people import Role
from mailer.core.wishes import Wish
from mailer.present import contact, contact_json


@pytest.fixture
def past(tmp_path: Path) -> Iterator[App]:
    with office_with_a_past(tmp_path / "office") as app:
        yield app


def test_the_page_has_what_they_chose_each_time_and_by_which_way(past: App) -> None:
    with browser(past, Role.STAFF) as one:
        page = one.get(f"/contacts/one?email={BO}").text
    told = words(page)
    assert (
        "Chose by themselves name Bo “Tides” Quist, language de, time zone Europe/Paris, not wires"
        " It wins over the lists."
    ) in told
    later, earlier = (
        told.index("language de, not wires by the link in"),
        told.index("language fr, time zone Europe/Paris by the link in LCT 2027/004"),
    )
    assert later < earlier
    assert "unsubscribed by their own word: gets nothing" in told
    assert "the journalist: unsubscribed (mail) by the address to leave by in LCT 2027/004" in told
    assert "from 192.0.2.7 terms " in told
    assert "# Terms Nothing **before** the lift." in told
    assert "withdrawn: by phone (Chief)" in told
    assert told.index("withdrawn: by phone") < told.index("accepted: on the page, by the link")
    for piece in ("bounced suppressed for it 5.1.1 permanent", "complained suppressed for it"):
        assert piece in told
    assert "envelope sender (lmtp)" in told
    assert "released by Chief" in told
    assert "<img src=x" not in page
    assert not ACTIVE.search(page)


def test_a_suppression_leads_to_its_evidence_and_can_be_reversed_there(past: App) -> None:
    view = past.desk.contact(BO)
    with browser(past, Role.OFFICER) as one:
        page = one.get(f"/contacts/one?email={BO}").text
        for suppression in view.suppressions:
            assert f'href="#e{suppression.evidence}"' in page
            assert f'id="e{suppression.evidence}"' in page
        assert "They asked for it themselves: release it only if" in words(page)
        one.post("/contacts/unsuppress", data={"email": BO})
        assert "may be written to" in words(one.get(f"/contacts/one?email={BO}").text)
    assert not past.desk.contact(BO).suppressed


def test_the_command_has_the_same(past: App, capsys: pytest.CaptureFixture[str]) -> None:
    contact(past.desk.contact(BO), "Europe/London")
    told = capsys.readouterr().out
    for piece in (
        "Bo “Tides” Quist <bo@wire.example>",
        "chose: name Bo “Tides” Quist, language de, time zone Europe/Paris, not wires (it wins",
        "mail: unsubscribed by their own word; gets nothing",
        "the journalist: unsubscribed (mail) by the address to leave by in LCT 2027/004, release",
        "released by Chief",
        "embargo: not accepted",
        "withdrawn: by phone (Chief)",
        "; from 192.0.2.7",
        "bounced: permanent 5.1.1 550 5.1.1 <img src=x onerror=alert(1)>\\u202e\\x1b[31m",
        "complained",
        "unsubscribed",
    ):
        assert piece in told
    assert not ACTIVE.search(told)
    read = json.loads(json.dumps(contact_json(past.desk.contact(BO))))
    assert (read["left"], read["accepted"], read["wish"]["language"]) == (True, False, "de")
    assert len(read["chosen"]) == 2
    assert read["chosen"][0]["wish"] | {"email": ""} == {
        "email": "",
        "name": "",
        "outlet": "Nordwire",
        "language": "de",
        "timezone": "",
        "audiences": {"wires": False},
    }
    assert read["answers"][1]["terms"] in past.desk.contact(BO).terms
    assert read["suppressions"][0]["at"].endswith("Z")


def test_the_api_has_the_same(past: App) -> None:
    with program(past, Role.STAFF) as one:
        read = one.get("/api/v1/contact", params={"email": BO}).json()
    assert [piece["wish"]["language"] for piece in read["chosen"]] == ["de", "fr"]
    assert read["left"]
    assert read["suppressions"][0]["evidence"] in [piece["number"] for piece in read["came_back"]]


texts = st.sampled_from(["", "a", "b"])
audiences = st.dictionaries(st.sampled_from(["x", "y"]), st.booleans())
wished = st.builds(Wish, st.just("a@b.example"), texts, st.just("o"), texts, texts, audiences)


@given(st.lists(wished, min_size=1))
def test_what_was_new_each_time_makes_up_what_is_wished_now(said: list[Wish]) -> None:
    now: Wish | None = None
    made = Wish("a@b.example")
    for one in said:
        later = one.over(now) if now else one
        made = later.since(now).over(made)
        now = later
    assert now is not None
    assert made == replace(now, audiences=dict(now.audiences))
    assert now.since(now).words == ""
