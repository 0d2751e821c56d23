"""Drafts: an advisory written or imported, kept while it is written, and submitted.

A save names the revision it was made from. If somebody else has saved meanwhile, nothing is
overwritten: the answer is a `Conflict`, and a person chooses. Nothing of a draft is ever sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlmodel import Session

from mailer.config import Config
from mailer.core.embargo import Instant
from mailer.core.errors import DocumentError, MailerError, NotThereError
from mailer.core.inert import brief
from mailer.core.model import LANGUAGES, Attachment, Draft, ReadWarning
from mailer.desk import embargo_lines
from mailer.desk.base import named, new_seed
from mailer.desk.changing import Changing
from mailer.desk.presence import Presence, Seen
from mailer.desk.proposal import Document, Proposal
from mailer.desk.queueing import Queueing
from mailer.intake import attachments
from mailer.ledger import drafts
from mailer.ledger.database import Database
from mailer.ledger.drafts import DraftContent, DraftLine, KeptDraft
from mailer.ledger.tables import DraftRow

NOTE_TO_COME = "What changed stands here, as you will say it."
"""The note of a correction that is only previewed."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Nothing was saved: somebody else has saved since. `theirs` is what there is now."""

    theirs: KeptDraft


class Drafts(Queueing, Changing):
    """Drafts, from the first word to the plan."""

    def __init__(
        self, config: Config, database: Database, seed: Callable[[], int] = new_seed
    ) -> None:
        super().__init__(config, database, seed)
        self._presence = Presence()

    # --- to begin -------------------------------------------------------------------------------

    def start_draft(self, *, by: str, now: datetime) -> int:
        """An empty draft; returns its number."""
        from mailer.intake.fields import Fields, document

        office = self._config.office
        content = DraftContent(document(Fields(organisation=office.name, language=office.language)))
        return self._begin("start a draft", content, by=by, now=now)

    def import_draft(self, name: str, content: bytes, *, by: str, now: datetime) -> int:
        """A draft of what is found in a document; returns its number.

        What was not found is empty. Raises DocumentError for a file that cannot be read.
        """
        from mailer.intake import documents

        found = documents.parse(name, content)
        return self._begin(
            "import a draft",
            _content_of(found),
            imported_from=brief(name),
            warnings=found.warnings,
            by=by,
            now=now,
        )

    def draft_correction(self, reference: str, *, by: str, now: datetime) -> int:
        """A draft of an advisory's newest text, to be put right and submitted as a correction."""
        with self._database.read() as session:
            owner = self._alive(session, reference)
            version = self._newest(session, owner)
        original = version.editions[0]
        found = Draft(
            organisation=version.organisation,
            kind=version.kind,
            date=version.date,
            reference=version.reference,
            headline=original.headline,
            subhead=original.subhead,
            dateline=original.dateline,
            language=original.language,
            body=original.body,
            notes=original.notes,
            contacts=version.contacts,
            attachments=tuple(one.name for one in version.attachments),
            editions=version.editions[1:],
        )
        return self._begin(
            "start a correction",
            _content_of(found),
            corrects=owner.id,
            files=version.attachments,
            by=by,
            now=now,
        )

    def _begin(
        self,
        action: str,
        content: DraftContent,
        *,
        imported_from: str = "",
        warnings: Iterable[ReadWarning] = (),
        corrects: int | None = None,
        files: Iterable[Attachment] = (),
        by: str,
        now: datetime,
    ) -> int:
        with self._deed(by, now) as deed:
            row = drafts.create(
                deed.session,
                content,
                imported_from=imported_from,
                warnings=warnings,
                corrects=corrects,
                by=deed.by,
                now=now,
            )
            number = row.id
            _title(row, content)
            for one in files:
                drafts.add_file(deed.session, number, one)
            deed.record(action, f"draft {number}")
            return number

    # --- to look at -----------------------------------------------------------------------------

    def drafts(self) -> tuple[DraftLine, ...]:
        """Drafts, the last changed first, at most two hundred."""
        with self._database.read() as session:
            return tuple(drafts.lines(session, 200))

    def draft(self, number: int) -> KeptDraft:
        """A draft as it was last saved."""
        with self._database.read() as session:
            return drafts.kept(session, _row(session, number))

    def draft_file(self, number: int, name: str) -> Attachment:
        """A file that is to go with a draft."""
        with self._database.read() as session:
            _row(session, number)
            found = [one for one in drafts.files(session, number) if one.name == name]
        if not found:
            raise NotThereError(f'draft {number}: no attachment "{brief(name)}"')
        return found[0]

    def present(self, number: int, *, by: str, now: datetime) -> tuple[Seen, ...]:
        """Note that a person has a draft open; returns who else has."""
        return self._presence.note(number, by, now)

    # --- to save --------------------------------------------------------------------------------

    def save_draft(
        self,
        number: int,
        content: DraftContent,
        *,
        based_on: int,
        add: Collection[Attachment] = (),
        remove: Collection[str] = (),
        by: str,
        now: datetime,
    ) -> KeptDraft | Conflict:
        """Keep what was written, if nobody has saved since revision `based_on`.

        What is written need not be right yet. Raises DocumentError for what no draft can hold.
        """
        _held_to_a_size(content)
        with self._deed(by, now) as deed:
            session = deed.session
            row = _row(session, number)
            before = drafts.kept(session, row)
            same = _same(before, content)
            if row.revision != based_on and not same:
                return Conflict(before)
            if same and not add and not remove:
                return before
            stays = [(f.name, f.size) for f in before.files if f.name not in remove]
            added = {one.name: len(one.content) for one in add}
            attachments.held_together([*(s for s in stays if s[0] not in added), *added.items()])
            for name in remove:
                drafts.remove_file(session, number, name)
            for one in add:
                drafts.add_file(session, number, one)
            drafts.write(session, row, content, deed.by, now)
            _title(row, content)
            return drafts.kept(session, row)

    def discard_draft(self, number: int, *, by: str, now: datetime) -> None:
        """Take a draft away; what was submitted of it stays."""
        with self._deed(by, now) as deed:
            row = _row(deed.session, number)
            drafts.discard(deed.session, row)
            detail = {"reference": row.reference, "revision": row.revision}
            deed.record("discard a draft", f"draft {number}", detail)

    # --- to submit ------------------------------------------------------------------------------

    def draft_document(self, number: int) -> Document:
        """A draft as a document to be queued, with its files. Raises DocumentError."""
        return self._taken(number)[1]

    def propose_draft(self, number: int, *, now: datetime) -> Proposal:
        """What submitting a draft would do. Nothing is kept; every fault shows now."""
        return self._proposed(*self._taken(number), now)

    def submit_draft(
        self, number: int, *, based_on: int, note: str = "", by: str, now: datetime
    ) -> str:
        """Queue a draft, or correct what it corrects (`note` says what changed): its reference.

        It waits for approval. Refused if somebody has saved since revision `based_on`, which is
        what the person has looked at.
        """
        by = named(by)
        kept, document = self._taken(number)
        if kept.revision != based_on:
            raise MailerError(
                f"{kept.changed_by} has changed this draft since you looked; look at it again"
            )
        if kept.corrects:
            reference = kept.corrects
            if not note.strip():
                raise MailerError("say what changed: those who hold a copy are told")
            self._of(reference, document)
            self.correct(document, note=note.strip(), by=by, now=now)
        else:
            proposal = self._proposed(kept, document, now)
            reference = proposal.version.reference
            self.queue(proposal, by=by, now=now)
        with self._database.write() as session:
            row = drafts.row_of(session, number)
            if row is not None:
                row.submitted_at, row.submitted_by = now, by
        return reference

    def _of(self, reference: str, document: Document) -> None:
        if document.draft.reference != reference:
            raise MailerError(
                f"a correction keeps its reference {reference}; this one says "
                f"{brief(document.draft.reference)}"
            )

    def _taken(self, number: int) -> tuple[KeptDraft, Document]:
        """A draft and the document it makes, both of one moment."""
        from mailer.intake import documents

        with self._database.read() as session:
            kept = drafts.kept(session, _row(session, number))
            there = drafts.files(session, number)
        draft = documents.parse("draft.md", kept.content.document.encode(), kept.content.editions)
        missing = [name for name in draft.attachments if all(name != one.name for one in there)]
        if missing:
            raise DocumentError(
                f'attachment "{brief(missing[0])}": it is named and not added yet; add the file, '
                "or strike its name"
            )
        return kept, Document("draft", draft, tuple(there))

    def _proposed(self, kept: KeptDraft, document: Document, now: datetime) -> Proposal:
        # Preflight says the same, by the lines of the text that the officer sees.
        document = replace(document, draft=replace(document.draft, warnings=()))
        if kept.corrects:
            self._of(kept.corrects, document)
            return self.propose_correction(document, note=NOTE_TO_COME, now=now)
        line = document.draft.embargo_line
        if not line:
            raise MailerError(
                "say when the embargo lifts, or write “for immediate release” as its line"
            )
        if not kept.content.audiences:
            raise MailerError("choose at least one audience to send it to")
        said = embargo_lines.said(line, self._config, now)
        immediate = isinstance(said, Instant) and said.immediate
        return self.propose(
            document,
            embargo_line=None if immediate else line,
            immediate=immediate,
            audiences=kept.content.audiences,
            embargo_for=kept.content.embargo_for,
            now=now,
        )


