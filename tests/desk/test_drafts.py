"""Drafts: kept while they are written, never overwritten unseen, submitted as they were seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support import ADVISORY, LIFT, FakeClock, Sink, closed_port

from mailer.app import App
from mailer.core.errors import DocumentError, MailerError, NeedsDecisionError
from mailer.desk import Conflict
from mailer.desk.drafts import KeptDraft
from mailer.intake import attachments, fields
from mailer.ledger import store
from mailer.ledger.drafts import DraftContent

LINE = "00:01 GMT, 9 February 2027"


def written(app: App, line: str = LINE) -> KeptDraft:
    """The example's draft, ready to be submitted."""
    number = app.desk.import_draft("advisory.md", ADVISORY.encode(), by="Mirela", now=app.now())
    kept = app.desk.draft(number)
    said = replace(fields.fields_of(kept.content.document), embargo=line)
    content = replace(kept.content, document=fields.document(said), audiences=("wires", "national"))
    saved = app.desk.save_draft(number, content, based_on=1, by="Mirela", now=app.now())
    assert isinstance(saved, KeptDraft)
    return saved


def retitled(kept: KeptDraft, headline: str) -> DraftContent:
    said = replace(fields.fields_of(kept.content.document), headline=headline)
    return replace(kept.content, document=fields.document(said))


def file(name: str, size: int = 4) -> attachments.Attachment:
    return attachments.uploaded(name, b"x" * size)


# --- to begin and to save -------------------------------------------------------------------------


def test_what_is_imported_is_kept_with_what_to_look_at(app: App) -> None:
    text = "# A headline\n\nText with a [link](#).\n"
    number = app.desk.import_draft("note.md", text.encode(), by="Mirela", now=app.now())
    kept = app.desk.draft(number)
    assert (kept.headline, kept.imported_from, kept.revision) == ("A headline", "note.md", 1)
    assert {"not-found", "link-nowhere"} <= {warning.code for warning in kept.warnings}
    assert [line.headline for line in app.desk.drafts()] == ["A headline"]


def test_a_save_is_the_next_revision_and_the_same_again_is_none(app: App) -> None:
    kept = written(app)
    again = app.desk.save_draft(kept.id, kept.content, based_on=2, by="Jon", now=app.now())
    assert isinstance(again, KeptDraft)
    assert (again.revision, again.changed_by) == (2, "Mirela")


def test_a_save_never_overwrites_what_another_officer_saved(app: App, clock: FakeClock) -> None:
    kept = written(app)
    clock.move(minutes=5)
    app.desk.save_draft(kept.id, retitled(kept, "Jon's"), based_on=2, by="Jon", now=clock())
    answer = app.desk.save_draft(
        kept.id, retitled(kept, "Mine"), based_on=2, by="Mirela", now=clock()
    )
    assert isinstance(answer, Conflict)
    assert (answer.theirs.headline, answer.theirs.changed_by) == ("Jon's", "Jon")
    assert app.desk.draft(kept.id).headline == "Jon's"
    mine = retitled(answer.theirs, "Mine")
    chosen = app.desk.save_draft(kept.id, mine, based_on=3, by="Mirela", now=clock())
    assert isinstance(chosen, KeptDraft)
    assert chosen.headline == "Mine"


def test_two_officers_in_one_draft_are_told_of_each_other(app: App, clock: FakeClock) -> None:
    assert app.desk.present(1, by="Mirela", now=clock()) == ()
    clock.move(seconds=20)
    assert [one.name for one in app.desk.present(1, by="Jon", now=clock())] == ["Mirela"]
    assert app.desk.present(2, by="Jon", now=clock()) == ()
    clock.move(seconds=59)
    assert [one.name for one in app.desk.present(1, by="Mirela", now=clock())] == ["Jon"]
    clock.move(seconds=60)
    assert app.desk.present(1, by="Mirela", now=clock()) == ()


def test_what_is_half_written_is_kept_and_refused_only_when_proposed(app: App) -> None:
    number = app.desk.start_draft(by="Mirela", now=app.now())
    said = fields.Fields(date="tomorrow", contacts=(fields.ContactFields(phones="ask me"),))
    content = DraftContent(fields.document(said))
    app.desk.save_draft(number, content, based_on=1, by="Mirela", now=app.now())
    assert fields.fields_of(app.desk.draft(number).content.document) == said
    with pytest.raises(DocumentError, match="date: a day such as"):
        app.desk.propose_draft(number, now=app.now())


