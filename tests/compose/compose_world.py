"""The advisory of each language's office, as every kind of message that there is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from compose_offices import DESKS
from compose_sample import VERSION, dispatch, following

from mailer.core.model import LANGUAGES, Dispatch, DispatchKind, Version

KINDS = (
    *("press release", "media advisory", "statement", "photo call"),
    *("release", "correction", "withdrawal", "embargo change", "embargo lifted", "invitation"),
)
"""What may be issued, as an advance copy; then what else a message may be."""


@cache
def version(kind: str, language: str) -> Version:
    """The advisory of this language's office as something of this kind, with a picture in it.

    The other languages' editions go with it, so that the message says that there are some.
    """
    desk = DESKS[language]
    issued = kind if kind in KINDS[:4] else "press release"
    body = desk.edition.body
    if issued in ("media advisory", "photo call"):
        lead, *more = body.split("\n\n")
        body = "\n\n".join((desk.facts, lead, *(part for part in more if part.startswith("> "))))
    if issued == "photo call":
        body += f"\n\n![{desk.edition.headline}](<{desk.picture.name}>)"
    edition = replace(desk.edition, body=body, notes=f"{desk.edition.notes}\n{desk.about}")
    before = (replace(edition, body=body.replace("84", "48")),) if kind == "correction" else ()
    return replace(
        VERSION,
        organisation=desk.office.name,
        kind=issued,
        editions=(edition, *(DESKS[other].edition for other in LANGUAGES if other != language)),
        contacts=desk.people,
        attachments=(desk.picture,),
        before=before,
    )


def sent(kind: str, template: str, language: str) -> Dispatch:
    """The dispatch of a message of this kind, of this language's office."""
    desk = DESKS[language]
    if kind in KINDS[:4]:
        one = dispatch(template)
    elif kind in ("release", "invitation"):
        one = dispatch(template, DispatchKind(kind))
    elif kind == "embargo lifted":
        one = following(DispatchKind.EMBARGO_CHANGE, template, lifted=True)
    else:
        one = following(DispatchKind(kind), template)
    first, zone = desk.people[0], desk.office.zone
    return replace(
        one,
        audience=replace(
            one.audience,
            language=language,
            sender=desk.sender,
            reply_to=f"{first.name} <{first.email}>",
            timezone=zone,
        ),
        embargo=one.embargo and replace(one.embargo, zone=zone),
        earlier=one.earlier and replace(one.earlier, zone=zone),
        note=desk.said.get(kind, ""),
    )