def _row(session: Session, number: int) -> DraftRow:
    row = drafts.row_of(session, number)
    if row is None:
        raise NotThereError(f"there is no draft {number}; it may have been discarded")
    return row


def _content_of(draft: Draft) -> DraftContent:
    """A document that was read, as it is written on."""
    from mailer.intake import fields as typed

    return DraftContent(
        typed.document(typed.of_draft(draft)),
        {e.language: typed.edition_document(typed.of_edition(e)) for e in draft.editions},
    )


def _title(row: DraftRow, content: DraftContent) -> None:
    from mailer.intake.fields import fields_of

    said = fields_of(content.document)
    row.reference, row.headline = said.reference, said.headline


def _same(kept: KeptDraft, content: DraftContent) -> bool:
    return asdict(kept.content) == asdict(replace(content, editions=dict(content.editions)))


def _held_to_a_size(content: DraftContent) -> None:
    from mailer.intake import files

    texts = [content.document, *content.editions.values(), *content.embargo_for.values()]
    if len(content.editions) >= len(LANGUAGES):
        raise DocumentError(f"a draft has at most {len(LANGUAGES)} languages")
    if any(len(text.encode()) > files.MAX_TEXT for text in texts):
        raise DocumentError(f"a text is larger than {files.MAX_TEXT // 1_000_000} MB")
    if any(text.count("\n") > files.MAX_LINES for text in texts):
        raise DocumentError(f"a text has more than {files.MAX_LINES:,} lines")