def test_a_draft_that_is_too_long_is_refused(app: App) -> None:
    number = app.desk.start_draft(by="Mirela", now=app.now())
    for bomb in ("\n" * 30_000, "x" * 3_000_000):
        with pytest.raises(DocumentError):
            app.desk.save_draft(number, DraftContent(bomb), based_on=1, by="M", now=app.now())


def test_a_discarded_draft_is_gone_and_the_audit_knows(app: App) -> None:
    kept = written(app)
    app.desk.discard_draft(kept.id, by="Mirela", now=app.now())
    with pytest.raises(MailerError, match="no draft"):
        app.desk.draft(kept.id)
    assert [entry.action for entry in app.desk.audit()] == ["import a draft", "discard a draft"]


# --- files ----------------------------------------------------------------------------------------


def test_files_are_added_replaced_and_removed(app: App) -> None:
    kept = written(app)
    kept_too = app.desk.save_draft(
        kept.id, kept.content, based_on=2, add=[file("a.csv"), file("b.csv")], by="M", now=app.now()
    )
    assert isinstance(kept_too, KeptDraft)
    assert [f.name for f in kept_too.files] == ["a.csv", "b.csv"]
    app.desk.save_draft(
        kept.id, kept.content, based_on=3, add=[file("a.csv", 9)], remove=["b.csv"], by="M",
        now=app.now(),
    )  # fmt: skip
    assert [(f.name, f.size) for f in app.desk.draft(kept.id).files] == [("a.csv", 9)]
    version = app.desk.propose_draft(kept.id, now=app.now()).version
    assert [(a.name, a.media_type) for a in version.attachments] == [("a.csv", "text/csv")]


@pytest.mark.parametrize(
    "name", ["../a.csv", "/etc/passwd", "..\\a", "C:a", ".bashrc", "..", "", "a\n.csv", "x" * 300]
)
def test_an_attachment_never_has_a_path_for_a_name(name: str) -> None:
    with pytest.raises(DocumentError):
        attachments.uploaded(name, b"")


def test_files_larger_than_a_mail_together_are_refused(app: App) -> None:
    kept = written(app)
    big = [file("a.bin", 12_000_000), file("b.bin", 12_000_000)]
    with pytest.raises(DocumentError, match="larger than 20 MB together"):
        app.desk.save_draft(kept.id, kept.content, based_on=2, add=big, by="M", now=app.now())
    assert app.desk.draft(kept.id).files == ()


def test_a_document_never_brings_a_file_of_this_machine(app: App) -> None:
    secret = app.config.path.parent / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    (secret.parent / "link.txt").symlink_to(secret)
    for name in ("secret.txt", "link.txt"):
        named = ADVISORY.replace("+++\n\nFour", f"+++\n\nAttachment: {name}\n\nFour").replace(
            'kind = "press', f'attachments = ["{name}"]\nkind = "press'
        )
        number = app.desk.import_draft("a.md", named.encode(), by="Mirela", now=app.now())
        assert app.desk.draft(number).files == ()
        with pytest.raises(DocumentError, match="named and not added yet"):
            app.desk.draft_document(number)
    with pytest.raises(DocumentError, match="not a file name inside"):
        outside = ADVISORY.replace('kind = "press', 'attachments = ["../x"]\nkind = "press')
        app.desk.import_draft("a.md", outside.encode(), by="Mirela", now=app.now())


# --- to submit ------------------------------------------------------------------------------------


def test_a_draft_is_queued_as_a_file_would_be(app: App) -> None:
    kept = written(app)
    reference = app.desk.submit_draft(kept.id, based_on=2, by="Mirela", now=app.now())
    view = app.desk.plan(reference)
    assert view.embargo is not None
    assert view.embargo.instant == LIFT
    assert [(r.audience, r.kind, r.contacts) for r in view.rows] == [
        ("wires", "advance", 1), ("wires", "release", 1), ("national", "release", 2)
    ]  # fmt: skip
    assert app.desk.draft(kept.id).submitted_by == "Mirela"


def test_what_is_submitted_is_never_other_than_what_was_looked_at(app: App) -> None:
    kept = written(app)
    app.desk.save_draft(kept.id, retitled(kept, "Jon's"), based_on=2, by="Jon", now=app.now())
    with pytest.raises(MailerError, match="Jon has changed this draft since you looked"):
        app.desk.submit_draft(kept.id, based_on=2, by="Mirela", now=app.now())


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("", "say when the embargo lifts"),
        ("soon", "no date and time"),
        ("1 Jan 2020 00:01 UTC", "past"),
    ],
)
def test_a_draft_without_an_embargo_is_never_sent_at_once(
    app: App, line: str, refusal: str
) -> None:
    with pytest.raises(MailerError, match=refusal):
        app.desk.propose_draft(written(app, line).id, now=app.now())


