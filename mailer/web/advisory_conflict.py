"""Two officers in one draft: both texts, field by field, and what is made of them.

The form carries a short hash of each field as it was when the page was opened: whoever did not
touch a field is offered the other's by default.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from hashlib import sha256

from fastapi import Request
from fastapi.responses import Response

from mailer.intake.fields import EditionFields, Fields
from mailer.ledger.drafts import KeptDraft
from mailer.web import advisory_form
from mailer.web.advisory_form import LANGUAGE_NAMES, Posted, Written
from mailer.web.pages import render


@dataclass(frozen=True, slots=True)
class Differing:
    """A field in which two texts differ, by its name in the form; `touched`: it was I who did."""

    name: str
    label: str
    mine: str
    theirs: str
    touched: bool


def page(request: Request, theirs: KeptDraft, mine: Written, base: str) -> Response:
    """Both texts, for a person to choose."""
    mine = _tidied(mine)
    return render(
        request,
        "advisory/conflict.html",
        status=409,
        theirs=theirs,
        mine=mine,
        differing=list(_differing(mine, advisory_form.of_content(theirs.content), base)),
        kept_fields=_flat(mine),
    )


def base_of(written: Written) -> str:
    """What the form carries of the text that it was opened with."""
    return " ".join(f"{name}:{_hash(text)}" for name, text in _flat(_tidied(written)).items())


def merged(form: Posted, mine: Written, theirs: Written) -> Written:
    """Mine, with what was chosen of theirs in its place."""
    taken = {n.removeprefix("take.") for n in form if n.startswith("take.") and form[n] == "theirs"}
    said = replace(
        mine.said,
        **{
            f.name: getattr(theirs.said, f.name)
            for f in fields(Fields)
            if f"f.{f.name}" in taken or f.name in taken
        },
    )
    editions = dict(mine.editions)
    for language in {*mine.editions, *theirs.editions}:
        own, other = (w.editions.get(language, EditionFields()) for w in (mine, theirs))
        names = {f.name for f in fields(EditionFields) if f"e.{language}.{f.name}" in taken}
        merged = replace(own, **{name: getattr(other, name) for name in names})
        if merged != EditionFields() or language in mine.editions:
            editions[language] = merged
    return Written(
        said,
        editions,
        theirs.audiences if "audiences" in taken else mine.audiences,
        theirs.own if "own" in taken else mine.own,
    )


# --- parts --------------------------------------------------------------------------------------

_WHOLE = ("contacts", "attachments", "audiences", "own")


def _flat(written: Written) -> dict[str, str]:
    """Every field by its name in the form, as text."""
    flat = {f"f.{f.name}": getattr(written.said, f.name) for f in fields(Fields)
            if f.name not in _WHOLE}  # fmt: skip
    for language, said in written.editions.items():
        flat |= {f"e.{language}.{f.name}": getattr(said, f.name) for f in fields(EditionFields)}
    flat["contacts"] = "\n\n".join(
        "\n".join(value for f in fields(contact) if (value := getattr(contact, f.name)))
        for contact in written.said.contacts
    )
    flat["attachments"] = "\n".join(written.said.attachments)
    flat["audiences"] = ", ".join(written.audiences)
    flat["own"] = "\n".join(f"{a}: {line}" for a, line in written.own.items() if line)
    return flat


def _differing(mine: Written, theirs: Written, base: str) -> Iterator[Differing]:
    left, right = _flat(mine), _flat(theirs)
    opened = dict(one.split(":", 1) for one in base.split() if ":" in one)
    for name in dict.fromkeys([*left, *right]):
        own, other = left.get(name, ""), right.get(name, "")
        if own.strip() != other.strip():
            touched = opened.get(name) != _hash(own)
            yield Differing(name, _label(name), own, other, touched)


def _label(name: str) -> str:
    """A field's name in words: "headline", "text (French)"."""
    pre, _, field = name.rpartition(".")
    said = {"body": "text", "own": "audiences’ own embargoes"}.get(field, field)
    language = LANGUAGE_NAMES.get(pre.removeprefix("e."), "")
    return f"{said} ({language})" if language else said


def _tidied(written: Written) -> Written:
    """As it would be kept: a browser's line ends are not a difference."""
    return advisory_form.of_content(advisory_form.to_content(written))


def _hash(text: str) -> str:
    return sha256(text.strip().encode()).hexdigest()[:12]
