"""The embargo agreement, with a real relay: who is invited, what they may read and when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from public_client import NOBODY, PUBLIC, Visitor, everything, links_of, queue
from sqlmodel import select
from support import ADVISORY, CONFIG, LIFT, FakeClock, Sink, make_office, open_office, relay

from mailer.app import App, runner
from mailer.core.errors import MailerError
from mailer.core.links import LIFE, Purpose
from mailer.core.model import LANGUAGES
from mailer.ledger import audit, consent
from mailer.ledger.tables import AcceptanceRow, DeliveryRow, DispatchRow, TermsRow

ANA, BO = "ana@wire.example", "bo@wire.example"
WORDS = "On Tuesday we publish *figures* on tides."
SECRETS = ("Four in ten", "tide gauges", "LCT 2027/004", "gauges.csv", "41 per cent", "Mirela")
"""What is embargoed, and would tell what it is."""
TERMS = "# Terms\n\nYou publish **nothing** before the lift.\n"
INVITING = ADVISORY.replace(
    'headline = "',
    f'invitation = "{WORDS}"\nattachments = ["gauges.csv", "map.png"]\nheadline = "',
).replace("last winter.", "last winter, 41 per cent. ![A map](map.png)")
CONFIG_E = CONFIG.replace("check_clock", 'terms = "terms.md"\ncheck_clock') + PUBLIC
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


@dataclass
class Story:
    """An office whose advisory invites, its relay, and a visitor of its pages."""

    app: App
    sink: Sink
    visitor: Visitor
    folder: Path

    @property
    def clock(self) -> FakeClock:
        assert isinstance(self.app.now, FakeClock)
        return self.app.now

    async def send(self, at: object = None) -> None:
        """Do what is due, at an instant if one is given."""
        if at is not None:
            self.clock.at = at  # type: ignore[assignment]
        await runner(self.app, lambda _: None).run_once()

    def approve(self) -> None:
        self.app.desk.approve("LCT 2027/004", by="Chief", now=self.app.now())

    def path(self, email: str = BO) -> str:
        """The path of the agreement, as the invitation says it."""
        return f"/e/{links_of(self.app, email, 'invitation').embargo}"

    def accept(self, path: str) -> str:
        digest = re.search(r'name="terms" value="([0-9a-f]+)"', self.visitor.get(path).text)
        assert digest
        answer = self.visitor.post(path, data={"terms": digest[1]})
        assert answer.status_code == 200
        return answer.text

    def got(self, email: str) -> list[str]:
        """The subjects of what the relay took for somebody."""
        return [taken.message["Subject"] for taken in self.sink.taken if taken.rcpt_to == email]

    def wire(self, email: str) -> str:
        """All that the relay took for somebody, decoded, headers and all."""
        said = []
        for taken in self.sink.taken:
            if taken.rcpt_to == email:
                message = message_from_bytes(taken.content, policy=policy.default)
                said += [str(value) for value in message.values()]
                said += [
                    part.get_content()
                    for part in message.walk()
                    if part.get_content_maintype() == "text"
                ]
                said += [str(part.get_filename()) for part in message.walk()]
        return "\n".join(said)


ADVANCE = LIFT - timedelta(days=1)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    config = make_office(tmp_path, config=CONFIG_E, advisory=INVITING)
    (tmp_path / "terms.md").write_text(TERMS)
    (tmp_path / "terms.fr.md").write_text("# Conditions\n\nRien avant la levée.\n")
    (tmp_path / "gauges.csv").write_text("gauge,failed\nA,1\n")
    (tmp_path / "map.png").write_bytes(PNG)
    clock = FakeClock(LIFT - timedelta(days=3))
    with relay(Sink()) as sink, open_office(config, sink.port, clock) as app:
        queue(app, tmp_path)
        with Visitor(app) as visitor:
            yield Story(app, sink, visitor, tmp_path)


pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


# --- by mail ----------------------------------------------------------------------------------


async def test_never_a_byte_of_embargoed_text_to_who_has_not_accepted(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    assert story.got(BO) == ["Invitation to accept an embargo: Lantern Coast Trust"]
    wire = story.wire(BO)
    assert "figures" in wire
    for secret in SECRETS:
        assert secret not in wire
    assert "9 February" not in wire


async def test_the_invitation_leads_to_the_contacts_own_page_in_both_parts(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    link = f"https://news.lantern.example{story.path()}"
    (taken,) = [taken for taken in story.sink.taken if taken.rcpt_to == BO]
    for kind in ("plain", "html"):
        part = taken.message.get_body((kind,))
        assert part is not None
        assert link in part.get_content()
    assert links_of(story.app, ANA).embargo not in story.wire(BO)


async def test_who_accepts_gets_the_advance_copy_and_no_release(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    story.accept(story.path())
    await story.send()
    assert len(story.got(BO)) == 2
    assert story.got(BO)[1].startswith("EMBARGOED until")
    assert "Four in ten" in story.wire(BO)
    await story.send(LIFT)
    assert len(story.got(BO)) == 2
    assert sorted(story.sink.rcpts.count(who) for who in (ANA, BO)) == [1, 2]


async def test_who_does_not_accept_gets_the_release_at_the_lift(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    await story.send(LIFT - timedelta(seconds=1))
    assert len(story.got(BO)) == 1
    await story.send(LIFT)
    assert len(story.got(BO)) == 2
    assert not story.got(BO)[1].startswith("EMBARGOED")


async def test_who_accepts_when_nothing_can_be_sent_gets_the_release(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    story.accept(story.path())
    await story.send(LIFT)  # nobody sent meanwhile
    assert len(story.got(BO)) == 2
    assert not story.got(BO)[1].startswith("EMBARGOED")


async def test_an_answer_that_the_office_records_does_the_same(story: Story) -> None:
    story.approve()
    desk = story.app.desk
    desk.record_acceptance(
        BO, accepted=True, source="by telephone", by="Officer", now=story.app.now()
    )
    await story.send(ADVANCE)
    assert [subject[:9] for subject in story.got(BO)] == ["EMBARGOED"]


async def test_never_invites_anybody_before_it_is_approved(story: Story) -> None:
    await story.send(ADVANCE)
    assert not story.sink.taken


async def test_an_invitation_that_the_lift_overtakes_is_not_sent(story: Story) -> None:
    story.approve()
    await story.send(LIFT)
    assert [subject[:9] for subject in story.got(BO)] == ["Four in t"]


async def test_who_was_invited_is_not_invited_again_when_the_embargo_moves(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    path = story.path()
    later = {"embargo_line": "00:01 GMT, 11 February 2027", "by": "Officer"}
    story.app.desk.reschedule("LCT 2027/004", now=story.app.now(), **later)  # type: ignore[arg-type]
    story.approve()
    await story.send()
    assert len(story.got(BO)) == 1
    story.accept(path)
    await story.send(LIFT + timedelta(days=1))
    assert story.got(BO)[1].startswith("EMBARGOED until")


async def test_who_was_not_invited_yet_is_invited_to_the_new_embargo(story: Story) -> None:
    story.approve()
    later = {"embargo_line": "00:01 GMT, 11 February 2027", "by": "Officer"}
    story.app.desk.reschedule("LCT 2027/004", now=story.app.now(), **later)  # type: ignore[arg-type]
    story.approve()
    await story.send(LIFT + timedelta(days=1))
    assert story.got(BO) == ["Invitation to accept an embargo: Lantern Coast Trust"]


def test_never_invites_without_a_page_and_terms(tmp_path: Path) -> None:
    (tmp_path / "terms.md").write_text(TERMS)
    for config in (CONFIG, CONFIG + PUBLIC, CONFIG_E.replace(PUBLIC, "")):
        path = make_office(tmp_path, config=config, advisory=INVITING)
        with open_office(path, 1, FakeClock(LIFT - timedelta(days=3))) as app:
            for name, content in (("gauges.csv", b"a"), ("map.png", PNG)):
                (tmp_path / name).write_bytes(content)
            with pytest.raises(MailerError, match="no page where they could"):
                queue(app, tmp_path)


def test_an_invitation_that_says_the_headline_cannot_be_approved(tmp_path: Path) -> None:
    telling = INVITING.replace(WORDS, "Four in ten  harbour gauges miss the highest tides!")
    path = make_office(tmp_path, config=CONFIG_E, advisory=telling)
    (tmp_path / "terms.md").write_text(TERMS)
    for name, content in (("gauges.csv", b"a"), ("map.png", PNG)):
        (tmp_path / name).write_bytes(content)
    with open_office(path, 1, FakeClock(LIFT - timedelta(days=3))) as app:
        queue(app, tmp_path)
        with pytest.raises(MailerError, match="The invitation says the headline"):
            app.desk.approve("LCT 2027/004", by="Chief", now=app.now())


# --- on the page ------------------------------------------------------------------------------


async def test_never_a_byte_of_embargoed_text_on_the_page_before_acceptance(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    path, visitor = story.path(), story.visitor
    answers = [
        visitor.get(path),
        visitor.post(path),
        visitor.post(path, data={"terms": "0" * 64}),
        visitor.get(f"{path}/files/1"),
        visitor.get(f"{path}/files/2"),
        visitor.get(f"{path}?lang=ar"),
        visitor.get(f"/p{path[2:]}"),
        visitor.get(f"/u{path[2:]}"),
    ]
    for answer in answers:
        for secret in (*SECRETS, BO, "EMBARGOED"):
            assert secret not in answer.text
        assert PNG not in answer.content


async def test_never_tells_a_known_token_from_an_unknown_one_before_acceptance(
    story: Story,
) -> None:
    story.approve()
    await story.send(ADVANCE)
    pages = []
    for path in (story.path(), f"/e/{NOBODY}", "/e/x"):
        for answer in (
            story.visitor.get(path),
            story.visitor.post(path, data={"terms": "0" * 64}),
            story.visitor.get(f"{path}/files/1"),
        ):
            shown = answer.text.replace(path, "/e/…")
            pages.append((answer.status_code, sorted(answer.headers), shown))
    assert pages[:3] == pages[3:6] == pages[6:]


@pytest.mark.parametrize("how", ["GET", "HEAD"])
async def test_never_accepts_because_scanners_open_the_link(story: Story, how: str) -> None:
    story.approve()
    await story.send(ADVANCE)
    before, path = everything(story.app), story.path()
    assert {story.visitor.request(how, path).status_code for _ in range(100)} == {200}
    assert everything(story.app) == before


async def test_after_acceptance_the_page_shows_the_text_under_its_notice(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    path = story.path()
    for page in (story.accept(path), story.visitor.get(path).text):
        main = page.partition("<main>")[2].partition("</main>")[0]
        words = re.sub(r"<[^>]+>|\s+", " ", main).strip()
        assert words.startswith("EMBARGOED until Tuesday")
        assert "Four in ten harbour gauges" in words
        assert re.search(r"EMBARGOED until [^.]+$", words)
        assert f'href="{path}/files/1"' in main
        assert f'src="{path}/files/2"' in main
        assert "style=" not in main


async def test_the_media_kit_is_saved_and_never_kept_or_run(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    path = story.path()
    story.accept(path)
    first, second = (story.visitor.get(f"{path}/files/{number}") for number in (1, 2))
    assert first.content == b"gauge,failed\nA,1\n"
    assert first.headers["content-type"] == "application/octet-stream"
    assert second.headers["content-type"] == "image/png"
    for answer in (first, second):
        assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''")
        assert answer.headers["cache-control"] == "no-store"
    for number in ("0", "3", "-1", "1e1", "../1"):
        assert story.visitor.get(f"{path}/files/{number}").status_code in (404, 422)


async def test_an_answer_is_kept_with_its_terms_time_and_address(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    story.accept(story.path())
    with story.app.database.read() as session:
        row = session.exec(select(AcceptanceRow)).one()
        assert (row.email, row.accepted, row.at) == (BO, True, ADVANCE)
        assert row.address == "testclient"
        kept = session.get_one(TermsRow, row.terms)
        assert (kept.text, kept.language) == (TERMS, "en")
        assert audit.first_broken(session) is None


async def test_terms_that_changed_meanwhile_are_read_again(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    path = story.path()
    old = re.search(r'value="([0-9a-f]{64})"', story.visitor.get(path).text)
    assert old
    (story.folder / "terms.md").write_text(TERMS + "\nNor tell anybody.\n")
    page = story.visitor.post(path, data={"terms": old[1]}).text
    assert "The terms have changed" in page
    assert "Nor tell anybody." in page
    with story.app.database.read() as session:
        assert consent.acceptance_of(session, BO) is None


async def test_the_terms_are_in_the_journalists_language_where_there_are_such(
    story: Story,
) -> None:
    for tag in LANGUAGES:
        page = story.visitor.get(f"/e/{NOBODY}?lang={tag}").text
        own = "fr" if tag == "fr" else "en"
        assert ("Rien avant la levée." in page) == (tag == "fr")
        assert f'lang="{own}" dir="ltr"' in page


@pytest.mark.parametrize("what", ["withdraw", "revoke", "hold", "suppress", "expire"])
async def test_never_shows_the_text_after_it_was_stopped(story: Story, what: str) -> None:
    story.approve()
    await story.send(ADVANCE)
    path, desk, now = story.path(), story.app.desk, story.app.now()
    assert "Four in ten" in story.accept(path)
    if what == "withdraw":
        desk.withdraw("LCT 2027/004", note="wrong", by="Chief", now=now)
    elif what == "revoke":
        desk.record_acceptance(BO, accepted=False, source="mail", by="Officer", now=now)
    elif what == "hold":
        desk.hold("LCT 2027/004", reason="doubt", by="Officer", now=now)
    elif what == "suppress":
        desk.suppress(BO, reason="asked", by="Officer", now=now)
    else:
        story.clock.at = LIFT + LIFE[Purpose.EMBARGO] + timedelta(days=1)
    known, unknown = (story.visitor.get(at).text for at in (path, f"/e/{NOBODY}"))
    assert known.replace(path, "") == unknown.replace(f"/e/{NOBODY}", "")
    assert story.visitor.get(f"{path}/files/1").status_code == 404
    if what in ("withdraw", "hold", "suppress", "expire"):
        for secret in SECRETS:
            assert secret not in story.accept(path)


async def test_never_shows_another_advisory_than_the_link_is_for(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    path = story.path()
    story.accept(path)
    text = INVITING.replace("2027/004", "2027/005").replace("Four in ten", "Nine in ten")
    (story.folder / "advisory.md").write_text(text)
    queue(story.app, story.folder)
    story.app.desk.approve("LCT 2027/005", by="Chief", now=story.app.now())
    page = story.visitor.get(path).text
    assert "Four in ten" in page
    assert "Nine in ten" not in page


async def test_after_the_lift_the_page_shows_the_text_without_a_notice(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    path = story.path()
    story.accept(path)
    await story.send(LIFT)
    page = story.visitor.get(path).text
    assert "Four in ten" in page
    assert "EMBARGO" not in page


async def test_every_journalist_ends_in_one_state(story: Story) -> None:
    story.approve()
    await story.send(ADVANCE)
    story.accept(story.path())
    await story.send()
    await story.send(LIFT)
    with story.app.database.read() as session:
        rows = session.exec(select(DeliveryRow, DispatchRow).join(DispatchRow)).all()
        assert {(row.email, dispatch.kind, row.state) for row, dispatch in rows} == {
            (BO, "invitation", "accepted"),
            (ANA, "advance", "accepted"),
            (BO, "advance", "accepted"),
            ("cy@daily.example", "release", "accepted"),
            ("di@daily.example", "release", "accepted"),
        }
        assert {dispatch.state for _, dispatch in rows} == {"done"}


def test_an_invitation_whose_terms_cannot_be_read_is_not_queued(tmp_path: Path) -> None:
    path = make_office(tmp_path, config=CONFIG_E, advisory=INVITING)
    for name, content in (("gauges.csv", b"a"), ("map.png", PNG)):
        (tmp_path / name).write_bytes(content)
    with open_office(path, 1, FakeClock(LIFT - timedelta(days=3))) as app:
        with pytest.raises(MailerError, match=r"terms\.md: cannot be read: No such file"):
            queue(app, tmp_path)


async def test_never_reads_the_link_key_to_answer_at_a_page(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.approve()
    await story.send(ADVANCE)
    path, leave = story.path(), links_of(story.app, ANA).unsubscribe

    def refuse(ledger: Path) -> bytes:
        raise AssertionError(f"{ledger}: the key was read")

    monkeypatch.setattr("mailer.ledger.linkkey.key_beside", refuse)
    with open_office(story.folder / "config.toml", 1, story.clock) as app, Visitor(app) as visitor:
        here = Story(app, story.sink, visitor, story.folder)
        assert "Four in ten" in here.accept(path)
        assert visitor.post(f"/u/{leave}", data={"List-Unsubscribe": "One-Click"}).is_success
    with story.app.database.read() as session:
        assert consent.is_suppressed(session, ANA)