def test_a_doubtful_embargo_is_asked_about(app: App) -> None:
    with pytest.raises(NeedsDecisionError, match="no time zone"):
        app.desk.propose_draft(written(app, "00:01, 9 February 2027").id, now=app.now())


def test_for_immediate_release_is_planned_for_now(app: App) -> None:
    proposal = app.desk.propose_draft(written(app, "For immediate release").id, now=app.now())
    assert proposal.plan.embargo is None


def test_a_draft_without_an_audience_is_refused(app: App) -> None:
    kept = written(app)
    alone = replace(kept.content, audiences=())
    app.desk.save_draft(kept.id, alone, based_on=2, by="Mirela", now=app.now())
    with pytest.raises(MailerError, match="at least one audience"):
        app.desk.propose_draft(kept.id, now=app.now())


def test_an_audience_has_its_own_embargo(app: App) -> None:
    kept = written(app)
    own = replace(kept.content, embargo_for={"national": "06:00 GMT, 9 February 2027"})
    app.desk.save_draft(kept.id, own, based_on=2, by="Mirela", now=app.now())
    rows = app.desk.propose_draft(kept.id, now=app.now()).view.rows
    assert rows[-1].instant == LIFT + timedelta(hours=5, minutes=59)


def test_a_correction_is_drafted_from_the_newest_text_and_tells_holders(
    app: App, clock: FakeClock
) -> None:
    kept = written(app)
    saved = app.desk.save_draft(
        kept.id, kept.content, based_on=2, add=[file("a.csv")], by="Mirela", now=app.now()
    )
    assert isinstance(saved, KeptDraft)
    reference = app.desk.submit_draft(kept.id, based_on=3, by="Mirela", now=app.now())
    number = app.desk.draft_correction(reference, by="Mirela", now=clock())
    draft = app.desk.draft(number)
    assert (draft.corrects, [f.name for f in draft.files]) == (reference, ["a.csv"])
    with pytest.raises(MailerError, match="say what changed"):
        app.desk.submit_draft(number, based_on=1, by="Mirela", now=clock())
    with pytest.raises(MailerError, match="already a version"):
        app.desk.submit_draft(number, based_on=1, note="x", by="Mirela", now=clock())
    mended = retitled(draft, "Three in ten")
    app.desk.save_draft(number, mended, based_on=1, by="Mirela", now=clock())
    proposed = app.desk.propose_draft(number, now=clock())
    assert app.desk.plan(reference).version == 1
    app.desk.submit_draft(number, based_on=2, note="A figure.", by="Mirela", now=clock())
    planned = app.desk.plan(reference)
    assert [(r.audience, r.kind, r.instant, r.contacts) for r in proposed.view.rows] == [
        (r.audience, r.kind, r.instant, r.contacts) for r in planned.rows if r.state == "planned"
    ]
    assert (app.desk.plan(reference).version, app.desk.plan(reference).headline) == (
        2,
        "Three in ten",
    )
    moved = replace(
        mended, document=fields.document(replace(fields.fields_of(mended.document), reference="X"))
    )
    app.desk.save_draft(number, moved, based_on=2, by="Mirela", now=clock())
    with pytest.raises(MailerError, match="keeps its reference"):
        app.desk.submit_draft(number, based_on=3, note="A figure.", by="Mirela", now=clock())


# --- to look at, and to approve -------------------------------------------------------------------


def test_what_is_proposed_is_checked_and_previewed_as_what_is_queued(app: App) -> None:
    kept = written(app)
    proposal = app.desk.propose_draft(kept.id, now=app.now())
    before = app.desk.check_proposal(proposal, now=app.now())
    seen = app.desk.copies(proposal, "wires")
    assert [c.email for c in app.desk.readers(proposal, "wires")] == [
        "ana@wire.example", "bo@wire.example"
    ]  # fmt: skip
    reference = app.desk.submit_draft(kept.id, based_on=2, by="Mirela", now=app.now())
    assert app.desk.check(reference, now=app.now()) == before
    assert app.desk.readers(reference, "wires") == app.desk.readers(proposal, "wires")
    for earlier, later in zip(seen, app.desk.copies(reference, "wires"), strict=True):
        assert earlier.message.text == later.message.text
        assert earlier.message.html == later.message.html
    with pytest.raises(MailerError, match="gets no copy"):
        app.desk.copies(proposal, "wires", "nobody@example.org")


