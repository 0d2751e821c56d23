"""Whatever follows a message names it, so that mail programs show them together."""

from pathlib import Path

import pytest
from sqlmodel import select
from stories import DAY, REF, approve, document, queue, send
from support import CONFIG, LIFT, FakeClock, Sink, make_office, open_office

from mailer.app import App
from mailer.core import verp
from mailer.core.errors import ConfigError
from mailer.ledger import threads
from mailer.ledger.tables import DeliveryRow


def ids(sink: Sink, who: str) -> list[tuple[str, str | None, str | None]]:
    return [
        (one.message["Message-ID"], one.message["In-Reply-To"], one.message["References"])
        for one in sink.taken
        if one.rcpt_to.startswith(who)
    ]


def test_each_notice_answers_to_all_that_its_contact_has_of_the_item(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app)
    approve(app)
    clock.at = LIFT - DAY
    send(app)
    clock.move(minutes=1)
    app.desk.reschedule(REF, embargo_line="2027-02-10T00:01:00Z", by="officer", now=clock())
    approve(app)
    send(app)
    path = document(app)
    path.write_text(path.read_text().replace("Four in ten of", "Half of"))
    app.desk.correct(path, note="Half.", by="officer", now=clock())
    approve(app)
    send(app)
    app.desk.withdraw(REF, note="", by="officer", now=clock())
    send(app)
    corrected = next(one for one in sink.taken if "CORRECTION" in one.message["Subject"])
    plain = corrected.message.get_body(("plain",))
    assert plain is not None
    assert "\n| Half of the tide gauges" in plain.get_content().replace("\r\n", "\n")
    (first, *none), (second, *two), (third, *three), (_, *four) = ids(sink, "ana")
    assert none == [None, None]
    assert two == [first, first]
    assert three == [second, f"{first} {second}"]
    assert four == [third, f"{first} {second} {third}"]


def test_a_release_and_another_items_notice_answer_to_nothing_of_somebody_else(
    app: App, sink: Sink, clock: FakeClock
) -> None:
    queue(app, ("national",), immediate=True)
    approve(app)
    send(app)
    clock.move(minutes=1)
    app.desk.withdraw(REF, note="", by="officer", now=clock())
    send(app)
    for who in ("cy", "dee"):
        for message, answered, references in ids(sink, who)[1:]:
            assert answered == references == ids(sink, who)[0][0] != message


def test_never_more_references_than_a_header_should_have_and_always_the_first(
    app: App, sink: Sink, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "MOST", 3)
    queue(app, ("national",), immediate=True)
    approve(app)
    send(app)
    for said in ("1", "2", "3", "4"):
        clock.move(minutes=1)
        path = document(app)
        path.write_text(path.read_text().replace("Four in ten of", f"{said}, Four in ten of"))
        app.desk.correct(path, note="", by="officer", now=clock())
        approve(app)
        send(app)
    who = sink.taken[0].rcpt_to
    (first, *_), _, (third, *_), (fourth, *_), (_, answered, references) = ids(sink, who)
    assert answered == fourth
    assert references == f"{first} {third} {fourth}"


# --- envelopes --------------------------------------------------------------------------------


def test_never_two_copies_with_one_envelope_sender(
    tmp_path: Path, sink: Sink, clock: FakeClock
) -> None:
    config = CONFIG + '\n[bounces]\naddress = "bounces@lantern.example"\n'
    with open_office(make_office(tmp_path / "office", config=config), sink.port, clock) as app:
        queue(app, immediate=True)
        approve(app)
        send(app)
        with app.database.read() as session:
            rows = {row.email: row.id for row in session.exec(select(DeliveryRow))}
        assert len({one.mail_from for one in sink.taken}) == len(sink.taken) > 1
        for one in sink.taken:
            assert one.mail_from.startswith("bounces+")
            assert one.mail_from.endswith("@lantern.example")
            assert verp.parse(one.mail_from, app.database.link_key) == rows[one.rcpt_to]
            assert one.message["From"].addresses[0].addr_spec == "press@lantern.example"


# --- signatures -------------------------------------------------------------------------------

KEY = """\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
-----END PRIVATE KEY-----
"""
SIGNS = CONFIG + '\n[dkim]\nkey_file = "dkim.pem"\nselector = "press"\n'


def signing(folder: Path, key: str) -> Path:
    pem = folder / "office" / "dkim.pem"
    pem.parent.mkdir()
    pem.touch(0o600)
    pem.write_text(key)
    return make_office(pem.parent, config=SIGNS)


def test_every_copy_is_signed_where_there_is_a_key(
    tmp_path: Path, sink: Sink, clock: FakeClock
) -> None:
    with open_office(signing(tmp_path, KEY), sink.port, clock) as app:
        queue(app, ("national",), immediate=True)
        approve(app)
        send(app)
    assert sink.taken
    for one in sink.taken:
        assert "d=press.lantern.example" in one.message["DKIM-Signature"]


def test_never_a_run_with_a_key_that_is_none(tmp_path: Path, clock: FakeClock) -> None:
    broken = KEY.replace("MC4C", "MC4D")
    with open_office(signing(tmp_path, broken), 1, clock) as app:
        queue(app, ("national",), immediate=True)
        with pytest.raises(ConfigError, match="dkim: key_file holds no RSA or Ed25519"):
            send(app)
