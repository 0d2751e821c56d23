"""From a document, an embargo line and audiences to a proposal: what queueing them would do.

Everything that could go wrong at the lift is made to go wrong here instead, in front of a person:
what the document lacks, an embargo it contradicts, a list's bad rows, a template's undefined name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlmodel import Session

from mailer.compose.templates import TemplateSet
from mailer.core import plan as planning
from mailer.core.errors import DocumentError, MailerError
from mailer.core.inert import brief
from mailer.core.model import (
    NOTICES,
    Attachment,
    Contact,
    Dispatch,
    DispatchKind,
    Draft,
    Edition,
    Embargo,
    Version,
)
from mailer.core.plan import LeftOut, Plan, Standing
from mailer.core.states import DispatchState
from mailer.desk import copies, embargo_lines
from mailer.desk.base import Deed, DeskBase
from mailer.desk.copies import Going
from mailer.desk.terms import read as read_terms
from mailer.intake import attachments, contacts
from mailer.ledger import plans, store
from mailer.ledger.tables import VersionRow


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One dispatch of a plan as it is shown. `instant` is UTC; `zone` is its audience's."""

    audience: str
    kind: str
    instant: datetime
    zone: str
    contacts: int
    state: str
    reason: str = ""
    embargo: Embargo | None = None


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as it is shown to a person, before it is queued or after. `embargo` None: at once."""

    reference: str
    headline: str
    kind: str
    version: int
    embargo: Embargo | None
    office_zone: str
    rows: tuple[PlanRow, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...] = ()

    @property
    def in_force(self) -> dict[Embargo | None, list[PlanRow]]:
        """Each embargo that an audience is under, and its rows: that of the audience's latest plan.

        What was planned under an embargo that was moved since is not among them.
        """
        rows = [row for row in self.rows if row.kind != DispatchKind.WITHDRAWAL]
        latest = {row.audience: row.embargo for row in rows}
        found: dict[Embargo | None, list[PlanRow]] = {}
        for row in rows:
            if row.embargo == latest[row.audience]:
                found.setdefault(row.embargo, []).append(row)
        return found


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan was made of besides its document: each list's hash, and the ledger's people."""

    lists: tuple[tuple[Path, str], ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Proposal:
    """What `queue` would do, for a person to see first."""

    version: Version
    plan: Plan
    templates: TemplateSet
    audiences: tuple[str, ...]
    embargo_for: Mapping[str, Embargo]
    made_at: datetime
    view: PlanView
    basis: Basis

    @property
    def going(self) -> tuple[Going, ...]:
        """Its dispatches, each with what a copy is made of."""
        return _going(self.version, self.plan, self.templates)


@dataclass(frozen=True, slots=True)
class Document:
    """An advisory's document as it was read, with its files. `name` is what messages call it."""

    name: str
    draft: Draft
    attachments: tuple[Attachment, ...] = ()


class Proposing(DeskBase):
    """From a document to a plan; and a plan, however it was made, tried, kept and shown."""

    def document(
        self,
        name: str,
        content: bytes,
        *,
        editions: Mapping[str, str] = MappingProxyType({}),
        files: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Document:
        """A document that is at hand, with its editions (by language) and files (by name).

        `name` says by its suffix what kind of document it is. Raises DocumentError.
        """
        from mailer.intake import documents

        draft = documents.parse(name, content, editions)
        attachments.held_together((one, len(octets)) for one, octets in files.items())
        there = tuple(attachments.uploaded(one, octets) for one, octets in files.items())
        missing = [one for one in draft.attachments if one not in files]
        if missing:
            raise DocumentError(f'attachment "{brief(missing[0])}": it is named and not given')
        return Document(name, draft, there)

    def reference_of(self, file: Path) -> str:
        """The reference that a document names."""
        return self._read(file).draft.reference

    def propose(
        self,
        source: Path | Document,
        *,
        embargo_line: str | None,
        immediate: bool,
        audiences: Iterable[str],
        embargo_for: Mapping[str, str] = MappingProxyType({}),
        now: datetime,
    ) -> Proposal:
        """Read an advisory and plan it. Nothing is kept; every fault shows now, not at the lift.

        Raises NeedsDecisionError where the embargo line leaves a choice.
        """
        config, document = self._config, self._read(source)
        printed = document.draft.embargo_line
        embargo, notes = embargo_lines.read_or_immediate(
            embargo_line, immediate, printed, config, now
        )
        own = {name: embargo_lines.read(line, config, now)[0] for name, line in embargo_for.items()}
        notes += embargo_lines.compare_printed(printed, [embargo, *own.values()], config, now)
        version = self._freeze(document, embargo, now)
        names = tuple(dict.fromkeys(audiences))
        for name in own:
            if name not in names:
                raise MailerError(f'--embargo-for "{name}": it is not among --to {",".join(names)}')
        templates = TemplateSet.load(config.templates)
        with self._database.read() as session:
            number, version_id = self._numbered(session, version)
            known = plans.standing(session, version_id)
        lists = self._lists(names)
        people, found = self._audiences(names)
        words = self._invitation(document.draft)
        content = version.content_hash
        plan = planning.make(content, templates.digest, embargo, people, known, now, own, words)
        version = replace(version, number=number)
        if not plan.recipients:
            raise MailerError(f"{version.reference}: nobody would get it. {_why_nobody(plan)}")
        self._try_templates(version, plan, templates)
        view = self._plan_view(version, plan, notes + _warned(document, version) + found)
        return Proposal(version, plan, templates, names, own, now, view, Basis(lists, known))

    # --- parts --------------------------------------------------------------------------------

    def _read(self, source: Path | Document) -> Document:
        """A document with its files; it has a reference, which no advisory goes without."""
        from mailer.intake import documents

        if isinstance(source, Path):
            draft = documents.read(source)
            source = Document(
                source.name, draft, attachments.load(source.parent, draft.attachments)
            )
        if not source.draft.reference:
            raise DocumentError(f"{source.name}: no reference found; add a line: Reference: …")
        return source

    def _new_version(
        self, document: Document, embargoes: Sequence[Embargo | None], number: int, now: datetime
    ) -> Version:
        """A document as the next version of its advisory, under the embargoes that one has."""
        printed = document.draft.embargo_line
        embargo_lines.compare_printed(printed, embargoes, self._config, now)
        return replace(self._freeze(document, embargoes[0], now), number=number)

    def _invitation(self, draft: Draft) -> str:
        """The officer's words to those who have not accepted the embargo; there must be a page."""
        pages, terms = self._config.public.base_url, self._config.embargo.terms
        if draft.invitation and not (pages and terms):
            raise MailerError(
                "the document invites journalists to accept the embargo, but there is no page where"
                " they could; set [public] base_url and [embargo] terms, or take out the invitation"
            )
        if draft.invitation and terms:
            read_terms(terms, draft.language, self._config.office.language)
        return draft.invitation

    def _freeze(self, document: Document, embargo: Embargo | None, now: datetime) -> Version:
        """A draft as a version: everything an advisory must have is there, or it is refused."""
        draft = document.draft
        missing = [
            what
            for what, found in (
                ("kind", draft.kind),
                ("headline", draft.headline),
                ("text", draft.body),
                ("contact block", draft.contacts),
            )
            if not found
        ]
        if missing:
            raise DocumentError(
                f"{document.name}: no {', no '.join(missing)} found; add what is missing to the "
                "document, or write it between +++ lines at its head"
            )
        office = self._config.office
        zone = ZoneInfo(embargo.zone if embargo else office.zone)
        issued = (embargo.instant if embargo else now).astimezone(zone).date()
        original = Edition(
            language=draft.language or office.language,
            headline=draft.headline,
            body=draft.body,
            subhead=draft.subhead,
            dateline=draft.dateline,
            notes=draft.notes,
        )
        return Version(
            reference=draft.reference,
            number=1,
            organisation=draft.organisation or office.name,
            kind=draft.kind,
            date=draft.date or issued,
            editions=(original, *draft.editions),
            contacts=draft.contacts,
            attachments=document.attachments,
        )

    def _numbered(self, session: Session, version: Version) -> tuple[int, int | None]:
        """Which version of its advisory this text is, and its row if the ledger has it already."""
        owner = store.advisory(session, version.reference)
        if owner is None:
            return 1, None
        if owner.withdrawn_at is not None:
            raise MailerError(f"{version.reference}: it was withdrawn; use a new reference")
        known = store.versions(session, owner.id)
        for row in known:
            if row.content_hash == version.content_hash:
                if row is not known[-1]:
                    raise MailerError(
                        f"{version.reference}: this is its version {row.number}, and there is a "
                        "newer one"
                    )
                return row.number, row.id
        alive = [
            row
            for row in store.dispatches(session, owner.id)
            if row.state != DispatchState.CANCELLED
        ]
        if alive:
            raise MailerError(
                f"{version.reference}: another text of it is {alive[-1].state} already; "
                "`mailer correct` replaces it; or give this one a reference of its own"
            )
        return len(known) + 1, None

    def _lists(self, names: tuple[str, ...]) -> tuple[tuple[Path, str], ...]:
        """The named audiences' lists, each with the hash of what is in it now."""
        files = [file for name in names for file in self._config.audience_named(name).lists]
        return tuple((file, _sha256(file)) for file in dict.fromkeys(files))

    def _audiences(
        self, names: tuple[str, ...]
    ) -> tuple[list[planning.AudienceContacts], tuple[str, ...]]:
        """The named audiences with who is on their lists now, and what the lists left out."""
        if not names:
            known = ", ".join(a.name for a in self._config.audience)
            raise MailerError(f"say to whom: --to with one or more of {known}")
        people: list[planning.AudienceContacts] = []
        notes: list[str] = []
        for name in names:
            chosen = self._config.audience_named(name)
            listed: list[Contact] = []
            for file in chosen.lists:
                report = contacts.read_list(file)
                listed += report.contacts
                notes += [
                    f"{file.name} row {found.row}: {found.message} ({found.value}): left out"
                    for found in report.findings
                    if found.refused
                ]
            people.append((chosen.audience(), listed))
        return people, tuple(notes)

    def _try_templates(self, version: Version, plan: Plan, templates: TemplateSet) -> None:
        """Render one copy of every shape there is, so that no template fails at the lift."""
        for going in _going(version, plan, templates):
            people = copies.one_of_each_shape(going.contacts) or [Contact("nobody@example.org")]
            for contact in people:
                copies.compose(self._config, going, contact)
            # A kill must not fail for a template: what may become necessary is tried now, too.
            for kind in NOTICES:
                notice = replace(going.dispatch, kind=kind)
                copies.compose(self._config, replace(going, dispatch=notice), people[0])

    def _keep(self, deed: Deed, version: Version, plan: Plan, templates: TemplateSet) -> VersionRow:
        """A version, its templates and its plan, as they are approved and sent."""
        session, by, now = deed.session, deed.by, deed.now
        store.save_templates(session, templates.digest, templates.files)
        row = store.save_version(session, version, by, now)
        domain, seed = self._config.office.domain, self._seed()
        plans.save_plan(session, row.id, plan, domain=domain, by=by, now=now, seed=seed)
        return row

    def _plan_view(self, version: Version, plan: Plan, notes: tuple[str, ...] = ()) -> PlanView:
        """A plan as it is shown before it is queued."""
        rows = tuple(
            self._row(planned.dispatch, len(planned.contacts), "proposed")
            for planned in plan.dispatches
        )
        return self._shown(version, plan.embargo, rows, plan.left_out, notes)

    def _shown(
        self,
        version: Version,
        embargo: Embargo | None,
        rows: tuple[PlanRow, ...],
        left_out: tuple[LeftOut, ...],
        notes: tuple[str, ...] = (),
    ) -> PlanView:
        return PlanView(
            reference=version.reference,
            headline=version.editions[0].headline,
            kind=version.kind,
            version=version.number,
            embargo=embargo,
            office_zone=self._config.embargo.zone,
            rows=rows,
            left_out=left_out,
            notes=notes,
        )

    def _row(self, dispatch: Dispatch, contacts: int, state: str, reason: str = "") -> PlanRow:
        return PlanRow(
            audience=dispatch.audience.name,
            kind=dispatch.kind,
            instant=dispatch.instant,
            zone=dispatch.audience.timezone or self._config.embargo.zone,
            contacts=contacts,
            state=state,
            reason=reason,
            embargo=dispatch.embargo,
        )


def _going(version: Version, plan: Plan, templates: TemplateSet) -> tuple[Going, ...]:
    return tuple(Going(version, templates, p.dispatch, p.contacts) for p in plan.dispatches)


def _sha256(file: Path) -> str:
    """The hash of a file; of one that cannot be read, none: reading the list will say why."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _warned(document: Document, version: Version) -> tuple[str, ...]:
    """What a person should look at in a document; of what it lacks, what is taken instead."""
    taken = {
        "no organisation found": version.organisation,
        "no date found": f"{version.date:%Y-%m-%d}",
    }
    notes = []
    for warning in document.draft.warnings:
        place = f"line {warning.line}: " if warning.line else ""
        instead = f"; taken: {taken[warning.message]}" if warning.message in taken else ""
        notes.append(f"{document.name}: {place}{warning.message}{instead}")
    return tuple(notes)


def _why_nobody(plan: Plan) -> str:
    if not plan.left_out:
        return "The lists of these audiences are empty."
    reasons = sorted({one.reason for one in plan.left_out})
    return (
        f"All {len(plan.left_out)} contacts are left out ({'; '.join(reasons)}). "
        "To plan it anew, cancel it first."
    )