def test_a_preview_shows_its_pictures(app: App) -> None:
    kept = written(app)
    said = fields.fields_of(kept.content.document)
    shown = replace(said, body=f"{said.body}\n\n![A gauge](gauge.png)")
    content = replace(kept.content, document=fields.document(shown))
    picture = attachments.uploaded("gauge.png", b"\x89PNG")
    app.desk.save_draft(kept.id, content, based_on=2, add=[picture], by="M", now=app.now())
    copy = app.desk.copies(app.desk.propose_draft(kept.id, now=app.now()), "wires")[0]
    assert '"cid:' in copy.message.html
    assert 'src="data:image/png;base64,iVBORw=="' in copy.html
    assert '"cid:' not in copy.html


def test_a_yes_is_never_to_another_plan_than_the_one_looked_at(app: App) -> None:
    kept = written(app)
    reference = app.desk.submit_draft(kept.id, based_on=2, by="Mirela", now=app.now())
    seen = app.desk.to_approve(reference)
    assert (seen.dispatches, seen.copies, seen.given) == (3, 4, ())
    app.desk.reschedule(
        reference, embargo_line="00:02 GMT, 9 February 2027", by="Jon", now=app.now()
    )
    with pytest.raises(MailerError, match="changed since you looked"):
        app.desk.approve(reference, by="Ada", now=app.now(), seen=seen.mark)
    mark = app.desk.to_approve(reference).mark
    assert app.desk.approve(reference, by="Ada", now=app.now(), seen=mark).waiting == 0


# --- a test copy ----------------------------------------------------------------------------------


def test_a_test_copy_goes_to_whoever_asks_and_is_marked(app: App, sink: Sink) -> None:
    proposal = app.desk.propose_draft(written(app).id, now=app.now())
    for kind in ("advance", "release"):
        app.desk.send_test(
            proposal, "wires", kind, None, to="mirela@lantern.example", by="Mirela", now=app.now()
        )
    assert sink.rcpts == ["mirela@lantern.example"] * 2
    for taken in sink.taken:
        assert taken.message["Subject"].startswith("[TEST, EMBARGOED] ")
        assert "@wire.example" not in taken.message["To"]
    assert [entry.action for entry in app.desk.audit()][-1] == "send a test"
    with app.database.read() as session:
        assert store.advisory(session, "LCT 2027/004") is None


def test_a_test_copy_is_signed_as_what_it_tests(app: App, sink: Sink, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.touch(0o600)
    key.write_text(
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
        "-----END PRIVATE KEY-----\n",
        "ascii",
    )
    signing = app.config.dkim.model_copy(update={"key_file": key, "selector": "press"})
    config = app.config.model_copy(update={"dkim": signing})
    object.__setattr__(app.desk, "_config", config)
    proposal = app.desk.propose_draft(written(app).id, now=app.now())
    app.desk.send_test(
        proposal, "wires", "advance", None, to="m@lantern.example", by="M", now=app.now()
    )
    assert "d=press.lantern.example; " in sink.taken[0].message["DKIM-Signature"]


def test_a_test_copy_is_never_sent_while_everything_is_on_hold(app: App, sink: Sink) -> None:
    proposal = app.desk.propose_draft(written(app).id, now=app.now())
    app.desk.hold(None, reason="fire", by="Ada", now=app.now())
    with pytest.raises(MailerError, match="on hold"):
        app.desk.send_test(
            proposal, "wires", "advance", None, to="m@lantern.example", by="M", now=app.now()
        )
    assert sink.taken == []


def test_a_test_copy_that_the_relay_refuses_is_told(app: App, sink: Sink) -> None:
    proposal = app.desk.propose_draft(written(app).id, now=app.now())
    sink.answer = lambda command, rcpt: "550 5.7.1 no" if command == "RCPT" else None
    with pytest.raises(MailerError, match="was not sent: 550"):
        app.desk.send_test(
            proposal, "wires", "advance", None, to="m@lantern.example", by="M", now=app.now()
        )
    relay = app.config.relay.model_copy(update={"port": closed_port()})
    object.__setattr__(app.desk, "_config", app.config.model_copy(update={"relay": relay}))
    with pytest.raises(MailerError, match="was not sent: connect"):
        app.desk.send_test(
            proposal, "wires", "advance", None, to="m@lantern.example", by="M", now=app.now()
        )
    with pytest.raises(MailerError, match="no e-mail address"):
        app.desk.send_test(proposal, "wires", "advance", None, to="", by="M", now=app.now())
