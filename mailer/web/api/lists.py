"""The API's lists: who is on one, what a file would change, and putting it in its place."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from mailer.core.people import Act
from mailer.desk.lists import ListView
from mailer.web.access import Office
from mailer.web.api import shapes
from mailer.web.api.access import ContactChanger, reads
from mailer.web.api.operation import KEYED, Operation, Upload
from mailer.web.api.shapes import Asked, Base64, Done, octets
from mailer.web.uploads import Uploads

router = APIRouter(route_class=Operation, tags=["lists"])
uploads = APIRouter(route_class=Upload, tags=["lists"])

READS = reads(Act.READ_CONTACTS)
Name = Annotated[
    str, Query(min_length=1, max_length=500, description="as the configuration has it")
]


class File(Asked):
    """A list's file: its name, for its kind, and its content in base64 (RFC 4648)."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    content: Base64


class Replacement(File):
    """A file that takes a list's place. `seen` is that of the comparison."""

    seen: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]


@router.get("/lists", response_model=list[shapes.ListLine], dependencies=READS)
def read_lists(app: Office) -> list[dict[str, object]]:
    """Every list that an audience has."""
    return [_line(view) for view in app.desk.lists()]


@router.get("/list", response_model=shapes.ListWhole, dependencies=READS)
def read_list(app: Office, name: Name) -> dict[str, object]:
    """A list, with whoever is on it and what was found in it."""
    view = app.desk.list_named(name)
    return {**_line(view), "members": view.contacts, "findings": view.findings}


@uploads.post(
    "/list/compare", response_model=shapes.ListComparison, dependencies=reads(Act.CHANGE_CONTACTS)
)
def compare_list(app: Office, name: Name, body: File) -> dict[str, object]:
    """What a file would change in a list, row by row. Nothing is changed."""
    with _file(body, app.now()) as path:
        proposal = app.desk.compare_list(name, path, body.name)
    return {
        "name": proposal.name,
        "seen": proposal.seen,
        "contacts": proposal.contacts,
        "unchanged": proposal.change.unchanged,
        "rows": proposal.change.rows,
        "findings": proposal.findings,
    }


@uploads.put("/list", dependencies=KEYED)
def replace_list(app: Office, person: ContactChanger, name: Name, body: Replacement) -> Done:
    """Put a file in a list's place; the one before is kept. Refused if it is another now."""
    with _file(body, app.now()) as path:
        app.desk.replace_list(name, path, seen=body.seen, by=person.name, now=app.now())
    return Done()


@contextmanager
def _file(body: File, now: datetime) -> Iterator[Path]:
    content = octets("content", body.content)
    with tempfile.TemporaryDirectory() as folder:
        kept = Uploads(Path(folder))
        yield kept.path(kept.keep(body.name, io.BytesIO(content), now))


def _line(view: ListView) -> dict[str, object]:
    return {
        "name": view.name,
        "audiences": view.audiences,
        "contacts": len(view.contacts),
        "refused": view.refused,
        "digest": view.digest,
        "changed_at": view.changed_at,
        "fault": view.fault,
    }
