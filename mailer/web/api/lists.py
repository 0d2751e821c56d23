"""The API's lists: who is on one, what a file would change, and putting it in its place."""

from __future__ import annotations

import base64
import binascii
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from mailer.core.errors import ListError
from mailer.core.people import Act
from mailer.desk.lists import ListProposal, ListView
from mailer.web.access import office
from mailer.web.api import shapes
from mailer.web.api.operation import KEYED, Operation, Upload
from mailer.web.api.shapes import Asked, Done
from mailer.web.api.tokens import CHANGER, reads
from mailer.web.uploads import Uploads

router = APIRouter(route_class=Operation, tags=["lists"])
uploads = APIRouter(route_class=Upload, tags=["lists"])

Name = Annotated[
    str, Query(min_length=1, max_length=500, description="as the configuration has it")
]


class File(Asked):
    """A list's file: its name, for its kind, and its content in base64 (RFC 4648)."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    content: Annotated[str, Field(json_schema_extra={"format": "byte"})]


class Replacement(File):
    """A file that takes a list's place. `seen` is that of the comparison."""

    seen: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]


@router.get("/lists", dependencies=reads(Act.READ_CONTACTS))
def read_lists(request: Request) -> list[shapes.ListLine]:
    """Every list that an audience has."""
    return [_line(view) for view in office(request).desk.lists()]


@router.get("/list", dependencies=reads(Act.READ_CONTACTS))
def read_list(request: Request, name: Name) -> shapes.ListWhole:
    """A list, with whoever is on it and what was found in it."""
    view = office(request).desk.list_named(name)
    return shapes.ListWhole.model_validate(
        {**_line(view).model_dump(), "members": view.contacts, "findings": view.findings}
    )


@uploads.post("/list/compare", dependencies=reads(Act.CHANGE_CONTACTS))
def compare_list(request: Request, name: Name, body: File) -> shapes.ListComparison:
    """What a file would change in a list, row by row. Nothing is changed."""
    app = office(request)
    with _file(body, app.now()) as path:
        return _comparison(app.desk.compare_list(name, path, body.name))


@uploads.put("/list", dependencies=KEYED)
def replace_list(request: Request, person: CHANGER, name: Name, body: Replacement) -> Done:
    """Put a file in a list's place; the one before is kept. Refused if it is another now."""
    app = office(request)
    with _file(body, app.now()) as path:
        app.desk.replace_list(name, path, seen=body.seen, by=person.name, now=app.now())
    return Done()


@contextmanager
def _file(body: File, now: datetime) -> Iterator[Path]:
    try:
        content = base64.b64decode(body.content, validate=True)
    except (binascii.Error, ValueError):
        raise ListError("content is not base64; encode the file's octets") from None
    with tempfile.TemporaryDirectory() as folder:
        kept = Uploads(Path(folder))
        yield kept.path(kept.keep(body.name, io.BytesIO(content), now))


def _line(view: ListView) -> shapes.ListLine:
    return shapes.ListLine(
        name=view.name,
        audiences=list(view.audiences),
        contacts=len(view.contacts),
        refused=view.refused,
        digest=view.digest,
        changed_at=view.changed_at,
        fault=view.fault,
    )


def _comparison(proposal: ListProposal) -> shapes.ListComparison:
    return shapes.ListComparison.model_validate(
        {
            "name": proposal.name,
            "seen": proposal.seen,
            "contacts": proposal.contacts,
            "unchanged": proposal.change.unchanged,
            "rows": proposal.change.rows,
            "findings": proposal.findings,
        }
    )
