"""Invitations as they are composed: all that the officer chose to say, and nothing of the item."""

from __future__ import annotations

from dataclasses import replace

import pytest
from compose_sample import TEMPLATES, VERSION, dispatch

from mailer.compose.message import Own
from mailer.compose.slots import Copies
from mailer.compose.templates import TemplateSet, render
from mailer.compose.view import revealed, view
from mailer.core.errors import TemplateError
from mailer.core.model import LANGUAGES, Contact, DispatchKind, Office

OFFICE = Office("Lantern Coast Trust", "press.lantern.example", "Europe/London")
PAGE = "https://news.lantern.example/e/" + "A" * 43
ASHA = Contact("asha@daily.example", "Asha Rao", "The Daily")
INVITATION = replace(
    dispatch(), kind=DispatchKind.INVITATION, note="Figures on *tides* <b>{{ body }}</b>."
)


def words_of_the_item() -> list[str]:
    """Every word of some length in every text of the item."""
    texts = [
        " ".join((e.headline, e.subhead, e.dateline, e.body, e.notes)) for e in VERSION.editions
    ]
    texts += [f"{c.name} {c.email}" for c in VERSION.contacts] + [VERSION.reference]
    texts += [attachment.name for attachment in VERSION.attachments]
    said = {word.strip(".,*#()[]") for text in texts for word in text.split()}
    usual = {"the", "Coast", "Trust", "Lantern", "tides", "figures"}
    return sorted(word for word in said - usual if len(word) > 6)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", ["wires", "national", "broadcast", "arabic"])
def test_never_a_word_of_the_item_in_an_invitation(template: str, language: str) -> None:
    sent = replace(INVITATION, audience=replace(INVITATION.audience, template=template))
    reader = replace(ASHA, language=language)
    rendered = render(TEMPLATES, VERSION, sent, reader, OFFICE, embargoed=False, agreement=PAGE)
    for part in (rendered.subject, rendered.text, rendered.html):
        assert not [word for word in words_of_the_item() if word in part]
    assert PAGE in rendered.text
    assert PAGE in rendered.html
    assert "Figures on" in rendered.text
    assert "<b>" not in rendered.html


def test_never_a_word_of_the_item_for_a_template_that_asks_for_it() -> None:
    seen = view(VERSION, INVITATION, ASHA, OFFICE, embargoed=False, agreement=PAGE)
    for name in ("headline", "subhead", "dateline", "reference", "kind", "date", "links"):
        assert not getattr(seen, name), name
    for name in ("body", "notes", "facts", "contacts", "attachments", "languages", "notice"):
        assert not getattr(seen, name), name
    assert not revealed(VERSION, DispatchKind.INVITATION).attachments


def test_an_invitation_that_does_not_say_where_to_accept_is_not_rendered() -> None:
    files = {**TEMPLATES.files, "_base/invitation.txt": "{{ note }}"}
    with pytest.raises(TemplateError, match=r"_base/invitation.txt:1: an invitation must say"):
        render(
            *(TemplateSet(files), VERSION, INVITATION, ASHA, OFFICE),
            embargoed=False,
            agreement=PAGE,
        )


def test_each_copy_has_its_own_address_and_a_retry_the_same() -> None:
    from datetime import UTC, datetime

    copies = Copies(TEMPLATES, VERSION, INVITATION, OFFICE)
    at = datetime(2027, 2, 8, tzinfo=UTC)

    def filled(page: str) -> bytes:
        return copies.fill(ASHA, Own("<1@press.lantern.example>", agreement=page), at).data

    other = PAGE[:-1] + "B"
    assert filled(PAGE) == filled(PAGE)
    assert other.encode() in filled(other)
    assert PAGE.encode() not in filled(other)
