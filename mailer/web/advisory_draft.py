"""The editor: an advisory written in the browser, saved while it is written, by more than one.

Everything works by its form's button; htmx only saves, reads and previews sooner. A save names the
revision it was made from: if somebody else has saved since, both are shown and a person chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from mailer.app import App
from mailer.compose import markdown
from mailer.core.errors import DocumentError, MailerError
from mailer.core.model import KINDS, LANGUAGES, RIGHT_TO_LEFT, Draft
from mailer.core.people import Person
from mailer.desk import Conflict
from mailer.intake import fields as typed
from mailer.intake import plain
from mailer.intake.fields import ContactFields
from mailer.ledger.drafts import KeptDraft
from mailer.web import advisory_conflict, advisory_form
from mailer.web.access import AdvisoryReader, Office, Writer, office
from mailer.web.advisory_embargo import reading, zones_of
from mailer.web.advisory_form import LANGUAGE_NAMES, Posted, Written, text
from mailer.web.advisory_list import READERS
from mailer.web.downloads import as_file
from mailer.web.pages import render, see_other

router = APIRouter()

AT_ONCE_MOST = 60_000
"""Characters of a text that is previewed while it is typed; a longer one when it is saved."""


def plan_of(app: App, kept: KeptDraft) -> str:
    """The address of the plan that a draft was submitted to; empty if it was not."""
    if kept.submitted_at is None:
        return ""
    try:
        return f"/advisories/{app.desk.advisory(kept.corrects or kept.reference).number}"
    except MailerError:  # its reference was changed since
        return ""


def not_yet(request: Request, kept: KeptDraft, fault: str, here: str) -> Response:
    """The page that says why a draft has no plan, or where the one is that it has."""
    plan = plan_of(office(request), kept)
    return render(request, "advisory/not_yet.html", kept=kept, fault=fault, here=here, plan=plan)


@router.get("/advisories/drafts/{number:int}")
def editor(request: Request, person: AdvisoryReader, number: int) -> Response:
    """The form, with what was saved last."""
    kept = office(request).desk.draft(number)
    return _editor(request, person, kept, advisory_form.of_content(kept.content))


@router.post("/advisories/drafts/{number:int}", max_body_size=advisory_form.WITH_FILES)
def save(request: Request, person: Writer, number: int, form: Posted) -> Response:
    """Keep all of it, with the files that came; or show both texts if another has saved."""
    app = office(request)
    kept = app.desk.draft(number)
    written = _written(app, form)
    if text(form, "merge"):
        written = advisory_conflict.merged(form, written, advisory_form.of_content(kept.content))
    try:
        saved = app.desk.save_draft(
            number,
            advisory_form.to_content(written),
            based_on=_revision(form),
            add=advisory_form.uploads(form, "attach"),
            remove=advisory_form.texts(form, "remove"),
            by=person.name,
            now=app.now(),
        )
    except DocumentError as error:
        return _editor(request, person, kept, written, fault=str(error), based_on=_revision(form))
    if isinstance(saved, Conflict):
        return advisory_conflict.page(request, saved.theirs, written, text(form, "base"))
    if text(form, "do") == "plan":
        return see_other(f"/advisories/drafts/{number}/plan")
    anchor = {"language": "#text", "attach": "#attachments", "contact": "#contacts"}
    return see_other(f"/advisories/drafts/{number}{anchor.get(text(form, 'do'), '')}", "Saved.")


@router.post("/advisories/drafts/{number:int}/autosave", max_body_size=advisory_form.TEXT_ONLY)
def autosave(request: Request, person: Writer, number: int, form: Posted) -> Response:
    """Keep what is written, as a piece of the page that says so; files wait for the button."""
    app = office(request)
    written = _written(app, form)
    fault, conflict = "", None
    try:
        saved = app.desk.save_draft(
            number,
            advisory_form.to_content(written),
            based_on=_revision(form),
            by=person.name,
            now=app.now(),
        )
    except MailerError as error:
        fault = str(error)
    else:
        conflict = saved.theirs if isinstance(saved, Conflict) else None
    kept = app.desk.draft(number)
    return render(
        request,
        "advisory/saved.html",
        kept=kept,
        conflict=conflict,
        fault=fault,
        base=advisory_conflict.base_of(written),
        lacks=lacks(app, kept) if not fault and not conflict else None,
    )


@router.post("/advisories/drafts/{number:int}/discard")
def discard(app: Office, person: Writer, number: int) -> Response:
    """The draft goes; what was submitted of it stays."""
    app.desk.discard_draft(number, by=person.name, now=app.now())
    return see_other("/advisories", "The draft was discarded.")


@router.get("/advisories/drafts/{number:int}/presence")
def presence(
    request: Request, person: Writer, number: int, revision: int = 0, known: str = ""
) -> Response:
    """Who else has it open, and whether one of them has saved since; nothing if that is known."""
    app = office(request)
    kept = app.desk.draft(number)
    others = app.desk.present(number, by=person.name, now=app.now())
    newer = kept if kept.revision > revision and kept.changed_by != person.name else None
    mark = ",".join([*(one.name for one in others), str(newer.revision if newer else "")])
    if mark == known:
        return Response(status_code=204)
    return render(request, "advisory/presence.html", others=others, newer=newer, mark=mark)


@router.post("/advisories/markdown", dependencies=READERS, max_body_size=advisory_form.TEXT_ONLY)
def preview_markdown(request: Request, form: Posted, of: str = "f.body") -> Response:
    """The text in the field `of`, as journalists will see it."""
    source = text(form, of)[:AT_ONCE_MOST]
    return render(request, "advisory/markdown.html", html=markdown.to_html(source))


@router.get("/advisories/drafts/{number:int}/files/{name}", dependencies=READERS)
def file(app: Office, number: int, name: str) -> Response:
    """A file of a draft, to be kept and not to be opened in the page."""
    found = app.desk.draft_file(number, name)
    headers = {**as_file(found.name), "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(found.content, media_type="application/octet-stream", headers=headers)


# --- parts --------------------------------------------------------------------------------------


def _written(app: App, form: Posted) -> Written:
    return advisory_form.written(form, [one.name for one in app.config.audience])


def _revision(form: Posted) -> int:
    said = text(form, "revision")
    return int(said) if said.isdecimal() and len(said) < 10 else 0


def _editor(
    request: Request,
    person: Person,
    kept: KeptDraft,
    written: Written,
    *,
    fault: str = "",
    based_on: int | None = None,
) -> Response:
    app = office(request)
    zones = [person.zone, *zones_of(app, written.audiences)]
    here = {one.name for one in kept.files}
    others = app.desk.present(kept.id, by=person.name, now=app.now())
    values: dict[str, Any] = {
        "kept": kept,
        "written": written,
        "base": advisory_conflict.base_of(advisory_form.of_content(kept.content)),
        "revision": kept.revision if based_on is None else based_on,
        "audiences": app.config.audience,
        "reading": reading(app, written.said.embargo, zones),
        "own": {a: reading(app, line, zones) for a, line in written.own.items()},
        "contacts": [*written.said.contacts, ContactFields()],
        "to_add": [name for name in written.said.attachments if name not in here],
        "languages": {
            code: LANGUAGE_NAMES[code]
            for code in LANGUAGES
            if code not in written.editions and code != written.said.language
        },
        "language_names": LANGUAGE_NAMES,
        "right_to_left": RIGHT_TO_LEFT,
        "kinds": KINDS,
        "to_html": markdown.to_html,
        "others": others,
        "lacks": lacks(app, kept),
        "plan": plan_of(app, kept),
        "fault": fault,
    }
    return render(request, "advisory/editor.html", status=422 if fault else 200, **values)


def lacks(app: App, kept: KeptDraft) -> tuple[str, ...]:
    """What keeps a draft from being submitted, one sentence each."""
    try:
        draft = app.desk.draft_document(kept.id).draft
    except DocumentError as error:
        return (_PLACE.sub("", str(error)),)
    missing = [name for name in plain.EXPECTED if not getattr(draft, name)]
    found = [_MISSING[name] for name in missing if name in _MISSING]
    if not kept.corrects:
        found += _when_and_to_whom(app, kept, draft.embargo_line)
    return (*found, *_warned(draft, kept.content.document))


def _when_and_to_whom(app: App, kept: KeptDraft, line: str) -> Iterator[str]:
    if not line:
        yield "No embargo line, and not “for immediate release”."
    for whose, one in {"The embargo": line, **kept.content.embargo_for}.items():
        tone = reading(app, one).tone
        if tone == "ask":
            yield f"{whose}: choose which instant is meant."
        elif tone == "bad":
            yield f"{whose}: its line cannot be an embargo."
    if not kept.content.audiences:
        yield "No audience is chosen."


_MISSING = {
    "kind": "What kind of advisory it is.",
    "reference": "Its reference.",
    "headline": "Its headline.",
    "body": "Its text.",
    "contacts": "Whom journalists may call.",
}


_PLACE = re.compile(r"^draft\.md: (?:line \d+: )?")
"""Where a fault stands in a document that nobody here sees as one."""


def _warned(draft: Draft, document: str) -> Iterator[str]:
    for one in draft.warnings:
        if one.code == "not-found":
            continue
        edition = _EDITION.match(one.message)
        line = 0 if edition else typed.line_of_body(document, one.line)
        said = _EDITION.sub("", one.message)
        tag = edition["language"] if edition else ""
        where = f"{LANGUAGE_NAMES.get(tag, tag)} text: " if tag else ""
        yield f"{where}{f'Text, line {line}: ' if line else ''}{said}"


_EDITION = re.compile(r"^edition (?P<language>[a-z]{2,3})\.md: ")
