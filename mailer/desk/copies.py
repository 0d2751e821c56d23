"""A copy made to be looked at: tried before it is queued, checked, previewed, sent as a test.

It is composed as the run composes it, but for its links, which lead nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from mailer.compose import message
from mailer.compose.message import Message
from mailer.compose.templates import Rendered, TemplateSet, render
from mailer.config import Config
from mailer.core import links
from mailer.core.model import Contact, Dispatch, Version
from mailer.ledger import store
from mailer.ledger.tables import DispatchRow


@dataclass(frozen=True, slots=True)
class Going:
    """A dispatch of a version with its templates and those it is for, queued or not."""

    version: Version
    templates: TemplateSet
    dispatch: Dispatch
    contacts: tuple[Contact, ...]


def queued(
    session: Session, row: DispatchRow, version: Version, contacts: Iterable[Contact]
) -> Going:
    """A dispatch in the ledger, as it was approved or waits to be."""
    templates = TemplateSet(store.load_templates(session, row.templates))
    return Going(version, templates, store.dispatch_of(row), tuple(contacts))


def compose(
    config: Config,
    going: Going,
    contact: Contact,
    *,
    message_id: str = "<sample@localhost>",
    date: datetime | None = None,
    mark: str = "",
) -> tuple[Rendered, Message]:
    """One contact's copy of what goes, its subject after `mark`.

    `date` is that of its header (None: the dispatch's instant). Raises TemplateError.
    """
    version, dispatch, office = going.version, going.dispatch, config.office
    embargoed, leave = dispatch.embargoed(dispatch.instant), links.sample(config.public.base_url)
    rendered = render(
        going.templates, version, dispatch, contact, office, embargoed=embargoed, leave=leave
    )
    if mark:
        rendered = replace(rendered, subject=f"{mark} {rendered.subject}")
    date = date or dispatch.instant
    return rendered, message.build(
        rendered, version, dispatch, contact, office, message.Own(message_id), date
    )


def one_of_each_shape(contacts: Iterable[Contact]) -> list[Contact]:
    """A contact of every shape there is: those of one shape take the same way through a template.

    A shape is whatever a template could branch on.
    """
    return list({_shape(contact): contact for contact in contacts}.values())


def _shape(contact: Contact) -> tuple[object, ...]:
    has = (bool(contact.name), bool(contact.outlet), contact.embargo_accepted)
    return (contact.language, contact.timezone, contact.tags, *has)
